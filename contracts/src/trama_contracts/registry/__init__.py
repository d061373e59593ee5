"""Events owned by the registry: who the person is to a member, who follows them, who was asked and may know.

Nothing clinical, social or judicial is told here."""

from trama_contracts.registry.authorisation import AuthorisationGiven
from trama_contracts.registry.person import Certainty, PersonRegistered, RecordsLinked, ReportingIdAssigned
from trama_contracts.registry.referral import (
    ReferralAccepted,
    ReferralDeclined,
    ReferralPreview,
    ReferralSent,
    ReferralWithdrawn,
)
from trama_contracts.registry.relation import CaseManagerAssigned, TakingInChargeClosed, TakingInChargeOpened

__all__ = [
    "AuthorisationGiven",
    "CaseManagerAssigned",
    "Certainty",
    "PersonRegistered",
    "RecordsLinked",
    "ReferralAccepted",
    "ReferralDeclined",
    "ReferralPreview",
    "ReferralSent",
    "ReferralWithdrawn",
    "ReportingIdAssigned",
    "TakingInChargeClosed",
    "TakingInChargeOpened",
]
