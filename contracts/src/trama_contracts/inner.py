"""The inner JSON of an event: what is sealed (wire section 9). Messages have their own, in `messages`."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from trama_contracts.encoding import HASH_LENGTH, from_b64u
from trama_contracts.errors import InvalidPayload, Malformed
from trama_contracts.fields import Hash, Seq, TopicName, Uuid
from trama_contracts.moments import INSTANT_PATTERN, instant, parse_instant
from trama_contracts.names import CIRCLES, MAX_SEQ, Circle, is_member, is_uuid4, is_wire_type, parse_topic
from trama_contracts.sealing import compact
from trama_contracts.strict_json import DOCUMENT_DEPTH, parse

__all__ = [
    "INSTANT_PATTERN",
    "MAX_CAUSES",
    "Actor",
    "Continues",
    "Head",
    "Inner",
    "complete",
    "encode_inner",
    "instant",
    "parse_head",
    "parse_inner",
    "parse_instant",
]

MAX_CAUSES: Final = 16

_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as far as others may know: a role and an opaque id, never a name."""

    role: str
    member: str
    operator: str
    on_behalf_of: str | None = None
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class Continues:
    """The last event of the stream that this one goes on from."""

    topic: TopicName
    stream: Uuid
    seq: Seq
    hash: Hash


@dataclass(frozen=True, slots=True)
class Inner:
    """One opened event. `record` has a meaning only together with the member that wrote it."""

    type: str
    circle: Circle
    record: str | None
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    payload: dict[str, Any]
    caused_by: tuple[str, ...] = ()
    corrects: str | None = None
    continues: Continues | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The two members that are judged even when the type is unknown, and all others unread."""

    type: str
    circle: Circle
    rest: dict[str, Any] = field(repr=False)

    @property
    def service(self) -> str:
        """The service the type belongs to."""
        return self.type.split(".")[2]


def parse_head(raw: bytes) -> Head:
    """Read the JSON and judge type and circle by their form only; raises InvalidPayload."""
    try:
        document = parse(raw, DOCUMENT_DEPTH)
    except Malformed as fault:
        raise InvalidPayload(fault.reason) from fault
    wire_type, circle = document.get("type"), document.get("circle")
    if type(wire_type) is not str or not is_wire_type(wire_type):
        raise InvalidPayload("type")
    if circle not in CIRCLES:
        raise InvalidPayload("circle")
    return Head(wire_type, circle, document)


def complete(head: Head) -> Inner:
    """Judge all the rest but the payload's own fields; raises InvalidPayload naming the member at fault."""
    rest = head.rest
    payload = rest.get("payload")
    if type(payload) is not dict:
        raise InvalidPayload("payload")
    return Inner(
        type=head.type,
        circle=head.circle,
        record=_record(rest, head.circle),
        occurred_at=_moment(rest, "occurred_at"),
        recorded_at=_moment(rest, "recorded_at"),
        actor=_actor(rest.get("actor")),
        payload=payload,
        caused_by=_causes(rest.get("caused_by")),
        corrects=_uuid(rest, "corrects") if "corrects" in rest else None,
        continues=_continues(rest["continues"]) if "continues" in rest else None,
        traceparent=_traceparent(rest.get("traceparent")),
    )


def parse_inner(raw: bytes) -> Inner:
    """Read an inner JSON whole; raises InvalidPayload."""
    return complete(parse_head(raw))


def encode_inner(inner: Inner) -> bytes:
    """The bytes to seal; raises InvalidPayload for what no reader would accept."""
    actor = {
        "role": inner.actor.role,
        "member": inner.actor.member,
        "operator": inner.actor.operator,
        "on_behalf_of": inner.actor.on_behalf_of,
        "ground": inner.actor.ground,
    }
    document = {
        "type": inner.type,
        "circle": inner.circle,
        "record": inner.record,
        "occurred_at": instant(inner.occurred_at),
        "recorded_at": instant(inner.recorded_at),
        "actor": _present(actor),
        "caused_by": list(inner.caused_by),
        "corrects": inner.corrects,
        "continues": _written(inner.continues),
        "traceparent": inner.traceparent,
        "payload": inner.payload,
    }
    try:
        raw = compact(_present(document))
    except ValueError as fault:
        raise InvalidPayload("text or number that JSON cannot carry") from fault
    parse_inner(raw)
    return raw


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _written(continues: Continues | None) -> dict[str, Any] | None:
    if continues is None:
        return None
    return {
        "topic": continues.topic,
        "stream": continues.stream,
        "seq": continues.seq,
        "hash": continues.hash,
    }


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if type(value) is not str:
        raise InvalidPayload(name)
    return value


def _uuid(members: dict[str, Any], name: str) -> str:
    value = _text(members, name)
    if not is_uuid4(value):
        raise InvalidPayload(name)
    return value


def _member(members: dict[str, Any], name: str) -> str:
    value = _text(members, name)
    if not is_member(value):
        raise InvalidPayload(name)
    return value


def _moment(members: dict[str, Any], name: str) -> datetime:
    try:
        return parse_instant(_text(members, name))
    except Malformed as fault:
        raise InvalidPayload(name) from fault


def _record(rest: dict[str, Any], circle: Circle) -> str | None:
    if circle != "accountability":
        return _uuid(rest, "record")
    if "record" in rest:
        raise InvalidPayload("record")
    return None


def _actor(actor: object) -> Actor:
    if type(actor) is not dict:
        raise InvalidPayload("actor")
    return Actor(
        role=_text(actor, "role"),
        member=_member(actor, "member"),
        operator=_text(actor, "operator"),
        on_behalf_of=_member(actor, "on_behalf_of") if "on_behalf_of" in actor else None,
        ground=_text(actor, "ground") if "ground" in actor else None,
    )


def _causes(causes: object) -> tuple[str, ...]:
    if type(causes) is not list or len(causes) > MAX_CAUSES:
        raise InvalidPayload("caused_by")
    if not all(type(cause) is str and is_uuid4(cause) for cause in causes):
        raise InvalidPayload("caused_by")
    return tuple(cast("list[str]", causes))


def _continues(continues: object) -> Continues:
    if type(continues) is not dict:
        raise InvalidPayload("continues")
    topic = parse_topic(_text(continues, "topic"))
    seq = continues.get("seq")
    if topic is None or topic.kind not in ("events", "facts"):
        raise InvalidPayload("continues")
    if type(seq) is not int or not 1 <= seq <= MAX_SEQ:
        raise InvalidPayload("continues")
    return Continues(str(topic), _uuid(continues, "stream"), seq, _hash(_text(continues, "hash")))


def _hash(text: str) -> str:
    try:
        from_b64u(text)
    except Malformed as fault:
        raise InvalidPayload("continues") from fault
    if len(text) != HASH_LENGTH:
        raise InvalidPayload("continues")
    return text


def _traceparent(text: object) -> str | None:
    """W3C Trace Context; a bad one is no reason to refuse an event (wire section 9)."""
    return text if type(text) is str and _TRACEPARENT.fullmatch(text) is not None else None
