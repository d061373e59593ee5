"""A network of its own on a running broker: topics, directory, two members on databases of their own.

Members are the broker's super user here: what each principal may do is tested in deploy.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.cimpl import NewTopic
from sqlalchemy import func, select
from sqlmodel import SQLModel, col
from trama_chassis.database import Database
from trama_chassis.tables import CHASSIS_TABLES, OutboxRow
from trama_chassis.testing import Place, Territory, account_file
from trama_chassis.testing_databases import create_tables
from trama_contracts.encoding import b64u
from trama_contracts.names import KINDS, directory_topic, topic_of
from trama_contracts.signature import raw_public
from trama_deploy.broker import EmbeddedBroker

from tests.harness.history import Findings, compare, read_recipient, read_source
from tests.harness.ledger import LEDGER, NORTH, PLACES, SOUTH, LineCopy
from tests.harness.orders import MemberFile, Publish
from tests.harness.process import PATIENCE, MemberEnded, MemberProcess

PARTITIONS = 3


@dataclass(frozen=True)
class Tide:
    """How far the events of the source have come, counted where they are and not where they were sent."""

    written: int
    """Rows committed in the outbox."""
    marked: int
    """Rows marked as sent."""
    on_log: int
    """Records on the source's topic, repeated ones included."""
    taken: int
    """Records whose offset the recipient has committed."""
    applied: int
    """Events of which the recipient has a copy, each counted once."""

    @property
    def surplus(self) -> int:
        """Records on the log that no mark accounts for: sent again, or sent and not yet marked."""
        return self.on_log - self.marked

    @property
    def drained(self) -> bool:
        """Everything committed is sent, marked and applied, and everything on the log has been taken."""
        return self.written == self.marked == self.applied and self.taken == self.on_log


@dataclass
class Stage:
    """Two members, the processes started for them, and what was answered to their callers."""

    broker: EmbeddedBroker
    folder: Path
    territory: Territory
    urls: Mapping[str, str]
    databases: Mapping[str, Database]
    processes: list[MemberProcess] = field(default_factory=list)

    @property
    def events(self) -> str:
        """The topic of the source's events."""
        return topic_of(self.territory.network, f"{NORTH}.ledger", "events")

    def file(self, member: str, *, own_lease: bool = False, request_timeout_ms: int = 10_000) -> MemberFile:
        """The settings of a process of a member."""
        principal = f"{member}.{LEDGER.name}"
        self.territory.write_secrets(self.folder / principal, principal)
        return MemberFile(
            network=self.territory.network,
            member=member,
            peers=tuple(one for one in self.territory.principals() if one != principal),
            database_url=self.urls[member],
            bootstrap=self.broker.bootstrap,
            username=self.broker.admin_username,
            password=self.broker.admin_password,
            request_timeout_ms=request_timeout_ms,
            secrets_dir=self.folder / principal,
            accounts_file=account_file(self.folder / f"{member}.accounts.yaml", ()),
            roots=[b64u(raw_public(root)) for root in self.territory.roots],
            own_lease=self.folder / f"lease-{secrets.token_hex(4)}" if own_lease else None,
        )

    async def start(
        self, member: str, *, failpoint: str | None = None, own_lease: bool = False
    ) -> MemberProcess:
        """Start a process of a member; it is ended when the stage is left."""
        file = self.file(member, own_lease=own_lease)
        process = await MemberProcess.start(file, self.folder, failpoint=failpoint)
        self.processes.append(process)
        return process

    async def open(self) -> tuple[MemberProcess, MemberProcess]:
        """Both members, started together and ready: source and recipient."""
        north, south = await asyncio.gather(self.start(NORTH), self.start(SOUTH))
        await asyncio.gather(north.ready(), south.ready())
        return north, south

    async def tide(self) -> Tide:
        """Count where the events are."""
        on_log, taken = await asyncio.to_thread(_log, self.broker, self.events, f"{SOUTH}.{LEDGER.name}")
        written, marked, applied = await self._rows()
        return Tide(written, marked, on_log, taken, applied)

    async def unsent(self) -> int:
        """How many events are committed and not marked as sent."""
        written, marked, _ = await self._rows()
        return written - marked

    async def _rows(self) -> tuple[int, int, int]:
        async with self.databases[NORTH].read() as session:
            counted = select(func.count(), func.count(col(OutboxRow.sent_at))).where(
                col(OutboxRow.kind) == "event"
            )
            written, marked = (await session.execute(counted)).one()
        async with self.databases[SOUTH].read() as session:
            applied = await session.scalar(select(func.count(func.distinct(col(LineCopy.event_id)))))
        return written, marked, applied or 0

    async def drained(self, within: float = PATIENCE, *, all_taken: bool = True) -> float:
        """Wait until nothing is on its way; the seconds it took. Nothing may be publishing."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            written, marked, applied = await self._rows()
            if written == marked == applied and (not all_taken or (await self.tide()).drained):
                return time.monotonic() - began
            await asyncio.sleep(0.05)
        raise await self._stuck(f"not drained after {within} s")

    async def caught_up(self, written: int, within: float = PATIENCE) -> None:
        """Wait until so many events are applied, whatever is committed meanwhile."""
        try:
            async with asyncio.timeout(within):
                while (await self._rows())[2] < written:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise await self._stuck(f"{written} events not applied after {within} s") from None

    async def _stuck(self, what: str) -> MemberEnded:
        """All there is to say of what does not arrive."""
        faults = (await self.findings()).faults
        tails = "\n".join(process.log_tail() for process in self.processes[-2:])
        return MemberEnded(f"{what}: {faults}, {await self.tide()}\n{tails}")

    async def findings(self, duplicates: int = 0) -> Findings:
        """Judge what the recipient has against what the source has and what its callers were answered."""
        secrets_dir = self.folder / f"{NORTH}.{LEDGER.name}"
        source = await read_source(self.databases[NORTH], secrets_dir, self.territory)
        recipient = await read_recipient(self.databases[SOUTH])
        answered = [line for process in self.processes for line in process.answered]
        return compare(source, recipient, answered=answered, duplicates=duplicates)

    def logged(self, phrase: str) -> int:
        """How many lines of all processes' logs hold a phrase."""
        return sum(process.logged(phrase) for process in self.processes)

    async def close(self) -> None:
        """End every process that was started, by its pid, and close the databases."""
        for process in self.processes:
            await process.end()
        for database in self.databases.values():
            await database.dispose()


