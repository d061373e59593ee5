"""Documents of a person over HTTP: filed, listed, asked of who filed them, opened."""

from typing import Annotated

from fastapi import Depends, File, Form, Response, UploadFile
from trama_chassis import forms
from trama_chassis.bodies import attached
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.queries import looking
from trama_registry.schemas import DocumentsView, FiledDocumentView, FileDocument, NumberDocument

router = Router()
Typed = Annotated[str, Form(max_length=200)]


async def _sent(
    file: Annotated[UploadFile, File()],
    kind: Typed,
    circle: Typed = "care",
    dated: Typed = "",
    protocol: Typed = "",
) -> tuple[FileDocument, tuple[str, bytes]]:
    said = {"kind": kind, "circle": circle, "dated": dated, "protocol": protocol}
    return forms.read(FileDocument, said), (file.filename or "", await file.read())


Sent = Annotated[tuple[FileDocument, tuple[str, bytes]], Depends(_sent)]
"""A file as it is sent in, with what is said of it. Who may not send learns nothing of it: it comes last."""


@router.get("/persons/{record}/documents")
async def documents(record: Uuid, session: Reading, by: Operator) -> DocumentsView:
    """The documents of a person, ours and others', and which files are here."""
    return await queries.documents_view(session, record, await looking.in_urgency(session, record, by))


@router.post("/persons/{record}/documents", status_code=201)
async def file_document(record: Uuid, session: Transaction, by: Operator, sent: Sent) -> FiledDocumentView:
    """File a document (PDF, JPEG, PNG, ODT, DOCX, text; up to 10 MiB) and tell who may know of it."""
    filed = await commands.file_document(session, record, *sent, by)
    return await queries.view_of_filed(session, record, filed)


@router.post("/persons/{record}/documents/{member}/{document}/ask", status_code=202)
async def ask_document(
    record: Uuid, member: Member, document: Uuid, session: Transaction, by: Operator
) -> FiledDocumentView:
    """Ask who filed a document for the file. It comes in parts; asked again, nothing more happens."""
    by = await looking.in_urgency(session, record, by)
    asked = await commands.ask_document(session, record, member, document, by)
    return await queries.view_of_document(session, record, asked)


@router.post("/persons/{record}/documents/{member}/{document}/protocol")
async def number_document(
    record: Uuid,
    member: Member,
    document: Uuid,
    request: NumberDocument,
    session: Transaction,
    *,
    by: Operator,
) -> FiledDocumentView:
    """Say under which number our office registered a document that we filed before it had one."""
    found = await commands.number_document(session, (member, record), document, request, by)
    shown = await queries.view_of_document(session, record, found)
    return shown.model_copy(update={"number": request.protocol})


@router.get("/persons/{record}/documents/{member}/{document}/content", response_class=Response)
async def content(record: Uuid, member: Member, document: Uuid, session: Reading, by: Operator) -> Response:
    """The file itself, to be saved: a browser shows none of it."""
    by = await looking.in_urgency(session, record, by)
    found, raw = await queries.content_of(session, record, member, document, by)
    return attached(raw, found.name, found.media_type)
