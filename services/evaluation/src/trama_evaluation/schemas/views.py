"""What the evaluation service answers over HTTP."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from trama_evaluation.models import ProjectState, State


class ContributorView(BaseModel):
    """A member that was asked to contribute, and how its contribution stands."""

    member: str
    name: str
    state: str
    state_label: str


class SeatView(BaseModel):
    """A member at a session."""

    member: str
    name: str
    role: str


class SessionView(BaseModel):
    """The session of the team."""

    session: str
    held_on: date
    place: str
    seats: list[SeatView]


class LevelView(BaseModel):
    """One area of the profile."""

    area: str
    label: str
    rated: int
    items: int
    level: int | None


class ProposalView(BaseModel):
    """A path the rules propose, and why."""

    path_type: str
    path_type_label: str
    rule: str
    reason: str


class SupportView(BaseModel):
    """A support that somebody saw a need of."""

    code: str
    label: str


class EvaluationView(BaseModel):
    """An evaluation as the team of the leading member sees it; before its end, as things stand today."""

    evaluation: str
    record: str
    person: str
    team: str
    team_label: str
    question: str
    requested_on: date
    contributions_by: date
    state: State
    state_label: str
    contributors: list[ContributorView]
    session: SessionView | None
    profile: list[LevelView]
    supports: list[SupportView]
    proposals: list[ProposalView]
    completed_on: date | None
    path_type: str | None
    path_type_label: str | None
    override_reason: str | None
    missing: list[str]
    project: str | None
    review_due: bool


class EvaluationList(BaseModel):
    """A page of evaluations, newest request first, and how many there are in all."""

    total: int
    evaluations: list[EvaluationView]


class OutcomeView(BaseModel):
    """How an evaluation we contributed to ended, and the project that rests on it."""

    completed_on: date
    path_type: str
    path_type_label: str
    own_words: str | None
    review_on: date | None


class AskedView(BaseModel):
    """An evaluation to which this member is asked to contribute."""

    member: str
    member_name: str
    evaluation: str
    record: str
    own_record: str | None
    person: str
    team: str
    team_label: str
    question: str
    contributions_by: date
    state: Literal["awaited", "submitted"]
    outcome: OutcomeView | None


class ContributionView(BaseModel):
    """What was just signed."""

    contribution: str
    member: str
    evaluation: str
    own_record: str
    discipline: str
    submitted_on: date
    health: bool
    social: bool


class SignatoryView(BaseModel):
    """Who signed a project."""

    role: str
    role_label: str
    member: str | None
    name: str | None


class GoalView(BaseModel):
    """What is to be done for a project."""

    what: str
    by: str
    by_name: str
    until: date | None


class ReviewView(BaseModel):
    """One time that a project was looked at together."""

    held_on: date
    members: list[str]
    person_words: str
    host_words: str | None
    outcome: str
    outcome_label: str


class ProjectView(BaseModel):
    """A project led by this member. `review_members` look at it together, by name, if the review is joint."""

    project: str
    evaluation: str
    record: str
    person: str
    own_words: str
    goals: list[GoalView]
    path_type: str | None
    path_type_label: str | None
    agreed_on: date
    review_on: date
    state: ProjectState
    state_label: str
    signatories: list[SignatoryView]
    signed_on: date | None
    refused_on: date | None
    refusal_reason: str | None
    review_due: bool
    review_members: list[str]
    review_overdue_on: date | None
    reviews: list[ReviewView]


class ProjectList(BaseModel):
    """A page of projects, the next review first, and how many there are in all."""

    total: int
    projects: list[ProjectView]


class InvitationView(BaseModel):
    """A session at which this member is to sit."""

    invitation: str
    session: str
    lead: str
    lead_name: str
    team: str
    team_label: str
    role: str
    held_on: date
    place: str
    person: str


class SeatRuleView(BaseModel):
    """A seat that must be taken."""

    sector: str
    label: str
    at_least: int


class TeamView(BaseModel):
    """A kind of team with the rule in force on a day."""

    team: str
    label: str
    seats: list[SeatRuleView]
    min_members: int
    valid_from: date
    valid_to: date | None
    source: str


class UnitView(BaseModel):
    """The integrated planning unit of a district, and whose seats nobody there could take."""

    member: str
    name: str
    missing: list[str]


class ItemView(BaseModel):
    """One question of the instrument, and the ICF code it refers to."""

    item: str
    question: str
    reference: str


class AreaView(BaseModel):
    """A group of questions, and who may answer it."""

    area: str
    label: str
    circle: Literal["care", "clinical"]
    items: list[ItemView]


class InstrumentView(BaseModel):
    """The instrument: its questions by area, what the scores mean, the list of supports."""

    instrument: str
    version: str
    note: str
    areas: list[AreaView]
    scores: dict[int, str]
    supports: list[SupportView]
