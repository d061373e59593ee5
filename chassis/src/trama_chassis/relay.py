"""Sends the outbox to Kafka: in order per stream, a key before the first event it opens, nobody else blocked.

It holds no secret: rows are sealed and signed when they are committed. It marks a row only with the partition
and offset the broker gave it; a crash before the mark means a harmless duplicate.
"""

import asyncio
import json
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata
from sqlalchemy import BindParameter, Executable, bindparam, delete, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.names import parse_topic
from trama_contracts.signature import headers_of

from trama_chassis import clock, kafka, resend
from trama_chassis.contention import is_transient
from trama_chassis.failpoints import reach
from trama_chassis.kafka import client_settings, content_type
from trama_chassis.resend import SENT_COLUMNS
from trama_chassis.tables import OutboxRow, table_of

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

WAVE = 1000
WAVES = 20
AGAIN_BESIDE, AGAIN_ALONE = 100, 500
MESSAGES_FIRST = ("message", "catalogue", "control")
GATED = ("event", "fact")
FILES = ("file",)
"""Parts of files: behind everything else, and gone from the outbox once the broker has them."""
HELD_FOR = timedelta(seconds=5)
POLL_SECONDS = 1.0
RECONCILE_EVERY = timedelta(hours=1)


class Row(NamedTuple):
    """One outbox row as it is sent."""

    position: int
    kind: str
    topic: str
    key: str
    value: bytes
    signature: bytes


class Sent(NamedTuple):
    """Where the broker put a row."""

    position: int
    partition: int
    offset: int


_GATE = text(
    "NOT EXISTS (SELECT 1 FROM grant_given g JOIN outbox m ON m.event_id = g.message"
    " WHERE g.stream = outbox.stream AND m.sent_at IS NULL AND m.position < outbox.position)"
)


@cache
def _next(kinds: tuple[str, ...], *, is_holding: bool) -> Executable:
    """What is due of these kinds, built once: it is asked for at every turn."""
    wanted = (
        select(*SENT_COLUMNS)
        .where(col(OutboxRow.kind).in_(kinds), col(OutboxRow.sent_at).is_(None))
        .where(col(OutboxRow.position) > bindparam("after"))
        .where((col(OutboxRow.not_before).is_(None)) | (col(OutboxRow.not_before) <= bindparam("now")))
        .order_by(col(OutboxRow.position))
        .limit(WAVE)
    )
    if kinds == GATED:
        wanted = wanted.where(_GATE)
    if is_holding:
        held: BindParameter[Any] = bindparam("held", expanding=True)
        wanted = wanted.where(col(OutboxRow.key).not_in(held), col(OutboxRow.topic).not_in(held))
    return wanted


_MARK = {
    "sqlite": text(
        'UPDATE outbox SET sent_at = :now, partition = j.value ->> 1, "offset" = j.value ->> 2'
        " FROM json_each(:marks) AS j WHERE outbox.position = j.value ->> 0 AND sent_at IS NULL"
    ).bindparams(bindparam("now", type_=table_of(OutboxRow).c.sent_at.type)),
    "postgresql": text(
        'UPDATE outbox SET sent_at = :now, partition = (j ->> 1)::integer, "offset" = (j ->> 2)::bigint'
        " FROM jsonb_array_elements(CAST(:marks AS jsonb)) AS j"
        " WHERE outbox.position = (j ->> 0)::bigint AND sent_at IS NULL"
    ).bindparams(bindparam("now", type_=table_of(OutboxRow).c.sent_at.type)),
}


def unlinked(rows: Sequence[Row]) -> list[Row]:
    """The rows of a wave in an order drawn anew, each stream's own kept: what was committed together, in
    whatever circles, does not stand together in the log."""
    keys = [row.key for row in rows]
    random.SystemRandom().shuffle(keys)
    waiting: dict[str, deque[Row]] = defaultdict(deque)
    for row in rows:
        waiting[row.key].append(row)
    return [waiting[key].popleft() for key in keys]


class Wave(NamedTuple):
    """What became of the rows of one wave."""

    sent: list[Sent]
    failed: dict[Row, BaseException]


