"""Interviews that our service keeps to itself. What others may know of is told, and stands in the story."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel
from trama_contracts.registry import InterviewRecorded

from trama_registry.errors import DayInFuture, EntryCorrectedAlready


class OwnInterview(SQLModel, table=True):
    """An interview that nobody but our service reads: it is never published."""

    __tablename__ = "own_interview"
    interview: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    held_on: date
    kind: str
    present: str
    summary: str
    who: str
    recorded_at: datetime
    struck_because: str | None = None
    instead: str | None = None
    struck_on: date | None = None
    struck_by: str | None = None

    @classmethod
    def keep(cls, record: str, told: InterviewRecorded, *, at: datetime) -> "OwnInterview":
        """The same that would be told, kept here."""
        return cls(record=record, recorded_at=at, **told.model_dump())

    def strike(self, reason: str, instead: str | None, *, on: date, by: str) -> None:
        """Keep that it was wrong, and how it really was. Raises EntryCorrectedAlready."""
        if self.struck_on is not None:
            raise EntryCorrectedAlready
        self.struck_because, self.instead, self.struck_on, self.struck_by = reason, instead, on, by


def must_be_held(held_on: date, today: date) -> None:
    """What has not been held yet is a next step. Raises DayInFuture."""
    if held_on > today:
        raise DayInFuture(field="held_on")
