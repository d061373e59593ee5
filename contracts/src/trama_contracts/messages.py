"""What services say to each other in their mailboxes (wire section 11), as frozen classes.

A sender splits what does not fit: `MAX_INNER` bytes of inner JSON, `MAX_GRANTS` grants,
`MAX_ITEMS` streams, triples or pairs, `FILE_PART_BYTES` bytes of a document per message.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trama_contracts.encoding import b64, b64u, from_b64, from_b64u, full_hash
from trama_contracts.errors import InvalidPayload, Malformed, TooLarge
from trama_contracts.event import Uuid
from trama_contracts.fields import Base64, Hash, Instant, Secret, Seq, TopicName
from trama_contracts.inner import Continues
from trama_contracts.moments import instant, parse_instant
from trama_contracts.names import Circle
from trama_contracts.padding import MAX_INNER
from trama_contracts.sealing import compact
from trama_contracts.strict_json import DOCUMENT_DEPTH, LARGEST_INTEGER, parse

MAX_GRANTS: Final = 64
MAX_ITEMS: Final = 600
"""So many streams, triples or pairs fit into one message, whatever their topics."""
FILE_CHUNK: Final = 12_288
"""Bytes in one base64 string of a file part: 16,384 characters."""
FILE_PART_BYTES: Final = 7 * FILE_CHUNK
"""Bytes of a document in one message."""

_FORM: Final = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
_Streams = dict[TopicName, tuple[Uuid, ...]]
_Heads = dict[TopicName, tuple[tuple[Uuid, Seq, Hash], ...]]


class Message(BaseModel):
    """What every message class is: a form, with its type on the wire."""

    model_config = _FORM

    wire_type: ClassVar[str]


class Basis(BaseModel):
    """On what a grant rests: consent, or a law named by act and article."""

    model_config = _FORM

    kind: Literal["consent", "law"]
    act: str | None = None
    article: str | None = None


class From(BaseModel):
    """The first event the recipient will get, and the hash of the one before it."""

    model_config = _FORM

    seq: Seq
    prevhash: Hash | None = None

    @model_validator(mode="after")
    def _chained(self) -> Self:
        if (self.seq == 1) != (self.prevhash is None):
            raise ValueError("prevhash is absent exactly when seq is 1")
        return self


class Grant(BaseModel):
    """The key of one stream, and why the recipient may have it."""

    model_config = _FORM

    topic: TopicName
    stream: Uuid
    key: Secret
    circle: Circle
    scope: str
    record: Uuid
    authorisation: Uuid
    purpose: str
    basis: Basis
    valid_until: Instant | None = None
    continues: Continues | None = None
    from_: Annotated[From, Field(alias="from")]

    @property
    def raw_key(self) -> bytes:
        """The 32 bytes of the stream's key."""
        return from_b64u(self.key)


class Grants(Message):
    """Stream keys, from the service that writes the streams. Sent before the first event of each."""

    wire_type: ClassVar[str] = "it.trama.grant.v1"

    grants: Annotated[tuple[Grant, ...], Field(min_length=1, max_length=MAX_GRANTS)]


class GrantEnd(Message):
    """The recipient stops applying these streams; what it received stays."""

    wire_type: ClassVar[str] = "it.trama.grant-end.v1"

    streams: _Streams
    reason: str


class Receipt(Message):
    """How far the recipient's streams are applied, what was rejected, which grants are held."""

    wire_type: ClassVar[str] = "it.trama.receipt.v1"

    applied: _Heads
    rejected: dict[TopicName, tuple[tuple[Uuid, str], ...]]
    granted: _Streams


class Heads(Message):
    """How far the source's streams go; empty once an hour as a sign of life."""

    wire_type: ClassVar[str] = "it.trama.heads.v1"

    heads: _Heads


class Request(Message):
    """Asks a source for keys (none named: all), for events again, for documents."""

    wire_type: ClassVar[str] = "it.trama.request.v1"

    keys: _Streams | None = None
    resend: dict[TopicName, tuple[tuple[Uuid, Seq], ...]] | None = None
    files: tuple[Uuid, ...] | None = None


class FilePart(Message):
    """One part, counted from 1, of a document that was asked for."""

    wire_type: ClassVar[str] = "it.trama.file.v1"

    file: Uuid
    sha256: Hash
    part: Seq
    of: Seq
    data: tuple[Base64, ...]

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.part > self.of:
            raise ValueError("a part beyond the last")
        return self

    @property
    def piece(self) -> bytes:
        """The bytes of the document that this part carries."""
        return b"".join(from_b64(chunk) for chunk in self.data)


class Erasure(Message):
    """An order to erase streams, or the answer to one: done with counts, or refused with its basis."""

    wire_type: ClassVar[str] = "it.trama.erasure.v1"

    order: Uuid
    streams: _Streams
    action: Literal["ordered", "confirmed", "refused"]
    counts: dict[str, Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]] | None = None
    basis: Basis | None = None


MESSAGES: Final[dict[str, type[Message]]] = {
    message.wire_type: message for message in (Grants, GrantEnd, Receipt, Heads, Request, FilePart, Erasure)
}


def encode_message(message: Message, sent_at: datetime) -> bytes:
    """The inner JSON to seal; raises TooLarge when the sender must split, InvalidPayload for bad text."""
    members: dict[str, Any] = {"type": message.wire_type, "sent_at": instant(sent_at)}
    members |= message.model_dump(mode="json", by_alias=True, exclude_none=True)
    try:
        raw = compact(members)
    except ValueError as fault:
        raise InvalidPayload("text that JSON cannot carry") from fault
    if len(raw) > MAX_INNER:
        raise TooLarge(f"a message of {len(raw)} bytes must be split")
    parse_message(raw)
    return raw


def parse_message(raw: bytes) -> tuple[Message, datetime]:
    """Read an opened message and the time it was sent; raises InvalidPayload."""
    try:
        members = parse(raw, DOCUMENT_DEPTH)
        form = MESSAGES[members["type"]]
        sent_at = parse_instant(members["sent_at"])
        return form.model_validate_json(raw, strict=True), sent_at
    except ValidationError as fault:
        place = ".".join(str(step) for step in fault.errors(include_input=False)[0]["loc"][:1])
        raise InvalidPayload(place or "message") from None
    except Malformed as fault:
        raise InvalidPayload(fault.reason) from fault
    except (KeyError, TypeError) as fault:
        raise InvalidPayload("type or sent_at") from fault


def file_pieces(content: bytes) -> list[bytes]:
    """A document cut so that each piece fits into a message; an empty one is one empty piece."""
    return [
        content[start : start + FILE_PART_BYTES] for start in range(0, max(len(content), 1), FILE_PART_BYTES)
    ]


def file_part(file: str, sha256: str, part: int, of: int, piece: bytes) -> FilePart:
    """The message that carries one piece of a document."""
    chunks = tuple(b64(piece[at : at + FILE_CHUNK]) for at in range(0, len(piece), FILE_CHUNK))
    return FilePart(file=file, sha256=sha256, part=part, of=of, data=chunks)


def file_parts(file: str, content: bytes) -> Iterator[FilePart]:
    """A document cut into messages that fit."""
    pieces, sha256 = file_pieces(content), full_hash(content)
    for number, piece in enumerate(pieces, 1):
        yield file_part(file, sha256, number, len(pieces), piece)


def grant_key(key: bytes) -> str:
    """A stream key as a grant writes it."""
    return b64u(key)
