"""Copies wiped and built again from kept bytes, to the same digest and without side effects.

The chain of hashes must end at the heads that were verified when the events were first read, so that
signatures need not be checked again. Keys and erasures survive it; nothing is published.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, delete, func, inspect, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from trama_contracts.envelope import Envelope, parse_event
from trama_contracts.errors import Malformed, WireFault
from trama_contracts.inner import Inner, complete, instant, parse_head
from trama_contracts.names import parse_topic

from trama_chassis import bulk, mailbox
from trama_chassis.batch import origin_of
from trama_chassis.dead_letters import DROPPED
from trama_chassis.handlers import EventHandlers
from trama_chassis.positions import POSITION_OF_GRANT
from trama_chassis.tables import (
    EARLY,
    OPEN,
    DeadLetter,
    GrantReceived,
    InboxEvent,
    OutboxRow,
    OwnStream,
    Position,
    Waiting,
    table_of,
)

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

PAGE = 1000
Progress = Callable[[int, int], None]
Turned = Callable[[int], None]


class ChainBroken(Exception):
    """Kept bytes do not lead to the head that was verified when they were read: nothing was changed."""


def copies_of(runtime: "Runtime") -> list[type[SQLModel]]:
    """The tables a rebuild wipes: those whose name ends in `Copy`."""
    return [table for table in runtime.service.tables if table.__name__.endswith("Copy")]


async def rebuild(runtime: "Runtime", progress: Progress | None = None) -> str:
    """Wipe this service's copies and replay what it keeps; returns the digest. All of it or nothing.

    The caller holds the service's lease. Raises ChainBroken.
    """
    async with runtime.database.write(runtime=runtime, replay=True) as session:
        done, total = 0, await _count(session, InboxEvent) + await _count(session, OutboxRow)

        def turned(rows: int) -> None:
            nonlocal done
            done += rows
            if progress is not None:
                progress(done, total)

        await _replay(session, runtime, turned)
        found = await digest(session, runtime)
        await session.commit()
    return found


async def digest(session: AsyncSession, runtime: "Runtime") -> str:
    """One hash over every row of every copy, whatever order it came in."""
    hashed = hashlib.sha256()
    for table in sorted(copies_of(runtime), key=lambda one: one.__name__):
        keys = inspect(table).primary_key
        hashed.update(table.__name__.encode())
        rows = await session.execute(select(table_of(table)).order_by(*keys))
        for row in rows:
            hashed.update(json.dumps(list(row), default=str, sort_keys=True).encode())
    return hashed.hexdigest()


async def ask_network(runtime: "Runtime") -> int:
    """Forget what can be asked for again and ask every source for it; returns how many streams.

    What comes again is copied, and acted upon no second time. Streams that no source would send any more
    (ended, run out, stopped) are replayed from what is kept of them. The caller holds the lease. Raises
    ChainBroken.
    """
    async with runtime.database.write(runtime=runtime, replay=True) as session:
        grants = await _to_be_asked(session, runtime)
        await _begin_again(session, grants)
        await _replay(session, runtime, lambda _: None)
        wanted = [(grant.source, grant.topic, (grant.stream, grant.from_seq)) for grant in grants]
        await mailbox.send(session, runtime, mailbox.requests("resend", wanted))
        await session.commit()
    runtime.wake.set()
    return len(grants)


async def _to_be_asked(session: AsyncSession, runtime: "Runtime") -> Sequence[GrantReceived]:
    """The grants whose streams their sources send again and this service would apply."""
    now = instant(runtime.clock.now())
    found = await session.scalars(
        select(GrantReceived)
        .outerjoin(Position, POSITION_OF_GRANT)
        .where(col(GrantReceived.ended_at).is_(None))
        .where(col(GrantReceived.valid_until).is_(None) | (col(GrantReceived.valid_until) >= now))
        .where(col(Position.stopped).is_not(True))
    )
    return found.all()


async def _begin_again(session: AsyncSession, grants: Sequence[GrantReceived]) -> None:
    """Forget bytes and positions of these streams, but for how far their events were acted upon."""
    undecided = col(DeadLetter.state).in_((OPEN, EARLY))
    for part in mailbox.cut(grants, PAGE):
        begun = {(grant.topic, grant.stream): grant for grant in part}
        for table, where in ((InboxEvent, true()), (Waiting, true()), (DeadLetter, undecided)):
            names = tuple_(col(table.topic), col(table.stream))
            await session.execute(delete(table).where(names.in_(begun), where))
        names = tuple_(col(Position.topic), col(Position.stream))
        for position in await session.scalars(select(Position).where(names.in_(begun))):
            grant = begun[(position.topic, position.stream)]
            position.acted_seq = max(position.acted_seq, position.seq)
            position.seq, position.hash = grant.from_seq - 1, grant.from_prevhash
            position.blocked_seq, position.waiting, position.waiting_since = None, 0, None
        await session.flush()


async def _count(session: AsyncSession, table: type[SQLModel]) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def _replay(session: AsyncSession, runtime: "Runtime", turned: Turned) -> None:
    for table in copies_of(runtime):
        await session.execute(delete(table))
    if runtime.service.handlers.own:
        await _replay_own(session, runtime, turned)
    await _replay_received(session, runtime, turned)


async def _replay_own(session: AsyncSession, runtime: "Runtime", turned: Turned) -> None:
    """Replay this service's own events from its outbox, for the copies it keeps of them."""
    streams = {row.stream: row for row in await session.scalars(select(OwnStream))}
    keys = {
        name: runtime.keystore.open(row.sealed_key, name) for name, row in streams.items() if row.sealed_key
    }
    async for row in _kept(session, OutboxRow, col(OutboxRow.kind) == "event", turned):
        scope = streams[row.stream].scope
        await _apply(session, runtime, _envelope(row), keys[row.stream], scope, own=True)


