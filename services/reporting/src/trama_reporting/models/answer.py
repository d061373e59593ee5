"""How long answers to referrals took, which came in their term, and what was never answered."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from trama_reporting.models.fact import FactCopy, Facts, Period
from trama_reporting.models.figure import (
    UNNAMED,
    Attribute,
    Breakdown,
    Count,
    Figure,
    Share,
    case_of,
    divided,
    standing,
)

IN_TRAMA: Final = ("referral-accepted", "referral-declined")
NOTED: Final = "referral-noted"
"""An answer on paper or by telephone, told by who had sent the referral."""
ANSWERS: Final = (*IN_TRAMA, NOTED)
Pair = tuple[str, str, str]
"""A person, who referred them, and to whom."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the sending it answers: told in the fact, or the one referral it can belong to."""

    answer: FactCopy
    sent: FactCopy | None = None

    @property
    def days(self) -> int:
        """How long the answer took."""
        said = self.answer.attributes.get("sent_on")
        sent_on = self.sent.day if self.sent is not None else date.fromisoformat(str(said))
        return (self.answer.day - sent_on).days

    @property
    def facts(self) -> tuple[FactCopy, ...]:
        """The facts that say so."""
        return (self.sent, self.answer) if self.sent is not None else (self.answer,)


def answering(fact: FactCopy) -> str:
    """The service that answered: of an answer on paper, the one that was asked."""
    return str(fact.attributes.get("to", UNNAMED)) if fact.kind == NOTED else fact.member


def referring(fact: FactCopy) -> str:
    """The service that had sent the referral which an answer is about."""
    return fact.member if fact.kind == NOTED else str(fact.attributes.get("sender", UNNAMED))


def how(fact: FactCopy) -> str:
    """Whether the service answered in Trama, or on paper or by telephone."""
    return "on-paper" if fact.kind == NOTED else "in-trama"


def once_answered(facts: Facts, period: Period) -> list[FactCopy]:
    """The facts without the answers on paper to which, by the end of the period, the service's own word came.

    What it says later changes nothing: the figure of a period that is over stays.
    """
    said = {
        (_pair_of(fact), fact.attributes.get("sent_on"))
        for fact in facts
        if fact.kind in IN_TRAMA and fact.day <= period.last
    }
    return [
        fact
        for fact in facts
        if fact.kind != NOTED or (_pair_of(fact), fact.attributes.get("sent_on")) not in said
    ]


def answers(answer: str, undone_by: str, **divisions: Attribute) -> Count:
    """How many answers of one kind the period holds that were not taken back by its end, on paper too."""
    in_trama = standing(f"referral-{answer}", undone_by)

    def count(facts: Facts, period: Period) -> Figure:
        noted = [
            fact
            for fact in once_answered(facts, period)
            if fact.kind == NOTED and fact.attributes["answer"] == answer and fact.day in period
        ]
        counted = (*in_trama(facts, period).facts, *noted)
        return Figure(len(counted), counted, divided(counted, {**divisions, "how": how}, len))

    return count


def answered(facts: Facts) -> tuple[list[Answered], list[FactCopy]]:
    """The answers with the sending each belongs to, and the answers that could be of several referrals.

    An answer says when it was asked. Those told before answers said so are joined only when exactly one
    referral of that person from that sender to that receiver waits: no fact names the referral. One that was
    withdrawn, which the sender tells in its stream, waits no longer after that day.
    """
    joined = [Answered(fact) for fact in facts if _says_when(fact)]
    unjoined: list[FactCopy] = []
    withdrawn = {case_of(fact): fact.day for fact in facts if fact.kind == "referral-withdrawn"}
    for said in _between_two(facts).values():
        waiting: list[FactCopy] = []
        is_mixed = False
        for day, sent, answers in _days_of(said):
            waiting = [one for one in waiting if withdrawn.get(case_of(one), day) >= day] + sent
            if len(waiting) == len(answers) == 1 and not is_mixed:
                joined.append(Answered(answers[0], waiting.pop()))
            elif answers:
                unjoined += answers
                del waiting[: len(answers)]
                is_mixed = bool(waiting)
    return joined, unjoined


def _says_when(fact: FactCopy) -> bool:
    return fact.kind in ANSWERS and "sent_on" in fact.attributes


