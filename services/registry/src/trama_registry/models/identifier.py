"""The numbers a person is known by, with their days and how far each was checked."""

import re
from datetime import date
from uuid import uuid4

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel
from stdnum import luhn
from stdnum.it import codicefiscale
from trama_contracts.registry import IdentifierAssigned, IdentifierEnding, IdentifierKind, Verification

from trama_registry.errors import (
    AlreadyEnded,
    DayInFuture,
    DayTooEarly,
    IdentifierMalformed,
    ValidityMissing,
    VerificationUnnamed,
)
from trama_registry.models.likeness import Identity
from trama_registry.models.person import Person
from trama_registry.models.spelling import words_of

_FORMS: dict[IdentifierKind, re.Pattern[str]] = {
    "tax-code": re.compile(
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"
    ),
    "provisional-tax-code": re.compile(r"[0-9]{11}"),
    "stp": re.compile(r"STP[0-9]{13}"),
    "eni": re.compile(r"ENI[0-9]{13}"),
    "anpr-id": re.compile(r"[A-Z0-9]{9}"),
    "other": re.compile(r"[A-Z0-9]{4,32}"),
}
FORM_WORDS: dict[IdentifierKind, str] = {
    "tax-code": "Il codice fiscale ha 16 caratteri: controllate ogni carattere.",
    "provisional-tax-code": "Il codice fiscale provvisorio ha 11 cifre.",
    "stp": "Il codice STP è «STP» seguito da 13 cifre.",
    "eni": "Il codice ENI è «ENI» seguito da 13 cifre.",
    "anpr-id": "L'ID ANPR ha 9 lettere o cifre.",
    "other": "Da 4 a 32 lettere maiuscole o cifre.",
}
TAX_CODES: tuple[IdentifierKind, ...] = ("tax-code", "provisional-tax-code")
"""By these a person is counted, and there is one of them in use at a time."""
WITH_VALIDITY: tuple[IdentifierKind, ...] = ("stp", "eni")
_SEPARATORS = re.compile(r"[\s.\-/]")
_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
_MONTHS = "ABCDEHLMPRST"


def tidy(kind: IdentifierKind, typed: str) -> str:
    """A number as it is kept: capitals, no separators. Raises IdentifierMalformed."""
    value = _SEPARATORS.sub("", typed).upper()
    if _FORMS[kind].fullmatch(value) is None:
        raise IdentifierMalformed(FORM_WORDS[kind])
    return value


def kind_of_tax_code(tax_code: str) -> IdentifierKind:
    """Eleven digits are provisional."""
    return "provisional-tax-code" if len(tax_code) == 11 else "tax-code"


def verification_of(kind: IdentifierKind, value: str, identity: Identity) -> Verification:
    """How far we can check a number by ourselves: form, check character, names and birth date.

    Only an archive can say that it is this person's: that level is never given here.
    """
    if kind == "provisional-tax-code":
        return "checked" if luhn.is_valid(value) else "well-formed"
    if kind != "tax-code" or not codicefiscale.is_valid(value):
        return "well-formed"
    return "plausible" if _agrees(value, identity) else "checked"


def _agrees(tax_code: str, identity: Identity) -> bool:
    """Whether the code has the letters of these names and this day of birth (century and sex left open)."""
    birth = identity.birth_date
    if birth is None or not identity.family_name or not identity.given_name:
        return False
    digits = tax_code[6:8].translate(_DIGITS), tax_code[9:11].translate(_DIGITS)
    day = int(digits[1]) % 40
    written = (f"{birth:%y}", _MONTHS[birth.month - 1], birth.day)
    letters = _letters(identity.family_name, of_given=False) + _letters(identity.given_name, of_given=True)
    return (digits[0], tax_code[8], day) == written and tax_code[:6] == letters


def _letters(name: str, *, of_given: bool) -> str:
    """The three letters of a name: its consonants, then its vowels, then X."""
    whole = "".join(words_of(name)).upper()
    consonants = [letter for letter in whole if letter.isalpha() and letter not in "AEIOU"]
    vowels = [letter for letter in whole if letter in "AEIOU"]
    if of_given and len(consonants) > 3:
        del consonants[1]
    return "".join([*consonants, *vowels, "X", "X", "X"][:3])


