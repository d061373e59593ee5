"""Pages of the doors: a first contact taken in, those to be routed, and the outcome of each."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import trama_caseload as caseload
from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import web
from trama_chassis.accounts import Caller
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused, field_of, message_of
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.access import AtTheDoor
from trama_registry.models.access import SPECIALIST
from trama_registry.pages.templates import templates
from trama_registry.queries.duplicate import sought_by_form
from trama_registry.queries.told.languages import languages
from trama_registry.schemas import CandidateView, ConcludeAccess, RecordAccess, SeekDuplicates

router = Router()
Errors = Refused | Sequence[Mapping[str, str]]
Text = Annotated[str, Field(max_length=2000)]
IDENTITY = set(SeekDuplicates.model_fields)
NEW = "new"
"""What is chosen where none of those who are alike is the person."""


class IdentityForm(BaseModel):
    """Who asks, as typed; empty is unknown. `who` is the record chosen among those alike, or `new`."""

    given_name: Text = ""
    family_name: Text = ""
    tax_code: Text = ""
    birth_date: Text = ""
    town: Text = ""
    phone: Text = ""
    language: Text = ""
    needs_interpreter: Text = ""
    outcome: Text = ""
    note: Text = ""
    who: Text = ""
    another_person: Text = ""


class AccessForm(IdentityForm):
    """A first contact, as typed."""

    persona: Text = ""
    door: Text = "desk"
    channel: Text = ""
    need: Text = ""
    risk_factors: list[Text] = []
    received_on: Text = ""
    reserved: Text = ""


class OutcomeForm(IdentityForm):
    """What an access led to, as typed."""

    concluded_on: Text = ""
    version: Text = ""


def _asked(form: IdentityForm, record: str = "") -> dict[str, Any]:
    """A form's fields as the API takes them: empty ones left out, who was chosen as the record."""
    values = {name: value for name, value in form.model_dump(exclude={"who", "persona"}).items() if value}
    chosen = record or ("" if form.who == NEW else form.who)
    return values | ({"record": chosen} if chosen else {})


def _read(model: Any, values: Mapping[str, Any]) -> tuple[Any, list[dict[str, str]]]:  # noqa: ANN401 - either of two
    try:
        return model.model_validate(values), []
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False)
        return None, [{"field": field_of(one["loc"]), "message": message_of(one)} for one in errors]


async def _alike(session: AsyncSession, form: IdentityForm, asked: Any) -> list[CandidateView]:  # noqa: ANN401
    """Who of ours may be the person named, if nobody has decided yet."""
    if form.who or asked.record is not None or not (asked.family_name or asked.given_name or asked.tax_code):
        return []
    return await queries.candidates(session, asked)


