"""Hiding an entry of ours from all other services, on the person's wish, and showing it again.

Hidden, it is taken back from everybody and kept here, never published; shown again, it is told anew.
"""

from collections.abc import Sequence
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, file_custody, outbox, withdrawing
from trama_chassis.accounts import Caller
from trama_chassis.files import Place
from trama_chassis.outbox import runtime_of
from trama_contracts.events import EVENTS
from trama_contracts.registry import NoteWritten
from trama_contracts.registry.document import Filing

from trama_registry import queries
from trama_registry.errors import EntryNotHere, HiddenOnlyByWriter, HiddenTogether, NothingHidden
from trama_registry.models import HIDDEN_ALONE, EntryCopy, NoteAddressee, ObscuredEntry
from trama_registry.queries.entries import JUSTICE
from trama_registry.schemas import HideEntry

ALONE_HERE = "own"
"""The circle of what has none: a file kept in it is given to nobody."""


async def hide_entry(
    session: AsyncSession, record: str, entry: str, request: HideEntry, by: Caller
) -> list[ObscuredEntry]:
    """Take an entry of ours back from all other services, with what belongs to it; we keep it.

    Raises PersonNotHere, EntryNotHere, HiddenOnlyByWriter, HiddenTogether.
    """
    await queries.find_person(session, record)
    runtime = runtime_of(session)
    wrong = await session.get(EntryCopy, entry, with_for_update=True)
    if wrong is None or not await queries.is_in_story(session, record, wrong):
        raise EntryNotHere
    if wrong.circle == JUSTICE and not queries.may_see_judicial(by):
        raise EntryNotHere
    if wrong.member != caseload.own_member(session):
        raise HiddenOnlyByWriter
    if wrong.scope.partition(":")[0] not in HIDDEN_ALONE or wrong.corrects is not None:
        raise HiddenTogether
    told = await _belonging(session, wrong)
    today = caseload.today(session)
    kept = [ObscuredEntry.of(one, entry, reason=request.reason, on=today, by=by.name) for one in told]
    document = wrong.payload.get("document")
    name = (runtime.settings.principal, str(document))
    content = await file_custody.content_of(session, name) if document else None
    await withdrawing.take_back(session, {(one.record, one.circle, one.scope) for one in told})
    session.add_all(kept)
    if content is not None:
        await file_custody.forget(session, name)
        await session.flush()
        await file_custody.keep(session, name[1], content, Place(wrong.record, ALONE_HERE, f"hidden:{entry}"))
    return kept


async def _belonging(session: AsyncSession, entry: EntryCopy) -> Sequence[EntryCopy]:
    """An entry with what stands in its stream, and what corrects any of it, oldest first."""
    stream = (
        (col(EntryCopy.member) == entry.member)
        & (col(EntryCopy.record) == entry.record)
        & (col(EntryCopy.circle) == entry.circle)
    )
    same = stream & (col(EntryCopy.scope) == entry.scope)
    struck = stream & col(EntryCopy.corrects).in_(select(col(EntryCopy.event_id)).where(same))
    found = await session.scalars(
        select(EntryCopy)
        .where(or_(same, struck))
        .order_by(col(EntryCopy.recorded_at), col(EntryCopy.corrects).is_not(None), col(EntryCopy.event_id))
    )
    return found.all()


async def show_entry(session: AsyncSession, record: str, entry: str, by: Caller) -> str:
    """Tell again what was hidden, as of the day on which it happened, to whoever may know of it now.

    Raises PersonNotHere, NothingHidden.
    """
    await queries.find_person(session, record)
    own = await access.own_records(session, (caseload.own_member(session), record))
    hidden = await queries.hidden_rows(session, own, entry, lock=True)
    if not hidden or (hidden[0].circle == JUSTICE and not queries.may_see_judicial(by)):
        raise NothingHidden
    told_anew: dict[str, str] = {}
    scope = str(uuid4())
    for one in hidden:
        event_class = EVENTS[one.type]
        payload = dict(one.payload)
        corrected = told_anew.get(str(payload.get("entry"))) if one.corrects else None
        if corrected is not None:
            payload["entry"] = corrected
        event = event_class.from_payload(payload)
        if isinstance(event, Filing):
            await _open_file(session, event, Place(one.record, one.circle, f"{event.scope}:{scope}"))
        told_anew[one.event_id] = outbox.add(
            session,
            event,
            record=one.record,
            scope=corrected or scope,
            occurred_at=one.occurred_at,
            corrects=corrected,
        )
        await session.delete(one)
    first = hidden[0]
    if first.type == NoteWritten.wire_type:
        await _address(session, first.record, told_anew[first.event_id])
    return told_anew[first.event_id]


async def _open_file(session: AsyncSession, filed: Filing, place: Place) -> None:
    """Let the file of a document be asked for again by whoever is told of it."""
    name = (runtime_of(session).settings.principal, filed.document)
    content = await file_custody.content_of(session, name)
    if content is not None:
        await file_custody.forget(session, name)
        await session.flush()
        await file_custody.keep(session, filed.document, content, place)


async def _address(session: AsyncSession, record: str, note: str) -> None:
    readers = await queries.readers_of_notes(session, record)
    today = caseload.today(session)
    session.add_all(NoteAddressee.of(note, record, readers, today=today))
