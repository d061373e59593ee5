"""What registries' operators do: register, let share, refer, answer, close. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Register:
    """A member enters the person, takes them in charge and names its operator as the one to speak to."""

    on: date
    at: str
    need: str


@dataclass(frozen=True, slots=True)
class Authorise:
    """The person lets members share in some circles, at the member where they say so."""

    on: date
    at: str
    among: tuple[str, ...]
    circles: tuple[str, ...] = ("care",)


@dataclass(frozen=True, slots=True)
class Refer:
    """A member refers the person to another."""

    on: date
    at: str
    to: str
    reason: str
    need: str
    answer_by: date


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A member takes back a referral that was not answered."""

    on: date
    at: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accept:
    """The receiver takes the person in charge."""

    on: date
    at: str
    sender: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The receiver cannot take the person in charge, and says why and what may help."""

    on: date
    at: str
    sender: str
    reason: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Close:
    """A member ends its taking in charge."""

    on: date
    at: str
    reason: str


RegistryAct: TypeAlias = Register | Authorise | Refer | TakeBack | Accept | Decline | Close
