"""What each recipient would see, over HTTP: asked as what is to be sent is sent, and nothing is."""

from typing import Annotated

from fastapi import File, UploadFile
from trama_chassis import forms
from trama_chassis.database import Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.api.document import Typed
from trama_registry.schemas import DraftPreviewView, FileDocument, RecordInterview, SendReferral, WriteNote

router = Router()


@router.post("/persons/{record}/notes/preview")
async def preview_of_note(
    record: Uuid, request: WriteNote, session: Transaction, by: Operator
) -> DraftPreviewView:
    """Who would read a note, and what of it. Refused as the note itself would be."""
    await commands.write_note(session, record, request, by)
    return await queries.preview(session, record)


@router.post("/persons/{record}/interviews/preview")
async def preview_of_interview(
    record: Uuid, request: RecordInterview, session: Transaction, by: Operator
) -> DraftPreviewView:
    """Who would read of an interview, and what. Refused as the interview itself would be."""
    await commands.record_interview(session, record, request, by)
    return await queries.preview(session, record)


@router.post("/persons/{record}/documents/preview")
async def preview_of_document(
    record: Uuid,
    file: Annotated[UploadFile, File()],
    session: Transaction,
    by: Operator,
    *,
    kind: Typed,
    circle: Typed = "care",
    dated: Typed = "",
    protocol: Typed = "",
) -> DraftPreviewView:
    """Who would know of a document, and what. Refused as the filing itself would be."""
    said = {"kind": kind, "circle": circle, "dated": dated, "protocol": protocol}
    asked, content = forms.read(FileDocument, said), await file.read()
    await commands.file_document(session, record, asked, (file.filename or "", content), by)
    return await queries.preview(session, record)


@router.post("/persons/{record}/referrals/preview")
async def preview_of_referral(
    record: Uuid, request: SendReferral, session: Transaction, _: Operator
) -> DraftPreviewView:
    """What the receiver of a referral would see before it answers, and what more once it accepts."""
    await commands.send_referral(session, record, request)
    return await queries.preview(session, record)
