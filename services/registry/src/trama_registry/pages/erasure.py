"""Pages of erasure: the form that orders it, the register of what was ordered, what others ask of us."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Supervisor
from trama_registry.pages.templates import templates
from trama_registry.schemas import AnswerErasure, OrderErasure

router = Router()
CHOSEN = ("wrong-person", "request", "retention")
"""Grounds a supervisor may name; the others are the register's own."""


@router.get("/persone/{record}/cancellazione")
async def erasure_form(
    request: Request,
    record: Uuid,
    session: Reading,
    _: Supervisor,
    voce: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """What would be erased, an entry (`voce`) or the whole record, and the form that orders it."""
    return await _form(request, session, record, voce)


@router.post("/persone/{record}/cancellazione")
async def erase_page(
    request: Request,
    record: Uuid,
    session: Transaction,
    by: Supervisor,
    voce: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """Erase, or show what is missing."""
    sent = await request.form()
    try:
        asked = forms.read(OrderErasure, {name: sent.get(name) for name in OrderErasure.model_fields})
        if voce is None:
            made = await commands.erase_record(session, record, asked, by)
        else:
            made = await commands.erase_entry(session, record, voce, asked, by)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await _form(request, session, record, voce, refused)
    return RedirectResponse(f"/cancellazioni/{made.order}", 303)


async def _form(
    request: Request, session: AsyncSession, record: str, entry: str | None, refused: Refused | None = None
) -> Response:
    values: dict[str, Any] = {
        "person": await queries.person_view(session, record),
        "entry": await queries.erasable(session, record, entry) if entry is not None else None,
        "grounds": {ground: queries.GROUNDS[ground] for ground in CHOSEN},
        "before": await queries.erasures(session, record),
    }
    return await forms.page(request, "cancellazione.html", values, templates=templates, refused=refused)


@router.get("/cancellazioni")
async def register_page(request: Request, session: Reading, _: Supervisor) -> Response:
    """The register: what others ask of us, what is still open, what was done."""
    return await _register(request, session)


async def _register(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    values = {
        "erasures": await queries.erasures(session),
        "asked": await queries.erasures_asked(session),
        "grounds": queries.GROUNDS,
        "proposed": await queries.count_open_proposals(session),
    }
    return await forms.page(request, "cancellazioni.html", values, templates=templates, refused=refused)


@router.get("/cancellazioni/{order}")
async def order_page(request: Request, order: Uuid, session: Reading, _: Supervisor) -> Response:
    """One order: who answered what, since when the others are waited for."""
    values = {
        "one": await queries.erasure_view(session, order),
        "grounds": queries.GROUNDS,
    }
    return await forms.page(request, "cancellazione_disposta.html", values, templates=templates, refused=None)


@router.post("/cancellazioni/{order}/sollecito")
async def remind_page(order: Uuid, session: Transaction, _: Supervisor) -> Response:
    """Send the order again to who has not answered."""
    await commands.remind_of_erasure(session, order)
    return RedirectResponse(f"/cancellazioni/{order}", 303)


@router.post("/cancellazioni/richieste/{order}")
async def answer_page(request: Request, order: Uuid, session: Transaction, by: Supervisor) -> Response:
    """Decide on what another controller asks, or show what is missing."""
    sent = await request.form()
    try:
        asked = forms.read(AnswerErasure, {name: sent.get(name) for name in AnswerErasure.model_fields})
        await commands.answer_erasure(session, order, asked, by)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await _register(request, session, refused)
    return RedirectResponse("/cancellazioni", 303)
