"""The page of a person's relations: who follows, since when, and every act that changes it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import trama_caseload as caseload
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.accounts import Accounts, Caller
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages import typed
from trama_registry.pages.templates import templates
from trama_registry.schemas import (
    CaseManagerAsked,
    CloseTakingInCharge,
    DisputeCompetence,
    MoveCompetence,
    OpenTakingInCharge,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
)

router = Router()
Command = Callable[[AsyncSession, str, Any, Caller], Awaitable[object]]
Act = Literal[
    "apri",
    "sospendi",
    "riprendi",
    "chiudi",
    "riapri",
    "referente",
    "competenza",
    "contesta",
    "chiarisci",
    "patto",
]
ACTS: Mapping[str, tuple[type[BaseModel], Command]] = {
    "apri": (OpenTakingInCharge, commands.open_taking_in_charge),
    "sospendi": (Suspend, commands.suspend),
    "riprendi": (Resume, commands.resume),
    "chiudi": (CloseTakingInCharge, commands.close_taking_in_charge),
    "riapri": (Reopen, commands.reopen),
    "referente": (CaseManagerAsked, commands.assign_case_manager),
    "competenza": (MoveCompetence, commands.move_competence),
    "contesta": (DisputeCompetence, commands.dispute_competence),
    "chiarisci": (SettleCompetence, commands.settle_competence),
    "patto": (SignPact, commands.sign_pact),
}
"""What each form of the page asks for, and what does it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody typed into one of the forms, and what was wrong with it."""

    act: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[Mapping[str, str]] = ()
    status: int = 200


@router.get("/persone/{record}/relazioni")
async def relations_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """Who follows a person: ourselves, others as far as we may know, and the one referente."""
    return await _relations(request, session, record, Tried())


@router.post("/persone/{record}/relazioni/{act}")
async def change_relation_page(
    request: Request, record: Uuid, act: Act, session: Transaction, by: Operator
) -> Response:
    """Do what one of the forms asks, or show what is wrong with it, or who was quicker."""
    model, command = ACTS[act]
    form = await request.form()
    fields = {name: text for name, text in form.items() if isinstance(text, str) and name != "csrf_token"}
    known = {name: text for name, text in fields.items() if name in model.model_fields}
    asked, errors = typed.read(model, known | _named(request, known))
    if asked is None:
        return await _relations(request, session, record, _tried(act, fields, errors, 422))
    try:
        await command(session, record, asked, by)
    except Refused as refused:
        if (reason := await forms.to_be_allowed(request, refused)) is not None:
            return reason
        errors = [{"field": refused.field or "", "message": refused.detail}]
        return await _relations(request, session, record, _tried(act, fields, errors, refused.status))
    return RedirectResponse(f"/persone/{record}/relazioni", 303)


def _named(request: Request, fields: Mapping[str, str]) -> dict[str, str]:
    """The name of the operator chosen; a code that is nobody's here is left out, and then it is who asks."""
    operator = fields.get("operator", "")
    name = _operators(request).get(operator)
    return {"name": name} if name is not None else ({"operator": ""} if operator else {})


def _operators(request: Request) -> dict[str, str]:
    """Who of this member may be the one to speak to: ids and names."""
    known: Accounts = request.app.state.accounts
    workers = [one for one in known.operators() if one.roles & {"caseworker", "supervisor"}]
    return {one.id: one.name for one in sorted(workers, key=lambda one: one.name)}


def _tried(act: str, fields: Mapping[str, str], errors: Sequence[Mapping[str, str]], status: int) -> Tried:
    """Fields are named after their form too: the page holds several."""
    named = [
        {"field": f"{act}-{one['field']}" if one["field"] else "", "message": one["message"]}
        for one in errors
    ]
    return Tried(act, fields, named, status)


async def _relations(request: Request, session: AsyncSession, record: str, tried: Tried) -> Response:
    session.expire_all()
    runtime = runtime_of(session)
    directory = runtime.directory.current
    today = caseload.today(session)
    own = caseload.own_member(session)
    values = {
        "person": await queries.person_view(session, record),
        "relations": await queries.all_relations_of(session, record),
        "protocols": [one for one in await queries.protocols(session, today) if own in one.members],
        "members": {
            name: entry.name
            for name, entry in sorted(directory.members.items())
            if name != own and "care" in entry.circles
        },
        "operators": _operators(request),
        "caller_id": request.state.caller.operator,
        "own": (own, queries.names_of(session)(own)),
        "name_of": queries.names_of(session),
        "today": today,
        "tried": tried,
        "errors": tried.errors,
    }
    return web.page(request, "relazioni.html", values, templates=templates, status=tried.status)
