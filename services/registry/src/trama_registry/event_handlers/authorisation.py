"""What somebody tells us of reasons to share that we do not read in their streams."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.handlers import Origin
from trama_contracts.registry import AuthorisationWithdrawalTold

from trama_registry.event_handlers.heard import handlers


@handlers.react(AuthorisationWithdrawalTold)
async def learn_of_withdrawal(
    session: AsyncSession, event: AuthorisationWithdrawalTold, origin: Origin
) -> None:
    """A consent was taken back where we do not read: what of ours rests on it ends, and Oggi says so."""
    said_by = (origin.member, origin.record)
    await access.learn_withdrawal(
        session, event.authorisation, said_by=said_by, withdrawn_on=event.withdrawn_on
    )
