"""One service of one member, alive: what it holds, and the tasks that move its events."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import structlog
from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession
from trama_contracts.event import Event
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.messages import Request
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record

from trama_chassis import clock, hpke_keys, kafka, lease, mailbox, safekeeping
from trama_chassis.clock import Clock
from trama_chassis.consumer import Consumer
from trama_chassis.contention import is_transient
from trama_chassis.database import Database
from trama_chassis.directory import DirectoryCopy
from trama_chassis.duties import Duties
from trama_chassis.erasure_duties import Erasures
from trama_chassis.health import Health
from trama_chassis.inbox import Inbox
from trama_chassis.keystore import Keystore
from trama_chassis.letters import Letter, open_mail
from trama_chassis.relay import Relay
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import CHASSIS_TABLES

SUPERVISE_SECONDS = 5.0
ASK_AGAIN = timedelta(hours=1)
RELAY_SILENCE = 60.0
CONSUMER_SILENCE = 60.0


class LoopEnded(Exception):
    """One of the loops of a service stopped, which none of them does while its service lives."""


async def _for_ever(loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop that ends only when it is cancelled from outside.

    A group of tasks takes no notice of one that was cancelled from within: a library that lets a
    CancelledError of its own out would leave a service that lives and is deaf.
    """
    try:
        await loop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    raise LoopEnded(loop.__qualname__)


class Runtime:
    """A service with its settings, database, keys and tasks."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        if not settings.demo:
            safekeeping.refuse_unsafe(settings)
        self.database = Database(settings.database_url, [*CHASSIS_TABLES, *service.tables])
        self.keystore = Keystore(settings.secrets_dir)
        self.directory = DirectoryCopy(settings)
        self.clock = Clock(settings.clock_file)
        self.log = structlog.get_logger("trama.delivery").bind(service=settings.principal)
        self.health = Health()
        self.wake = asyncio.Event()
        self.hpke_keys: dict[str, HpkePrivateKey] = {}
        self.timer_runs: dict[str, datetime] = {}
        self._asked: dict[str, datetime] = {}
        self.event_classes: dict[str, type[Event]] = {
            event_class.wire_type: event_class
            for event_class in (*service.handlers.copies, *service.handlers.reactions)
        }
        self.inbox = Inbox(self)
        self.relay = Relay(self)
        self.consumer = Consumer(self)
        self.erasures = Erasures(self)
        self.duties = Duties(self)
        self.lease: lease.Lease
        self.sisters: tuple[Runtime, ...] = ()
        """The services of this member in this process, this one too, once they have one origin."""

    async def start(self) -> None:
        """Take the lease and read what is held; the schema is there already.

        Raises LeaseHeld while another process is this service's active one.
        """
        self.lease = await lease.take(self.settings.database_url)
        async with self.bookkeeping() as session:
            await hpke_keys.load(session, self)
            await hpke_keys.ensure(session, self)
            await self.directory.load(session)
            await session.commit()
        try:
            await self.erasures.load()
        except BaseException:
            await self.stop()
            raise
        if not self.directory.current.members:
            self.health.expect("directory", within=0.0)

    async def run(self) -> None:
        """Relay, consumer and duties; if one dies of a defect, all stop and the process says so."""
        self.health.expect("relay", within=RELAY_SILENCE)
        self.health.expect("consumer", within=CONSUMER_SILENCE)
        loops = (self.lease.keep, self.relay.run, self.consumer.run, self.duties.run, self._supervise)
        async with asyncio.TaskGroup() as tasks:
            for loop in loops:
                tasks.create_task(_for_ever(loop))

    async def stop(self) -> None:
        """Give up the lease and close the database."""
        await self.lease.release()
        await self.database.dispose()

    async def _supervise(self) -> None:
        """A consumer of this client can go deaf without a sign: no progress means a new one."""
        while True:
            await asyncio.sleep(SUPERVISE_SECONDS)
            if "consumer" in self.health.stalled():
                self.log.error("consumer stalled: recreated")
                self.consumer.recreate()

    # Sessions

    def bookkeeping(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A writing session that nobody asked for: of the chassis' own tables, or the service itself acts."""
        return self.database.write(runtime=self)

    # What the consumer reads beside events

    async def take_directory(self, records: Sequence[Record]) -> None:
        """Take records of the directory topic."""
        async with self.bookkeeping() as session:
            outcomes = [await self.directory.apply(session, record) for record in records]
            await session.commit()
        if self.directory.current.members:
            self.health.forget("directory")
        for outcome in outcomes:
            # An entry that is read ahead of its manifest is normal.
            if outcome is not Outcome.GAP:
                self.count("network.directory", outcome)

    async def take_catalogue(self, records: Sequence[Record]) -> None:
        """Take records of catalogue topics."""
        async with self.bookkeeping() as session:
            outcomes = [await self.directory.apply_catalogue(session, record) for record in records]
            await session.commit()
        for record, outcome in zip(records, outcomes, strict=True):
            self.count(record.topic, outcome)

    async def take_mail(self, records: Sequence[Record]) -> None:
        """Take records of the own mailbox, together; if that fails, one by one."""
        if not records:
            return
        letters = await asyncio.to_thread(open_mail, self, records)
        try:
            outcomes = await self._receive(letters)
        except Exception as error:
            if len(letters) == 1 or is_transient(error):
                raise
            self.log.info("mail redone one by one", count=len(letters), error=type(error).__name__)
            outcomes = [outcome for letter in letters for outcome in await self._receive([letter])]
        for letter, outcome in zip(letters, outcomes, strict=True):
            self.count(letter.sender, outcome)
            if outcome is Outcome.UNKNOWN_HPKEKEY:
                await self._ask_for_keys(letter.sender)
        if Outcome.OK in outcomes:
            self.wake.set()

    async def _receive(self, letters: Sequence[Letter]) -> list[Outcome]:
        """Act upon messages in one transaction."""
        if all(letter.message is None for letter in letters):
            return [letter.outcome for letter in letters]
        async with self.bookkeeping() as session:
            outcomes = [await mailbox.receive(session, self, letter) for letter in letters]
            await session.commit()
        return outcomes

    async def _ask_for_keys(self, sender: str) -> None:
        """Mail sealed to a key we no longer have: the sender is asked, once an hour, for its grants again."""
        now = clock.machine_now()
        if now - self._asked.get(sender, now - ASK_AGAIN) < ASK_AGAIN:
            return
        self._asked[sender] = now
        async with self.bookkeeping() as session:
            await mailbox.send(session, self, [(sender, Request(keys={}))])
            await session.commit()
        self.wake.set()

    def count(self, source: str, outcome: Outcome) -> None:
        """Count a refusal of something that is not an event."""
        self.inbox.outcomes[outcome] += 1
        if outcome not in (Outcome.OK, Outcome.DUPLICATE):
            self.inbox.uncounted[(source, outcome.value)] += 1

    async def shorter_than(self, marks: Sequence[tuple[str, int, int]]) -> set[str]:
        """Topics whose log ends before an offset that a row of the outbox was given: wiped, or made anew."""
        if not marks:
            return set()
        ends = await kafka.log_ends(
            self.settings, [TopicPartition(topic, number) for topic, number, _ in marks]
        )
        return {topic for topic, number, offset in marks if ends[TopicPartition(topic, number)] <= offset}

    def hpke_key(self, hpkekey: str) -> HpkePrivateKey | None:
        """One of this service's own private keys, for the wire's opener of messages."""
        return self.hpke_keys.get(hpkekey)
