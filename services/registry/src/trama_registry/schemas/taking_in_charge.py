"""Takings in charge and who follows: what is asked and answered."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date
from trama_contracts.event import Uuid
from trama_contracts.facts import ClosingReason
from trama_contracts.payload_fields import Operator, Phone, Sector
from trama_contracts.registry import SuspensionReason

from trama_registry.schemas.authorisation import BasisAsked
from trama_registry.schemas.fields import Members, Name, Sentences


class CaseManagerAsked(Body):
    """Make somebody the one person to speak to (referente del percorso). Nobody named: who is asking."""

    operator: Operator | None = None
    name: Name | None = None
    phone: Phone | None = None
    since: Date | None = None
    version: int | None = None


class OpenTakingInCharge(Body):
    """Take a person in charge, again or for the first time; today if no day is given.

    `protocol` makes it an integrated one, with these members or else all who are party to the protocol.
    """

    need: Sentences
    opened_on: Date | None = None
    case_manager: CaseManagerAsked | None = None
    basis: BasisAsked | None = None
    protocol: Uuid | None = None
    integrated_with: Members | None = None


class CloseTakingInCharge(Body):
    """End the open taking in charge; today if no day is given."""

    reason: ClosingReason
    closed_on: Date | None = None
    version: int | None = None


class CaseManagerView(BaseModel):
    """Who is the one person to speak to."""

    operator: str
    name: str
    phone: str | None
    since: date


class IntegrationView(BaseModel):
    """The protocol under which several members hold one taking in charge."""

    district: str
    act: str
    members: list[str]


class TakingInChargeView(BaseModel):
    """One episode."""

    episode: str
    sector: Sector
    need: str
    opened_on: date
    closed_on: date | None
    closing_reason: ClosingReason | None
    case_manager: CaseManagerView | None
    kind: str
    state: Literal["open", "suspended", "closed"]
    basis: dict[str, str] | None
    integration: IntegrationView | None
    suspended_on: date | None
    suspension_reason: SuspensionReason | None
    resume_by: date | None
    resumed_on: date | None
    reopened_on: date | None
    competence: Literal["ours", "moved", "disputed"]
    competence_member: str | None
    competence_since: date | None
    dispute_escalated_on: date | None
    pact_signed_on: date | None
    pact_valid_until: date | None
    version: int
    changed_by: str | None
