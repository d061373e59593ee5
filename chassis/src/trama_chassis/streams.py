"""This service's own streams: held by record, found or begun, locked, their heads read anew each time.

Heads are never kept in memory: a rolled-back transaction would leave the hash of a value that never existed.
"""

import os
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from sqlalchemy import bindparam, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.errors import Refused
from trama_chassis.tables import OwnStream, insert_or, table_of

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


STRIPES = 1024
"""Into how many parts records are held: one transaction may decide for thousands of them."""
ERASED = b""
"""What stands in the place of the key of a stream that was erased."""


class StreamErased(Refused):
    """What would go on was erased: nothing is ever written there again."""

    status = 410
    code = "stream-erased"
    detail = "Ciò a cui vi riferite è stato cancellato definitivamente: non si può aggiungere altro."


class StreamName(NamedTuple):
    """What makes two events of a service belong to one stream."""

    topic: str
    record: str
    circle: str
    scope: str


@dataclass(slots=True)
class StreamHead:
    """A locked stream and where it stands."""

    stream: str
    topic: str
    record: str
    circle: str
    scope: str
    generation: int
    key: bytes
    seq: int
    hash: str | None
    continues: dict[str, Any] | None
    not_before: datetime | None
    ended: bool = False

    @property
    def just_begun(self) -> bool:
        """Whether this transaction began it: then nobody was ever given its key."""
        return self.seq == 0 and self.generation == 1 and not self.ended

    @property
    def name(self) -> StreamName:
        """What makes two events belong to it."""
        return StreamName(self.topic, self.record, self.circle, self.scope)


def _begun(runtime: "Runtime", name: StreamName, generation: int = 1) -> dict[str, Any]:
    stream = str(uuid.uuid4())
    sealed_key = runtime.keystore.seal(os.urandom(32), stream)
    return {
        **name._asdict(),
        "stream": stream,
        "generation": generation,
        "sealed_key": sealed_key,
        "seq": 0,
        "told_seq": 0,
        "ended": False,
    }


def _head(runtime: "Runtime", row: OwnStream) -> StreamHead:
    return StreamHead(
        stream=row.stream,
        topic=row.topic,
        record=row.record,
        circle=row.circle,
        scope=row.scope,
        generation=row.generation,
        key=runtime.keystore.open(row.sealed_key, row.stream),
        seq=row.seq,
        hash=row.hash,
        continues=row.continues,
        not_before=row.not_before,
        ended=row.ended,
    )


_NAME = (col(OwnStream.topic), col(OwnStream.record), col(OwnStream.circle), col(OwnStream.scope))


async def hold(session: AsyncSession, runtime: "Runtime", records: Collection[str]) -> None:
    """Have these records to ourselves until this transaction ends; SQLite has one writer anyhow.

    Held together and in one order, before any of their streams: two commits about one person never wait for
    each other in a circle, and the second decides by what the first has written.
    """
    if records and runtime.database.dialect == "postgresql":
        stripes = sorted({crc32(record.encode()) % STRIPES for record in records})
        await session.execute(_HOLD, {"stripes": stripes})


_HOLD = text("SELECT pg_advisory_xact_lock(1, one) FROM unnest(CAST(:stripes AS integer[])) AS one")


async def lock(
    session: AsyncSession, runtime: "Runtime", names: Collection[StreamName]
) -> dict[StreamName, StreamHead]:
    """The heads of the streams named, begun if they are not there. Whoever asks holds their records."""
    heads = await _living(session, runtime, sorted(names)) if names else {}
    missing = sorted(set(names) - heads.keys())
    if missing:
        begin = insert_or(runtime.database.dialect, OwnStream).on_conflict_do_nothing()
        await session.execute(begin, [_begun(runtime, name) for name in missing])
        heads |= await _living(session, runtime, missing)
    if len(heads) < len(names):
        raise StreamErased
    return heads


async def _living(
    session: AsyncSession, runtime: "Runtime", names: Collection[StreamName]
) -> dict[StreamName, StreamHead]:
    wanted = (
        select(OwnStream)
        .where(tuple_(*_NAME).in_(names), col(OwnStream.ended).is_(False))
        .order_by(col(OwnStream.stream))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    heads = [_head(runtime, row) for row in await session.scalars(wanted)]
    return {head.name: head for head in heads}


async def of_records(session: AsyncSession, runtime: "Runtime", records: Collection[str]) -> list[StreamHead]:
    """All streams of some records, which are held; ended ones too: who comes later reads what they hold."""
    wanted = (
        select(OwnStream)
        .where(col(OwnStream.record).in_(sorted(records)), col(OwnStream.sealed_key) != ERASED)
        .where(col(OwnStream.ended).is_(False) | (col(OwnStream.seq) > 0))
        .order_by(col(OwnStream.stream))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [_head(runtime, row) for row in await session.scalars(wanted)]


async def named(session: AsyncSession, runtime: "Runtime", ids: Collection[str]) -> list[StreamHead]:
    """The streams of these ids, living or ended, not locked; of one that was erased nothing is left."""
    wanted = (
        select(OwnStream)
        .where(col(OwnStream.stream).in_(ids), col(OwnStream.sealed_key) != ERASED)
        .order_by(col(OwnStream.stream))
    )
    return [_head(runtime, row) for row in await session.scalars(wanted)]


async def store(session: AsyncSession, heads: Iterable[StreamHead]) -> None:
    """Write back where the heads now stand."""
    table = table_of(OwnStream)
    statement = (
        update(table)
        .where(table.c.stream == bindparam("of"))
        .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"), not_before=bindparam("to_not_before"))
    )
    rows = [
        {"of": head.stream, "to_seq": head.seq, "to_hash": head.hash, "to_not_before": head.not_before}
        for head in sorted(heads, key=lambda head: head.stream)
    ]
    await (await session.connection()).execute(statement, rows)


async def succeed(session: AsyncSession, runtime: "Runtime", head: StreamHead) -> StreamHead:
    """End a stream whose circle has shrunk, begin its successor: who has left cannot see that it goes on."""
    table = table_of(OwnStream)
    connection = await session.connection()
    await connection.execute(update(table).where(table.c.stream == head.stream).values(ended=True))
    row = _begun(runtime, head.name, head.generation + 1)
    if head.seq:
        row["continues"] = {"topic": head.topic, "stream": head.stream, "seq": head.seq, "hash": head.hash}
    await connection.execute(table.insert(), [row])
    return _head(runtime, OwnStream(**row))
