"""What an entry is about: the kinds by which a story is filtered, told by the modules of event classes."""

from collections import defaultdict

from trama_contracts.events import EVENTS

KINDS = {
    "person": "Dati della persona",
    "relation": "Chi segue la persona",
    "story": "Prossimi passi e correzioni",
    "note": "Note e colloqui",
    "referral": "Segnalazioni",
    "authorisation": "Condivisione dei dati",
    "evaluation": "Valutazioni e progetti",
    "placement": "Inserimenti",
    "document": "Documenti",
}
OTHER = "other"
_KIND_OF_MODULE = {
    "identifier": "person",
    "certificate": "person",
    "access": "relation",
    "interview": "note",
    "withdrawal": "referral",
    "participation": "authorisation",
    "restriction": "authorisation",
}
"""Modules of event classes that are no kind of their own."""


def kind_of(wire_type: str) -> str:
    """The code of what an entry is about."""
    event = EVENTS.get(wire_type)
    module = event.__module__.rpartition(".")[2] if event is not None else OTHER
    kind = _KIND_OF_MODULE.get(module, module)
    return kind if kind in KINDS else OTHER


def types_of(kind: str) -> tuple[str, ...]:
    """The wire types of a kind; none of a kind that there is not."""
    return tuple(_TYPES[kind])


_TYPES: dict[str, list[str]] = defaultdict(list)
for _wire_type in EVENTS:
    _TYPES[kind_of(_wire_type)].append(_wire_type)