@router.get("/persone/nuova")
async def new_access_page(
    request: Request,
    session: Reading,
    by: AtTheDoor,
    persona: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """The form for a first contact; with `persona`, a request to the planning unit for them."""
    form = AccessForm(persona=persona or "", door="planning-unit" if persona else "desk")
    return await _new_access(request, session, by, form)


@router.post("/persone/nuova")
async def record_access_page(
    request: Request, session: Transaction, by: AtTheDoor, form: Annotated[AccessForm, Form()]
) -> Response:
    """Take in a first contact, or show what is wrong, or who of ours it may be."""
    asked, errors = _read(RecordAccess, _asked(form, form.persona))
    if asked is None:
        return await _new_access(request, session, by, form, errors)
    alike = await _alike(session, form, asked)
    if alike:
        return await _new_access(request, session, by, form, alike=alike)
    try:
        access = await commands.record_access(session, asked, by)
    except Refused as refused:
        return await _new_access(request, session, by, form, refused)
    return RedirectResponse(_after(access.record, access.access), 303)


@router.post("/persone/nuova/simili")
async def alike_page(
    request: Request, session: Reading, _: AtTheDoor, form: Annotated[AccessForm, Form()]
) -> Response:
    """Who of ours it may be, while the form is still being written: a part of its page, for scripts."""
    said = {name: value for name, value in form.model_dump(include=IDENTITY).items() if value}
    asked, errors = _read(SeekDuplicates, said)
    if asked is None:
        sound = {name: value for name, value in said.items() if name not in {one["field"] for one in errors}}
        asked = SeekDuplicates.model_validate(sound)
    found = await sought_by_form(session, asked) if asked.model_fields_set else []
    return web.page(request, "simili.html", {"alike": found}, templates=templates)


def _after(record: str | None, access: str) -> str:
    return f"/persone/{record}" if record is not None else f"/accessi/{access}"


async def _new_access(
    request: Request,
    session: AsyncSession,
    by: Caller,
    form: AccessForm,
    errors: Errors = (),
    *,
    alike: Sequence[CandidateView] = (),
) -> Response:
    if isinstance(errors, Refused) and errors.code == "same-person-found":
        asked, _ = _read(RecordAccess, _asked(form.model_copy(update={"who": ""})))
        alike = await queries.candidates(session, asked) if asked is not None else ()
    values = {
        "typed": form.model_dump(),
        "person": await queries.person_view(session, form.persona) if form.persona else None,
        "today": caseload.today(session),
        "listens": SPECIALIST in by.roles,
        "languages": languages(),
    }
    return _page(request, "nuovo_accesso.html", values, errors, alike)


def _page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    errors: Errors,
    alike: Sequence[CandidateView] = (),
) -> Response:
    shown = {**values, "errors": errors, "alike": alike}
    if alike and not errors:
        status = 409
    elif isinstance(errors, Refused):
        status = errors.status
    else:
        status = 422 if errors else 200
    return web.page(request, template, shown, templates=templates, status=status)


@router.get("/accessi")
async def accesses_page(
    request: Request,
    session: Reading,
    by: AtTheDoor,
    nome: Annotated[str, Query(max_length=100)] = "",
    tutti: Annotated[bool, Query()] = False,
) -> Response:
    """First contacts, those still to be routed or all."""
    listed = await queries.access_list(session, by, open_only=not tutti, name=nome)
    values = {"listed": listed, "sought": nome, "all": tutti}
    return _page(request, "accessi.html", values, ())


@router.get("/accessi/{access}")
async def access_page(request: Request, access: Uuid, session: Reading, by: AtTheDoor) -> Response:
    """A first contact, and the form for what it led to."""
    return await _access(request, session, access, by, OutcomeForm())


@router.post("/accessi/{access}/esito")
async def conclude_access_page(
    request: Request,
    access: Uuid,
    session: Transaction,
    by: AtTheDoor,
    form: Annotated[OutcomeForm, Form()],
) -> Response:
    """Say what a first contact led to, or show what is wrong, who it may be, or who was quicker."""
    asked, errors = _read(ConcludeAccess, _asked(form))
    if asked is None:
        return await _access(request, session, access, by, form, errors)
    found = await queries.find_access(session, access, by)
    if found.record is None and asked.outcome == "taken-in-charge":
        alike = await _alike(session, form, asked)
        if alike:
            return await _access(request, session, access, by, form, alike=alike)
    try:
        concluded = await commands.conclude_access(session, access, asked, by)
    except Refused as refused:
        return await _access(request, session, access, by, form, refused)
    return RedirectResponse(_after(concluded.record, concluded.access), 303)


async def _access(
    request: Request,
    session: AsyncSession,
    access: str,
    by: Caller,
    form: OutcomeForm,
    errors: Errors = (),
    *,
    alike: Sequence[CandidateView] = (),
) -> Response:
    session.expire_all()
    with session.no_autoflush:
        found = await queries.find_access(session, access, by)
        view = queries.view_of_access(session, found)
        if isinstance(errors, Refused) and errors.code == "same-person-found":
            asked, _ = _read(ConcludeAccess, _asked(form.model_copy(update={"who": ""})))
            alike = await queries.candidates(session, asked) if asked is not None else ()
    known = view.model_dump(include=set(IdentityForm.model_fields)) | {"outcome": ""}
    typed = known | {name: value for name, value in form.model_dump().items() if value}
    values = {
        "one": view,
        "typed": typed,
        "today": caseload.today(session),
        "languages": languages(view.language),
    }
    return _page(request, "accesso.html", values, errors, alike)
