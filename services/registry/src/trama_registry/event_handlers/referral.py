"""Referrals of others, and answers to ours."""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.handlers import Origin
from trama_contracts.registry import ReferralAccepted, ReferralDeclined, ReferralSent, ReferralWithdrawn

from trama_registry import commands
from trama_registry.event_handlers.heard import handlers, log
from trama_registry.models import ReferralCopy


@handlers.copy(ReferralSent)
async def copy_referral(session: AsyncSession, event: ReferralSent, origin: Origin) -> None:
    """Keep a referral that another member sent; the first word on it counts."""
    if await session.get(ReferralCopy, (origin.member, event.referral)) is not None:
        log.warning("referral sent twice", source=origin.source, event_id=origin.event_id)
        return
    sent = event.payload()
    session.add(
        ReferralCopy(
            sender=origin.member,
            referral=event.referral,
            record=origin.record,
            to=event.to,
            sent_on=event.sent_on,
            reason=event.reason,
            preview=sent["preview"],
            answer_by=event.answer_by,
        )
    )


@handlers.copy(ReferralWithdrawn)
async def copy_withdrawal(session: AsyncSession, event: ReferralWithdrawn, origin: Origin) -> None:
    """Note that a referral to us was taken back. It stands in the referral's own stream, so after it."""
    received = await session.get(ReferralCopy, (origin.member, event.referral))
    if received is None or received.record != origin.record:
        log.warning("withdrawal of no referral", source=origin.source, event_id=origin.event_id)
        return
    received.withdrawn_on, received.withdrawal_reason = event.withdrawn_on, event.reason


@handlers.react(ReferralAccepted)
async def take_acceptance(session: AsyncSession, event: ReferralAccepted, origin: Origin) -> None:
    """Close the loop of a referral of ours and link the records; only the receiver's word counts."""
    if not await commands.learn_acceptance(session, event, member=origin.member, record=origin.record):
        log.warning("answer not asked for", source=origin.source, event_id=origin.event_id)


@handlers.react(ReferralDeclined)
async def take_refusal(session: AsyncSession, event: ReferralDeclined, origin: Origin) -> None:
    """Note that a referral of ours was not accepted, and why; only the receiver's word counts."""
    if not await commands.learn_refusal(session, event, member=origin.member):
        log.warning("answer not asked for", source=origin.source, event_id=origin.event_id)
