"""What is done at the two doors, through the registries' API."""

from collections.abc import Mapping
from typing import Any

from trama_simulation.acts import AccessAct, ComeIn, Route
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import identity
from trama_simulation.members import SPECIALIST

ACCESSES = "/api/registry/accesses"


async def do(act: AccessAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would; at the listening centre, as its specialist."""
    match act:
        case ComeIn():
            shown = await _at(act, desks).post(ACCESSES, _asked(act, lived))
            lived.accesses[(act.at, act.nth)] = shown["access"]
        case Route():
            await _route(act, lived, desks)


def _at(act: ComeIn, desks: Mapping[str, Desk]) -> Desk:
    desk = desks[act.at]
    return desk.of(SPECIALIST[act.at]) if act.reserved else desk


def _asked(act: ComeIn, lived: Lived) -> dict[str, Any]:
    body: dict[str, Any] = {
        "door": act.door,
        "channel": act.channel,
        "need": act.need,
        "risk_factors": list(act.risk_factors),
        "reserved": act.reserved,
    }
    if act.door == "planning-unit":
        return body | {"record": lived.records[act.at]}
    if act.named == "given-name":
        return body | {"given_name": lived.story.person.given_name}
    return body | (identity(lived, lived.story.person.tax_code) if act.named == "in-full" else {})


async def _route(act: Route, lived: Lived, desks: Mapping[str, Desk]) -> None:
    came = next(one for one in lived.story.deeds() if isinstance(one, ComeIn) and _same(one, act))
    body: dict[str, Any] = {"outcome": act.outcome}
    if act.outcome == "taken-in-charge":
        known = lived.records.get(act.at)
        body |= {"record": known} if known else identity(lived, lived.story.person.tax_code)
    path = f"{ACCESSES}/{lived.accesses[(act.at, act.nth)]}/conclude"
    shown = await _at(came, desks).post(path, body)
    if act.outcome == "taken-in-charge":
        lived.records[act.at] = shown["record"]


def _same(came: ComeIn, act: Route) -> bool:
    return (came.at, came.nth) == (act.at, act.nth)
