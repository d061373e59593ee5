"""One active process per service: refused while its holder lives, blocked while paused, harmless if late."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest
from trama_chassis import lease, positions
from trama_chassis.testing import Peer, Territory, deliver, running
from trama_contracts.envelope import Envelope
from trama_contracts.opening import check_event
from trama_deploy.broker import EmbeddedBroker

from tests.harness.ledger import LEDGER, NORTH, PLACES, SOUTH, LineEntered
from tests.harness.orders import ENDED, REFUSED, Arm, Hold
from tests.harness.process import PATIENCE, MemberProcess
from tests.harness.territory import Stage, accounts, lines, staged

SILENCE = lease.SILENT_SECONDS + 0.5
REDONE = "batch redone one by one"
"""What a consumer logs when a batch found its positions moved by another."""


async def refused(stage: Stage, holder: MemberProcess) -> str:
    """Start a second process of the source's service; the sentence with which it gives up."""
    second = await stage.start(NORTH)
    words = await second.hear("refused")
    assert await second.death() == REFUSED
    assert words["pid"] == holder.pid
    return str(words["sentence"])


async def freed(url: str, within: float = 5.0) -> None:
    """Wait until nobody holds the lease."""
    async with asyncio.timeout(within):
        while await lease.holder_of(url) is not None:
            await asyncio.sleep(0.05)


async def blocked_until_ended(stage: Stage) -> None:
    """Refused while the first lives, named with its silence while paused, taken over once it is killed."""
    of, url = accounts(10), stage.urls[NORTH]
    north, south = await stage.open()
    await north.publish(lines(30, of))
    await north.order(lines(100_000, of, rate=50))
    sentence = await refused(stage, north)
    assert sentence.startswith(f"held by pid {north.pid}, last sign of life")
    assert "kill" not in sentence

    north.signal(signal.SIGSTOP)
    await north.paused()
    await asyncio.sleep(SILENCE)
    sentence = await refused(stage, north)
    assert sentence.endswith(f"s ago: paused or stuck; end it with kill {north.pid}")
    holder = await lease.holder_of(url)
    assert holder is not None
    assert (holder.pid, holder.silent_for >= lease.SILENT_SECONDS) == (north.pid, True)
    assert str(holder).endswith(f"end it with kill {north.pid}")

    north.signal(signal.SIGKILL)
    assert await north.death() == -signal.SIGKILL
    await freed(url)
    successor = await stage.start(NORTH)
    await successor.ready()
    await successor.publish(lines(30, of))
    await stage.drained()
    findings = await stage.findings(await south.duplicates())
    assert findings.faults == {}
    assert findings.applied >= 60


