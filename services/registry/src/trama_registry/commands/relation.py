"""What becomes of a taking in charge: it rests, goes on, is reopened; who is competent; what was agreed."""

from datetime import date, timedelta
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Event
from trama_contracts.registry import (
    CompetenceDisputed,
    CompetenceMoved,
    CompetenceSettled,
    ServicePactSigned,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_registry import queries
from trama_registry.commands.retention import let_fall
from trama_registry.commands.taking_in_charge import in_charge, moment_of
from trama_registry.errors import (
    AlreadyInCharge,
    CompetenceWithOneself,
    EndsBeforeStart,
    EpisodeNotHere,
    NotInDirectory,
)
from trama_registry.models import Protocol, TakingInCharge
from trama_registry.schemas import (
    DisputeCompetence,
    EnterProtocol,
    MoveCompetence,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
)

DISPUTE_DAYS = 15
"""After how many days a dispute is put before who coordinates, where the service has not chosen otherwise."""


async def suspend(session: AsyncSession, record: str, request: Suspend, by: Caller) -> TakingInCharge:
    """Let the open taking in charge rest.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, AlreadySuspended, DayInFuture, DayTooEarly.
    """
    episode = await _as_seen(session, record, request.version)
    today = caseload.today(session)
    suspended = TakingInChargeSuspended(
        episode=episode.episode,
        suspended_on=request.suspended_on or today,
        reason=request.reason,
        resume_by=request.resume_by,
    )
    episode.suspend(suspended, today=today)
    return _publish(session, episode, suspended, suspended.suspended_on, by)


async def resume(session: AsyncSession, record: str, request: Resume, by: Caller) -> TakingInCharge:
    """Go on after a rest.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, NotSuspended, DayInFuture, DayTooEarly.
    """
    episode = await _as_seen(session, record, request.version)
    today = caseload.today(session)
    resumed = TakingInChargeResumed(episode=episode.episode, resumed_on=request.resumed_on or today)
    episode.resume(resumed.resumed_on, today=today)
    return _publish(session, episode, resumed, resumed.resumed_on, by)


async def reopen(session: AsyncSession, record: str, request: Reopen, by: Caller) -> TakingInCharge:
    """Go on with the episode that was closed last: nothing may have been opened since.

    Raises PersonNotHere, EpisodeNotHere, AlreadyInCharge, ChangedMeanwhile, NotClosed, DayInFuture,
    DayTooEarly.
    """
    await queries.find_person(session, record)
    episode = await queries.last_taking_in_charge(session, record, lock=True)
    if episode is None:
        raise EpisodeNotHere
    if request.episode not in (None, episode.episode):
        await _must_be_last(session, record, request.episode, episode)
    refuse_changed(request.version, episode.version, who=episode.changed_by or "")
    today = caseload.today(session)
    reopened = TakingInChargeReopened(
        episode=episode.episode, reopened_on=request.reopened_on or today, reason=request.reason
    )
    episode.reopen(reopened, today=today)
    await let_fall(session, record)
    return _publish(session, episode, reopened, reopened.reopened_on, by)


async def _must_be_last(session: AsyncSession, record: str, asked: str | None, last: TakingInCharge) -> None:
    named = await session.get(TakingInCharge, asked)
    if named is None or named.record != record:
        raise EpisodeNotHere
    raise AlreadyInCharge(
        "Dopo quella presa in carico ne è stata aperta un'altra, dal %(day)s: si può riaprire solo l'ultima.",
        field="episode",
        day=last.opened_on,
    )


async def move_competence(
    session: AsyncSession, record: str, request: MoveCompetence, by: Caller
) -> TakingInCharge:
    """Say that another member has to answer for the person from that day on; we follow until it does.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, NotInDirectory, CompetenceWithOneself, DayInFuture...
    """
    episode = await _as_seen(session, record, request.version)
    _must_be_another(session, request.to, "to")
    today = caseload.today(session)
    moved = CompetenceMoved(
        episode=episode.episode, to=request.to, moved_on=request.moved_on or today, ground=request.ground
    )
    episode.move_competence(moved, today=today)
    return _publish(session, episode, moved, moved.moved_on, by)


async def dispute_competence(
    session: AsyncSession, record: str, request: DisputeCompetence, by: Caller
) -> TakingInCharge:
    """Say that it is not agreed with another member who has to answer; we follow meanwhile.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, NotInDirectory, CompetenceWithOneself, DayInFuture...
    """
    episode = await _as_seen(session, record, request.version)
    _must_be_another(session, request.other, "other")
    today = caseload.today(session)
    disputed = CompetenceDisputed(
        episode=episode.episode,
        other=request.other,
        disputed_on=request.disputed_on or today,
        reason=request.reason,
    )
    episode.dispute_competence(disputed, today=today)
    return _publish(session, episode, disputed, disputed.disputed_on, by)


async def settle_competence(
    session: AsyncSession, record: str, request: SettleCompetence, by: Caller
) -> TakingInCharge:
    """Say that it is clear who has to answer.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, NotInDirectory, CompetenceClear, DayInFuture...
    """
    episode = await _as_seen(session, record, request.version)
    _must_be_member(session, request.competent, "competent")
    today = caseload.today(session)
    settled = CompetenceSettled(
        episode=episode.episode, competent=request.competent, settled_on=request.settled_on or today
    )
    episode.settle_competence(settled, own=caseload.own_member(session), today=today)
    return _publish(session, episode, settled, settled.settled_on, by)


async def sign_pact(session: AsyncSession, record: str, request: SignPact, by: Caller) -> TakingInCharge:
    """Note that the person signed the service pact, or renewed it.

    Raises PersonNotHere, NotInCharge, ChangedMeanwhile, NoServicePactHere, DayInFuture, DayTooEarly.
    """
    episode = await _as_seen(session, record, request.version)
    today = caseload.today(session)
    signed = ServicePactSigned(
        episode=episode.episode, signed_on=request.signed_on or today, valid_until=request.valid_until
    )
    episode.sign_pact(signed, today=today)
    return _publish(session, episode, signed, signed.signed_on, by)


def enter_protocol(session: AsyncSession, request: EnterProtocol) -> Protocol:
    """Keep a protocol for the integrated taking in charge. Raises EndsBeforeStart, NotInDirectory."""
    if request.valid_to is not None and request.valid_to < request.valid_from:
        raise EndsBeforeStart("La fine precede l'inizio: correggete le date.", field="valid_to")
    for member in request.members:
        _must_be_member(session, member, "members")
    protocol = Protocol(protocol=str(uuid4()), **request.model_dump())
    session.add(protocol)
    return protocol


def _must_be_member(session: AsyncSession, member: str, field: str) -> None:
    if member not in runtime_of(session).directory.current.members:
        raise NotInDirectory("«%(member)s» non fa parte della rete.", field=field, member=member)


def _must_be_another(session: AsyncSession, member: str, field: str) -> None:
    _must_be_member(session, member, field)
    if member == caseload.own_member(session):
        raise CompetenceWithOneself(field=field)


async def _as_seen(session: AsyncSession, record: str, version: int | None) -> TakingInCharge:
    """The open episode, locked, if it is still as its writer saw it. Raises NotInCharge, ChangedMeanwhile."""
    episode = await in_charge(session, record)
    refuse_changed(version, episode.version, who=episode.changed_by or "")
    return episode


def _publish(
    session: AsyncSession, episode: TakingInCharge, event: Event, on: date, by: Caller
) -> TakingInCharge:
    episode.changed(by.name)
    happened = moment_of(runtime_of(session), on)
    outbox.add(session, event, record=episode.record, scope=episode.episode, occurred_at=happened)
    return episode


async def watch_disputes(session: AsyncSession, today: date) -> None:
    """Put before who coordinates what has been disputed for too long, each dispute once (a timer)."""
    settings = runtime_of(session).settings
    patience = timedelta(days=getattr(settings, "dispute_days", DISPUTE_DAYS))
    disputed = await session.scalars(
        select(TakingInCharge).where(
            col(TakingInCharge.competence) == "disputed",
            col(TakingInCharge.closed_on).is_(None),
            col(TakingInCharge.dispute_escalated_on).is_(None),
        )
    )
    for episode in disputed:
        episode.watch_dispute(today, patience=patience)
