"""What is done at the two doors: somebody asks, and is told what came of it. `nth` tells a member's accesses
of a person apart. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Named: TypeAlias = Literal["in-full", "given-name", "not"]
"""How much of who they are somebody says at the door."""


@dataclass(frozen=True, slots=True)
class ComeIn:
    """Somebody asks at a door: at the desk, or, followed already, for the planning unit.

    What the listening centre hears is `reserved`: a specialist writes it, and nobody else sees it.
    """

    on: date
    at: str
    channel: str
    need: str
    risk_factors: tuple[str, ...] = ()
    door: str = "desk"
    named: Named = "in-full"
    reserved: bool = False
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """The member says what an access led to; by then it knows who asked, if it takes them in charge."""

    on: date
    at: str
    outcome: str
    nth: int = 1


AccessAct: TypeAlias = ComeIn | Route
