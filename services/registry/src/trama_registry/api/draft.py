"""Referrals that are still being written, over HTTP."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import ChangeDraft, DraftView, SaveDraft

router = Router()


@router.post("/persons/{record}/referral-drafts", status_code=201)
async def save_draft(record: Uuid, request: SaveDraft, session: Transaction, by: Operator) -> DraftView:
    """Keep a referral that is not finished; any of ours may go on with it."""
    draft = await commands.save_draft(session, record, request, by)
    await session.flush()
    return await queries.draft_view(session, draft.draft)


@router.get("/referral-drafts")
async def drafts(session: Reading, _: Operator) -> list[DraftView]:
    """What is still being written, last saved first."""
    return await queries.drafts(session)


@router.get("/referral-drafts/{draft}")
async def draft(draft: Uuid, session: Reading, _: Operator) -> DraftView:
    """One of them."""
    return await queries.draft_view(session, draft)


@router.put("/referral-drafts/{draft}")
async def change_draft(draft: Uuid, request: ChangeDraft, session: Transaction, by: Operator) -> DraftView:
    """Go on with it: the whole of it is said anew."""
    await commands.change_draft(session, draft, request, by)
    return await queries.draft_view(session, draft)


@router.delete("/referral-drafts/{draft}", status_code=204)
async def discard_draft(draft: Uuid, session: Transaction, _: Operator) -> None:
    """Throw it away. One that is sent goes by itself: `draft` of the referral names it."""
    await commands.discard_draft(session, draft)
