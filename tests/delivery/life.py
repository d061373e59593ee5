"""A small life of three services, and looks at what became of it: copies, effects, digests, the log."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from confluent_kafka import Consumer, KafkaException, TopicPartition
from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.handlers import EventHandlers
from trama_chassis.rebuild import digest
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import transaction
from trama_contracts.facts import TakingInChargeOpenedFact
from trama_contracts.registry import PersonRegistered, ReferralSent, TakingInChargeOpened

from chassis.tests.small_registry import (
    SERVICE,
    Effect,
    HeardCopy,
    OrderCopy,
    act_upon,
    copy_heard,
    handlers,
    new_id,
    nothing_waits,
    opening,
    person,
    rows,
)
from tests.delivery.network import Network, acquainted, until

_facts = EventHandlers()
_facts.copy(TakingInChargeOpenedFact)(copy_heard)
_of_sister = EventHandlers()
_of_sister.copies.update(handlers.copies)
_of_sister.react(PersonRegistered, TakingInChargeOpened, ReferralSent)(act_upon)
PLACEMENT = replace(SERVICE, name="placement", routers=[], handlers=_of_sister)
REPORTING = replace(SERVICE, name="reporting", routers=[], handlers=_facts, reads="facts")
REPORTING_ID = "kX3vQ9zLr2T7mN5bWc8yPd1HgJf6sAe4uVi0oRtYqZE"


@dataclass
class Life:
    """A registry that writes, a sister that reads it, and the province that counts."""

    network: Network
    source: Runtime
    sister: Runtime
    reporting: Runtime

    async def go_on(self, records: Iterable[str]) -> None:
        """For each record: a registration and a taking in charge, in one command."""
        for record in records:
            await happen(self.source, record)

    async def digests(self) -> list[str]:
        """The digests of all copies."""
        return [await digest_of(one) for one in (self.source, self.sister, self.reporting)]

    async def settled(self) -> None:
        """Wait until all that was published has arrived where it should."""
        await until(lambda: everywhere(self.source, self.sister, self.reporting), "all has arrived")


@asynccontextmanager
async def living(network: Network) -> AsyncIterator[Life]:
    """Three services alive on a network that has its topics."""
    async with (
        network.alive(SERVICE, "sil") as source,
        network.alive(PLACEMENT, "sil") as sister,
        network.alive(REPORTING, "provincia") as reporting,
    ):
        await acquainted(source, sister, reporting)
        yield Life(network, source, sister, reporting)


async def happen(runtime: Runtime, record: str, name: str = "Prova") -> None:
    """A person's registration and taking in charge."""
    episode = new_id()
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, REPORTING_ID)
        outbox.add(session, person(name), record=record, scope=record)
        outbox.add(session, opening(episode), record=record, scope=episode)


async def published_ids(runtime: Runtime, kind: str) -> set[str]:
    """The ids of what a service has published."""
    return {row.event_id for row in await rows(runtime, OutboxRow, col(OutboxRow.kind) == kind)}


async def heard_ids(runtime: Runtime, source: str) -> set[str]:
    """The ids of what a service has copied of another's events."""
    return {row.event_id for row in await rows(runtime, HeardCopy, col(HeardCopy.source) == source)}


async def everywhere(source: Runtime, sister: Runtime, reporting: Runtime) -> bool:
    """Whether the sister has every event, and reporting every fact."""
    name = source.settings.principal
    return await heard_ids(sister, name) == await published_ids(source, "event") and await heard_ids(
        reporting, name
    ) == await published_ids(source, "fact")


async def once_and_in_order(runtime: Runtime) -> None:
    """Assert that each event had its effect once, each stream came in order, and nothing waits."""
    effects = Counter(row.event_id for row in await rows(runtime, Effect))
    assert set(effects.values()) <= {1}
    assert all(row.in_order for row in await rows(runtime, OrderCopy))
    assert await nothing_waits(runtime)


async def digest_of(runtime: Runtime) -> str:
    """The digest of a service's copies."""
    async with runtime.database.read() as session:
        return await digest(session, runtime)


async def on_log(network: Network, topic: str) -> list[bytes]:
    """Every value that a topic holds, sorted: order across partitions says nothing."""
    return await asyncio.to_thread(_read, network, topic)


def _read(network: Network, topic: str) -> list[bytes]:
    settings = {"group.id": f"look-{new_id()}", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    consumer = Consumer({**network.broker.client_config(), **settings})
    try:
        partitions = [TopicPartition(topic, number, 0) for number in range(3)]
        left = sum(_end(consumer, one) for one in partitions)
        consumer.assign(partitions)
        values: list[bytes] = []
        while len(values) < left:
            read = consumer.consume(left - len(values), timeout=10)
            if not read:
                raise TimeoutError(f"{len(values)} of {left} records read")
            values += [message.value() or b"" for message in read if message.error() is None]
        return sorted(values)
    finally:
        consumer.close()


def _end(consumer: Consumer, partition: TopicPartition) -> int:
    """Where a partition ends; one that was just made is not known at once."""
    for _ in range(50):
        try:
            return int(consumer.get_watermark_offsets(partition, timeout=20)[1])
        except KafkaException:
            time.sleep(0.1)
    raise TimeoutError(f"{partition} is not known")
