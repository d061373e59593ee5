"""One transaction's worth of consumed events: where each stream stands, and what each event does to it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.envelope import Envelope
from trama_contracts.inner import Continues, Inner
from trama_contracts.opening import Opened, StreamKey, check_event, open_checked
from trama_contracts.outcomes import DEAD_LETTERS, Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash
from trama_contracts.signature import CLOUDEVENT, headers_of, the_headers

from trama_chassis import clock, erasure, positions
from trama_chassis.directory import owner_of
from trama_chassis.handlers import Origin
from trama_chassis.positions import Name, Standing
from trama_chassis.tables import (
    EARLY,
    EARLY_TRIES,
    OPEN,
    DeadLetter,
    InboxEvent,
    Waiting,
    insert_or,
    table_of,
)

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

BUFFER = 64
"""How many events of one stream may wait for an earlier one (wire section 15)."""

KEPT = frozenset({Outcome.OK, Outcome.UNKNOWN_TYPE})
_CODES = frozenset(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Checked:
    """A record and what checking its form and signature gave."""

    record: Record
    outcome: Outcome
    envelope: Envelope | None


class Batch:
    """The events of one transaction. Nothing is written but through its session."""

    def __init__(self, session: AsyncSession, runtime: "Runtime", *, follow: bool = True) -> None:
        self._session = session
        self._runtime = runtime
        self._follow = follow
        self._standings: dict[Name, Standing] = {}
        self._kept: list[dict[str, Any]] = []
        self.outcomes: Counter[Outcome] = Counter()
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.wrote = False

    async def begin(self, envelopes: Iterable[Envelope]) -> None:
        """Read where the streams of these events stand, and lock them."""
        self._standings = await positions.load(self._session, self._runtime, envelopes, lock=True)

    async def take(self, one: Checked) -> None:
        """Decide about one event and do what follows from it."""
        if one.envelope is None:
            self._refuse(one, one.outcome)
            return
        standing = self._standings.get(positions.name_of(one.envelope))
        if one.envelope.erases:
            await self._take_erasure(one, one.envelope, standing)
            return
        await self._take(one, one.envelope, standing)
        if standing is not None and self._follow:
            await self._take_waiting(standing)

    async def _take(self, one: Checked, envelope: Envelope, standing: Standing | None) -> None:
        if standing is not None and standing.last is not None and envelope.streamseq > standing.last:
            self._refuse(one, Outcome.NO_GRANT)
            return
        if standing is not None and standing.key is not None and standing.blocked_seq is not None:
            if envelope.streamseq > standing.blocked_seq:
                await self._wait(one, envelope, standing)
                return
            if envelope.streamseq == standing.blocked_seq:
                buried = await self._buried(standing, envelope.streamseq)
                self._judge_again(one, envelope, standing, value_hash(buried[0]) if buried else None)
                return
        position = standing.position if standing is not None else None
        classes = self._runtime.event_classes
        opened = open_checked(envelope, self, self._runtime.directory.current, position, classes)
        if standing is None or opened.outcome not in KEPT:
            await self._not_applied(one, envelope, standing, opened)
            return
        follows = opened.inner.continues if opened.inner is not None else None
        if follows is not None and not await self._may_follow(one, standing, follows):
            await self._wait(one, envelope, standing)
            return
        self.outcomes[opened.outcome] += 1
        if opened.outcome is Outcome.UNKNOWN_TYPE:
            self._count(one, opened.outcome)
        await self._apply(envelope, standing, opened)
        self._keep(one, envelope, standing, opened.outcome)

    async def _may_follow(self, one: Checked, standing: Standing, follows: Continues) -> bool:
        """Whether the stream that this one continues is applied as far as is said, if it is ours to read.

        What waits for it is taken later (`Inbox.follow_up`). Another event at that place: one of two lies.
        """
        before = (follows.topic, follows.stream)
        reached, value_hash = await positions.place(self._session, before, follows.seq)
        if (mine := self._standings.get(before)) is not None and mine.seq >= follows.seq:
            reached, value_hash = mine.seq, mine.held.get(follows.seq, value_hash)
        if reached is not None and reached < follows.seq:
            return False
        if value_hash is not None and value_hash != follows.hash:
            self._stop(one, standing)
            return False
        return True

    async def _apply(self, envelope: Envelope, standing: Standing, opened: Opened) -> None:
        if opened.event is None or opened.inner is None:
            return
        self._session.info["caused_by"] = [envelope.id]
        self._session.info["traceparent"] = opened.inner.traceparent
        origin = origin_of(envelope, opened.inner, standing.scope)
        # What is read again, for the copies' sake, was acted upon when it was first read.
        replay = self._session.info["replay"] = envelope.streamseq <= standing.acted_seq
        try:
            await self._runtime.service.handlers.apply(self._session, opened.event, origin, replay=replay)
        finally:
            self._session.info["replay"] = False

    def _keep(self, one: Checked, envelope: Envelope, standing: Standing, outcome: Outcome) -> None:
        self._kept.append(
            {
                **_kept_bytes(one, envelope, standing),
                "hash": envelope.hash,
                "outcome": outcome.value,
                "received_at": clock.machine_now(),
            }
        )
        standing.advance(envelope.streamseq, envelope.hash)
        self.wrote = True

    async def _not_applied(
        self, one: Checked, envelope: Envelope, standing: Standing | None, opened: Opened
    ) -> None:
        outcome = opened.outcome
        if outcome is Outcome.GAP and standing is not None:
            await self._wait(one, envelope, standing)
        elif outcome is Outcome.DUPLICATE:
            self.outcomes[outcome] += 1
        elif outcome in DEAD_LETTERS:
            await self.bury(one, outcome.value, "refused by the wire's rules")
        else:
            if outcome is Outcome.EQUIVOCATION and standing is not None:
                self._stop(one, standing)
            self._refuse(one, outcome)

    def _stop(self, one: Checked, standing: Standing) -> None:
        """Two values for one number: the stream goes no further until an operator clears it."""
        if not standing.stopped:
            standing.stopped = standing.changed = self.wrote = True
            self._runtime.log.error("equivocation: stream stopped", source=owner_of(one.record.topic))

    def _judge_again(self, one: Checked, envelope: Envelope, standing: Standing, known: str | None) -> None:
        """What is put aside came once more, or another value came for its number."""
        if known is not None and known != envelope.hash:
            self._stop(one, standing)
            self._refuse(one, Outcome.EQUIVOCATION)
        else:
            self.outcomes[Outcome.DUPLICATE] += 1

    async def _buried(self, standing: Standing, seq: int) -> Sequence[bytes]:
        """What was made a dead letter at a place of a stream, the last first."""
        found = await self._session.scalars(
            select(col(DeadLetter.value))
            .where(col(DeadLetter.topic) == standing.topic, col(DeadLetter.stream) == standing.stream)
            .where(col(DeadLetter.seq) == seq)
            .order_by(col(DeadLetter.number).desc())
        )
        return found.all()

    async def _wait(self, one: Checked, envelope: Envelope, standing: Standing) -> None:
        """Keep an event for later; beyond the buffer it is left to a resend."""
        self.outcomes[Outcome.GAP] += 1
        if standing.waiting >= BUFFER:
            return
        row = {**_kept_bytes(one, envelope, standing), "hash": envelope.hash}
        connection = await self._session.connection()
        result = await connection.execute(
            insert_or(self._runtime.database.dialect, Waiting).values(row).on_conflict_do_nothing(),
            execution_options={"preserve_rowcount": True},
        )
        if result.rowcount:
            standing.waiting += 1
            standing.waiting_since = standing.waiting_since or clock.machine_now()
            standing.changed = self.wrote = True
            return
        waits = await self._session.get(Waiting, (standing.topic, standing.stream, envelope.streamseq))
        if waits is not None and waits.hash != envelope.hash:
            self._stop(one, standing)

    async def _take_waiting(self, standing: Standing) -> None:
        """Take what waited for the event just applied, in order, as far as it goes."""
        while standing.waiting and standing.blocked_seq is None and not standing.stopped:
            row = await self._session.get(Waiting, (standing.topic, standing.stream, standing.seq + 1))
            if row is None:
                return
            one = again(row, self._runtime)
            if one.envelope is None:
                return
            await self._take(one, one.envelope, standing)
            if standing.seq < row.seq:
                return

    async def bury(self, one: Checked, code: str, reason: str, *, early: bool = False) -> None:
        """Make an event a dead letter: its exact bytes are kept, its stream waits, nobody else does.

        One that is only early is tried again by itself, for a while.
        """
        envelope = one.envelope
        standing = self._standings.get(positions.name_of(envelope)) if envelope is not None else None
        if envelope is None or standing is None:
            self._refuse(one, one.outcome)
            return
        tried = len(await self._buried(standing, envelope.streamseq)) if early else 0
        letter = DeadLetter(
            **_kept_bytes(one, envelope, standing),
            event_id=envelope.id,
            code=code,
            reason=reason,
            at=clock.machine_now(),
            state=EARLY if early and tried < EARLY_TRIES else OPEN,
        )
        self._session.add(letter)
        standing.blocked_seq = envelope.streamseq
        standing.changed = self.wrote = True
        self._runtime.log.error("dead letter", source=owner_of(one.record.topic), code=code, reason=reason)
        self.outcomes[Outcome(code) if code in _CODES else Outcome.INVALID_PAYLOAD] += 1
        self._count(one, code)

    async def _take_erasure(self, one: Checked, envelope: Envelope, standing: Standing | None) -> None:
        """Destroy a stream for ever, whatever its position and whether it was granted (wire section 10)."""
        position = standing.position if standing is not None else None
        opened = open_checked(envelope, self, self._runtime.directory.current, position)
        if not opened.erases:
            self._refuse(one, opened.outcome)
            return
        if opened.alarm:
            self._runtime.log.error("erasure out of order", source=owner_of(one.record.topic))
        topic, stream = positions.name_of(envelope)
        await erasure.destroy_received(self._session, self._runtime, topic, stream, envelope.hash)
        self._kept = [row for row in self._kept if (row["topic"], row["stream"]) != (topic, stream)]
        self._standings[(topic, stream)] = Standing(topic, stream, None, "", 0, envelope.hash, erased=True)
        self.outcomes[Outcome.OK] += 1
        self.wrote = True

    async def store(self) -> None:
        """Write the kept bytes and the positions, each in one statement."""
        moved = [one for one in self._standings.values() if one.changed and not one.erased]
        if self._kept:
            await (await self._session.connection()).execute(table_of(InboxEvent).insert(), self._kept)
        for standing in moved:
            if standing.waiting:
                await self._forget_waiting(standing)
        await positions.store(self._session, moved)

    async def _forget_waiting(self, standing: Standing) -> None:
        """Remove what no longer waits: applied, or now a dead letter."""
        done = max(standing.seq, standing.blocked_seq or 0)
        table = table_of(Waiting)
        connection = await self._session.connection()
        result = await connection.execute(
            delete(table).where(
                table.c.topic == standing.topic, table.c.stream == standing.stream, table.c.seq <= done
            )
        )
        standing.waiting -= result.rowcount
        if standing.waiting == 0:
            standing.waiting_since = None

    def standing(self, topic: str, stream: str) -> Standing | None:
        """Where a stream of this batch stands."""
        return self._standings.get((topic, stream))

    def _refuse(self, one: Checked, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        if outcome is not Outcome.DUPLICATE:
            self._count(one, outcome)

    def _count(self, one: Checked, code: str) -> None:
        self.refusals[(owner_of(one.record.topic), str(code))] += 1

    # The keys of the wire's opener of events: what this service may open, and with what.

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        """The key of a granted stream."""
        standing = self._standings.get((topic, stream))
        return standing.key if standing is not None else None

    def is_erased(self, topic: str, stream: str) -> bool:
        """Whether a stream was erased."""
        standing = self._standings.get((topic, stream))
        return standing is not None and standing.erased

    def erased_hash(self, topic: str, stream: str) -> str | None:
        """The hash of the control event that erased a stream."""
        standing = self._standings.get((topic, stream))
        return (standing.hash or None) if standing is not None and standing.erased else None


def origin_of(envelope: Envelope, inner: Inner, scope: str) -> Origin:
    """All that a handler may want to know of an event beside its payload."""
    return Origin(
        event_id=envelope.id,
        member=envelope.topic.member,
        service=envelope.topic.service,
        topic=str(envelope.topic),
        stream=envelope.subject,
        seq=envelope.streamseq,
        record=inner.record or "",
        circle=inner.circle,
        scope=scope,
        occurred_at=inner.occurred_at,
        recorded_at=inner.recorded_at,
        actor=inner.actor,
        caused_by=tuple(inner.caused_by),
        corrects=inner.corrects,
    )


def _kept_bytes(one: Checked, envelope: Envelope, standing: Standing) -> dict[str, Any]:
    """What is kept of an event, wherever it is kept: its place and its exact bytes."""
    return {
        "topic": standing.topic,
        "stream": standing.stream,
        "seq": envelope.streamseq,
        "value": one.record.value,
        "signature": signature_of(one.record),
    }


def again(row: Waiting | DeadLetter, runtime: "Runtime") -> Checked:
    """An event that was put aside, checked once more as if it had just been read."""
    record = record_of(row.topic, row.stream, row.value, row.signature)
    return Checked(record, *check_event(record, runtime.directory.current))


def signature_of(record: Record) -> bytes:
    """The signature header of a record that was checked."""
    return the_headers(record.headers, CLOUDEVENT)


def record_of(topic: str, stream: str, value: bytes, signature: bytes) -> Record:
    """The record of a sealed event as it was read, from what was kept of it."""
    return Record(topic, stream.encode(), value, headers_of(signature))