@asynccontextmanager
async def staged(
    broker: EmbeddedBroker,
    folder: Path,
    new_database: Callable[[], str],
    places: Mapping[str, Place] = PLACES,
) -> AsyncIterator[Stage]:
    """Set up a network of its own on a broker; every process started on it is ended on leaving."""
    territory = Territory(network=f"t{secrets.token_hex(4)}", places=places)
    urls = {member: new_database() for member in places}
    await asyncio.to_thread(prepare_network, broker, territory)
    databases = {member: Database(url, tables()) for member, url in urls.items()}
    for database in databases.values():
        create_tables(database)
    stage = Stage(broker, folder, territory, urls, databases)
    try:
        yield stage
    finally:
        await stage.close()


def tables() -> list[type[SQLModel]]:
    """The tables of a ledger's database."""
    return [*CHASSIS_TABLES, *LEDGER.tables]


def accounts(count: int) -> list[str]:
    """So many new accounts, each of which becomes a stream."""
    return [str(uuid4()) for _ in range(count)]


def lines(events: int, of: list[str], **how: Any) -> Publish:
    """The order to enter lines, drawn anew each time; `how` overrides what an order to publish says."""
    return Publish(accounts=of, events=events, seed=secrets.randbits(48), **how)


def prepare_network(broker: EmbeddedBroker, territory: Territory, partitions: int = PARTITIONS) -> None:
    """Make a network's topics and publish its signed directory."""
    network = territory.network
    names = [directory_topic(network)]
    names += [topic_of(network, principal, kind) for principal in territory.principals() for kind in KINDS]
    made = broker.admin().create_topics([NewTopic(name, partitions, 1) for name in names])
    for future in made.values():
        future.result(20)
    producer = Producer(broker.client_config())
    for record in territory.directory_records():
        producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    if producer.flush(20):
        raise TimeoutError("the directory was not taken by the broker")


def _log(broker: EmbeddedBroker, topic: str, group: str, within: float = PATIENCE) -> tuple[int, int]:
    """How many records a topic has had, and how many of them a group has committed."""
    consumer = Consumer({**broker.client_config(), "group.id": group, "enable.auto.commit": False})
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    began = time.monotonic()
    try:
        while True:
            try:
                ends = sum(consumer.get_watermark_offsets(one, timeout=10)[1] for one in partitions)
                taken = consumer.committed(partitions, timeout=10)
                return ends, sum(max(0, one.offset) for one in taken)
            except KafkaException:
                # A broker that has just come back answers, and does not know yet what it leads.
                if time.monotonic() - began > within:
                    raise
                time.sleep(0.1)
    finally:
        consumer.close()
