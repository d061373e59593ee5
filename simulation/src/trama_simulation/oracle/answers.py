"""What is counted of referrals, told from the stories alone: what was asked, how it was answered, in how many
days, what came of it, and what passes from social services to employment services. Pure."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from trama_simulation.acts import (
    Accept,
    Decline,
    Deed,
    ReceiverSays,
    Refer,
    SenderSays,
    Story,
    TakeBack,
    TermPasses,
)
from trama_simulation.members import SECTOR
from trama_simulation.oracle.figure import Figure, number


@dataclass(frozen=True, slots=True)
class Happened:
    """Something counted that was done with a referral; undone, it counts no longer."""

    kind: str
    sender: str
    receiver: str
    on: date
    sent_on: date
    answer_by: date
    reason: str = ""
    on_paper: bool = False
    is_undone: bool = False

    @property
    def is_passage(self) -> bool:
        """Whether a social service asks an employment service."""
        return (SECTOR.get(self.sender), SECTOR.get(self.receiver)) == ("social", "employment")


UNDONE_BY = {
    "reconsider": ("declined",),
    "renew": ("withdrawn",),
    "reopen": ("completed", "failed"),
}
"""What takes back what was said before it of the same referral."""
UNNAMED = "unnamed"
"""The reason of a refusal on paper: none is asked."""
SAID = {"complete": ("completed", "outcome"), "fail": ("failed", "reason")}


def of_referrals(stories: Iterable[Story]) -> dict[str, Figure]:
    """Every figure of referrals, by its indicator's code."""
    happened = [one for story in stories for one in _happened(story)]
    passages = [one for one in happened if one.is_passage]
    return {
        "referrals-sent": number({"member": one.sender, "to": one.receiver} for one in _of("sent", happened)),
        "referrals-accepted": _answered(_of("accepted", happened)),
        "referrals-declined": _answered(_of("declined", happened), "declining"),
        "referrals-completed": _at_receiver(_of("completed", happened), "outcome"),
        "referrals-failed": _at_receiver(_of("failed", happened), "failing"),
        "referrals-withdrawn": number({"member": one.sender} for one in _of("withdrawn", happened)),
        "referrals-unanswered": number(
            {"member": one.sender, "to": one.receiver} for one in _of("unanswered", happened)
        ),
        "answer-days": _days(_answers(happened)),
        "answers-in-term": _in_term(_answers(happened)),
        "passages-asked": number({"member": one.sender, "to": one.receiver} for one in _of("sent", passages)),
        "passages-accepted": _answered(_of("accepted", passages)),
        "passages-declined": _answered(_of("declined", passages), "declining"),
        "passages-days": _days(_answers(passages)),
    }


def _of(kind: str, happened: Sequence[Happened]) -> list[Happened]:
    return [one for one in happened if one.kind == kind and not one.is_undone]


def _answers(happened: Sequence[Happened]) -> list[Happened]:
    """Also those that were taken back: an answer was given."""
    return [one for one in happened if one.kind in ("accepted", "declined")]


def _at_receiver(counted: Iterable[Happened], reason: str = "") -> Figure:
    return number(
        {"member": one.receiver, "sender": one.sender} | ({reason: one.reason} if reason else {})
        for one in counted
    )


def _answered(counted: Iterable[Happened], reason: str = "") -> Figure:
    return number(
        {"member": one.receiver, "sender": one.sender, "how": _how(one)}
        | ({reason: one.reason} if reason else {})
        for one in counted
    )


def _how(one: Happened) -> str:
    return "on-paper" if one.on_paper else "in-trama"


def _days(answers: Sequence[Happened]) -> Figure:
    return Figure(
        _median(answers) if answers else None,
        {
            "member": _by_service(answers, len),
            "answer-days": _by_service(answers, _median),
            "how": Counter(map(_how, answers)),
        },
    )


def _in_term(answers: Sequence[Happened]) -> Figure:
    when = Counter("in-term" if one.on <= one.answer_by else "late" for one in answers)
    by_service = {"member": _by_service(answers, len), "answers-in-term": _by_service(answers, _share)}
    return Figure(
        _share(answers) if answers else None, {"term": when, "how": Counter(map(_how, answers)), **by_service}
    )


def _median(answers: Sequence[Happened]) -> float:
    return statistics.median((one.on - one.sent_on).days for one in answers)


def _share(answers: Sequence[Happened]) -> float:
    return round(100 * sum(one.on <= one.answer_by for one in answers) / len(answers), 1)


def _by_service(
    answers: Sequence[Happened], measure: Callable[[Sequence[Happened]], float]
) -> dict[str, float]:
    groups: dict[str, list[Happened]] = defaultdict(list)
    for one in answers:
        groups[one.receiver].append(one)
    return {member: measure(group) for member, group in groups.items()}


@dataclass(slots=True)
class _Referral:
    """One referral while its story is told."""

    sent_on: date
    answer_by: date
    happened: list[Happened]


def _happened(story: Story) -> Iterator[Happened]:
    told: dict[tuple[str, str, int], _Referral] = {}
    for act in story.deeds():
        if isinstance(act, Refer):
            told[(act.at, act.to, act.nth)] = _Referral(act.on, act.answer_by, [])
        place = _place(act)
        if place is not None:
            _goes_on(told[place], place, act)
    return (one for referral in told.values() for one in referral.happened)


def _place(act: Deed) -> tuple[str, str, int] | None:
    """The sender, receiver and number of the referral that an act is about, if it is about one."""
    match act:
        case Refer() | TakeBack() | SenderSays() | TermPasses():
            return act.at, act.to, act.nth
        case Accept() | Decline() | ReceiverSays():
            return act.sender, act.at, act.nth
        case _:
            return None


def _goes_on(referral: _Referral, place: tuple[str, str, int], act: Deed) -> None:
    deed = act.deed if isinstance(act, SenderSays | ReceiverSays) else ""
    undone = UNDONE_BY.get(deed, ())
    referral.happened = [
        replace(one, is_undone=one.is_undone or one.kind in undone) for one in referral.happened
    ]
    if isinstance(act, Accept | Decline):  # its own word takes the place of what had been noted
        sending = referral.sent_on
        referral.happened = [
            one for one in referral.happened if not (one.on_paper and one.sent_on == sending)
        ]
    if isinstance(act, SenderSays) and deed == "renew":
        referral.sent_on, referral.answer_by = act.on, date.fromisoformat(dict(act.said)["answer_by"])
    for kind, reason in _counted(act):
        sender, receiver, _ = place
        days = act.on, referral.sent_on, referral.answer_by
        on_paper = deed == "note"
        referral.happened.append(Happened(kind, sender, receiver, *days, reason, on_paper=on_paper))


def _counted(act: Deed) -> Iterator[tuple[str, str]]:
    """What an act counts as, and why."""
    match act:
        case Refer():
            yield "sent", ""
        case Accept():
            yield "accepted", ""
        case Decline():
            yield "declined", act.reason
        case TakeBack():
            yield "withdrawn", ""
        case TermPasses(deed="unanswered"):
            yield "unanswered", ""
        case SenderSays(deed="note"):
            yield dict(act.said)["answer"], UNNAMED
        case ReceiverSays(deed="complete" | "fail"):
            kind, name = SAID[act.deed]
            yield kind, dict(act.said)[name]
