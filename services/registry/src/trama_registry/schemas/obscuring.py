"""What is hidden from other services: what is asked and answered."""

from datetime import date, datetime

from pydantic import BaseModel
from trama_chassis.bodies import Body

from trama_registry.schemas.fields import Sentences


class HideEntry(Body):
    """Hide an entry of ours from all other services: when and how the person asked for it."""

    reason: Sentences


class ObscuredView(BaseModel):
    """An entry that nobody but our service reads."""

    entry: str
    record: str
    happened: str
    also: list[str]
    """What belongs to it and is hidden with it: corrections, a number."""
    occurred_at: datetime
    circle: str
    document: str | None
    reason: str
    hidden_on: date
    hidden_by: str
