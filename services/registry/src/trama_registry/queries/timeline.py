"""The timeline of a person: everything known here of all linked records, and how complete that is."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, clock, completeness
from trama_chassis.completeness import Source
from trama_chassis.outbox import runtime_of
from trama_contracts.directory import Directory
from trama_contracts.registry import CaseManagerAssigned, ReferralDeclined, ReferralSent, TakingInChargeClosed

from trama_registry.models import EntryCopy
from trama_registry.queries import told
from trama_registry.queries.person import find_person
from trama_registry.schemas import CaseManagerView, EntryView, TimelineView

PATIENCE = 1.5
"""How many periods of signs of life may pass before a source counts as silent."""


async def timeline(session: AsyncSession, record: str) -> TimelineView:
    """All that is known here of a person's way, oldest first. Raises PersonNotHere."""
    await find_person(session, record)
    runtime = runtime_of(session)
    same_person = await access.component(session, record)
    entries = await _entries(session, same_person)
    names = names_of(runtime.directory.current)
    sources = await completeness.sources(session, same_person)
    patience = timedelta(seconds=PATIENCE * runtime.settings.sign_of_life_every)
    now = clock.machine_now()
    return TimelineView(
        record=record,
        complete=all(one.complete and not is_silent(one, now, patience) for one in sources),
        completeness=sentence_on(sources, now=now, patience=patience, names=names),
        case_manager=_case_manager(entries),
        entries=[_view(entry, names) for entry in entries],
    )


def names_of(directory: Directory) -> told.Names:
    """How members are called: as the directory says, or by their short name if they are gone from it."""

    def name(member: str) -> str:
        entry = directory.entry(member)
        return entry.name if entry is not None else member

    return name


async def _entries(session: AsyncSession, same_person: Collection[tuple[str, str]]) -> list[EntryCopy]:
    place = tuple_(col(EntryCopy.member), col(EntryCopy.record))
    found = list(await session.scalars(select(EntryCopy).where(place.in_(sorted(same_person)))))
    found += await _refusals(session, found)
    return sorted(found, key=_place)


def _place(entry: EntryCopy) -> tuple[datetime, datetime, int, str]:
    """Where an entry stands: what one command recorded in one moment is told in its natural order."""
    return entry.occurred_at, entry.recorded_at, told.ORDER.index(entry.type), entry.event_id


async def _refusals(session: AsyncSession, found: Sequence[EntryCopy]) -> list[EntryCopy]:
    """Answers of who did not accept: on no record of the person, so found by the referral they answer."""
    asked = {entry.scope: entry.payload["to"] for entry in found if entry.type == ReferralSent.wire_type}
    if not asked:
        return []
    answers = await session.scalars(
        select(EntryCopy).where(
            col(EntryCopy.scope).in_(sorted(asked)), col(EntryCopy.type) == ReferralDeclined.wire_type
        )
    )
    return [answer for answer in answers if answer.member == asked[answer.scope]]


def _case_manager(entries: Sequence[EntryCopy]) -> CaseManagerView | None:
    """The one person to speak to: who was made so last, of an episode that is still open."""
    closed = {entry.scope for entry in entries if entry.type == TakingInChargeClosed.wire_type}
    assigned = [
        CaseManagerAssigned.from_payload(entry.payload)
        for entry in entries
        if entry.type == CaseManagerAssigned.wire_type and entry.scope not in closed
    ]
    if not assigned:
        return None
    last = assigned[-1]
    return CaseManagerView(operator=last.operator, name=last.name, phone=last.phone, since=last.since)


def _view(entry: EntryCopy, names: told.Names) -> EntryView:
    sentence = told.happened(
        entry.type, entry.payload, entry.member, names, corrected=entry.corrects is not None
    )
    return EntryView(
        event_id=entry.event_id,
        member=entry.member,
        service=entry.service,
        source=names(entry.member),
        type=entry.type,
        happened=sentence,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        role=entry.role,
        caused_by=entry.caused_by,
        corrects=entry.corrects,
    )


def is_silent(source: Source, now: datetime, patience: timedelta) -> bool:
    """Whether a source has missed its sign of life, or never gave one."""
    return source.heard_at is None or now - source.heard_at > patience


def sentence_on(sources: Sequence[Source], *, now: datetime, patience: timedelta, names: told.Names) -> str:
    """How complete a timeline is, in words: up to when, who is silent, of whom something is missing.

    With no other source all is here at once, so the present counts.
    """
    by_member: dict[str, list[Source]] = {}
    for source in sources:
        by_member.setdefault(source.principal.partition(".")[0], []).append(source)
    heard, silent, missing = [], [], []
    for member, of_member in by_member.items():
        name, moments = names(member), [source.heard_at for source in of_member]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            silent.append(f"{told.named(name)} non ha ancora confermato che cosa ha trasmesso.")
        elif any(is_silent(source, now, patience) for source in of_member):
            silent.append(f"{told.named(name)} non trasmette {told.since(min(known), now)}.")
        elif all(source.complete for source in of_member):
            heard.append(min(known))
        if not all(source.complete for source in of_member):
            missing.append(f"Mancano comunicazioni {told.named(name, 'di')}: sono state richieste.")
    up_to = [] if by_member and not heard else [f"Aggiornato {told.at(min(heard, default=now), now)}."]
    return " ".join([*up_to, *silent, *missing])
