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


class TimelineView(BaseModel):
    """All that is known here of a person's way, and how complete it is."""

    record: str
    complete: bool
    completeness: str
    case_manager: CaseManagerView | None
    entries: list[EntryView]
