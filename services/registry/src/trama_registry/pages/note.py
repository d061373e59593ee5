"""What is written to the services that follow a person, and the interviews held with them."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView, preview_page
from trama_chassis import forms
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.queries import told
from trama_registry.schemas import ReadNote, RecordInterview, WriteNote

router = Router()
Typed = Annotated[str, Form(max_length=4000)]
Chosen = Annotated[str, Form(max_length=20)]
Preview = DraftPreviewView | None


@router.get("/persone/{record}/note")
async def notes_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """Notes to the services that follow a person, who has read them, and the form to write one."""
    return await _notes(request, session, record)


@router.post("/persone/{record}/note")
async def write_note_page(
    request: Request,
    record: Uuid,
    session: Transaction,
    by: Operator,
    *,
    text: Typed = "",
    needs_answer: Chosen = "",
) -> Response:
    """Write to the services that follow the person, or show why not."""
    try:
        asked = forms.read(WriteNote, {"text": _lines(text), "needs_answer": needs_answer == "true"})
        await commands.write_note(session, record, asked, by)
        shown = await queries.preview(session, record) if await preview_page.is_asked(request) else None
    except Refused as refused:
        return await _notes(request, session, record, refused)
    if shown is not None:
        return await _notes(request, session, record, preview=shown)
    return RedirectResponse(f"/persone/{record}/note", 303)


@router.post("/persone/{record}/note/{note}/letta")
async def read_note_page(
    request: Request, record: Uuid, note: Uuid, session: Transaction, by: Operator, answer: Typed = ""
) -> Response:
    """Say to have read a note, with an answer if one was written, or show why not."""
    try:
        await commands.read_note(session, record, note, forms.read(ReadNote, {"answer": _lines(answer)}), by)
    except Refused as refused:
        return await _notes(request, session, record, refused)
    return RedirectResponse(f"/persone/{record}/note#nota-{note}", 303)


async def _notes(
    request: Request, session: AsyncSession, record: str, refused: Refused | None = None, **shown: Preview
) -> Response:
    person = await queries.person_view(session, record)
    names = queries.names_of(session)
    values = {
        "person": person,
        "notes": await queries.notes_of(session, record),
        "readers": [names(member) for member in await queries.readers_of_notes(session, record)],
    }
    return await preview_page.page(
        request, "note.html", values, templates=templates, refused=refused, **shown
    )


@router.get("/persone/{record}/colloqui")
async def interviews_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """Interviews held with a person, and the form to record one."""
    return await _interviews(request, session, record)


@router.post("/persone/{record}/colloqui")
async def record_interview_page(
    request: Request,
    record: Uuid,
    session: Transaction,
    by: Operator,
    *,
    kind: Chosen = "",
    held_on: Chosen = "",
    present: Typed = "",
    summary: Typed = "",
    circle: Chosen = "",
) -> Response:
    """Record an interview, or show what is wrong with it."""
    fields = {
        "kind": kind,
        "held_on": held_on,
        "present": present,
        "summary": _lines(summary),
        "circle": circle,
    }
    try:
        await commands.record_interview(session, record, forms.read(RecordInterview, fields), by)
        shown = await queries.preview(session, record) if await preview_page.is_asked(request) else None
    except Refused as refused:
        return await _interviews(request, session, record, refused)
    if shown is not None:
        return await _interviews(request, session, record, preview=shown)
    return RedirectResponse(f"/persone/{record}/colloqui", 303)


async def _interviews(
    request: Request, session: AsyncSession, record: str, refused: Refused | None = None, **shown: Preview
) -> Response:
    runtime = runtime_of(session)
    person = await queries.person_view(session, record)
    circles = runtime.directory.current.circles(caseload.own_member(session))
    may_tell = [circle for circle in ("care", "social") if circle in circles and person.taking_in_charge]
    values = {
        "person": person,
        "interviews": await queries.interviews_of(session, record),
        "today": caseload.today(session),
        "kinds_of_interview": told.note.KINDS,
        "readers": {circle: told.note.READERS[circle] for circle in (*may_tell, "own")},
        "own": caseload.own_member(session),
    }
    return await preview_page.page(
        request, "colloqui.html", values, templates=templates, refused=refused, **shown
    )


def _lines(text: str) -> str:
    """A browser sends line breaks as two characters; one is kept."""
    return text.replace("\r\n", "\n").strip()
