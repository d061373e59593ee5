"""A Kafka client that hears nothing more, or that cannot be stopped, is noticed and replaced."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher
from trama_chassis import consumer, kafka
from trama_chassis.runtime import LoopEnded, Runtime
from trama_chassis.testing import Peer, PeerStream
from trama_contracts.record import Record
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.mail_reading import grant_of, grants
from chassis.tests.peer_writing import WRITER, written
from chassis.tests.small_registry import SERVICE, HeardCopy, rows
from tests.delivery.network import Network, until


@pytest.fixture
async def network(broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network whose services listen more often than they do in earnest."""
    monkeypatch.setattr(consumer, "LISTEN_EVERY_SECONDS", 1.0)
    made = Network(broker, tmp_path)
    await made.prepare()
    return made


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[AIOKafkaConsumer]:
    """Every consuming client that a service has made, the newest last."""
    made: list[AIOKafkaConsumer] = []

    class Seen(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
        def __init__(self, *words: object, **named: object) -> None:
            super().__init__(*words, **named)
            made.append(self)

    monkeypatch.setattr(consumer, "AIOKafkaConsumer", Seen)
    return made


def heard(runtime: Runtime, number: int) -> Callable[[], Awaitable[bool]]:
    """Whether so many events have been applied."""

    async def enough() -> bool:
        return len(await rows(runtime, HeardCopy)) == number

    return enough


def of_somebody(network: Network, runtime: Runtime) -> tuple[Record, PeerStream, list[Record]]:
    """Mail with the key of a stream of three events, and the stream."""
    peer = Peer(network.territory, WRITER)
    stream, records = written(peer, "Uno", "Due", "Tre")
    return peer.message(runtime, grants(grant_of(stream))), stream, records


async def test_a_client_that_has_gone_deaf_is_replaced(
    network: Network, clients: list[AIOKafkaConsumer]
) -> None:
    """INVARIANT: what is on the log is heard, whatever the Kafka client does. Broken by trusting empty polls:
    a fetcher that has ended says nothing, and its service waits for ever."""
    async with network.alive(SERVICE, "sil") as runtime:
        mail, _, records = of_somebody(network, runtime)
        network.produce([mail, records[0]])
        await until(heard(runtime, 1), "the first event is applied")
        deaf = clients[-1]
        fetching = deaf._fetcher._fetch_task
        fetching.cancel()
        with suppress(asyncio.CancelledError):
            await fetching
        # The fetch that is under way would still bring what comes now.
        await asyncio.gather(*deaf._fetcher._pending_tasks)
        network.produce(records[1:])
        await until(heard(runtime, 3), "the events sent to a deaf client are applied")
        assert clients[-1] is not deaf


async def test_a_client_that_does_not_stop_is_left(
    network: Network, clients: list[AIOKafkaConsumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: a client that swallows its cancellation holds nobody up. Broken by awaiting it within a time
    limit, which ends only when the client lets it."""
    monkeypatch.setattr(kafka, "STOP_SECONDS", 0.5)
    close = Fetcher.close
    stubborn = asyncio.Event()

    async def hang(self: Fetcher) -> None:
        while not stubborn.is_set():
            with suppress(asyncio.CancelledError):
                await stubborn.wait()
        await close(self)

    async with network.alive(SERVICE, "sil") as runtime:
        mail, _, records = of_somebody(network, runtime)
        network.produce([mail, records[0]])
        await until(heard(runtime, 1), "the first event is applied")
        left = clients[-1]
        with monkeypatch.context() as hanging:
            hanging.setattr(Fetcher, "close", hang)
            runtime.consumer.recreate()
            await until(lambda: asyncio.sleep(0, clients[-1] is not left), "there is another client")
        network.produce(records[1:])
        await until(heard(runtime, 3), "the events sent afterwards are applied")
        stubborn.set()


async def test_a_reading_that_does_not_hear_that_it_is_to_end_is_told_again(network: Network) -> None:
    """INVARIANT: a service that is stopped stops. Broken by cancelling its reading once: a wait of aiokafka
    that was over in the same instant swallows it, and the reading goes on for ever."""
    reading, swallowed = asyncio.Event(), asyncio.Event()

    async def hard_of_hearing() -> None:
        reading.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.set()
        await asyncio.Event().wait()

    async with network.started(SERVICE, "sil") as runtime:
        runtime.consumer._read = hard_of_hearing  # type: ignore[method-assign]  # a defect made for the test
        running = asyncio.create_task(runtime.run())
        await reading.wait()
        running.cancel()
        await asyncio.wait([running], timeout=30)
        assert swallowed.is_set()
        assert running.done()


async def test_a_client_that_is_cancelled_within_does_not_end_its_service(
    network: Network, clients: list[AIOKafkaConsumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: a CancelledError that aiokafka lets out is not taken for the end of the service. A fetch
    that waits to be sent again while the broker is away does that when its client is stopped (0.14). A loop
    that lets it through ends as if it had been asked to, and nothing is heard again."""
    close = Fetcher.close

    async def cancelled(self: Fetcher) -> None:
        await close(self)
        raise asyncio.CancelledError

    async with network.alive(SERVICE, "sil") as runtime:
        mail, _, records = of_somebody(network, runtime)
        network.produce([mail, records[0]])
        await until(heard(runtime, 1), "the first event is applied")
        before = clients[-1]
        with monkeypatch.context() as trouble:
            trouble.setattr(Fetcher, "close", cancelled)
            runtime.consumer.recreate()
            await until(lambda: asyncio.sleep(0, clients[-1] is not before), "there is another client")
        assert before._client._sync_task is None, "the connections of the client thrown away are closed"
        network.produce(records[1:])
        await until(heard(runtime, 3), "the events sent afterwards are applied")


async def test_a_loop_that_ends_within_ends_its_service(network: Network) -> None:
    """INVARIANT: no part of a service stops while the others go on. A group of tasks that is left to itself
    takes no notice of one that was cancelled from within."""

    async def cancelled() -> None:
        raise asyncio.CancelledError

    async with network.started(SERVICE, "sil") as runtime:
        runtime.duties.run = cancelled  # type: ignore[method-assign]  # a defect made for the test
        with pytest.RaisesGroup(LoopEnded):
            await asyncio.wait_for(runtime.run(), 30)


async def test_a_quiet_client_is_not_taken_for_a_deaf_one(
    network: Network, clients: list[AIOKafkaConsumer]
) -> None:
    async with network.alive(SERVICE, "sil") as runtime:
        mail, _, records = of_somebody(network, runtime)
        network.produce([mail, records[0]])
        await until(heard(runtime, 1), "the first event is applied")
        before = len(clients)
        await asyncio.sleep(4)
        network.produce(records[1:])
        await until(heard(runtime, 3), "what comes after the quiet is applied")
        assert len(clients) == before
