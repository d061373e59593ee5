"""What the reporting service keeps of what it hears: every fact, as it was told."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import bulk
from trama_chassis.clock import local_day
from trama_chassis.erasure_rows import let_go
from trama_chassis.handlers import ErasedStream, EventHandlers, Origin
from trama_contracts.event import Fact
from trama_contracts.facts import (
    EvaluationCompletedFact,
    EvaluationRequestedFact,
    PlacementEndedFact,
    PlacementProposedFact,
    PlacementStartedFact,
    ProjectAgreedFact,
    ReferralAcceptedFact,
    ReferralCompletedFact,
    ReferralDeclinedFact,
    ReferralFailedFact,
    ReferralNotedFact,
    ReferralReconsideredFact,
    ReferralRenewedFact,
    ReferralReopenedFact,
    ReferralSentFact,
    ReferralUnansweredFact,
    ReferralWithdrawnFact,
    ReportingIdReplacedFact,
    TakingInChargeClosedFact,
    TakingInChargeOpenedFact,
    TakingInChargeReopenedFact,
)

from trama_reporting.models import FactCopy

handlers = EventHandlers()
DAYS: dict[type[Fact], str | None] = {
    TakingInChargeOpenedFact: "opened_on",
    TakingInChargeClosedFact: "closed_on",
    TakingInChargeReopenedFact: "reopened_on",
    ReferralSentFact: "sent_on",
    ReferralAcceptedFact: "accepted_on",
    ReferralDeclinedFact: "declined_on",
    ReferralNotedFact: "answered_on",
    ReferralWithdrawnFact: "withdrawn_on",
    ReferralRenewedFact: "renewed_on",
    ReferralUnansweredFact: "passed_on",
    ReferralReconsideredFact: "reconsidered_on",
    ReferralCompletedFact: "completed_on",
    ReferralFailedFact: "failed_on",
    ReferralReopenedFact: "reopened_on",
    EvaluationRequestedFact: "requested_on",
    EvaluationCompletedFact: "completed_on",
    ProjectAgreedFact: "agreed_on",
    PlacementProposedFact: None,
    PlacementStartedFact: "started_on",
    PlacementEndedFact: "ended_on",
    ReportingIdReplacedFact: "replaced_on",
}
"""Which field of a fact says when it happened; a proposal happens when it is written."""


@handlers.copy(*DAYS)
async def copy_fact(session: AsyncSession, event: Fact, origin: Origin) -> None:
    """Keep a fact: what it says, who says it, and the day it happened."""
    bulk.insert(
        session,
        FactCopy,
        event_id=origin.event_id,
        kind=kind_of(event),
        reporting_id=event.reporting_id,
        member=origin.member,
        service=origin.service,
        stream=origin.stream,
        seq=origin.seq,
        day=day_of(event, origin),
        attributes=event.model_dump(
            mode="json", exclude={"reporting_id", DAYS[type(event)] or ""}, exclude_none=True
        ),
    )


@handlers.forget
async def forget_facts(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of the facts of an erased stream: their source tells them once more, under a pseudonym that
    leads to nobody (docs/decisions/0015)."""
    return await let_go(session, FactCopy, stream=erased.stream)


def kind_of(fact: Fact) -> str:
    """What happened, such as `placement-started`."""
    return fact.wire_type.split(".")[3].removesuffix("-fact")


def day_of(fact: Fact, origin: Origin) -> date:
    """When it happened, in Italy."""
    field = DAYS[type(fact)]
    day: date = getattr(fact, field) if field else local_day(origin.occurred_at)
    return day
