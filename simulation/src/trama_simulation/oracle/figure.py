"""A number and its shares, and how things and persons are counted. Pure. A person is a tax code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Counted: TypeAlias = Mapping[str, str]
"""Attributes by which something counted is divided; `person` is who it is of."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the reporting service, and the shares it is divided into."""

    value: float | None
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By what it is divided, then by code."""


def number(counted: Iterable[Counted]) -> Figure:
    """How many there are."""
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    total = 0
    for one in counted:
        total += 1
        for by, code in one.items():
            shares[by][code] += 1
    return Figure(total, shares)


def persons(counted: Iterable[Counted], *divisions: str) -> Figure:
    """Persons once in all, and once in each share."""
    everybody: set[str] = set()
    shares: dict[str, dict[str, set[str]]] = {by: defaultdict(set) for by in divisions}
    for one in counted:
        everybody.add(one["person"])
        for by in divisions:
            shares[by][one[by]].add(one["person"])
    divided = {by: {code: len(people) for code, people in codes.items()} for by, codes in shares.items()}
    return Figure(len(everybody), divided)
