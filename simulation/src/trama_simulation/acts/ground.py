"""What sharing rests on, and what takes it away: notices, taking part, authorisations taken back or opposed,
restrictions. `nth` counts the authorisations given at a member. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Ground: TypeAlias = Literal["accuracy", "unlawful", "claims"]


@dataclass(frozen=True, slots=True)
class GiveNotice:
    """A member hands over the privacy notice: it lets nobody share anything."""

    on: date
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class AgreeToTakePart:
    """The person says to take part in a path: that lets nobody share anything either."""

    on: date
    at: str
    path: str


@dataclass(frozen=True, slots=True)
class TakePartNoLonger:
    """The person takes part no longer: what may be shared stays as it is."""

    on: date
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The person takes a consent back, at any member that follows them; `given_at` is where they gave it."""

    on: date
    at: str
    given_at: str
    nth: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Oppose:
    """The person opposes what a law lets members share: it rests until it is decided."""

    on: date
    at: str
    reasons: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class DecideOpposition:
    """Who answers for the member decides: upheld, it is over; else it goes on."""

    on: date
    at: str
    upheld: bool
    reasons: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Restrict:
    """What a member holds of the person is kept and shared no further."""

    on: date
    at: str
    ground: Ground
    reason: str


@dataclass(frozen=True, slots=True)
class LiftRestriction:
    """It may be shared again, with what was written meanwhile."""

    on: date
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class LastDayPasses:
    """Nobody does it: the last day of an authorisation is over."""

    on: date
    at: str
    nth: int = 1


GroundAct: TypeAlias = (
    GiveNotice
    | AgreeToTakePart
    | TakePartNoLonger
    | Withdraw
    | Oppose
    | DecideOpposition
    | Restrict
    | LiftRestriction
    | LastDayPasses
)
