"""Who a person is to this member, and under which pseudonym they are counted."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Index
from sqlmodel import Field, SQLModel
from stdnum import luhn
from stdnum.it import codicefiscale
from trama_chassis.language import say
from trama_contracts.encoding import b64u
from trama_contracts.registry import PersonRegistered, ReferralPreview

from trama_registry.errors import BornInFuture
from trama_registry.models.likeness import Identity

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
            raise ValueError(say("Codice fiscale provvisorio non valido: la cifra di controllo non torna"))
        return code
    if len(code) != 16 or not code.isascii():
        raise ValueError(say("Il codice fiscale ha 16 caratteri, o 11 cifre se provvisorio"))
    if not codicefiscale.is_valid(code):
        raise ValueError(say("Codice fiscale non valido: controllate ogni carattere"))
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
    __table_args__ = (
        Index("ix_person_sort_name_record", "sort_name", "record"),
        {"info": {"contended": True}},
    )
    record: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str
    tax_code: str | None = Field(default=None, unique=True)
    birth_date: date | None = None
    town: str | None = None
    phone: str | None = None
    language: str | None = None
    needs_interpreter: bool | None = None
    sort_name: str
    registered_at: datetime
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    changed_by: str | None = None

    @classmethod
    def register(cls, identity: PersonRegistered, *, today: date, at: datetime) -> "Person":
        """A new record. Raises BornInFuture."""
        if identity.birth_date is not None and identity.birth_date > today:
            raise BornInFuture
        sort_name = sort_name_of(identity.family_name, identity.given_name)
        return cls(record=str(uuid4()), sort_name=sort_name, registered_at=at, **identity.model_dump())

    def correct(self, identity: PersonRegistered, *, today: date) -> None:
        """Put right who the person is; the numbers have a history of their own. Raises BornInFuture."""
        if identity.birth_date is not None and identity.birth_date > today:
            raise BornInFuture
        for name, value in identity.model_dump(exclude={"tax_code"}).items():
            setattr(self, name, value)
        self.sort_name = sort_name_of(identity.family_name, identity.given_name)

    def changed(self, by: str) -> None:
        """Count a change of what the form of a person's data shows, and keep who made it."""
        self.version += 1
        self.changed_by = by

    @property
    def identity(self) -> Identity:
        """Who this is, as one compares."""
        return Identity.of(self)

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
