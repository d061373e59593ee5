"""Facts as they are kept, and the periods they are counted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from trama_reporting.errors import PeriodReversed


class FactCopy(SQLModel, table=True):
    """One accountability fact, as its source derived it."""

    __tablename__ = "fact_copy"
    __table_args__ = (Index("ix_fact_copy_kind_day", "kind", "day"),)

    event_id: str = Field(primary_key=True)
    kind: str
    reporting_id: str
    member: str
    service: str
    stream: str
    seq: int
    day: date
    attributes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


Facts = Sequence[FactCopy]


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodReversed

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last
