"""Erasing and hiding, through the registries' API: an order is over when all have answered."""

from collections.abc import Mapping

from trama_simulation import oracle
from trama_simulation.acts import Erase, ErasureAct, Hide, ShowAgain, WriteNote
from trama_simulation.desks import Desk, Json
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own
from trama_simulation.members import SUPERVISOR

ERASURES = "/api/registry/erasures"
ACT = "Disposizione di prova n. 7 (di fantasia)"


async def do(act: ErasureAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would; an erasure, as the supervisor."""
    desk, person = desks[act.at], own(act.at, lived)
    match act:
        case Erase():
            await _erase(act, lived, desk.of(SUPERVISOR[act.at]))
        case Hide():
            entry = await _entry(act, lived, desk)
            await desk.post(f"{person}/timeline/{entry}/hide", {"reason": act.reason})
            lived.hidden[act.of] = entry
        case ShowAgain():
            shown = await desk.post(f"{person}/hidden/{lived.hidden[act.of]}/show", {})
            if isinstance(act.of, WriteNote):
                lived.notes[(act.at, act.of.nth)] = shown["entry"]


async def _erase(act: Erase, lived: Lived, desk: Desk) -> None:
    """Order it, and wait until everybody to whom it went has answered."""
    entry = await _entry(act, lived, desk)
    body = {"ground": act.ground, "act": ACT, "reason": act.reason}
    ordered = await desk.post(f"{own(act.at, lived)}/timeline/{entry}/erasure", body)

    def enough(shown: Json) -> bool:
        return bool(shown["closed"])

    what = f"le risposte alla cancellazione per {lived.story.person.name}"
    await desk.arrived(what, f"{ERASURES}/{ordered['order']}", enough)
    lived.erasures[act] = ordered["order"]


async def _entry(act: Erase | Hide, lived: Lived, desk: Desk) -> str:
    """The line that was written of it: of those of its kind, the one in its place."""
    kind, until_now = oracle.kind_written(act.of), oracle.remembered(lived.story.up_to(lived.done))
    same = [one for one in until_now.deeds() if oracle.kind_written(one) == kind and one.at == act.at]
    shown = await desk.get(f"{own(act.at, lived)}/timeline")
    written = [
        one["event_id"] for one in shown["entries"] if one["member"] == act.at and f".{kind}.v" in one["type"]
    ]
    return str(written[same.index(act.of)])
