"""A referral that is still being written: nobody else knows of it, and any part may be missing."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class ReferralDraft(SQLModel, table=True):
    """What one of ours has prepared, for any of ours to go on with, until it is sent or thrown away."""

    __tablename__ = "referral_draft"

    draft: str = Field(default_factory=lambda: str(uuid4()), primary_key=True)
    record: str = Field(index=True, foreign_key="person.record")
    to: str | None = None
    reason: str | None = None
    need: str | None = None
    answer_by: date | None = None
    authorisation: str | None = None
    supersedes: str | None = None
    documents: list[str] = Field(default_factory=list, sa_type=JSON)
    saved_on: date = date.min
    saved_by: str = ""
    version: int = 0

    def save(self, said: Mapping[str, Any], *, by: str, today: date) -> None:
        """Take over all that is said; what is left out is not said any more."""
        for name, value in said.items():
            setattr(self, name, list(value) if isinstance(value, tuple) else value)
        self.saved_on, self.saved_by = today, by
        self.version += 1
