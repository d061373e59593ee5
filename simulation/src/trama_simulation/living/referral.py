"""What the two ends of a referral do, through the registries' API: each knowing what the other has done."""

from collections.abc import Mapping
from typing import Any

from trama_simulation.acts import (
    Accept,
    Decline,
    Prepare,
    ReceiverAct,
    ReceiverSays,
    Refer,
    ReferralAct,
    SenderSays,
    TakeBack,
    TermPasses,
)
from trama_simulation.desks import Desk, Json
from trama_simulation.living.knowing import referente_is_known
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own

REFERRALS = "/api/registry/referrals"
Key = tuple[str, str, int]


async def do(act: ReferralAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would, once what was done before has arrived."""
    match act:
        case Refer():
            await _refer(act, lived, desks[act.at])
        case Prepare():
            draft = {"to": act.to, "reason": act.reason, "need": act.need}
            draft["authorisation"] = lived.authorisations[act.at][-1]
            await desks[act.at].post(f"{own(act.at, lived)}/referral-drafts", draft)
        case TermPasses():
            await _passes(act, lived, desks[act.at])
        case TakeBack():
            body = {"reason": act.reason, "accepted_too": act.accepted_too}
            await _must_know_referente(act, lived, desks[act.at])
            await _send(act, "withdraw", body, lived, desks[act.at])
        case SenderSays():
            await _send(act, act.deed, dict(act.said), lived, desks[act.at])
        case Accept():
            shown = await _answer(act, "accept", {}, lived, desks[act.at])
            lived.records[act.at] = shown["record"]
        case Decline():
            body = {"reason": act.reason, "alternative": act.alternative}
            await _answer(act, "decline", body, lived, desks[act.at])
        case ReceiverSays():
            await _must_know_referente(act, lived, desks[act.at])
            await _answer(act, act.deed, dict(act.said), lived, desks[act.at])


async def settle(lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Wait until both ends of each referral know what was done with it."""
    for key in sorted(lived.unsettled):
        sender, receiver, _ = key
        await _known(desks[sender], "sent", key, lived)
        await _known(desks[receiver], "received", key, lived)
    lived.unsettled.clear()


async def _refer(act: Refer, lived: Lived, desk: Desk) -> None:
    body = {
        "to": act.to,
        "reason": act.reason,
        "need": act.need,
        "answer_by": act.answer_by.isoformat(),
        "authorisation": lived.authorisations[act.at][-1],
        "documents": [lived.documents[(act.at, name)] for name in act.documents],
    }
    if act.instead is not None:
        replaced = (act.at, *act.instead)
        await _known(desk, "sent", replaced, lived)
        body["supersedes"] = lived.referrals[replaced]
        _moved(replaced, lived)
    # A document that was filed just now is not named before its service shows it itself.
    not_yet, what = lived.not_yet("document-not-here"), f"i documenti di {lived.story.person.name}"
    sent = await desk.post(f"{own(act.at, lived)}/referrals", body, not_yet=not_yet, what=what)
    key = (act.at, act.to, act.nth)
    lived.referrals[key] = sent["referral"]
    _moved(key, lived)


async def _passes(act: TermPasses, lived: Lived, desk: Desk) -> None:
    """Nobody does anything: the sender's service is waited for, until it has seen that the term passed."""
    key, day = (act.at, act.to, act.nth), act.on.isoformat()

    def enough(shown: Json) -> bool:
        return bool(shown["state"] == "no-answer" or (act.deed, shown["reminded_on"]) == ("reminded", day))

    path = f"{REFERRALS}/sent/{lived.referrals[key]}"
    await desk.arrived(f"il termine di {lived.story.person.name} che passa", path, enough)
    _moved(key, lived)


async def _send(
    act: TakeBack | SenderSays, deed: str, body: dict[str, Any], lived: Lived, desk: Desk
) -> Json:
    return await _move((act.at, act.to, act.nth), "sent", deed, body, lived=lived, desk=desk)


async def _answer(act: ReceiverAct, deed: str, body: dict[str, Any], lived: Lived, desk: Desk) -> Json:
    return await _move((act.sender, act.at, act.nth), "received", deed, body, lived=lived, desk=desk)


async def _move(key: Key, side: str, deed: str, body: dict[str, Any], *, lived: Lived, desk: Desk) -> Json:
    """Do it at one end, once that has heard of all that was done at the other."""
    await _known(desk, side, key, lived)
    shown = await desk.post(f"{REFERRALS}/{lived.referrals[key]}/{deed}", body)
    _moved(key, lived)
    return shown


def _moved(key: Key, lived: Lived) -> None:
    lived.moves[key] += 1
    lived.unsettled.add(key)


async def _known(desk: Desk, side: str, key: Key, lived: Lived) -> None:
    def enough(shown: Json) -> bool:
        return bool(shown["version"] >= lived.moves[key])

    what = f"la segnalazione di {lived.story.person.name}"
    await desk.arrived(what, f"{REFERRALS}/{side}/{lived.referrals[key]}", enough)


async def _must_know_referente(act: TakeBack | ReceiverSays, lived: Lived, desk: Desk) -> None:
    if act.referente:
        await referente_is_known(act.referente, act.at, lived, desk)
