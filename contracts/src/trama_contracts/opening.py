"""Open events and messages: every check of the wire, in the order of section 14; the first fault wins.

Pure. `check_*` need no secret and may run in a thread; `open_checked*` need the keyring. The caller keeps
what comes out: positions, erasures, dead letters, counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from pydantic import ValidationError

from trama_contracts.directory import Directory
from trama_contracts.envelope import Envelope, MessageEnvelope, parse_event, parse_message
from trama_contracts.errors import BadCommit, BadPadding, BadTag, InvalidPayload, Malformed
from trama_contracts.event import Event
from trama_contracts.hpke import X25519, message_info
from trama_contracts.inner import Head, Inner, complete, parse_head
from trama_contracts.keyring import KeysInMemory, MailKeys, StreamKey, StreamKeys
from trama_contracts.messages import Grant, Grants, Message
from trama_contracts.messages import parse_message as parse_opened
from trama_contracts.names import MAX_VALUE, Circle, Kind, Topic, parse_topic
from trama_contracts.outcomes import DEAD_LETTERS, Outcome, Position
from trama_contracts.padding import unpad
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, parse_signature, signed_bytes, the_headers, verify

__all__ = [
    "DEAD_LETTERS",
    "Envelope",
    "KeysInMemory",
    "MailKeys",
    "MessageEnvelope",
    "Opened",
    "OpenedMessage",
    "Outcome",
    "Position",
    "StreamKey",
    "StreamKeys",
    "check_event",
    "check_message",
    "check_signed",
    "judge_grants",
    "open_checked",
    "open_checked_message",
    "open_event",
    "open_message",
]

TOO_OLD: Final = timedelta(days=60)
TOO_EARLY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of an event. `inner` and `event` only when ok; `position` is the new one.

    `wire_type` is known from unknown-type on; `erases` asks the caller to destroy the stream's key and
    copies at once; `alarm` says that the control event did not follow the chain.
    """

    outcome: Outcome
    inner: Inner | None
    position: Position | None
    event: Event | None = None
    wire_type: str | None = None
    erases: bool = False
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """What became of a message. `message` and `sent_at` only when ok."""

    outcome: Outcome
    message: Message | None = None
    sent_at: datetime | None = None


@lru_cache(maxsize=4096)
def _topic(text: str) -> Topic | None:
    return parse_topic(text)


def _topic_of_kind(text: str, *kinds: Kind) -> Topic:
    topic = _topic(text)
    if topic is None or topic.kind not in kinds:
        raise ValueError(f"not a topic of {' or '.join(kinds)}: {text}")
    return topic


def check_signed(record: Record, directory: Directory, content_type: bytes, topic: Topic) -> Outcome:
    """Size, headers, nulls, signer and signature: what events, messages and catalogue have in common."""
    if record.value is not None and len(record.value) > MAX_VALUE:
        return Outcome.OVERSIZE
    if record.key is None or record.value is None:
        return Outcome.MALFORMED
    try:
        kid, signature = parse_signature(the_headers(record.headers, content_type))
    except Malformed:
        return Outcome.MALFORMED
    principal = record.key.decode(errors="replace") if topic.kind == "mailbox" else topic.principal
    signer = directory.signer(principal, kid) if topic.network == directory.network else None
    if signer is None:
        return Outcome.UNKNOWN_SIGNER
    if not verify(signer.public, signature, signed_bytes(record.topic, record.key, kid, record.value)):
        return Outcome.BAD_SIGNATURE
    return Outcome.REVOKED_SIGNER if signer.state == "revoked" else Outcome.OK


def check_event(record: Record, directory: Directory) -> tuple[Outcome, Envelope | None]:
    """Everything up to and including wrong-key: needs no secret, may run in a thread.

    Raises ValueError if the topic is not one of events or facts.
    """
    topic = _topic_of_kind(record.topic, "events", "facts")
    outcome = check_signed(record, directory, CLOUDEVENT, topic)
    if outcome is not Outcome.OK or record.value is None:
        return outcome, None
    try:
        envelope = parse_event(record.value, topic)
    except Malformed:
        return Outcome.MALFORMED, None
    if envelope.source != topic.source:
        return Outcome.WRONG_SOURCE, None
    if envelope.subject.encode() != record.key:
        return Outcome.WRONG_KEY, None
    return Outcome.OK, envelope


