"""What becomes of events that are read: once, in order, kept or refused, and nobody else held up."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlmodel import col
from trama_chassis import clock
from trama_chassis.batch import BUFFER
from trama_chassis.runtime import Runtime
from trama_chassis.tables import DeadLetter, GrantReceived, InboxEvent, Refusal, Waiting
from trama_chassis.testing import Peer, PeerStream, Territory, deliver, published, running
from trama_contracts.envelope import parse_event
from trama_contracts.names import parse_topic
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record

from chassis.tests.peer_writing import WRITER, end_grant, forked, granted, written
from chassis.tests.small_registry import (
    PLAIN,
    SERVICE,
    Effect,
    HeardCopy,
    OrderCopy,
    faults,
    heard,
    kinds,
    new_id,
    nothing_waits,
    person,
    position,
    referral,
    rows,
    statements,
)

Life = list[Record | PeerStream]
"""What happens to a stream: records that are read, and itself where its key comes."""


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


# Once and in order


async def test_what_is_read_twice_has_its_effect_once(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due", "Tre")
    for again in (records, records, records[:1], [records[2], records[1]]):
        await runtime.inbox.deliver(again)
    assert await heard(runtime, stream.stream) == [1, 2, 3]
    assert len(await rows(runtime, Effect)) == 3
    assert runtime.inbox.outcomes[Outcome.DUPLICATE] == 6
    assert await rows(runtime, DeadLetter) == []


async def test_twice_in_one_batch_is_once(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver([*records, *records, records[0]])
    assert await heard(runtime, stream.stream) == [1, 2]
    assert runtime.inbox.outcomes[Outcome.DUPLICATE] == 3


async def test_a_gap_waits_until_it_is_filled_then_goes_on_in_order(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, *(f"E{n}" for n in range(1, 7)))
    await runtime.inbox.deliver([records[0], records[5], records[2], records[4]])
    assert await heard(runtime, stream.stream) == [1]
    assert (await position(runtime, stream.stream)).waiting == 3
    await runtime.inbox.deliver([records[1]])
    assert await heard(runtime, stream.stream) == [1, 2, 3]
    await runtime.inbox.deliver([records[3]])
    (order,) = await rows(runtime, OrderCopy)
    assert (order.applied, order.in_order) == (6, True)
    assert await nothing_waits(runtime)
    assert (await position(runtime, stream.stream)).waiting_since is None


async def test_the_buffer_holds_sixty_four_and_the_rest_is_left_to_a_resend(
    runtime: Runtime, peer: Peer
) -> None:
    stream, records = await granted(runtime, peer, *(f"E{n}" for n in range(70)))
    await runtime.inbox.deliver(records[1:])
    assert len(await rows(runtime, Waiting)) == BUFFER == 64
    assert runtime.inbox.outcomes[Outcome.GAP] == 69
    await runtime.inbox.deliver(records[:1])
    assert len(await heard(runtime, stream.stream)) == 65
    assert await nothing_waits(runtime)
    await runtime.inbox.deliver(records)
    assert len(await heard(runtime, stream.stream)) == 70


async def test_streams_of_one_topic_do_not_wait_for_each_other(runtime: Runtime, peer: Peer) -> None:
    held, early = await granted(runtime, peer, "Uno", "Due")
    free, records = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver([early[1], *records])
    assert await heard(runtime, held.stream) == []
    assert await heard(runtime, free.stream) == [1, 2]


async def test_what_a_reaction_publishes_goes_with_the_event_and_names_it_as_its_cause(
    runtime: Runtime, peer: Peer
) -> None:
    record = new_id()
    written = await deliver(runtime, peer, referral(), record=record)
    await runtime.inbox.deliver([written])
    (answer,) = await published(runtime)
    (effect,) = await rows(runtime, Effect)
    assert answer.inner.caused_by == (effect.event_id,)
    assert (answer.inner.actor.role, answer.inner.actor.operator) == ("service", "sil.registry")


# Equivocation


PLACES = ["next", "last", "earlier", "long ago", "same batch", "waiting", "dead letter"]


@pytest.mark.parametrize("place", PLACES)
async def test_two_values_for_one_number_stop_the_stream(
    runtime: Runtime, peer: Peer, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    """INVARIANT: a source that says two things under one number is found out, whichever number it is, and its
    stream goes no further. Forgetting the hashes of what was applied or put aside breaks it."""
    names = [f"E{n}" for n in range(70)]
    if place == "dead letter":
        names[69] = "Veleno"
    stream, records = await granted(runtime, peer, *names)
    seq = {"last": 69, "earlier": 30, "long ago": 1, "same batch": 2, "waiting": 71}.get(place, 70)
    if place == "waiting":
        records += [peer.write(person(), record=stream.record, scope=stream.record)]
    other = forked(peer, stream, records, seq)
    last = 69
    if place == "same batch":
        await runtime.inbox.deliver([*records[:5], other, *records[5:]])
        last = 5
    elif place == "next":
        # It names as its predecessor a value that was never applied.
        await runtime.inbox.deliver([*records[:68], forked(peer, stream, records, 69), records[69]])
    elif place == "dead letter":
        faults.poisonous.add("Veleno")
        await runtime.inbox.deliver(records)
        faults.poisonous.clear()
        await runtime.inbox.deliver([records[69], other])
    else:
        await runtime.inbox.deliver(records[:69])
        await runtime.inbox.deliver([records[-1], other] if place == "waiting" else [other, records[69]])
    found = await position(runtime, stream.stream)
    assert (found.stopped, found.seq) == (True, last)
    assert caplog.text.count("equivocation: stream stopped") == 1
    if place != "waiting":
        await runtime.inbox.store_counts()
        (refusal,) = await rows(runtime, Refusal, col(Refusal.code) == Outcome.EQUIVOCATION.value)
        assert refusal.source == WRITER


async def test_a_stopped_stream_stops_nobody_else(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due")
    free, others = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver([records[0], forked(peer, stream, records, 1), records[1], *others])
    assert await heard(runtime, stream.stream) == [1]
    assert await heard(runtime, free.stream) == [1, 2]


# What is unknown


async def test_an_unknown_type_is_kept_for_a_later_reader_and_its_stream_goes_on(
    runtime: Runtime, peer: Peer
) -> None:
    stream, records = await granted(runtime, peer, "Uno")
    unknown = peer.write(
        person(), record=stream.record, scope=stream.record, type="it.trama.registry.from-the-future.v1"
    )
    after = peer.write(person("Tre"), record=stream.record, scope=stream.record)
    await runtime.inbox.deliver([*records, unknown, after])
    assert await heard(runtime, stream.stream) == [1, 3]
    kept = await rows(runtime, InboxEvent, col(InboxEvent.seq) == 2)
    assert [(row.outcome, row.value) for row in kept] == [("unknown-type", unknown.value)]
    await runtime.inbox.store_counts()
    assert [(row.source, row.code, row.count) for row in await rows(runtime, Refusal)] == [
        (WRITER, "unknown-type", 1)
    ]


async def test_refusals_are_counted_by_source_and_code_and_never_by_stream(
    runtime: Runtime, peer: Peer
) -> None:
    stream, records = written(peer, *(f"E{n}" for n in range(5)))
    liar = Peer(Territory(network="xx"), WRITER)
    _, forged = written(liar, "Uno")
    mislabelled = Record(records[0].topic, forged[0].key, forged[0].value, forged[0].headers)
    await runtime.inbox.deliver([*records, mislabelled, Record(records[0].topic, None, None, ())])
    await runtime.inbox.store_counts()
    await runtime.inbox.deliver(records[:1])
    await runtime.inbox.store_counts()
    counted = {(row.source, row.code): row.count for row in await rows(runtime, Refusal)}
    assert counted == {(WRITER, "no-grant"): 6, (WRITER, "unknown-signer"): 1, (WRITER, "malformed"): 1}
    assert stream.stream not in str(await rows(runtime, Refusal))


async def test_no_refusal_is_lost_or_counted_twice(runtime: Runtime, peer: Peer) -> None:
    """Consumer and duties write down the same counts, at the same time."""
    _, foreign = written(peer, "Uno")
    _, ours = await granted(runtime, peer, *(f"E{n}" for n in range(20)))

    async def refuse() -> None:
        for _ in range(20):
            await runtime.inbox.deliver(foreign)

    async def apply() -> None:
        for record in ours:
            await runtime.inbox.deliver([record, *foreign])

    async def write_down() -> None:
        for _ in range(20):
            await runtime.inbox.store_counts()
            await asyncio.sleep(0)

    await asyncio.gather(refuse(), apply(), write_down(), refuse())
    await runtime.inbox.store_counts()
    assert [(row.code, row.count) for row in await rows(runtime, Refusal)] == [("no-grant", 60)]


# Keys and events in any order


@pytest.mark.parametrize(
    ("database_url", "streams"), [("sqlite", 500), ("postgresql", 100)], indirect=["database_url"]
)
async def test_key_and_events_in_any_order_leave_nothing_waiting(
    database_url: str, peer: Peer, tmp_path: Path, streams: int
) -> None:
    """INVARIANT: however the key, the events, their duplicates and the resend that follows a late key are
    interleaved, in the end all is applied once and in order, and nothing waits with its key present. Parking
    events of unknown streams, or a buffer that forgets whom it waits for, breaks it."""
    draw = random.Random(20131014)  # noqa: S311 - a schedule, no secret
    lives: list[Life] = []
    lengths: dict[str, int] = {}
    for _ in range(streams):
        stream, records = written(peer, *(f"E{n}" for n in range(draw.randint(1, 4))))
        lengths[stream.stream] = len(records)
        first: Life = [*records, *draw.choices(records, k=draw.randint(0, 2))]
        draw.shuffle(first)
        first.insert(draw.randint(0, len(first)), stream)
        # A key given late is followed by a resend, oldest first.
        lives.append([*first, *records])
    async with running(PLAIN, database_url, tmp_path, member="sil") as runtime:
        for poll in interleaved(draw, lives, at_once=50):
            # Mail is read before events.
            if keys := [one for one in poll if isinstance(one, PeerStream)]:
                await peer.grant(runtime, *keys)
            await runtime.inbox.deliver([one for one in poll if isinstance(one, Record)])
        assert await rows(runtime, DeadLetter) == []
        assert len(await rows(runtime, HeardCopy)) == sum(lengths.values())
        applied: dict[str, list[int]] = defaultdict(list)
        for row in sorted(await rows(runtime, InboxEvent), key=lambda row: row.position or 0):
            applied[row.stream].append(row.seq)
        assert applied == {stream: list(range(1, length + 1)) for stream, length in lengths.items()}
        assert await nothing_waits(runtime)
        assert runtime.inbox.outcomes[Outcome.NO_GRANT] > streams / 4, "events came before their keys"
        assert runtime.inbox.outcomes[Outcome.GAP] > streams / 4, "events came before their predecessors"


def interleaved(draw: random.Random, lives: list[Life], at_once: int) -> Iterator[Life]:
    """What happens to many streams, mixed: each keeps its own order, and is read in polls of some length."""
    while lives:
        living = lives[:at_once]
        poll = []
        for _ in range(draw.randint(1, 60)):
            one = draw.choice(living)
            if one:
                poll.append(one.pop(0))
        yield poll
        lives = [one for one in living if one] + lives[at_once:]


def database_bytes(url: str) -> bytes:
    """Every byte of a SQLite database: file, write-ahead log and all that lies beside them."""
    path = Path(str(make_url(url).database))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


async def test_who_was_never_granted_keeps_no_foreign_byte(
    fresh_database: Callable[[str], str], peer: Peer, tmp_path: Path
) -> None:
    """INVARIANT: of a stream that was never granted not one byte of ciphertext, nor its id, reaches the disk.
    Keeping what is unknown "for a while", in a table or beside it, breaks it."""
    url = fresh_database("sqlite")
    async with running(SERVICE, url, tmp_path, member="sil") as runtime:
        ours, mine = await granted(runtime, peer, "Nostro")
        foreign = [written(peer, *(f"E{n}" for n in range(8))) for _ in range(6)]
        for _, records in foreign:
            await runtime.inbox.deliver([*mine, *records, *records])
        await runtime.inbox.store_counts()
        on_disk = database_bytes(url)
        assert ours.stream.encode() in on_disk, "the scan finds what is kept"
        assert (mine[0].value or b"?")[-200:] in on_disk, "the scan finds what is kept"
        for stream, records in foreign:
            assert stream.stream.encode() not in on_disk
            for record in records:
                assert (record.value or b"")[-200:] not in on_disk
                assert sealed_in(record)[-64:] not in on_disk
    assert runtime.inbox.outcomes[Outcome.NO_GRANT] == 96


def sealed_in(record: Record) -> bytes:
    """The ciphertext of an event, as bytes."""
    topic = parse_topic(record.topic)
    assert topic is not None
    return parse_event(record.value or b"", topic).data


# The end of a grant


async def test_after_a_grant_ends_what_was_received_stays_and_nothing_is_added(
    runtime: Runtime, peer: Peer
) -> None:
    stream, records = await granted(runtime, peer, "Uno", "Due")
    await runtime.inbox.deliver(records[:1])
    await end_grant(runtime, peer, stream)
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1]
    assert len(await rows(runtime, InboxEvent)) == 1
    assert runtime.inbox.outcomes[Outcome.NO_GRANT] == 2
    await peer.grant(runtime, stream)
    await runtime.inbox.deliver(records)
    assert await heard(runtime, stream.stream) == [1, 2]


async def test_a_grant_runs_out_by_business_time(database_url: str, peer: Peer, tmp_path: Path) -> None:
    at = tmp_path / "clock.json"
    clock.write_clock(at, datetime(2013, 10, 14, 9, tzinfo=UTC))
    async with running(SERVICE, database_url, tmp_path, member="sil", clock_file=at) as runtime:
        stream, records = await granted(runtime, peer, "Uno", "Due")
        async with runtime.bookkeeping() as session:
            grant = await session.get(GrantReceived, (stream.topic, stream.stream))
            assert grant is not None
            grant.valid_until = "2013-10-31T23:59:59.999Z"
            await session.commit()
        await runtime.inbox.deliver(records[:1])
        clock.write_clock(at, moment := datetime(2013, 11, 1, 9, tzinfo=UTC))
        while runtime.clock.now() < moment:
            await asyncio.sleep(0.05)
        await runtime.inbox.deliver(records[1:])
        assert await heard(runtime, stream.stream) == [1]
        assert runtime.inbox.outcomes[Outcome.NO_GRANT] == 1


# Budgets


async def test_statements_per_batch_do_not_grow_with_the_batch(
    database_url: str, peer: Peer, tmp_path: Path
) -> None:
    async with running(PLAIN, database_url, tmp_path, member="sil") as runtime:
        costs = []
        for count in (4, 40):
            streams = [await granted(runtime, peer, *(f"E{n}" for n in range(count))) for _ in range(count)]
            records = [record for _, some in streams for record in some]
            with statements(runtime.database) as first:
                await runtime.inbox.deliver(records[: len(records) // 2])
            with statements(runtime.database) as second:
                await runtime.inbox.deliver(records[len(records) // 2 :])
            with statements(runtime.database) as duplicates:
                await runtime.inbox.deliver(records)
            costs.append([len(seen) for seen in (first, second, duplicates)])
        assert costs[0] == costs[1], kinds(first)
        assert costs[0][0] <= 8
        assert len(await rows(runtime, HeardCopy)) == 4 * 4 + 40 * 40
