"""An evaluation led by this member: asked for, met about, completed by its team. No I/O here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from trama_chassis.language import say

from trama_evaluation.errors import (
    AlreadyCompleted,
    CompletedBeforeSession,
    CompletionNotYetReached,
    NotConvened,
    NothingContributed,
    NotInCircle,
    OverrideNeedsReason,
    TermPassed,
    UnknownPathType,
)
from trama_evaluation.models.instrument import Level, completeness, index_of, is_observed, merged, profile
from trama_evaluation.models.path import PATH_LABELS, Known, Proposed, proposals

HEALTH_SECTOR, SOCIAL_SECTOR = "health", "social"


class State(StrEnum):
    """Where an evaluation stands."""

    REQUESTED = "requested"
    CONVENED = "convened"
    COMPLETED = "completed"


STATE_LABELS = {
    State.REQUESTED: "Valutazione richiesta",
    State.CONVENED: "Incontro convocato",
    State.COMPLETED: "Valutazione conclusa",
}
Arrival = str
ARRIVAL_LABELS = {
    "awaited": "Contributo atteso",
    "arrived": "Contributo arrivato",
    "late": "Contributo arrivato dopo la conclusione",
}
DISCIPLINE_LABELS = {
    "social-work": "Servizio sociale",
    "education": "Educazione professionale",
    "psychology": "Psicologia",
    "psychiatry": "Psichiatria",
    "addiction-medicine": "Medicina delle dipendenze",
    "legal-medicine": "Medicina legale",
    "nursing": "Assistenza infermieristica",
    "work-mediation": "Mediazione al lavoro",
    "employment": "Servizi per il lavoro",
    "guidance": "Orientamento",
    "other": "Altro",
}
"""What forms offer as a discipline and as a role at a session; other codes are shown as they are."""
STABILITY_LABELS = {"stable": "Stabile", "fluctuating": "Altalenante", "unstable": "Instabile"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: about whom, of which kind of team, to understand what, from whom, until when."""

    record: str
    team: str
    question: str
    contributions_by: date
    contributors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the contributions that have arrived say together, and what the rules propose on it."""

    scores: dict[str, int] = field(default_factory=dict)
    supports: tuple[str, ...] = ()
    unstable: bool = False

    @classmethod
    def of(
        cls,
        ratings: Iterable[tuple[str, int]],
        supports: Iterable[str],
        stabilities: Iterable[str] = (),
    ) -> "Finding":
        """From everything said, in whatever order it was."""
        return cls(merged(ratings), tuple(sorted(set(supports))), "unstable" in set(stabilities))

    @property
    def profile(self) -> tuple[Level, ...]:
        """The level of support by areas."""
        return profile(self.scores)

    @property
    def proposals(self) -> tuple[Proposed, ...]:
        """What the rules propose, the first one first."""
        known = Known.of(index_of(self.scores), observed=is_observed(self.scores), unstable=self.unstable)
        return proposals(known)

    @property
    def rated_share(self) -> int:
        """How much of what applies was rated, in whole per cent."""
        return int(completeness(self.scores) * 100)


@dataclass(frozen=True, slots=True)
class Choice:
    """The path the team chose, when, and why if it is not the first the rules propose."""

    completed_on: date
    path_type: str
    override_reason: str | None = None


class Evaluation(SQLModel, table=True):
    """One evaluation of one person; what was found is kept as it was on the day it was completed."""

    __tablename__ = "evaluation"

    evaluation: str = Field(primary_key=True)
    record: str = Field(index=True)
    team: str
    question: str
    requested_on: date
    contributions_by: date
    contributors: list[str] = Field(sa_type=JSON)
    session: str | None = None
    held_on: date | None = None
    place: str | None = None
    seats: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    invitations: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    completed_on: date | None = None
    scores: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    profile: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    supports: list[str] = Field(default_factory=list, sa_type=JSON)
    proposals: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    path_type: str | None = None
    override_reason: str | None = None
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    late: list[str] = Field(default_factory=list, sa_type=JSON)

    @classmethod
    def request(cls, asked: Asked, today: date) -> "Evaluation":
        """A new evaluation. Raises TermPassed."""
        if asked.contributions_by < today:
            raise TermPassed
        return cls(
            evaluation=str(uuid4()),
            record=asked.record,
            team=asked.team,
            question=asked.question,
            requested_on=today,
            contributions_by=asked.contributions_by,
            contributors=sorted(asked.contributors),
        )

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.completed_on is not None:
            return State.COMPLETED
        return State.CONVENED if self.session is not None else State.REQUESTED

    def arrival(self, contributor: str, arrived: Collection[str]) -> Arrival:
        """How a contribution stands, given whose have arrived."""
        if contributor in self.late:
            return "late"
        return "arrived" if contributor in arrived else "awaited"

    def must_be_open(self) -> None:
        """Raises AlreadyCompleted."""
        if self.completed_on is not None:
            raise AlreadyCompleted("La valutazione si è già conclusa il %(day)s.", day=self.completed_on)

    def convene(self, held_on: date, place: str, seats: list[dict[str, str]], invited: Iterable[str]) -> None:
        """Call the session, or call it again with another day or composition; it stays the same session.

        Raises AlreadyCompleted. The composition is judged by the rule of the team.
        """
        self.must_be_open()
        self.session = self.session or str(uuid4())
        self.held_on, self.place, self.seats = held_on, place, seats
        self.invitations = {member: self.invitations.get(member) or str(uuid4()) for member in invited}

    def must_be_completable(self, completed_on: date, today: date) -> date:
        """The day the team met. Raises AlreadyCompleted, NotConvened, and what is wrong with the day."""
        self.must_be_open()
        if self.held_on is None:
            raise NotConvened
        if completed_on > today:
            raise CompletionNotYetReached
        if completed_on < self.held_on:
            raise CompletedBeforeSession(
                "L'incontro è del %(day)s: la valutazione non può concludersi prima.", day=self.held_on
            )
        return self.held_on

    def complete(
        self, choice: Choice, finding: Finding, seats: list[dict[str, str]], arrived: Collection[str]
    ) -> None:
        """Record what the team found and chose. A reason given without need is not kept.

        Raises NothingContributed, UnknownPathType, OverrideNeedsReason.
        """
        if not arrived:
            raise NothingContributed
        if choice.path_type not in PATH_LABELS:
            raise UnknownPathType
        first = finding.proposals[0].path_type
        is_override = choice.path_type != first
        if is_override and choice.override_reason is None:
            raise OverrideNeedsReason(
                "Il primo percorso suggerito è «%(path)s»: l'équipe può sceglierne un altro, "
                "scrivendo perché.",
                path=say(PATH_LABELS[first]),
            )
        self.completed_on, self.path_type = choice.completed_on, choice.path_type
        self.override_reason = choice.override_reason if is_override else None
        self.seats, self.scores, self.supports = seats, finding.scores, list(finding.supports)
        self.profile = [
            {"area": one.area, "rated": one.rated, "items": one.items, "level": one.level}
            for one in finding.profile
        ]
        self.proposals = [{"path_type": one.path_type, "rule": one.rule} for one in finding.proposals]
        self.missing = sorted(set(self.contributors) - set(arrived))

    def take_late(self, contributor: str) -> bool:
        """Mark who contributed after the end. False if the evaluation is still open: then it is in time."""
        if self.completed_on is None:
            return False
        self.late = sorted({*self.late, contributor})
        return True


def judge_sector(sector: str, *, health: bool, social: bool) -> None:
    """Refuse a part that only services of another sector may write. Raises NotInCircle."""
    if health and sector != HEALTH_SECTOR:
        raise NotInCircle("La parte sanitaria la scrivono solo i servizi sanitari.", field="health")
    if social and sector != SOCIAL_SECTOR:
        raise NotInCircle("La parte sociale la scrivono solo i servizi sociali.", field="social")
