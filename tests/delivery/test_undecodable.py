"""A record that the Kafka client itself cannot read: counted, stepped over, and nothing beside it lost."""

import asyncio
from pathlib import Path

from sqlmodel import col
from trama_chassis.tables import Refusal
from trama_chassis.testing import Peer
from trama_contracts.names import directory_topic, topic_of
from trama_contracts.record import Record
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.mail_reading import grant_of, grants
from chassis.tests.peer_writing import WRITER, written
from chassis.tests.small_registry import SERVICE, HeardCopy, rows
from tests.delivery.network import Network, until

NAME = b"\xff\xfe\x80"


async def test_a_header_name_that_is_no_text_stops_nobody(broker: EmbeddedBroker, tmp_path: Path) -> None:
    """INVARIANT: a record whose header name is not UTF-8 is malformed like any other; what stands before and
    behind it, in its partition and in others, is applied. A client left to die on it breaks it."""
    network = Network(broker, tmp_path)
    await network.prepare()
    peer = Peer(network.territory, WRITER)
    name = network.territory.network
    read_once = [topic_of(name, WRITER, "events"), topic_of(name, "sil.registry", "mailbox")]
    read_again = [directory_topic(name), topic_of(name, WRITER, "catalogue")]
    async with network.alive(SERVICE, "sil") as runtime:
        streams = [written(peer, "Uno", "Due", "Tre") for _ in range(9)]
        network.produce(peer.message(runtime, grants(grant_of(stream))) for stream, _ in streams)
        for seq, topic in enumerate((*read_once, *read_again, *read_once)):
            network.produce(records[seq % 3] for _, records in streams)
            await network.produce_with_spoilt_header_name(Record(topic, b"key", b"value", ()), NAME)
        network.produce(record for _, records in streams for record in records)

        async def all_heard() -> bool:
            return len(await rows(runtime, HeardCopy)) == 27

        async def nothing_left() -> bool:
            return not await asyncio.to_thread(network.lag, "sil.registry", read_once + read_again)

        await until(all_heard, "all events are applied")
        await until(nothing_left, "all offsets are committed")
        await runtime.inbox.store_counts()
        counted = {
            row.source: row.count for row in await rows(runtime, Refusal, col(Refusal.code) == "malformed")
        }
        # Directory and catalogue are read from the beginning by each new client, and counted again.
        assert counted.pop("network.directory") >= 1
        assert counted.pop(WRITER) >= 2 + 1
        assert counted == {"sil.registry": 2}
