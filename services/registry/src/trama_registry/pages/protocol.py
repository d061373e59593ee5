"""The protocols of integrated takings in charge: those kept here, and a new one."""

import trama_caseload as caseload
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of

from trama_registry import commands, queries
from trama_registry.api.callers import Operator, Supervisor
from trama_registry.pages.templates import templates
from trama_registry.schemas import EnterProtocol

router = Router()


@router.get("/rete/protocolli")
async def protocols_page(request: Request, session: Reading, _: Operator) -> Response:
    """Protocols kept here: those in force today, those to come, those that are over."""
    return await _protocols(request, session)


@router.post("/rete/protocolli")
async def enter_protocol_page(request: Request, session: Transaction, _: Supervisor) -> Response:
    """Keep a protocol, or show why not."""
    sent = await request.form()
    typed = {name: sent.get(name) for name in ("district", "act", "valid_from", "valid_to")}
    try:
        asked = forms.read(EnterProtocol, typed | {"members": sent.getlist("members")})
        commands.enter_protocol(session, asked)
    except Refused as refused:
        return await _protocols(request, session, refused)
    return RedirectResponse("/rete/protocolli", 303)


async def _protocols(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    directory = runtime_of(session).directory.current
    kept, today = await queries.protocols(session), caseload.today(session)
    values = {
        "protocols": sorted(kept, key=lambda one: (not one.in_force, one.valid_from <= today)),
        "members": sorted(
            ((member, entry.name) for member, entry in directory.members.items()),
            key=lambda one: one[1].casefold(),
        ),
        "name_of": queries.names_of(session),
        "today": today,
    }
    return await forms.page(request, "protocolli.html", values, templates=templates, refused=refused)
