"""Records wounded by chance, by the bit or by the piece, and what the openers make of each. No network."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.case import Case
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.golden.fixtures import DSM_KEY
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import headers_of, sign

from contracts.tests.wounding import mutated

LARGEST = 4_000
"""Bytes of the longest record that is wounded: what is longer is padding."""

Wound = Callable[[Record, random.Random], Record]


@dataclass
class Judged:
    """What became of wounded records; an exception is a crash, with the record that caused it."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    accepted: list[Record] = field(default_factory=list)
    crashes: list[tuple[Record, Exception]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many were judged."""
        return self.outcomes.total() + len(self.crashes)


class Ground:
    """The good events and messages of the corpus, and the reader that opens them."""

    def __init__(self) -> None:
        self.corpus: Corpus = read(ROOT / FILE)
        self.cases = [
            case
            for case in self.corpus.cases
            if case.expect is Outcome.OK
            and case.kind in ("event", "message")
            and len(case.record.value or b"") <= LARGEST
            and len(case.record.headers) == len(headers_of(b""))  # others are not looked at, nor signed
        ]

    def own(self, case: Case) -> bool:
        """Whether the key that signs it again is the right one, and no bit is free (spaces, escapes)."""
        if case.name.startswith("good-json"):
            return False
        return self.corpus.outcome(replace(case, record=signed_again(case.record)))[0] is Outcome.OK

    def judged(self, count: int, wound: Wound, seed: str, cases: list[Case] | None = None) -> Judged:
        """Wound so many records, and have each judged; the same ones for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - wounds of a test
        found = Judged()
        for case in self._drawn(count, chance, cases or self.cases):
            record = wound(case.record, chance)
            if record == case.record:
                continue
            try:
                outcome = self.corpus.outcome(replace(case, record=record))[0]
            except Exception as crash:
                found.crashes.append((record, crash))
                continue
            found.outcomes[outcome] += 1
            if outcome is Outcome.OK:
                found.accepted.append(record)
        return found

    @staticmethod
    def _drawn(count: int, chance: random.Random, cases: list[Case]) -> Iterator[Case]:
        return (chance.choice(cases) for _ in range(count))


def flipped(raw: bytes, chance: random.Random) -> bytes:
    """One bit changed."""
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def one_bit(record: Record, chance: random.Random) -> Record:
    """One bit changed anywhere: value, key, a header."""
    value, key = record.value or b"", record.key or b""
    (kind, form), (name, signature) = ((name, content or b"") for name, content in record.headers)
    at = chance.randrange(len(value) + len(key) + len(form) + len(signature))
    if at < len(value):
        return replace(record, value=flipped(value, chance))
    if at < len(value) + len(key):
        return replace(record, key=flipped(key, chance))
    if at < len(value) + len(key) + len(form):
        return replace(record, headers=((kind, flipped(form, chance)), (name, signature)))
    return replace(record, headers=((kind, form), (name, flipped(signature, chance))))


def signed_again(record: Record) -> Record:
    """The record signed by its source as it is now: only the seal and the form can refuse it."""
    key, value = record.key or b"", record.value or b""
    return replace(record, headers=headers_of(sign(DSM_KEY, record.topic, key, value)))


def one_bit_by_the_source(record: Record, chance: random.Random) -> Record:
    """One bit of the value changed by whoever holds the signing key."""
    return signed_again(replace(record, value=flipped(record.value or b"", chance)))


def mutated_record(record: Record, chance: random.Random) -> Record:
    """A record wounded in value, key or headers; half are signed again, to be looked at more closely."""
    part = chance.randrange(6)
    if part == 0:
        return replace(record, key=mutated(record.key or b"", chance))
    if part == 1:
        headers = tuple((name, mutated(content or b"", chance)) for name, content in record.headers)
        return replace(record, headers=headers)
    wounded = replace(record, value=mutated(record.value or b"", chance))
    return signed_again(wounded) if part % 2 else wounded
