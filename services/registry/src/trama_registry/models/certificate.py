"""Certificates of three independent kinds, and target groups. None is ever deduced from another."""

from datetime import date

from sqlalchemy import String
from sqlmodel import Field, SQLModel
from trama_contracts.registry import CertificateEnding, CertificateKind, CertificateRecorded

from trama_registry.errors import (
    AlreadyCertified,
    AlreadyEnded,
    DayInFuture,
    DayTooEarly,
    IssuerMissing,
)

GROUPS: dict[str, tuple[str, ...]] = {
    "care": (
        *("at-risk-of-exclusion", "first-job-seeker-at-risk", "migrant"),
        *("woman-in-difficulty", "young-adult-in-difficulty"),
    ),
    "clinical": ("addiction", "alcohol", "disability", "mental-health"),
    "justice": ("alternative-measure", "former-prisoner", "proceedings"),
}
"""Target groups of the area plan by the circle in which they are told."""
MAY_HIDE_ISSUER: CertificateKind = "disadvantaged"
"""L. 381/1991 art. 4 c. 2: the condition is documented by public bodies, the person's privacy being kept; who
issued it may tell the ground."""


class Certificate(SQLModel, table=True):
    """A title of a person under one law: who issued it, from when to when."""

    __tablename__ = "certificate"
    certificate: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    kind: CertificateKind = Field(sa_type=String)
    issuer: str | None = None
    starts_on: date
    ends_on: date | None = Field(default=None, index=True)
    ended_on: date | None = None
    ending: CertificateEnding | None = Field(default=None, sa_type=String)

    @classmethod
    def take(
        cls, record: str, recorded: CertificateRecorded, *, held: "list[Certificate]", today: date
    ) -> "Certificate":
        """Note a certificate that was seen.

        Raises IssuerMissing, DayInFuture, DayTooEarly, AlreadyCertified (one of that kind on the same days).
        """
        if recorded.issuer is None and recorded.kind != MAY_HIDE_ISSUER:
            raise IssuerMissing
        if recorded.starts_on > today:
            raise DayInFuture(field="starts_on")
        if recorded.ends_on is not None and recorded.ends_on < recorded.starts_on:
            raise DayTooEarly("La scadenza precede l'inizio: correggete le date.", field="ends_on")
        taken = cls(record=record, **recorded.model_dump())
        if any(other.kind == taken.kind and other.overlaps(taken) for other in held):
            raise AlreadyCertified
        return taken

    def overlaps(self, other: "Certificate") -> bool:
        """Whether both hold on some day."""
        return self.starts_on <= other._last and other.starts_on <= self._last

    @property
    def _last(self) -> date:
        return min(day for day in (self.ends_on, self.ended_on, date.max) if day is not None)

    def end(self, reason: CertificateEnding, *, on: date, today: date) -> None:
        """It holds no longer. Raises AlreadyEnded, DayInFuture, DayTooEarly."""
        if self.ended_on is not None:
            raise AlreadyEnded
        if on > today:
            raise DayInFuture(field="ended_on")
        if on < self.starts_on:
            raise DayTooEarly(
                "La certificazione vale dal %(day)s: indicate un giorno da allora in poi.",
                field="ended_on",
                day=self.starts_on,
            )
        self.ended_on, self.ending = on, reason

    def holds(self, today: date) -> bool:
        """Whether it can be relied on today."""
        return self.ended_on is None and self.starts_on <= today <= (self.ends_on or today)


class TargetGroup(SQLModel, table=True):
    """A target group of a person that may be told in care, or in the clinical circle."""

    __tablename__ = "target_group"
    record: str = Field(primary_key=True, foreign_key="person.record")
    group: str = Field(primary_key=True, index=True)
    circle: str


class JudicialTargetGroup(SQLModel, table=True):
    """A judicial target group, apart from all else (GDPR art. 10): read by who is named for it alone."""

    __tablename__ = "judicial_target_group"
    record: str = Field(primary_key=True, foreign_key="person.record")
    group: str = Field(primary_key=True)
