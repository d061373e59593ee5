"""Opening and closing the relation proper to this member, and who is the one person to speak to."""

from datetime import date, datetime, time
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import audit, outbox
from trama_chassis.accounts import Caller
from trama_chassis.clock import ZONE, last_moment
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_chassis.runtime import Runtime
from trama_contracts.payload_fields import Basis, Sector
from trama_contracts.registry import (
    CaseManagerAssigned,
    Integration,
    TakingInChargeClosed,
    TakingInChargeOpened,
)

from trama_registry import queries
from trama_registry.commands.retention import let_fall
from trama_registry.errors import NoTakingInChargeHere, NotInCharge
from trama_registry.models import TakingInCharge
from trama_registry.models.taking_in_charge import KINDS
from trama_registry.schemas import CaseManagerAsked, CloseTakingInCharge, OpenTakingInCharge

SECTORS: dict[str, Sector] = {
    "social": "social",
    "health": "health",
    "work-integration": "work-integration",
    "employment": "employment",
}


async def open_taking_in_charge(
    session: AsyncSession, record: str, request: OpenTakingInCharge, by: Caller
) -> TakingInCharge:
    """Take a person in charge; after a closing this is a new episode.

    Raises PersonNotHere, AlreadyInCharge, NoTakingInChargeHere, DayInFuture, DayTooEarly, and what
    `integration_of` raises.
    """
    await queries.find_person(session, record)
    last = await queries.last_taking_in_charge(session, record)
    integration = await integration_of(session, request)
    await let_fall(session, record)
    return open_episode(session, record, request, by, last=last, integration=integration)


async def integration_of(session: AsyncSession, request: OpenTakingInCharge) -> Integration | None:
    """Who holds the taking in charge together, if it is asked for, and by which protocol.

    Raises ProtocolNotHere, ProtocolNotInForce, NotPartyToProtocol.
    """
    if request.protocol is None:
        return None
    protocol = await queries.find_protocol(session, request.protocol)
    own, others = caseload.own_member(session), request.integrated_with or protocol.members
    on = request.opened_on or caseload.today(session)
    return protocol.integrate({own, *others}, on=on, allowing=audit.allowing(session))


def open_episode(
    session: AsyncSession,
    record: str,
    request: OpenTakingInCharge,
    by: Caller,
    *,
    last: TakingInCharge | None,
    integration: Integration | None = None,
) -> TakingInCharge:
    """Open an episode after the last one, if there was any, and publish it."""
    runtime = runtime_of(session)
    today = caseload.today(session)
    sector = _sector_of(runtime)
    opening = TakingInChargeOpened(
        episode=str(uuid4()),
        sector=sector,
        opened_on=request.opened_on or today,
        need=request.need,
        kind=KINDS[sector],
        basis=Basis(**request.basis.model_dump()) if request.basis else None,
        integration=integration,
    )
    episode = TakingInCharge.open(record, opening, last=last, today=today)
    episode.changed_by = by.name
    session.add(episode)
    happened = moment_of(runtime, opening.opened_on)
    outbox.add(session, opening, record=record, scope=episode.episode, occurred_at=happened)
    if request.case_manager is not None:
        _assign(session, episode, request.case_manager, by)
    return episode


def _sector_of(runtime: Runtime) -> Sector:
    """The sector proper to this member, by its setting or else by the directory."""
    entry = runtime.directory.current.entry(runtime.settings.member)
    named = getattr(runtime.settings, "sector", None) or (entry.sector if entry is not None else "")
    if named not in SECTORS:
        raise NoTakingInChargeHere
    return SECTORS[named]


def moment_of(runtime: Runtime, day: date, *, at_end: bool = False) -> datetime:
    """When something dated happened: now if it is of today, else the first or last moment of its day."""
    if day == runtime.clock.today():
        return runtime.clock.moment()
    return last_moment(day) if at_end else datetime.combine(day, time(), ZONE)


async def close_taking_in_charge(
    session: AsyncSession, record: str, request: CloseTakingInCharge, by: Caller | None = None
) -> TakingInCharge:
    """End the open episode with its reason.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, DayInFuture, DayTooEarly.
    """
    runtime = runtime_of(session)
    episode = await in_charge(session, record)
    refuse_changed(request.version, episode.version, who=episode.changed_by or "")
    today = caseload.today(session)
    closed_on = request.closed_on or today
    episode.close(request.reason, on=closed_on, today=today)
    episode.changed(by.name if by else "")
    closed = TakingInChargeClosed(episode=episode.episode, closed_on=closed_on, reason=request.reason)
    happened = moment_of(runtime, closed_on, at_end=True)
    outbox.add(session, closed, record=record, scope=episode.episode, occurred_at=happened)
    return episode


async def in_charge(session: AsyncSession, record: str) -> TakingInCharge:
    """The open episode, locked: it stays open until what is recorded under it is. Raises NotInCharge."""
    episode = await queries.open_taking_in_charge_of(session, record, lock=True)
    if episode is None:
        await queries.find_person(session, record)
        raise NotInCharge
    return episode


async def assign_case_manager(
    session: AsyncSession, record: str, request: CaseManagerAsked, by: Caller
) -> TakingInCharge:
    """Make somebody the referente; who was it before is so no longer.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, DayInFuture, DayTooEarly.
    """
    episode = await in_charge(session, record)
    refuse_changed(request.version, episode.version, who=episode.changed_by or "")
    _assign(session, episode, request, by)
    episode.changed(by.name)
    return episode


def _assign(session: AsyncSession, episode: TakingInCharge, request: CaseManagerAsked, by: Caller) -> None:
    runtime = runtime_of(session)
    today = caseload.today(session)
    assigned = CaseManagerAssigned(
        episode=episode.episode,
        operator=request.operator or by.operator,
        name=request.name or by.name,
        phone=request.phone,
        since=request.since or today,
    )
    episode.assign(assigned, today=today)
    happened = moment_of(runtime, assigned.since)
    outbox.add(session, assigned, record=episode.record, scope=episode.episode, occurred_at=happened)
