"""What happened, in plain words: the one place where events, codes, days and members become sentences."""

from trama_chassis.clock import local_day
from trama_chassis.language import day

# In the order in which a story is told when all happens in one moment.
from trama_registry.queries.told import registry  # isort: skip
from trama_registry.queries.told import referral  # isort: skip
from trama_registry.queries.told import relation  # isort: skip
from trama_registry.queries.told import authorisation  # isort: skip
from trama_registry.queries.told import story  # isort: skip
from trama_registry.queries.told import note  # isort: skip
from trama_registry.queries.told import identity  # isort: skip
from trama_registry.queries.told import evaluation  # isort: skip
from trama_registry.queries.told import placement  # isort: skip
from trama_registry.queries.told import document  # isort: skip
from trama_registry.queries.told import reasons, sharing
from trama_registry.queries.told.kinds import KINDS, kind_of, types_of
from trama_registry.queries.told.telling import ORDER, Names, happened
from trama_registry.queries.told.words import (
    CLOSINGS,
    FAILURES,
    OUTCOMES,
    REFUSALS,
    ROLES,
    SERVICES,
    STATE_KINDS,
    STATES,
    at,
    silent,
    when,
)

__all__ = [
    "CLOSINGS",
    "FAILURES",
    "KINDS",
    "ORDER",
    "OUTCOMES",
    "REFUSALS",
    "ROLES",
    "SERVICES",
    "STATES",
    "STATE_KINDS",
    "Names",
    "at",
    "authorisation",
    "day",
    "document",
    "evaluation",
    "happened",
    "identity",
    "kind_of",
    "local_day",
    "note",
    "placement",
    "reasons",
    "referral",
    "registry",
    "relation",
    "sharing",
    "silent",
    "story",
    "types_of",
    "when",
]
