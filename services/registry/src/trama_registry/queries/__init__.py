"""What the registry reads to answer or decide. Nothing here changes anything."""

from trama_registry.queries.duplicate import candidates, told_apart
from trama_registry.queries.offer import network, own_offer, own_offers
from trama_registry.queries.person import (
    authorisation_view,
    authorisations_of,
    find_authorisation,
    find_by_tax_code,
    find_person,
    last_taking_in_charge,
    open_taking_in_charge_of,
    person_view,
    persons_by_name,
    view_of_taking_in_charge,
)
from trama_registry.queries.referral import (
    find_answer,
    find_received_referral,
    find_sent_referral,
    members,
    received_referral_view,
    received_referrals,
    receives_referrals,
    sent_referral_view,
    sent_referrals,
    view_of_received,
)
from trama_registry.queries.relation import (
    find_protocol,
    protocols,
    referente_among,
    referente_of,
    relations_of,
)
from trama_registry.queries.timeline import names_of, timeline

__all__ = [
    "authorisation_view",
    "authorisations_of",
    "candidates",
    "find_answer",
    "find_authorisation",
    "find_by_tax_code",
    "find_person",
    "find_protocol",
    "find_received_referral",
    "find_sent_referral",
    "last_taking_in_charge",
    "members",
    "names_of",
    "network",
    "open_taking_in_charge_of",
    "own_offer",
    "own_offers",
    "person_view",
    "persons_by_name",
    "protocols",
    "received_referral_view",
    "received_referrals",
    "receives_referrals",
    "referente_among",
    "referente_of",
    "relations_of",
    "sent_referral_view",
    "sent_referrals",
    "timeline",
    "told_apart",
    "view_of_received",
    "view_of_taking_in_charge",
]
