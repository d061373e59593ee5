"""What the registry does about events: copies of all it can read, reactions to what changes who may know.

Copies depend on events alone: no clock, no number drawn here, or a rebuild would not find the same again."""

from trama_registry.event_handlers import access, authorisation, document, entry, erasure, looking, referral
from trama_registry.event_handlers.entry import TOLD
from trama_registry.event_handlers.heard import handlers

__all__ = [
    "TOLD",
    "access",
    "authorisation",
    "document",
    "entry",
    "erasure",
    "handlers",
    "looking",
    "referral",
]
