"""Interviews with a person: those we keep to ourselves, and those that we or others tell."""

import trama_caseload as caseload
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_contracts.event import Event
from trama_contracts.registry import InterviewRecorded, SocialInterviewRecorded

from trama_registry.errors import InterviewNotHere
from trama_registry.models import EntryCopy, OwnInterview
from trama_registry.queries import told
from trama_registry.queries.entries import corrections_of
from trama_registry.queries.landmarks import landmarks_of
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.schemas import InterviewCorrectionView, InterviewView

INTERVIEWS: tuple[type[Event], ...] = (InterviewRecorded, SocialInterviewRecorded)
MOST = 200


async def interviews_of(session: AsyncSession, record: str) -> list[InterviewView]:
    """Interviews with a person, the one held last first. Raises PersonNotHere."""
    await find_person(session, record)
    landmarks = await landmarks_of(session, await access.component(session, record), INTERVIEWS, most=MOST)
    told_of: list[tuple[EntryCopy, InterviewRecorded | SocialInterviewRecorded]] = [
        *landmarks.of(InterviewRecorded),
        *landmarks.of(SocialInterviewRecorded),
    ]
    corrected = await corrections_of(session, [entry for entry, _ in told_of])
    names = names_of(session)
    kept = await session.scalars(select(OwnInterview).where(col(OwnInterview.record) == record))
    own = caseload.own_member(session)
    found = [(one.recorded_at, view_of_kept_interview(one, own, names)) for one in kept] + [
        (entry.recorded_at, _view(entry, said, names, corrected=entry.event_id in corrected))
        for entry, said in told_of
    ]
    return [view for _, view in sorted(found, key=lambda one: (one[1].held_on, one[0]), reverse=True)]


async def interview_view(session: AsyncSession, record: str, interview: str) -> InterviewView:
    """One interview with a person. Raises PersonNotHere, InterviewNotHere."""
    for one in await interviews_of(session, record):
        if one.interview == interview:
            return one
    raise InterviewNotHere


async def kept_to_ourselves(session: AsyncSession, record: str) -> int:
    """How many entries of a person nobody but our service can read."""
    wanted = select(func.count()).select_from(OwnInterview).where(col(OwnInterview.record) == record)
    return await session.scalar(wanted) or 0


def view_of_kept_interview(kept: OwnInterview, own: str, names: told.Names) -> InterviewView:
    """An interview of which only our service knows."""
    return InterviewView(
        **kept.model_dump(include={"interview", "held_on", "kind", "present", "summary", "who"}),
        kind_label=told.note.KINDS[kept.kind],
        member=own,
        member_name=names(own),
        circle="own",
        circle_label=told.note.READERS["own"],
        corrected=kept.struck_on is not None,
        correction=_correction(kept),
    )


def _correction(kept: OwnInterview) -> InterviewCorrectionView | None:
    if kept.struck_on is None or kept.struck_because is None or kept.struck_by is None:
        return None
    return InterviewCorrectionView(
        on=kept.struck_on, by=kept.struck_by, reason=kept.struck_because, instead=kept.instead
    )


def _view(
    entry: EntryCopy, said: InterviewRecorded | SocialInterviewRecorded, names: told.Names, *, corrected: bool
) -> InterviewView:
    return InterviewView(
        **said.model_dump(),
        kind_label=told.note.KINDS[said.kind],
        member=entry.member,
        member_name=names(entry.member),
        circle="care" if isinstance(said, InterviewRecorded) else "social",
        circle_label=told.note.READERS[said.circle],
        corrected=corrected,
        entry=entry.event_id,
    )
