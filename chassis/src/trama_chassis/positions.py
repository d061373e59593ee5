"""How far each granted stream has been applied: read once per batch, written back guarded by it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.envelope import Envelope
from trama_contracts.inner import instant
from trama_contracts.opening import StreamKey
from trama_contracts.outcomes import HELD, Position

from trama_chassis.tables import Erased, GrantReceived, HeadHeard, InboxEvent, table_of
from trama_chassis.tables import Position as PositionRow

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

POSITION_OF_GRANT = (col(PositionRow.topic) == col(GrantReceived.topic)) & (
    col(PositionRow.stream) == col(GrantReceived.stream)
)
HEAD_OF_GRANT = (col(HeadHeard.topic) == col(GrantReceived.topic)) & (
    col(HeadHeard.stream) == col(GrantReceived.stream)
)

Name = tuple[str, str]
"""A stream is the pair (topic, stream id); the id alone identifies nothing."""


def name_of(envelope: Envelope) -> Name:
    """The stream an event belongs to."""
    return (str(envelope.topic), envelope.subject)


class LostRace(Exception):
    """Another process moved a position between our reading and writing it: nothing of this batch was kept."""


@dataclass(slots=True)
class Standing:
    """One stream as this service holds it, while a batch is applied."""

    topic: str
    stream: str
    key: StreamKey | None
    scope: str
    seq: int
    hash: str | None
    erased: bool = False
    stopped: bool = False
    blocked_seq: int | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    acted_seq: int = 0
    last: int | None = None
    """Up to where a stream that has ended for us is ours."""
    stored: bool = False
    stored_seq: int = 0
    changed: bool = False
    held: dict[int, str] = field(default_factory=dict)

    @property
    def position(self) -> Position:
        """The position as the wire's opener wants it."""
        return Position(seq=self.seq, hash=self.hash, held=self.held, stopped=self.stopped)

    def advance(self, seq: int, value_hash: str) -> None:
        """Move to the next event."""
        self.seq, self.hash, self.changed = seq, value_hash, True
        self.held[seq] = value_hash
        self.held.pop(seq - HELD, None)


_GRANT = (
    col(GrantReceived.topic),
    col(GrantReceived.stream),
    col(GrantReceived.sealed_key),
    col(GrantReceived.circle),
    col(GrantReceived.scope),
    col(GrantReceived.record),
    col(GrantReceived.valid_until),
    col(GrantReceived.from_seq),
    col(GrantReceived.from_prevhash),
    col(GrantReceived.ended_at),
    col(HeadHeard.seq),
)
_POSITION = (
    col(PositionRow.seq),
    col(PositionRow.hash),
    col(PositionRow.stopped),
    col(PositionRow.blocked_seq),
    col(PositionRow.waiting),
    col(PositionRow.waiting_since),
    col(PositionRow.acted_seq),
)


async def of_ours(session: AsyncSession, names: Collection[Name]) -> set[Name]:
    """Those of the streams of which a key was ever given to us, or which are erased; one statement."""
    ids = sorted({stream for _, stream in names})
    granted = select(col(GrantReceived.topic), col(GrantReceived.stream)).where(
        col(GrantReceived.stream).in_(ids)
    )
    erased = select(col(Erased.topic), col(Erased.stream)).where(col(Erased.stream).in_(ids))
    rows = await session.execute(granted.union(erased))
    return {(topic, stream) for topic, stream in rows} & set(names)


async def place(session: AsyncSession, name: Name, seq: int) -> tuple[int | None, str | None]:
    """How far a stream is applied, None if it is not ours to read, and the hash at a number of it."""
    found = await session.execute(
        select(col(PositionRow.seq), col(InboxEvent.hash))
        .select_from(GrantReceived)
        .outerjoin(PositionRow, POSITION_OF_GRANT)
        .outerjoin(
            InboxEvent,
            (col(InboxEvent.topic) == name[0])
            & (col(InboxEvent.stream) == name[1])
            & (col(InboxEvent.seq) == seq),
        )
        .where(col(GrantReceived.topic) == name[0], col(GrantReceived.stream) == name[1])
        .where(func.length(col(GrantReceived.sealed_key)) > 0)
    )
    row = found.one_or_none()
    return (None, None) if row is None else (row[0] or 0, row[1])


