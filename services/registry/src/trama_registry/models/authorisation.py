"""Authorisations to share, and what each allows."""

from datetime import date

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel
from trama_contracts.payload_fields import Basis
from trama_contracts.registry import AuthorisationGiven, AuthorisationWithdrawn, OppositionRaised

from trama_registry.errors import (
    AuthorisationNamesOthers,
    AuthorisationNotInForce,
    AuthorisationNotOfOurs,
    AuthorisationWithdrawnAlready,
    ConsentIsWithdrawn,
    ConsentNamesLaw,
    DayInFuture,
    EndsBeforeStart,
    LawIsOpposed,
    LawNotNamed,
    NoticeNotGiven,
    OpposedAlready,
)
from trama_registry.models.sharing import must_be_past


class Authorisation(SQLModel, table=True):
    """An authorisation to share that this member received from the person, or that a law gives."""

    __tablename__ = "authorisation"
    authorisation: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    purpose: str
    basis: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    circles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    recipients: list[str] = Field(sa_column=Column(JSON, nullable=False))
    controllers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    starts_on: date
    ends_on: date | None = None
    notice_given_on: date
    after_closing: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    withdrawn_on: date | None = None
    withdrawn_because: str | None = None
    opposed_on: date | None = None
    """The person opposes it: not decided yet, or found right."""

    @classmethod
    def give(cls, record: str, given: AuthorisationGiven, *, today: date) -> "Authorisation":
        """Keep an authorisation. Raises LawNotNamed, ConsentNamesLaw, EndsBeforeStart, DayInFuture."""
        _check_basis(given.basis)
        if given.ends_on is not None and given.ends_on < given.starts_on:
            raise EndsBeforeStart
        if given.notice_given_on > today:
            raise DayInFuture(field="notice_given_on")
        terms = given.payload() | {
            "starts_on": given.starts_on,
            "ends_on": given.ends_on,
            "notice_given_on": given.notice_given_on,
        }
        return cls(record=record, **terms)

    def in_force(self, today: date) -> bool:
        """From the first to the last day, both included, unless it was withdrawn or is opposed."""
        stopped = self.withdrawn_on is not None or self.opposed_on is not None
        return not stopped and self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)

    def withdraw(self, withdrawn: AuthorisationWithdrawn, *, today: date) -> None:
        """The person takes it back.

        Raises LawIsOpposed, AuthorisationWithdrawnAlready, DayInFuture, DayTooEarly.
        """
        if self.basis["kind"] != "consent":
            raise LawIsOpposed
        if self.withdrawn_on is not None:
            raise AuthorisationWithdrawnAlready(
                "L'autorizzazione è già stata revocata il %(day)s.", day=self.withdrawn_on
            )
        self.must_be_withdrawable(withdrawn, today=today)
        self.withdrawn_on, self.withdrawn_because = withdrawn.withdrawn_on, withdrawn.reason

    @staticmethod
    def must_be_withdrawable(withdrawn: AuthorisationWithdrawn, *, today: date) -> None:
        """Nobody takes back today what they will want back tomorrow. Raises DayInFuture."""
        must_be_past(withdrawn.withdrawn_on, today, "withdrawn_on")

    def oppose(self, raised: OppositionRaised, *, today: date) -> None:
        """The person opposes what a law allows. Raises ConsentIsWithdrawn, OpposedAlready, DayInFuture."""
        if self.basis["kind"] == "consent":
            raise ConsentIsWithdrawn
        if self.opposed_on is not None:
            raise OpposedAlready
        must_be_past(raised.raised_on, today, "raised_on")
        self.opposed_on = raised.raised_on

    def must_allow(self, receiver: str, *, controller: str | None, today: date) -> None:
        """Allow a referral to a receiver.

        Raises AuthorisationNotInForce, AuthorisationNamesOthers, AuthorisationNotOfOurs.
        """
        if self.withdrawn_on is not None:
            raise AuthorisationNotInForce(
                "L'autorizzazione è stata revocata il %(day)s: senza una nuova non si può segnalare.",
                day=self.withdrawn_on,
            )
        if self.opposed_on is not None:
            raise AuthorisationNotInForce(
                "La persona si è opposta il %(day)s: finché non si decide che la condivisione può "
                "continuare, su questa base non si segnala.",
                day=self.opposed_on,
            )
        if today < self.starts_on:
            raise AuthorisationNotInForce("L'autorizzazione vale solo dal %(day)s.", day=self.starts_on)
        if not self.in_force(today):
            raise AuthorisationNotInForce(
                "L'autorizzazione è scaduta il %(day)s: registratene una nuova.", day=self.ends_on
            )
        if receiver not in self.recipients:
            raise AuthorisationNamesOthers(
                "L'autorizzazione non nomina «%(receiver)s»: chiedetene alla persona una che lo comprenda.",
                receiver=receiver,
            )
        if controller not in self.controllers:
            raise AuthorisationNotOfOurs


def noticed(day: date | None) -> date:
    """The day of the privacy notice. Raises NoticeNotGiven if there was none."""
    if day is None:
        raise NoticeNotGiven
    return day


def _check_basis(basis: Basis) -> None:
    named = (basis.act, basis.article)
    if basis.kind == "law" and None in named:
        raise LawNotNamed
    if basis.kind == "consent" and named != (None, None):
        raise ConsentNamesLaw
