"""What cannot be applied: a dead letter that holds up its own stream only, until an operator decides."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlmodel import col
from trama_chassis import dead_letters
from trama_chassis.dead_letters import AlreadyDecided
from trama_chassis.errors import NotFound
from trama_chassis.inbox import Unreachable
from trama_chassis.runtime import Runtime
from trama_chassis.tables import DeadLetter, InboxEvent
from trama_chassis.testing import Peer, running
from trama_contracts.sealing import value_hash

from chassis.tests.peer_writing import end_grant, granted
from chassis.tests.small_registry import (
    SERVICE,
    Effect,
    OrderCopy,
    faults,
    heard,
    nothing_waits,
    person,
    rows,
)


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


@pytest.fixture(autouse=True)
def sound_handlers() -> Iterator[None]:
    """No test leaves a broken handler to the next."""
    yield
    faults.poisonous.clear()
    faults.killing.clear()


async def decide(runtime: Runtime, number: int, decision: str) -> None:
    """An operator's word, and the service acting upon it."""
    async with runtime.bookkeeping() as session:
        await dead_letters.decide(session, number, decision)
        await session.commit()
    await dead_letters.act(runtime, runtime.inbox)


async def open_letters(runtime: Runtime) -> list[DeadLetter]:
    async with runtime.database.read() as session:
        return list(await dead_letters.waiting_for_an_operator(session))


async def test_a_handler_that_raises_holds_up_its_stream_only_until_retried(
    runtime: Runtime, peer: Peer
) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Veleno", "Tre", "Quattro")
    free, others = await granted(runtime, peer, "Uno", "Due")
    faults.poisonous.add("Veleno")
    await runtime.inbox.deliver([records[0], others[0], records[1], records[2], others[1]])
    await runtime.inbox.deliver(records[3:])
    assert await heard(runtime, stream.stream) == [1]
    assert await heard(runtime, free.stream) == [1, 2]
    (letter,) = await open_letters(runtime)
    assert (letter.value, letter.seq, letter.code) == (records[1].value, 2, "not-applied")
    assert letter.reason.startswith("ValueError in small_registry.py:")
    assert "Veleno" not in letter.reason, "an exception may quote a person"
    assert len(await rows(runtime, Effect)) == 3, "the effect of what failed was rolled back"

    await decide(runtime, letter.number or 0, "retry")
    (second,) = await open_letters(runtime)
    assert second.seq == 2
    faults.poisonous.clear()
    await decide(runtime, second.number or 0, "retry")
    assert await heard(runtime, stream.stream) == [1, 2, 3, 4]
    (order,) = await rows(runtime, OrderCopy, col(OrderCopy.stream) == stream.stream)
    assert (order.applied, order.in_order) == (4, True)
    assert await nothing_waits(runtime)
    assert await open_letters(runtime) == []


async def test_drop_goes_on_with_the_hash_of_what_was_dropped(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Veleno", "Tre")
    faults.poisonous.add("Veleno")
    await runtime.inbox.deliver(records)
    (letter,) = await open_letters(runtime)
    await decide(runtime, letter.number or 0, "drop")
    assert await heard(runtime, stream.stream) == [1, 3]
    kept = {row.seq: row for row in await rows(runtime, InboxEvent)}
    assert (kept[2].outcome, kept[2].hash) == ("dropped", value_hash(records[1].value or b""))
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1, 3], "what was dropped does not come back"
    assert await open_letters(runtime) == []


async def test_a_batch_with_one_poisonous_event_keeps_all_the_others(runtime: Runtime, peer: Peer) -> None:
    streams = [await granted(runtime, peer, "Uno", "Due", "Tre") for _ in range(8)]
    _, (poison,) = await granted(runtime, peer, "Veleno")
    faults.poisonous.add("Veleno")
    records = [record for _, some in streams for record in some]
    await runtime.inbox.deliver([*records[:12], poison, *records[12:]])
    for stream, _ in streams:
        assert await heard(runtime, stream.stream) == [1, 2, 3]
    assert len(await open_letters(runtime)) == 1
    assert len(await rows(runtime, Effect)) == 24


@pytest.mark.parametrize("fault", ["payload", "circle", "bytes"])
async def test_what_the_wire_refuses_after_the_grant_is_a_dead_letter(
    runtime: Runtime, peer: Peer, fault: str
) -> None:
    stream, records = await granted(runtime, peer, "Uno")
    said: dict[str, Any] = {"payload": {"payload": {"family_name": 7}}, "circle": {"circle": "clinical"}}
    if fault == "bytes":
        stream.key, good = bytes(32), stream.key
        bad = peer.write(person(), record=stream.record, scope=stream.record)
        stream.key = good
    else:
        bad = peer.write(person(), record=stream.record, scope=stream.record, **said[fault])
    after = peer.write(person("Tre"), record=stream.record, scope=stream.record)
    await runtime.inbox.deliver([*records, bad, after])
    (letter,) = await open_letters(runtime)
    code = {"payload": "invalid-payload", "circle": "circle-not-allowed", "bytes": "bad-commit"}[fault]
    assert (letter.code, letter.value) == (code, bad.value)
    assert await heard(runtime, stream.stream) == [1]
    await decide(runtime, letter.number or 0, "drop")
    assert await heard(runtime, stream.stream) == [1, 3]


async def test_an_operator_decides_once(runtime: Runtime, peer: Peer) -> None:
    faults.poisonous.add("Veleno")
    await runtime.inbox.deliver((await granted(runtime, peer, "Veleno"))[1])
    (letter,) = await open_letters(runtime)
    await decide(runtime, letter.number or 0, "drop")
    with pytest.raises(AlreadyDecided):
        await decide(runtime, letter.number or 0, "retry")
    with pytest.raises(NotFound):
        await decide(runtime, 4711, "drop")


async def test_a_retry_after_the_grant_has_ended_does_not_spin(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Veleno", "Due")
    faults.poisonous.add("Veleno")
    await runtime.inbox.deliver(records)
    (letter,) = await open_letters(runtime)
    await end_grant(runtime, peer, stream)
    async with asyncio.timeout(20):
        await decide(runtime, letter.number or 0, "retry")
    assert await heard(runtime, stream.stream) == []


@contextmanager
def another_writer(url: str) -> Iterator[None]:
    """Somebody else holds the write lock of a SQLite database."""
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_database_is_never_a_dead_letter(
    runtime: Runtime, peer: Peer, database_url: str
) -> None:
    stream, records = await granted(runtime, peer, "Uno")
    async with runtime.bookkeeping() as session:
        await session.execute(text("PRAGMA busy_timeout=100"))
    with another_writer(database_url), pytest.raises(Unreachable):
        await runtime.inbox.deliver(records)
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1]
    assert await rows(runtime, DeadLetter) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_lost_database_session_is_never_a_dead_letter(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Cade", "Tre")
    faults.killing.add("Cade")
    for _ in range(2):
        with pytest.raises(Unreachable):
            await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == []
    faults.killing.clear()
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1, 2, 3]
    assert await rows(runtime, DeadLetter) == []
    assert len(await rows(runtime, Effect)) == 3
