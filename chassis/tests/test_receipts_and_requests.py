"""Receipts, heads and requests: what each tells, who is believed, what is asked for and what is answered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col
from trama_chassis import clock
from trama_chassis.duties import ALARM_AFTER, Duties
from trama_chassis.gaps import ASK_AFTER
from trama_chassis.runtime import Runtime
from trama_chassis.tables import (
    OPEN,
    DeadLetter,
    Delivered,
    GrantGiven,
    GrantReceived,
    HeadHeard,
    InboxEvent,
    Position,
    Refusal,
    ResendDue,
    SourceHeard,
)
from trama_chassis.testing import Peer, running
from trama_contracts.messages import GrantEnd, Grants, Heads, Receipt, Request
from trama_contracts.record import Record

from chassis.tests.mail_reading import SISTER, TERRITORY, mail, register
from chassis.tests.peer_writing import WRITER, granted
from chassis.tests.small_registry import SERVICE, faults, heard, new_id, rows


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


# Receipts


async def test_a_receipt_tells_what_was_applied_granted_and_rejected_once(
    runtime: Runtime, peer: Peer
) -> None:
    good, records = await granted(runtime, peer, "Uno", "Due")
    bad, (poison, *_) = await granted(runtime, peer, "Veleno", "Due")
    faults.poisonous.add("Veleno")
    try:
        await runtime.inbox.deliver([*records, poison])
    finally:
        faults.poisonous.clear()
    duties = Duties(runtime)
    await duties.tell_receipts()
    await duties.tell_receipts()
    told = await mail(runtime, WRITER, Receipt)
    (letter,) = await rows(runtime, DeadLetter, col(DeadLetter.state) == OPEN)
    assert [one.applied for one in told if one.applied] == [{good.topic: ((good.stream, 2, good.hash),)}]
    assert [one.rejected for one in told if one.rejected] == [
        {bad.topic: ((letter.event_id, "not-applied"),)}
    ]
    (held,) = [one.granted for one in told if one.granted]
    assert sorted(held[good.topic]) == sorted([good.stream, bad.stream])
    assert len(told) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_receipts_and_batches_never_wait_for_each_other_in_a_circle(
    runtime: Runtime, peer: Peer
) -> None:
    """INVARIANT: Grants are locked before positions and each in the order of streams, by whoever writes both.

    Receipts that mark positions first, or in another order, meet the consumer in a circle: PostgreSQL waits a
    second, ends one of the two, and what was read is read again.
    """
    duties = Duties(runtime)
    for _ in range(8):
        written = [await granted(runtime, peer, "Uno", "Due") for _ in range(30)]
        first, second = ([records[number] for _, records in written] for number in (0, 1))
        await runtime.inbox.deliver(first)
        await asyncio.gather(runtime.inbox.deliver(second), duties.tell_receipts())
    async with runtime.database.read() as session:
        await session.execute(text("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()"))
        circles = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert await session.scalar(circles) == 0
    assert len(await rows(runtime, InboxEvent)) == 8 * 30 * 2


async def test_a_receipt_is_noted_for_what_its_sender_was_given_and_never_backwards(runtime: Runtime) -> None:
    mine = await register(runtime, "Uno", "Due")
    sister, stranger = Peer(TERRITORY, SISTER), Peer(TERRITORY, "cpi.registry")
    for who, seq in ((sister, 2), (sister, 1), (stranger, 2)):
        receipt = Receipt(
            applied={mine.topic: ((mine.stream, seq, mine.hash or ""),)},
            rejected={},
            granted={mine.topic: (mine.stream,)},
        )
        await runtime.take_mail([who.message(runtime, receipt)])
    assert [(row.recipient, row.seq) for row in await rows(runtime, Delivered)] == [(SISTER, 2)]
    assert [grant.acknowledged for grant in await rows(runtime, GrantGiven)] == [True]


# Heads and signs of life


async def test_heads_are_told_to_recipients_when_they_change(runtime: Runtime) -> None:
    stream = await register(runtime, "Uno", "Due")
    duties = Duties(runtime)
    await duties.tell_heads()
    await duties.tell_heads()
    assert await mail(runtime, SISTER, Heads) == [
        Heads(heads={stream.topic: ((stream.stream, 2, stream.hash or ""),)})
    ]
    assert await mail(runtime, "cpi.registry", Heads) == []
    await duties.show_life()
    assert (await mail(runtime, SISTER, Heads))[1:] == [Heads(heads={})]


async def test_heads_are_believed_of_who_writes_the_stream(runtime: Runtime, peer: Peer) -> None:
    stream, _ = await granted(runtime, peer, "Uno")
    head = {stream.topic: ((stream.stream, 9, stream.hash or ""),)}
    await runtime.take_mail([Peer(TERRITORY, "cpi.registry").message(runtime, Heads(heads=head))])
    assert await rows(runtime, HeadHeard) == []
    await runtime.take_mail([peer.message(runtime, Heads(heads=head))])
    earlier = Heads(heads={stream.topic: ((stream.stream, 3, stream.hash or ""),)})
    await runtime.take_mail([peer.message(runtime, earlier)])
    assert [(row.stream, row.seq) for row in await rows(runtime, HeadHeard)] == [(stream.stream, 9)]
    assert {row.source for row in await rows(runtime, SourceHeard)} == {"cpi.registry", WRITER}


async def test_what_a_stranger_writes_as_its_name_is_not_kept(runtime: Runtime, peer: Peer) -> None:
    """PostgreSQL refuses some texts; a count that cannot be stored would stop everything that is counted."""
    stream, records = await granted(runtime, peer, "Uno")
    for name in (b"a\x00b", b"\xff", b"Rossi Mario", b"cpi.nothing"):
        forged = peer.message(runtime, Heads(heads={}))
        await runtime.take_mail([Record(forged.topic, name, forged.value, forged.headers)])
    await runtime.inbox.deliver(records)
    await runtime.inbox.store_counts()
    assert await heard(runtime, stream.stream) == [1]
    assert [(row.source, row.code, row.count) for row in await rows(runtime, Refusal)] == [
        ("unknown", "unknown-signer", 4)
    ]


# Asking for what is missing


async def noticed(runtime: Runtime, ago: timedelta) -> None:
    """Let time pass: what is missing was noticed so long ago."""
    then = clock.machine_now() - ago
    async with runtime.bookkeeping() as session:
        await session.execute(update(HeadHeard).values(heard_at=then))
        await session.execute(
            update(Position).where(col(Position.waiting_since).is_not(None)).values(waiting_since=then)
        )
        await session.execute(
            update(Position).where(col(Position.asked_at).is_not(None)).values(asked_at=then)
        )
        await session.commit()


@pytest.mark.parametrize("known_by", ["a later event", "the head", "the head of a stream never read"])
async def test_what_is_missing_is_asked_for_after_half_a_minute_and_not_all_the_time(
    runtime: Runtime, peer: Peer, known_by: str
) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due", "Tre")
    await runtime.inbox.deliver(records[:0] if known_by.endswith("never read") else records[:1])
    if known_by == "a later event":
        await runtime.inbox.deliver(records[2:])
    else:
        heads = Heads(heads={stream.topic: ((stream.stream, 3, stream.hash or ""),)})
        await runtime.take_mail([peer.message(runtime, heads)])
    duties = Duties(runtime)
    await duties.ask_for_what_is_missing()
    assert await mail(runtime, WRITER, Request) == []
    await noticed(runtime, ASK_AFTER + timedelta(seconds=1))
    await duties.ask_for_what_is_missing()
    await duties.ask_for_what_is_missing()
    start = 1 if known_by.endswith("never read") else 2
    asked = Request(resend={stream.topic: ((stream.stream, start),)})
    assert await mail(runtime, WRITER, Request) == [asked]
    await noticed(runtime, ALARM_AFTER + timedelta(seconds=1))
    await duties.ask_for_what_is_missing()
    assert await mail(runtime, WRITER, Request) == [asked, asked]
    await runtime.inbox.deliver(records)
    await noticed(runtime, ASK_AFTER + timedelta(seconds=1))
    await duties.ask_for_what_is_missing()
    assert len(await mail(runtime, WRITER, Request)) == 2


async def test_what_is_still_ours_of_a_stream_that_ended_is_asked_for(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver(records[:1])
    heads = Heads(heads={stream.topic: ((stream.stream, 2, stream.hash or ""),)})
    ends = GrantEnd(streams={stream.topic: (stream.stream,)}, reason="no-longer-entitled")
    await runtime.take_mail([peer.message(runtime, heads), peer.message(runtime, ends)])
    await noticed(runtime, ASK_AFTER + timedelta(seconds=1))
    await Duties(runtime).ask_for_what_is_missing()
    assert len(await mail(runtime, WRITER, Request)) == 1
    await runtime.inbox.deliver(records[1:])
    await noticed(runtime, 2 * ASK_AFTER)
    await Duties(runtime).ask_for_what_is_missing()
    assert len(await mail(runtime, WRITER, Request)) == 1, "all that was ours has come"


@pytest.mark.parametrize("why", ["run out", "dead letter", "stopped"])
async def test_what_would_not_be_applied_is_not_asked_for(runtime: Runtime, peer: Peer, why: str) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver(records[:1])
    heads = Heads(heads={stream.topic: ((stream.stream, 2, stream.hash or ""),)})
    await runtime.take_mail([peer.message(runtime, heads)])
    changes: dict[str, Any] = {
        "run out": update(GrantReceived).values(valid_until="2013-01-01T00:00:00.000Z"),
        "dead letter": update(Position).values(blocked_seq=2),
        "stopped": update(Position).values(stopped=True),
    }
    async with runtime.bookkeeping() as session:
        await session.execute(changes[why])
        await session.commit()
    await noticed(runtime, ASK_AFTER + timedelta(seconds=1))
    await Duties(runtime).ask_for_what_is_missing()
    assert await mail(runtime, WRITER, Request) == []


# Answering requests


async def test_a_request_is_answered_for_what_the_asker_was_granted_and_nothing_else(
    runtime: Runtime,
) -> None:
    """INVARIANT: a resend or a key is only for who was granted the stream and still is. Answering by
    stream id alone breaks it."""
    mine, other = await register(runtime, "Uno", "Due", "Tre"), await register(runtime, "Uno")
    async with runtime.bookkeeping() as session:
        await session.execute(
            update(GrantGiven)
            .where(col(GrantGiven.stream) == other.stream)
            .values(ended_at=clock.machine_now())
        )
        await session.commit()
    both = {mine.topic: ((mine.stream, 2), (other.stream, 1), (new_id(), 1))}
    for who in ("cpi.registry", SISTER):
        asked = Request.model_validate({"resend": both, "keys": {mine.topic: [other.stream]}})
        await runtime.take_mail([Peer(TERRITORY, who).message(runtime, asked)])
    assert [
        (wish.stream, wish.recipient, wish.next_seq, wish.until_seq)
        for wish in await rows(runtime, ResendDue)
    ] == [(mine.stream, SISTER, 2, 3)]
    await Duties(runtime).send_wanted_grants()
    assert len(await mail(runtime, SISTER, Grants)) == 2
    assert await mail(runtime, "cpi.registry", Grants) == []


async def test_who_asks_for_all_keys_gets_all_its_keys_and_then_its_streams(runtime: Runtime) -> None:
    streams = [await register(runtime, "Uno", "Due") for _ in range(3)]
    await runtime.take_mail([Peer(TERRITORY, SISTER).message(runtime, Request(keys={}))])
    await Duties(runtime).send_wanted_grants()
    *first, again = await mail(runtime, SISTER, Grants)
    assert len(first) == 3
    assert {grant.stream for grant in again.grants} == {stream.stream for stream in streams}
    assert {grant.key for grant in again.grants} == {one.grants[0].key for one in first}
    wishes = await rows(runtime, ResendDue)
    assert {(wish.next_seq, wish.until_seq, bool(wish.after_message)) for wish in wishes} == {(1, 2, True)}
