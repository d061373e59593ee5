"""A database too busy to answer costs a service time, not its life."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import access, database, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import Peer, transaction
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.mail_reading import grant_of, grants
from chassis.tests.peer_writing import WRITER, written
from chassis.tests.small_registry import SERVICE, HeardCopy, new_id, opening, person, rows
from tests.delivery.network import Network, until


async def applied(runtime: Runtime) -> int:
    """How many events of the peer have been applied."""
    return len(await rows(runtime, HeardCopy, col(HeardCopy.source) == WRITER))


async def unsent(runtime: Runtime) -> int:
    """How many of our events have not been marked as sent."""
    waiting = (col(OutboxRow.sent_at).is_(None), col(OutboxRow.kind) == "event")
    return len(await rows(runtime, OutboxRow, *waiting))


async def publish(runtime: Runtime) -> None:
    """Commit two events, as soon as the directory has been read."""

    async def may_write() -> bool:
        return bool(runtime.directory.current.members)

    await until(may_write, "the directory has been read")
    record, episode = new_id(), new_id()
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, "A" * 43)
        outbox.add(session, person(), record=record, scope=record)
        outbox.add(session, opening(episode), record=record, scope=episode)


async def test_a_writer_that_keeps_the_database_kills_neither_relay_nor_consumer(
    broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """INVARIANT: who cannot write for a while waits and tries again. Broken by a loop that takes a busy
    database for a defect: its node ends, and begins again on a machine that is too busy already."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    network = Network(broker, tmp_path)
    await network.prepare()
    async with network.alive(SERVICE, "sil") as runtime:
        peer = Peer(network.territory, WRITER)
        stream, records = written(peer, "Uno", "Due", "Tre")
        await publish(runtime)
        async with runtime.database.engine.connect():
            network.produce([peer.message(runtime, grants(grant_of(stream))), *records])
            await asyncio.sleep(3)
            assert (await applied(runtime), await unsent(runtime)) == (0, 2), "the database was kept"

        async def all_is_done() -> bool:
            return (await applied(runtime), await unsent(runtime)) == (3, 0)

        await until(all_is_done, "what came meanwhile is applied, and what was committed before is sent")
    failed = {one.getMessage() for one in caplog.records}
    assert any("database not reachable" in one for one in failed), "the relay met the busy database"
