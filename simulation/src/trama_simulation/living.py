"""Lives a story through the members' APIs: each act as the operator there would do it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from trama_simulation.acts import (
    Accept,
    Act,
    Authorise,
    ConfirmStart,
    Decline,
    End,
    Propose,
    Refer,
    Register,
    Story,
)
from trama_simulation.desks import Desk

PURPOSE = "work-integration"
ANSWER_WITHIN = timedelta(days=7)


@dataclass(slots=True)
class Lived:
    """A story, and by which ids each member knows it."""

    story: Story
    records: dict[str, str] = field(default_factory=dict)
    authorisation: str = ""
    referrals: dict[str, str] = field(default_factory=dict)
    """By receiver."""
    placements: dict[str, str] = field(default_factory=dict)
    """By the member that promotes it."""
    today: date = date.min
    """The day it is where the person was first registered."""


async def live(story: Story, desks: Mapping[str, Desk], told: Callable[[Act], None]) -> Lived:
    """Live one story to its end. Raises Refused, Unreachable, NotArrived."""
    lived = Lived(story)
    for act in story.acts:
        await _do(act, lived, desks)
        told(act)
    return lived


async def _do(act: Act, lived: Lived, desks: Mapping[str, Desk]) -> None:
    desk = desks[act.at]
    doing: Awaitable[None]
    match act:
        case Register():
            doing = _register(act, lived, desk)
        case Authorise():
            doing = _authorise(act, lived, desk)
        case Refer():
            doing = _refer(act, lived, desk)
        case Accept():
            doing = _accept(act, lived, desk, desks[act.sender])
        case Decline():
            doing = _decline(act, lived, desk, desks[act.sender])
        case Propose():
            doing = _propose(act, lived, desk)
        case ConfirmStart():
            doing = _confirm_start(act, lived, desk)
        case End():
            doing = _end(act, lived, desk)
    await doing


async def _register(act: Register, lived: Lived, desk: Desk) -> None:
    person, since = lived.story.person, act.opened_on.isoformat()
    body = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "tax_code": person.tax_code,
        "birth_date": person.birth_date.isoformat(),
        "town": person.town,
        "phone": person.phone,
        "taking_in_charge": {"need": act.need, "opened_on": since, "case_manager": {"since": since}},
    }
    registered = await desk.post("/api/registry/persons", body)
    lived.records[act.at] = registered["record"]
    lived.today = datetime.fromisoformat(registered["registered_at"]).date()


async def _authorise(act: Authorise, lived: Lived, desk: Desk) -> None:
    body = {
        "purpose": PURPOSE,
        "basis": {"kind": "consent"},
        "circles": ["care"],
        "recipients": list(act.among),
        "starts_on": act.notice_on.isoformat(),
        "notice_given_on": act.notice_on.isoformat(),
    }
    given = await desk.post(f"/api/registry/persons/{lived.records[act.at]}/authorisations", body)
    lived.authorisation = given["authorisation"]


async def _refer(act: Refer, lived: Lived, desk: Desk) -> None:
    body = {
        "to": act.to,
        "reason": act.reason,
        "need": act.need,
        "answer_by": (lived.today + ANSWER_WITHIN).isoformat(),
        "authorisation": lived.authorisation,
    }
    sent = await desk.post(f"/api/registry/persons/{lived.records[act.at]}/referrals", body)
    lived.referrals[act.to] = sent["referral"]


async def _accept(act: Accept, lived: Lived, desk: Desk, sender: Desk) -> None:
    referral = await _received(lived, desk)
    accepted = await desk.post(f"/api/registry/referrals/{referral}/accept", {})
    lived.records[act.at] = accepted["record"]
    await _answered(lived, sender, referral, "accepted")


async def _decline(act: Decline, lived: Lived, desk: Desk, sender: Desk) -> None:
    referral = await _received(lived, desk)
    body = {"reason": act.reason, "alternative": act.alternative}
    await desk.post(f"/api/registry/referrals/{referral}/decline", body)
    await _answered(lived, sender, referral, "declined")


async def _received(lived: Lived, desk: Desk) -> str:
    referral = lived.referrals[desk.member.name]
    what, path = (
        f"la segnalazione di {lived.story.person.name}",
        f"/api/registry/referrals/received/{referral}",
    )
    await desk.arrived(what, path, lambda found: bool(found["state"] == "received"))
    return referral


async def _answered(lived: Lived, sender: Desk, referral: str, answer: str) -> None:
    what = f"la risposta alla segnalazione di {lived.story.person.name}"
    await sender.arrived(
        what, f"/api/registry/referrals/sent/{referral}", lambda found: bool(found["state"] == answer)
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
    proposed = await desk.post_once_arrived(
        f"la presa in carico di {lived.story.person.name}, al servizio degli inserimenti",
        "/api/placement/placements",
        body,
        until_then="person-not-in-charge",
    )
    lived.placements[act.at] = proposed["placement"]


async def _confirm_start(act: ConfirmStart, lived: Lived, desk: Desk) -> None:
    path = f"/api/placement/placements/{lived.placements[act.at]}/start"
    await desk.post(path, {"started_on": act.on.isoformat()})


async def _end(act: End, lived: Lived, desk: Desk) -> None:
    path = f"/api/placement/placements/{lived.placements[act.at]}/end"
    await desk.post(path, {"ended_on": act.on.isoformat(), "reason": act.reason})
