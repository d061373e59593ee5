"""The templates of the registry's pages, with the words they need."""

from pathlib import Path

from trama_chassis import web
from trama_chassis.language import language_name
from trama_contracts.events import EVENTS
from trama_contracts.registry import NoteRead

from trama_registry.models import HIDDEN_ALONE
from trama_registry.queries import told
from trama_registry.schemas import EntryView

templates = web.environment(Path(__file__).parents[1] / "templates")
templates.filters["day"] = told.day


def _when(entry: EntryView) -> str:
    """The moment of an entry in the language of the page."""
    return told.when(entry.occurred_at, entry.recorded_at)


templates.filters["when"] = _when
templates.filters["language_name"] = language_name
templates.filters["moment"] = lambda moment: told.when(moment, moment)
templates.globals |= {"refusals": told.REFUSALS, "services": told.SERVICES, "states": told.STATES}
templates.globals |= {
    "state_kinds": told.STATE_KINDS,
    "failures": told.FAILURES,
    "referral_outcomes": told.OUTCOMES,
}
templates.globals["hideable"] = frozenset(
    one.wire_type for one in EVENTS.values() if one.scope in HIDDEN_ALONE and one is not NoteRead
)
"""What may be hidden from other services: what stands in a stream of its own."""
templates.globals |= {"roles": told.ROLES, "kinds": told.KINDS}
templates.globals |= {
    "channels": told.relation.CHANNELS,
    "risk_factors": told.relation.RISK_FACTORS,
    "doors": told.relation.DOORS,
    "outcomes": told.relation.OUTCOMES,
    "access_states": told.relation.ACCESS_STATES,
    "grades": told.relation.GRADES,
    "suspensions": told.relation.SUSPENSIONS,
    "grounds": told.relation.GROUNDS,
    "relation_kinds": told.relation.KINDS,
    "relation_states": told.relation.STATES,
    "competences": told.relation.COMPETENCES,
    "closings": told.CLOSINGS,
}
templates.globals["labels"] = {
    name: {code: words[0].upper() + words[1:] for code, words in choices.items()}
    for name, choices in {
        "channels": told.relation.CHANNELS,
        "risk_factors": told.relation.RISK_FACTORS,
        "outcomes": told.relation.OUTCOMES,
        "suspensions": told.relation.SUSPENSIONS,
        "grounds": told.relation.GROUNDS,
        "closings": told.CLOSINGS,
    }.items()
}
"""The same words where each stands alone, as a choice in a form."""
