"""Who inside a member must not look, and who looked in urgency: nothing of it stands on a timeline. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import DeclareConflict, InsideAct, LiftConflict, LookInUrgency
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.life import Life


def told_by(act: InsideAct, life: Life) -> Iterator[Told]:
    """Keep it; nothing of it is written for others to read."""
    match act:
        case DeclareConflict():
            life.conflicts.append((act.at, act.login))
        case LiftConflict():
            life.conflicts.remove((act.at, act.login))
        case LookInUrgency():
            life.urgent.append(act)
    yield from ()