class Relay:
    """The one active relay of a service."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._producer: AIOKafkaProducer | None = None
        self._held: dict[str, datetime] = {}
        self._ends: dict[tuple[str, int], int] = {}
        self._reconciled: datetime | None = None

    async def run(self) -> None:
        """Send until cancelled; woken by each commit, and by the clock as a backstop."""
        try:
            while True:
                self._runtime.wake.clear()
                sent = await self._turn()
                self._runtime.health.mark("relay")
                if not sent:
                    await self._sleep()
        finally:
            await self.throw_producer_away()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._runtime.wake.wait()
        except TimeoutError:
            return

    async def _turn(self) -> int:
        """One turn; a broker that is away, or a database too busy to answer, costs a pause, never a row."""
        try:
            await self._runtime.lease.assert_held()
            producer = await self.ready_producer()
            await self._reconcile(producer)
            return await self.relay_once(producer)
        except Exception as error:
            if not (isinstance(error, KafkaError) or is_transient(error)):
                raise
            if isinstance(error, SQLAlchemyError):
                self._runtime.log.warning("database not reachable", error=type(error).__name__)
            else:
                self._runtime.log.warning("broker not reachable", error=type(error).__name__)
            await self.throw_producer_away()
            await asyncio.sleep(1.0)
            return 0

    async def relay_once(self, producer: AIOKafkaProducer) -> int:
        """Send what comes first of what is due: mail and catalogue, then events and facts, then files.

        What is to be sent again goes beside it, in smaller portions: a service that always has something new
        to say would else never send a late recipient what the key it gave is for.
        """
        async with self._runtime.database.read() as session:
            rows = await self._due(session, MESSAGES_FIRST)
            rows = rows or await self._due(session, GATED)
            rows = rows or await self._due(session, FILES)
            again = await resend.due(session, AGAIN_BESIDE if rows else AGAIN_ALONE)
        sent = await self._send(producer, rows) if rows else 0
        return sent + await self._resend(producer, again)

    async def _send(self, producer: AIOKafkaProducer, rows: list[Row]) -> int:
        """Send wave after wave while they are full.

        While one wave is on its way the next is read and the last is marked; a wave is sent only when the one
        before it has been acknowledged, and without the streams in which that one failed.
        """
        total, marking = 0, None
        try:
            for _ in range(WAVES):
                ahead = asyncio.create_task(self._read_ahead(rows))
                outcome = await self._send_wave(producer, rows)
                if marking is not None:
                    await marking
                settle = self._drop if rows[0].kind in FILES else self._mark
                marking = asyncio.create_task(settle(outcome.sent))
                total += len(outcome.sent)
                rows = await ahead
                if outcome.failed or not rows:
                    break
        finally:
            if marking is not None:
                await marking
        if outcome.failed:
            await self._hold_back(outcome.failed)
        return total

    async def _read_ahead(self, rows: list[Row]) -> list[Row]:
        """The wave after this one, if this one is full."""
        if len(rows) < WAVE:
            return []
        kinds = next(some for some in (MESSAGES_FIRST, GATED, FILES) if rows[0].kind in some)
        async with self._runtime.database.read() as session:
            return await self._due(session, kinds, after=rows[-1].position)

    async def _due(self, session: AsyncSession, kinds: tuple[str, ...], *, after: int = 0) -> list[Row]:
        now = clock.machine_now()
        self._held = {name: until for name, until in self._held.items() if until > now}
        wanted = _next(kinds, is_holding=bool(self._held))
        values = {"after": after, "now": now, "held": list(self._held)}
        return [Row._make(row) for row in await session.execute(wanted, values)]

    async def _send_wave(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> "Wave":
        """Send rows and wait until the broker has answered for each."""
        wave = Wave([], {})
        if not rows:
            return wave
        reach("relay.before_send")
        pending: list[tuple[Row, Awaitable[RecordMetadata]]] = []
        unknown: dict[str, BaseException] = {}
        for row in unlinked(rows):
            try:
                if row.topic in unknown:
                    raise unknown[row.topic]
                pending.append((row, await self._enqueue(producer, row)))
            except (KafkaError, ValueError) as error:
                wave.failed[row] = unknown[row.topic] = error
        reach("relay.after_enqueue")
        results = await asyncio.gather(*(future for _, future in pending), return_exceptions=True)
        reach("relay.after_ack")
        for (row, _), result in zip(pending, results, strict=True):
            if isinstance(result, BaseException):
                wave.failed[row] = result
            else:
                wave.sent.append(Sent(row.position, result.partition, result.offset))
                self._note_end(row.topic, result)
        return wave

    def _note_end(self, topic: str, put: RecordMetadata) -> None:
        """A log that begins anew under our hands (wiped, made again) is compared at once, not in an hour."""
        end = self._ends.get((topic, put.partition), -1)
        if 0 <= put.offset <= end:
            self._reconciled = None
        self._ends[(topic, put.partition)] = put.offset

    @staticmethod
    async def _enqueue(producer: AIOKafkaProducer, row: Row) -> Awaitable[RecordMetadata]:
        headers = list(headers_of(row.signature, content_type(row.kind)))
        acknowledged: Awaitable[RecordMetadata] = await producer.send(
            row.topic, row.value, key=row.key.encode(), headers=headers
        )
        return acknowledged

    async def _mark(self, sent: Sequence[Sent]) -> None:
        """Mark rows with where the broker put them: one statement, whatever the number."""
        if not sent:
            return
        marks = json.dumps([tuple(one) for one in sent])
        async with self._runtime.bookkeeping() as session:
            await session.execute(
                _MARK[self._runtime.database.dialect], {"marks": marks, "now": clock.machine_now()}
            )
            await session.commit()
        reach("relay.after_mark")

    async def _drop(self, sent: Sequence[Sent]) -> None:
        """Forget parts of files that the broker has: whoever misses one asks again."""
        async with self._runtime.bookkeeping() as session:
            positions = [one.position for one in sent]
            await session.execute(delete(OutboxRow).where(col(OutboxRow.position).in_(positions)))
            await session.commit()

    async def _hold_back(self, failed: dict[Row, BaseException]) -> None:
        """Hold a failing stream (or a message's topic) for a while, and start afresh with a new producer."""
        until = clock.machine_now() + HELD_FOR
        by_error: dict[str, int] = defaultdict(int)
        for row, error in failed.items():
            self._held[row.key if row.kind in GATED else row.topic] = until
            by_error[type(error).__name__] += 1
        self._runtime.log.warning("send failed", errors=dict(by_error), rows=len(failed))
        await self.throw_producer_away()

    async def _resend(self, producer: AIOKafkaProducer, portion: resend.Portion) -> int:
        """Send again, oldest first, what somebody asked for."""
        if not portion.wishes:
            return 0
        rows = unlinked([Row(*row) for row in portion.rows])
        futures = [await self._enqueue(producer, row) for row in rows]
        await asyncio.gather(*futures)
        async with self._runtime.bookkeeping() as session:
            await resend.done(session, portion)
            await session.commit()
        return len(rows)

    async def _reconcile(self, producer: AIOKafkaProducer) -> None:
        """At the start and each hour: what the broker no longer has (wiped, made anew) it gets again."""
        now = clock.machine_now()
        if self._reconciled is not None and now - self._reconciled < RECONCILE_EVERY:
            return
        async with self._runtime.database.read() as session:
            highest = await session.execute(
                select(col(OutboxRow.topic), col(OutboxRow.partition), func.max(col(OutboxRow.offset)))
                .where(col(OutboxRow.sent_at).is_not(None))
                .group_by(col(OutboxRow.topic), col(OutboxRow.partition))
            )
            marks = [
                (topic, partition, offset)
                for topic, partition, offset in highest
                if partition is not None and offset is not None
            ]
        lost = await self._runtime.shorter_than(marks)
        if any(self._is_own(topic) for topic in lost):
            # A mailbox that others refill hides that it was wiped; our own topics do not.
            lost = {topic for topic, _, _ in marks}
        if lost:
            await self._send_again(lost)
        self._reconciled = now

    def _is_own(self, topic: str) -> bool:
        parsed = parse_topic(topic)
        return parsed is not None and parsed.principal == self._runtime.settings.principal

    async def _send_again(self, topics: set[str]) -> None:
        table = table_of(OutboxRow)
        statement = (
            update(table).where(table.c.topic.in_(topics)).values(sent_at=None, partition=None, offset=None)
        )
        async with self._runtime.bookkeeping() as session:
            result = await (await session.connection()).execute(statement)
            await session.commit()
        self._runtime.log.warning(
            "log shorter than the outbox: sending again", topics=len(topics), rows=result.rowcount
        )

    def look_again(self) -> None:
        """Compare the outbox with the broker's log at the next turn."""
        self._reconciled = None
        self._runtime.wake.set()

    async def ready_producer(self) -> AIOKafkaProducer:
        """The producer in use, or a new one."""
        if self._producer is None:
            producer = AIOKafkaProducer(
                **client_settings(self._runtime.settings),
                enable_idempotence=True,
                acks="all",
                linger_ms=0,
                max_batch_size=262_144,
                max_request_size=300_000,
            )
            try:
                async with asyncio.timeout(30):
                    await producer.start()
            except BaseException:
                await kafka.stop(producer)
                raise
            self._producer = producer
            self._reconciled = None
        return self._producer

    async def throw_producer_away(self) -> None:
        """Stop the producer in use; the next turn makes another."""
        producer, self._producer = self._producer, None
        await kafka.stop(producer)
