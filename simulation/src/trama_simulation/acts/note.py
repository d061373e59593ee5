"""What members write to those that follow the person with them, and interviews with the person. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class WriteNote:
    """A member writes to the others; `nth` tells its notes on a person apart."""

    on: date
    at: str
    text: str
    needs_answer: bool = False
    nth: int = 1


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A member says that it has read what another wrote, and may answer."""

    on: date
    at: str
    writer: str
    answer: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class HoldInterview:
    """A member talks with the person, and says who may know what was said: `own` is nobody else."""

    on: date
    at: str
    kind: str
    summary: str
    circle: Literal["care", "social", "own"] = "care"
    held_on: date | None = None
    """The day on which it was held, if it is written down later."""

    @property
    def day(self) -> date:
        """When they talked."""
        return self.held_on or self.on


NoteAct: TypeAlias = WriteNote | ReadNote | HoldInterview
