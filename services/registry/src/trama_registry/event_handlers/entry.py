"""A line of the story for everything that can be read."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import bulk
from trama_chassis.handlers import ErasedStream, Origin
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.names import parse_topic
from trama_contracts.registry import (
    AccessesAsked,
    AccessesTold,
    ConflictDeclared,
    ConflictLifted,
    ErasureAnswered,
    ErasureRequested,
    ReportingIdAssigned,
    ReportingIdReplaced,
    UrgentAccessTaken,
)

from trama_registry import commands
from trama_registry.event_handlers.heard import handlers
from trama_registry.models import EntryCopy, NoteAddressee

# The pseudonym is no part of anybody's story, and is better not kept beside it. Erasure has its own register.
# Nor is who looks at it part of it.
LOOKING = (ConflictDeclared, ConflictLifted, UrgentAccessTaken, AccessesAsked, AccessesTold)
SILENT = (ReportingIdAssigned, ReportingIdReplaced, ErasureRequested, ErasureAnswered, *LOOKING)
TOLD = tuple(event for event in EVENTS.values() if not issubclass(event, Fact) and event not in SILENT)


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
        stream=origin.stream,
        on_behalf_of=origin.actor.on_behalf_of,
    )


@handlers.forget
async def forget_entries(session: AsyncSession, erased: ErasedStream) -> int:
    """Take out of every story what an erased stream told: a person taken for another is no longer shown.

    Whom a note was written to goes with it, and so does what our service answered to it.
    """
    topic = parse_topic(erased.topic)
    if topic is None or erased.record is None:
        return 0
    place = {
        "member": topic.member,
        "service": topic.service,
        "record": erased.record,
        "stream": erased.stream,
    }
    bulk.withdraw(session, EntryCopy, **place)
    told = [col(getattr(EntryCopy, name)) == value for name, value in place.items()]
    entries = (await session.scalars(select(col(EntryCopy.event_id)).where(*told))).all()
    await session.execute(delete(NoteAddressee).where(col(NoteAddressee.note).in_(entries)))
    await session.execute(delete(EntryCopy).where(*told))
    if erased.scope.startswith("note:") and not erased.own:
        await commands.forget_readings(session, entries)
    return len(entries)
