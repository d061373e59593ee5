"""What the registry reads to answer or decide. Nothing here changes anything."""

from trama_registry.queries.access import (
    access_list,
    accesses,
    find_access,
    view_of_access,
)
from trama_registry.queries.course import course_of, courses_of
from trama_registry.queries.duplicate import candidates, told_apart
from trama_registry.queries.entries import Part, corrections_of, is_in_story
from trama_registry.queries.identity import (
    certificates_of,
    find_certificate,
    find_identifier,
    holders_of,
    identifier_in_use,
    identity_view,
    last_told,
    link_of,
    may_see_judicial,
)
from trama_registry.queries.names import names_of
from trama_registry.queries.next_step import next_step_of, view_of_next_step
from trama_registry.queries.offer import network, own_offer, own_offers, usual_answer_days
from trama_registry.queries.overview import overview
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
    find_received_referral,
    find_sent_referral,
    members,
    past_term,
    received_referral_view,
    received_referrals,
    receives_referrals,
    sent_referral_view,
    sent_referrals,
    view_of_received,
    view_of_sent,
)
from trama_registry.queries.relation import (
    find_protocol,
    protocols,
    referente_among,
    referente_of,
    relations_of,
)
from trama_registry.queries.timeline import entry_view, timeline

__all__ = [
    "Part",
    "access_list",
    "accesses",
    "authorisation_view",
    "authorisations_of",
    "candidates",
    "certificates_of",
    "corrections_of",
    "course_of",
    "courses_of",
    "entry_view",
    "find_access",
    "find_authorisation",
    "find_by_tax_code",
    "find_certificate",
    "find_identifier",
    "find_person",
    "find_protocol",
    "find_received_referral",
    "find_sent_referral",
    "holders_of",
    "identifier_in_use",
    "identity_view",
    "is_in_story",
    "last_taking_in_charge",
    "last_told",
    "link_of",
    "may_see_judicial",
    "members",
    "names_of",
    "network",
    "next_step_of",
    "open_taking_in_charge_of",
    "overview",
    "own_offer",
    "own_offers",
    "past_term",
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
    "usual_answer_days",
    "view_of_access",
    "view_of_next_step",
    "view_of_received",
    "view_of_sent",
    "view_of_taking_in_charge",
]
