"""Reads the topics of others and the mailbox and hands them to the inbox, in an order that needs no parking.

Partitions are assigned by the one holder of the lease; the group id is for offsets only. An offset is
committed after the database: what is read twice has its effect once.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from trama_contracts.names import directory_topic, parse_topic
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record

from trama_chassis import kafka
from trama_chassis.contention import is_transient
from trama_chassis.directory import owner_of
from trama_chassis.inbox import Unreachable
from trama_chassis.kafka import client_settings

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

BATCH = 500
MAIL_BATCH = 64
POLL_MS = 500
PAUSE_SECONDS = 1.0
QUIET_SECONDS = 5.0
LISTEN_EVERY_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 30.0
PAUSE_OF_EACH_SECONDS = 0.05
KINDS = ("directory", "catalogue", "mailbox", "events")

Polled = dict[TopicPartition, list[ConsumerRecord]]


class Undecodable(Exception):
    """A record that the Kafka client cannot read (a header name that is not UTF-8) came with others."""


class Deaf(Exception):
    """The log has gone on, and this client hears nothing of it."""


BEGINS_AGAIN = (KafkaError, IllegalStateError, Unreachable, Undecodable, Deaf)
"""What a new client, a second later, is the answer to."""


class Consumer:
    """The one active consumer of a service; when its client goes deaf or the broker away it makes another."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._settings = runtime.settings
        self._client: AIOKafkaConsumer | None = None
        self._topics: set[str] = set()
        self._unseen: set[str] = set()
        self._assigned_at = self._roused_at = self._listened_at = 0.0
        self._unheard: set[tuple[TopicPartition, int]] = set()
        self._one_by_one = False
        self._stalled = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            self._stalled.clear()
            reading = asyncio.create_task(self._read())
            stalled = asyncio.create_task(self._stalled.wait())
            try:
                await asyncio.wait([reading, stalled], return_when=asyncio.FIRST_COMPLETED)
                if reading.done() and not reading.cancelled():
                    reading.result()
            except Exception as error:
                if not (isinstance(error, BEGINS_AGAIN) or is_transient(error)):
                    raise
                self._runtime.log.warning("consumer begins again", error=type(error).__name__)
            finally:
                stalled.cancel()
                await self._end(reading)
                await self._stop()
            await asyncio.sleep(PAUSE_SECONDS)

    def recreate(self) -> None:
        """Throw the client away and begin again (the supervisor's answer to a stalled consumer)."""
        self._stalled.set()

    async def _end(self, reading: asyncio.Task[None]) -> None:
        """Cancel until it has ended: aiokafka swallows the cancellation of some of its waits.

        One that stalled is left in the end: without its client it can take nothing more.
        """
        limit = time.monotonic() + kafka.STOP_SECONDS
        while not reading.done() and not (self._stalled.is_set() and time.monotonic() > limit):
            reading.cancel()
            await asyncio.wait([reading], timeout=kafka.STOP_SECONDS / 5)

    async def _read(self) -> None:
        self._runtime.health.mark("consumer")
        async with self._runtime.database.read() as session:
            await self._runtime.directory.load(session)
        client = await self._start()
        while True:
            await self._runtime.lease.assert_held()
            polled = await self._poll(client)
            self._runtime.health.mark("consumer")
            if polled:
                await self._take(client, polled)
            else:
                await self._listen(client)
            self._runtime.health.figure("to_read", await _behind(client))
            if self._should_assign():
                await self._assign(client)

    async def _listen(self, client: AIOKafkaConsumer) -> None:
        """Nothing has come: ask less often, and be sure that there was nothing to hear.

        After trouble with the broker aiokafka's fetcher can end without a sign, and every poll is empty from
        then on (its issue 1154). Raises Deaf when a record was there to read ten seconds ago and still is.
        """
        now = time.monotonic()
        if now - self._roused_at > QUIET_SECONDS:
            kafka.set_patience(client, True)
        if now - self._listened_at < LISTEN_EVERY_SECONDS:
            return
        ends = await client.end_offsets(client.assignment())
        places = {(one, await client.position(one)) for one in ends}
        unheard = {(one, place) for one, place in places if place < ends[one]}
        if unheard & self._unheard:
            raise Deaf
        self._listened_at, self._unheard = now, unheard

    def _rouse(self, client: AIOKafkaConsumer) -> None:
        """Ask often again: something has come, or other topics are to be read."""
        self._roused_at = time.monotonic()
        kafka.set_patience(client, False)

    def _should_assign(self) -> bool:
        """When the directory names other topics than before, or one was not to be seen half a minute ago."""
        wanted = self._wanted_topics()
        if wanted != self._topics:
            return True
        late = time.monotonic() - self._assigned_at > LOOK_AGAIN_SECONDS
        return late and bool(self._unseen)

    async def _start(self) -> AIOKafkaConsumer:
        """Begin with who there is, then with the keys and the mail, then with events."""
        client = AIOKafkaConsumer(
            **client_settings(self._settings),
            group_id=self._settings.principal,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=1_048_576,
        )
        self._client = client
        async with asyncio.timeout(30):
            await client.start()
        self._rouse(client)
        self._topics = set()
        await self._catch_up(client, [directory_topic(self._settings.network)])
        wanted = self._wanted_topics()
        await self._catch_up(client, [name for name in wanted if _kind(name) == "catalogue"])
        await self._assign(client)
        return client

    def _wanted_topics(self) -> set[str]:
        return self._runtime.directory.topics_to_read(self._runtime.service.reads)

    async def _catch_up(self, client: AIOKafkaConsumer, topics: Iterable[str]) -> None:
        """Read compacted topics from their beginning to where they end now."""
        partitions = await kafka.partitions_of(self._settings, topics)
        if not partitions:
            return
        client.assign(partitions)
        await client.seek_to_beginning(*partitions)
        await self._drain(client, partitions)

    async def _assign(self, client: AIOKafkaConsumer) -> None:
        """Follow the directory's list of topics; open topics are read from where they end."""
        self._rouse(client)
        wanted = self._wanted_topics()
        partitions = await kafka.partitions_of(self._settings, wanted)
        client.assign(partitions)
        compacted = [one for one in partitions if _kind(one.topic) in ("directory", "catalogue")]
        if compacted:
            await client.seek_to_beginning(*compacted)
        self._topics, self._assigned_at = wanted, time.monotonic()
        self._unseen = wanted - {one.topic for one in partitions}
        await self._drain(client, compacted)
        await self._drain(client, [one for one in partitions if _kind(one.topic) == "mailbox"])

    async def _drain(self, client: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> bool:
        """Read these partitions to the end they have now; whether anything was read."""
        if not partitions:
            return False
        ends = await client.end_offsets(partitions)
        behind = started = {one for one in partitions if await client.position(one) < ends[one]}
        while behind:
            polled = await self._poll(client, *behind)
            if polled:
                self._runtime.health.mark("consumer")
            await self._take(client, polled)
            behind = {one for one in behind if await client.position(one) < ends[one]}
        return bool(started)

    async def _poll(self, client: AIOKafkaConsumer, *partitions: TopicPartition) -> Polled:
        """What has come. Raises Undecodable, once: after it each partition is polled by itself."""
        if self._one_by_one:
            return await self._poll_each(client, partitions or client.assignment())
        try:
            polled: Polled = await client.getmany(*partitions, timeout_ms=POLL_MS)
            if polled:
                self._rouse(client)
        except UnicodeDecodeError as error:
            # What the client had at hand of other partitions went with it: all begin where they had come.
            self._one_by_one = True
            raise Undecodable from error
        return polled

    async def _poll_each(self, client: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> Polled:
        polled: Polled = {}
        for one in partitions:
            try:
                polled |= await client.getmany(one, timeout_ms=0)
            except UnicodeDecodeError:
                await self._step_over(client, one)
        if not polled:
            await asyncio.sleep(PAUSE_OF_EACH_SECONDS)
        return polled

    async def _step_over(self, client: AIOKafkaConsumer, partition: TopicPartition) -> None:
        """Take what stands before a record that cannot be decoded, count that one and go on behind it."""
        try:
            while polled := await client.getmany(partition, timeout_ms=POLL_MS, max_records=1):
                await self._take(client, polled)
        except UnicodeDecodeError:
            behind = await client.position(partition) + 1
            client.seek(partition, behind)
            self._runtime.count(owner_of(partition.topic), Outcome.MALFORMED)
            with suppress(KafkaError, IllegalStateError):
                await client.commit({partition: behind})

    async def _take(self, client: AIOKafkaConsumer, polled: Polled) -> None:
        """Handle one poll, the directory first and events last, and commit each kind's offsets."""
        by_kind: dict[str, Polled] = {kind: {} for kind in KINDS}
        for partition, records in polled.items():
            by_kind[_kind(partition.topic)][partition] = records
        for kind in KINDS:
            if not by_kind[kind]:
                continue
            records = [_record(one) for some in by_kind[kind].values() for one in some]
            await self._take_kind(client, kind, records)
            await self._commit_offsets(client, by_kind[kind])

    async def _take_kind(self, client: AIOKafkaConsumer, kind: str, records: Sequence[Record]) -> None:
        match kind:
            case "directory":
                await self._runtime.take_directory(records)
            case "catalogue":
                await self._runtime.take_catalogue(records)
            case "mailbox":
                await self._take_mail(records)
            case _:
                await self._take_events(client, records)

    async def _take_events(self, client: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Apply events; if a stream is unknown, read the mailbox to its end first.

        A key is acknowledged by the broker before the first event it opens is sent: what is still unknown
        when the mailbox has been read is not for us, and nothing of it is kept.
        """
        for start in range(0, len(records), BATCH):
            checked = await self._runtime.inbox.check(records[start : start + BATCH])
            strangers = await self._runtime.inbox.strangers(checked)
            if strangers:
                mailboxes = [one for one in client.assignment() if _kind(one.topic) == "mailbox"]
                if await self._drain(client, mailboxes):
                    strangers = await self._runtime.inbox.strangers(checked)
            await self._runtime.inbox.apply_ours(checked, strangers)
            self._runtime.health.mark("consumer")

    async def _take_mail(self, records: Sequence[Record]) -> None:
        """Act upon mail. Each part of it is progress: who is busy is not to be taken for deaf."""
        for start in range(0, len(records), MAIL_BATCH):
            await self._runtime.take_mail(records[start : start + MAIL_BATCH])
            self._runtime.health.mark("consumer")

    async def _commit_offsets(self, client: AIOKafkaConsumer, polled: Polled) -> None:
        offsets = {partition: records[-1].offset + 1 for partition, records in polled.items() if records}
        with suppress(KafkaError, IllegalStateError):
            # A lost commit means the records are read again, and found to be duplicates.
            await client.commit(offsets)

    async def _stop(self) -> None:
        client, self._client = self._client, None
        await kafka.stop(client)


async def _behind(client: AIOKafkaConsumer) -> int:
    """How many records lie between where this client reads and where the broker last said the log ends."""
    ends = {one: client.highwater(one) for one in client.assignment()}
    return sum([max(0, end - await client.position(one)) for one, end in ends.items() if end is not None])


def _kind(topic: str) -> str:
    parsed = parse_topic(topic)
    if parsed is None:
        return "directory"
    return "events" if parsed.kind == "facts" else parsed.kind


def _record(read: ConsumerRecord) -> Record:
    return Record(read.topic, read.key, read.value, tuple(read.headers))
