"""The words for who looked at a person's data, as the person is told them."""

from trama_chassis.language import say

from trama_registry.queries.told.words import ROLES

KINDS = {
    "read": "ha letto",
    "search": "ha trovato cercando",
    "change": "ha scritto o cambiato",
    "exception": "ha agito in deroga a una regola, con un motivo",
    "urgent": "ha letto con accesso urgente motivato",
    "export": "ha scaricato o stampato",
}
SERVICES = {
    "registry": "persone e segnalazioni",
    "evaluation": "valutazioni",
    "placement": "inserimenti",
    "reporting": "rendicontazione",
}
OTHER_ROLES = {
    "listening-specialist": "specialista dell'ascolto",
    "reporting-reader": "lettura dei conteggi",
    "": "altro ruolo",
}


def role_of(role: str) -> str:
    """What a role is called; one that is not known here is not guessed."""
    known = ROLES.get(role) or OTHER_ROLES.get(role) or OTHER_ROLES[""]
    return say(known)


def service_of(service: str) -> str:
    """What a service of a member is called."""
    known = SERVICES.get(service, service)
    return say(known)
