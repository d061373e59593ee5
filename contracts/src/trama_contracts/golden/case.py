"""One case of the corpus: a record, what its reader knows, and the outcome the wire text asks for."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from trama_contracts.catalogue import Held
from trama_contracts.encoding import b64, b64u, from_b64, from_b64u
from trama_contracts.golden.fixtures import NOW
from trama_contracts.moments import instant, parse_instant
from trama_contracts.names import Circle
from trama_contracts.opening import StreamKey
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.record import Record

CaseKind: TypeAlias = Literal["event", "control", "message", "directory", "catalogue"]
Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Granted:
    """A stream key that the reader holds."""

    topic: str
    stream: str
    held: StreamKey


@dataclass(frozen=True, slots=True)
class Erased:
    """A stream that the reader knows as erased, by the control event of that hash."""

    topic: str
    stream: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A record and its reader. `expect` is reasoned from the wire text, never taken from an opener."""

    name: str
    kind: CaseKind
    why: str
    record: Record
    expect: Outcome
    directory: str = "main"
    grants: tuple[Granted, ...] = ()
    erased: tuple[Erased, ...] = ()
    position: Position | None = None
    after: Position | None = None
    held: Held | None = None
    now: datetime = NOW
    before: tuple[Record, ...] = field(default=(), repr=False)


def write_record(record: Record) -> Json:
    """The record for a JSON line: key and headers as text in which each character is one byte.

    A value is `text` where it is ASCII, else base64 in `value`; blanks at its end are counted in `spaces`.
    """
    value = record.value
    written: Json = {
        "topic": record.topic,
        "key": _latin(record.key),
        "headers": [[name, _latin(content)] for name, content in record.headers],
    }
    if value is None:
        return written | {"value": None}
    spaces = len(value) - len(value.rstrip(b" "))
    bare = value[: len(value) - spaces]
    content = {"text": bare.decode()} if bare.isascii() else {"value": b64(bare)}
    return written | content | ({"spaces": spaces} if spaces else {})


def read_record(written: Json) -> Record:
    """The record that `write_record` wrote."""
    value = written["text"].encode() if "text" in written else _from_base64(written["value"])
    if value is not None:
        value += b" " * written.get("spaces", 0)
    headers = tuple((name, _bytes(content)) for name, content in written["headers"])
    return Record(written["topic"], _bytes(written["key"]), value, headers)


def _from_base64(text: str | None) -> bytes | None:
    return None if text is None else from_b64(text)


def write_case(case: Case) -> Json:
    """One line of the corpus; what is empty is left out."""
    line: Json = {"name": case.name, "kind": case.kind, "why": case.why, **write_record(case.record)}
    state: Json = {
        "directory": case.directory,
        "grants": [_write_grant(grant) for grant in case.grants],
        "erased": [{"topic": gone.topic, "stream": gone.stream, "hash": gone.hash} for gone in case.erased],
        "position": _write_position(case.position),
        "held": None if case.held is None else {"version": case.held.version, "hash": case.held.hash},
        "now": instant(case.now) if case.kind == "message" else None,
        "before": [write_record(record) for record in case.before],
    }
    line["state"] = {name: value for name, value in state.items() if value}
    line["expect"] = case.expect.value
    if case.after is not None:
        line["after"] = _write_position(case.after)
    return line


def read_case(line: Json) -> Case:
    """The case that `write_case` wrote."""
    state = line["state"]
    return Case(
        name=line["name"],
        kind=line["kind"],
        why=line["why"],
        record=read_record(line),
        expect=Outcome(line["expect"]),
        directory=state["directory"],
        grants=tuple(_read_grant(grant) for grant in state.get("grants", ())),
        erased=tuple(Erased(**gone) for gone in state.get("erased", ())),
        position=_read_position(state.get("position")),
        after=_read_position(line.get("after")),
        held=Held(**state["held"]) if "held" in state else None,
        now=parse_instant(state["now"]) if "now" in state else NOW,
        before=tuple(read_record(record) for record in state.get("before", ())),
    )


def _latin(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("latin-1")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("latin-1")


def _write_grant(grant: Granted) -> Json:
    held = grant.held
    return {
        "topic": grant.topic,
        "stream": grant.stream,
        "key": b64u(held.key),
        "circle": held.circle,
        "record": held.record,
    }


def _read_grant(grant: Json) -> Granted:
    circle: Circle = grant["circle"]
    return Granted(
        grant["topic"], grant["stream"], StreamKey(from_b64u(grant["key"]), circle, grant["record"])
    )


def _write_position(position: Position | None) -> Json | None:
    if position is None:
        return None
    return {
        "seq": position.seq,
        "hash": position.hash,
        "held": {str(seq): kept for seq, kept in position.held.items()},
        "stopped": position.stopped,
    }


def _read_position(written: Json | None) -> Position | None:
    if written is None:
        return None
    held = {int(seq): kept for seq, kept in written["held"].items()}
    return Position(written["seq"], written["hash"], held, written["stopped"])
