"""What operators do in a story: plain values, in the order in which they are done. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from trama_simulation.persons import Person


@dataclass(frozen=True, slots=True)
class Register:
    """A member enters the person, takes them in charge and names its operator as the one to speak to."""

    at: str
    need: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Authorise:
    """The person lets members share, at the member where they say so."""

    at: str
    among: tuple[str, ...]
    notice_on: date


@dataclass(frozen=True, slots=True)
class Refer:
    """A member refers the person to another."""

    at: str
    to: str
    reason: str
    need: str


@dataclass(frozen=True, slots=True)
class Accept:
    """The receiver takes the person in charge."""

    at: str
    sender: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The receiver cannot take the person in charge, and says why and what may help."""

    at: str
    sender: str
    reason: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Propose:
    """A member proposes a work path at a host."""

    at: str
    host: str
    path_type: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date


@dataclass(frozen=True, slots=True)
class ConfirmStart:
    """A member confirms that the person began, and tells the host."""

    at: str
    host: str
    on: date


@dataclass(frozen=True, slots=True)
class End:
    """A member records how the path ended, and tells the host when."""

    at: str
    host: str
    on: date
    reason: str


Act: TypeAlias = Register | Authorise | Refer | Accept | Decline | Propose | ConfirmStart | End


@dataclass(frozen=True, slots=True)
class Story:
    """One person and all that is done with them. At most one path per member."""

    person: Person
    acts: tuple[Act, ...]
