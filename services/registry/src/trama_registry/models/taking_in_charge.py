"""Episodes of the relation proper to this member's sector."""

from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import JSON, Column, Index, String, text
from sqlmodel import Field, SQLModel
from trama_contracts.facts import ClosingReason
from trama_contracts.payload_fields import Sector
from trama_contracts.registry import (
    CaseManagerAssigned,
    CompetenceDisputed,
    CompetenceMoved,
    CompetenceSettled,
    ServicePactSigned,
    SuspensionReason,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeSuspended,
)

from trama_registry.errors import (
    AlreadyClosed,
    AlreadyInCharge,
    AlreadySuspended,
    CompetenceClear,
    DayInFuture,
    DayTooEarly,
    NoServicePactHere,
    NotClosed,
    NotSuspended,
)

State = Literal["open", "suspended", "closed"]
Competence = Literal["ours", "moved", "disputed"]
KINDS: dict[str, str] = {
    "social": "taking-in-charge",
    "health": "taking-in-charge",
    "work-integration": "taking-in-charge",
    "employment": "registration",
}
"""The relation proper to each sector. A host's is the placement itself, a first contact is an access."""


class TakingInCharge(SQLModel, table=True):
    """One episode of the relation proper to this member's sector. One is open at a time."""

    __tablename__ = "taking_in_charge"
    __table_args__ = (
        Index(
            "uq_taking_in_charge_open",
            "record",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        {"info": {"contended": True}},
    )
    episode: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    sector: Sector = Field(sa_type=String)
    need: str
    opened_on: date
    kind: str = "taking-in-charge"
    basis: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    integration: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    suspended_on: date | None = None
    suspension_reason: SuspensionReason | None = Field(default=None, sa_type=String)
    resume_by: date | None = None
    resumed_on: date | None = None
    closed_on: date | None = None
    closing_reason: ClosingReason | None = Field(default=None, sa_type=String)
    reopened_on: date | None = None
    competence: Competence = Field(default="ours", sa_type=String)
    competence_member: str | None = None
    competence_since: date | None = None
    dispute_escalated_on: date | None = None
    pact_signed_on: date | None = None
    pact_valid_until: date | None = None
    case_manager: str | None = None
    case_manager_name: str | None = None
    case_manager_phone: str | None = None
    case_manager_since: date | None = None
    version: int = 0
    changed_by: str | None = None

    @classmethod
    def open(
        cls, record: str, opening: TakingInChargeOpened, *, last: "TakingInCharge | None", today: date
    ) -> "TakingInCharge":
        """Open an episode. Raises AlreadyInCharge, DayInFuture, DayTooEarly."""
        if last is not None and last.closed_on is None:
            raise AlreadyInCharge(
                "La persona è già in carico al nostro servizio dal %(day)s: si può aprire una nuova "
                "presa in carico solo dopo aver chiuso quella.",
                day=last.opened_on,
            )
        if opening.opened_on > today:
            raise DayInFuture(field="opened_on")
        if last is not None and last.closed_on is not None and opening.opened_on < last.closed_on:
            raise DayTooEarly(
                "La presa in carico precedente è finita il %(day)s: la nuova non può iniziare prima.",
                field="opened_on",
                day=last.closed_on,
            )
        said = opening.payload()
        return cls(
            record=record,
            **opening.model_dump(include={"episode", "sector", "need", "opened_on"}),
            kind=opening.kind or KINDS[opening.sector],
            basis=said.get("basis"),
            integration=said.get("integration"),
        )

    @property
    def state(self) -> State:
        """What the relation is now."""
        if self.closed_on is not None:
            return "closed"
        return "open" if self.suspended_on is None else "suspended"

    def close(self, reason: ClosingReason, *, on: date, today: date) -> None:
        """End the episode, also one that rests. Raises AlreadyClosed, DayInFuture, DayTooEarly."""
        self._must_be_open()
        self._must_lie_within(on, "closed_on", today)
        self.closed_on, self.closing_reason = on, reason

    def reopen(self, reopened: TakingInChargeReopened, *, today: date) -> None:
        """Go on with an episode that was closed. Raises NotClosed, DayInFuture, DayTooEarly."""
        if self.closed_on is None:
            raise NotClosed
        self._must_lie_within(reopened.reopened_on, "reopened_on", today)
        self.reopened_on = reopened.reopened_on
        self.closed_on = self.closing_reason = None
        self._forget_suspension()

    def suspend(self, suspended: TakingInChargeSuspended, *, today: date) -> None:
        """Let the episode rest. Raises AlreadyClosed, AlreadySuspended, DayInFuture, DayTooEarly."""
        self._must_be_open()
        if self.suspended_on is not None:
            raise AlreadySuspended("La presa in carico è già sospesa dal %(day)s.", day=self.suspended_on)
        self._must_lie_within(suspended.suspended_on, "suspended_on", today)
        if suspended.resume_by is not None and suspended.resume_by <= suspended.suspended_on:
            raise DayTooEarly("La data in cui rivedere viene dopo la sospensione.", field="resume_by")
        self.suspended_on, self.suspension_reason = suspended.suspended_on, suspended.reason
        self.resume_by = suspended.resume_by

    def resume(self, on: date, *, today: date) -> None:
        """Go on after a rest. Raises NotSuspended, DayInFuture, DayTooEarly."""
        if self.closed_on is not None or self.suspended_on is None:
            raise NotSuspended
        self._must_lie_within(on, "resumed_on", today)
        self._forget_suspension()
        self.resumed_on = on

    def _forget_suspension(self) -> None:
        self.suspended_on = self.suspension_reason = self.resume_by = None

    def move_competence(self, moved: CompetenceMoved, *, today: date) -> None:
        """Another has to answer; we follow until it does. Raises AlreadyClosed, DayTooEarly."""
        self._set_competence("moved", moved.to, moved.moved_on, "moved_on", today)

    def dispute_competence(self, disputed: CompetenceDisputed, *, today: date) -> None:
        """It is not agreed who has to answer; we follow meanwhile. Raises AlreadyClosed, DayTooEarly."""
        self._set_competence("disputed", disputed.other, disputed.disputed_on, "disputed_on", today)

    def settle_competence(self, settled: CompetenceSettled, *, own: str, today: date) -> None:
        """It is clear again who has to answer. Raises CompetenceClear, AlreadyClosed, DayTooEarly."""
        if self.competence == "ours":
            raise CompetenceClear
        whose: Competence = "ours" if settled.competent == own else "moved"
        self._set_competence(whose, settled.competent, settled.settled_on, "settled_on", today)

    def _set_competence(self, whose: Competence, member: str, on: date, field: str, today: date) -> None:
        self._must_be_open()
        self._must_lie_within(on, field, today)
        if self.competence_since is not None and on < self.competence_since:
            raise DayTooEarly(
                "L'ultimo cambio di competenza è del %(day)s: indicate un giorno da allora in poi.",
                field=field,
                day=self.competence_since,
            )
        self.competence, self.competence_member, self.competence_since = whose, member, on
        self.dispute_escalated_on = None

    def watch_dispute(self, today: date, *, patience: timedelta) -> None:
        """Mark once that nobody has settled for too long who has to answer."""
        since = self.competence_since
        if self.competence == "disputed" and self.dispute_escalated_on is None and since is not None:
            self.dispute_escalated_on = today if today - since > patience else None

    def sign_pact(self, signed: ServicePactSigned, *, today: date) -> None:
        """Note the service pact, or its renewal. Raises NoServicePactHere, DayInFuture, DayTooEarly."""
        if self.sector != "employment":
            raise NoServicePactHere
        self._must_be_open()
        self._must_lie_within(signed.signed_on, "signed_on", today)
        if signed.valid_until is not None and signed.valid_until < signed.signed_on:
            raise DayTooEarly("Il patto non può scadere prima della firma.", field="valid_until")
        self.pact_signed_on, self.pact_valid_until = signed.signed_on, signed.valid_until

    def assign(self, assigned: CaseManagerAssigned, *, today: date) -> None:
        """Make somebody the referente; who was it before is so no longer. Raises DayInFuture, DayTooEarly."""
        self._must_lie_within(assigned.since, "since", today)
        if self.case_manager_since is not None and assigned.since < self.case_manager_since:
            raise DayTooEarly(
                "Il referente attuale lo è dal %(day)s: il nuovo non può iniziare prima.",
                field="since",
                day=self.case_manager_since,
            )
        self.case_manager, self.case_manager_name = assigned.operator, assigned.name
        self.case_manager_phone, self.case_manager_since = assigned.phone, assigned.since

    def changed(self, by: str) -> None:
        """Count a change and say whose it was, for who saw the episode before it."""
        self.version, self.changed_by = self.version + 1, by

    def _must_be_open(self) -> None:
        if self.closed_on is not None:
            raise AlreadyClosed("La presa in carico è finita il %(day)s.", day=self.closed_on)

    def _must_lie_within(self, day: date, field: str, today: date) -> None:
        """A day between what happened last and today."""
        if day > today:
            raise DayInFuture(field=field)
        if day < self.opened_on:
            raise DayTooEarly(
                "La presa in carico è iniziata il %(day)s: indicate un giorno da allora in poi.",
                field=field,
                day=self.opened_on,
            )
        steps = (self.suspended_on, self.resumed_on, self.closed_on, self.reopened_on)
        latest = max((step for step in steps if step is not None), default=self.opened_on)
        if day < latest and field != "since":
            raise DayTooEarly(
                "L'ultimo cambiamento è del %(day)s: indicate un giorno da allora in poi.",
                field=field,
                day=latest,
            )
