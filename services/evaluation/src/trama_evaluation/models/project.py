"""The personalised project: agreed, then signed or refused, looked at again on a day that was set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from trama_chassis.clock import months_later
from trama_chassis.language import say

from trama_evaluation.errors import (
    AServiceMustSign,
    PersonMustSign,
    ProjectNotOpen,
    ReviewNotAhead,
    ReviewNotJoint,
    ReviewNotYetHeld,
    ReviewTooFar,
    SignedOutsideTerm,
    UnknownPathType,
)
from trama_evaluation.models.path import PATH_LABELS, REVIEWED_YEARLY


class ProjectState(StrEnum):
    """Where a project stands."""

    AGREED = "agreed"
    SIGNED = "signed"
    REFUSED = "refused"


PROJECT_LABELS = {
    ProjectState.AGREED: "Bozza condivisa",
    ProjectState.SIGNED: "Firmato",
    ProjectState.REFUSED: "Non firmato",
}
ROLE_LABELS = {
    "person": "La persona",
    "legal-representative": "Chi rappresenta la persona",
    "service": "Il servizio",
}
REVIEW_LABELS = {
    "term": "Termine previsto",
    "late-contribution": "Contributo arrivato dopo",
    "host-asks": "Lo chiede il luogo di lavoro",
    "person-asks": "Lo chiede la persona",
    "other": "Altro",
}
OUTCOME_LABELS = {
    "goes-on": "Si prosegue come concordato",
    "changes": "Il progetto va cambiato",
    "ends": "Il percorso si conclude",
}
HOST_SECTOR = "host"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said when a project was looked at together: by whom, when, and what follows."""

    held_on: date
    members: list[str]
    person_words: str
    host_words: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Pact:
    """What is agreed: in the person's own words, who does what, towards which path, looked at when."""

    own_words: str
    goals: list[dict[str, Any]]
    path_type: str | None
    review_on: date


