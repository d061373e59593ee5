"""Copies wiped and built again: to the same digest, from checked bytes, and nothing happens twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import outbox
from trama_chassis.rebuild import ChainBroken, ask_network, digest, rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantReceived, InboxEvent, OutboxRow, Position
from trama_chassis.testing import Peer, PeerStream, Territory, deliver, running, transaction
from trama_contracts.messages import Request
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash

from chassis.tests.mail_reading import mail
from chassis.tests.peer_writing import WRITER, end_grant, erasure, granted
from chassis.tests.small_registry import (
    SERVICE,
    Effect,
    HeardCopy,
    OrderCopy,
    assignment,
    faults,
    heard,
    new_id,
    person,
    referral,
    rows,
)


@dataclass
class Lived:
    """A service after a small life, what it heard, and who wrote it."""

    runtime: Runtime
    peer: Peer
    streams: list[tuple[PeerStream, list[Record]]]
    others: list[Record]


@pytest.fixture
async def lived(database_url: str, tmp_path: Path) -> AsyncIterator[Lived]:
    """The registry of sil after own events, others', a reaction that published, and one type unknown."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        peer = Peer(Territory(), WRITER)
        streams = [await granted(runtime, peer, "Uno", "Due", "Tre") for _ in range(4)]
        for number in (2, 0, 1):
            await runtime.inbox.deliver([records[number] for _, records in streams])
        of = streams[0][0].record
        unknown = peer.write(person(), record=of, scope=of, type="it.trama.registry.new.v1")
        await runtime.inbox.deliver([unknown])
        others = [await deliver(runtime, peer, referral(), record=new_id()), unknown]
        record = new_id()
        for scope in (record, new_id(), record):
            async with transaction(runtime) as session:
                outbox.add(session, assignment(scope), record=record, scope=scope)
        yield Lived(runtime, peer, streams, others)


async def state(runtime: Runtime) -> tuple[str, int, int]:
    """The digest of the copies, how often reactions ran, and how many rows there are to send."""
    async with runtime.database.read() as session:
        found = await digest(session, runtime)
    return found, len(await rows(runtime, Effect)), len(await rows(runtime, OutboxRow))


async def wipe_copies(runtime: Runtime) -> None:
    """Lose every copy."""
    async with runtime.bookkeeping() as session:
        for table in (HeardCopy, OrderCopy):
            await session.execute(delete(table))
        await session.commit()


async def test_copies_are_rebuilt_to_the_same_digest_and_nothing_is_published(lived: Lived) -> None:
    """INVARIANT: a rebuild gives the digest there was before the copies were lost, runs no reaction and
    publishes nothing. A copy handler with another effect than its copy breaks it."""
    runtime = lived.runtime
    before = await state(runtime)
    assert before[1] >= 13
    await wipe_copies(runtime)
    assert (await state(runtime))[0] != before[0]
    progress: list[tuple[int, int]] = []
    assert await rebuild(runtime, lambda done, total: progress.append((done, total))) == before[0]
    assert await state(runtime) == before
    assert await rebuild(runtime) == before[0], "again, with nothing lost"
    assert progress[-1][0] >= 17


async def test_after_a_rebuild_events_go_on(lived: Lived) -> None:
    runtime, peer = lived.runtime, lived.peer
    stream, _ = lived.streams[0]
    await rebuild(runtime)
    await runtime.inbox.deliver([peer.write(person("Poi"), record=stream.record, scope=stream.record)])
    assert await heard(runtime, stream.stream) == [1, 2, 3, 5]


async def test_erasures_ends_and_drops_survive_a_rebuild(lived: Lived) -> None:
    runtime, peer = lived.runtime, lived.peer
    (gone, _), (ended, _), (dropped, _), _ = lived.streams
    await runtime.inbox.deliver([erasure(peer, gone)])
    await end_grant(runtime, peer, ended)
    async with runtime.bookkeeping() as session:
        await session.execute(
            delete(HeardCopy).where(col(HeardCopy.stream) == dropped.stream, col(HeardCopy.seq) == 3)
        )
        await session.execute(delete(OrderCopy).where(col(OrderCopy.stream) == dropped.stream))
        await session.execute(
            update(InboxEvent)
            .where(col(InboxEvent.stream) == dropped.stream, col(InboxEvent.seq) == 3)
            .values(outcome="dropped")
        )
        await session.commit()
    await rebuild(runtime)
    assert await heard(runtime, gone.stream) == []
    assert await heard(runtime, ended.stream) == [1, 2, 3]
    assert await heard(runtime, dropped.stream) == [1, 2]


def flipped(value: bytes, at: int) -> bytes:
    """The value with one bit of one byte changed."""
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


async def _flip(session: AsyncSession, stream: str, at: int, *, hash_too: bool = False, seq: int = 2) -> None:
    where = (col(InboxEvent.stream) == stream, col(InboxEvent.seq) == seq)
    kept = (await session.execute(select(col(InboxEvent.value)).where(*where))).scalar_one()
    value = flipped(kept, at)
    found = {"value": value} | ({"hash": value_hash(value)} if hash_too else {})
    await session.execute(update(InboxEvent).where(*where).values(**found))


async def _remove(session: AsyncSession, stream: str, seq: int) -> None:
    await session.execute(
        delete(InboxEvent).where(col(InboxEvent.stream) == stream, col(InboxEvent.seq) == seq)
    )


