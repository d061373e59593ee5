"""What comes next for a person, and what was told wrongly of them. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SetStep:
    """A member says what comes next, in place of what it had said before."""

    on: date
    at: str
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class TakeStep:
    """What a member said comes next was done."""

    on: date
    at: str
    outcome: str


OWN = "own-interview"
"""The kind of what a member keeps to itself, and corrects where nobody else sees it."""


@dataclass(frozen=True, slots=True)
class Correct:
    """A member strikes the last entry of a kind that it wrote, and says how it really was."""

    on: date
    at: str
    kind: str
    reason: str


StoryAct: TypeAlias = SetStep | TakeStep | Correct
