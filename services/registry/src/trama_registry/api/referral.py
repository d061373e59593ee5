"""Referrals over HTTP."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import (
    AcceptReferral,
    DeclineReferral,
    ReceivedReferralView,
    SendReferral,
    SentReferralView,
    WithdrawReferral,
)

router = Router()


@router.post("/persons/{record}/referrals", status_code=201)
async def send_referral(
    record: Uuid, request: SendReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Refer the person to one other service."""
    sent = await commands.send_referral(session, record, request)
    return await queries.sent_referral_view(session, sent.referral)


@router.get("/referrals/sent")
async def sent_referrals(session: Reading, _: Operator) -> list[SentReferralView]:
    """What we sent, newest first, and what became of it."""
    return await queries.sent_referrals(session)


@router.get("/referrals/sent/{referral}")
async def sent_referral(referral: Uuid, session: Reading, _: Operator) -> SentReferralView:
    """A referral of ours."""
    return await queries.sent_referral_view(session, referral)


@router.get("/referrals/received")
async def received_referrals(session: Reading, _: Operator) -> list[ReceivedReferralView]:
    """What was sent to us, newest first: a preview of each."""
    return await queries.received_referrals(session)


@router.get("/referrals/received/{referral}")
async def received_referral(referral: Uuid, session: Reading, _: Operator) -> ReceivedReferralView:
    """A referral to us: a preview."""
    return await queries.received_referral_view(session, referral)


@router.post("/referrals/{referral}/accept")
async def accept_referral(
    referral: Uuid, request: AcceptReferral, session: Transaction, by: Operator
) -> ReceivedReferralView:
    """Take the person referred in charge; `record` of the answer is ours."""
    received, answer = await commands.accept_referral(session, referral, request, by)
    return queries.view_of_received(received, answer)


@router.post("/referrals/{referral}/withdraw")
async def withdraw_referral(
    referral: Uuid, request: WithdrawReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Take back a referral of ours that nobody has answered."""
    await commands.withdraw_referral(session, referral, request)
    return await queries.sent_referral_view(session, referral)


@router.post("/referrals/{referral}/decline")
async def decline_referral(
    referral: Uuid, request: DeclineReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say that we cannot accept, and why."""
    received, answer = await commands.decline_referral(session, referral, request)
    return queries.view_of_received(received, answer)
