"""What is done at registries, through their API."""

from collections.abc import Mapping

from trama_simulation.acts import (
    Accept,
    Authorise,
    Close,
    Decline,
    Refer,
    Register,
    RegistryAct,
    TakeBack,
)
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived

PURPOSE = "work-integration"
PERSONS, REFERRALS = "/api/registry/persons", "/api/registry/referrals"


async def do(act: RegistryAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    desk = desks[act.at]
    match act:
        case Register():
            await _register(act, lived, desk)
        case Authorise():
            await _authorise(act, lived, desk)
        case Refer():
            await _refer(act, lived, desk)
        case TakeBack():
            referral = lived.referrals[(act.at, act.to)]
            await desk.post(f"{REFERRALS}/{referral}/withdraw", {"reason": act.reason})
        case Accept():
            lived.records[act.at] = (await _answer(act, lived, desk, "accept", {}))["record"]
        case Decline():
            body = {"reason": act.reason, "alternative": act.alternative}
            await _answer(act, lived, desk, "decline", body)
        case Close():
            path = f"{PERSONS}/{lived.records[act.at]}/taking-in-charge/close"
            await desk.post(path, {"reason": act.reason})


async def _register(act: Register, lived: Lived, desk: Desk) -> None:
    person = lived.story.person
    body = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "tax_code": person.tax_code,
        "birth_date": person.birth_date.isoformat(),
        "town": person.town,
        "phone": person.phone,
        "taking_in_charge": {"need": act.need, "case_manager": {}},
    }
    lived.records[act.at] = (await desk.post(PERSONS, body))["record"]


async def _authorise(act: Authorise, lived: Lived, desk: Desk) -> None:
    body = {
        "purpose": PURPOSE,
        "basis": {"kind": "consent"},
        "circles": list(act.circles),
        "recipients": list(act.among),
        "notice_given_on": act.on.isoformat(),
    }
    given = await desk.post(f"{PERSONS}/{lived.records[act.at]}/authorisations", body)
    lived.authorisations[act.at] = given["authorisation"]


async def _refer(act: Refer, lived: Lived, desk: Desk) -> None:
    body = {
        "to": act.to,
        "reason": act.reason,
        "need": act.need,
        "answer_by": act.answer_by.isoformat(),
        "authorisation": lived.authorisations[act.at],
    }
    sent = await desk.post(f"{PERSONS}/{lived.records[act.at]}/referrals", body)
    lived.referrals[(act.at, act.to)] = sent["referral"]


async def _answer(
    act: Accept | Decline, lived: Lived, desk: Desk, answer: str, body: dict[str, str]
) -> dict[str, str]:
    """Answer what was sent, once it has arrived."""
    referral = lived.referrals[(act.sender, act.at)]
    return await desk.post(
        f"{REFERRALS}/{referral}/{answer}",
        body,
        not_yet=lived.not_yet("referral-not-here"),
        what=f"la segnalazione di {lived.story.person.name}",
    )
