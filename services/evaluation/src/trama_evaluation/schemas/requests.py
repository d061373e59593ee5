"""What is asked of the evaluation service over HTTP. Unknown fields are refused."""

import unicodedata
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from trama_chassis import bodies
from trama_chassis.language import say
from trama_contracts.evaluation import ReviewOutcome, ReviewReason, Score, SignatoryRole, Stability
from trama_contracts.event import Member, Uuid
from trama_contracts.payload_fields import Code, Members, Text


def _tidied_lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip().split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


Line = bodies.Line
Lines = Annotated[Text, BeforeValidator(_tidied_lines)]
Date = bodies.Date


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
        raise ValueError(say("La stessa voce è indicata due volte"))
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
            raise ValueError(say("La parte sociale è vuota: compilate almeno una voce o toglietela"))
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
            raise ValueError(say("Il contributo è vuoto: indicate almeno una voce o una nota"))
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
            raise ValueError(say("Un servizio si indica con il suo nome; gli altri firmatari no"))
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
    because: ReviewReason
    members: Annotated[list[Member], Field(max_length=30)] = []
    """Who looks at it together, if it is a joint review: a host and a service at least."""


class HoldReview(Body):
    """Say that the project was looked at together with the person, what each said, and what follows."""

    held_on: Date | None = None
    members: Annotated[list[Member], Field(min_length=1, max_length=30)]
    person_words: Lines
    host_words: Lines | None = None
    outcome: ReviewOutcome
    review_on: Date | None = None

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.review_on is None and self.outcome != "ends":
            raise ValueError(
                say("Indicate il giorno della prossima verifica, se il percorso non si conclude")
            )
        return self


def payload_of(body: BaseModel) -> dict[str, Any]:
    """A part of a request as it is kept in a row: JSON values, and nothing for what was not said."""
    return body.model_dump(mode="json", exclude_none=True)