async def test_a_second_process_is_refused_and_a_paused_one_blocks_its_service(
    broker: EmbeddedBroker, tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    """Both databases at once: most of it is waiting for the silence that makes a holder suspect."""
    folders = {kind: tmp_path / kind for kind in ("sqlite", "postgresql")}
    for folder in folders.values():
        folder.mkdir()
    async with (
        staged(broker, folders["sqlite"], lambda: fresh_database("sqlite")) as on_sqlite,
        staged(broker, folders["postgresql"], lambda: fresh_database("postgresql")) as on_postgresql,
    ):
        await asyncio.gather(blocked_until_ended(on_sqlite), blocked_until_ended(on_postgresql))


# What an operator can do on PostgreSQL only: end the session of a process that is paused and lives.


async def end_lease_session(url: str, pid: int) -> None:
    """What an operator does: end the database session with which a paused process holds its lease."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE %s",
            (f"trama {pid} %",),
        )
        assert await cursor.fetchone() == (1,)
    await freed(url)


async def waiting_for_locks(url: str, within: float = 60.0) -> None:
    """Wait until a consumer of this database waits for the streams that another has locked.

    The database keeps the beginning of a statement only: how it ends says nothing.
    """
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE 'SELECT grant_received.topic%%'"
    )
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        async with asyncio.timeout(within):
            while await (await connection.execute(waiting, ())).fetchone() == (0,):
                await asyncio.sleep(0.05)


async def quiet(consumers: Sequence[MemberProcess], seconds: float = 1.0) -> None:
    """Wait until no consumer takes anything any more."""
    before: list[int] = []
    while (now := [await one.events_taken() for one in consumers]) != before:
        before = now
        await asyncio.sleep(seconds)


async def resumed_and_ended(process: MemberProcess) -> None:
    """Let a paused process go on: it must find that its lease is lost, and end by itself."""
    process.signal(signal.SIGCONT)
    words = await process.hear("ended", within=15)
    assert "LeaseLost" in words["reasons"]
    assert await process.death() == ENDED


async def test_late_sends_of_a_relay_that_was_paused_are_harmless(
    broker: EmbeddedBroker, tmp_path: Path, fresh_database: Callable[[str], str], told: Callable[[str], None]
) -> None:
    """INVARIANT: a relay that sends what its successor has sent already does no harm, and then stops.
    A recipient that trusted the log's order, or a mark that overwrote the successor's, would break it."""
    async with staged(broker, tmp_path, lambda: fresh_database("postgresql")) as stage:
        of = accounts(10)
        paused, south = await stage.open()
        await paused.publish(lines(60, of))
        await stage.drained()
        # One command and no more: a process paused inside a command's transaction would hold its locks too.
        await paused.order(Arm(failpoint="relay.after_enqueue:1:stop"))
        await paused.order(lines(1, of, per_transaction=40, rolled_back=0))
        await paused.paused()
        stopped = await stage.tide()
        assert stopped.written > stopped.marked

        await end_lease_session(stage.urls[NORTH], paused.pid)
        successor = await stage.start(NORTH)
        await successor.ready()
        await successor.publish(lines(60, of))
        await stage.drained()
        before = await stage.tide()
        assert before.surplus == 0

        await resumed_and_ended(paused)
        await successor.publish(lines(60, of))
        await stage.drained()
        after = await stage.tide()
        findings = await stage.findings(await south.duplicates())
        told(f"late sends {after.surplus}, {findings}")
        assert after.surplus > 0
        assert findings.duplicates == after.surplus
        assert findings.faults == {}


@pytest.mark.parametrize("failpoint", ["consumer.before_commit", "consumer.after_commit"])
async def test_a_consumer_paused_around_its_commit_and_its_successor_apply_each_event_once(
    broker: EmbeddedBroker,
    tmp_path: Path,
    fresh_database: Callable[[str], str],
    told: Callable[[str], None],
    failpoint: str,
) -> None:
    """Before the commit the successor waits for the paused transaction's locks, and then has read too early;
    after it the successor reads again what was applied."""
    async with staged(broker, tmp_path, lambda: fresh_database("postgresql")) as stage:
        of = accounts(10)
        north, paused = await stage.open()
        await north.publish(lines(60, of))
        await stage.drained()
        await north.order(lines(100_000, of, rate=60))
        await paused.order(Arm(failpoint=f"{failpoint}:3:stop"))
        await paused.paused()
        stopped = await stage.tide()
        assert stopped.on_log > stopped.taken

        await end_lease_session(stage.urls[SOUTH], paused.pid)
        successor = await stage.start(SOUTH)
        if failpoint == "consumer.after_commit":
            await successor.ready()
            await stage.caught_up((await stage.tide()).written)
        else:
            await waiting_for_locks(stage.urls[SOUTH])
        await resumed_and_ended(paused)
        await stage.caught_up((await stage.tide()).written)
        await north.order(Hold())
        await north.hear("published")
        # The last offsets may be the older ones of the process that was paused: read again, and known again.
        await stage.drained(all_taken=False)
        findings = await stage.findings(await successor.duplicates())
        redone = successor.logged(REDONE)
        told(f"paused at {failpoint}: batches redone {redone}, {findings}")
        assert findings.faults == {}
        assert findings.duplicates > 0
        assert redone == (1 if failpoint == "consumer.before_commit" else 0)


async def test_two_live_consumers_of_one_service_apply_each_event_once(
    broker: EmbeddedBroker, tmp_path: Path, fresh_database: Callable[[str], str], told: Callable[[str], None]
) -> None:
    """INVARIANT: even with two consumers alive and no lease between them, an event has one effect. Positions
    are written only where they still stand as they were read, and kept bytes are unique by stream and seq."""
    async with staged(broker, tmp_path, lambda: fresh_database("postgresql")) as stage:
        of = accounts(10)
        north, first = await stage.open()
        await north.publish(lines(60, of))
        await stage.drained()
        second = await stage.start(SOUTH, own_lease=True)
        await second.ready()
        await north.order(lines(100_000, of, rate=120))
        both = (first, second)
        async with asyncio.timeout(PATIENCE):
            while stage.logged(REDONE) < 5 or not all([await one.duplicates() for one in both]):
                await asyncio.sleep(0.2)
        await north.order(Hold())
        await north.hear("published")
        await stage.drained(all_taken=False)
        await quiet(both)
        duplicates = [await one.duplicates() for one in both]
        redone = [one.logged(REDONE) for one in both]
        findings = await stage.findings(sum(duplicates))
        told(f"two live consumers: batches redone {redone}, duplicates {duplicates}, {findings}")
        assert findings.faults == {}
        assert findings.applied > 60


async def test_a_position_read_before_another_consumer_wrote_it_is_not_written(
    tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    """INVARIANT: of two batches that read the same position, one is kept whole and the other not at all.
    An update without the expected sequence in its condition would move the position back."""
    territory = Territory(places=PLACES)
    url = fresh_database("postgresql")
    async with running(LEDGER, url, tmp_path, member=SOUTH, territory=territory) as runtime:
        peer, account = Peer(territory, f"{NORTH}.ledger"), accounts(1)[0]
        line = LineEntered(line=account, amount=1)
        for _ in range(2):
            written = await deliver(runtime, peer, line, record=account)
        envelope = check_event(written, runtime.directory.current)[1]
        assert isinstance(envelope, Envelope)
        async with runtime.bookkeeping() as one, runtime.bookkeeping() as other:
            read_by_one = await positions.load(one, runtime, [envelope])
            read_by_other = await positions.load(other, runtime, [envelope])
            for read in (read_by_one, read_by_other):
                read[positions.name_of(envelope)].advance(3, envelope.hash)
            await positions.store(one, read_by_one.values())
            await one.commit()
            with pytest.raises(positions.LostRace):
                await positions.store(other, read_by_other.values())
