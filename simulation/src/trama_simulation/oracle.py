"""What each member must know once the stories have been lived, told from the stories alone. Pure.

It follows the rules of sharing in its own few lines, so that it does not err with the services it judges.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from trama_simulation.acts import (
    Accept,
    Act,
    Authorise,
    ConfirmStart,
    Decline,
    End,
    Propose,
    Refer,
    Register,
    Story,
)

Entry: TypeAlias = tuple[str, str]
"""A line of a timeline: the member that wrote it, and the last part of its type."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something written: to those with whom the person's way is shared, or to named ones only."""

    entry: Entry
    to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Hosted:
    """A person at work somewhere, as the host must know them: not which path it is, nor who sent them."""

    promoter: str
    person: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the reporting service, and some of the shares it is divided into."""

    value: int
    shares: Mapping[str, Mapping[str, int]]
    """By what it is divided, then by code."""


def timeline(story: Story, member: str) -> Counter[Entry]:
    """What a member's timeline of the person must show, each line as often as it happened."""
    linked = _linked_to(story, member)
    shared = _shared_with(story, member)
    return Counter(told.entry for told in told_in(story) if _sees(member, told, linked, shared))


def followers(story: Story) -> set[str]:
    """The members that have a record of the person."""
    return {act.at for act in story.acts if isinstance(act, Register | Accept)}


def told_in(story: Story) -> Iterator[Told]:
    """What the acts of a story make members write."""
    known: set[str] = set()
    for act in story.acts:
        yield from _told_by(act, known)
        if isinstance(act, Register | Accept):
            known.add(act.at)


def _told_by(act: Act, known: set[str]) -> Iterator[Told]:
    """`known` are the members that have a record of the person already."""
    match act:
        case Register():
            yield Told((act.at, "person-registered"))
            yield Told((act.at, "taking-in-charge-opened"))
            yield Told((act.at, "case-manager-assigned"))
        case Authorise():
            yield Told((act.at, "authorisation-given"))
        case Refer():
            yield Told((act.at, "referral-sent"), frozenset({act.to}))
        case Accept():
            yield from _told_at_acceptance(act, known)
        case Decline():
            yield Told((act.at, "referral-declined"), frozenset({act.sender}))
        case Propose():
            yield Told((act.at, "placement-proposed"))
        case ConfirmStart():
            yield Told((act.at, "placement-started"))
            yield from _told_to_host(act, "host-placement-opened")
        case End():
            yield Told((act.at, "placement-ended"))
            yield from _told_to_host(act, "host-placement-closed")


def _told_at_acceptance(act: Accept, known: set[str]) -> Iterator[Told]:
    """Who follows the person already recognises them by the tax code, and makes no second record."""
    if act.at not in known:
        yield Told((act.at, "person-registered"))
        yield Told((act.at, "taking-in-charge-opened"))
    yield Told((act.at, "referral-accepted"), frozenset({act.sender}))
    yield Told((act.at, "records-linked"))
    yield Told((act.sender, "records-linked"))


def _told_to_host(act: ConfirmStart | End, kind: str) -> Iterator[Told]:
    """A path at the promoter itself has no host to tell."""
    if act.host != act.at:
        yield Told((act.at, kind), frozenset({act.host}))


def hosted(stories: Iterable[Story], host: str) -> Counter[Hosted]:
    """Who works, or worked, at a host that is not the promoter itself."""
    found = Counter[Hosted]()
    for story in stories:
        ends = {act.at: act.on for act in story.acts if isinstance(act, End)}
        begun = {act.at for act in story.acts if isinstance(act, ConfirmStart)}
        for act in story.acts:
            if isinstance(act, Propose) and act.at in begun and act.host == host != act.at:
                found[_hosted(story, act, ends.get(act.at))] += 1
    return found


def _hosted(story: Story, plan: Propose, ended_on: date | None) -> Hosted:
    return Hosted(
        promoter=plan.at,
        person=story.person.name,
        task=plan.task,
        weekly_hours=plan.weekly_hours,
        planned_from=plan.planned_from,
        planned_to=plan.planned_to,
        ended_on=ended_on,
    )


def figures(stories: Iterable[Story]) -> dict[str, Figure]:
    """What the reporting service must count, by its indicators' codes; a person is a tax code."""
    acts = [(story.person.tax_code, act) for story in stories for act in story.acts]
    proposed = [(person, act) for person, act in acts if isinstance(act, Propose)]
    started = [(person, act) for person, act in acts if isinstance(act, ConfirmStart)]
    ended = [act for _, act in acts if isinstance(act, End)]
    taken = [(person, act) for person, act in acts if isinstance(act, Register | Accept)]
    return {
        "placements-started": _number(act.at for _, act in started),
        "placements-running": _number(
            (Counter(a.at for _, a in started) - Counter(a.at for a in ended)).elements()
        ),
        "placements-ended": _number((act.at for act in ended), ending=Counter(act.reason for act in ended)),
        "persons-placed": _persons(started),
        "persons-proposed": _persons(proposed),
        "persons-taken-in-charge": _persons(taken),
        "referrals-sent": _number(act.at for _, act in acts if isinstance(act, Refer)),
        "referrals-accepted": _number(act.at for _, act in acts if isinstance(act, Accept)),
        "referrals-declined": _number(act.at for _, act in acts if isinstance(act, Decline)),
    }


def _number(members: Iterable[str], **shares: Mapping[str, int]) -> Figure:
    by_member = Counter(members)
    return Figure(by_member.total(), {"member": by_member, **shares})


def _persons(acts: Iterable[tuple[str, Act]]) -> Figure:
    by_member: dict[str, set[str]] = defaultdict(set)
    for person, act in acts:
        by_member[act.at].add(person)
    distinct = set().union(*by_member.values())
    return Figure(len(distinct), {"member": {member: len(people) for member, people in by_member.items()}})


def _sees(member: str, told: Told, linked: set[str], shared: set[str]) -> bool:
    writer, kind = told.entry
    if writer == member:
        return True
    if told.to is not None:
        # Who declined keeps no record of the person: the sender finds the answer by its referral.
        return member in told.to and (writer in linked or kind == "referral-declined")
    return writer in linked and writer in shared


def _linked_to(story: Story, member: str) -> set[str]:
    """Members whose records of the person are joined with this one's, through any chain of acceptances."""
    edges = [{act.at, act.sender} for act in story.acts if isinstance(act, Accept)]
    found = {member}
    while reached := set().union(*(edge for edge in edges if edge & found)) - found:
        found |= reached
    return found - {member}


def _shared_with(story: Story, member: str) -> set[str]:
    """Members of which this one may know by some authorisation that names both."""
    named = [{act.at, *act.among} for act in story.acts if isinstance(act, Authorise)]
    return set().union(*(one for one in named if member in one)) - {member}
