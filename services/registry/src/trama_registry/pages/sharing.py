"""The page of who sees what of a person, and what changes it: authorise, take back, oppose, restrict."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import trama_caseload as caseload
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, kept_forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator, Supervisor
from trama_registry.pages.templates import templates
from trama_registry.queries import told
from trama_registry.schemas import (
    AgreeParticipation,
    DecideOpposition,
    GiveAuthorisation,
    GiveNotice,
    LiftRestriction,
    Oppose,
    Restrict,
    Withdraw,
)

router = Router()
Command = Callable[[AsyncSession, str, Any], Awaitable[object]]
CommandOnOne = Callable[[AsyncSession, str, str, Any], Awaitable[object]]
ACTS: Mapping[str, tuple[type[BaseModel], Command]] = {
    "autorizza": (GiveAuthorisation, commands.give_authorisation),
    "informativa": (GiveNotice, commands.give_notice),
    "adesione": (AgreeParticipation, commands.agree_participation),
    "limita": (Restrict, commands.restrict),
}
"""What each form asks for, and what does it."""
ACTS_ON_ONE: Mapping[str, tuple[type[BaseModel], CommandOnOne]] = {
    "revoca": (Withdraw, commands.withdraw_authorisation),
    "ritira": (Withdraw, commands.withdraw_participation),
    "opponi": (Oppose, commands.oppose),
    "togli": (LiftRestriction, commands.lift_restriction),
}
"""The same, of forms about one authorisation, participation or restriction."""
Act = Literal["autorizza", "informativa", "adesione", "limita"]
ActOnOne = Literal["revoca", "ritira", "opponi", "togli"]
CHOSEN = ("circles", "recipients")
"""Fields of which several values may be chosen."""


@router.get("/persone/{record}/riservatezza")
async def sharing_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """Who sees what we write of a person, why, until when; what others share with us; what to change."""
    return await _sharing(request, session, record)


@router.post("/persone/{record}/riservatezza/{act}")
async def change_sharing_page(
    request: Request, record: Uuid, act: Act, session: Transaction, _: Operator
) -> Response:
    """Do what one of the forms asks, or show what is wrong with it."""
    body, command = ACTS[act]
    try:
        await command(session, record, forms.read(body, await _typed(request)))
    except Refused as refused:
        return await _sharing(request, session, record, refused, act)
    return RedirectResponse(f"/persone/{record}/riservatezza", 303)


@router.post("/persone/{record}/riservatezza/decidi/{opposition}")
async def decide_opposition_page(
    request: Request, record: Uuid, opposition: Uuid, session: Transaction, by: Supervisor
) -> Response:
    """Decide an opposition, or show why not."""
    try:
        asked = forms.read(DecideOpposition, await _typed(request))
        await commands.decide_opposition(session, record, opposition, asked, by)
    except Refused as refused:
        return await _sharing(request, session, record, refused, opposition)
    return RedirectResponse(f"/persone/{record}/riservatezza", 303)


@router.post("/persone/{record}/riservatezza/{act}/{one}")
async def change_one_page(
    request: Request, record: Uuid, act: ActOnOne, one: Uuid, session: Transaction, *, _: Operator
) -> Response:
    """Take back, oppose, withdraw or lift one thing, or show why not."""
    body, command = ACTS_ON_ONE[act]
    try:
        await command(session, record, one, forms.read(body, await _typed(request)))
    except Refused as refused:
        return await _sharing(request, session, record, refused, one)
    return RedirectResponse(f"/persone/{record}/riservatezza", 303)


async def _typed(request: Request) -> dict[str, object]:
    """What the form says, as the API would be told it."""
    form = await request.form()
    said: dict[str, object] = {
        name: text
        for name, text in form.items()
        if isinstance(text, str)
        and name not in (kept_forms.TOKEN, "kind", "act", "article", "stays", *CHOSEN)
    }
    if "kind" in form:
        basis = {name: form[name] for name in ("kind", "act", "article") if str(form.get(name, "")).strip()}
        chosen = {name: form.getlist(name) for name in CHOSEN}
        said |= {"basis": basis, **{name: values for name, values in chosen.items() if values}}
        if "stays" in form:
            said["after_closing"] = form.getlist("recipients")
    return said


async def _sharing(
    request: Request,
    session: AsyncSession,
    record: str,
    refused: Refused | None = None,
    tried: str = "",
) -> Response:
    session.expire_all()
    runtime = runtime_of(session)
    directory, own = runtime.directory.current, caseload.own_member(session)
    circles = directory.circles(own)
    others = {
        name: entry.name
        for name, entry in sorted(directory.members.items(), key=lambda pair: pair[1].name.casefold())
        if name != own and set(entry.circles) & circles & told.sharing.ASKED.keys()
    }
    values = {
        "person": await queries.person_view(session, record),
        "sharing": await queries.sharing_of(session, record),
        "obscured": await queries.obscured_of(session, record, request.state.caller),
        "others": others,
        "purposes": {
            purpose: told.sharing.PURPOSES.get(purpose, purpose)
            for purpose in sorted(set(directory.members[own].purposes) - {"accountability"})
        },
        "circles": {code: words for code, words in told.sharing.ASKED.items() if code in circles},
        "grounds": told.sharing.RESTRICTIONS,
        "may_decide": "supervisor" in request.state.caller.roles,
        "tried": tried,
        "today": runtime_of(session).clock.today(),
    }
    named = _of_form(refused, tried) if refused is not None else None
    return await forms.page(request, "riservatezza.html", values, templates=templates, refused=named)


def _of_form(refused: Refused, form: str) -> Refused:
    """A refusal whose fields are named after their form too: the page holds several."""
    if isinstance(refused, forms.Uncorrected):
        return forms.Uncorrected([one | {"field": f"{one['field']}-{form}"} for one in refused.errors])
    if refused.field is not None:
        refused.field = f"{refused.field}-{form}"
    return refused
