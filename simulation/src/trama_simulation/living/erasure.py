"""Erasing and hiding, through the registries' API: an order is over when all have answered, and those that
were asked have decided."""

from collections.abc import Mapping
from typing import Any

from trama_simulation import oracle
from trama_simulation.acts import (
    AcceptProposal,
    AnswerErasure,
    Erase,
    EraseRecord,
    ErasureAct,
    Hide,
    PutOffProposal,
    ShowAgain,
    WriteNote,
)
from trama_simulation.desks import Desk, Json
from trama_simulation.living.lived import Lived
from trama_simulation.living.referral import settle
from trama_simulation.living.registry import own
from trama_simulation.members import SUPERVISOR

ERASURES, ASKED = "/api/registry/erasures", "/api/registry/erasure-requests"
PROPOSALS = "/api/registry/erasure-proposals"
ACT = "Disposizione di prova n. 7 (di fantasia)"


async def do(act: ErasureAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would; an erasure, as the supervisor."""
    desk, person = desks[act.at], own(act.at, lived)
    match act:
        case Erase():
            await _erase(act, lived, desk.of(SUPERVISOR[act.at]))
        case EraseRecord():
            await settle(lived, desks)
            body = {"ground": act.ground, "act": ACT, "reason": act.reason}
            ordered = await desk.of(SUPERVISOR[act.at]).post(f"{person}/erasure", body)
            lived.erasures[act] = ordered["order"]
            lived.erased[act.at] = lived.records.pop(act.at)
        case AnswerErasure():
            await _answer(act, lived, desks)
        case AcceptProposal():
            proposed = await _proposed(act, lived, desk.of(SUPERVISOR[act.at]))
            await desk.of(SUPERVISOR[act.at]).post(f"{proposed}/accept", {"act": ACT})
        case PutOffProposal():
            proposed = await _proposed(act, lived, desk.of(SUPERVISOR[act.at]))
            body = {"reason": act.reason, "until": act.until.isoformat()}
            await desk.of(SUPERVISOR[act.at]).post(f"{proposed}/put-off", body)
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


async def _answer(act: AnswerErasure, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Decide on what was asked, and wait until who asked has heard it, and all who had it have answered."""
    order = next(
        order
        for ordered, order in lived.erasures.items()
        if isinstance(ordered, EraseRecord) and ordered.at == act.asker
    )
    desk, what = desks[act.at].of(SUPERVISOR[act.at]), f"la cancellazione per {lived.story.person.name}"
    law = {"act": act.law[0], "article": act.law[1]} if act.law else {}
    body = {"outcome": "kept" if law else "done", **law}
    not_yet = lived.not_yet("erasure-not-here")
    await desk.post(f"{ASKED}/{order}/answer", body, not_yet=not_yet, what=what)
    desk_of_asker = desks[act.asker].of(SUPERVISOR[act.asker])
    await desk_of_asker.arrived(f"le risposte per {what}", f"{ERASURES}/{order}", lambda one: one["closed"])
    if act.law is None:
        lived.erased[act.at] = record = lived.records.pop(act.at)
        own = (one for one in await desk.list(ERASURES) if one["what"] == "record")
        lived.erasures[act] = next(one["order"] for one in own if one["record"] == record)


async def _proposed(act: AcceptProposal | PutOffProposal, lived: Lived, desk: Desk) -> str:
    """Where what the clock has proposed about the person is, once it has."""

    def waiting(shown: Any) -> list[str]:  # noqa: ANN401 - a list, as the API answers it
        return [one["proposal"] for one in shown if one["record"] == lived.records[act.at]]

    what = f"la proposta di cancellazione per {lived.story.person.name}"
    shown = await desk.arrived(what, PROPOSALS, lambda found: bool(waiting(found)))
    return f"{PROPOSALS}/{waiting(shown)[0]}"


async def _entry(act: Erase | Hide, lived: Lived, desk: Desk) -> str:
    """The line that was written of it: of those of its kind, the one in its place."""
    kind, until_now = oracle.kind_written(act.of), oracle.remembered(lived.story.up_to(lived.done))
    same = [one for one in until_now.deeds() if oracle.kind_written(one) == kind and one.at == act.at]
    shown = await desk.get(f"{own(act.at, lived)}/timeline")
    written = [
        one["event_id"] for one in shown["entries"] if one["member"] == act.at and f".{kind}.v" in one["type"]
    ]
    return str(written[same.index(act.of)])
