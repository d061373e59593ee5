"""The page of a person's documents: what was filed, by whom; one is filed, asked for, saved."""

from typing import Annotated, Any

import trama_caseload as caseload
from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from trama_caseload import preview_page
from trama_chassis import forms
from trama_chassis.accounts import Caller
from trama_chassis.bodies import attached
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.queries import looking, told
from trama_registry.schemas import FileDocument, NumberDocument

router = Router()


@router.get("/persone/{record}/documenti")
async def documents_page(request: Request, record: Uuid, session: Reading, by: Operator) -> Response:
    """The documents of a person, with the form to file one."""
    return await _documents(request, session, record, by)


@router.post("/persone/{record}/documenti")
async def file_document_page(request: Request, record: Uuid, session: Transaction, by: Operator) -> Response:
    """File a document, or show what is wrong with it; the file must then be chosen again."""
    sent = await request.form()
    typed = {name: sent[name] for name in FileDocument.model_fields if name in sent}
    try:
        asked = forms.read(FileDocument, typed)
        await commands.file_document(session, record, asked, await _file(sent.get("file")), by)
        shown = await queries.preview(session, record) if await preview_page.is_asked(request) else None
    except Refused as refused:
        if refused.status == 404:
            raise
        return await _documents(request, session, record, by, refused=refused)
    if shown is not None:
        return await _documents(request, session, record, by, preview=shown)
    return RedirectResponse(f"/persone/{record}/documenti", 303)


async def _file(sent: object) -> tuple[str, bytes]:
    """Name and content of what was chosen; nothing, if nothing was."""
    if not isinstance(sent, UploadFile):
        return "", b""
    await sent.seek(0)
    return sent.filename or "", await sent.read()


@router.post("/persone/{record}/documenti/{member}/{document}/richiesta")
async def ask_document_page(
    record: Uuid, member: Member, document: Uuid, session: Transaction, by: Operator
) -> Response:
    """Ask who filed a document for the file."""
    by = await looking.in_urgency(session, record, by)
    await commands.ask_document(session, record, member, document, by)
    return RedirectResponse(f"/persone/{record}/documenti#documento-{document}", 303)


@router.post("/persone/{record}/documenti/{member}/{document}/protocollo")
async def number_document_page(
    request: Request,
    record: Uuid,
    member: Member,
    document: Uuid,
    session: Transaction,
    *,
    by: Operator,
    protocol: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Say under which number our office registered a document, or show what is wrong with it."""
    try:
        asked = forms.read(NumberDocument, {"protocol": protocol})
        await commands.number_document(session, (member, record), document, asked, by)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await _documents(request, session, record, by, refused=refused)
    return RedirectResponse(f"/persone/{record}/documenti#documento-{document}", 303)


@router.get("/persone/{record}/documenti/{member}/{document}")
async def open_document_page(
    record: Uuid, member: Member, document: Uuid, session: Reading, by: Operator
) -> Response:
    """The file itself, to be saved: a browser shows none of it."""
    by = await looking.in_urgency(session, record, by)
    found, content = await queries.content_of(session, record, member, document, by)
    return attached(content, found.name, found.media_type)


async def _documents(
    request: Request,
    session: AsyncSession,
    record: str,
    by: Caller,
    **shown: Any,  # noqa: ANN401 - why not, or what would be seen
) -> Response:
    runtime = runtime_of(session)
    circles = runtime.directory.current.circles(caseload.own_member(session))
    reader = await looking.in_urgency(session, record, by)
    values: dict[str, Any] = {
        "person": await queries.person_view(session, record),
        "documents": (await queries.documents_view(session, record, reader)).documents,
        "document_kinds": told.document.KINDS,
        "circles": {
            circle: words
            for circle, words in told.document.CIRCLES.items()
            if circle in circles and (circle != "justice" or queries.may_see_judicial(by))
        },
        "today": caseload.today(session),
        "own": caseload.own_member(session),
    }
    return await preview_page.page(request, "documenti.html", values, templates=templates, **shown)
