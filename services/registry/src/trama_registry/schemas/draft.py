"""Referrals that are still being written."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field
from trama_chassis.bodies import Body, Date
from trama_contracts.event import Member, Uuid

from trama_registry.schemas.fields import Sentences


class SaveDraft(Body):
    """A referral as far as it is written; the whole of it each time."""

    to: Member | None = None
    reason: Sentences | None = None
    need: Sentences | None = None
    answer_by: Date | None = None
    authorisation: Uuid | None = None
    supersedes: Uuid | None = None
    documents: Annotated[tuple[Uuid, ...], Field(max_length=10)] = ()


class ChangeDraft(SaveDraft):
    """The same, of a draft that exists: `version` is the one its writer saw."""

    version: int | None = None


class DraftView(BaseModel):
    """A referral that is still being written, and who wrote at it last."""

    draft: str
    record: str
    name: str
    to: str | None
    reason: str | None
    need: str | None
    answer_by: date | None
    authorisation: str | None
    supersedes: str | None
    documents: list[str]
    saved_on: date
    saved_by: str
    version: int
