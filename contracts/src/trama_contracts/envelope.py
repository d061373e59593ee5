"""What is in clear in an event, a control event or a message, by form only (wire sections 6, 10, 11).

Nothing here knows a key, a directory or a position.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from trama_contracts.encoding import HASH_LENGTH, KID_LENGTH, from_b64, from_b64u
from trama_contracts.errors import Malformed
from trama_contracts.hpke import ENC_LENGTH
from trama_contracts.names import (
    ERASED,
    MAX_SEQ,
    MESSAGE,
    SEALED,
    Topic,
    is_member,
    is_network,
    is_service,
    is_uuid4,
)
from trama_contracts.padding import SIZES
from trama_contracts.sealing import LAYOUT, OVERHEAD, additional_bytes, open_sealed, value_hash
from trama_contracts.strict_json import ENVELOPE_DEPTH, parse

TAG_LENGTH: Final = 16

_EVENT_LENGTHS: Final = frozenset(OVERHEAD + size for size in SIZES)
_MESSAGE_SUITES: Final = {
    enc + TAG_LENGTH + size: suite for suite, enc in ENC_LENGTH.items() for size in SIZES
}
_STREAM_ATTRIBUTES: Final = frozenset({"specversion", "id", "source", "type", "subject", "streamseq"})
_MESSAGE_ATTRIBUTES: Final = frozenset(
    {"specversion", "id", "source", "type", "recipient", "hpkekey", "data_base64"}
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event or control event whose form is right; `data` is what is sealed, empty in a control event."""

    topic: Topic
    value: bytes = field(repr=False)
    hash: str
    id: str
    source: str
    type: str
    subject: str
    streamseq: int
    prevhash: str | None
    data: bytes = field(repr=False)

    @property
    def erases(self) -> bool:
        """Whether this is the control event that erases its stream."""
        return self.type == ERASED

    @property
    def additional_bytes(self) -> bytes:
        """aad of wire section 8."""
        return additional_bytes(
            topic=str(self.topic),
            source=self.source,
            id=self.id,
            subject=self.subject,
            streamseq=self.streamseq,
            prevhash=self.prevhash,
        )

    def unseal(self, key: bytes) -> bytes:
        """The inner JSON, under the stream's key; raises BadCommit, BadTag or BadPadding, in this order."""
        return open_sealed(self.data, key, self.additional_bytes, id=self.id, subject=self.subject)


@dataclass(frozen=True, slots=True)
class MessageEnvelope:
    """A message whose form is right; `suite` is told by the length of what is sealed."""

    topic: Topic
    value: bytes = field(repr=False)
    hash: str
    id: str
    source: str
    recipient: str
    hpkekey: str
    suite: str
    data: bytes = field(repr=False)

    @property
    def sender(self) -> str:
        """The principal that wrote it."""
        return self.source.split("/", 2)[2].replace("/", ".")


def parse_event(value: bytes, topic: Topic) -> Envelope:
    """Read an event or control event read from that topic; raises Malformed."""
    attributes = parse(value, ENVELOPE_DEPTH, exempt="data_base64")
    erases = attributes.get("type") == ERASED
    _exactly(attributes, _STREAM_ATTRIBUTES | {"data" if erases else "data_base64"}, optional="prevhash")
    subject = _id(attributes, "subject")
    seq = attributes["streamseq"]
    if type(seq) is not int or not 1 <= seq <= MAX_SEQ:
        raise Malformed("streamseq")
    if erases and attributes["data"] != {"stream": subject}:
        raise Malformed("data")
    return Envelope(
        topic=topic,
        value=value,
        hash=value_hash(value),
        id=_start(attributes, ERASED if erases else SEALED),
        source=attributes["source"],
        type=attributes["type"],
        subject=subject,
        streamseq=seq,
        prevhash=_prevhash(attributes, seq),
        data=b"" if erases else _sealed(attributes["data_base64"]),
    )


def parse_message(value: bytes, topic: Topic) -> MessageEnvelope:
    """Read a message read from that mailbox; raises Malformed."""
    attributes = parse(value, ENVELOPE_DEPTH, exempt="data_base64")
    _exactly(attributes, _MESSAGE_ATTRIBUTES)
    message_id = _start(attributes, MESSAGE)
    recipient = attributes["recipient"]
    if recipient != topic.principal:
        raise Malformed("recipient")
    data = _bytes(attributes["data_base64"])
    suite = _MESSAGE_SUITES.get(len(data))
    if suite is None:
        raise Malformed("data_base64")
    return MessageEnvelope(
        topic=topic,
        value=value,
        hash=value_hash(value),
        id=message_id,
        source=attributes["source"],
        recipient=recipient,
        hpkekey=_b64u(attributes["hpkekey"], KID_LENGTH, "hpkekey"),
        suite=suite,
        data=data,
    )


def _exactly(attributes: dict[str, Any], required: frozenset[str], optional: str | None = None) -> None:
    """Every attribute required, no others accepted."""
    found = attributes.keys() - {optional}
    if found != required:
        raise Malformed("attributes missing or unknown")


def _start(attributes: dict[str, Any], wire_type: str) -> str:
    """Judge what events and messages share; gives the id."""
    if attributes["specversion"] != "1.0":
        raise Malformed("specversion")
    if attributes["type"] != wire_type:
        raise Malformed("type")
    source = attributes["source"]
    if type(source) is not str or not _is_source(source):
        raise Malformed("source")
    return _id(attributes, "id")


def _is_source(text: str) -> bool:
    parts = text.split("/")
    return (
        len(parts) == 4
        and parts[0] == ""
        and is_network(parts[1])
        and is_member(parts[2])
        and is_service(parts[3])
    )


def _id(attributes: dict[str, Any], name: str) -> str:
    value = attributes[name]
    if type(value) is not str or not is_uuid4(value):
        raise Malformed(name)
    return value


def _prevhash(attributes: dict[str, Any], seq: int) -> str | None:
    if ("prevhash" in attributes) == (seq == 1):
        raise Malformed("prevhash")
    return None if seq == 1 else _b64u(attributes["prevhash"], HASH_LENGTH, "prevhash")


def _b64u(text: object, length: int, name: str) -> str:
    if type(text) is not str or len(text) != length:
        raise Malformed(name)
    from_b64u(text)
    return text


def _bytes(text: object) -> bytes:
    if type(text) is not str:
        raise Malformed("data_base64")
    return from_b64(text)


def _sealed(text: object) -> bytes:
    data = _bytes(text)
    if len(data) not in _EVENT_LENGTHS or not data.startswith(LAYOUT):
        raise Malformed("data_base64")
    return data
