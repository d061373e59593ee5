"""What the placement service keeps of what it hears, and what it does on a host's word.

Copies are local and may lag; who is believed is decided here, what follows in the commands.
"""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.evaluation import EvaluationCompleted
from trama_contracts.placement import (
    HostApprovalGiven,
    HostApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
)
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    RecordsUnlinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_placement import commands, queries
from trama_placement.models import EpisodeCopy, EvaluationCopy, HostPlacementCopy, PersonCopy, Placement

log = structlog.get_logger("trama.placement")
handlers = EventHandlers()


def _is_ours(session: AsyncSession, origin: Origin) -> bool:
    """Whether this member's own service says it: a record id means nothing without its member."""
    return origin.member == runtime_of(session).settings.member


@handlers.copy(PersonRegistered)
async def copy_person(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
    """Keep the name by which the person is called here and at the host."""
    if _is_ours(session, origin):
        await session.merge(
            PersonCopy(record=origin.record, given_name=event.given_name, family_name=event.family_name)
        )


@handlers.copy(TakingInChargeOpened)
async def copy_opening(session: AsyncSession, event: TakingInChargeOpened, origin: Origin) -> None:
    """Keep that this member has the person in charge."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.opened_on = event.opened_on


@handlers.copy(TakingInChargeClosed)
async def copy_closing(session: AsyncSession, event: TakingInChargeClosed, origin: Origin) -> None:
    """Keep that this member has the person in charge no longer."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.closed_on = event.closed_on


@handlers.copy(TakingInChargeReopened)
async def copy_reopening(session: AsyncSession, event: TakingInChargeReopened, origin: Origin) -> None:
    """Keep that this member has the person in charge again: the episode was not over."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.closed_on = episode.suspended_on = None


@handlers.copy(TakingInChargeSuspended)
async def copy_suspension(session: AsyncSession, event: TakingInChargeSuspended, origin: Origin) -> None:
    """Keep that the taking in charge rests: nothing new begins meanwhile."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.suspended_on = event.suspended_on


@handlers.copy(TakingInChargeResumed)
async def copy_resumption(session: AsyncSession, event: TakingInChargeResumed, origin: Origin) -> None:
    """Keep that the taking in charge goes on."""
    if _is_ours(session, origin):
        episode = await _episode(session, event.episode, origin)
        episode.suspended_on = None


async def _episode(session: AsyncSession, episode: str, origin: Origin) -> EpisodeCopy:
    found = await session.get(EpisodeCopy, episode)
    if found is None:
        found = EpisodeCopy(episode=episode, record=origin.record)
        session.add(found)
    return found


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
    await session.merge(HostPlacementCopy(promoter=origin.member, **event.model_dump()))


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


@handlers.react(RecordsLinked)
async def learn_link(session: AsyncSession, event: RecordsLinked, origin: Origin) -> None:
    """Learn that two records are of one person."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    decided = event.certainty == "decided"
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by, decided=decided):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(RecordsUnlinked)
async def forget_link(session: AsyncSession, event: RecordsUnlinked, origin: Origin) -> None:
    """Learn that two records are not of one person: each goes its own way from here."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    if not await access.hear_unlink(session, link=event.link, a=a, b=b, said_by=said_by):
        log.info("separation known or not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(AuthorisationGiven)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Take in a reason to share what is written here about the person."""
    await access.learn_authorisation(
        session,
        authorisation=event.authorisation,
        member=origin.member,
        record=origin.record,
        terms=event.payload(),
    )


@handlers.react(ReportingIdAssigned)
async def learn_reporting_id(session: AsyncSession, event: ReportingIdAssigned, origin: Origin) -> None:
    """Take in the pseudonym under which the person's placements are counted."""
    if _is_ours(session, origin):
        await access.learn_reporting_id(session, record=origin.record, reporting_id=event.reporting_id)
