"""What is asked of the registry over HTTP, and what it answers. Unknown fields are refused."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints
from trama_chassis.bodies import Body, Date, Line, tidied
from trama_contracts.event import Member, Uuid
from trama_contracts.facts import ClosingReason, DecliningReason
from trama_contracts.offers import Places
from trama_contracts.payload_fields import (
    Code,
    Operator,
    PersonName,
    Phone,
    Sector,
    ShareableCircle,
    TaxCode,
    Text,
)

from trama_registry.models import checked_tax_code

_Value = TypeVar("_Value", bound=str)


def _checked(value: object) -> object:
    return checked_tax_code(value) if isinstance(value, str) else value


def _once(values: list[_Value]) -> list[_Value]:
    return sorted(set(values))


Name = Annotated[PersonName, BeforeValidator(tidied)]
TypedTaxCode = Annotated[TaxCode, BeforeValidator(_checked)]
Sentences = Annotated[Text, StringConstraints(strip_whitespace=True)]
Members = Annotated[list[Member], Field(min_length=1, max_length=200), AfterValidator(_once)]
Circles = Annotated[list[ShareableCircle], Field(min_length=1, max_length=6), AfterValidator(_once)]


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


class RegisterPerson(Body):
    """Enter a person in the registry, and open the taking in charge in the same breath if wanted."""

    given_name: Name | None = None
    family_name: Name
    tax_code: TypedTaxCode | None = None
    birth_date: Date | None = None
    town: Line | None = None
    phone: Phone | None = None
    taking_in_charge: OpenTakingInCharge | None = None


class CloseTakingInCharge(Body):
    """End the open taking in charge; today if no day is given."""

    reason: ClosingReason
    closed_on: Date | None = None


class BasisAsked(Body):
    """What a sharing rests on: consent, or a law with its act and article."""

    kind: Literal["consent", "law"]
    act: Line | None = None
    article: Line | None = None


class GiveAuthorisation(Body):
    """Record an authorisation to share. Without controllers: those of all who are to share."""

    purpose: Code
    basis: BasisAsked
    circles: Circles
    recipients: Members
    controllers: Members | None = None
    starts_on: Date | None = None
    ends_on: Date | None = None
    notice_given_on: Date | None = None


class SendReferral(Body):
    """Refer a person to one receiver."""

    to: Member
    reason: Sentences
    need: Sentences
    answer_by: Date
    authorisation: Uuid


class AcceptReferral(Body):
    """Take the person in charge. `record`: the operator says that they are a person we follow already."""

    need: Sentences | None = None
    contact: Name | None = None
    record: Uuid | None = None


class DeclineReferral(Body):
    """Say why the referral cannot be accepted, and what may help instead."""

    reason: DecliningReason
    alternative: Sentences | None = None


class WithdrawReferral(Body):
    """Take back a referral that nobody has answered; no reason is owed."""

    reason: Line | None = None


class DescribeOffer(Body):
    """What this member does for people, told to the whole network."""

    name: Line
    what: Sentences
    for_whom: Sentences
    phone: Phone
    address: Line
    hours: Line
    receives_referrals: bool
    usual_answer_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = None


class StatePlaces(Body):
    """How many places an offer has, and how many are free today."""

    places: Places
    free: Places


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


class AuthorisationView(BaseModel):
    """An authorisation to share, as it was given."""

    authorisation: str
    record: str
    purpose: str
    basis: BasisAsked
    circles: list[str]
    recipients: list[str]
    controllers: list[str]
    starts_on: date
    ends_on: date | None
    notice_given_on: date
    in_force: bool


class SentReferralView(BaseModel):
    """A referral of ours and what became of it."""

    referral: str
    record: str
    name: str
    to: str
    sent_on: date
    reason: str
    need: str
    answer_by: date
    authorisation: str
    state: Literal["sent", "accepted", "declined", "withdrawn"]
    answered_on: date | None
    contact: str | None
    declining_reason: DecliningReason | None
    alternative: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None


class PreviewView(BaseModel):
    """The least a receiver needs to decide."""

    given_name: str | None = None
    family_name: str
    tax_code: str | None = None
    birth_date: date | None = None
    need: str


class ReceivedReferralView(BaseModel):
    """A referral to us: a preview and nothing of the past. `record` is ours, once accepted."""

    referral: str
    sender: str
    sent_on: date
    reason: str
    preview: PreviewView
    answer_by: date
    state: Literal["received", "accepted", "declined", "withdrawn"]
    answered_on: date | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    record: str | None


class EntryView(BaseModel):
    """One thing that happened, by whom it was written and in plain words."""

    event_id: str
    member: str
    service: str
    source: str
    type: str
    happened: str
    occurred_at: datetime
    recorded_at: datetime
    role: str
    caused_by: list[str]
    corrects: str | None


class TimelineView(BaseModel):
    """All that is known here of a person's way, and how complete it is."""

    record: str
    complete: bool
    completeness: str
    case_manager: CaseManagerView | None
    entries: list[EntryView]


class MemberView(BaseModel):
    """A member of the network, and whether it receives referrals."""

    member: str
    name: str
    controller: str
    circles: list[str]
    purposes: list[str]
    receives_referrals: bool


class CapacityView(BaseModel):
    """Places, as they were on a day."""

    places: int
    free: int
    as_of: date
    days_old: int


class OfferView(BaseModel):
    """What a member does for people, and where to ask."""

    offer: str
    name: str
    what: str
    for_whom: str
    phone: str
    address: str
    hours: str
    receives_referrals: bool
    usual_answer_days: int | None
    capacity: CapacityView | None


class NetworkMemberView(BaseModel):
    """A member and what it offers."""

    member: str
    name: str
    kind: str
    sector: str
    offers: list[OfferView]
