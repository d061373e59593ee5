"""What services say to each other beside events: keys, receipts, heads, requests. Sealed to who they are for.

Sending only writes outbox rows; receiving writes this service's own bookkeeping. Nothing here reads Kafka.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.errors import UnusableKey
from trama_contracts.hpke import seal_message
from trama_contracts.inner import instant
from trama_contracts.messages import (
    MAX_ITEMS,
    Erasure,
    FilePart,
    Grant,
    GrantEnd,
    Grants,
    Heads,
    Message,
    Receipt,
    Request,
    encode_message,
)
from trama_contracts.names import parse_topic, topic_of
from trama_contracts.outcomes import Outcome
from trama_contracts.signature import signature_header

from trama_chassis import clock, file_mail, resend
from trama_chassis.letters import Letter
from trama_chassis.positions import POSITION_OF_GRANT
from trama_chassis.tables import (
    Delivered,
    Erased,
    GrantGiven,
    GrantReceived,
    HeadHeard,
    MessageSeen,
    OutboxRow,
    OwnStream,
    Position,
    SourceHeard,
    table_of,
)
from trama_chassis.upserts import upsert

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

REMEMBER = timedelta(days=70)
T = TypeVar("T")
Said = tuple[str, str, Any]
"""For which service, of which topic, what."""
ONCE = (Grants, GrantEnd, Request, Erasure)
"""Messages that are acted upon once; heads and receipts may be repeated."""


def seal(
    runtime: "Runtime", recipient: str, message: Message, *, not_before: datetime | None = None
) -> dict[str, Any] | None:
    """The outbox row of a message, or None while the recipient has no key that can be sealed to."""
    now = clock.machine_now()
    key = runtime.directory.hpke_key(recipient, now)
    if key is None:
        return None
    settings, signing = runtime.settings, runtime.keystore.signing
    topic = topic_of(settings.network, recipient, "mailbox")
    message_id = str(uuid.uuid4())
    try:
        value = seal_message(
            recipient_public=key.raw,
            suite=key.suite,
            topic=topic,
            source=settings.source,
            id=message_id,
            recipient=recipient,
            inner=encode_message(message, now),
        )
    except UnusableKey:
        runtime.log.error("nothing can be sealed to the key of a recipient", recipient=recipient)
        return None
    return {
        "kind": "message",
        "topic": topic,
        "key": settings.principal,
        "event_id": message_id,
        "value": value,
        "signature": signature_header(
            signing.private, topic, settings.principal.encode(), signing.kid, value
        ),
        "committed_at": now,
        "not_before": not_before,
    }


async def send(
    session: AsyncSession, runtime: "Runtime", messages: Iterable[tuple[str, Message]]
) -> set[str]:
    """Write messages to the outbox; returns the recipients that could be reached."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for recipient, message in messages:
        row = seal(runtime, recipient, message)
        if row is not None:
            rows.setdefault(recipient, []).append(row)
    if rows:
        await session.execute(insert(OutboxRow), [row for some in rows.values() for row in some])
    return set(rows)


def cut(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """Parts of a list that fit into a message each."""
    return (items[start : start + size] for start in range(0, len(items), size))


def grouped(said: Iterable[Said]) -> Iterable[tuple[str, dict[str, Sequence[Any]]]]:
    """What is told or asked, each part for one service and of one topic."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for principal, topic, what in said:
        found[principal, topic].append(what)
    for (principal, topic), items in found.items():
        for part in cut(items, MAX_ITEMS):
            yield principal, {topic: part}


def requests(kind: str, wanted: Iterable[Said]) -> list[tuple[str, Request]]:
    """Requests of one kind to those who write the topics."""
    return [(to, Request.model_validate({kind: part})) for to, part in grouped(wanted)]


async def receive(session: AsyncSession, runtime: "Runtime", letter: Letter) -> Outcome:
    """Act upon an opened message; the caller commits."""
    sender, message = letter.sender, letter.message
    if message is None or letter.sent_at is None:
        return letter.outcome
    if isinstance(message, ONCE):
        if await session.get(MessageSeen, (sender, letter.id)) is not None:
            return Outcome.DUPLICATE
        session.add(MessageSeen(source=sender, message=letter.id, at=clock.machine_now()))
        await session.flush()
    match message:
        case Grants():
            return await _take_grants(session, runtime, sender, message.grants)
        case GrantEnd():
            await _end_grants(session, runtime, sender, message)
        case Receipt():
            await _note_receipt(session, runtime, sender, message)
        case Heads():
            await _note_heads(session, runtime, sender, message, letter.sent_at)
        case Request():
            await _answer(session, runtime, sender, message)
        case Erasure():
            return await runtime.erasures.take(session, sender, message)
        case FilePart():
            return await file_mail.take(session, runtime, sender, message)
        case _:
            runtime.log.info("message not handled", source=sender)
    return Outcome.OK


# Grants, as they arrive


async def _take_grants(
    session: AsyncSession, runtime: "Runtime", sender: str, grants: Sequence[Grant]
) -> Outcome:
    """Store keys. One for an erased stream, or other than the key held, is skipped alone and counted."""
    if not runtime.directory.current.accepts_grants(clock.machine_now()):
        runtime.log.error("grant refused: the directory has expired", source=sender)
        return Outcome.STALE
    streams = {grant.stream for grant in grants}
    rows = await session.scalars(select(GrantReceived).where(col(GrantReceived.stream).in_(streams)))
    held = {(row.topic, row.stream): row for row in rows}
    gone = await session.scalars(select(Erased).where(col(Erased.stream).in_(streams)))
    erased = {(row.topic, row.stream) for row in gone}
    for grant in grants:
        name = (grant.topic, grant.stream)
        before = held.get(name)
        if not _is_for_us(runtime, grant.circle):
            runtime.count(sender, Outcome.CIRCLE_NOT_ALLOWED)
            runtime.log.error("key refused: of a circle that this service is not in", source=sender)
        elif name in erased:
            runtime.count(sender, Outcome.ERASED)
        elif before is None:
            held[name] = _received(runtime, sender, grant)
            session.add(held[name])
        elif runtime.keystore.open(before.sealed_key, before.stream) != grant.raw_key:
            runtime.count(sender, Outcome.EQUIVOCATION)
            runtime.log.error("another key for a granted stream", source=sender)
        else:
            before.terms, before.valid_until = _terms(grant), _until(grant)
            before.ended_at, before.told = None, False
    return Outcome.OK


def _is_for_us(runtime: "Runtime", circle: str) -> bool:
    """Whether a circle is this member's by its own directory, and facts are for who reads facts alone."""
    of_facts = circle == "accountability"
    own = runtime.directory.current.circles(runtime.settings.member)
    return circle in own and of_facts == (runtime.service.reads == "facts")


def _terms(grant: Grant) -> dict[str, Any]:
    return grant.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"key"})


