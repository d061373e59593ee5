"""Notes to the services that follow a person, and interviews, over HTTP."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import (
    CorrectEntry,
    InterviewView,
    NoteView,
    NoteWrittenView,
    ReadNote,
    RecordInterview,
    WriteNote,
)

router = Router()


@router.get("/persons/{record}/notes")
async def notes(record: Uuid, session: Reading, _: Operator) -> list[NoteView]:
    """The notes written to the services that follow a person, newest first. To ask is not to have read."""
    return await queries.notes_of(session, record)


@router.post("/persons/{record}/notes", status_code=201)
async def write_note(record: Uuid, request: WriteNote, session: Transaction, by: Operator) -> NoteWrittenView:
    """Write to the services that follow the person."""
    goes_to = await commands.write_note(session, record, request, by)
    names = queries.names_of(session)
    return NoteWrittenView(note=goes_to[0].note, goes_to=[names(one.member) for one in goes_to])


@router.post("/persons/{record}/notes/{note}/read")
async def read_note(
    record: Uuid, note: Uuid, request: ReadNote, session: Transaction, by: Operator
) -> dict[str, str]:
    """Say to have read a note, with an answer if there is one; the writer's service learns it, no other."""
    read = await commands.read_note(session, record, note, request, by)
    return {"note": note, "read_on": read.read_on.isoformat()}


@router.get("/persons/{record}/interviews")
async def interviews(record: Uuid, session: Reading, _: Operator) -> list[InterviewView]:
    """Interviews with a person, the one held last first: ours, and those of which other services tell."""
    return await queries.interviews_of(session, record)


@router.post("/persons/{record}/interviews", status_code=201)
async def record_interview(
    record: Uuid, request: RecordInterview, session: Transaction, by: Operator
) -> dict[str, str]:
    """Record an interview; kept to ourselves (`own`) it is never published."""
    return {"interview": await commands.record_interview(session, record, request, by)}


@router.post("/persons/{record}/interviews/{interview}/correction", status_code=201)
async def correct_interview(
    record: Uuid, interview: Uuid, request: CorrectEntry, session: Transaction, by: Operator
) -> dict[str, str]:
    """Strike an interview of ours; one that we keep to ourselves is struck here, and told to nobody."""
    await commands.correct_interview(session, record, interview, request, by)
    return {"interview": interview}
