"""What registries tell the services beside them, kept by all in one way: whom their member follows, which
records are of one person, why something may be shared. It decides nothing and publishes nothing;
of pages it has the one part that shows what others will see."""

from trama_caseload.copies import EpisodeCopy, PersonCopy
from trama_caseload.event_handlers import handlers
from trama_caseload.foreseen import DraftPreviewView, preview
from trama_caseload.queries import (
    directory,
    find_person,
    is_in_charge,
    member_name,
    name_of,
    own_entry,
    own_member,
    person_name,
    person_names,
    today,
    unknown_person,
)

TABLES = (PersonCopy, EpisodeCopy)
"""What a service that includes the handlers lists among its tables, and makes by a migration."""

__all__ = [
    "TABLES",
    "DraftPreviewView",
    "EpisodeCopy",
    "PersonCopy",
    "directory",
    "find_person",
    "handlers",
    "is_in_charge",
    "member_name",
    "name_of",
    "own_entry",
    "own_member",
    "person_name",
    "person_names",
    "preview",
    "today",
    "unknown_person",
]
