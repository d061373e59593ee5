"""Erasure: streams destroyed with their keys, here and wherever they were given (wire section 10).

What is ordered here is written down with who must answer; `erasure_duties` sends it, `erasure_mail` takes
what comes back. Nothing here is ever undone: a name that was erased is erased for ever.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, or_, select, tuple_, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from trama_contracts.sealing import erased_event, value_hash
from trama_contracts.signature import signature_header

from trama_chassis import clock, erasure_facts, file_custody, idempotency, knowledge
from trama_chassis.erasure_tables import ErasureOrder, ErasureRecipient, Streams
from trama_chassis.files import File
from trama_chassis.grounds import AuthorisationStopped, RefusedForNow, RelationHeld, RestrictionHeld
from trama_chassis.handlers import ErasedStream
from trama_chassis.links import LinkHeard, LinkRemoved, RecordLink
from trama_chassis.streams import ERASED, hold
from trama_chassis.tables import (
    AuthorisationHeld,
    DeadLetter,
    Delivered,
    Erased,
    GrantGiven,
    GrantReceived,
    HeadHeard,
    InboxEvent,
    OutboxRow,
    OwnStream,
    Position,
    ReportingIdHeld,
    ResendDue,
    ScopeParty,
    Waiting,
)

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

RECORD_SCOPE: Final = "record"
"""The scope of what says who somebody is: erased with it, the whole record is."""
ERASURE_SCOPE: Final = "erasure"
"""The scope in which others are asked to erase too: it goes on when the record is gone."""
OWN_ROW: Final = "own"
"""What stands in the place of a topic for rows that were never published: `own:<kind>`."""
Counts = Counter[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be erased, and why. Without `streams` it is the whole record."""

    record: str
    ground: str
    act: str
    reason: str
    by: str
    streams: tuple[str, ...] | None = None
    subject: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, str], ...] = ()
    """Kind and id of what was never published, and has no stream: its id stands for one in the list."""
    cause: tuple[str, str] | None = None
    """Source and id of the order that made this one necessary."""
    number: str = ""
    """The id of an order that was given before, and that this database does not know."""


async def order(session: AsyncSession, runtime: "Runtime", wish: Wish) -> ErasureOrder:
    """Erase streams of ours, and write down who else has to; all of it when this transaction commits."""
    await session.flush()
    await hold(session, runtime, [wish.record])
    rows = await _own(session, wish)
    named = grouped((row.topic, row.stream) for row in rows)
    given = await _given(session, [row.stream for row in rows])
    told = await erasure_facts.opened(session, runtime, rows)
    if wish.streams is None:
        erasure_facts.tell_unlinked(session, told)
    named_here = {number for _, number in wish.rows} | ({wish.record} if wish.streams is None else set())
    await idempotency.forget_answers(session, erasure_facts.words_of(told) | named_here)
    counts: Counts = Counter()
    for row in rows:
        counts += await destroy_own(session, runtime, row)
    for kind, number in wish.rows:
        counts += await destroy_received(session, runtime, f"{OWN_ROW}:{kind}", number)
    if wish.streams is None:
        counts += await _destroy_record(session, runtime, wish.record)
    made = _written_down(runtime, wish, named, counts)
    session.add(made)
    session.add_all(
        ErasureRecipient(order=made.order, recipient=recipient, streams=grouped(streams), counts={})
        for recipient, streams in sorted(given.items())
    )
    await session.flush()
    return made


def _written_down(runtime: "Runtime", wish: Wish, named: Streams, counts: Counts) -> ErasureOrder:
    source, cause = wish.cause or (None, None)
    return ErasureOrder(
        order=wish.number or str(uuid.uuid4()),
        record=wish.record,
        whole=wish.streams is None,
        ground=wish.ground,
        act=wish.act,
        reason=wish.reason,
        subject=dict(wish.subject),
        streams=named,
        counts=dict(counts),
        ordered_on=runtime.clock.today(),
        ordered_by=wish.by,
        ordered_at=clock.machine_now(),
        cause_source=source,
        cause=cause,
    )


