"""What we wait for on a person: from whom, since when, and whether it is late (In sospeso)."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.language import say
from trama_contracts.evaluation import ContributionSubmitted, EvaluationCompleted, EvaluationRequested
from trama_contracts.placement import (
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
)

from trama_registry.models import Referral
from trama_registry.queries.landmarks import Landmarks
from trama_registry.queries.told import STATES, Names, local_day
from trama_registry.schemas import AwaitedView, FiledDocumentView

DECIDED = (PlacementAgreed, PlacementStarted, PlacementEnded, PlacementWithdrawn)
SENT = ("sent", "seen", "more-asked", "no-answer")


async def referrals_awaited(
    session: AsyncSession, record: str, names: Names, today: date
) -> list[AwaitedView]:
    """Our referrals of a person that nobody has answered, oldest first."""
    found = await session.scalars(
        select(Referral)
        .where(col(Referral.record) == record, col(Referral.state).in_(SENT))
        .order_by(col(Referral.sent_on), col(Referral.referral))
    )
    return [
        AwaitedView(
            what=say("Risposta alla segnalazione"),
            from_whom=names(sent.to),
            since=sent.sent_on,
            days=(today - sent.sent_on).days,
            late=sent.answer_by < today,
            href=f"/segnalazioni/{sent.referral}",
            ticks=say(STATES[sent.state]) if sent.state != "sent" else None,
        )
        for sent in found
    ]


def contributions_awaited(landmarks: Landmarks, own: str, names: Names, today: date) -> Iterator[AwaitedView]:
    """Parts of an evaluation under way that have not arrived."""
    arrived = {
        (event.evaluation.evaluation, entry.member) for entry, event in landmarks.of(ContributionSubmitted)
    }
    for entry, event in landmarks.of(EvaluationRequested):
        if landmarks.any_of(entry.scope, (EvaluationCompleted,)):
            continue
        for member in event.contributors:
            if (event.evaluation, member) not in arrived:
                yield AwaitedView(
                    what=say("Contributo alla valutazione"),
                    from_whom=names(member),
                    since=event.requested_on,
                    days=(today - event.requested_on).days,
                    late=event.contributions_by < today,
                    href=f"/valutazioni/{event.evaluation}" if entry.member == own else None,
                )


def approvals_awaited(landmarks: Landmarks, own: str, names: Names, today: date) -> Iterator[AwaitedView]:
    """Placements proposed that not everybody has agreed to."""
    for entry, event in landmarks.of(PlacementProposed):
        if landmarks.any_of(entry.scope, DECIDED):
            continue
        since = local_day(entry.occurred_at)
        yield AwaitedView(
            what=say("Adesioni all'inserimento"),
            from_whom=names(event.host),
            since=since,
            days=(today - since).days,
            late=event.planned_from < today,
            href=f"/inserimenti/{event.placement}" if entry.member == own else None,
        )


def documents_awaited(filed: Sequence[FiledDocumentView], record: str, today: date) -> Iterator[AwaitedView]:
    """Documents we asked for that have not arrived, the first one first: there is no term."""
    asked = [(one.asked_on, one) for one in filed if one.asked_on is not None and one.state != "here"]
    for since, document in sorted(asked, key=lambda one: (one[0], one[1].document)):
        yield AwaitedView(
            what=say("Documento «%(name)s»", name=document.name),
            from_whom=document.member_name,
            since=since,
            days=(today - since).days,
            late=False,
            href=f"/persone/{record}/documenti#documento-{document.document}",
            ticks=document.state_label,
        )
