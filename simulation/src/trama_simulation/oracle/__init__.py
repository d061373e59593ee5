"""What each member must know once the stories have been lived, told from the stories alone. Pure.

It follows the rules of sharing in its own few lines, so that it does not err with the services it judges.
"""

from collections.abc import Iterable

from trama_simulation.acts import Story
from trama_simulation.oracle.evaluations import (
    Asked,
    Evaluation,
    Invitation,
    asked_of,
    evaluations_of,
    invitations,
)
from trama_simulation.oracle.figures import Figure, Lives, figures
from trama_simulation.oracle.paths import Hosted, Path, hosted, paths_of
from trama_simulation.oracle.referrals import referrals_of
from trama_simulation.oracle.sharing import Sharing, followers, sharing_of
from trama_simulation.oracle.told import Entry, timeline


def lives_of(stories: Iterable[Story]) -> Lives:
    """All that happened, gathered once."""
    told = tuple(stories)
    return Lives(
        stories=told,
        paths=tuple(path for story in told for path in paths_of(story)),
        evaluations=tuple(one for story in told for one in evaluations_of(story)),
    )


__all__ = [
    "Asked",
    "Entry",
    "Evaluation",
    "Figure",
    "Hosted",
    "Invitation",
    "Lives",
    "Path",
    "Sharing",
    "asked_of",
    "evaluations_of",
    "figures",
    "followers",
    "hosted",
    "invitations",
    "lives_of",
    "paths_of",
    "referrals_of",
    "sharing_of",
    "timeline",
]
