"""What the evaluation service keeps of what it hears.

Copies are local and may lag; nothing here decides.
"""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
)

from trama_evaluation.models import EpisodeCopy, PersonCopy

log = structlog.get_logger("trama.evaluation")
handlers = EventHandlers()


def _is_ours(session: AsyncSession, origin: Origin) -> bool:
    """Whether this member's own service says it: a record id means nothing without its member."""
    return origin.member == runtime_of(session).settings.member


@handlers.copy(PersonRegistered)
async def copy_person(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
    """Keep the name by which the person is called here and in invitations."""
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


async def _episode(session: AsyncSession, episode: str, origin: Origin) -> EpisodeCopy:
    found = await session.get(EpisodeCopy, episode)
    if found is None:
        found = EpisodeCopy(episode=episode, record=origin.record)
        session.add(found)
    return found


@handlers.react(RecordsLinked)
async def learn_link(session: AsyncSession, event: RecordsLinked, origin: Origin) -> None:
    """Learn that two records are of one person.

    Links with records of this member are believed from its own registry alone. A link of others is believed
    from one of its ends, which must be known already, and never if it would join two records of one member.
    """
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    if not _is_ours(session, origin):
        said_by, own = (origin.member, origin.record), runtime_of(session).settings.member
        if own in (a[0], b[0]):
            return
        members = [
            edge[0] for edge in await access.linked_to(session, *a) | await access.linked_to(session, *b)
        ]
        is_known = said_by in (a, b) and await access.own_records(session, said_by)
        if not is_known or len(members) != len(set(members)):
            log.warning("link not believed", source=origin.source, event_id=origin.event_id)
            return
    await access.learn_link(session, link=event.link, a=a, b=b)


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
    """Take in the pseudonym under which the person's evaluations and projects are counted."""
    if _is_ours(session, origin):
        await access.learn_reporting_id(session, record=origin.record, reporting_id=event.reporting_id)
