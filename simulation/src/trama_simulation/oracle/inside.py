"""Who inside a member must not look, who looked in urgency, who stands in for whom: nothing of it stands on a
timeline by itself. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import (
    DeclareConflict,
    InsideAct,
    LiftConflict,
    LookInUrgency,
    StandDown,
    StandIn,
)
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
        case StandIn():
            life.stood_in.add(act.at)
        case StandDown():
            life.stood_in.remove(act.at)
    yield from ()
