"""Notes to the services that follow a person: what was written, who has read it, what is still to be read."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Event
from trama_contracts.registry import NoteRead, NoteWritten

from trama_registry.errors import NoteNotHere
from trama_registry.models import EntryCopy, NoteAddressee
from trama_registry.queries import told
from trama_registry.queries.entries import corrections_of, is_in_story
from trama_registry.queries.landmarks import Landmarks, landmarks_of
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person, open_taking_in_charge_of
from trama_registry.queries.relation import relations_of
from trama_registry.schemas import AwaitedView, NoteReadingView, NoteView

NOTES: tuple[type[Event], ...] = (NoteRead, NoteWritten)
MOST = 200
Readings = dict[str, NoteReadingView]


async def notes_of(session: AsyncSession, record: str) -> list[NoteView]:
    """The notes to the services that follow a person, newest first. Raises PersonNotHere."""
    await find_person(session, record)
    episode = await open_taking_in_charge_of(session, record)
    landmarks = await landmarks_of(session, await access.component(session, record), NOTES, most=MOST)
    return await note_views(session, landmarks, followed_since=episode.opened_on if episode else None)


async def note_views(
    session: AsyncSession, landmarks: Landmarks, *, followed_since: date | None
) -> list[NoteView]:
    """Notes as they are shown, newest first; those of before our relation we need not say to have read."""
    written = landmarks.of(NoteWritten)
    if not written:
        return []
    own, names = caseload.own_member(session), names_of(session)
    corrected = await corrections_of(session, [entry for entry, _ in written])
    addressees = await _addressees(session, [entry.event_id for entry, _ in written if entry.member == own])
    readings = _readings(landmarks, names)
    found = []
    for entry, note in reversed(written):
        read, ours, struck = readings[entry.event_id], entry.member == own, entry.event_id in corrected
        is_for_us = (
            not ours
            and not struck
            and followed_since is not None
            and told.local_day(entry.occurred_at) >= followed_since
        )
        unread = {} if struck else {one: names(one) for one in addressees[entry.event_id] if one not in read}
        found.append(
            NoteView(
                note=entry.event_id,
                member=entry.member,
                member_name=names(entry.member),
                ours=ours,
                who=note.who,
                written_at=entry.occurred_at,
                text=note.text,
                needs_answer=note.needs_answer,
                readings=list(read.values()),
                not_read_by=unread,
                to_read=is_for_us and own not in read,
                to_answer=is_for_us and note.needs_answer and own in read and read[own].answer is None,
                corrected=struck,
            )
        )
    return found


def _readings(landmarks: Landmarks, names: told.Names) -> defaultdict[str, Readings]:
    """Who said to have read each note: the first time counts, and whichever answer came."""
    found: defaultdict[str, Readings] = defaultdict(dict)
    for entry, said in landmarks.of(NoteRead):
        before = found[said.note].get(entry.member)
        if before is None:
            found[said.note][entry.member] = NoteReadingView(
                member=entry.member,
                member_name=names(entry.member),
                **said.model_dump(include={"who", "read_on", "answer"}),
            )
        elif before.answer is None:
            before.answer = said.answer
    return found


async def _addressees(session: AsyncSession, notes: Sequence[str]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    if notes:
        wanted = select(NoteAddressee).where(col(NoteAddressee.note).in_(notes))
        for one in await session.scalars(wanted.order_by(col(NoteAddressee.member))):
            found[one.note].append(one.member)
    return found


async def readers_of_notes(session: AsyncSession, record: str) -> list[str]:
    """The members that a note on this record would reach: who may read what we write and has not closed."""
    seen_by = await access.seen_by(session, record, NoteWritten.circle)
    service = f".{runtime_of(session).settings.service}"
    readers = {one.removesuffix(service) for one in seen_by if one.endswith(service)}
    others = (await relations_of(session, record)).others
    followed = {one.member for one in others if one.state != "closed"}
    return sorted(readers - {one.member for one in others if one.member not in followed})


async def find_note(session: AsyncSession, record: str, note: str) -> tuple[EntryCopy, list[NoteRead]]:
    """A note of this person's story, and what our service has said of it. Raises NoteNotHere."""
    found = await session.get(EntryCopy, note)
    is_note = found is not None and found.type == NoteWritten.wire_type
    if found is None or not is_note or not await is_in_story(session, record, found):
        raise NoteNotHere
    said = await session.scalars(
        select(EntryCopy).where(
            col(EntryCopy.scope) == f"{NoteRead.scope}:{note}",
            col(EntryCopy.type) == NoteRead.wire_type,
            col(EntryCopy.member) == caseload.own_member(session),
        )
    )
    return found, [NoteRead.from_payload(one.payload) for one in said]


def notes_awaited(
    notes: Sequence[NoteView], record: str, readers: Collection[str], today: date
) -> Iterator[AwaitedView]:
    """Notes of ours that some of these services (principals) have still to read, or that nobody answered."""
    still = {principal.partition(".")[0] for principal in readers}
    for note in reversed(notes):
        unread = [name for member, name in note.not_read_by.items() if member in still]
        unanswered = note.needs_answer and not any(one.answer for one in note.readings)
        if not note.ours or note.corrected or not (unread or unanswered):
            continue
        read = [one.member_name for one in note.readings]
        since = told.local_day(note.written_at)
        yield AwaitedView(
            what=say("Lettura di una nota") if unread else say("Risposta a una nota"),
            from_whom=", ".join(unread or read),
            since=since,
            days=(today - since).days,
            late=False,
            href=f"/persone/{record}/note#nota-{note.note}",
        )
