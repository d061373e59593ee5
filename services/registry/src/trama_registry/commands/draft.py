"""Referrals that are still being written: saved for whoever of ours goes on, never published."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed

from trama_registry import queries
from trama_registry.models import ReferralDraft
from trama_registry.schemas import ChangeDraft, SaveDraft


async def save_draft(session: AsyncSession, record: str, request: SaveDraft, by: Caller) -> ReferralDraft:
    """Keep a referral that is not finished. Raises PersonNotHere."""
    await queries.find_person(session, record)
    draft = ReferralDraft(record=record)
    draft.save(request.model_dump(), by=by.name, today=caseload.today(session))
    session.add(draft)
    return draft


async def change_draft(session: AsyncSession, draft: str, request: ChangeDraft, by: Caller) -> ReferralDraft:
    """Go on with a draft. Raises DraftNotHere, ChangedMeanwhile."""
    found = await queries.find_draft(session, draft)
    refuse_changed(request.version, found.version, who=found.saved_by)
    said = request.model_dump(exclude={"version"})
    found.save(said, by=by.name, today=caseload.today(session))
    return found


async def discard_draft(session: AsyncSession, draft: str, record: str | None = None) -> None:
    """Throw a draft away, or let it go because it was sent. Raises DraftNotHere."""
    await session.delete(await queries.find_draft(session, draft, record))
