"""Erasure: ordered, followed, answered."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.registry import ErasureGround, ErasureOutcome

from trama_registry.schemas.fields import Sentences


class OrderErasure(Body):
    """On what ground, by which act of ours, and why. The reason stays in the register: it names nobody."""

    ground: ErasureGround
    act: Line
    reason: Sentences


class AnswerErasure(Body):
    """What we decided on another controller's request: erased too, or kept by a law."""

    outcome: ErasureOutcome
    act: Line | None = None
    article: Line | None = None
    kept_until: Date | None = None
    reason: Sentences | None = None


class RecipientView(BaseModel):
    """One service that had what is erased, or one controller that was asked, and what it answered."""

    member: str
    name: str
    service: str
    state: Literal["waiting", "done", "kept"]
    counts: dict[str, int] = {}
    basis: str | None = None
    kept_until: date | None = None
    asked_on: date | None = None
    answered_on: date | None = None
    times_asked: int = 0
    decides: bool = False
    """Whether it is a controller of its own that was asked, and not a reader who was told."""


class ErasureView(BaseModel):
    """An order, and how far it is carried out."""

    order: str
    record: str
    what: Literal["entry", "record"]
    subject: str
    ground: str
    act: str
    reason: str
    ordered_on: date
    closed: bool
    scrubbed: bool
    streams: int
    counts: dict[str, int]
    recipients: list[RecipientView]

    @property
    def waiting(self) -> list[RecipientView]:
        """Who has not answered."""
        return [one for one in self.recipients if one.state == "waiting"]


class ErasureAskedView(BaseModel):
    """What another controller asks of us."""

    order: str
    asker: str
    asker_name: str
    record: str
    ground: str
    act: str
    reason: str | None
    requested_on: date
    outcome: ErasureOutcome | None
    answered_on: date | None
