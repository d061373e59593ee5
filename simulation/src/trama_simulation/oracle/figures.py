"""What the reporting service must count, told from the stories alone. Pure. A person is a tax code."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from trama_simulation.acts import Accept, Close, Decline, Deed, Refer, Register, Story, TakeBack
from trama_simulation.members import SECTOR, TODAY
from trama_simulation.oracle.evaluations import Evaluation
from trama_simulation.oracle.paths import Path
from trama_simulation.oracle.told import SoFar

Counted: TypeAlias = Mapping[str, str]
"""Attributes by which something counted is divided; `person` is who it is of."""
OPENED = "taking-in-charge-opened"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the reporting service, and the shares it is divided into."""

    value: float | None
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By what it is divided, then by code."""


@dataclass(frozen=True, slots=True)
class Lives:
    """All that happened, gathered once."""

    stories: tuple[Story, ...]
    paths: tuple[Path, ...]
    evaluations: tuple[Evaluation, ...]

    def deeds(self) -> Iterator[tuple[str, Deed]]:
        """Everything done, with whom."""
        return ((story.person.tax_code, act) for story in self.stories for act in story.deeds())


def figures(lives: Lives) -> dict[str, Figure]:
    """Every figure, by its indicator's code."""
    return {**_of_referrals(lives), **_of_taking_in_charge(lives), **_of_paths(lives), **_of_teams(lives)}


def _of_referrals(lives: Lives) -> dict[str, Figure]:
    deeds = [act for _, act in lives.deeds()]
    sent = [act for act in deeds if isinstance(act, Refer)]
    accepted = [act for act in deeds if isinstance(act, Accept)]
    declined = [act for act in deeds if isinstance(act, Decline)]
    taken_back = [act for act in deeds if isinstance(act, TakeBack)]
    days = [one for story in lives.stories for one in _answer_days(story)]
    return {
        "referrals-sent": _number({"member": act.at, "to": act.to} for act in sent),
        "referrals-accepted": _number({"member": act.at, "sender": act.sender} for act in accepted),
        "referrals-declined": _number(
            {"member": act.at, "sender": act.sender, "declining": act.reason} for act in declined
        ),
        "referrals-withdrawn": _number({"member": act.at} for act in taken_back),
        "answer-days": Figure(
            statistics.median(number for _, number in days) if days else None,
            {"member": Counter(member for member, _ in days)},
        ),
    }


def _answer_days(story: Story) -> Iterator[tuple[str, int]]:
    """Who answered, after how many days. No story has two referrals between the same two waiting at once."""
    sent = {}
    for act in story.deeds():
        if isinstance(act, Refer):
            sent[(act.at, act.to)] = act.on
        elif isinstance(act, Accept | Decline):
            yield act.at, (act.on - sent.pop((act.sender, act.at))).days


def _of_taking_in_charge(lives: Lives) -> dict[str, Figure]:
    opened: list[Counted] = []
    for story in lives.stories:
        so_far = SoFar()
        for act in story.deeds():
            if isinstance(act, Close):
                so_far.in_charge.discard(act.at)
            elif isinstance(act, Register | Accept) and OPENED in so_far.take_in_charge(act.at):
                person = story.person.tax_code
                opened.append({"person": person, "member": act.at, "sector": SECTOR[act.at]})
    closed = [act for _, act in lives.deeds() if isinstance(act, Close)]
    return {
        "persons-taken-in-charge": _persons(opened, "member", "sector"),
        "takings-in-charge-closed": _number({"member": act.at, "closing": act.reason} for act in closed),
    }


def _of_paths(lives: Lives) -> dict[str, Figure]:
    proposed = [_counted(path) for path in lives.paths]
    started = [path for path in lives.paths if path.started_on]
    ended = [(path, path.ended) for path in started if path.ended]
    # On the day on which a path ends it still runs.
    running = [path for path in started if path.ended is None or path.ended.on >= TODAY]
    return {
        "persons-proposed": _persons(proposed, "member", "path_type"),
        "persons-placed": _persons(map(_counted, started), "member", "path_type"),
        "placements-started": _number(map(_divided, started)),
        "placements-active": _number(map(_divided, started)),
        "placements-running": _number(map(_divided, running)),
        "placements-ended": _number({**_divided(path), "ending": end.reason} for path, end in ended),
    }


def _counted(path: Path) -> Counted:
    return {"person": path.tax_code, **_divided(path)}


def _divided(path: Path) -> dict[str, str]:
    return {"member": path.promoter, "path_type": path.plan.path_type}


def _of_teams(lives: Lives) -> dict[str, Figure]:
    concluded = [(one, one.concluded) for one in lives.evaluations if one.concluded]
    chosen = [_by_team(one) | {"path_type": act.path_type} for one, act in concluded]
    own = ["own-choice" if act.override else "first-proposal" for _, act in concluded]
    share = round(100 * own.count("own-choice") / len(own), 1) if own else None
    planned = [
        {"person": one.tax_code, "member": one.lead, "path_type": one.planned()}
        for one in lives.evaluations
        if one.agreed
    ]
    return {
        "evaluations-requested": _number(map(_by_team, lives.evaluations)),
        "evaluations-completed": _number(chosen),
        "override-share": Figure(
            share, {"choice": Counter(own), "team": Counter(one.asked.team for one, _ in concluded)}
        ),
        "persons-with-project": _persons(planned, "member", "path_type"),
    }


def _by_team(one: Evaluation) -> dict[str, str]:
    return {"member": one.lead, "team": one.asked.team}


def _number(counted: Iterable[Counted]) -> Figure:
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    total = 0
    for one in counted:
        total += 1
        for by, code in one.items():
            shares[by][code] += 1
    return Figure(total, shares)


def _persons(counted: Iterable[Counted], *divisions: str) -> Figure:
    """Persons once in all, and once in each share."""
    everybody: set[str] = set()
    shares: dict[str, dict[str, set[str]]] = {by: defaultdict(set) for by in divisions}
    for one in counted:
        everybody.add(one["person"])
        for by in divisions:
            shares[by][one[by]].add(one["person"])
    divided = {by: {code: len(people) for code, people in codes.items()} for by, codes in shares.items()}
    return Figure(len(everybody), divided)
