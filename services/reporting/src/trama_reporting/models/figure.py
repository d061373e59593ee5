"""Figures: small pure functions from facts to a number, with the facts it counts and no others."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from trama_reporting.models.fact import FactCopy, Facts, Period


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a breakdown: a code and how much of the figure is of it."""

    code: str
    value: int


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
        return Figure(len(counted), counted, _divide(counted, divisions, _number))

    return count


def persons(kind: str, **divisions: Attribute) -> Count:
    """How many distinct persons have a fact of a kind in the period: once, whoever told it."""

    def count(facts: Facts, period: Period) -> Figure:
        counted = tuple(fact for fact in facts if fact.kind == kind and fact.day in period)
        return Figure(_distinct(counted), counted, _divide(counted, divisions, _distinct))

    return count


def share(kind: str, attribute: str, **divisions: Attribute) -> Count:
    """How many in a hundred facts of a kind have a mark; it opens them all, marked or not."""

    def count(facts: Facts, period: Period) -> Figure:
        counted = tuple(fact for fact in facts if fact.kind == kind and fact.day in period)
        marked = sum(1 for fact in counted if fact.attributes[attribute])
        value = round(100 * marked / len(counted), 1) if counted else None
        return Figure(value, counted, _divide(counted, divisions, _number))

    return count


def _number(facts: Facts) -> int:
    return len(facts)


def _distinct(facts: Facts) -> int:
    return len({fact.reporting_id for fact in facts})


def _divide(
    facts: Facts, divisions: dict[str, Attribute], measure: Callable[[Facts], int]
) -> tuple[Breakdown, ...]:
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
        ended = {
            (fact.member, fact.stream): fact.day for fact in reversed(facts) if fact.kind == "placement-ended"
        }
        counted = tuple(
            fact
            for fact in facts
            if fact.kind == "placement-started"
            and fact.day <= stretch.last
            and ended.get((fact.member, fact.stream), stretch.first) >= stretch.first
        )
        return Figure(len(counted), counted, _divide(counted, divisions, _number))

    return count


def whole(period: Period) -> Period:
    """The whole period."""
    return period


def last_day(period: Period) -> Period:
    """The last day of the period."""
    return Period(period.last, period.last)


@dataclass(frozen=True, slots=True)
class Answered:
    """A referral and the answer that can only be its own."""

    sent: FactCopy
    answer: FactCopy

    @property
    def days(self) -> int:
        """How long the answer took."""
        return (self.answer.day - self.sent.day).days


def answered(facts: Facts) -> tuple[list[Answered], list[FactCopy]]:
    """Referrals joined with their answers, and the answers that could be of several referrals.

    Sender and receiver tell of one referral in streams of their own, and no fact names it. An answer
    is joined only when exactly one referral of that person from that sender to that receiver waits for it.
    A referral that was withdrawn, which the sender tells in its stream, waits no longer after that day.
    """
    joined: list[Answered] = []
    unjoined: list[FactCopy] = []
    withdrawn = {_case(fact): fact.day for fact in facts if fact.kind == "referral-withdrawn"}
    for said in _between_two(facts).values():
        waiting: list[FactCopy] = []
        is_mixed = False
        for day, sent, answers in _days_of(said):
            waiting = [one for one in waiting if withdrawn.get(_case(one), day) >= day] + sent
            if len(waiting) == len(answers) == 1 and not is_mixed:
                joined.append(Answered(waiting.pop(), answers[0]))
            elif answers:
                unjoined += answers
                del waiting[: len(answers)]
                is_mixed = bool(waiting)
    return joined, unjoined


def _case(fact: FactCopy) -> tuple[str, str]:
    """What one service told of one referral stands in one stream."""
    return fact.member, fact.stream


def _between_two(facts: Facts) -> dict[tuple[str, str, str], list[FactCopy]]:
    """What was said of one person between one sender and one receiver."""
    said: dict[tuple[str, str, str], list[FactCopy]] = defaultdict(list)
    for fact in facts:
        if fact.kind == "referral-sent":
            said[(fact.reporting_id, fact.member, fact.attributes["to"])].append(fact)
        elif fact.kind != "referral-withdrawn":
            said[(fact.reporting_id, fact.attributes["sender"], fact.member)].append(fact)
    return said


def _days_of(facts: Facts) -> Iterator[tuple[date, list[FactCopy], list[FactCopy]]]:
    """What was sent and what was answered, day by day."""
    days: dict[date, tuple[list[FactCopy], list[FactCopy]]] = defaultdict(lambda: ([], []))
    for fact in facts:
        days[fact.day][0 if fact.kind == "referral-sent" else 1].append(fact)
    for day in sorted(days):
        yield day, *days[day]


def answer_days(facts: Facts, period: Period) -> Figure:
    """The median of the days that answers given in the period took, of those that can be joined."""
    joined, unjoined = answered(facts)
    within = [one for one in joined if one.answer.day in period]
    counted = tuple(fact for one in within for fact in (one.sent, one.answer))
    lengths = Counter(one.answer.member for one in within)
    return Figure(
        statistics.median(one.days for one in within) if within else None,
        counted,
        (Breakdown("member", tuple(Share(code, number) for code, number in sorted(lengths.items()))),),
        left_out=sum(1 for fact in unjoined if fact.day in period),
    )