def _pair_of(fact: FactCopy) -> Pair:
    if fact.kind == "referral-sent":
        return fact.reporting_id, fact.member, str(fact.attributes["to"])
    return fact.reporting_id, referring(fact), answering(fact)


def _between_two(facts: Facts) -> dict[Pair, list[FactCopy]]:
    """What was said of one person between one sender and one receiver, but what answers itself claim."""
    claimed = Counter(
        (*_pair_of(fact), str(fact.attributes["sent_on"])) for fact in facts if _says_when(fact)
    )
    said: dict[Pair, list[FactCopy]] = defaultdict(list)
    for fact in facts:
        if fact.kind not in ("referral-sent", *ANSWERS) or _says_when(fact):
            continue
        pair = _pair_of(fact)
        if fact.kind == "referral-sent" and claimed[(*pair, fact.day.isoformat())] > 0:
            claimed[(*pair, fact.day.isoformat())] -= 1
        else:
            said[pair].append(fact)
    return said


def _days_of(facts: Facts) -> Iterator[tuple[date, list[FactCopy], list[FactCopy]]]:
    """What was sent and what was answered, day by day."""
    days: dict[date, tuple[list[FactCopy], list[FactCopy]]] = defaultdict(lambda: ([], []))
    for fact in facts:
        days[fact.day][0 if fact.kind == "referral-sent" else 1].append(fact)
    for day in sorted(days):
        yield day, *days[day]


def answer_days(facts: Facts, period: Period) -> Figure:
    """The median of the days that answers given in the period took; by service, never by who works there."""
    joined, unjoined = answered(once_answered(facts, period))
    within = [one for one in joined if one.answer.day in period]
    return Figure(
        _median(within) if within else None,
        tuple(fact for one in within for fact in one.facts),
        (
            Breakdown("member", _by_service(within, len)),
            Breakdown("answer-days", _by_service(within, _median)),
            _numbers("how", Counter(how(one.answer) for one in within)),
        ),
        left_out=sum(1 for fact in unjoined if fact.day in period),
    )


def in_term(facts: Facts, period: Period) -> Figure:
    """How many in a hundred answers given in the period came by the day that had been asked."""
    told = once_answered(facts, period)
    given = [Answered(fact) for fact in told if fact.kind in ANSWERS and fact.day in period]
    known = [one for one in given if "answer_by" in one.answer.attributes]
    when = Counter("in-term" if _is_in_term(one) else "late" for one in known)
    return Figure(
        _share_in_term(known) if known else None,
        tuple(one.answer for one in known),
        (
            Breakdown("term", tuple(Share(code, number) for code, number in sorted(when.items()))),
            Breakdown("member", _by_service(known, len)),
            Breakdown("answers-in-term", _by_service(known, _share_in_term)),
            _numbers("how", Counter(how(one.answer) for one in known)),
        ),
        left_out=len(given) - len(known),
    )


def unanswered(facts: Facts, period: Period) -> Figure:
    """How many sendings were left without an answer; who did not answer stands in the same stream."""
    receivers = {case_of(fact): str(fact.attributes["to"]) for fact in facts if fact.kind == "referral-sent"}
    counted = tuple(fact for fact in facts if fact.kind == "referral-unanswered" and fact.day in period)
    to = Counter(receivers.get(case_of(fact), UNNAMED) for fact in counted)
    senders = Counter(fact.member for fact in counted)
    return Figure(len(counted), counted, (_numbers("to", to), _numbers("member", senders)))


def _is_in_term(one: Answered) -> bool:
    return one.answer.day <= date.fromisoformat(str(one.answer.attributes["answer_by"]))


def _share_in_term(answers: Sequence[Answered]) -> float:
    return round(100 * sum(map(_is_in_term, answers)) / len(answers), 1)


def _median(answers: Sequence[Answered]) -> float:
    return statistics.median(one.days for one in answers)


def _by_service(
    answers: Sequence[Answered], measure: Callable[[Sequence[Answered]], float]
) -> tuple[Share, ...]:
    groups: dict[str, list[Answered]] = defaultdict(list)
    for one in answers:
        groups[answering(one.answer)].append(one)
    return tuple(Share(code, measure(group)) for code, group in sorted(groups.items()))


def _numbers(by: str, counted: Mapping[str, int]) -> Breakdown:
    return Breakdown(by, tuple(Share(code, number) for code, number in sorted(counted.items())))