def _until(grant: Grant) -> str | None:
    return instant(grant.valid_until) if grant.valid_until is not None else None


def _received(runtime: "Runtime", sender: str, grant: Grant) -> GrantReceived:
    return GrantReceived(
        topic=grant.topic,
        stream=grant.stream,
        source=sender,
        sealed_key=runtime.keystore.seal(grant.raw_key, grant.stream),
        circle=grant.circle,
        scope=grant.scope,
        record=grant.record,
        terms=_terms(grant),
        valid_until=_until(grant),
        from_seq=grant.from_.seq,
        from_prevhash=grant.from_.prevhash,
    )


async def _end_grants(session: AsyncSession, runtime: "Runtime", sender: str, message: GrantEnd) -> None:
    """Stop applying streams; only the service that writes a stream may say so."""
    for topic, streams in message.streams.items():
        owner = parse_topic(topic)
        if owner is None or not runtime.directory.current.may_write(sender, owner.principal):
            runtime.count(sender, Outcome.WRONG_SOURCE)
            continue
        await session.execute(
            update(GrantReceived)
            .where(col(GrantReceived.topic) == topic, col(GrantReceived.stream).in_(streams))
            .values(ended_at=clock.machine_now())
        )


# What recipients tell of our streams, and what they ask


async def _note_receipt(session: AsyncSession, runtime: "Runtime", sender: str, message: Receipt) -> None:
    """Keep how far a recipient is with the streams it was given; what it says of others is passed over."""
    told = {stream: (seq, hash_) for triples in message.applied.values() for stream, seq, hash_ in triples}
    rejected = dict(pair for pairs in message.rejected.values() for pair in pairs)
    if rejected:
        named = select(col(OutboxRow.stream), col(OutboxRow.event_id))
        rows = await session.execute(named.where(col(OutboxRow.event_id).in_(rejected)))
        rejected = {stream: rejected[event_id] for stream, event_id in rows if stream is not None}
    granted = {stream for streams in message.granted.values() for stream in streams}
    mine = await _given_to(session, sender, told.keys() | rejected.keys() | granted)
    now = clock.machine_now()
    applied = [
        {"stream": stream, "recipient": sender, "seq": seq, "hash": hash_, "heard_at": now}
        for stream, (seq, hash_) in told.items()
        if stream in mine
    ]
    await upsert(session, runtime, Delivered, applied, update=("seq", "hash", "heard_at"), newer="seq")
    refused = [
        {"stream": stream, "recipient": sender, "seq": 0, "rejected": code, "heard_at": now}
        for stream, code in rejected.items()
        if stream in mine
    ]
    await upsert(session, runtime, Delivered, refused, update=("rejected", "heard_at"))
    if granted & mine:
        await session.execute(
            update(GrantGiven)
            .where(col(GrantGiven.recipient) == sender, col(GrantGiven.stream).in_(granted & mine))
            .values(acknowledged=True)
        )


