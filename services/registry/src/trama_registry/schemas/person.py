"""Persons: what is asked and answered."""

from datetime import date, datetime

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.payload_fields import Phone

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
    taking_in_charge: OpenTakingInCharge | None = None


class PersonView(BaseModel):
    """A person as this member knows them; the taking in charge is the open one, if there is one."""

    record: str
    given_name: str | None
    family_name: str
    tax_code: str | None
    birth_date: date | None
    town: str | None
    phone: str | None
    registered_at: datetime
    taking_in_charge: TakingInChargeView | None


class PersonListed(BaseModel):
    """A line of the list of persons."""

    record: str
    name: str
    birth_date: date | None
    town: str | None
    in_charge_since: date | None


class PersonList(BaseModel):
    """A page of persons by name; `after` asks for the next one."""

    persons: list[PersonListed]
    after: str | None
