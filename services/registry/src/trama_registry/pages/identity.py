"""The page of who a person is: data, numbers, certificates, target groups, links, and who looks the same."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.accounts import Caller
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.queries import looking
from trama_registry.queries.told import identity as words
from trama_registry.queries.told.languages import languages
from trama_registry.schemas import (
    AssignIdentifier,
    AttestIdentifier,
    CorrectPerson,
    EndCertificate,
    EndIdentifier,
    LinkRecord,
    RecordCertificate,
    SetTargetGroups,
    TellApart,
    Unlink,
)

router = Router()
OnPerson = Callable[[AsyncSession, str, Any, Caller], Awaitable[object]]
OnOne = Callable[[AsyncSession, str, str, Any, Caller], Awaitable[object]]
Act = Literal["identita", "codici", "certificazioni", "categorie", "collegamenti", "altra-persona"]
ActOnOne = Literal["verifica-codice", "fine-codice", "fine-certificazione", "separa"]
ACTS: Mapping[str, tuple[type[BaseModel], OnPerson]] = {
    "identita": (CorrectPerson, commands.correct_person),
    "codici": (AssignIdentifier, commands.assign_identifier),
    "certificazioni": (RecordCertificate, commands.record_certificate),
    "categorie": (SetTargetGroups, commands.set_target_groups),
    "collegamenti": (LinkRecord, commands.link_records),
    "altra-persona": (TellApart, commands.tell_apart),
}
ACTS_ON_ONE: Mapping[str, tuple[type[BaseModel], OnOne]] = {
    "verifica-codice": (AttestIdentifier, commands.attest_identifier),
    "fine-codice": (EndIdentifier, commands.end_identifier),
    "fine-certificazione": (EndCertificate, commands.end_certificate),
    "separa": (Unlink, commands.unlink),
}
"""What each form of the page asks for, and what does it."""


@router.get("/persone/{record}/dati")
async def identity_page(request: Request, record: Uuid, session: Reading, by: Operator) -> Response:
    """All that says who a person is, with the forms that change it."""
    return await _identity(request, session, record, by)


@router.post("/persone/{record}/dati/{act}")
async def change_identity_page(
    request: Request, record: Uuid, act: Act, session: Transaction, by: Operator
) -> Response:
    """Do what one of the forms asks, or show what is wrong with it, or who was quicker."""
    form, command = ACTS[act]
    try:
        await command(session, record, forms.read(form, await _typed(request, form)), by)
    except Refused as refused:
        return await _identity(request, session, record, by, refused)
    return RedirectResponse(f"/persone/{record}/dati", 303)


@router.post("/persone/{record}/dati/{act}/{one}")
async def change_one_page(
    request: Request, record: Uuid, act: ActOnOne, one: Uuid, session: Transaction, by: Operator
) -> Response:
    """The same, for the forms about one number, certificate or link."""
    form, command = ACTS_ON_ONE[act]
    try:
        await command(session, record, one, forms.read(form, await _typed(request, form)), by)
    except Refused as refused:
        return await _identity(request, session, record, by, refused)
    return RedirectResponse(f"/persone/{record}/dati", 303)


async def _typed(request: Request, form: type[BaseModel]) -> dict[str, object]:
    """The fields the form knows; groups are several, a version is a number."""
    sent = await request.form()
    typed: dict[str, object] = {name: sent[name] for name in sent if name in form.model_fields}
    if "groups" in form.model_fields:
        typed["groups"] = sent.getlist("groups")
    version = typed.get("version")
    if isinstance(version, str) and version.isdecimal():
        typed["version"] = int(version)
    return typed


async def _identity(
    request: Request, session: AsyncSession, record: str, by: Caller, refused: Refused | None = None
) -> Response:
    reader = await looking.in_urgency(session, record, by)
    person = await queries.identity_view(session, record, reader)
    values = {
        "read_only": () if queries.may_see_judicial(by) else ("justice",),
        "person": person,
        "own_member": by.member,
        "languages": languages(person.language),
        "identifiers": words.IDENTIFIERS,
        "identifier_endings": words.IDENTIFIER_ENDINGS,
        "certificates": words.CERTIFICATES,
        "certificate_endings": words.CERTIFICATE_ENDINGS,
        "changed": refused is not None and refused.code == "changed-meanwhile",
    }
    return await forms.page(request, "dati.html", values, templates=templates, refused=refused)
