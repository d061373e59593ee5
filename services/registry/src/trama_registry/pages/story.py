"""The page of a person and the whole story, with their forms: what comes next, and corrections."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.api.story import Kind
from trama_registry.pages.templates import templates
from trama_registry.queries import looking
from trama_registry.queries.interview import kept_to_ourselves
from trama_registry.schemas import CompleteNextStep, CorrectEntry, SetNextStep

router = Router()
SIZE = 50
UNSAID = BeforeValidator(lambda chosen: chosen or None)
"""A list of choices sends an empty word where nothing was chosen."""
Typed = Annotated[str, Form(max_length=2000)]


def _correction_form(reason: Typed = "", instead: Typed = "") -> dict[str, str]:
    """What was typed into the form of a correction."""
    return {"reason": reason, "instead": instead}


Correction = Annotated[dict[str, str], Depends(_correction_form)]


@router.get("/persone/{record}")
async def person_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """A person at a glance: who follows, what comes next, what is awaited, how far the way has come."""
    return await _person(request, session, record)


@router.post("/persone/{record}/prossimo-passo")
async def set_next_step_page(
    request: Request,
    record: Uuid,
    session: Transaction,
    by: Operator,
    *,
    what: Typed = "",
    due_on: Typed = "",
    who: Typed = "",
    version: Typed = "",
) -> Response:
    """Say what comes next, or show what is wrong with it, or who was quicker."""
    fields = {"what": what, "due_on": due_on, "who": who, "version": version}
    try:
        await commands.set_next_step(session, record, forms.read(SetNextStep, fields), by)
    except Refused as refused:
        return await _person(request, session, record, refused)
    return RedirectResponse(f"/persone/{record}#prossimo-passo", 303)


@router.post("/persone/{record}/prossimo-passo/fatto")
async def complete_next_step_page(
    request: Request,
    record: Uuid,
    session: Transaction,
    by: Operator,
    outcome: Typed = "",
    version: Typed = "",
) -> Response:
    """Say that the next step was taken, or show who was quicker."""
    fields = {"outcome": outcome, "version": version}
    try:
        await commands.complete_next_step(session, record, forms.read(CompleteNextStep, fields), by)
    except Refused as refused:
        return await _person(request, session, record, refused)
    return RedirectResponse(f"/persone/{record}#prossimo-passo", 303)


async def _person(
    request: Request, session: AsyncSession, record: str, refused: Refused | None = None
) -> Response:
    runtime = runtime_of(session)
    own = runtime.directory.current.members[caseload.own_member(session)]
    values = {"one": await queries.overview(session, record), "places": "placement" in own.services}
    return await forms.page(request, "persona.html", values, templates=templates, refused=refused)


@router.get("/persone/{record}/storia")
async def story_page(
    request: Request,
    record: Uuid,
    session: Reading,
    by: Operator,
    *,
    servizio: Annotated[Member | None, UNSAID, Query()] = None,
    genere: Annotated[Kind | None, UNSAID, Query()] = None,
    prima: Annotated[Uuid | None, Query()] = None,
    tutto: Annotated[bool, Query()] = False,
) -> Response:
    """A person's story: what happened, told by whom, how complete this is. `tutto` is all on one page."""
    size = None if tutto else SIZE
    by = await looking.in_urgency(session, record, by)
    part = queries.Part(servizio, genere, prima, size, with_justice=queries.may_see_judicial(by))
    values = {
        "person": await queries.person_view(session, record),
        "timeline": await queries.timeline(session, record, part),
        "part": part,
        "own": caseload.own_member(session),
        "kept": await kept_to_ourselves(session, record),
    }
    return web.page(request, "storia.html", values, templates=templates)


@router.get("/persone/{record}/storia/{entry}/correzione")
async def correction_page(
    request: Request, record: Uuid, entry: Uuid, session: Reading, _: Operator
) -> Response:
    """The form that corrects an entry of ours."""
    return await _correction(request, session, record, entry)


@router.post("/persone/{record}/storia/{entry}/correzione")
async def correct_entry_page(
    request: Request, record: Uuid, entry: Uuid, session: Transaction, by: Operator, typed: Correction
) -> Response:
    """Correct an entry of ours, or show why not."""
    try:
        asked = forms.read(CorrectEntry, typed)
        await commands.correct_entry(session, record, entry, asked, by)
    except Refused as refused:
        return await _correction(request, session, record, entry, refused)
    return RedirectResponse(f"/persone/{record}/storia#voce-{entry}", 303)


async def _correction(
    request: Request, session: AsyncSession, record: str, entry: str, refused: Refused | None = None
) -> Response:
    values = {
        "person": await queries.person_view(session, record),
        "entry": await queries.entry_view(session, record, entry),
        "interview": None,
    }
    return await forms.page(request, "correzione.html", values, templates=templates, refused=refused)


@router.get("/persone/{record}/colloqui/{interview}/correzione")
async def interview_correction_page(
    request: Request, record: Uuid, interview: Uuid, session: Reading, _: Operator
) -> Response:
    """The form that corrects an interview we keep to ourselves."""
    return await _interview(request, session, record, interview)


@router.post("/persone/{record}/colloqui/{interview}/correzione")
async def correct_interview_page(
    request: Request, record: Uuid, interview: Uuid, session: Transaction, by: Operator, typed: Correction
) -> Response:
    """Correct an interview we keep to ourselves, or show why not."""
    try:
        asked = forms.read(CorrectEntry, typed)
        await commands.correct_interview(session, record, interview, asked, by)
    except Refused as refused:
        return await _interview(request, session, record, interview, refused)
    return RedirectResponse(f"/persone/{record}/colloqui#colloquio-{interview}", 303)


async def _interview(
    request: Request, session: AsyncSession, record: str, interview: str, refused: Refused | None = None
) -> Response:
    shown = await queries.interview_view(session, record, interview)
    if shown.entry is not None:  # it was told: its correction is too
        return RedirectResponse(f"/persone/{record}/storia/{shown.entry}/correzione", 303)
    values = {"person": await queries.person_view(session, record), "interview": shown}
    return await forms.page(request, "correzione.html", values, templates=templates, refused=refused)
