"""What was written and is to be gone: erased everywhere, or hidden from all others for a time. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from trama_simulation.acts.document import FileDocument
from trama_simulation.acts.note import HoldInterview, WriteNote

Erasable: TypeAlias = WriteNote | HoldInterview | FileDocument
"""What stands by itself, so that it can go by itself."""


@dataclass(frozen=True, slots=True)
class Erase:
    """The supervisor of a member orders that something it wrote is erased, wherever it went."""

    on: date
    at: str
    of: Erasable
    ground: Literal["wrong-person", "request", "retention"]
    reason: str


@dataclass(frozen=True, slots=True)
class Hide:
    """The person wants something that a member wrote to be read by that member alone."""

    on: date
    at: str
    of: Erasable
    reason: str


@dataclass(frozen=True, slots=True)
class ShowAgain:
    """What was hidden is told anew, to whoever may know of it now."""

    on: date
    at: str
    of: Erasable


@dataclass(frozen=True, slots=True)
class EraseRecord:
    """The supervisor of a member orders that its whole record of the person is erased, and asks the others
    that follow them to decide on theirs."""

    on: date
    at: str
    ground: Literal["wrong-person", "request"]
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerErasure:
    """The supervisor of a member that was asked decides: erased there too, or kept by a law, named by its act
    and article."""

    on: date
    at: str
    asker: str
    law: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AcceptProposal:
    """The supervisor has what a member noted for itself, and keeps too long, erased as the clock proposed."""

    on: date
    at: str


@dataclass(frozen=True, slots=True)
class PutOffProposal:
    """The supervisor keeps it until another day, and says why."""

    on: date
    at: str
    until: date
    reason: str


ErasureAct: TypeAlias = (
    Erase | Hide | ShowAgain | EraseRecord | AnswerErasure | AcceptProposal | PutOffProposal
)
