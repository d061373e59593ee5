"""Who does what in the network: what is asked and answered."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field
from trama_chassis.bodies import Body, Line
from trama_contracts.offers import Places
from trama_contracts.payload_fields import Phone

from trama_registry.schemas.fields import Sentences


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
    kind_label: str
    sector: str
    offers: list[OfferView]
