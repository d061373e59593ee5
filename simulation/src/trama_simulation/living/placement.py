"""What promoters do, knowing what the host has said, and hosts, through the placement services' API."""

from collections.abc import Mapping

from trama_simulation.acts import (
    Approve,
    ConfirmStart,
    End,
    HostApproves,
    HostRefuses,
    PlacementAct,
    PromoterAct,
    Propose,
    RefuseApproval,
    WithdrawPath,
)
from trama_simulation.desks import Desk, Json
from trama_simulation.living.lived import Lived

PLACEMENT = "/api/placement"
OBSERVING = ("work-grant-observational", "observation-lab")
OBSERVED = "Tiene il ritmo da sé; davanti a un imprevisto chiede aiuto."
"""What is written of who was observed, without which such a path is not concluded."""


async def do(act: PlacementAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would, once what the host said has arrived."""
    match act:
        case Propose():
            await _propose(act, lived, desks[act.at])
        case HostApproves():
            await _as_host(act, lived, desks[act.at], "approve", {})
        case HostRefuses():
            await _as_host(act, lived, desks[act.at], "refuse", {"reason": act.reason})
        case _:
            await _host_is_heard(act, lived, desks[act.at])
            await _as_promoter(act, lived, desks[act.at])


async def _as_promoter(act: PromoterAct, lived: Lived, desk: Desk) -> None:
    day = act.on.isoformat()
    match act:
        case Approve():
            await desk.post(f"{_path(act, lived)}/approvals", {"party": act.party, "how": "signed"})
        case RefuseApproval():
            body = {"party": act.party} | ({"reason": act.reason} if act.reason else {})
            await desk.post(f"{_path(act, lived)}/approvals/refuse", body)
        case WithdrawPath():
            await desk.post(f"{_path(act, lived)}/withdraw", {"reason": act.reason})
        case ConfirmStart():
            await desk.post(f"{_path(act, lived)}/start", {"started_on": day})
        case End():
            observed = {"report": OBSERVED} if _planned(act, lived).path_type in OBSERVING else {}
            await desk.post(f"{_path(act, lived)}/end", {"ended_on": day, "reason": act.reason} | observed)


def _path(act: PromoterAct, lived: Lived) -> str:
    return f"{PLACEMENT}/placements/{lived.placements[(act.at, act.nth)]}"


def _planned(act: End, lived: Lived) -> Propose:
    return next(
        one
        for one in lived.story.deeds()
        if isinstance(one, Propose) and (one.at, one.nth) == (act.at, act.nth)
    )


async def _propose(act: Propose, lived: Lived, desk: Desk) -> None:
    body = {
        "record": lived.records[act.at],
        "path_type": act.path_type,
        "host": act.host,
        "task": act.task,
        "weekly_hours": act.weekly_hours,
        "planned_from": act.planned_from.isoformat(),
        "planned_to": act.planned_to.isoformat(),
    }
    proposed = await desk.post(
        f"{PLACEMENT}/placements",
        body,
        not_yet=lived.not_yet("person-not-in-charge", "evaluation-missing"),
        what=f"la presa in carico di {lived.story.person.name}, al servizio degli inserimenti",
    )
    lived.placements[(act.at, act.nth)] = proposed["placement"]


async def _as_host(
    act: HostApproves | HostRefuses, lived: Lived, desk: Desk, answer: str, body: dict[str, str]
) -> None:
    placement = lived.placements[(act.promoter, act.nth)]
    await desk.post(
        f"{PLACEMENT}/hosted/{act.promoter}/{placement}/{answer}",
        body,
        not_yet=lived.not_yet("not-asked-here"),
        what=f"il percorso di {lived.story.person.name}, a chi ospita",
    )
    lived.host_answered.add((act.promoter, act.nth))


async def _host_is_heard(act: PromoterAct, lived: Lived, desk: Desk) -> None:
    """Wait until the promoter has what the host said: a path given up before would never have been agreed."""
    if (act.at, act.nth) not in lived.host_answered:
        return

    def enough(shown: Json) -> bool:
        return all(one["state"] != "awaited" for one in shown["approvals"] if one["party"] == "host")

    await desk.arrived(f"la risposta di chi ospita {lived.story.person.name}", _path(act, lived), enough)
