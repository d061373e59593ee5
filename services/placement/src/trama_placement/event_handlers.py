"""What the placement service keeps of what it hears, and what it does on a host's word.

What registries tell is kept as in all services (`trama_caseload`). Copies are local and may lag; who is
believed is decided here, what follows in the commands.
"""

import structlog
import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.erasure_rows import let_go
from trama_chassis.handlers import ErasedStream, EventHandlers, Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.evaluation import EvaluationCompleted
from trama_contracts.placement import (
    HostApprovalGiven,
    HostApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
)

from trama_placement import commands, queries
from trama_placement.models import (
    HOST_KINDS,
    Approval,
    EvaluationCopy,
    HostAnswer,
    HostPlacementCopy,
    Placement,
)

log = structlog.get_logger("trama.placement")
handlers = EventHandlers()
handlers.include(caseload.handlers)


@handlers.copy(EvaluationCompleted)
async def copy_evaluation(session: AsyncSession, event: EvaluationCompleted, origin: Origin) -> None:
    """Keep that a member completed an evaluation of a record of its own."""
    await session.merge(
        EvaluationCopy(
            member=origin.member,
            evaluation=event.evaluation,
            record=origin.record,
            completed_on=event.completed_on,
        )
    )


@handlers.copy(HostPlacementOpened)
async def copy_arrival(session: AsyncSession, event: HostPlacementOpened, origin: Origin) -> None:
    """Keep who is to work here, for what and when."""
    if not _is_promoter(session, origin):
        return
    await session.merge(HostPlacementCopy(promoter=origin.member, **event.model_dump()))


def _is_promoter(session: AsyncSession, origin: Origin) -> bool:
    """Whether a member may tell a host who comes: one that follows people, and is no host itself."""
    entry = runtime_of(session).directory.current.entry(origin.member)
    if entry is None or (entry.kind not in HOST_KINDS and "care" in entry.circles):
        return True
    log.warning("promoter's word not believed", source=origin.source, event_id=origin.event_id)
    return False


@handlers.copy(HostPlacementStarted)
async def copy_start(session: AsyncSession, event: HostPlacementStarted, origin: Origin) -> None:
    """Keep since when a person works here."""
    hosted = await session.get(HostPlacementCopy, (origin.member, event.placement))
    if hosted is not None:
        hosted.started_on = event.started_on


@handlers.copy(HostPlacementClosed)
async def copy_departure(session: AsyncSession, event: HostPlacementClosed, origin: Origin) -> None:
    """Keep that a person works here no longer; the host is not told why."""
    hosted = await session.get(HostPlacementCopy, (origin.member, event.placement))
    if hosted is not None:
        hosted.ended_on = event.ended_on


@handlers.react(HostApprovalGiven)
async def hear_approval(session: AsyncSession, event: HostApprovalGiven, origin: Origin) -> None:
    """Take the host's approval (adesione), given on line."""
    placement = await _asked_of(session, event, origin)
    if placement is not None:
        await commands.take_approval(session, placement, "host", event.given_on, "online")


@handlers.react(HostApprovalRefused)
async def hear_refusal(session: AsyncSession, event: HostApprovalRefused, origin: Origin) -> None:
    """Take it that the host cannot: the placement is withdrawn."""
    placement = await _asked_of(session, event, origin)
    if placement is not None:
        await commands.take_refusal(session, placement, "host", event.refused_on, event.reason)


async def _asked_of(
    session: AsyncSession, event: HostApprovalGiven | HostApprovalRefused, origin: Origin
) -> Placement | None:
    """The placement for which this host's word is awaited, locked; or None.

    Only the host of a placement is believed, once, and only while the placement is proposed.
    """
    placement = await commands.find_locked(session, event.placement)
    if (
        placement is not None
        and event.promoter == runtime_of(session).settings.member
        and placement.host == origin.member
        and (placement.agreed_on or placement.started_on or placement.withdrawn_on) is None
        and "host" in (await queries.approvals_of(session, placement)).missing
    ):
        return placement
    log.warning("host's word not believed", source=origin.source, event_id=origin.event_id)
    return None


@handlers.forget
async def forget_copies(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what was told in a stream that was erased: who works here, a completed evaluation."""
    if erased.own:
        return 0
    if erased.kind == "evaluation":
        return await let_go(session, EvaluationCopy, member=erased.member, evaluation=erased.scope_id)
    if erased.kind == "placement" and erased.circle == "host":
        asked = {"promoter": erased.member, "placement": erased.scope_id}
        return await let_go(session, HostPlacementCopy, **asked)
    return 0


@handlers.erase_record
async def erase_rows(session: AsyncSession, record: str) -> int:
    """Delete what this service keeps of a record of ours: paths with their approvals, answers as a host."""
    paths = (
        await session.scalars(select(col(Placement.placement)).where(col(Placement.record) == record))
    ).all()
    gone = sum([await let_go(session, Approval, placement=path) for path in paths])
    gone += await let_go(session, HostAnswer, record=record)
    return gone + await let_go(session, Placement, record=record)