def open_checked(
    envelope: Envelope,
    keyring: StreamKeys,
    directory: Directory,
    position: Position | None,
    events: Mapping[str, type[Event]] | None = None,
) -> Opened:
    """Everything after wrong-key. `position` is None for a stream never granted.

    `events` are the classes the reader knows, by wire type; with None no type is unknown and payloads
    are given as they are.
    """
    topic, stream = str(envelope.topic), envelope.subject
    if envelope.erases:
        return _erase(envelope, keyring, position)
    if keyring.is_erased(topic, stream):
        return Opened(Outcome.ERASED, None, position)
    held = keyring.stream_key(topic, stream)
    if held is None or position is None:
        return Opened(Outcome.NO_GRANT, None, position)
    placed = position.judge(envelope.streamseq, envelope.hash, envelope.prevhash)
    if placed is not Outcome.OK:
        return Opened(placed, None, position.stop() if placed is Outcome.EQUIVOCATION else position)
    try:
        head = parse_head(envelope.unseal(held.key))
        return _judge(head, envelope, held, directory, position, events)
    except (BadCommit, BadTag, BadPadding, InvalidPayload) as fault:
        return Opened(_CODES[type(fault)], None, position)


_CODES: Final[dict[type[Exception], Outcome]] = {
    BadCommit: Outcome.BAD_COMMIT,
    BadTag: Outcome.BAD_TAG,
    BadPadding: Outcome.BAD_PADDING,
    InvalidPayload: Outcome.INVALID_PAYLOAD,
}


def _erase(envelope: Envelope, keyring: StreamKeys, position: Position | None) -> Opened:
    """A control event: handled whatever the key and position (wire section 10)."""
    topic, stream = str(envelope.topic), envelope.subject
    erased_by = keyring.erased_hash(topic, stream)
    if erased_by is not None:
        same = erased_by == envelope.hash
        return Opened(Outcome.DUPLICATE if same else Outcome.ERASED, None, position)
    alarm = False
    if position is not None:
        follows = position.judge(envelope.streamseq, envelope.hash, envelope.prevhash)
        alarm = follows is not Outcome.OK
        position = position if alarm else position.after(envelope.streamseq, envelope.hash)
    return Opened(Outcome.OK, None, position, erases=True, alarm=alarm)


def _judge(
    head: Head,
    envelope: Envelope,
    held: StreamKey,
    directory: Directory,
    position: Position,
    events: Mapping[str, type[Event]] | None,
) -> Opened:
    """Type, circle and the rest of an opened event; raises InvalidPayload."""
    origin = envelope.topic
    if head.service != origin.service:
        raise InvalidPayload("type")
    known = None if events is None else events.get(head.type)
    if not _circle_is_allowed(head.circle, origin, held, directory, known):
        return Opened(Outcome.CIRCLE_NOT_ALLOWED, None, position, wire_type=head.type)
    after = position.after(envelope.streamseq, envelope.hash)
    if events is not None and known is None:
        return Opened(Outcome.UNKNOWN_TYPE, None, after, wire_type=head.type)
    inner = complete(head)
    return Opened(Outcome.OK, inner, after, _typed(known, inner), wire_type=head.type)


def _circle_is_allowed(
    circle: Circle, origin: Topic, held: StreamKey, directory: Directory, known: type[Event] | None
) -> bool:
    return (
        circle == held.circle
        and circle in directory.circles(origin.member)
        and (known is None or circle == known.circle)
        and (circle == "accountability") == (origin.kind == "facts")
    )


def _typed(known: type[Event] | None, inner: Inner) -> Event | None:
    if known is None:
        return None
    try:
        return known.from_payload(inner.payload)
    except ValidationError:
        # From None: pydantic's text quotes the person's words it refused.
        raise InvalidPayload("payload") from None


