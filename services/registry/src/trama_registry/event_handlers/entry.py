"""A line of the story for everything that can be read."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import bulk
from trama_chassis.handlers import Origin
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.registry import ReportingIdAssigned

from trama_registry.event_handlers.heard import handlers
from trama_registry.models import EntryCopy

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
