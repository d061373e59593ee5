"""What each recipient would see, over HTTP: asked as what is to be sent is sent, and nothing is."""

from trama_caseload import DraftPreviewView
from trama_chassis.database import Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.api.document import Sent
from trama_registry.schemas import RecordInterview, SendReferral, WriteNote

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
    record: Uuid, session: Transaction, by: Operator, sent: Sent
) -> DraftPreviewView:
    """Who would know of a document, and what. Refused as the filing itself would be."""
    await commands.file_document(session, record, *sent, by)
    return await queries.preview(session, record)


@router.post("/persons/{record}/referrals/preview")
async def preview_of_referral(
    record: Uuid, request: SendReferral, session: Transaction, _: Operator
) -> DraftPreviewView:
    """What the receiver of a referral would see before it answers, and what more once it accepts."""
    await commands.send_referral(session, record, request)
    return await queries.preview(session, record)