async def load(
    session: AsyncSession, runtime: "Runtime", envelopes: Iterable[Envelope], *, lock: bool = False
) -> dict[Name, Standing]:
    """The standing of each stream of these events that was granted or erased; two or three statements."""
    wanted = list(envelopes)
    if not wanted:
        return {}
    streams = sorted({envelope.subject for envelope in wanted})
    statement = (
        select(*_GRANT, *_POSITION)
        .outerjoin(PositionRow, POSITION_OF_GRANT)
        .outerjoin(HeadHeard, HEAD_OF_GRANT)
        .where(col(GrantReceived.stream).in_(streams))
        .order_by(col(GrantReceived.stream))
    )
    if lock:
        statement = statement.with_for_update(of=GrantReceived)
    found: dict[Name, Standing] = {}
    now = instant(runtime.clock.now())
    for row in await session.execute(statement):
        found[(row[0], row[1])] = _standing(runtime, row, now)
    await _mark_erased(session, streams, found)
    await _remember_hashes(session, wanted, found)
    return found


def _standing(runtime: "Runtime", row: Sequence[Any], now: str) -> Standing:
    topic, stream, sealed, circle, scope, record, valid_until, from_seq, from_prevhash, ended_at = row[:10]
    head, seq, value_hash, stopped, blocked_seq, waiting, waiting_since, acted_seq = row[10:]
    # Who falls away is told first how far the stream is theirs: that much is still applied.
    ended = ended_at is not None and (head or 0) <= (seq if seq is not None else from_seq - 1)
    over = ended or (valid_until is not None and str(valid_until) < now)
    key = None if over else StreamKey(runtime.keystore.open(sealed, stream), circle, record)
    stored = seq is not None
    return Standing(
        topic=str(topic),
        stream=str(stream),
        key=key,
        scope=str(scope),
        seq=seq if stored else from_seq - 1,
        hash=value_hash if stored else from_prevhash,
        stopped=bool(stopped),
        blocked_seq=blocked_seq,
        waiting=waiting or 0,
        waiting_since=waiting_since,
        acted_seq=acted_seq or 0,
        last=head if ended_at is not None else None,
        stored=stored,
        stored_seq=seq if stored else 0,
    )


async def _mark_erased(session: AsyncSession, streams: list[str], found: dict[Name, Standing]) -> None:
    rows = await session.execute(select(Erased).where(col(Erased.stream).in_(streams)))
    for row in rows.scalars():
        standing = found.setdefault(
            (row.topic, row.stream), Standing(row.topic, row.stream, None, "", 0, row.hash, stored=True)
        )
        standing.erased, standing.key, standing.hash = True, None, row.hash


async def _remember_hashes(
    session: AsyncSession, envelopes: list[Envelope], found: dict[Name, Standing]
) -> None:
    """Fetch the hashes of what comes again, to tell a duplicate from an equivocation."""
    again = [
        envelope
        for envelope in envelopes
        if (standing := found.get(name_of(envelope))) and envelope.streamseq < standing.seq
    ]
    if not again:
        return
    rows = await session.execute(
        select(
            col(InboxEvent.topic), col(InboxEvent.stream), col(InboxEvent.seq), col(InboxEvent.hash)
        ).where(
            col(InboxEvent.stream).in_({envelope.subject for envelope in again}),
            col(InboxEvent.seq).in_({envelope.streamseq for envelope in again}),
        )
    )
    for topic, stream, seq, value_hash in rows:
        if (topic, stream) in found:
            found[(topic, stream)].held[seq] = value_hash


_MOVED = ("seq", "hash", "stopped", "blocked_seq", "waiting", "waiting_since")


async def store(session: AsyncSession, standings: Iterable[Standing]) -> None:
    """Write back what moved.

    Raises LostRace if a position is no longer where it was read: two consumers were alive at once.
    """
    moved = sorted((one for one in standings if one.changed), key=lambda one: (one.stream, one.topic))
    table = table_of(PositionRow)
    connection = await session.connection()
    fresh = [
        {
            "topic": one.topic,
            "stream": one.stream,
            "told_seq": 0,
            **{name: getattr(one, name) for name in _MOVED},
        }
        for one in moved
        if not one.stored
    ]
    if fresh:
        await connection.execute(insert(table), fresh)
    known = [one for one in moved if one.stored]
    if known:
        statement = (
            update(table)
            .where(table.c.topic == bindparam("in_topic"), table.c.stream == bindparam("of_stream"))
            .where(table.c.seq == bindparam("from_seq"))
            .values({name: bindparam(f"to_{name}") for name in _MOVED})
        )
        rows = [
            {
                "in_topic": one.topic,
                "of_stream": one.stream,
                "from_seq": one.stored_seq,
                **{f"to_{name}": getattr(one, name) for name in _MOVED},
            }
            for one in known
        ]
        result = await connection.execute(statement, rows)
        if result.rowcount != len(rows):
            raise LostRace
