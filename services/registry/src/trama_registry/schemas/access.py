"""First contacts at the doors: what is asked and answered."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from trama_chassis.bodies import Body, Date, Line
from trama_chassis.language import say
from trama_contracts.event import Uuid
from trama_contracts.payload_fields import Language, Phone
from trama_contracts.registry import AccessOutcome, Door

from trama_registry.models.access import CHANNELS, RISK_FACTORS, AccessState
from trama_registry.schemas.fields import Name, Sentences, TypedTaxCode


def _channel(code: str) -> str:
    if code not in CHANNELS:
        raise ValueError(say("Scegliete come è arrivata la richiesta"))
    return code


def _risk_factors(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not set(codes) <= set(RISK_FACTORS):
        raise ValueError(say("Scegliete i fattori di rischio dall'elenco"))
    return tuple(sorted(set(codes)))


class PartialIdentity(Body):
    """Who asks, as far as they say: any part may be missing."""

    given_name: Name | None = None
    family_name: Name | None = None
    tax_code: TypedTaxCode | None = None
    birth_date: Date | None = None
    town: Line | None = None
    phone: Phone | None = None
    language: Language | None = None
    needs_interpreter: bool | None = None


class RecordAccess(PartialIdentity):
    """Somebody asks at a door of ours. `record` if they are a person of ours; `register` to make them one.

    With the outcome `taken-in-charge` they are registered, if need be, and taken in charge at once.
    """

    door: Door = "desk"
    channel: Annotated[str, AfterValidator(_channel)]
    need: Sentences
    risk_factors: Annotated[tuple[str, ...], Field(max_length=20), AfterValidator(_risk_factors)] = ()
    received_on: Date | None = None
    reserved: bool = False
    record: Uuid | None = None
    register_person: bool = False
    another_person: Line | None = None
    outcome: AccessOutcome | None = None
    note: Sentences | None = None


class ConcludeAccess(PartialIdentity):
    """What an access led to; who it was may become known only now."""

    outcome: AccessOutcome
    note: Sentences | None = None
    concluded_on: Date | None = None
    record: Uuid | None = None
    register_person: bool = False
    another_person: Line | None = None
    version: int | None = None


class AccessView(BaseModel):
    """A first contact at a door of ours."""

    access: str
    door: Door
    channel: str
    need: str
    risk_factors: list[str]
    received_on: date
    received_by: str
    route_by: date
    days_left: int
    reserved: bool
    record: str | None
    name: str
    given_name: str | None
    family_name: str | None
    tax_code: str | None
    birth_date: date | None
    town: str | None
    phone: str | None
    language: str | None
    needs_interpreter: bool | None
    state: AccessState
    outcome: AccessOutcome | None
    concluded_on: date | None
    note: str | None
    reminded_on: date | None
    escalated_on: date | None
    version: int


class AccessList(BaseModel):
    """First contacts that this operator may see, the most pressing first, and how many there are."""

    accesses: list[AccessView]
    total: int
    late: int
