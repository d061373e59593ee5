"""Conflicts of interest, looks in urgency, standing in for who is away, through the registries' API."""

from collections.abc import Mapping

from trama_simulation.acts import (
    DeclareConflict,
    InsideAct,
    LiftConflict,
    LookInUrgency,
    StandDown,
    StandIn,
)
from trama_simulation.desks import Desk
from trama_simulation.living.knowing import referente_is_known
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own
from trama_simulation.members import SUPERVISOR

CONFLICTS = "/api/registry/conflicts"


async def do(act: InsideAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would; a conflict is lifted by the supervisor."""
    desk, person = desks[act.at], own(act.at, lived)
    match act:
        case DeclareConflict():
            shown = await desk.of(act.login).post(f"{person}/conflict", {})
            lived.conflicts[(act.at, act.login)] = shown["conflict"]
        case LiftConflict():
            conflict = lived.conflicts[(act.at, act.login)]
            await desk.of(SUPERVISOR[act.at]).post(f"{CONFLICTS}/{conflict}/lift", {})
        case LookInUrgency():
            if act.referente:
                await referente_is_known(act.referente, act.at, lived, desk)
            await desk.post(f"{person}/urgent-access", {"reason": act.reason})
            await desk.get(f"{person}/identity")
        case StandIn():
            shown = await desk.get(f"{person}/relations")
            colleague = act.login, str(shown["referente"]["operator"])
            await desk.standing_in(*colleague).get(f"{person}/relations")
            lived.stands_in[act.at] = colleague
        case StandDown():
            del lived.stands_in[act.at]
