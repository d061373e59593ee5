"""Records of this service that somebody found to be of one person: joined, each whole, never merged."""

from collections.abc import Collection, Iterable, Sequence

import trama_caseload as caseload
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.links import RecordLink

from trama_registry.models import Person, TakingInCharge
from trama_registry.queries.told import local_day
from trama_registry.schemas import RecordHereView

Line = tuple[Person, TakingInCharge | None]
"""A line of the list of persons: who it is, and the open taking in charge."""


async def others_here(
    session: AsyncSession, record: str, same_person: Collection[tuple[str, str]]
) -> list[RecordHereView]:
    """The other records of ours among those of the same person, in the order they were made."""
    member = caseload.own_member(session)
    same = {other for of, other in same_person if of == member} - {record}
    return [record_here(person) for person in await _persons(session, same)]


async def joined_here(session: AsyncSession, record: str) -> list[Person]:
    """All records of ours that are joined with this one by links of our own, and it, the first made first."""
    found = (await _groups(session, [record])).get(record)
    return found if found is not None else await _persons(session, [record])


def record_here(person: Person) -> RecordHereView:
    """A record of ours in one line."""
    return RecordHereView(
        record=person.record,
        name=person.name,
        registered_on=local_day(person.registered_at),
        town=person.town,
    )


async def one_line_each(
    session: AsyncSession, rows: Sequence[Line], *, found: Collection[str] | None, begins: str
) -> list[tuple[Person, TakingInCharge | None, list[Person]]]:
    """The lines with the joined records beside the first of them, so that nobody stands there twice.

    What is not the first is left out where the first is in the list too, on this page or another: `found` are
    the records sought, or else `begins` is how the names do.
    """
    groups = await _groups(session, [person.record for person, _ in rows])
    lines = []
    for person, episode in rows:
        same = groups.get(person.record, [person])
        first = same[0]
        listed = first.record in found if found is not None else first.sort_name.startswith(begins)
        if first.record == person.record or not listed:
            lines.append((person, episode, [one for one in same if one.record != person.record]))
    return lines


async def _groups(session: AsyncSession, records: Iterable[str]) -> dict[str, list[Person]]:
    """For each record that is joined with others of ours all of them, the first one made first."""
    pairs = await _pairs(session, set(records))
    persons = {
        person.record: person for person in await _persons(session, {one for pair in pairs for one in pair})
    }
    groups: dict[str, set[str]] = {record: {record} for record in persons}
    for a, b in pairs:
        whole = groups[a] | groups[b]
        groups.update(dict.fromkeys(whole, whole))
    return {
        record: [one for one in persons.values() if one.record in same] for record, same in groups.items()
    }


async def _pairs(session: AsyncSession, records: set[str]) -> set[tuple[str, str]]:
    """The links between two records of ours, as far as they lead from these."""
    member = caseload.own_member(session)
    a, b = col(RecordLink.a_record), col(RecordLink.b_record)
    ours = (col(RecordLink.a_member) == member, col(RecordLink.b_member) == member)
    found: set[tuple[str, str]] = set()
    while records:
        wanted = select(a, b).where(*ours, or_(a.in_(sorted(records)), b.in_(sorted(records))))
        fresh = {(one, other) for one, other in await session.execute(wanted)} - found
        found |= fresh
        records = {one for pair in fresh for one in pair} - records
    return found


async def _persons(session: AsyncSession, records: Collection[str]) -> list[Person]:
    if not records:
        return []
    order = (col(Person.registered_at), col(Person.record))
    wanted = select(Person).where(col(Person.record).in_(sorted(records))).order_by(*order)
    return list(await session.scalars(wanted))
