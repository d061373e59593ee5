"""What is asked of the evaluation service over HTTP, and what it answers. Unknown fields are refused."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from trama_contracts.evaluation import Score, SignatoryRole, Stability
from trama_contracts.event import Member, Uuid
from trama_contracts.payload_fields import Code, Members, ShortText, Text

from trama_evaluation.models import ProjectState, State

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _tidied(value: object) -> object:
    """Kept as written, in one spelling of accents and without stray blanks."""
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


def _tidied_lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip().split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Data non valida (aaaa-mm-gg)")


Line = Annotated[ShortText, BeforeValidator(_tidied)]
Lines = Annotated[Text, BeforeValidator(_tidied_lines)]
Date = Annotated[date, BeforeValidator(_day)]


class Body(BaseModel):
    """What is sent to us."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RequestEvaluation(Body):
    """Ask for an evaluation of a person this member has in charge."""

    record: Uuid
    team: Code
    question: Lines
    contributions_by: Date
    contributors: Members


class SeatBody(Body):
    """A member at a session, and as what it sits there."""

    member: Member
    role: Code


SeatBodies = Annotated[list[SeatBody], Field(min_length=1, max_length=30)]


class ConveneSession(Body):
    """Call the team's session, or call it again on another day or in another composition."""

    held_on: Date
    place: Line
    seats: SeatBodies
    authorisation: Uuid | None = None


class CompleteEvaluation(Body):
    """Say what the team chose, and who was really there."""

    path_type: Code
    completed_on: Date | None = None
    seats: SeatBodies | None = None
    override_reason: Lines | None = None


class RatingBody(Body):
    """One item and its score."""

    item: Code
    score: Score


def _once(ratings: list[RatingBody]) -> list[RatingBody]:
    if len({one.item for one in ratings}) < len(ratings):
        raise ValueError("La stessa voce è indicata due volte")
    return ratings


RatingBodies = Annotated[list[RatingBody], Field(max_length=50)]


class HealthBody(Body):
    """What only health services may know."""

    ratings: RatingBodies = []
    stability: Stability
    diagnosis: Lines

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.ratings)
        return self


class SocialBody(Body):
    """What only social services may know."""

    family: Lines | None = None
    housing: Lines | None = None
    economy: Lines | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.family or self.housing or self.economy):
            raise ValueError("La parte sociale è vuota: compilate almeno una voce o toglietela")
        return self


class Contribute(Body):
    """Sign this member's part of an evaluation it was asked to contribute to."""

    discipline: Code
    ratings: RatingBodies = []
    supports: Annotated[list[Code], Field(max_length=20)] = []
    note: Lines | None = None
    health: HealthBody | None = None
    social: SocialBody | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        _once(self.ratings)
        if not (self.ratings or self.supports or self.note or self.health or self.social):
            raise ValueError("Il contributo è vuoto: indicate almeno una voce o una nota")
        return self


class GoalBody(Body):
    """What is to be done, by whom and until when."""

    what: Line
    by: Member
    until: Date | None = None


class AgreeProject(Body):
    """Agree the project with the person. Without `path_type` it is the one the team chose."""

    own_words: Lines
    goals: Annotated[list[GoalBody], Field(min_length=1, max_length=30)]
    path_type: Code | None = None
    review_on: Date


class SignatoryBody(Body):
    """Who signed; a service is named by its member."""

    role: SignatoryRole
    member: Member | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.role == "service") != (self.member is not None):
            raise ValueError("Un servizio si indica con il suo nome; gli altri firmatari no")
        return self


class SignProject(Body):
    """Say who signed, and when."""

    signed_on: Date | None = None
    signatories: Annotated[list[SignatoryBody], Field(min_length=1, max_length=30)]


class RefuseProject(Body):
    """Say that the person does not sign; no reason is owed."""

    reason: Lines | None = None


class SetReview(Body):
    """Set when the project is looked at again, and why."""

    review_on: Date
    because: Literal["term", "late-contribution", "host-asks", "person-asks", "other"]


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


class ProjectView(BaseModel):
    """A project led by this member."""

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


def payload_of(body: BaseModel) -> dict[str, Any]:
    """A part of a request as it is kept in a row: JSON values, and nothing for what was not said."""
    return body.model_dump(mode="json", exclude_none=True)
