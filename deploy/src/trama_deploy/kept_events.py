"""What one service has published and applied: the bytes it keeps, opened with its own keys. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.keystore import Keystore, KeystoreDamaged
from trama_chassis.tables import GrantReceived, InboxEvent, OutboxRow, OwnStream
from trama_contracts.envelope import parse_event
from trama_contracts.errors import WireFault
from trama_contracts.inner import Inner, complete, parse_head
from trama_contracts.names import parse_topic

Direction: TypeAlias = Literal["published", "applied"]
UNOPENED = "?"
"""The type of an event whose key is gone (erased), or does not open it."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One event in the clear: what its envelope says, and what is sealed in it."""

    at: datetime
    direction: Direction
    source: str
    type: str
    scope: str
    seq: int
    occurred_at: datetime | None
    outcome: str
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Marks:
    """How far both archives have been read."""

    published: int = 0
    applied: int = 0


BEGINNING = Marks()


async def newest(
    session: AsyncSession, keystore: Keystore, limit: int, after: Marks = BEGINNING
) -> tuple[list[KeptEvent], Marks]:
    """The newest events behind the marks, oldest first, and the marks behind which nothing was seen yet."""
    published = (
        await session.execute(
            select(OutboxRow, OwnStream)
            .outerjoin(OwnStream, col(OwnStream.stream) == col(OutboxRow.stream))
            .where(col(OutboxRow.kind).in_(("event", "fact")), col(OutboxRow.position) > after.published)
            .order_by(col(OutboxRow.position).desc())
            .limit(limit)
        )
    ).all()
    applied = (
        await session.execute(
            select(InboxEvent, GrantReceived)
            .outerjoin(
                GrantReceived,
                (col(GrantReceived.topic) == col(InboxEvent.topic))
                & (col(GrantReceived.stream) == col(InboxEvent.stream)),
            )
            .where(col(InboxEvent.position) > after.applied)
            .order_by(col(InboxEvent.position).desc())
            .limit(limit)
        )
    ).all()
    events = [_published(keystore, row, stream) for row, stream in published]
    events += [_applied(keystore, row, grant) for row, grant in applied]
    last = _last(row for row, _ in published), _last(row for row, _ in applied)
    marks = Marks(last[0] or after.published, last[1] or after.applied)
    return sorted(events, key=lambda event: event.at)[-limit:], marks


def _last(rows: Iterable[OutboxRow | InboxEvent]) -> int:
    return max((row.position or 0 for row in rows), default=0)


def _published(keystore: Keystore, row: OutboxRow, stream: OwnStream | None) -> KeptEvent:
    return _kept(keystore, row, stream, row.committed_at, "published", "")


def _applied(keystore: Keystore, row: InboxEvent, grant: GrantReceived | None) -> KeptEvent:
    return _kept(keystore, row, grant, row.received_at, "applied", row.outcome)


def _kept(
    keystore: Keystore,
    row: OutboxRow | InboxEvent,
    held: OwnStream | GrantReceived | None,
    at: datetime,
    direction: Direction,
    outcome: str,
) -> KeptEvent:
    topic = parse_topic(row.topic)
    inner = _opened(keystore, row, held)
    return KeptEvent(
        at=at,
        direction=direction,
        source=topic.principal if topic else row.topic,
        type=inner.type if inner else UNOPENED,
        scope=held.scope.partition(":")[0] if held else UNOPENED,
        seq=row.seq or 0,
        occurred_at=inner.occurred_at if inner else None,
        outcome=outcome,
        payload=inner.payload if inner else None,
    )


def _opened(
    keystore: Keystore, row: OutboxRow | InboxEvent, held: OwnStream | GrantReceived | None
) -> Inner | None:
    topic = parse_topic(row.topic)
    if topic is None or held is None or not held.sealed_key or row.stream is None:
        return None
    try:
        key = keystore.open(held.sealed_key, row.stream)
        envelope = parse_event(row.value, topic)
        return complete(parse_head(envelope.unseal(key)))
    except (KeystoreDamaged, WireFault):
        return None
