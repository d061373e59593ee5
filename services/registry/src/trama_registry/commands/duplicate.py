"""Looking for who is here already before a second record is made, and keeping what a person decided."""

from collections.abc import Iterable

import trama_caseload as caseload
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.accounts import Caller
from trama_chassis.language import say

from trama_registry import queries
from trama_registry.errors import AlreadyRegistered, SamePersonFound
from trama_registry.models import DistinctPersons, Person, PersonTrait, traits_of
from trama_registry.schemas import CandidateView, RegisterPerson


async def must_be_new(session: AsyncSession, request: RegisterPerson) -> list[CandidateView]:
    """Refuse a second record of somebody who is here for certain; else say who is alike.

    Raises AlreadyRegistered (the code is in use here), SamePersonFound (by all signs, no reason given).
    """
    alike = await queries.candidates(session, request)
    for known in alike:
        if known.tax_code is not None and known.tax_code == request.tax_code:
            raise AlreadyRegistered(
                "%(name)s è già nel nostro registro con questo codice fiscale: aprite il suo percorso "
                "(/persone/%(record)s/storia).",
                name=known.name,
                record=known.record,
            )
    certain = [one for one in alike if one.grade == "certain"]
    if certain and request.another_person is None:
        found = certain[0]
        raise SamePersonFound(
            "%(name)s è già nel nostro registro (%(reasons)s): aprite il suo percorso "
            "(/persone/%(record)s/storia). Se è un'altra persona, indicate come lo sapete.",
            name=found.name,
            reasons=", ".join(map(say, found.reasons)).lower(),
            record=found.record,
        )
    return certain


async def keep_apart(
    session: AsyncSession, record: str, others: Iterable[str], reason: str, by: Caller
) -> None:
    """Keep that a person said these records are of somebody else: they are not offered again."""
    today = caseload.today(session)
    for other in others:
        decided = DistinctPersons.decide(record, other, reason=reason, by=by.operator, on=today)
        await session.merge(decided)


async def keep_traits(session: AsyncSession, person: Person, *, new: bool = False) -> None:
    """Let a record be found by what is known of the person now."""
    if not new:
        await session.execute(delete(PersonTrait).where(col(PersonTrait.record) == person.record))
    session.add_all(
        PersonTrait(trait=trait, record=person.record) for trait in sorted(traits_of(person.identity))
    )
