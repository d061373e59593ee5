"""Asks every member's API what it knows and says where that differs from the oracle."""

from collections.abc import Mapping, Sequence

from trama_simulation import oracle
from trama_simulation.comparison import counted, erasures, inside, members, persons
from trama_simulation.comparison.question import Question, differences
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import PROVINCIA


def questions(lived: Sequence[Lived], desks: Mapping[str, Desk]) -> list[Question]:
    """All there is to ask: of every person, of every member, of what is counted."""
    lives = oracle.lives_of(one.story for one in lived)
    return [
        *(asked for number, one in enumerate(lived) for asked in persons.about(one, number, desks)),
        *members.about(lived, lives, desks),
        *inside.declared(lived, desks),
        *erasures.proposed(lived, desks),
        counted.about(oracle.figures(lives), desks[PROVINCIA]),
    ]


__all__ = ["Question", "differences", "questions"]
