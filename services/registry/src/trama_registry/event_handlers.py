"""What the registry does about events: copies of all it can read, reactions to what changes who may know.

Copies depend on events alone: no clock, no number drawn here, or a rebuild would not find the same again.
"""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, bulk
from trama_chassis.handlers import EventHandlers, Origin
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.registry import (
    AuthorisationGiven,
    RecordsLinked,
    ReferralAccepted,
    ReferralDeclined,
    ReferralSent,
    ReferralWithdrawn,
    ReportingIdAssigned,
)

from trama_registry import commands
from trama_registry.models import EntryCopy, ReferralCopy

log = structlog.get_logger("trama.registry")
handlers = EventHandlers()

# The pseudonym is no part of anybody's story, and is better not kept beside it.
TOLD = tuple(
    event for event in EVENTS.values() if not issubclass(event, Fact) and event is not ReportingIdAssigned
)


@handlers.copy(*TOLD, own=True)
async def copy_entry(session: AsyncSession, event: Event, origin: Origin) -> None:
    """Keep a line of the timeline, our own events' too."""
    bulk.insert(
        session,
        EntryCopy,
        event_id=origin.event_id,
        member=origin.member,
        service=origin.service,
        record=origin.record,
        type=event.wire_type,
        circle=origin.circle,
        scope=origin.scope,
        occurred_at=origin.occurred_at,
        recorded_at=origin.recorded_at,
        role=origin.actor.role,
        actor_member=origin.actor.member,
        payload=event.payload(),
        caused_by=list(origin.caused_by),
        corrects=origin.corrects,
    )


@handlers.copy(ReferralSent)
async def copy_referral(session: AsyncSession, event: ReferralSent, origin: Origin) -> None:
    """Keep a referral that another member sent; the first word on it counts."""
    if await session.get(ReferralCopy, (origin.member, event.referral)) is not None:
        log.warning("referral sent twice", source=origin.source, event_id=origin.event_id)
        return
    sent = event.payload()
    session.add(
        ReferralCopy(
            sender=origin.member,
            referral=event.referral,
            record=origin.record,
            to=event.to,
            sent_on=event.sent_on,
            reason=event.reason,
            preview=sent["preview"],
            answer_by=event.answer_by,
        )
    )


@handlers.copy(ReferralWithdrawn)
async def copy_withdrawal(session: AsyncSession, event: ReferralWithdrawn, origin: Origin) -> None:
    """Note that a referral to us was taken back. It stands in the referral's own stream, so after it."""
    received = await session.get(ReferralCopy, (origin.member, event.referral))
    if received is None or received.record != origin.record:
        log.warning("withdrawal of no referral", source=origin.source, event_id=origin.event_id)
        return
    received.withdrawn_on, received.withdrawal_reason = event.withdrawn_on, event.reason


@handlers.react(ReferralAccepted)
async def take_acceptance(session: AsyncSession, event: ReferralAccepted, origin: Origin) -> None:
    """Close the loop of a referral of ours and link the records; only the receiver's word counts."""
    if not await commands.learn_acceptance(session, event, member=origin.member, record=origin.record):
        log.warning("answer not asked for", source=origin.source, event_id=origin.event_id)


@handlers.react(ReferralDeclined)
async def take_refusal(session: AsyncSession, event: ReferralDeclined, origin: Origin) -> None:
    """Note that a referral of ours was not accepted, and why; only the receiver's word counts."""
    if not await commands.learn_refusal(session, event, member=origin.member):
        log.warning("answer not asked for", source=origin.source, event_id=origin.event_id)


@handlers.react(AuthorisationGiven)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Take another member's word that the person, or a law, lets us share."""
    learnt = await access.learn_authorisation(
        session,
        authorisation=event.authorisation,
        member=origin.member,
        record=origin.record,
        terms=event.payload(),
    )
    if not learnt:
        log.warning("authorisation of another record", source=origin.source, event_id=origin.event_id)


@handlers.react(RecordsLinked)
async def learn_link(session: AsyncSession, event: RecordsLinked, origin: Origin) -> None:
    """Follow a link between two other members' records of a person of ours."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)
