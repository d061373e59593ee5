"""What each member must know once the stories have been lived, told from the stories alone. Pure.

It follows the rules of sharing in its own few lines, so that it does not err with the services it judges.
"""

from collections.abc import Iterable

from trama_simulation.acts import Story
from trama_simulation.oracle.entries import IN_PLACE, STRUCK, Entry
from trama_simulation.oracle.evaluations import (
    Asked,
    Evaluation,
    Invitation,
    asked_of,
    evaluations_of,
    invitations,
)
from trama_simulation.oracle.figure import Figure
from trama_simulation.oracle.figures import Lives, figures
from trama_simulation.oracle.grounds import is_in_force
from trama_simulation.oracle.life import (
    Access,
    Certificate,
    Document,
    Episode,
    Life,
    Note,
    Number,
    Referral,
    Step,
)
from trama_simulation.oracle.notes import is_to_be_read, not_read_by
from trama_simulation.oracle.paths import Hosted, Path, hosted, paths_of
from trama_simulation.oracle.remembered import hidden_at, kind_written, remembered
from trama_simulation.oracle.retention import Proposal, proposals
from trama_simulation.oracle.sharing import NARROWS, Sharing, followers, forgot, sharing_of
from trama_simulation.oracle.terms import in_time
from trama_simulation.oracle.told import life_of, timeline
from trama_simulation.oracle.view import View, referente


def lives_of(stories: Iterable[Story]) -> Lives:
    """All that happened, gathered once."""
    told = tuple(stories)
    return Lives(
        stories=told,
        paths=tuple(path for story in told for path in paths_of(story)),
        evaluations=tuple(one for story in told for one in evaluations_of(story)),
    )


__all__ = [
    "IN_PLACE",
    "NARROWS",
    "STRUCK",
    "Access",
    "Asked",
    "Certificate",
    "Document",
    "Entry",
    "Episode",
    "Evaluation",
    "Figure",
    "Hosted",
    "Invitation",
    "Life",
    "Lives",
    "Note",
    "Number",
    "Path",
    "Proposal",
    "Referral",
    "Sharing",
    "Step",
    "View",
    "asked_of",
    "evaluations_of",
    "figures",
    "followers",
    "forgot",
    "hidden_at",
    "hosted",
    "in_time",
    "invitations",
    "is_in_force",
    "is_to_be_read",
    "kind_written",
    "life_of",
    "lives_of",
    "not_read_by",
    "paths_of",
    "proposals",
    "referente",
    "remembered",
    "sharing_of",
    "timeline",
]
