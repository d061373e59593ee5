"""What is done inside a member about who may look: conflicts of interest, looks in urgency. Pure."""

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


InsideAct: TypeAlias = DeclareConflict | LiftConflict | LookInUrgency
