"""Sending, and sending again: none waits for a lull, for a longer stream, or for one that cannot be sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import BrokerResponseError
from aiokafka.structs import RecordMetadata
from sqlalchemy import update
from trama_chassis import clock, relay, resend
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow, OwnStream, ResendDue
from trama_chassis.testing import running

from chassis.tests.mail_reading import SISTER, register
from chassis.tests.small_registry import SERVICE, rows


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


@dataclass
class Log:
    """The broker's end of a producer: it answers, and keeps what came in its order."""

    keys: list[str] = field(default_factory=list)
    refused: str = ""

    async def send(self, topic: str, value: bytes, *, key: bytes, headers: Any) -> Awaitable[RecordMetadata]:
        self.keys.append(key.decode())
        place = TopicPartition(topic, 0)
        done: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        if key.decode() == self.refused:
            done.set_exception(BrokerResponseError())
        else:
            done.set_result(RecordMetadata(topic, 0, place, len(self.keys), -1, 0, 0))
        return done


async def test_a_stream_that_cannot_be_sent_is_held_back_alone(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, other = [await register(runtime, "Uno") for _ in range(2)]
    log = Log(refused=held.stream)
    for _ in range(3):
        await runtime.relay.relay_once(log)  # type: ignore[arg-type]  # the broker's end of a producer
    assert log.keys.count(held.stream) == 1, "it is not tried again at once"
    assert other.stream in log.keys
    later = clock.machine_now() + timedelta(seconds=6)
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    log.refused = ""
    await runtime.relay.relay_once(log)  # type: ignore[arg-type]  # as above
    assert log.keys.count(held.stream) == 2
    unsent = [row for row in await rows(runtime, OutboxRow) if row.key == held.stream and row.sent_at is None]
    assert unsent == []


async def all_sent(runtime: Runtime) -> None:
    async with runtime.bookkeeping() as session:
        await session.execute(update(OutboxRow).values(sent_at=clock.machine_now(), partition=0, offset=0))
        await session.commit()


async def wish(runtime: Runtime, *streams: OwnStream) -> None:
    async with runtime.bookkeeping() as session:
        for stream in streams:
            await resend.ask(session, stream.stream, SISTER, 1)
        await session.commit()


async def sent_again(runtime: Runtime, limit: int) -> list[str]:
    """One portion, sent and marked; the streams of its rows."""
    async with runtime.bookkeeping() as session:
        portion = await resend.due(session, limit)
        await resend.done(session, portion)
        await session.commit()
    return [relay.Row(*row).key for row in portion.rows]


async def test_no_stream_waits_until_a_longer_one_is_through(runtime: Runtime) -> None:
    """INVARIANT: each portion holds the earliest events of every stream that is waited for. Sending stream
    after stream, in whatever order, lets the last wait for ever where new wishes keep coming."""
    long = await register(runtime, "Uno", "Due", "Tre", "Quattro", "Cinque")
    short = [await register(runtime, "Uno") for _ in range(3)]
    await all_sent(runtime)
    await wish(runtime, long, *short)
    first = await sent_again(runtime, 5)
    assert {one.stream for one in short} <= set(first)
    assert first.count(long.stream) == 2
    assert [(one.stream, one.next_seq) for one in await rows(runtime, ResendDue)] == [(long.stream, 3)]
    assert await sent_again(runtime, 5) == [long.stream] * 3
    assert await rows(runtime, ResendDue) == []


async def test_a_wish_widened_meanwhile_stays(runtime: Runtime) -> None:
    stream = await register(runtime, "Uno", "Due")
    await all_sent(runtime)
    async with runtime.bookkeeping() as session:
        await resend.ask(session, stream.stream, SISTER, 2)
        await session.commit()
    async with runtime.database.read() as session:
        portion = await resend.due(session, 10)
    await wish(runtime, stream)
    async with runtime.bookkeeping() as session:
        await resend.done(session, portion)
        await session.commit()
    assert [one.next_seq for one in await rows(runtime, ResendDue)] == [1]


async def test_a_service_that_always_has_something_new_still_sends_again(runtime: Runtime) -> None:
    """INVARIANT: what is new does not hold up what a late recipient waits for: an accepted referral is empty
    until then. Sending again only when nothing new is due breaks it on every busy day."""
    stream = await register(runtime, "Uno", "Due")
    await all_sent(runtime)
    await wish(runtime, stream)
    new = await register(runtime, "Uno")
    log = Log()
    for _ in range(2):
        await runtime.relay.relay_once(log)  # type: ignore[arg-type]  # the broker's end of a producer
    assert log.keys.count(stream.stream) == 2
    assert new.stream in log.keys or runtime.settings.principal in log.keys, "and the new went too"
    assert await rows(runtime, ResendDue) == []