async def _swap(session: AsyncSession, stream: str) -> None:
    for old, new in ((2, 9), (3, 2), (9, 3)):
        where = (col(InboxEvent.stream) == stream, col(InboxEvent.seq) == old)
        await session.execute(update(InboxEvent).where(*where).values(seq=new, position=1000 + new))


Tampering = Callable[[AsyncSession, str], Awaitable[None]]
TAMPERINGS: dict[str, Tampering] = {
    "a bit of the ciphertext": lambda session, stream: _flip(session, stream, -100),
    "a bit of the form": lambda session, stream: _flip(session, stream, 0),
    "a bit, and the hash beside it": lambda session, stream: _flip(session, stream, -100, hash_too=True),
    "a bit of the last, and its hash": lambda session, stream: _flip(
        session, stream, -100, hash_too=True, seq=3
    ),
    "one is missing": lambda session, stream: _remove(session, stream, 2),
    "the first is missing": lambda session, stream: _remove(session, stream, 1),
    "the last is missing": lambda session, stream: _remove(session, stream, 3),
    "two change places": _swap,
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampered_kept_byte_is_found_and_nothing_is_changed(lived: Lived, tampering: str) -> None:
    """INVARIANT: what a rebuild reads must lead to the heads that were verified when it was first read, or
    the copies stay as they are. Rebuilding from bytes that nobody checks breaks it."""
    runtime = lived.runtime
    stream, _ = lived.streams[1]
    before = await state(runtime)
    async with runtime.bookkeeping() as session:
        await TAMPERINGS[tampering](session, stream.stream)
        await session.commit()
    with pytest.raises(ChainBroken):
        await rebuild(runtime)
    assert await state(runtime) == before


async def test_signatures_are_not_checked_again(lived: Lived) -> None:
    runtime = lived.runtime
    before = await state(runtime)
    async with runtime.bookkeeping() as session:
        await session.execute(update(InboxEvent).values(signature=b"v1.nobody.nothing"))
        await session.commit()
    assert await rebuild(runtime) == before[0]


async def test_a_tampered_own_event_is_found(lived: Lived) -> None:
    runtime = lived.runtime
    before = await state(runtime)
    async with runtime.bookkeeping() as session:
        own = (
            (await session.execute(select(OutboxRow).where(col(OutboxRow.kind) == "event"))).scalars().first()
        )
        assert own is not None
        await session.execute(
            update(OutboxRow)
            .where(col(OutboxRow.position) == own.position)
            .values(value=flipped(own.value, -100))
        )
        await session.commit()
    with pytest.raises(ChainBroken):
        await rebuild(runtime)
    assert (await state(runtime))[0] == before[0]


# From the network


async def test_what_the_network_sends_again_is_copied_and_not_acted_upon_again(lived: Lived) -> None:
    """INVARIANT: asked for again, events give the same copies, and no reaction runs and no event is
    published a second time. Forgetting which effects were had breaks it."""
    runtime, peer, streams = lived.runtime, lived.peer, lived.streams
    before = await state(runtime)
    asked = await ask_network(runtime)
    assert asked == 5
    requests = await mail(runtime, WRITER, Request)
    wanted = {pair for one in requests for pairs in (one.resend or {}).values() for pair in pairs}
    assert wanted == {(one.stream, 1) for one in peer.streams}
    for _, records in streams:
        await runtime.inbox.deliver([records[2], *records])
    await runtime.inbox.deliver(lived.others)
    again = await state(runtime)
    assert (again[0], again[1]) == before[:2]
    assert again[2] == before[2] + 1, "the request, and nothing else"
    (stream, _), *_ = streams
    await runtime.inbox.deliver([peer.write(person("Poi"), record=stream.record, scope=stream.record)])
    assert len(await rows(runtime, Effect)) == before[1] + 1, "what is new is acted upon"


async def test_what_can_no_longer_be_asked_for_is_kept(lived: Lived) -> None:
    runtime, peer, streams = lived.runtime, lived.peer, lived.streams
    (ended, _), (stopped, _), (over, _), (asked, records) = streams
    await end_grant(runtime, peer, ended)
    async with runtime.bookkeeping() as session:
        await session.execute(
            update(Position).where(col(Position.stream) == stopped.stream).values(stopped=True)
        )
        await session.execute(
            update(GrantReceived)
            .where(col(GrantReceived.stream) == over.stream)
            .values(valid_until="2013-01-01T00:00:00.000Z")
        )
        await session.commit()
    assert await ask_network(runtime) == 2, "one of the four, and the referral"
    for stream in (ended, stopped, over):
        assert await heard(runtime, stream.stream) == [1, 2, 3]
    assert await heard(runtime, asked.stream) == []
    await runtime.inbox.deliver(records)
    assert await heard(runtime, asked.stream) == [1, 2, 3]


async def test_a_dead_letter_comes_again_with_its_stream(lived: Lived) -> None:
    runtime, peer = lived.runtime, lived.peer
    stream, records = await granted(runtime, peer, "Uno", "Veleno", "Tre")
    faults.poisonous.add("Veleno")
    await runtime.inbox.deliver(records)
    faults.poisonous.clear()
    await ask_network(runtime)
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1, 2, 3]
    (position,) = await rows(runtime, Position, col(Position.stream) == stream.stream)
    assert position.blocked_seq is None
