"""What changes who may know: authorisations and links, as all services learn them, and separations."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import sharing
from trama_chassis.handlers import Origin
from trama_contracts.registry import AuthorisationWithdrawn, RecordsUnlinked

from trama_registry import commands
from trama_registry.event_handlers.heard import handlers, log

handlers.include(sharing.handlers)


@handlers.react(AuthorisationWithdrawn)
async def retell_withdrawal(session: AsyncSession, event: AuthorisationWithdrawn, origin: Origin) -> None:
    """A consent that we had received was taken back at another's desk: tell it to who reads us."""
    await commands.hear_withdrawal(session, event, origin)


@handlers.react(RecordsUnlinked)
async def forget_link(session: AsyncSession, event: RecordsUnlinked, origin: Origin) -> None:
    """Learn that two records are not of one person: each goes its own way from here, and ours says so."""
    if not await commands.learn_separation(session, event, said_by=(origin.member, origin.record)):
        log.info("separation known or not believed", source=origin.source, event_id=origin.event_id)