def open_event(
    record: Record,
    keyring: StreamKeys,
    directory: Directory,
    position: Position | None,
    events: Mapping[str, type[Event]] | None = None,
) -> tuple[Outcome, Inner | None, Position | None]:
    """Check and open one record of an events or facts topic: outcome, inner or nothing, new position."""
    outcome, envelope = check_event(record, directory)
    if envelope is None:
        return outcome, None, position
    opened = open_checked(envelope, keyring, directory, position, events)
    return opened.outcome, opened.inner, opened.position


def check_message(record: Record, directory: Directory) -> tuple[Outcome, MessageEnvelope | None]:
    """Everything up to and including wrong-key in a mailbox: needs no secret, may run in a thread.

    Raises ValueError if the topic is not a mailbox.
    """
    topic = _topic_of_kind(record.topic, "mailbox")
    outcome = check_signed(record, directory, CLOUDEVENT, topic)
    if outcome is not Outcome.OK or record.value is None or record.key is None:
        return outcome, None
    try:
        envelope = parse_message(record.value, topic)
    except Malformed:
        return Outcome.MALFORMED, None
    if envelope.suite == X25519 and not directory.legacy_hpke(topic.principal):
        return Outcome.MALFORMED, None
    if envelope.source != f"/{topic.network}/{record.key.decode().replace('.', '/')}":
        return Outcome.WRONG_SOURCE, None
    return Outcome.OK, envelope


def open_checked_message(
    envelope: MessageEnvelope, keyring: MailKeys, directory: Directory, now: datetime
) -> OpenedMessage:
    """Everything after wrong-key in a mailbox; `now` is machine time."""
    key = keyring.hpke_key(envelope.hpkekey)
    if key is None:
        return OpenedMessage(Outcome.UNKNOWN_HPKEKEY)
    if key.suite != envelope.suite:
        return OpenedMessage(Outcome.MALFORMED)
    info = message_info(
        topic=str(envelope.topic),
        source=envelope.source,
        id=envelope.id,
        recipient=envelope.recipient,
        hpkekey=envelope.hpkekey,
    )
    try:
        message, sent_at = parse_opened(unpad(key.open(envelope.data, info)))
    except (BadTag, BadPadding, InvalidPayload) as fault:
        return OpenedMessage(_CODES[type(fault)])
    if isinstance(message, Grants) and not _all_own(message, envelope, directory):
        return OpenedMessage(Outcome.WRONG_SOURCE)
    if not now - TOO_OLD <= sent_at <= now + TOO_EARLY:
        return OpenedMessage(Outcome.STALE)
    return OpenedMessage(Outcome.OK, message, sent_at)


def _all_own(message: Grants, envelope: MessageEnvelope, directory: Directory) -> bool:
    """Whether the sender writes every stream it grants."""
    topics = [_topic(grant.topic) for grant in message.grants]
    return all(
        topic is not None
        and topic.network == directory.network
        and directory.may_write(envelope.sender, topic.principal)
        for topic in topics
    )


def open_message(
    record: Record, keyring: MailKeys, directory: Directory, now: datetime
) -> tuple[Outcome, Message | None]:
    """Check and open one record of the service's own mailbox: outcome, message or nothing."""
    outcome, envelope = check_message(record, directory)
    if envelope is None:
        return outcome, None
    opened = open_checked_message(envelope, keyring, directory, now)
    return opened.outcome, opened.message


def judge_grants(message: Grants, keyring: StreamKeys) -> list[tuple[Grant, Outcome]]:
    """Each grant of a message with its own outcome: ok, duplicate (the key is held), erased, equivocation.

    Erased grants and those with another key than the one held are skipped alone (wire section 11).
    """
    judged: list[tuple[Grant, Outcome]] = []
    taken: dict[tuple[str, str], bytes] = {}
    for grant in message.grants:
        pair = (grant.topic, grant.stream)
        held = keyring.stream_key(*pair)
        key = taken.get(pair) if held is None else held.key
        if keyring.is_erased(*pair):
            judged.append((grant, Outcome.ERASED))
        elif key is None:
            taken[pair] = grant.raw_key
            judged.append((grant, Outcome.OK))
        else:
            same = key == grant.raw_key
            judged.append((grant, Outcome.DUPLICATE if same else Outcome.EQUIVOCATION))
    return judged
