"""Figures: small pure functions from facts to a number, with the facts it counts and no others."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from trama_reporting.models.fact import FactCopy, Facts, Period


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a breakdown: a code and how much of the figure is of it."""

    code: str
    value: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A figure divided by one attribute. A person may stand in several lines, which then add up to more."""

    by: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, the facts it counts and no others, and what could not be counted soundly."""

    value: float | None
    facts: tuple[FactCopy, ...]
    breakdowns: tuple[Breakdown, ...] = ()
    left_out: int = 0


UNNAMED = "unnamed"
"""The line of a breakdown for facts that do not say."""

Count = Callable[[Facts, Period], Figure]
Attribute = Callable[[FactCopy], str]


def case_of(fact: FactCopy) -> tuple[str, str]:
    """What one service tells of one case stands in one stream."""
    return fact.member, fact.stream


def by_member(fact: FactCopy) -> str:
    """The member whose service wrote the fact."""
    return fact.member


def by_attribute(name: str) -> Attribute:
    """One attribute of the fact, such as the path type."""
    return lambda fact: str(fact.attributes.get(name, UNNAMED))


def events(kind: str, **divisions: Attribute) -> Count:
    """How many facts of a kind the period holds."""

    def count(facts: Facts, period: Period) -> Figure:
        counted = tuple(fact for fact in facts if fact.kind == kind and fact.day in period)
        return Figure(len(counted), counted, divided(counted, divisions, _number))

    return count


def standing(kind: str, undone_by: str, **divisions: Attribute) -> Count:
    """How many facts of a kind the period holds that were not undone by its end, in the same stream.

    What is undone later still counts here: the figure of a period that is over does not change.
    """

    def count(facts: Facts, period: Period) -> Figure:
        undoing: dict[tuple[str, str], list[int]] = defaultdict(list)
        for fact in facts:
            if fact.kind == undone_by and fact.day <= period.last:
                undoing[case_of(fact)].append(fact.seq)
        counted = tuple(
            fact
            for fact in facts
            if fact.kind == kind
            and fact.day in period
            and not any(seq > fact.seq for seq in undoing[case_of(fact)])
        )
        return Figure(len(counted), counted, divided(counted, divisions, _number))

    return count


def persons(kind: str, **divisions: Attribute) -> Count:
    """How many distinct persons have a fact of a kind in the period: once, whoever told it."""

    def count(facts: Facts, period: Period) -> Figure:
        counted = tuple(fact for fact in facts if fact.kind == kind and fact.day in period)
        return Figure(_distinct(counted), counted, divided(counted, divisions, _distinct))

    return count


def share(kind: str, attribute: str, **divisions: Attribute) -> Count:
    """How many in a hundred facts of a kind have a mark; it opens them all, marked or not."""

    def count(facts: Facts, period: Period) -> Figure:
        counted = tuple(fact for fact in facts if fact.kind == kind and fact.day in period)
        marked = sum(1 for fact in counted if fact.attributes[attribute])
        value = round(100 * marked / len(counted), 1) if counted else None
        return Figure(value, counted, divided(counted, divisions, _number))

    return count


def _number(facts: Facts) -> int:
    return len(facts)


def _distinct(facts: Facts) -> int:
    return len({fact.reporting_id for fact in facts})


def divided(
    facts: Facts, divisions: dict[str, Attribute], measure: Callable[[Facts], int]
) -> tuple[Breakdown, ...]:
    """Facts divided by each of these attributes, every part measured."""
    return tuple(Breakdown(by, _shares(facts, attribute, measure)) for by, attribute in divisions.items())


def _shares(facts: Facts, attribute: Attribute, measure: Callable[[Facts], int]) -> tuple[Share, ...]:
    groups: dict[str, list[FactCopy]] = defaultdict(list)
    for fact in facts:
        groups[attribute(fact)].append(fact)
    return tuple(Share(code, measure(group)) for code, group in sorted(groups.items()))


def placements_on(day: Callable[[Period], Period], **divisions: Attribute) -> Count:
    """How many started placements had not ended before a stretch of time, and had started by its end.

    Start and end of one placement stand in one stream; the day of the end still counts as running.
    """

    def count(facts: Facts, period: Period) -> Figure:
        stretch = day(period)
        ended = {case_of(fact): fact.day for fact in reversed(facts) if fact.kind == "placement-ended"}
        counted = tuple(
            fact
            for fact in facts
            if fact.kind == "placement-started"
            and fact.day <= stretch.last
            and ended.get(case_of(fact), stretch.first) >= stretch.first
        )
        return Figure(len(counted), counted, divided(counted, divisions, _number))

    return count


def whole(period: Period) -> Period:
    """The whole period."""
    return period


def last_day(period: Period) -> Period:
    """The last day of the period."""
    return Period(period.last, period.last)
