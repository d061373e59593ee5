"""Orders to erase and what came of them: ids, days and counts, never anything of a person."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

WAITING: Final = "waiting"
DONE: Final = "done"
"""The recipient says that nothing is left (eseguita), with counts."""
KEPT: Final = "kept"
"""The recipient says by which law it keeps what it has (conservato per legge)."""
Streams = dict[str, list[str]]
"""Streams by topic, as messages name them."""


class ErasureOrder(SQLModel, table=True):
    """An order to erase streams of ours; open until everybody who had them has answered."""

    __tablename__ = "erasure_order"
    order: str = Field(primary_key=True)
    record: str = Field(index=True)
    whole: bool
    ground: str
    act: str
    reason: str
    subject: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """What was erased, by kind and day: for the register, which outlives it."""
    streams: Streams = Field(sa_column=Column(JSON, nullable=False))
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    """What was destroyed here."""
    ordered_on: date
    ordered_by: str
    ordered_at: datetime
    cause_source: str | None = None
    """Who ordered what made this order necessary, if it was not one of our operators."""
    cause: str | None = None
    closed_at: datetime | None = Field(default=None, index=True)
    scrubbed_at: datetime | None = None


class ErasureRecipient(SQLModel, table=True):
    """One service that was given keys of what is to be erased, and what it answered."""

    __tablename__ = "erasure_recipient"
    order: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    streams: Streams = Field(sa_column=Column(JSON, nullable=False))
    """Those it has not answered for yet."""
    state: str = Field(default=WAITING, index=True)
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    basis: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    asked_on: date | None = None
    asked_at: datetime | None = None
    times_asked: int = 0
    answered_on: date | None = None
    answered_at: datetime | None = None


class ErasureReceived(SQLModel, table=True):
    """An order of another service that was carried out here: asked again, it is answered alike."""

    __tablename__ = "erasure_received"
    source: str = Field(primary_key=True)
    order: str = Field(primary_key=True)
    streams: Streams = Field(sa_column=Column(JSON, nullable=False))
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    received_at: datetime
    scrubbed_at: datetime | None = None
    answered_at: datetime | None = Field(default=None, index=True)


ERASURE_TABLES: tuple[type[SQLModel], ...] = (ErasureOrder, ErasureRecipient, ErasureReceived)
