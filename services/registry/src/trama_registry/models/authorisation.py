"""Authorisations to share, and what each allows."""

from datetime import date

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel
from trama_contracts.payload_fields import Basis
from trama_contracts.registry import AuthorisationGiven

from trama_registry.errors import (
    AuthorisationNamesOthers,
    AuthorisationNotInForce,
    AuthorisationNotOfOurs,
    ConsentNamesLaw,
    DayInFuture,
    EndsBeforeStart,
    LawNotNamed,
    NoticeNotGiven,
)


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
        """From the first to the last day, both included."""
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)

    def must_allow(self, receiver: str, *, controller: str | None, today: date) -> None:
        """Allow a referral to a receiver.

        Raises AuthorisationNotInForce, AuthorisationNamesOthers, AuthorisationNotOfOurs.
        """
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
