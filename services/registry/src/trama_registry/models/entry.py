"""Lines of the timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

_CORRECTING = text("corrects IS NOT NULL")


class EntryCopy(SQLModel, table=True):
    """One event that this registry wrote or can read: a line of timelines."""

    __tablename__ = "entry_copy"
    __table_args__ = (
        Index("ix_entry_copy_member_record", "member", "record", "occurred_at", "type"),
        Index(
            "ix_entry_copy_corrects",
            "corrects",
            sqlite_where=_CORRECTING,
            postgresql_where=_CORRECTING,
        ),
    )
    event_id: str = Field(primary_key=True)
    member: str
    service: str
    record: str
    type: str
    circle: str
    scope: str = Field(index=True)
    occurred_at: datetime
    recorded_at: datetime
    role: str
    actor_member: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    caused_by: list[str] = Field(sa_column=Column(JSON, nullable=False))
    corrects: str | None = None
    stream: str | None = None
    on_behalf_of: str | None = None
