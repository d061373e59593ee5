"""What a member noted for itself and keeps too long: proposed to be erased, and what became of it. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from trama_simulation.acts import AcceptProposal, Act, HoldInterview, PutOffProposal, Story
from trama_simulation.members import TODAY

YEARS = 3
"""So long what a member notes for itself is kept, from the day on which they talked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that was proposed to be erased."""

    at: str
    count: int
    due_since: date
    state: str = "open"
    reason: str | None = None
    until: date | None = None


def is_due(act: Act, at: str, on: date) -> bool:
    """Whether a member keeps longer than it may what was noted in an act."""
    return isinstance(act, HoldInterview) and (act.at, act.circle) == (at, "own") and _over_on(act) <= on


def proposals(story: Story) -> list[Proposal]:
    """All that the clock proposed until today, decided on or open."""
    found: list[Proposal] = []
    noted: list[HoldInterview] = []
    put_off: dict[str, date] = {}
    for act in story.deeds():
        match act:
            case HoldInterview(circle="own"):
                noted.append(act)
            case AcceptProposal():
                found += [replace(one, state="ordered") for one in _of(act.at, noted, act.on)]
                noted = [one for one in noted if not is_due(one, act.at, act.on)]
            case PutOffProposal():
                found += [
                    replace(one, state="put-off", reason=act.reason, until=act.until)
                    for one in _of(act.at, noted, act.on)
                ]
                put_off[act.at] = act.until
    for member in sorted({one.at for one in noted}):
        if put_off.get(member, TODAY) <= TODAY:
            found += _of(member, noted, TODAY)
    return found


def _of(at: str, noted: Iterable[HoldInterview], on: date) -> list[Proposal]:
    """What is proposed on a day, if anything is."""
    due = [_over_on(one) for one in noted if is_due(one, at, on)]
    return [Proposal(at, len(due), min(due))] if due else []


def _over_on(act: HoldInterview) -> date:
    day = act.day
    last = min(day.day, monthrange(day.year + YEARS, day.month)[1])
    return date(day.year + YEARS, day.month, last)
