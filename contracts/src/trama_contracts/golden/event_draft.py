"""Builds event records with exactly the fault asked for, all else being right and signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trama_contracts.encoding import b64, lengths
from trama_contracts.golden.case import Case, CaseKind, Erased, Granted
from trama_contracts.golden.fixtures import DSM_KEY, drawn, inner, uuid_of
from trama_contracts.names import ERASED, SEALED, Circle, parse_topic
from trama_contracts.opening import StreamKey
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.padding import pad
from trama_contracts.record import Record
from trama_contracts.sealing import compact, derive, value_hash
from trama_contracts.signature import headers_of, kid_of, raw_public, signature_header

Headers: TypeAlias = tuple[tuple[str, bytes | None], ...]
Edit: TypeAlias = Callable[[bytes], bytes]

DSM_EVENTS: Final = "pn.dsm.registry.events.v1"
DSM_FACTS: Final = "pn.dsm.registry.facts.v1"
SIL_EVENTS: Final = "pn.sil.registry.events.v1"
SIL_FACTS: Final = "pn.sil.registry.facts.v1"
ABSENT: Final = object()
"""Stands for an attribute that is left out."""
SAME: Final = b"\xff the key of the stream"
"""Stands for the Kafka key that is right."""


def same(raw: bytes) -> bytes:
    """No edit."""
    return raw


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be written with the faults that are set; `expect` and `why` stand beside them."""

    name: str
    expect: Outcome
    why: str
    topic: str = DSM_EVENTS
    seq: int = 1
    prevhash: str | None = None
    control: bool = False
    # what is sealed
    inner: Mapping[str, Any] | bytes = field(default_factory=inner)
    padded: bytes | None = None
    seal_key: bytes | None = None
    seal_as: dict[str, Any] = field(default_factory=dict)
    edit_data: Edit = same
    # what is in clear
    clear: dict[str, Any] = field(default_factory=dict)
    edit_json: Edit = same
    # what carries it
    kafka_key: bytes | None = SAME
    signer: Ed25519PrivateKey = DSM_KEY
    signed_topic: str | None = None
    edit_after: Edit = same
    edit_headers: Callable[[Headers], Headers] | None = None
    null_value: bool = False
    # who reads it
    circle: Circle | None = "care"
    grant_topic: str | None = None
    erased: tuple[Erased, ...] = ()
    position: Position | None = None

    @property
    def stream(self) -> str:
        """The stream: one of its own for every case, so that all can be read in one run."""
        return uuid_of("stream " + self.name)

    @property
    def key(self) -> bytes:
        """The stream's key, as the reader was granted it."""
        return drawn("stream key " + self.name)

    def attributes(self) -> dict[str, Any]:
        """The attributes in clear as they should be, but data."""
        topic = parse_topic(self.topic)
        good = {
            "specversion": "1.0",
            "id": uuid_of("event " + self.name),
            "source": "" if topic is None else topic.source,
            "type": ERASED if self.control else SEALED,
            "subject": self.stream,
            "streamseq": self.seq,
        }
        return good if self.prevhash is None else {**good, "prevhash": self.prevhash}

    def sealed(self) -> bytes:
        """Section 8, with what `seal_as` says instead of what is in clear."""
        told = self.attributes() | {"topic": self.topic} | self.seal_as
        k_event, commit = derive(self.seal_key or self.key, told["id"], told["subject"])
        k_event, commit = told.get("k_event", k_event), told.get("commit", commit)
        nonce = drawn("nonce " + self.name, 12)
        aad = told.get("aad") or lengths(
            "trama/v1/aad",
            *(told[name] for name in ("topic", "source", "id", "type", "subject", "streamseq")),
            told.get("prevhash", ""),
        )
        plain = self.inner if isinstance(self.inner, bytes) else compact(dict(self.inner))
        padded = pad(plain) if self.padded is None else self.padded
        sealed: bytes = b"\x01" + commit + nonce + AESGCM(k_event).encrypt(nonce, padded, aad)
        return sealed

    def value(self) -> bytes:
        """The value bytes, faults included."""
        stated = {"data": {"stream": self.stream}} if self.control else self._data()
        attributes = self.attributes() | stated | self.clear
        present = {name: value for name, value in attributes.items() if value is not ABSENT}
        return self.edit_json(compact(present))

    def _data(self) -> dict[str, str]:
        return {"data_base64": b64(self.edit_data(self.sealed()))}

    def record(self) -> Record:
        """The record, faults included."""
        key = self.stream.encode() if self.kafka_key == SAME else self.kafka_key
        value = self.value()
        kid = kid_of(raw_public(self.signer))
        signature = signature_header(self.signer, self.signed_topic or self.topic, key or b"", kid, value)
        headers: Headers = headers_of(signature)
        if self.edit_headers is not None:
            headers = self.edit_headers(headers)
        return Record(self.topic, key, None if self.null_value else self.edit_after(value), headers)

    def case(self) -> Case:
        """The case, with the position the reader should have afterwards."""
        record = self.record()
        position = self.position or Position.start(self.seq, self.prevhash)
        kind: CaseKind = "control" if self.control else "event"
        return Case(
            name=self.name,
            kind=kind,
            why=self.why,
            record=record,
            expect=self.expect,
            grants=() if self.circle is None else (self._grant(self.circle),),
            erased=self.erased,
            position=position,
            after=self._after(position, record.value or b""),
        )

    def _grant(self, circle: Circle) -> Granted:
        return Granted(
            self.grant_topic or self.topic, self.stream, StreamKey(self.key, circle, uuid_of("record"))
        )

    def _after(self, position: Position, value: bytes) -> Position:
        """Section 14 and 15: applied and unknown events advance, equivocation stops, all else stays."""
        if self.control:
            follows = self.seq == position.seq + 1 and self.prevhash == position.hash and not position.stopped
            moves = follows and self.expect is Outcome.OK
        else:
            moves = self.expect in (Outcome.OK, Outcome.UNKNOWN_TYPE)
        if moves:
            held = {**position.held, self.seq: value_hash(value)}
            return Position(self.seq, value_hash(value), held)
        if self.expect is Outcome.EQUIVOCATION:
            return Position(position.seq, position.hash, position.held, stopped=True)
        return position


def last_header(edit: Edit) -> Callable[[Headers], Headers]:
    """Edits the signature header, which is the last."""
    return lambda headers: (headers[0], (headers[1][0], edit(headers[1][1] or b"")))


def flip(at: int) -> Edit:
    """Flips the lowest bit of one byte."""

    def edit(raw: bytes) -> bytes:
        place = at % len(raw)
        return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]

    return edit


def swap(old: str | bytes, new: str | bytes) -> Edit:
    """Replaces the first occurrence, which must exist."""
    before = old.encode() if isinstance(old, str) else old
    after = new.encode() if isinstance(new, str) else new

    def edit(raw: bytes) -> bytes:
        if before not in raw:
            raise ValueError(f"{before!r} is not there")
        return raw.replace(before, after, 1)

    return edit
