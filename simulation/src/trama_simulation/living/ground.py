"""What sharing rests on, through the registries' API: told, taken back, opposed, restricted."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from trama_simulation.acts import (
    AgreeToTakePart,
    DecideOpposition,
    GiveNotice,
    GroundAct,
    LastDayPasses,
    LiftRestriction,
    Oppose,
    Restrict,
    TakePartNoLonger,
    Withdraw,
)
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own
from trama_simulation.members import SUPERVISOR

Done: TypeAlias = (
    GiveNotice
    | AgreeToTakePart
    | TakePartNoLonger
    | Withdraw
    | Oppose
    | DecideOpposition
    | Restrict
    | LiftRestriction
)
"""What somebody does."""


async def do(act: GroundAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would; what answers for the member is decided by its supervisor."""
    if isinstance(act, LastDayPasses):
        return
    where, body = _asked(act, lived)
    desk = desks[act.at].of(SUPERVISOR[act.at]) if isinstance(act, DecideOpposition) else desks[act.at]
    shown = await desk.post(f"{own(act.at, lived)}/{where}", body)
    match act:
        case AgreeToTakePart():
            lived.participations[act.at] = shown["participation"]
        case Oppose():
            lived.oppositions[(act.at, act.nth)] = shown["opposition"]
        case Restrict():
            lived.restrictions[act.at] = shown["restriction"]


def _asked(act: Done, lived: Lived) -> tuple[str, dict[str, Any]]:
    """Where it is asked, and with which words."""
    match act:
        case GiveNotice():
            return "notices", {"text": act.text}
        case AgreeToTakePart():
            return "participations", {"path": act.path}
        case TakePartNoLonger():
            return f"participations/{lived.participations[act.at]}/withdraw", {"reason": act.reason}
        case Withdraw():
            given = lived.authorisations[act.given_at][act.nth - 1]
            return f"authorisations/{given}/withdraw", {"reason": act.reason}
        case Oppose():
            given = lived.authorisations[act.at][act.nth - 1]
            return f"authorisations/{given}/oppose", {"reasons": act.reasons}
        case DecideOpposition():
            opposition = lived.oppositions[(act.at, act.nth)]
            return f"oppositions/{opposition}/decide", {"upheld": act.upheld, "reasons": act.reasons}
        case Restrict():
            return "restrictions", {"ground": act.ground, "reason": act.reason}
        case LiftRestriction():
            return f"restrictions/{lived.restrictions[act.at]}/lift", {"reason": act.reason}
