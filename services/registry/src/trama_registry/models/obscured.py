"""What is hidden from other services on the wish of the person: taken back from all, kept here alone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from trama_registry.models.entry import EntryCopy

HIDDEN_ALONE = frozenset({"note", "interview", "document"})
"""Kinds of scope that hold one entry: what stands in another cannot be hidden without the rest."""


class ObscuredEntry(SQLModel, table=True):
    """An event of ours that nobody else reads any more; never published while it stands here."""

    __tablename__ = "obscured_entry"
    event_id: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    entry: str = Field(index=True)
    """The entry that was hidden: itself, or the one that it belongs to (a correction, a number)."""
    type: str
    circle: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    occurred_at: datetime
    recorded_at: datetime
    corrects: bool
    reason: str
    hidden_on: date
    hidden_by: str

    @classmethod
    def of(cls, copy: EntryCopy, entry: str, *, reason: str, on: date, by: str) -> "ObscuredEntry":
        """The same that was told, kept here."""
        return cls(
            **copy.model_dump(
                include={"event_id", "record", "type", "circle", "payload", "occurred_at", "recorded_at"}
            ),
            entry=entry,
            corrects=copy.corrects is not None,
            reason=reason,
            hidden_on=on,
            hidden_by=by,
        )
