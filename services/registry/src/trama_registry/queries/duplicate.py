"""Who of ours may be the person described: graded, with the reasons, for a person to decide."""

from collections.abc import Collection
from datetime import date

import trama_caseload as caseload
from sqlalchemy import false, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, audit, guessing

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
from trama_registry.schemas import CandidateView, SeekDuplicates

COMPARED = 500
"""At most so many records are compared: more have only a frequent name in common."""
SHOWN = 10


async def candidates(
    session: AsyncSession, identity: Described, *, but: str | None = None
) -> list[CandidateView]:
    """Records of ours that may be of the person described, surest first; at most ten.

    `identity` is anything with given_name, family_name, tax_code, birth_date (and town, phone), each may be
    missing: a form, a referral's preview, a `models.Identity`. `but` leaves one record out, and with it those
    that an operator said are of somebody else, or of the same person.
    """
    sought = identity if isinstance(identity, Identity) else Identity.of(identity)
    found = []
    with audit.comparing(session):
        near = await _near(session, sought)
        left_out = await _decided_about(session, but) if but is not None else set()
        for person in await _persons(session, near.keys() - left_out):
            likeness = compare(sought, person.identity, same_code=near[person.record])
            if likeness is not None:
                found.append((person, likeness))
    found.sort(key=lambda one: (GRADES.index(one[1].grade), one[0].sort_name, one[0].record))
    audit.shown(session, *(person.record for person, _ in found[:SHOWN]))
    return [_view(person, likeness) for person, likeness in found[:SHOWN]]


async def sought_by_form(session: AsyncSession, asked: SeekDuplicates) -> list[CandidateView]:
    """The same for who only looks: it is written down as a search, and who guesses numbers is held back.

    Raises TooManyMisses.
    """
    if asked.tax_code is not None:
        guessing.refuse(session)
    found = await candidates(session, asked)
    if asked.tax_code is not None and all(one.tax_code != asked.tax_code for one in found):
        guessing.missed(session, asked.tax_code)
    audit.searched(session, asked.model_dump(mode="json", exclude_none=True).values(), len(found))
    return found


async def _near(session: AsyncSession, sought: Identity) -> dict[str, bool]:
    """Records with something in common, and whether they bear the number sought or bore it rightly."""
    traits = sorted(traits_of(sought))
    held, trait = col(PersonIdentifier.record), col(PersonTrait.record)
    rightly = or_(col(PersonIdentifier.ending).is_(None), col(PersonIdentifier.ending) != "mistaken")
    by_code = [
        select(col(Person.record), true()).where(col(Person.tax_code) == sought.tax_code),
        select(held, true()).where(col(PersonIdentifier.value) == sought.tax_code, rightly),
    ]
    alike = select(trait, false()).where(col(PersonTrait.trait).in_(traits)).limit(COMPARED).subquery()
    wanted = [*(by_code if sought.tax_code else []), *([select(alike)] if traits else [])]
    if not wanted:
        return {}
    found: dict[str, bool] = {}
    for record, same_code in await session.execute(union_all(*wanted)):
        found[record] = found.get(record, False) or bool(same_code)
    return found


async def _persons(session: AsyncSession, records: Collection[str]) -> list[Person]:
    if not records:
        return []
    return list(await session.scalars(select(Person).where(col(Person.record).in_(sorted(records)))))


async def _decided_about(session: AsyncSession, record: str) -> set[str]:
    """The record itself, and those of which a person said whether they are of the same one."""
    member = caseload.own_member(session)
    return {record, *await told_apart(session, record), *await access.own_records(session, (member, record))}


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