class Project(SQLModel, table=True):
    """One project of one person, resting on an evaluation led here."""

    __tablename__ = "project"

    project: str = Field(primary_key=True)
    evaluation: str = Field(index=True)
    record: str = Field(index=True)
    own_words: str
    goals: list[dict[str, Any]] = Field(sa_type=JSON)
    path_type: str | None = None
    agreed_on: date
    review_on: date
    review_due: bool = False
    signed_on: date | None = None
    signatories: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    review_members: list[str] = Field(default_factory=list, sa_type=JSON)
    """Who is to look at it together; nobody, if the next review is not a joint one."""
    review_is_joint: bool = False
    review_overdue_on: date | None = None
    refused_on: date | None = None
    refusal_reason: str | None = None

    @classmethod
    def agree(cls, evaluation: str, record: str, pact: Pact, today: date) -> "Project":
        """A new project. Raises ReviewNotAhead, ReviewTooFar, UnknownPathType."""
        judge_review(pact.review_on, pact.path_type, today)
        if pact.path_type is not None and pact.path_type not in PATH_LABELS:
            raise UnknownPathType
        return cls(
            project=str(uuid4()),
            evaluation=evaluation,
            record=record,
            own_words=pact.own_words,
            goals=pact.goals,
            path_type=pact.path_type,
            agreed_on=today,
            review_on=pact.review_on,
        )

    @property
    def state(self) -> ProjectState:
        """Where it stands."""
        if self.refused_on is not None:
            return ProjectState.REFUSED
        return ProjectState.SIGNED if self.signed_on is not None else ProjectState.AGREED

    def sign(self, signed_on: date, signatories: list[dict[str, str]], today: date) -> None:
        """Record the signatures.

        Raises PersonMustSign, AServiceMustSign, ProjectNotOpen, SignedOutsideTerm.
        """
        self._must_be_agreed()
        roles = {one["role"] for one in signatories}
        if not roles & {"person", "legal-representative"}:
            raise PersonMustSign
        if "service" not in roles:
            raise AServiceMustSign
        if not self.agreed_on <= signed_on <= today:
            raise SignedOutsideTerm(
                "Il progetto è stato concordato il %(day)s: la firma è di quel giorno o di uno dopo, "
                "non nel futuro.",
                day=self.agreed_on,
            )
        self.signed_on, self.signatories = signed_on, signatories

    def refuse(self, reason: str | None, today: date) -> None:
        """Record that the person does not sign: a right, with no reason owed. Raises ProjectNotOpen."""
        self._must_be_agreed()
        self.refused_on, self.refusal_reason = today, reason

    def set_review(self, review_on: date, today: date, *, members: Iterable[str] = ()) -> None:
        """Set when it is looked at again, signed or not: who did not sign may change their mind.

        `members` look at it together, if any are named. Raises ReviewNotAhead, ReviewTooFar.
        """
        judge_review(review_on, self.path_type, today)
        self.review_on, self.review_due, self.review_overdue_on = review_on, False, None
        self.review_members = sorted(set(members))
        self.review_is_joint = bool(self.review_members)

    def end_reviews(self) -> None:
        """It is looked at no more: the path is over."""
        self.review_due, self.review_overdue_on = False, None
        self.review_members, self.review_is_joint = [], False

    def hold_review(self, heard: Heard, today: date) -> "ProjectReview":
        """Record that it was looked at together. Raises ReviewNotYetHeld."""
        if not self.agreed_on <= heard.held_on <= today:
            raise ReviewNotYetHeld(
                "Si registra una verifica già fatta, dal %(day)s in poi, quando il progetto è stato "
                "concordato.",
                day=self.agreed_on,
            )
        return ProjectReview(
            review=str(uuid4()),
            project=self.project,
            record=self.record,
            held_on=heard.held_on,
            members=sorted(set(heard.members)),
            person_words=heard.person_words,
            host_words=heard.host_words,
            outcome=heard.outcome,
        )

    def _must_be_agreed(self) -> None:
        if self.signed_on is not None:
            raise ProjectNotOpen("Il progetto è già stato firmato il %(day)s.", day=self.signed_on)
        if self.refused_on is not None:
            raise ProjectNotOpen(
                "La persona non ha firmato il progetto: era il %(day)s.", day=self.refused_on
            )


class ProjectReview(SQLModel, table=True):
    """One time that a project was looked at together, with what the person said of it."""

    __tablename__ = "project_review"

    review: str = Field(primary_key=True)
    project: str = Field(index=True)
    record: str = Field(index=True)
    held_on: date
    members: list[str] = Field(sa_type=JSON)
    person_words: str
    host_words: str | None = None
    outcome: str


def judge_review(review_on: date, path_type: str | None, today: date) -> None:
    """Refuse a review behind us, or too far ahead for its path. Raises ReviewNotAhead, ReviewTooFar."""
    if review_on < today:
        raise ReviewNotAhead
    latest = months_later(today, 12)
    if path_type in REVIEWED_YEARLY and review_on > latest:
        raise ReviewTooFar(
            "%(path)s: si rivede almeno una volta all'anno, quindi entro il %(day)s.",
            path=say(PATH_LABELS[path_type]),
            day=latest,
        )


def judge_joint(seated: Iterable[tuple[str, str]]) -> None:
    """Refuse a joint review without a host or without a service; `seated` are members with their sectors.

    «Valutazione periodica e congiunta con i soggetti dell'inserimento e i servizi socio/sanitari»: what
    social cooperatives undertake, no law. Raises ReviewNotJoint, naming who is missing.
    """
    sectors = {sector for _, sector in seated}
    missing = [] if HOST_SECTOR in sectors else [say("manca chi ospita la persona al lavoro")]
    if not sectors - {HOST_SECTOR}:
        missing.append(say("manca un servizio che la segue"))
    if missing:
        raise ReviewNotJoint(
            "La verifica congiunta si fa con la persona, chi la ospita e almeno un servizio: %(missing)s.",
            missing=", ".join(missing),
        )
