"""Lines of timelines: what was written, in which circle, and for whom if it is for some alone. Pure."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import TypeAlias

Entry: TypeAlias = tuple[str, str]
"""A line of a timeline: the member that wrote it, and the last part of its type."""
OF_CIRCLES = {"health": "clinical", "social": "social"}
CORRECTED = {
    "care": "entry-corrected",
    "clinical": "health-entry-corrected",
    "social": "social-entry-corrected",
}
"""A line is corrected in its own circle."""
STRUCK = "struck"
"""Beside its line, a line that was corrected stands once more, as struck: `struck next-step-set`."""
IN_PLACE = "in-place"
"""So does a line that somebody wrote in the place of a colleague: `in-place next-step-set`."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something written: to all who may know of its circle, or to those that are named."""

    entry: Entry
    circle: str = "care"
    to: Set[str] | None = None
    of: str = ""
    """On no record of the writer's, but found by a referral: who sent that."""
    parting: bool = False
    """The last thing that those hear who may read the writer no longer after it."""


def struck(member: str, kind: str, circle: str = "care") -> Told:
    """That a line of this kind was corrected: for whom the line is."""
    return Told((member, f"{STRUCK} {kind}"), circle=circle)


def in_place(told: Told) -> Told:
    """That a line was written in the place of a colleague: for whom the line is."""
    member, kind = told.entry
    return replace(told, entry=(member, f"{IN_PLACE} {kind}"))


def circle_of(kind: str) -> str:
    """For whom lines of this kind are: what is of health or of social services alone says so."""
    return OF_CIRCLES.get(kind.partition("-")[0], "care")
