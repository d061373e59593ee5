"""The registry's tables and their rules. Pure: no database, no clock, nothing is sent from here."""

from trama_registry.models.authorisation import Authorisation, noticed
from trama_registry.models.entry import EntryCopy
from trama_registry.models.next_step import NextStep
from trama_registry.models.offer import capacity_of
from trama_registry.models.person import Person, checked_tax_code, reporting_id_of, sort_name_of
from trama_registry.models.referral import Answer, Referral, ReferralAnswer, ReferralCopy, term
from trama_registry.models.taking_in_charge import TakingInCharge

__all__ = [
    "Answer",
    "Authorisation",
    "EntryCopy",
    "NextStep",
    "Person",
    "Referral",
    "ReferralAnswer",
    "ReferralCopy",
    "TakingInCharge",
    "capacity_of",
    "checked_tax_code",
    "noticed",
    "reporting_id_of",
    "sort_name_of",
    "term",
]
