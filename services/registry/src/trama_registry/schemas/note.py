"""Notes to the network and interviews: what is asked and answered."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.registry import InterviewKind

from trama_registry.schemas.fields import PageOfText


class WriteNote(Body):
    """Write to the services that follow a person."""

    text: PageOfText
    needs_answer: bool = False


class ReadNote(Body):
    """Say to have read a note of another service, with an answer if there is one."""

    answer: PageOfText | None = None


class NoteReadingView(BaseModel):
    """Who of a service said to have read a note, and when."""

    member: str
    member_name: str
    who: str
    read_on: date
    answer: str | None


class NoteView(BaseModel):
    """A note to the services that follow a person, and who has read it as far as we are told."""

    note: str
    member: str
    member_name: str
    ours: bool
    who: str
    written_at: datetime
    text: str
    needs_answer: bool
    readings: list[NoteReadingView]
    """Of a note of ours, by whom it was read; of another's, what we said ourselves."""
    not_read_by: dict[str, str]
    """Of a note of ours, the services it was written to that have not said so yet, with their names."""
    to_read: bool
    """Whether our service has still to say that it has read it."""
    to_answer: bool
    """Whether our service has read it and may still answer what it asks."""
    corrected: bool


class NoteWrittenView(BaseModel):
    """A note that was written, and the names of the services it goes to."""

    note: str
    goes_to: list[str]


class RecordInterview(Body):
    """Record an interview, held today if no day is given, and who else may read of it.

    `own`: our service alone; it is never published.
    """

    kind: InterviewKind
    present: Line
    summary: PageOfText
    held_on: Date | None = None
    circle: Literal["care", "social", "own"] = "care"


class InterviewCorrectionView(BaseModel):
    """What was wrong in an interview that we keep to ourselves, and how it really was."""

    on: date
    by: str
    reason: str
    instead: str | None


class InterviewView(BaseModel):
    """An interview held with a person, by us or as another service tells."""

    interview: str
    held_on: date
    kind: InterviewKind
    kind_label: str
    present: str
    summary: str
    who: str
    member: str
    member_name: str
    circle: Literal["care", "social", "own"]
    circle_label: str
    corrected: bool
    entry: str | None = None
    """Its entry in the story, where it was told; there it is corrected, and there the correction stands."""
    correction: InterviewCorrectionView | None = None
    """The correction of one that we keep to ourselves."""
