"""The page of a person, as it is answered."""

from datetime import date

from pydantic import BaseModel

from trama_registry.schemas.identity import HeldCertificateView
from trama_registry.schemas.note import NoteView
from trama_registry.schemas.person import PersonView, RecordHereView
from trama_registry.schemas.relation import ReferenteView
from trama_registry.schemas.story import NextStepView
from trama_registry.schemas.timeline import EntryView


class StateView(BaseModel):
    """Where a person stands with our service, as a chip says it."""

    label: str
    kind: str


class SpokenView(BaseModel):
    """The language a person is best spoken to in, as we know it or, where we do not, as another tells."""

    language: str | None
    needs_interpreter: bool
    told_by: str | None


class FollowerView(BaseModel):
    """One service that follows the person, as far as we may know."""

    member: str
    name: str
    relation: str
    since: date
    contact: str | None
    phone: str | None


class AwaitedView(BaseModel):
    """One thing we wait for, from whom and since when."""

    what: str
    from_whom: str
    since: date
    days: int
    late: bool
    href: str | None = None
    ticks: str | None = None


class StepTakenView(BaseModel):
    """One stop of the way, with its day if it was reached."""

    label: str
    on: date | None
    detail: str | None = None
    href: str | None = None


class OthersStepView(BaseModel):
    """The next step that another service has set."""

    by: str
    what: str
    who: str
    due_on: date


class GoalView(BaseModel):
    """One goal of the project, and who sees to it."""

    what: str
    by: str
    until: date | None


class ProjectView(BaseModel):
    """The project in brief, in the person's own words first."""

    own_words: str
    goals: list[GoalView]
    state: str
    agreed_on: date
    review_on: date
    href: str | None


class NeedView(BaseModel):
    """What the person asked for, to whom."""

    need: str
    to: str
    since: date


class DocumentView(BaseModel):
    """One document of the person's, and who can open it."""

    name: str
    number: str | None
    on: date
    open_to: list[str]
    href: str


class PersonOverview(BaseModel):
    """Everything of a person that the first page says, from top to bottom."""

    person: PersonView
    name: str
    also_here: list[RecordHereView]
    """Other records of ours that somebody found to be of this person."""
    age: int | None
    state: StateView
    spoken: SpokenView | None
    case_manager: ReferenteView | None
    following: list[FollowerView]
    next_step: NextStepView | None
    next_steps_of_others: list[OthersStepView]
    notes: list[NoteView]
    """Notes of other services that ours has still to read, or to answer."""
    awaited: list[AwaitedView]
    way: list[StepTakenView]
    project: ProjectView | None
    news: list[EntryView]
    complete: bool
    completeness: str
    documents: list[DocumentView]
    needs: list[NeedView]
    certificates: list[HeldCertificateView]
    seen_by: list[str]
    kept_to_ourselves: int
    """How many entries nobody but our service can read."""
    hidden: int
    """How many entries were hidden from other services, on the person's wish."""
