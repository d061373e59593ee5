"""What the registry keeps of a person's question who has looked: whom it asked, and what was answered."""

from datetime import date, datetime, timedelta
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


LASTS: Final = timedelta(minutes=60)
"""So long an urgent access opens what the rules hide; then a new reason is asked."""


class UrgentAccess(SQLModel, table=True):
    """An operator looked in urgency at what the rules hide of a person, and said why."""

    __tablename__ = "urgent_access"
    urgent_access: str = Field(primary_key=True)
    record: str = Field(index=True)
    operator: str
    reason: str
    taken_on: date
    until: datetime
    """Machine time: nobody prolongs it by moving a clock."""


class UrgentAccessCopy(SQLModel, table=True):
    """An urgent access at another member, told to us since we hold the referente del percorso."""

    __tablename__ = "urgent_access_copy"
    member: str = Field(primary_key=True)
    urgent_access: str = Field(primary_key=True)
    record: str = Field(index=True)
    """Their record of the person."""
    reason: str
    taken_on: date
