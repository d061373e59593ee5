"""What registries' operators do about who a person is: register, put numbers right, let share. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Code: TypeAlias = Literal["tax-code", "provisional-tax-code", "none"]
"""By which of the numbers of a person they are known when they come."""


@dataclass(frozen=True, slots=True)
class Register:
    """A member enters the person, takes them in charge and names its operator as the one to speak to."""

    on: date
    at: str
    need: str
    known_by: Code = "tax-code"
    protocol: str = ""
    """The district whose protocol makes the taking in charge an integrated one."""
    language: str = ""
    """The one that they are best spoken to in, with an interpreter, where that is not Italian."""


@dataclass(frozen=True, slots=True)
class RegisterAgain:
    """A member takes somebody in charge whom it follows already, and does not know it: two records of one."""

    on: date
    at: str
    need: str


@dataclass(frozen=True, slots=True)
class JoinRecords:
    """Somebody finds that a member's record of the person and another of its own are of one person."""

    on: date
    at: str
    other: str


@dataclass(frozen=True, slots=True)
class PartRecords:
    """They are of two people after all."""

    on: date
    at: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssignTaxCode:
    """The person's tax code is issued or found out: it takes the place of what they were known by."""

    on: date
    at: str


@dataclass(frozen=True, slots=True)
class RecordCertificate:
    """A certificate was seen."""

    on: date
    at: str
    kind: str
    issuer: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class EndCertificate:
    """A certificate of some kind, which this member had seen, holds no longer."""

    on: date
    at: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetGroups:
    """The target groups of one circle: the whole set."""

    on: date
    at: str
    circle: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authorise:
    """Members may share in some circles: the person lets them, at the member where they say so; or a law,
    named by its act and article, does."""

    on: date
    at: str
    among: tuple[str, ...]
    circles: tuple[str, ...] = ("care",)
    law: tuple[str, str] | None = None
    after_closing: bool = False
    """Whether they go on reading when they follow the person no longer."""
    until: date | None = None
    """The last day, if it has one."""


RegistryAct: TypeAlias = (
    Register
    | RegisterAgain
    | JoinRecords
    | PartRecords
    | AssignTaxCode
    | RecordCertificate
    | EndCertificate
    | SetGroups
    | Authorise
)
