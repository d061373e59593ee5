"""Records of ours that are of one person, counted as one as long as they are joined (decision 0011)."""

from collections.abc import Sequence
from itertools import product

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_contracts.registry import ReportingIdReplaced

from trama_registry import queries
from trama_registry.models import Person


async def count_as_one(session: AsyncSession, record: str) -> None:
    """Let reporting count the records joined with this one under the pseudonym of the first that has a tax
    code, or of the first of all.

    Each goes on telling under its own pseudonym, so that separating gives both back.
    """
    same = await queries.joined_here(session, record)
    main = next((person for person in same if person.tax_code is not None), same[0])
    for other in same:
        if other is not main:
            await _tell(session, main, other)


async def count_apart(session: AsyncSession, ours: Sequence[Person], theirs: Sequence[Person]) -> None:
    """Let reporting count these and those records each for itself again, and what is left together as one."""
    await _take_back(session, ours, theirs)
    for left in (ours, theirs):
        if len(left) > 1:
            await count_as_one(session, left[0].record)


async def before_pseudonym_changes(session: AsyncSession, person: Person) -> None:
    """Take back what was told of the pseudonym that a joined record leaves: `count_as_one` tells it anew.

    Told under a pseudonym that is gone, it could not be taken back when the records are separated.
    """
    same = await queries.joined_here(session, person.record)
    await _take_back(session, [person], [other for other in same if other.record != person.record])


async def _take_back(session: AsyncSession, ours: Sequence[Person], theirs: Sequence[Person]) -> None:
    for one, other in (*product(ours, theirs), *product(theirs, ours)):
        await _tell(session, one, other, undone=True)


async def _tell(session: AsyncSession, main: Person, other: Person, *, undone: bool | None = None) -> None:
    replaced = await access.reporting_id_of(session, other.record)
    if replaced is None or replaced == await access.reporting_id_of(session, main.record):
        return
    told = ReportingIdReplaced(
        replaced=replaced,
        was_theirs=False,  # only what we tell: nobody else knows this pseudonym
        replaced_on=caseload.today(session),
        undone=undone,
    )
    outbox.add(session, told, record=main.record, scope=main.record)
