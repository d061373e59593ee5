"""Hiding an entry of ours from all other services, on the person's wish, and showing it again."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.bodies import attached
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.schemas import HideEntry

router = Router()


@router.get("/persone/{record}/storia/{entry}/nascondi")
async def hiding_page(request: Request, record: Uuid, entry: Uuid, session: Reading, _: Operator) -> Response:
    """What hiding an entry means, and the form that does it."""
    return await _hiding(request, session, record, entry)


@router.post("/persone/{record}/storia/{entry}/nascondi")
async def hide_entry_page(
    request: Request,
    record: Uuid,
    entry: Uuid,
    session: Transaction,
    by: Operator,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Hide an entry, or show why not."""
    try:
        asked = forms.read(HideEntry, {"reason": reason})
        await commands.hide_entry(session, record, entry, asked, by)
    except Refused as refused:
        return await _hiding(request, session, record, entry, refused)
    return RedirectResponse(f"/persone/{record}/riservatezza#nascoste", 303)


async def _hiding(
    request: Request, session: AsyncSession, record: str, entry: str, refused: Refused | None = None
) -> Response:
    values = {
        "person": await queries.person_view(session, record),
        "entry": await queries.entry_view(session, record, entry),
    }
    return await forms.page(request, "nascondi.html", values, templates=templates, refused=refused)


@router.post("/persone/{record}/nascoste/{hidden}/mostra")
async def show_entry_page(record: Uuid, hidden: Uuid, session: Transaction, by: Operator) -> Response:
    """Show an entry again to whoever may know of it."""
    shown = await commands.show_entry(session, record, hidden, by)
    return RedirectResponse(f"/persone/{record}/storia#voce-{shown}", 303)


@router.get("/persone/{record}/nascoste/{hidden}/documento")
async def hidden_document_page(record: Uuid, hidden: Uuid, session: Reading, by: Operator) -> Response:
    """The file of a hidden document, to be saved."""
    filed, content = await queries.hidden_document(session, record, hidden, by)
    return attached(content, filed.name, filed.media_type)
