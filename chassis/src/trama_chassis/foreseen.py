"""Who would read what of ours, if something were so that is not yet: asked before it is so. It only reads."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from trama_chassis.entitlement import PARTY_CIRCLES, Offered, entitled
from trama_chassis.knowledge import knowledge_of
from trama_chassis.outbox import runtime_of


async def circles_open_to(session: AsyncSession, record: str, member: str) -> list[str]:
    """The circles in which another member would read what we write on a record, if it followed the person."""
    runtime = runtime_of(session)
    own, service, directory = runtime.settings.member, runtime.settings.service, runtime.directory.current
    known = await knowledge_of(session, runtime, record)
    known = replace(known, linked=known.linked | {member})
    offered = {
        circle: Offered(own, service, circle, f"record:{record}")
        for circle in directory.circles(own) - PARTY_CIRCLES - {"accountability"}
    }
    recipient = f"{member}.{service}"
    return sorted(circle for circle, one in offered.items() if entitled(one, recipient, known).permitted)
