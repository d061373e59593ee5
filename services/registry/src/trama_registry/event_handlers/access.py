"""What changes who may know: authorisations and links."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import Origin
from trama_contracts.registry import AuthorisationGiven, RecordsLinked, RecordsUnlinked

from trama_registry import commands
from trama_registry.event_handlers.heard import handlers, log


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
    decided = event.certainty == "decided"
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by, decided=decided):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)


@handlers.react(RecordsUnlinked)
async def forget_link(session: AsyncSession, event: RecordsUnlinked, origin: Origin) -> None:
    """Learn that two records are not of one person: each goes its own way from here, and ours says so."""
    if not await commands.learn_separation(session, event, said_by=(origin.member, origin.record)):
        log.info("separation known or not believed", source=origin.source, event_id=origin.event_id)
