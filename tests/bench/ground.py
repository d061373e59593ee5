"""What every measurement stands on: a broker, a territory, services on either database, the disk's speed."""

import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from confluent_kafka.cimpl import NewTopic
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings
from trama_chassis.testing import Territory, running
from trama_chassis.testing_databases import new_postgres_database, postgres_server
from trama_contracts.names import KINDS, directory_topic, topic_of
from trama_contracts.record import Record
from trama_deploy.broker import EmbeddedBroker

RUNS = 5


@dataclass
class Ground:
    """What one `make bench` has at hand."""

    broker: EmbeddedBroker
    postgres: str
    folder: Path
    syncs: list[float] = field(default_factory=list)

    def database(self, kind: str) -> str:
        """A new empty database of a kind."""
        if kind == "postgresql":
            return new_postgres_database(self.postgres)
        return f"sqlite:///{self.folder}/{uuid4().hex}.db"

    def kafka(self) -> KafkaSettings:
        """The broker, as its super user: permissions are not what is measured."""
        return KafkaSettings.model_validate(
            {
                "bootstrap": self.broker.bootstrap,
                "username": self.broker.admin_username,
                "password": self.broker.admin_password,
            }
        )

    def client(self) -> dict[str, Any]:
        """Arguments for a bare aiokafka client on the same broker."""
        return {
            "bootstrap_servers": self.broker.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.broker.admin_username,
            "sasl_plain_password": self.broker.admin_password,
        }

    async def territory(self) -> Territory:
        """A network of its own, its topics made and its directory published."""
        territory = Territory(network=f"b{uuid4().hex[:8]}")
        names = [directory_topic(territory.network)] + [
            topic_of(territory.network, principal, kind)
            for principal in territory.principals()
            for kind in KINDS
        ]
        for future in self.broker.admin().create_topics([NewTopic(name, 1, 1) for name in names]).values():
            future.result(30)
        await self.produce(territory.directory_records())
        return territory

    async def produce(self, records: list[Record]) -> None:
        """Write records as they are."""
        producer = AIOKafkaProducer(**self.client(), max_batch_size=262_144, max_request_size=300_000)
        await producer.start()
        try:
            futures = [
                await producer.send(one.topic, one.value, key=one.key, headers=list(one.headers))
                for one in records
            ]
            for future in futures:
                await future
        finally:
            await producer.stop()

    @asynccontextmanager
    async def service(
        self,
        service: Service,
        kind: str,
        member: str,
        territory: Territory,
        **settings: Any,
    ) -> AsyncIterator[Runtime]:
        """A service on a new database, connected to the broker's territory."""
        folder = self.folder / uuid4().hex
        async with running(
            service,
            self.database(kind),
            folder,
            member=member,
            territory=territory,
            kafka=self.kafka(),
            **settings,
        ) as runtime:
            yield runtime


@contextmanager
def ground() -> Iterator[Ground]:
    """A broker with one partition per topic, a PostgreSQL, and a folder on the machine's disk."""
    with tempfile.TemporaryDirectory(prefix="trama-bench-") as name:
        folder = Path(name)
        with EmbeddedBroker(folder / "broker", partitions=1) as broker, postgres_server() as postgres:
            yield Ground(broker, postgres, folder)


def syncs_per_second(folder: Path, count: int = 300) -> float:
    """How many times a second this disk really writes 4 KiB: what every commit waits for."""
    path = folder / "sync"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        begun = time.perf_counter()
        for _ in range(count):
            os.pwrite(descriptor, b"\0" * 4096, 0)
            os.fdatasync(descriptor)
        return count / (time.perf_counter() - begun)
    finally:
        os.close(descriptor)
        path.unlink()


@dataclass(frozen=True)
class Figure:
    """The median of some runs, and how far they lay apart."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        if self.median < 10:
            return f"{self.median:.2f} ({low:.2f}–{high:.2f})"
        return f"{self.median:,.0f} ({low:,.0f}–{high:,.0f})"


async def repeated(
    here: Ground, runs: int, measure: Callable[[], Awaitable[dict[str, float]]]
) -> dict[str, Figure]:
    """Run a measurement several times, with the disk's speed beside each run."""
    found: list[dict[str, float]] = []
    for _ in range(runs):
        here.syncs.append(syncs_per_second(here.folder))
        found.append(await measure())
    return {name: Figure(tuple(one[name] for one in found)) for name in found[0]}
