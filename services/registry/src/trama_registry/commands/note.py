"""Writing to the services that follow a person, saying to have read, and recording interviews."""

from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import outbox
from trama_chassis.accounts import Caller
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import InterviewRecorded, NoteRead, NoteWritten, SocialInterviewRecorded

from trama_registry import queries
from trama_registry.commands.person import must_be_in
from trama_registry.commands.story import correct_entry
from trama_registry.commands.taking_in_charge import in_charge
from trama_registry.errors import InterviewNotHere
from trama_registry.models import NoteAddressee, OwnInterview, must_be_held, must_be_readable
from trama_registry.schemas import CorrectEntry, ReadNote, RecordInterview, WriteNote


async def write_note(
    session: AsyncSession, record: str, request: WriteNote, by: Caller
) -> list[NoteAddressee]:
    """Write to the services that follow the person; whom it goes to is kept, and told to nobody.

    Raises PersonNotHere, NotInCharge, NobodyToWriteTo.
    """
    await in_charge(session, record)
    readers = await queries.readers_of_notes(session, record)
    written = NoteWritten(text=request.text, who=by.name, needs_answer=request.needs_answer)
    note = outbox.add(session, written, record=record, scope=str(uuid4()))
    today = caseload.today(session)
    addressees = NoteAddressee.of(note, record, readers, today=today)
    session.add_all(addressees)
    return addressees


async def read_note(session: AsyncSession, record: str, note: str, request: ReadNote, by: Caller) -> NoteRead:
    """Tell the writer, and nobody else, that our service has read a note; or answer it afterwards.

    Raises PersonNotHere, NotInCharge, NoteNotHere, NoteOfOurs, NoteReadAlready.
    """
    await in_charge(session, record)  # locked: of two who press at once the second sees the first
    entry, said = await queries.find_note(session, record, note)
    runtime = runtime_of(session)
    must_be_readable(said, is_ours=entry.member == caseload.own_member(session), answer=request.answer)
    read = NoteRead(
        note=note,
        writer=entry.member,
        who=by.name,
        read_on=caseload.today(session),
        answer=request.answer,
    )
    writer = f"{entry.member}.{runtime.settings.service}"
    outbox.add(session, read, record=record, scope=note, to=[writer])
    return read


async def record_interview(session: AsyncSession, record: str, request: RecordInterview, by: Caller) -> str:
    """Record an interview and tell who may know; its id. What we keep to ourselves is told to nobody.

    Raises PersonNotHere, DayInFuture, NotInCharge, NotInCircle.
    """
    runtime = runtime_of(session)
    await queries.find_person(session, record)
    today = caseload.today(session)
    held = InterviewRecorded(
        interview=str(uuid4()),
        held_on=request.held_on or today,
        kind=request.kind,
        present=request.present,
        summary=request.summary,
        who=by.name,
    )
    must_be_held(held.held_on, today)
    if request.circle == "own":
        session.add(OwnInterview.keep(record, held, at=runtime.clock.moment()))
        return held.interview
    must_be_in(runtime, request.circle)
    await in_charge(session, record)
    told = held if request.circle == "care" else SocialInterviewRecorded(**held.model_dump())
    outbox.add(session, told, record=record, scope=held.interview)
    return held.interview


async def correct_interview(
    session: AsyncSession, record: str, interview: str, request: CorrectEntry, by: Caller
) -> None:
    """Strike an interview of ours: here, where we keep it to ourselves; otherwise in the story that told it.

    Raises PersonNotHere, InterviewNotHere, EntryCorrectedAlready, EntryOfOthers.
    """
    await queries.find_person(session, record)
    kept = await session.get(OwnInterview, interview, with_for_update=True)
    if kept is not None and kept.record == record:
        today = caseload.today(session)
        kept.strike(request.reason, request.instead, on=today, by=by.name)
        return
    shown = await queries.interview_view(session, record, interview)
    if shown.entry is None:
        raise InterviewNotHere
    await correct_entry(session, record, shown.entry, request, by)
