"""What recipients have told us they hold of what we published: the ticks beside what was sent."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.tables import Delivered, OutboxRow


async def applied(session: AsyncSession, events: Iterable[str]) -> dict[str, frozenset[str]]:
    """The principals that have applied each of these events of ours, as far as their receipts say."""
    rows = await session.execute(
        select(col(OutboxRow.event_id), col(Delivered.recipient))
        .join(Delivered, col(Delivered.stream) == col(OutboxRow.stream))
        .where(col(OutboxRow.event_id).in_(sorted(set(events))), col(Delivered.seq) >= col(OutboxRow.seq))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for event_id, recipient in rows:
        found[event_id].add(recipient)
    return {event_id: frozenset(recipients) for event_id, recipients in found.items()}
