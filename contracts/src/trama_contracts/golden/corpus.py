"""The corpus as a file of JSON lines: first what all cases share, then one case per line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from trama_contracts.catalogue import open_catalogue
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.encoding import b64u, from_b64u
from trama_contracts.golden import (
    catalogue_cases,
    control_cases,
    directory_cases,
    entry_cases,
    first_fault,
    message_cases,
    message_contents,
    wrong_attributes,
    wrong_carriage,
    wrong_inner,
    wrong_json,
    wrong_places,
    wrong_rest,
)
from trama_contracts.golden.case import Case, read_case, read_record, write_case, write_record
from trama_contracts.golden.drawn_seals import DrawnSeals
from trama_contracts.golden.fixtures import EVENTS, HPKE_SEEDS, NETWORK, ROOTS
from trama_contracts.golden.network import main_directory
from trama_contracts.hpke import HpkePrivateKey, SuiteName
from trama_contracts.keyring import KeysInMemory
from trama_contracts.opening import open_event, open_message
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.record import Record
from trama_contracts.signature import raw_public

FILE: Final = "corpus.jsonl"
_EVENT_MODULES: Final = (
    wrong_carriage,
    wrong_json,
    wrong_attributes,
    wrong_places,
    wrong_inner,
    wrong_rest,
    first_fault,
    control_cases,
)


def all_cases(seals: DrawnSeals) -> Iterator[Case]:
    """Every case, built anew."""
    for events in _EVENT_MODULES:
        yield from (draft.case() for draft in events.drafts())
    for messages in (message_cases, message_contents):
        yield from (draft.case(seals) for draft in messages.drafts())
    yield from directory_cases.cases()
    yield from entry_cases.cases()
    yield from catalogue_cases.cases()


def write(seals: DrawnSeals) -> str:
    """The whole file."""
    roots = [b64u(raw_public(root)) for root in ROOTS]
    shared = {
        "corpus": "Trama wire format v1",
        "network": NETWORK,
        "directories": {
            "main": {"roots": roots, "records": [write_record(record) for record in main_directory()]},
            "empty": {"roots": roots, "records": []},
        },
        "hpke": [{"owner": owner, "suite": suite, "seed": b64u(seed)} for owner, suite, seed in HPKE_SEEDS],
        "types": {
            wire_type: {"circle": event.circle, "payload": event.model_json_schema()}
            for wire_type, event in EVENTS.items()
        },
    }
    lines = [shared, *(write_case(case) for case in all_cases(seals))]
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus read from its file."""

    network: str
    directories: dict[str, tuple[tuple[bytes, ...], tuple[Record, ...]]]
    hpke: dict[str, list[HpkePrivateKey]]
    types: dict[str, Any]
    cases: tuple[Case, ...]
    _main: list[Directory] = field(default_factory=list)

    def reader(self, name: str) -> DirectoryReader:
        """A new reader that has read the directory of that name."""
        roots, records = self.directories[name]
        reader = DirectoryReader(self.network, roots)
        for record in records:
            reader.apply(record)
        return reader

    def directory(self) -> Directory:
        """The directory `main`, read once."""
        if not self._main:
            self._main.append(self.reader("main").directory)
        return self._main[0]

    def keyring(self, case: Case) -> KeysInMemory:
        """What the reader of a case holds: its grants and erasures, and its owner's HPKE keys."""
        owner = ".".join(case.record.topic.split(".")[1:3])
        keyring = KeysInMemory(self.hpke.get(owner, ()))
        for gone in case.erased:
            keyring.erase(gone.topic, gone.stream, gone.hash)
        for granted in case.grants:
            keyring.hold(granted.topic, granted.stream, granted.held)
        return keyring

    def outcome(self, case: Case) -> tuple[Outcome, Position | None]:
        """What the openers of this package make of a case, and the position afterwards."""
        if case.kind == "directory":
            reader = self.reader(case.directory)
            for record in case.before:
                reader.apply(record)
            return reader.apply(case.record), None
        if case.kind == "catalogue":
            return open_catalogue(case.record, self.directory(), case.held)[0], None
        if case.kind == "message":
            return open_message(case.record, self.keyring(case), self.directory(), case.now)[0], None
        outcome, _, position = open_event(
            case.record, self.keyring(case), self.directory(), case.position, EVENTS
        )
        return outcome, position


def read(path: Path) -> Corpus:
    """Read a corpus file."""
    shared, *lines = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    hpke: dict[str, list[HpkePrivateKey]] = {}
    for key in shared["hpke"]:
        suite: SuiteName = key["suite"]
        hpke.setdefault(key["owner"], []).append(HpkePrivateKey.from_seed(from_b64u(key["seed"]), suite))
    return Corpus(
        network=shared["network"],
        directories={
            name: (
                tuple(from_b64u(root) for root in kept["roots"]),
                tuple(read_record(record) for record in kept["records"]),
            )
            for name, kept in shared["directories"].items()
        },
        hpke=hpke,
        types=shared["types"],
        cases=tuple(read_case(line) for line in lines),
    )
