"""What a person was told, takes part in, opposes, and wants left alone: each an object of its own."""

from datetime import date

from sqlmodel import Field, SQLModel
from trama_contracts.registry import (
    NoticeGiven,
    OppositionDecided,
    OppositionRaised,
    ParticipationAgreed,
    ParticipationWithdrawn,
    RestrictionLifted,
    RestrictionSet,
)

from trama_registry.errors import (
    DayInFuture,
    DayTooEarly,
    OppositionDecidedAlready,
    ParticipationEnded,
    RestrictionLiftedAlready,
)


class Notice(SQLModel, table=True):
    """That the privacy notice was handed to a person (informativa); it allows nothing."""

    __tablename__ = "notice"
    notice: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    given_on: date
    text: str | None = None

    @classmethod
    def give(cls, record: str, given: NoticeGiven, *, today: date) -> "Notice":
        """Keep that it was handed over. Raises DayInFuture."""
        must_be_past(given.given_on, today, "given_on")
        return cls(record=record, **given.model_dump())


class Participation(SQLModel, table=True):
    """That a person takes part in a path (adesione al percorso); it lets nobody share anything."""

    __tablename__ = "participation"
    participation: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    path: str
    agreed_on: date
    withdrawn_on: date | None = None
    reason: str | None = None

    @classmethod
    def agree(cls, record: str, agreed: ParticipationAgreed, *, today: date) -> "Participation":
        """Keep that the person takes part. Raises DayInFuture."""
        must_be_past(agreed.agreed_on, today, "agreed_on")
        return cls(record=record, **agreed.model_dump())

    def withdraw(self, withdrawn: ParticipationWithdrawn, *, today: date) -> None:
        """The person takes part no longer. Raises ParticipationEnded, DayInFuture, DayTooEarly."""
        if self.withdrawn_on is not None:
            raise ParticipationEnded
        must_lie_between(withdrawn.withdrawn_on, self.agreed_on, today, "withdrawn_on")
        self.withdrawn_on, self.reason = withdrawn.withdrawn_on, withdrawn.reason


class Opposition(SQLModel, table=True):
    """That a person opposes a sharing that rests on a law (GDPR 21), and what was decided, with reasons."""

    __tablename__ = "opposition"
    opposition: str = Field(primary_key=True)
    authorisation: str = Field(foreign_key="authorisation.authorisation", index=True)
    record: str = Field(foreign_key="person.record", index=True)
    raised_on: date
    reasons: str
    decided_on: date | None = None
    upheld: bool | None = None
    decision: str | None = None
    decided_by: str | None = None

    @classmethod
    def oppose(cls, record: str, raised: OppositionRaised) -> "Opposition":
        """Keep what the person says against it."""
        return cls(record=record, **raised.model_dump())

    def decide(self, decided: OppositionDecided, *, today: date, by: str) -> None:
        """Decide it, with reasons. Raises OppositionDecidedAlready, DayInFuture, DayTooEarly."""
        if self.decided_on is not None:
            raise OppositionDecidedAlready
        must_lie_between(decided.decided_on, self.raised_on, today, "decided_on")
        self.decided_on, self.upheld, self.decision = decided.decided_on, decided.upheld, decided.reasons
        self.decided_by = by


class Restriction(SQLModel, table=True):
    """That what this member holds of a person is kept and shared no further (limitazione; GDPR 18)."""

    __tablename__ = "restriction"
    restriction: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    ground: str
    set_on: date
    reason: str | None = None
    lifted_on: date | None = None
    lifting: str | None = None

    @classmethod
    def restrict(cls, record: str, asked: RestrictionSet, *, today: date) -> "Restriction":
        """Keep the restriction. Raises DayInFuture."""
        must_be_past(asked.set_on, today, "set_on")
        return cls(record=record, **asked.model_dump())

    def lift(self, lifted: RestrictionLifted, *, today: date) -> None:
        """It is over. Raises RestrictionLiftedAlready, DayInFuture, DayTooEarly."""
        if self.lifted_on is not None:
            raise RestrictionLiftedAlready
        must_lie_between(lifted.lifted_on, self.set_on, today, "lifted_on")
        self.lifted_on, self.lifting = lifted.lifted_on, lifted.reason


def must_be_past(day: date, today: date, field: str) -> None:
    """Nothing of this happens in the future. Raises DayInFuture."""
    if day > today:
        raise DayInFuture(field=field)


def must_lie_between(day: date, first: date, today: date, field: str) -> None:
    """Neither in the future nor before what it ends began. Raises DayInFuture, DayTooEarly."""
    must_be_past(day, today, field)
    if day < first:
        raise DayTooEarly(
            "Il giorno indicato è prima del %(day)s, quando è cominciato: correggetelo.",
            field=field,
            day=first,
        )
