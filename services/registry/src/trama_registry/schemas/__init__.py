"""What is asked of the registry over HTTP, and what it answers. Unknown fields are refused."""

from trama_registry.schemas.authorisation import AuthorisationView, BasisAsked, GiveAuthorisation
from trama_registry.schemas.fields import Circles, Members, Name, Sentences, TypedTaxCode
from trama_registry.schemas.network import (
    CapacityView,
    DescribeOffer,
    MemberView,
    NetworkMemberView,
    OfferView,
    StatePlaces,
)
from trama_registry.schemas.person import PersonList, PersonListed, PersonView, RegisterPerson
from trama_registry.schemas.referral import (
    AcceptReferral,
    DeclineReferral,
    PreviewView,
    ReceivedReferralView,
    SendReferral,
    SentReferralView,
    WithdrawReferral,
)
from trama_registry.schemas.story import CompleteNextStep, CorrectEntry, NextStepView, SetNextStep
from trama_registry.schemas.taking_in_charge import (
    CaseManagerAsked,
    CaseManagerView,
    CloseTakingInCharge,
    OpenTakingInCharge,
    TakingInChargeView,
)
from trama_registry.schemas.timeline import EntryView, TimelineView

__all__ = [
    "AcceptReferral",
    "AuthorisationView",
    "BasisAsked",
    "CapacityView",
    "CaseManagerAsked",
    "CaseManagerView",
    "Circles",
    "CloseTakingInCharge",
    "CompleteNextStep",
    "CorrectEntry",
    "DeclineReferral",
    "DescribeOffer",
    "EntryView",
    "GiveAuthorisation",
    "MemberView",
    "Members",
    "Name",
    "NetworkMemberView",
    "NextStepView",
    "OfferView",
    "OpenTakingInCharge",
    "PersonList",
    "PersonListed",
    "PersonView",
    "PreviewView",
    "ReceivedReferralView",
    "RegisterPerson",
    "SendReferral",
    "SentReferralView",
    "Sentences",
    "SetNextStep",
    "StatePlaces",
    "TakingInChargeView",
    "TimelineView",
    "TypedTaxCode",
    "WithdrawReferral",
]
