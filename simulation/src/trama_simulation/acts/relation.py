"""What becomes of the relation between a member and a person: it rests, goes on, ends, is reopened. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Suspend:
    """A member lets its taking in charge rest."""

    on: date
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """A member goes on with what rested."""

    on: date
    at: str


@dataclass(frozen=True, slots=True)
class Close:
    """A member ends its taking in charge."""

    on: date
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """A member goes on with what it had closed."""

    on: date
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoveCompetence:
    """Another member has to answer for the person from now on; this one follows until it does."""

    on: date
    at: str
    to: str
    ground: str


@dataclass(frozen=True, slots=True)
class DisputeCompetence:
    """It is not agreed with another member who has to answer for the person."""

    on: date
    at: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class SettleCompetence:
    """It is clear who has to answer for the person."""

    on: date
    at: str
    competent: str


@dataclass(frozen=True, slots=True)
class SignPact:
    """The person signs the service pact at an employment service."""

    on: date
    at: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class NameReferente:
    """The operator there becomes the one to speak to; `login` is another than who is at the desk."""

    on: date
    at: str
    login: str = ""


RelationAct: TypeAlias = (
    Suspend
    | Resume
    | Close
    | Reopen
    | MoveCompetence
    | DisputeCompetence
    | SettleCompetence
    | SignPact
    | NameReferente
)
