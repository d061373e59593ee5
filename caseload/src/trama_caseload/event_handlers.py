"""What a service beside a registry does with what registries tell. Copies are of its own member's alone."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.erasure_rows import let_go
from trama_chassis.handlers import ErasedStream, EventHandlers, Origin
from trama_contracts.registry import (
    PersonRegistered,
    RecordsUnlinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_caseload import sharing
from trama_caseload.copies import EpisodeCopy, PersonCopy
from trama_caseload.queries import own_member

handlers = EventHandlers()
handlers.include(sharing.handlers)


def _is_ours(session: AsyncSession, origin: Origin) -> bool:
    """Whether this member's own service says it: a record id means nothing without its member."""
    return origin.member == own_member(session)


@handlers.copy(PersonRegistered)
async def copy_person(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
    """Keep the name by which the person is called here."""
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


@handlers.forget
async def forget_copies(session: AsyncSession, erased: ErasedStream) -> int:
    """Let go of what our own registry told in a stream that was erased: who the person is, an episode."""
    if erased.member != own_member(session):
        return 0
    if erased.kind == "record":
        return await let_go(session, PersonCopy, record=erased.record)
    return await let_go(session, EpisodeCopy, episode=erased.scope_id, record=erased.record)


@handlers.react(ReportingIdAssigned)
async def learn_reporting_id(session: AsyncSession, event: ReportingIdAssigned, origin: Origin) -> None:
    """Take in the pseudonym under which what is written here of the person is counted."""
    if _is_ours(session, origin):
        await access.learn_reporting_id(session, record=origin.record, reporting_id=event.reporting_id)


@handlers.react(RecordsUnlinked)
async def forget_link(session: AsyncSession, event: RecordsUnlinked, origin: Origin) -> None:
    """Learn that two records are not of one person: each goes its own way from here."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    if not await access.hear_unlink(session, link=event.link, a=a, b=b, said_by=said_by):
        sharing.log.info("separation known or not believed", source=origin.source, event_id=origin.event_id)