async def _own(session: AsyncSession, wish: Wish) -> Sequence[OwnStream]:
    """The streams to be erased, locked: what is appended meanwhile is before, or finds no stream."""
    wanted = select(OwnStream).where(
        col(OwnStream.record) == wish.record, col(OwnStream.sealed_key) != ERASED
    )
    if wish.streams is not None:
        # What went on without somebody who left is the same thing under another name.
        alike = (col(OwnStream.topic), col(OwnStream.circle), col(OwnStream.scope))
        named = select(*alike).where(col(OwnStream.stream).in_(wish.streams))
        wanted = wanted.where(tuple_(*alike).in_(named))
    else:
        wanted = wanted.where(col(OwnStream.scope).not_like(f"{ERASURE_SCOPE}:%"))
    locked = wanted.order_by(col(OwnStream.stream)).with_for_update()
    return (await session.scalars(locked.execution_options(populate_existing=True))).all()


async def _given(session: AsyncSession, streams: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """Who was ever given these keys, and which: who no longer reads on still has what it read."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = await session.execute(
        select(col(GrantGiven.recipient), col(OwnStream.topic), col(OwnStream.stream))
        .join(OwnStream, col(OwnStream.stream) == col(GrantGiven.stream))
        .where(col(GrantGiven.stream).in_(streams))
    )
    for recipient, topic, stream in rows:
        found[recipient].add((topic, stream))
    return found


def grouped(pairs: Iterable[tuple[str, str]]) -> Streams:
    """Streams by topic, as messages name them."""
    grouped: Streams = {}
    for topic, stream in sorted(pairs):
        grouped.setdefault(topic, []).append(stream)
    return grouped


async def destroy_own(
    session: AsyncSession, runtime: "Runtime", row: OwnStream, *, known_hash: str = ""
) -> Counts:
    """Destroy a stream of ours: its key, its bytes, its grants, what was copied from it.

    Everybody is told by a control event, but of facts: there it would say which of them are of one person
    (their readers are told in their mailbox). `known_hash` is of a control event that was sent before.
    """
    counts = Counter(streams=1, events=await _deleted(session, OutboxRow, OutboxRow.stream, row.stream))
    await _forget_grants(session, row.stream)
    for table in (GrantGiven, Delivered, ResendDue):
        await _deleted(session, table, table.stream, row.stream)
    row.sealed_key, row.ended, row.continues = ERASED, True, None
    ending = known_hash
    if not known_hash and row.topic == runtime.settings.topic("events"):
        ending = await _tell_everybody(session, runtime, row)
    await session.merge(Erased(topic=row.topic, stream=row.stream, hash=ending))
    await session.flush()
    erased = ErasedStream(row.topic, row.stream, row.record, row.circle, row.scope, own=True)
    counts["copies"] += await runtime.service.handlers.forget_stream(session, erased)
    return counts


async def _tell_everybody(session: AsyncSession, runtime: "Runtime", row: OwnStream) -> str:
    """Write the control event that ends a stream to the outbox; its hash."""
    settings, signing, event_id = runtime.settings, runtime.keystore.signing, str(uuid.uuid4())
    value = erased_event(
        source=settings.source,
        id=event_id,
        subject=row.stream,
        streamseq=row.seq + 1,
        prevhash=row.hash,
    )
    control = {
        "kind": "control",
        "topic": row.topic,
        "key": row.stream,
        "event_id": event_id,
        "stream": row.stream,
        "seq": row.seq + 1,
        "value": value,
        "signature": signature_header(signing.private, row.topic, row.stream.encode(), signing.kid, value),
        "committed_at": clock.machine_now(),
    }
    await session.execute(insert(OutboxRow), [control])
    return value_hash(value)


async def _forget_grants(session: AsyncSession, stream: str) -> None:
    """Delete the messages that carried a key; what else they carried is sent anew if nobody has it yet."""
    carried = select(col(GrantGiven.message)).where(col(GrantGiven.stream) == stream)
    messages = [one for one in await session.scalars(carried) if one is not None]
    if not messages:
        return
    await session.execute(
        update(GrantGiven)
        .where(col(GrantGiven.message).in_(messages), col(GrantGiven.stream) != stream)
        .where(col(GrantGiven.acknowledged).is_(False))
        .values(message=None)
    )
    await session.execute(delete(OutboxRow).where(col(OutboxRow.event_id).in_(messages)))


async def destroy_received(
    session: AsyncSession, runtime: "Runtime", topic: str, stream: str, value_hash: str = ""
) -> Counts:
    """Destroy what is here of another service's stream, for ever, whether it was granted or not.

    `value_hash` is of the control event; empty while only its source's message has been heard.
    """
    granted = await session.get(GrantReceived, (topic, stream))
    counts: Counts = Counter(streams=int(granted is not None and bool(granted.sealed_key)))
    if granted is not None:
        await _forget_answers(session, runtime, granted)
    for table in (InboxEvent, Waiting, DeadLetter, Position, HeadHeard):
        gone = await _of_stream(session, table, topic, stream)
        counts["events"] += gone if table in (InboxEvent, Waiting, DeadLetter) else 0
    if granted is not None:
        granted.sealed_key, granted.ended_at = ERASED, clock.machine_now()
    before = await session.get(Erased, (topic, stream))
    if before is None:
        session.add(Erased(topic=topic, stream=stream, hash=value_hash))
    else:
        before.hash = value_hash or before.hash
    await session.flush()
    counts["copies"] += await runtime.service.handlers.forget_stream(
        session, _received(topic, stream, granted)
    )
    return counts


async def _forget_answers(session: AsyncSession, runtime: "Runtime", granted: GrantReceived) -> None:
    """Empty the answers given here in which a word of what others told stands."""
    words = erasure_facts.words_of(await erasure_facts.heard(session, runtime, granted))
    if words:
        await idempotency.forget_answers(session, words)


def _received(topic: str, stream: str, granted: GrantReceived | None) -> ErasedStream:
    if granted is None:
        return ErasedStream(topic, stream, None)
    return ErasedStream(topic, stream, granted.record, granted.circle, granted.scope)


async def _destroy_record(session: AsyncSession, runtime: "Runtime", record: str) -> Counts:
    """Delete what is kept of a record beside its streams: a service's own rows, links, what others told."""
    counts: Counts = Counter()
    own = runtime.settings.member
    component = await knowledge.component(session, own, record)
    counts["rows"] += await runtime.service.handlers.forget_record(session, record)
    if {edge[1] for edge in component if edge[0] == own} == {record}:
        counts += await _let_go(session, runtime, {edge for edge in component if edge[0] != own})
    for table in (ScopeParty, ReportingIdHeld, RefusedForNow):
        await _deleted(session, table, table.record, record)
    for said in (AuthorisationHeld, AuthorisationStopped, RestrictionHeld, RelationHeld):
        await session.execute(delete(said).where(col(said.member) == own, col(said.record) == record))
    for edge in (RecordLink, LinkRemoved):
        await session.execute(delete(edge).where(or_(*(one == record for one in _ends(edge)))))
    own_files = select(File).where(col(File.record) == record, col(File.source) == runtime.settings.principal)
    for one in (await session.scalars(own_files)).all():
        await file_custody.forget(session, (one.source, one.file))  # of what was hidden no stream is left
    await session.execute(delete(LinkHeard).where(col(LinkHeard.other_record) == record))
    return counts


def _ends(edge: type[RecordLink] | type[LinkRemoved]) -> Iterable[Any]:
    return (col(edge.a_record), col(edge.b_record))


async def _let_go(session: AsyncSession, runtime: "Runtime", others: set[tuple[str, str]]) -> Counts:
    """Forget what other members told us of a person whose record is erased. It is theirs: not erased for
    ever, should the person come back and they tell us again."""
    counts: Counts = Counter()
    records = sorted({record for _, record in others})
    granted = await session.scalars(select(GrantReceived).where(col(GrantReceived.record).in_(records)))
    for one in granted.all():
        if (one.source.partition(".")[0], one.record) not in others:
            continue
        await _forget_answers(session, runtime, one)
        counts["copies"] += await runtime.service.handlers.forget_stream(
            session, _received(one.topic, one.stream, one)
        )
        for table in (InboxEvent, Waiting, DeadLetter, Position, HeadHeard):
            counts["events"] += await _of_stream(session, table, one.topic, one.stream)
        await session.delete(one)
    return counts


async def _of_stream(session: AsyncSession, table: Any, topic: str, stream: str) -> int:  # noqa: ANN401 - a table with both columns
    result = await session.execute(
        delete(table).where(col(table.topic) == topic, col(table.stream) == stream),
        execution_options={"synchronize_session": False},
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


async def _deleted(session: AsyncSession, table: type[SQLModel], column: Any, value: str) -> int:  # noqa: ANN401 - a column
    result = await session.execute(
        delete(table).where(col(column) == value), execution_options={"synchronize_session": False}
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
