"""The timeline of a person: everything known here of all linked records, and how complete that is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, clock, completeness
from trama_chassis.completeness import Source
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of

from trama_registry.errors import EntryNotHere
from trama_registry.models import EntryCopy
from trama_registry.queries import told
from trama_registry.queries.entries import (
    JUSTICE,
    WHOLE,
    Edge,
    Part,
    causes_of,
    corrections_of,
    cursor_of,
    entries_of,
)
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.queries.relation import referente_of
from trama_registry.schemas import EntryView, ShownBy, TimelineView

PATIENCE = 1.5
"""How many periods of signs of life may pass before a source counts as silent."""


async def timeline(session: AsyncSession, record: str, part: Part = WHOLE) -> TimelineView:
    """What is known here of a person's way, oldest first, all or a part. Raises PersonNotHere."""
    await find_person(session, record)
    same_person = await access.component(session, record)
    found = await entries_of(session, same_person, part)
    names = names_of(session)
    complete, sentence = await how_complete(session, same_person)
    return TimelineView(
        record=record,
        complete=complete,
        completeness=sentence,
        case_manager=await referente_of(session, record),
        entries=await views_of(session, found.entries, same_person),
        older=cursor_of(found.entries) if found.older else None,
        shown_by=ShownBy(
            members={member: names(member) for member, _ in sorted(same_person)}, kinds=told.KINDS
        ),
    )


async def entry_view(session: AsyncSession, record: str, entry: str) -> EntryView:
    """One entry of a person's story. Raises PersonNotHere, EntryNotHere."""
    await find_person(session, record)
    same_person = await access.component(session, record)
    found = await session.get(EntryCopy, entry)
    if found is None or (found.member, found.record) not in same_person or found.circle == JUSTICE:
        raise EntryNotHere
    return (await views_of(session, [found], same_person))[0]


async def how_complete(session: AsyncSession, same_person: set[Edge]) -> tuple[bool, str]:
    """Whether all that there is for us is here, and how a page says it."""
    runtime = runtime_of(session)
    sources = await completeness.sources(session, same_person)
    withheld = await completeness.withheld(session, same_person)
    names = names_of(session)
    patience = timedelta(seconds=PATIENCE * runtime.settings.sign_of_life_every)
    now = clock.machine_now()
    said = [sentence_on(sources, now=now, patience=patience, names=names)]
    said += [
        say("Il %(who)s non condivide più con noi una parte del percorso.", who=names(member))
        for member in sorted({principal.partition(".")[0] for principal in withheld})
    ]
    complete = all(one.complete and not is_silent(one, now, patience) for one in sources)
    return complete and not withheld, " ".join(said)


async def views_of(
    session: AsyncSession, entries: Sequence[EntryCopy], same_person: Collection[Edge]
) -> list[EntryView]:
    """Entries as they are told, with what they followed from and what corrects them."""
    names = names_of(session)
    corrections = await corrections_of(session, entries)
    causes = await causes_of(session, entries, same_person)
    return [_view(entry, names, corrections.get(entry.event_id), causes) for entry in entries]


def _view(
    entry: EntryCopy, names: told.Names, correction: EntryCopy | None, causes: Mapping[str, EntryCopy]
) -> EntryView:
    return EntryView(
        event_id=entry.event_id,
        member=entry.member,
        service=entry.service,
        source=names(entry.member),
        type=entry.type,
        happened=_sentence(entry, names),
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        role=entry.role,
        caused_by=entry.caused_by,
        corrects=entry.corrects,
        kind=told.kind_of(entry.type),
        on_behalf_of=names(entry.on_behalf_of) if entry.on_behalf_of else None,
        following=[_briefly(causes[cause], names) for cause in entry.caused_by if cause in causes],
        corrected_by=correction.event_id if correction is not None else None,
    )


def _sentence(entry: EntryCopy, names: told.Names) -> str:
    corrected = entry.corrects is not None
    return told.happened(entry.type, entry.payload, entry.member, names, corrected=corrected)


def _briefly(entry: EntryCopy, names: told.Names) -> str:
    """The first words of an entry, with its day: enough to know which one is meant."""
    words = _sentence(entry, names).partition(". ")[0].rstrip(".")
    return f"{words} ({told.day(told.local_day(entry.occurred_at))})"


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
            silent.append(say("Il %(who)s non ha ancora confermato che cosa ha trasmesso.", who=name))
        elif any(is_silent(source, now, patience) for source in of_member):
            silent.append(told.silent(name, min(known), now))
        elif all(source.complete for source in of_member):
            heard.append(min(known))
        if not all(source.complete for source in of_member):
            missing.append(say("Mancano comunicazioni del %(who)s: sono state richieste.", who=name))
    if heard or not by_member:
        silent.insert(0, say("Aggiornato %(at)s.", at=told.at(min(heard, default=now), now)))
    return " ".join([*silent, *missing])
