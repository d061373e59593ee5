"""What is done inside a member about who may look, and for whom: conflicts of interest, looks in urgency,
colleagues who are away. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class DeclareConflict:
    """An operator of a member knows the person privately: from now on they find nothing of them there."""

    on: date
    at: str
    login: str


@dataclass(frozen=True, slots=True)
class LiftConflict:
    """The supervisor of a member finds that an operator's conflict of interest is over."""

    on: date
    at: str
    login: str


@dataclass(frozen=True, slots=True)
class LookInUrgency:
    """Somebody has to see for an hour what the rules hide; `referente` is the other member that is told."""

    on: date
    at: str
    reason: str
    referente: str = ""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who is at the desk does what comes in the place of a colleague, the referente, who is away."""

    on: date
    at: str
    login: str


@dataclass(frozen=True, slots=True)
class StandDown:
    """Who is at the desk works in their own name again."""

    on: date
    at: str


InsideAct: TypeAlias = DeclareConflict | LiftConflict | LookInUrgency | StandIn | StandDown
