"""What becomes of the relation between a member and a person, through the registries' API."""

from collections.abc import Mapping

from trama_simulation.acts import (
    Close,
    DisputeCompetence,
    MoveCompetence,
    NameReferente,
    RelationAct,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
)
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own


async def do(act: RelationAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    where, body = _asked(act)
    desk = desks[act.at]
    if isinstance(act, NameReferente) and act.login:
        desk = desk.of(act.login)
    await desk.post(f"{own(act.at, lived)}/{where}", body)


def _asked(act: RelationAct) -> tuple[str, dict[str, str]]:
    """Where it is asked, and with which words."""
    match act:
        case Suspend():
            return "taking-in-charge/suspend", {"reason": act.reason}
        case Resume():
            return "taking-in-charge/resume", {}
        case Close():
            return "taking-in-charge/close", {"reason": act.reason}
        case Reopen():
            return "taking-in-charge/reopen", {"reason": act.reason}
        case MoveCompetence():
            return "competence/move", {"to": act.to, "ground": act.ground}
        case DisputeCompetence():
            return "competence/dispute", {"other": act.other, "reason": act.reason}
        case SettleCompetence():
            return "competence/settle", {"competent": act.competent}
        case SignPact():
            return "service-pact", {"valid_until": act.valid_until.isoformat()}
        case NameReferente():
            return "case-manager", {}
