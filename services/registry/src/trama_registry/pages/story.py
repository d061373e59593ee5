"""The page of a person and the whole story, with their forms: what comes next, and corrections."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import web
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.api.story import Kind
from trama_registry.pages import typed
from trama_registry.pages.templates import templates
from trama_registry.queries.interview import kept_to_ourselves
from trama_registry.schemas import CompleteNextStep, CorrectEntry, SetNextStep

router = Router()
SIZE = 50
Errors = Refused | Sequence[Mapping[str, str]]
UNSAID = BeforeValidator(lambda chosen: chosen or None)
"""A list of choices sends an empty word where nothing was chosen."""
Typed = Annotated[str, Form(max_length=2000)]


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
    asked, errors = typed.read(SetNextStep, fields)
    if asked is None:
        return await _person(request, session, record, errors, fields)
    try:
        await commands.set_next_step(session, record, asked, by)
    except Refused as refused:
        return await _person(request, session, record, refused, fields)
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
    asked, errors = typed.read(CompleteNextStep, fields)
    if asked is None:
        return await _person(request, session, record, errors, fields)
    try:
        await commands.complete_next_step(session, record, asked, by)
    except Refused as refused:
        return await _person(request, session, record, refused, fields)
    return RedirectResponse(f"/persone/{record}#prossimo-passo", 303)


async def _person(
    request: Request,
    session: AsyncSession,
    record: str,
    errors: Errors = (),
    fields: Mapping[str, str] | None = None,
) -> Response:
    values = {"one": await queries.overview(session, record), "errors": errors, "typed": fields or {}}
    return web.page(request, "persona.html", values, templates=templates, status=_status(errors))


def _status(errors: Errors) -> int:
    if isinstance(errors, Refused):
        return errors.status
    return 422 if errors else 200


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
    part = queries.Part(servizio, genere, prima, size, with_justice=queries.may_see_judicial(by))
    values = {
        "person": await queries.person_view(session, record),
        "timeline": await queries.timeline(session, record, part),
        "part": part,
        "own": runtime_of(session).settings.member,
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
    request: Request,
    record: Uuid,
    entry: Uuid,
    session: Transaction,
    _: Operator,
    *,
    reason: Typed = "",
    instead: Typed = "",
) -> Response:
    """Correct an entry of ours, or show why not."""
    fields = {"reason": reason, "instead": instead}
    asked, errors = typed.read(CorrectEntry, fields)
    if asked is None:
        return await _correction(request, session, record, entry, errors, fields)
    try:
        await commands.correct_entry(session, record, entry, asked)
    except Refused as refused:
        return await _correction(request, session, record, entry, refused, fields)
    return RedirectResponse(f"/persone/{record}/storia#voce-{entry}", 303)


async def _correction(
    request: Request,
    session: AsyncSession,
    record: str,
    entry: str,
    errors: Errors = (),
    fields: Mapping[str, str] | None = None,
) -> Response:
    values = {
        "person": await queries.person_view(session, record),
        "entry": await queries.entry_view(session, record, entry),
        "errors": errors,
        "typed": fields or {},
    }
    return web.page(request, "correzione.html", values, templates=templates, status=_status(errors))
