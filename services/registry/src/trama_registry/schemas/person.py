"""Persons: what is asked and answered."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.payload_fields import Language, Phone

from trama_registry.schemas.fields import Name, TypedTaxCode
from trama_registry.schemas.taking_in_charge import OpenTakingInCharge, TakingInChargeView


class RegisterPerson(Body):
    """Enter a person in the registry, and open the taking in charge in the same breath if wanted."""

    given_name: Name | None = None
    family_name: Name
    tax_code: TypedTaxCode | None = None
    birth_date: Date | None = None
    town: Line | None = None
    phone: Phone | None = None
    language: Language | None = None
    needs_interpreter: bool | None = None
    taking_in_charge: OpenTakingInCharge | None = None
    another_person: Line | None = None
    """Why this is somebody else than who looks the same here; asked only where it is certain by all signs."""


class CandidateView(BaseModel):
    """A record of ours that may be of the person described, how sure that is and why."""

    record: str
    name: str
    birth_date: date | None
    town: str | None
    tax_code: str | None
    grade: Literal["certain", "probable", "possible"]
    reasons: list[str]


class SeekDuplicates(Body):
    """Who is described; any part may be missing."""

    given_name: Name | None = None
    family_name: Name | None = None
    tax_code: TypedTaxCode | None = None
    birth_date: Date | None = None
    town: Line | None = None
    phone: Phone | None = None


class PersonView(BaseModel):
    """A person as this member knows them; the taking in charge is the open one, if there is one."""

    record: str
    given_name: str | None
    family_name: str
    tax_code: str | None
    birth_date: date | None
    town: str | None
    phone: str | None
    language: str | None = None
    needs_interpreter: bool | None = None
    registered_at: datetime
    taking_in_charge: TakingInChargeView | None
    version: int = 1


class RecordHereView(BaseModel):
    """Another record of ours that is of the same person."""

    record: str
    name: str
    registered_on: date
    town: str | None


class PersonListed(BaseModel):
    """A line of the list of persons; `also` are other records of ours of the same person."""

    record: str
    name: str
    birth_date: date | None
    town: str | None
    in_charge_since: date | None
    state: str = ""
    state_kind: str = "neutral"
    also: list[RecordHereView] = []
    next_step: str | None = None
    next_step_on: date | None = None
    """By when what we set ourselves is to be done; what was done is no longer said."""


class PersonList(BaseModel):
    """A page of persons by name; `after` asks for the next one."""

    persons: list[PersonListed]
    after: str | None
