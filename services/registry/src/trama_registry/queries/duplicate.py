"""Who of ours may be the person described: graded, with the reasons, for a person to decide."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_registry.models import (
    GRADES,
    Described,
    DistinctPersons,
    Identity,
    Likeness,
    Person,
    PersonIdentifier,
    PersonTrait,
    compare,
    traits_of,
)
from trama_registry.schemas import CandidateView

COMPARED = 500
"""At most so many records are compared: more have only a frequent name in common."""
SHOWN = 10


async def candidates(
    session: AsyncSession, identity: Described, *, but: str | None = None
) -> list[CandidateView]:
    """Records of ours that may be of the person described, surest first; at most ten.

    `identity` is anything with given_name, family_name, tax_code, birth_date (and town, phone), each may be
    missing: a form, a referral's preview, a `models.Identity`. `but` leaves one record out, and with it those
    that an operator said are of somebody else.
    """
    sought = identity if isinstance(identity, Identity) else Identity.of(identity)
    by_code = await _with_code(session, sought.tax_code)
    left_out = {but, *await told_apart(session, but)} if but is not None else set()
    found = []
    for person in await _alike(session, sought, by_code):
        likeness = compare(sought, person.identity, same_code=person.record in by_code)
        if likeness is not None and person.record not in left_out:
            found.append((person, likeness))
    found.sort(key=lambda one: (GRADES.index(one[1].grade), one[0].sort_name, one[0].record))
    return [_view(person, likeness) for person, likeness in found[:SHOWN]]


async def _with_code(session: AsyncSession, code: str | None) -> set[str]:
    """Records that bear this number or bore it rightly."""
    if code is None:
        return set()
    held = await session.scalars(
        select(col(PersonIdentifier.record)).where(
            col(PersonIdentifier.value) == code,
            or_(col(PersonIdentifier.ending).is_(None), col(PersonIdentifier.ending) != "mistaken"),
        )
    )
    return set(held)


async def _alike(session: AsyncSession, sought: Identity, by_code: Collection[str]) -> list[Person]:
    traits = sorted(traits_of(sought))
    wanted = select(col(PersonTrait.record)).where(col(PersonTrait.trait).in_(traits)).limit(COMPARED)
    records = {*by_code, *(await session.scalars(wanted))} if traits else set(by_code)
    if not records:
        return []
    return list(await session.scalars(select(Person).where(col(Person.record).in_(sorted(records)))))


async def told_apart(session: AsyncSession, record: str) -> set[str]:
    """Records of ours that a person said are of somebody else than this one."""
    one, other = col(DistinctPersons.record), col(DistinctPersons.other)
    pairs = await session.execute(select(one, other).where(or_(one == record, other == record)))
    return {edge for pair in pairs for edge in pair} - {record}


def _view(person: Person, likeness: Likeness) -> CandidateView:
    birth: date | None = person.birth_date
    return CandidateView(
        record=person.record,
        name=person.name,
        birth_date=birth,
        town=person.town,
        tax_code=person.tax_code,
        grade=likeness.grade,
        reasons=list(likeness.reasons),
    )
