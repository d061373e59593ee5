"""Referrals that are still being written."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_registry.errors import DraftNotHere
from trama_registry.models import Person, ReferralDraft
from trama_registry.schemas import DraftView

PAGE = 100


async def find_draft(session: AsyncSession, draft: str, record: str | None = None) -> ReferralDraft:
    """One draft, of this person if one is named. Raises DraftNotHere."""
    found = await session.get(ReferralDraft, draft)
    if found is None or record not in (None, found.record):
        raise DraftNotHere
    return found


async def drafts(session: AsyncSession) -> list[DraftView]:
    """What is still being written, last saved first."""
    rows = await session.execute(
        select(ReferralDraft, Person)
        .join(Person, col(Person.record) == col(ReferralDraft.record))
        .order_by(col(ReferralDraft.saved_on).desc(), col(Person.sort_name), col(ReferralDraft.draft))
        .limit(PAGE)
    )
    return [DraftView(**draft.model_dump(), name=person.name) for draft, person in rows]


async def draft_view(session: AsyncSession, draft: str, record: str | None = None) -> DraftView:
    """One draft as it is shown. Raises DraftNotHere."""
    found = await find_draft(session, draft, record)
    person = await session.get_one(Person, found.record)
    return DraftView(**found.model_dump(), name=person.name)
