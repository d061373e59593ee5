"""The course of referrals from their moves, and what is told of it at either end."""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.language import say

from trama_registry.models import RULES, Course, Deed, Move, ReferralMoveCopy, Side
from trama_registry.queries.told.document import KINDS
from trama_registry.schemas import CourseView, NamedDocumentView


async def course_of(session: AsyncSession, sender: str, referral: str) -> Course:
    """The course of one referral of a sender, us or another."""
    return (await courses_of(session, [(sender, referral)]))[(sender, referral)]


async def courses_of(
    session: AsyncSession, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Course]:
    """The courses of referrals, each named by its sender and its id."""
    rows = await session.scalars(
        select(ReferralMoveCopy).where(
            col(ReferralMoveCopy.referral).in_(sorted({referral for _, referral in wanted}))
        )
    )
    moves: dict[tuple[str, str], list[Move]] = defaultdict(list)
    for row in rows:
        moves[(row.sender, row.referral)].append(row.move)
    return {key: Course.of(moves[key]) for key in wanted}


def told_of(course: Course, side: Side) -> CourseView:
    """What a course tells to those at one end: how it went, and what they may do now."""
    last = course.last
    seen, questioned, explained = course.since_sending("see"), last("question"), last("explain")
    started, completed, failed = last("start"), last("complete"), last("fail")
    noted = last("note-accepted", "note-declined") if course.state.startswith("noted-") else None
    reminded, superseded = course.since_sending("remind"), last("supersede")
    completed = completed if course.state == "completed" else None
    failed = failed if course.state == "failed" else None
    return CourseView(
        version=course.version,
        may=may(course, side),
        seen_on=seen.on if seen else None,
        question=questioned.told["question"] if questioned else None,
        asked_on=questioned.on if questioned else None,
        explanation=explained.told["answer"] if explained and course.state != "more-asked" else None,
        told_on=explained.on if explained and course.state != "more-asked" else None,
        started_on=started.on if started else None,
        completed_on=completed.on if completed else None,
        outcome=completed.told["outcome"] if completed else None,
        outcome_note=completed.told.get("note") if completed else None,
        failed_on=failed.on if failed else None,
        failing_reason=failed.told["reason"] if failed else None,
        failing_alternative=failed.told.get("alternative") if failed else None,
        reminded_on=reminded.on if reminded else None,
        noted_by=noted.told["by"] if noted else None,
        noted_on=noted.on if noted else None,
        superseded_by=superseded.told["by"] if superseded and course.state == "superseded" else None,
        documents=_documents(course),
    )


def _documents(course: Course) -> list[NamedDocumentView]:
    """The documents that were named when the referral was first sent."""
    sent = course.last("send")
    return [
        NamedDocumentView(**one, kind_label=say(KINDS[one["kind"]]))
        for one in (sent.told.get("documents") or () if sent else ())
    ]


def may(course: Course, side: Side) -> list[Deed]:
    """What a side may do now, in the order of the table."""
    deeds = cast("tuple[Deed, ...]", get_args(Deed))
    return [deed for deed in deeds if RULES[deed].by == side and course.may(deed)]
