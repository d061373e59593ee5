"""What changes who may know, as any registry tells it: authorisations, and links between records."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import EventHandlers, Origin
from trama_contracts.registry import AuthorisationGiven, RecordsLinked

log = structlog.get_logger("trama.caseload")
handlers = EventHandlers()


@handlers.react(AuthorisationGiven)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Take a member's word that the person, or a law, lets us share what is written here."""
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
    """Learn that two records are of one person; `access.hear_link` says who is believed."""
    a, b = ((party.member, party.record) for party in (event.a, event.b))
    said_by = (origin.member, origin.record)
    decided = event.certainty == "decided"
    if not await access.hear_link(session, link=event.link, a=a, b=b, said_by=said_by, decided=decided):
        log.warning("link not believed", source=origin.source, event_id=origin.event_id)
