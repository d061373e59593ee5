"""What the registry keeps of a person's question who has looked: whom it asked, and what was answered."""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

KEPT: Final = timedelta(days=730)
"""The report goes back this far: entries are kept at least 24 months (Garante, 4 June 2015)."""


class AccessesAskedOf(SQLModel, table=True):
    """One member that was asked who has looked at a person's data there."""

    __tablename__ = "accesses_asked_of"
    inquiry: str = Field(primary_key=True)
    record: str = Field(index=True)
    member: str
    since: date
    asked_on: date
    asked_by: str


class AccessesToldCopy(SQLModel, table=True):
    """One part of what a member answered: days, services, roles; nobody's name."""

    __tablename__ = "accesses_told_copy"
    member: str = Field(primary_key=True)
    inquiry: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    record: str = Field(index=True)
    """Our own record, on which we asked."""
    parts: int
    told_on: date
    services: list[str] = Field(sa_column=Column(JSON, nullable=False))
    accesses: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
