"""Takings in charge and who follows: what is asked and answered."""

from datetime import date

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date
from trama_contracts.facts import ClosingReason
from trama_contracts.payload_fields import Operator, Phone, Sector

from trama_registry.schemas.fields import Name, Sentences


class CaseManagerAsked(Body):
    """Make somebody the one person to speak to (referente del percorso). Nobody named: who is asking."""

    operator: Operator | None = None
    name: Name | None = None
    phone: Phone | None = None
    since: Date | None = None


class OpenTakingInCharge(Body):
    """Take a person in charge, again or for the first time; today if no day is given."""

    need: Sentences
    opened_on: Date | None = None
    case_manager: CaseManagerAsked | None = None


class CloseTakingInCharge(Body):
    """End the open taking in charge; today if no day is given."""

    reason: ClosingReason
    closed_on: Date | None = None


class CaseManagerView(BaseModel):
    """Who is the one person to speak to."""

    operator: str
    name: str
    phone: str | None
    since: date


class TakingInChargeView(BaseModel):
    """One episode."""

    episode: str
    sector: Sector
    need: str
    opened_on: date
    closed_on: date | None
    closing_reason: ClosingReason | None
    case_manager: CaseManagerView | None
