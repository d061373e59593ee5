"""What the acts of a story make members write, and whose timelines show it. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from trama_simulation.acts import (
    Accept,
    AgreeProject,
    AskEvaluation,
    Authorise,
    Close,
    Conclude,
    Contribute,
    Convene,
    Decline,
    Deed,
    Refer,
    RefuseProject,
    Register,
    SetReview,
    SignProject,
    Story,
    TakeBack,
)
from trama_simulation.oracle import paths
from trama_simulation.oracle.sharing import Joined, Sharing

Entry: TypeAlias = tuple[str, str]
"""A line of a timeline: the member that wrote it, and the last part of its type."""
NAMED = {
    Authorise: "authorisation-given",
    Close: "taking-in-charge-closed",
    AskEvaluation: "evaluation-requested",
    Conclude: "evaluation-completed",
    AgreeProject: "project-agreed",
    SignProject: "project-signed",
    RefuseProject: "project-refused",
    SetReview: "review-set",
}
"""Acts that make the member write one thing, for all who follow the person with it."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something written: to all who may know of its circle, or to one that is named."""

    entry: Entry
    circle: str = "care"
    to: str | None = None


@dataclass(slots=True)
class SoFar:
    """What a story has come to: who has a record, who has the person in charge, who is joined."""

    known: set[str] = field(default_factory=set)
    in_charge: set[str] = field(default_factory=set)
    joined: Joined = field(default_factory=Joined)

    def take_in_charge(self, member: str) -> list[str]:
        """What is written when the person comes to a member: who was there before is recognised."""
        told = ["person-registered"] * (member not in self.known)
        told += ["taking-in-charge-opened"] * (member not in self.in_charge)
        self.known.add(member)
        self.in_charge.add(member)
        return told


def timeline(story: Story, member: str, sharing: Sharing) -> Counter[Entry]:
    """What a member's timeline of the person must show, each line as often as it happened."""
    return Counter(told.entry for told in told_in(story) if _sees(member, told, sharing))


def _sees(member: str, told: Told, sharing: Sharing) -> bool:
    writer, kind = told.entry
    if writer == member:
        return True
    if told.to is None:
        return sharing.sees(member, writer, told.circle)
    # Who declined keeps no record of the person: the sender finds the answer by its referral.
    return member == told.to and (writer in sharing.linked[member] or kind == "referral-declined")


def told_in(story: Story) -> Iterator[Told]:
    """What the acts of a story make members write."""
    so_far = SoFar()
    for act in story.deeds():
        yield from _told_by(act, so_far)
    for promoter, kind in paths.told_in(story):
        yield Told((promoter, kind), to="" if kind.startswith("host-") else None)


def _told_by(act: Deed, so_far: SoFar) -> Iterator[Told]:
    if kind := NAMED.get(type(act)):
        yield Told((act.at, kind))
    match act:
        case Register():
            yield from (Told((act.at, one)) for one in so_far.take_in_charge(act.at))
            yield Told((act.at, "case-manager-assigned"))
        case Close():
            so_far.in_charge.discard(act.at)
        case Refer():
            yield Told((act.at, "referral-sent"), to=act.to)
        case TakeBack():
            yield Told((act.at, "referral-withdrawn"), to=act.to)
        case Accept():
            yield from _at_acceptance(act, so_far)
        case Decline():
            yield Told((act.at, "referral-declined"), to=act.sender)
        case Convene():
            yield Told((act.at, "session-convened"))
            for member, _ in act.seats:
                if member not in so_far.joined.with_(act.at):
                    yield Told((act.at, "invitation-sent"), to="")
        case Contribute():
            yield from _in_contributing(act)


def _at_acceptance(act: Accept, so_far: SoFar) -> Iterator[Told]:
    yield from (Told((act.at, one)) for one in so_far.take_in_charge(act.at))
    yield Told((act.at, "referral-accepted"), to=act.sender)
    if so_far.joined.join(act.at, act.sender):
        yield Told((act.at, "records-linked"))
        yield Told((act.sender, "records-linked"))


def _in_contributing(act: Contribute) -> Iterator[Told]:
    yield Told((act.at, "contribution-submitted"))
    if act.diagnosis:
        yield Told((act.at, "health-contribution-submitted"), circle="clinical")
    if act.family:
        yield Told((act.at, "social-contribution-submitted"), circle="social")
