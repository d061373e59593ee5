"""The registry's tables and their rules. Pure: no database, no clock, nothing is sent from here."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import date, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import JSON, Column, Index, String, text
from sqlmodel import Field, SQLModel
from stdnum import luhn
from stdnum.it import codicefiscale
from trama_contracts.encoding import b64u
from trama_contracts.facts import ClosingReason, DecliningReason
from trama_contracts.payload_fields import Basis, Sector
from trama_contracts.registry import (
    AuthorisationGiven,
    CaseManagerAssigned,
    PersonRegistered,
    ReferralPreview,
    TakingInChargeOpened,
)

from trama_registry.errors import (
    AlreadyAnswered,
    AlreadyInCharge,
    AuthorisationNamesOthers,
    AuthorisationNotInForce,
    AuthorisationNotOfOurs,
    BornInFuture,
    ConsentNamesLaw,
    DayInFuture,
    DayTooEarly,
    EndsBeforeStart,
    LawNotNamed,
    NoticeNotGiven,
    NotTheReceiver,
    TermInPast,
)

_CONTENDED: dict[str, Any] = {"info": {"contended": True}}
_SEPARATORS = re.compile(r"[\s.-]")


def checked_tax_code(typed: str) -> str:
    """A tax code as it is kept: 16 characters (omocodia allowed) or the provisional 11 digits.

    The check character is that of DM 23 December 1976. Two codes that differ by omocodia are two people.
    Raises ValueError with what is wrong, in Italian.
    """
    code = _SEPARATORS.sub("", typed)
    code = code.upper() if code.isascii() else code
    if len(code) == 11 and code.isascii() and code.isdigit():
        if code.strip("0") == "" or not luhn.is_valid(code):
            raise ValueError("Codice fiscale provvisorio non valido: la cifra di controllo non torna")
        return code
    if len(code) != 16 or not code.isascii():
        raise ValueError("Il codice fiscale ha 16 caratteri, o 11 cifre se provvisorio")
    if not codicefiscale.is_valid(code):
        raise ValueError("Codice fiscale non valido: controllate ogni carattere")
    return code


def reporting_id_of(tax_code: str | None, key: bytes | None) -> str:
    """The pseudonym under which a person is counted: HMAC of the tax code under the reporting key.

    Without a tax code it is drawn: whoever has none is counted too, though not recognised elsewhere.
    """
    if tax_code is None or key is None:
        return b64u(secrets.token_bytes(32))
    return b64u(hmac.new(key, tax_code.encode(), hashlib.sha256).digest())


def sort_name_of(*names: str | None) -> str:
    """A name as it is sorted and sought: without accents, apostrophes or capitals."""
    whole = unicodedata.normalize("NFKD", " ".join(name for name in names if name)).casefold()
    kept = "".join(
        character if character.isalnum() else " " for character in whole if not _is_mark(character)
    )
    return " ".join(kept.split())


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0 or character in "'’`"


class Person(SQLModel, table=True):
    """The continuous record of one person as this member knows it: one per person and member."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_sort_name_record", "sort_name", "record"), _CONTENDED)
    record: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str
    tax_code: str | None = Field(default=None, unique=True)
    birth_date: date | None = None
    town: str | None = None
    phone: str | None = None
    sort_name: str
    registered_at: datetime

    @classmethod
    def register(cls, identity: PersonRegistered, *, today: date, at: datetime) -> "Person":
        """A new record. Raises BornInFuture."""
        if identity.birth_date is not None and identity.birth_date > today:
            raise BornInFuture
        sort_name = sort_name_of(identity.family_name, identity.given_name)
        return cls(record=str(uuid4()), sort_name=sort_name, registered_at=at, **identity.model_dump())

    @property
    def name(self) -> str:
        """Given name first, as one speaks."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)

    def preview(self, need: str) -> ReferralPreview:
        """What a receiver is told before it accepts."""
        return ReferralPreview(
            given_name=self.given_name,
            family_name=self.family_name,
            tax_code=self.tax_code,
            birth_date=self.birth_date,
            need=need,
        )


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
        _CONTENDED,
    )
    episode: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    sector: Sector = Field(sa_type=String)
    need: str
    opened_on: date
    closed_on: date | None = None
    closing_reason: ClosingReason | None = Field(default=None, sa_type=String)
    case_manager: str | None = None
    case_manager_name: str | None = None
    case_manager_phone: str | None = None
    case_manager_since: date | None = None

    @classmethod
    def open(
        cls, record: str, opening: TakingInChargeOpened, *, last: "TakingInCharge | None", today: date
    ) -> "TakingInCharge":
        """Open an episode. Raises AlreadyInCharge, DayInFuture, DayTooEarly."""
        if last is not None and last.closed_on is None:
            raise AlreadyInCharge(
                f"La persona è già in carico al nostro servizio dal {last.opened_on:%d/%m/%Y}: "
                "si può aprire una nuova presa in carico solo dopo aver chiuso quella."
            )
        if opening.opened_on > today:
            raise DayInFuture(field="opened_on")
        if last is not None and last.closed_on is not None and opening.opened_on < last.closed_on:
            raise DayTooEarly(
                f"La presa in carico precedente è finita il {last.closed_on:%d/%m/%Y}: "
                "la nuova non può iniziare prima.",
                field="opened_on",
            )
        return cls(record=record, **opening.model_dump())

    def close(self, reason: ClosingReason, *, on: date, today: date) -> None:
        """End the episode. Raises DayInFuture, DayTooEarly."""
        self._must_lie_within(on, "closed_on", today)
        self.closed_on, self.closing_reason = on, reason

    def assign(self, assigned: CaseManagerAssigned, *, today: date) -> None:
        """Make somebody the referente; who was it before is so no longer. Raises DayInFuture, DayTooEarly."""
        self._must_lie_within(assigned.since, "since", today)
        if self.case_manager_since is not None and assigned.since < self.case_manager_since:
            raise DayTooEarly(
                f"Il referente attuale lo è dal {self.case_manager_since:%d/%m/%Y}: "
                "il nuovo non può iniziare prima.",
                field="since",
            )
        self.case_manager, self.case_manager_name = assigned.operator, assigned.name
        self.case_manager_phone, self.case_manager_since = assigned.phone, assigned.since

    def _must_lie_within(self, day: date, field: str, today: date) -> None:
        if day > today:
            raise DayInFuture(field=field)
        if day < self.opened_on:
            raise DayTooEarly(
                f"La presa in carico è iniziata il {self.opened_on:%d/%m/%Y}: "
                "indicate un giorno da allora in poi.",
                field=field,
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
            raise AuthorisationNotInForce(f"L'autorizzazione vale solo dal {self.starts_on:%d/%m/%Y}.")
        if not self.in_force(today):
            raise AuthorisationNotInForce(
                f"L'autorizzazione è scaduta il {self.ends_on:%d/%m/%Y}: registratene una nuova."
            )
        if receiver not in self.recipients:
            raise AuthorisationNamesOthers(
                f"L'autorizzazione non nomina «{receiver}»: chiedetene alla persona una che lo comprenda."
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


ANSWERED = {"accepted": "accettata", "declined": "dichiarata non accolta"}
Answer = Literal["accepted", "declined"]


class Referral(SQLModel, table=True):
    """A referral this member sent, and what became of it."""

    __tablename__ = "referral"
    referral: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    to: str
    sent_on: date = Field(index=True)
    reason: str
    need: str
    answer_by: date
    authorisation: str = Field(foreign_key="authorisation.authorisation")
    state: Literal["sent", "accepted", "declined"] = Field(default="sent", sa_type=String)
    answered_on: date | None = None
    contact: str | None = None
    declining_reason: DecliningReason | None = Field(default=None, sa_type=String)
    alternative: str | None = None

    def awaits_answer_of(self, member: str) -> bool:
        """Whether an answer of that member counts: it was asked, and has not answered yet."""
        return self.state == "sent" and self.to == member


def term(answer_by: date, *, today: date) -> date:
    """The day an answer is due. Raises TermInPast."""
    if answer_by < today:
        raise TermInPast
    return answer_by


class ReferralAnswer(SQLModel, table=True):
    """What this member answered to a referral it received; `record` is its own, if it accepted."""

    __tablename__ = "referral_answer"
    __table_args__ = (_CONTENDED,)
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True)
    answer: Answer = Field(sa_type=String)
    answered_on: date
    record: str | None = Field(default=None, foreign_key="person.record")


class ReferralCopy(SQLModel, table=True):
    """A referral another member sent, as its event says; never edited."""

    __tablename__ = "referral_copy"
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True, index=True)
    record: str
    to: str
    sent_on: date
    reason: str
    preview: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    answer_by: date

    def must_await_answer_of(self, member: str, given: ReferralAnswer | None) -> None:
        """Raises NotTheReceiver or AlreadyAnswered."""
        if self.to != member:
            raise NotTheReceiver(f"La segnalazione è per «{self.to}»: può rispondere solo quel servizio.")
        if given is not None:
            raise AlreadyAnswered(
                f"La segnalazione è già stata {ANSWERED[given.answer]} il {given.answered_on:%d/%m/%Y}: "
                "la risposta non si può cambiare."
            )

    def told(self) -> ReferralPreview:
        """Who the person is and what is needed."""
        return ReferralPreview.model_validate(self.preview)


class EntryCopy(SQLModel, table=True):
    """One event that this registry wrote or can read: a line of timelines."""

    __tablename__ = "entry_copy"
    __table_args__ = (Index("ix_entry_copy_member_record", "member", "record"),)
    event_id: str = Field(primary_key=True)
    member: str
    service: str
    record: str
    type: str
    circle: str
    scope: str = Field(index=True)
    occurred_at: datetime
    recorded_at: datetime
    role: str
    actor_member: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    caused_by: list[str] = Field(sa_column=Column(JSON, nullable=False))
    corrects: str | None = None
