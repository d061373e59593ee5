"""Who asks us who has looked, and who answers."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.handlers import Origin
from trama_contracts.registry import AccessesAsked, AccessesTold, UrgentAccessTaken

from trama_registry.commands import looking
from trama_registry.event_handlers.heard import handlers
from trama_registry.models import AccessesToldCopy, UrgentAccessCopy


@handlers.react(AccessesAsked)
async def answer(session: AsyncSession, event: AccessesAsked, origin: Origin) -> None:
    """A person asks at another member's desk who has looked here."""
    await looking.tell_accesses(session, event, origin)


@handlers.copy(AccessesTold)
async def copy_answer(session: AsyncSession, event: AccessesTold, origin: Origin) -> None:
    """Keep what a member answered to a question of ours."""
    if event.asker.member != caseload.own_member(session):
        return
    told = event.model_dump(mode="json")
    await session.merge(
        AccessesToldCopy(
            member=origin.member,
            inquiry=event.inquiry,
            part=event.piece,
            record=event.asker.record,
            parts=event.pieces,
            told_on=event.told_on,
            services=told["services"],
            accesses=told["accesses"],
        )
    )


@handlers.copy(UrgentAccessTaken)
async def copy_urgent_access(session: AsyncSession, event: UrgentAccessTaken, origin: Origin) -> None:
    """Keep that somebody looked in urgency elsewhere: we hold the referente, who is to know."""
    await session.merge(
        UrgentAccessCopy(
            member=origin.member,
            urgent_access=event.urgent_access,
            record=origin.record,
            reason=event.reason,
            taken_on=event.taken_on,
        )
    )