async def _given_to(session: AsyncSession, recipient: str, streams: Collection[str]) -> set[str]:
    given = select(col(GrantGiven.stream)).where(col(GrantGiven.recipient) == recipient)
    return set(await session.scalars(given.where(col(GrantGiven.stream).in_(streams))))


async def _answer(session: AsyncSession, runtime: "Runtime", sender: str, message: Request) -> None:
    """Send again what this recipient was given: keys it asks for, exact bytes, and files it may have."""
    given = select(GrantGiven).where(col(GrantGiven.recipient) == sender, col(GrantGiven.ended_at).is_(None))
    mine = {row.stream: row for row in await session.scalars(given)}
    parting = await resend.not_all_told(session, sender)
    keys = {stream for streams in (message.keys or {}).values() for stream in streams}
    again = [pair for pairs in (message.resend or {}).values() for pair in pairs]
    if message.keys is not None:
        for stream in sorted((keys or mine.keys()) & mine.keys()):
            mine[stream].message = None
            await resend.ask(session, stream, sender, 1)
    for stream, from_seq in again:
        if stream in mine or stream in parting:
            await resend.ask(session, stream, sender, from_seq)
    if unknown := (keys | {stream for stream, _ in again}) - mine.keys():
        await runtime.erasures.remind(session, sender, unknown)
    await file_mail.answer(session, runtime, sender, message.files or ())


async def _note_heads(
    session: AsyncSession, runtime: "Runtime", sender: str, message: Heads, sent_at: datetime
) -> None:
    text, now = instant(sent_at), clock.machine_now()
    heard = await session.get(SourceHeard, sender)
    if heard is None:
        session.add(SourceHeard(source=sender, sent_at=text, heard_at=now))
    elif heard.sent_at < text:
        heard.sent_at, heard.heard_at = text, now
    rows = [
        {"topic": topic, "stream": stream, "seq": seq, "hash": value_hash, "heard_at": now}
        for topic, triples in message.heads.items()
        if (owner := parse_topic(topic)) is not None and owner.principal == sender
        for stream, seq, value_hash in triples
    ]
    await upsert(session, runtime, HeadHeard, rows, update=("seq", "hash", "heard_at"), newer="seq")


# What this service tells, on its own time (see duties)


async def grants_wanted(session: AsyncSession, runtime: "Runtime") -> Sequence[GrantGiven]:
    """Grants that could not be sealed before, or were asked for again, to recipients that have a key now."""
    now = clock.machine_now()
    reachable = [name for name in runtime.directory.principals() if runtime.directory.hpke_key(name, now)]
    found = await session.scalars(
        select(GrantGiven)
        .where(col(GrantGiven.message).is_(None), col(GrantGiven.ended_at).is_(None))
        .where(col(GrantGiven.recipient).in_(reachable))
        .order_by(col(GrantGiven.recipient), col(GrantGiven.stream))
        .limit(640)
    )
    return found.all()


async def heads_to_tell(session: AsyncSession) -> list[Said]:
    """(stream, seq, hash) of streams that have moved since they were told, for each recipient."""
    rows = await session.execute(
        select(
            col(GrantGiven.recipient),
            col(OwnStream.topic),
            col(OwnStream.stream),
            col(OwnStream.seq),
            col(OwnStream.hash),
        )
        .join(OwnStream, col(OwnStream.stream) == col(GrantGiven.stream))
        .where(col(GrantGiven.ended_at).is_(None), col(GrantGiven.message).is_not(None))
        .where(col(OwnStream.seq) > col(OwnStream.told_seq))
        .order_by(col(GrantGiven.recipient), col(OwnStream.stream))
        .limit(5_000)
    )
    return [(to, topic, (stream, seq, value_hash or "")) for to, topic, stream, seq, value_hash in rows]


async def mark_told(session: AsyncSession, told: Mapping[str, int]) -> None:
    """Note up to where the heads of these streams were told."""
    if not told:
        return
    table = table_of(OwnStream)
    statement = update(table).where(table.c.stream == bindparam("of")).values(told_seq=bindparam("up_to"))
    rows = [{"of": stream, "up_to": seq} for stream, seq in sorted(told.items())]
    await (await session.connection()).execute(statement, rows)


async def positions_to_tell(session: AsyncSession) -> list[Said]:
    """(stream, seq, hash) of what was applied since it was last told, for each source."""
    rows = await session.execute(
        select(
            col(GrantReceived.source),
            col(Position.topic),
            col(Position.stream),
            col(Position.seq),
            col(Position.hash),
        )
        .join(Position, POSITION_OF_GRANT)
        .where(col(Position.seq) > col(Position.told_seq))
        .order_by(col(GrantReceived.source), col(Position.stream))
        .limit(5_000)
    )
    return [(to, topic, (stream, seq, value_hash or "")) for to, topic, stream, seq, value_hash in rows]


async def forget_old(session: AsyncSession) -> None:
    """Drop the ids of messages older than any that could still arrive."""
    limit = clock.machine_now() - REMEMBER
    await session.execute(delete(MessageSeen).where(col(MessageSeen.at) < limit))
