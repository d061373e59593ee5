"""What teams do: ask, contribute, sit together, conclude, agree. One evaluation per lead and person. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Ratings: TypeAlias = tuple[tuple[str, int], ...]
"""Items of the functional profile, each with its score."""


@dataclass(frozen=True, slots=True)
class AskEvaluation:
    """A member that follows the person asks a team to evaluate, and others to contribute."""

    on: date
    at: str
    team: str
    question: str
    contributors: tuple[str, ...]
    contributions_by: date


@dataclass(frozen=True, slots=True)
class Contribute:
    """A member writes its part, with what health or social services alone may know if it is one."""

    on: date
    at: str
    lead: str
    discipline: str
    ratings: Ratings
    diagnosis: str = ""
    stability: str = "stable"
    family: str = ""


@dataclass(frozen=True, slots=True)
class Convene:
    """The lead calls a session; those that do not follow the person are invited."""

    on: date
    at: str
    held_on: date
    place: str
    seats: tuple[tuple[str, str], ...]
    """Members, each with the role in which it sits there."""


@dataclass(frozen=True, slots=True)
class Conclude:
    """The team completes the evaluation; with a reason, it chose another path than the proposed one."""

    on: date
    at: str
    path_type: str
    override: str = ""


@dataclass(frozen=True, slots=True)
class AgreeProject:
    """The lead writes down the project with the person."""

    on: date
    at: str
    own_words: str
    goals: tuple[tuple[str, str], ...]
    """What is to be done, and by which member."""
    review_on: date
    path_type: str = ""


@dataclass(frozen=True, slots=True)
class SignProject:
    """The person and the services sign."""

    on: date
    at: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefuseProject:
    """The person does not sign."""

    on: date
    at: str


@dataclass(frozen=True, slots=True)
class SetReview:
    """The lead sets a day to look at the project again."""

    on: date
    at: str
    review_on: date
    because: str


EvaluationAct: TypeAlias = (
    AskEvaluation | Contribute | Convene | Conclude | AgreeProject | SignProject | RefuseProject | SetReview
)