class PersonIdentifier(SQLModel, table=True):
    """One number of one person, with its days. What is used no longer stays."""

    __tablename__ = "person_identifier"
    __table_args__ = (Index("ix_person_identifier_value", "value"),)
    identifier: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    kind: IdentifierKind = Field(sa_type=String)
    value: str
    verification: Verification = Field(sa_type=String)
    valid_from: date
    valid_to: date | None = None
    attested_by: str | None = None
    replaces: str | None = None
    ended_on: date | None = None
    ending: IdentifierEnding | None = Field(default=None, sa_type=String)

    @classmethod
    def assign(cls, record: str, assigned: IdentifierAssigned, *, today: date) -> "PersonIdentifier":
        """Put a number on a record. Raises DayInFuture, DayTooEarly, ValidityMissing, VerificationUnnamed."""
        _must_be_sound(assigned, today)
        return cls(record=record, **assigned.model_dump())

    def attest(self, assigned: IdentifierAssigned, *, today: date) -> None:
        """Lengthen the validity, or note who verified it. Raises AlreadyEnded and what assigning raises."""
        if self.ended_on is not None:
            raise AlreadyEnded
        _must_be_sound(assigned, today)
        self.verification, self.attested_by = assigned.verification, assigned.attested_by
        self.valid_from, self.valid_to = assigned.valid_from, assigned.valid_to

    def end(self, reason: IdentifierEnding, *, on: date, today: date) -> None:
        """Use it no longer. Raises AlreadyEnded, DayInFuture, DayTooEarly."""
        if self.ended_on is not None:
            raise AlreadyEnded
        if on > today:
            raise DayInFuture(field="ended_on")
        if on < self.valid_from:
            raise DayTooEarly(
                "Il codice vale dal %(day)s: indicate un giorno da allora in poi.",
                field="ended_on",
                day=self.valid_from,
            )
        self.ended_on, self.ending = on, reason

    def is_in_force(self, today: date) -> bool:
        """In use and within its days."""
        return self.ended_on is None and (self.valid_to is None or today <= self.valid_to)


def _must_be_sound(assigned: IdentifierAssigned, today: date) -> None:
    if assigned.valid_from > today:
        raise DayInFuture(field="valid_from")
    if assigned.kind in WITH_VALIDITY and assigned.valid_to is None:
        raise ValidityMissing
    if assigned.valid_to is not None and assigned.valid_to < assigned.valid_from:
        raise DayTooEarly("La scadenza precede l'inizio: correggete le date.", field="valid_to")
    if assigned.verification == "verified" and assigned.attested_by is None:
        raise VerificationUnnamed


def first_identifier(person: Person, tax_code: str, *, today: date) -> PersonIdentifier:
    """The tax code with which a person was registered: told in that event, and checked as far as we can."""
    kind = kind_of_tax_code(tax_code)
    return PersonIdentifier(
        identifier=str(uuid4()),
        record=person.record,
        kind=kind,
        value=tax_code,
        verification=verification_of(kind, tax_code, person.identity),
        valid_from=today,
    )


class PersonTrait(SQLModel, table=True):
    """What a record is found by when somebody like it is described."""

    __tablename__ = "person_trait"
    trait: str = Field(primary_key=True)
    record: str = Field(primary_key=True, foreign_key="person.record", index=True)


class DistinctPersons(SQLModel, table=True):
    """Two records of ours that are alike and, somebody said, of two people: kept, so as not to ask again."""

    __tablename__ = "distinct_persons"
    record: str = Field(primary_key=True, foreign_key="person.record")
    other: str = Field(primary_key=True, foreign_key="person.record", index=True)
    reason: str
    decided_by: str
    decided_on: date

    @classmethod
    def decide(cls, one: str, other: str, *, reason: str, by: str, on: date) -> "DistinctPersons":
        """Keep the decision; the smaller id stands first."""
        first, second = sorted((one, other))
        return cls(record=first, other=second, reason=reason, decided_by=by, decided_on=on)
