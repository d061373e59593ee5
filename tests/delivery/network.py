"""A network of its own on a real broker, services alive on it in this process, and records written raw."""

import asyncio
import secrets
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.cimpl import NewTopic
from trama_chassis import clock
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings
from trama_chassis.testing import Territory, running
from trama_contracts.record import Record
from trama_deploy.broker import EmbeddedBroker

from tests.harness.territory import PARTITIONS, prepare_network

PATIENCE = 90.0
PLACEHOLDER = b"header-name-to-be-spoilt"


@dataclass
class Network:
    """Topics and directory of a territory on a broker, and where its services keep their databases."""

    broker: EmbeddedBroker
    folder: Path
    territory: Territory = field(default_factory=lambda: Territory(network=f"t{secrets.token_hex(4)}"))

    async def prepare(self) -> None:
        """Make the topics and publish the directory."""
        await asyncio.to_thread(prepare_network, self.broker, self.territory)

    @property
    def kafka(self) -> KafkaSettings:
        """The broker, as its super user: permissions are tested in deploy."""
        return KafkaSettings.model_validate(
            {
                "bootstrap": self.broker.bootstrap,
                "username": self.broker.admin_username,
                "password": self.broker.admin_password,
            }
        )

    def url(self, member: str, service: Service) -> str:
        """A SQLite database of one service of one member."""
        return f"sqlite:///{self.folder}/{member}-{service.name}.db"

    @asynccontextmanager
    async def started(
        self, service: Service, member: str, *, url: str | None = None, **settings: Any
    ) -> AsyncIterator[Runtime]:
        """A service of a member, that can reach the broker and has not yet begun to."""
        async with running(
            service,
            url or self.url(member, service),
            self.folder,
            member=member,
            territory=self.territory,
            kafka=self.kafka,
            known=False,
            **{"receipts_every": 0.5, "heads_every": 0.5, "facts_delay": (0.1, 0.5)} | settings,
        ) as runtime:
            yield runtime

    @asynccontextmanager
    async def alive(
        self, service: Service, member: str, *, url: str | None = None, **settings: Any
    ) -> AsyncIterator[Runtime]:
        """The same, connected and running. Leaving fails if it died meanwhile."""
        async with self.started(service, member, url=url, **settings) as runtime, lived(runtime):
            yield runtime

    def produce(self, records: Iterable[Record]) -> int:
        """Write records as they are, whatever they are; returns how many."""
        producer = Producer({**self.broker.client_config(), "message.max.bytes": 900_000})
        written = list(records)
        for record in written:
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
        if producer.flush(30):
            raise TimeoutError("records were not taken by the broker")
        return len(written)

    def make_topics(self, names: Iterable[str], partitions: int = PARTITIONS) -> None:
        """Make topics that the directory does not name."""
        made = self.broker.admin().create_topics([NewTopic(name, partitions, 1) for name in names])
        for future in made.values():
            future.result(20)

    def lag(self, group: str, topics: Iterable[str]) -> dict[str, int]:
        """How many records of each topic a group has not committed, where that is not none."""
        consumer = Consumer({**self.broker.client_config(), "group.id": group, "enable.auto.commit": False})
        behind: dict[str, int] = {}
        try:
            for topic in topics:
                partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
                for one in consumer.committed(partitions, timeout=20):
                    start, end = consumer.get_watermark_offsets(one, timeout=20)
                    missing = end - (one.offset if one.offset >= 0 else start)
                    if missing:
                        behind[topic] = behind.get(topic, 0) + missing
        except KafkaException as error:
            return {str(error): 1}
        finally:
            consumer.close()
        return behind

    async def produce_with_spoilt_header_name(self, record: Record, name: bytes) -> None:
        """Write a record with a header whose name is these bytes, which no client library would send."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.bootstrap,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=self.broker.admin_username,
            sasl_plain_password=self.broker.admin_password,
        )
        await producer.start()
        try:
            batch = producer.create_batch()
            headers = [*record.headers, (PLACEHOLDER[: len(name)].decode(), b"x")]
            batch.append(key=record.key, value=record.value, timestamp=None, headers=headers)
            batch._buffer = spoilt(batch._build(), PLACEHOLDER[: len(name)], name)
            await (await producer.send_batch(batch, record.topic, partition=0))
        finally:
            await producer.stop()


def spoilt(batch: bytes, old: bytes, new: bytes) -> bytearray:
    """A record batch with some of its bytes replaced and its checksum right again (KIP-98's layout)."""
    raw = bytearray(batch)
    at = raw.rindex(old)
    raw[at : at + len(old)] = new
    raw[17:21] = struct.pack(">I", calc_crc32c(bytes(raw[21:])))
    return raw


@asynccontextmanager
async def lived(runtime: Runtime) -> AsyncIterator[None]:
    """Relay, consumer and duties of a started service, as tasks of this process."""
    task = asyncio.create_task(runtime.run())
    _living.add(task)
    try:
        yield
        _nobody_died()
    finally:
        _living.discard(task)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


_living: set[asyncio.Task[None]] = set()


def _nobody_died() -> None:
    for task in _living:
        if task.done():
            task.result()
            raise AssertionError("a service ended by itself")


async def until(done: Callable[[], Awaitable[bool]], what: str, within: float = PATIENCE) -> float:
    """Wait until something is so; returns how long it took."""
    began = time.monotonic()
    while not await done():
        _nobody_died()
        if time.monotonic() - began > within:
            raise TimeoutError(f"not after {within:.0f} s: {what}")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def acquainted(*services: Runtime) -> None:
    """Wait until each of these services can seal mail to each other one."""

    async def known() -> bool:
        now = clock.machine_now()
        return all(
            one.directory.hpke_key(other.settings.principal, now) is not None
            for one in services
            for other in services
            if one is not other
        )

    await until(known, "the services know each other's keys")


def values_of(records: Sequence[Record]) -> set[bytes]:
    """The values that are there."""
    return {record.value for record in records if record.value is not None}
