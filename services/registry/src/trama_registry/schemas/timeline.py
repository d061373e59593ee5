"""A person's story, as it is answered."""

from datetime import datetime

from pydantic import BaseModel

from trama_registry.schemas.taking_in_charge import CaseManagerView


class EntryView(BaseModel):
    """One thing that happened, by whom it was written and in plain words."""

    event_id: str
    member: str
    service: str
    source: str
    type: str
    happened: str
    occurred_at: datetime
    recorded_at: datetime
    role: str
    caused_by: list[str]
    corrects: str | None
    kind: str
    """What it is about: `person`, `relation`, `referral`, `evaluation`.."""
    on_behalf_of: str | None
    following: list[str]
    """What it followed from, in words (a seguito di)."""
    corrected_by: str | None
    """The entry that corrects this one; what was told here is not so."""


class ShownBy(BaseModel):
    """By whom and about what a story has entries: the choices of its filters."""

    members: dict[str, str]
    kinds: dict[str, str]


class TimelineView(BaseModel):
    """All that is known here of a person's way, and how complete it is."""

    record: str
    complete: bool
    completeness: str
    case_manager: CaseManagerView | None
    entries: list[EntryView]
    older: str | None = None
    """The entry before which an older page begins; none if there is nothing older."""
    shown_by: ShownBy