async def _replay_received(session: AsyncSession, runtime: "Runtime", turned: Turned) -> None:
    """Replay what was applied, in the order in which it was, and check that each chain ends at its head."""
    grants = {(row.topic, row.stream): row for row in await session.scalars(select(GrantReceived))}
    keys = {
        name: runtime.keystore.open(row.sealed_key, name[1]) for name, row in grants.items() if row.sealed_key
    }
    heads = {name: grant.from_prevhash for name, grant in grants.items()}
    async for row in _kept(session, InboxEvent, col(InboxEvent.outcome) != "", turned):
        name = (row.topic, row.stream)
        envelope = _envelope(row)
        if envelope.prevhash != heads.get(name) or envelope.hash != row.hash:
            raise ChainBroken(f"a stream of {row.topic} at event {row.seq}")
        heads[name] = row.hash
        if row.outcome != DROPPED:
            await _apply(session, runtime, envelope, keys[name], grants[name].scope, own=False)
    await _check_heads(session, heads)


async def _check_heads(session: AsyncSession, heads: dict[tuple[str, str], str | None]) -> None:
    for row in await session.scalars(select(Position)):
        if row.seq and heads.get((row.topic, row.stream)) != row.hash:
            raise ChainBroken(f"a stream of {row.topic} does not end at its verified head")


async def _kept(
    session: AsyncSession, table: type[Any], where: ColumnElement[bool], turned: Turned
) -> AsyncIterator[Row[Any]]:
    """The rows of a table in order, a page of them in memory; what was made of a page is written with it."""
    wanted, after = select(table_of(table)).where(where).order_by(table.position).limit(PAGE), 0
    while rows := (await session.execute(wanted.where(table.position > after))).all():
        for row in rows:
            yield row
        after = rows[-1].position
        await bulk.write(session)
        await session.flush()
        session.expunge_all()
        turned(len(rows))


def _envelope(row: Row[Any]) -> Envelope:
    topic = parse_topic(row.topic)
    if topic is None:
        raise ChainBroken(f"not a topic: {row.topic}")
    try:
        return parse_event(row.value, topic)
    except Malformed as fault:
        raise ChainBroken(f"an event of {row.topic} at {row.seq} is not what was kept") from fault


def _opened(envelope: Envelope, key: bytes) -> Inner:
    try:
        return complete(parse_head(envelope.unseal(key)))
    except WireFault as fault:
        raise ChainBroken(f"an event of {envelope.topic} at {envelope.streamseq} does not open") from fault


async def _apply(
    session: AsyncSession,
    runtime: "Runtime",
    envelope: Envelope,
    key: bytes,
    scope: str,
    *,
    own: bool,
) -> None:
    handlers: EventHandlers = runtime.service.handlers
    inner = _opened(envelope, key)
    event_class = {one.wire_type: one for one in (handlers.own if own else handlers.copies)}.get(inner.type)
    if event_class is None:
        return
    event = event_class.from_payload(inner.payload)
    origin = origin_of(envelope, inner, scope)
    if own:
        await handlers.apply_own(session, event, origin)
    else:
        await handlers.apply(session, event, origin, replay=True)
