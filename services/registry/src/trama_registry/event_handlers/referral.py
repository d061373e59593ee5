"""Moves of referrals: of those others sent to us, and of who received ours."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.handlers import Origin
from trama_contracts.payload_fields import Party
from trama_contracts.registry import ReferralAccepted, ReferralSent

from trama_registry import commands, queries
from trama_registry.event_handlers.heard import handlers, log
from trama_registry.models import (
    BY_RECEIVER,
    MOVES,
    AnyMove,
    Move,
    ReceiverMove,
    Referral,
    ReferralCopy,
    ReferralMoveCopy,
    SenderMove,
    move_of,
)


@handlers.copy(*MOVES, own=True)
async def copy_move(session: AsyncSession, event: AnyMove, origin: Origin) -> None:
    """Keep a move of a referral, our own too. Only who is party to it may say so; the first word counts."""
    own = caseload.own_member(session)
    if isinstance(event, SenderMove):
        sender = origin.member
        is_theirs = origin.member == own or await _is_senders(session, event, origin)
    else:
        sender = event.sender.member
        is_theirs = origin.member == own or await _is_receivers(session, event, origin)
    if not is_theirs:
        return
    move = move_of(event)
    if await session.get(ReferralMoveCopy, (sender, event.referral, move.side, move.step)) is not None:
        log.warning("move of a referral told twice", source=origin.source, event_id=origin.event_id)
        return
    session.add(_kept(move, origin, sender=sender, referral=event.referral))
    received = await session.get(ReferralCopy, (sender, event.referral))
    if received is not None:
        received.follow(await queries.course_of(session, sender, event.referral))


def _kept(move: Move, origin: Origin, *, sender: str, referral: str) -> ReferralMoveCopy:
    return ReferralMoveCopy(
        sender=sender,
        referral=referral,
        side=move.side,
        step=move.step,
        heard=move.heard,
        deed=move.deed,
        day=move.on,
        told=dict(move.told),
        event_id=origin.event_id,
        member=origin.member,
        recorded_at=origin.recorded_at,
    )


async def _is_senders(session: AsyncSession, event: SenderMove, origin: Origin) -> bool:
    """Whether it is a first sending, or of a referral that this member sent of this record."""
    received = await session.get(ReferralCopy, (origin.member, event.referral))
    if isinstance(event, ReferralSent):
        if received is None:
            session.add(ReferralCopy.receive(event, sender=origin.member, record=origin.record))
            return True
        log.warning("referral sent twice", source=origin.source, event_id=origin.event_id)
        return False
    if received is None or received.record != origin.record:
        log.warning("move of no referral", source=origin.source, event_id=origin.event_id)
        return False
    return True


async def _is_receivers(session: AsyncSession, event: ReceiverMove, origin: Origin) -> bool:
    """Whether it is of a referral of ours that this member was asked to answer."""
    own = caseload.own_member(session)
    if event.sender.member != own:
        return False  # told to us because we hold the referente: the story has it
    referral = await session.get(Referral, event.referral)
    is_asked = (
        referral is not None and referral.to == origin.member and event.sender.record == referral.record
    )
    if isinstance(event, ReferralAccepted):
        is_asked = is_asked and event.receiver == Party(member=origin.member, record=origin.record)
    if not is_asked:
        log.warning("answer not asked for", source=origin.source, event_id=origin.event_id)
    return is_asked


@handlers.react(*BY_RECEIVER)
async def follow_receiver(session: AsyncSession, event: ReceiverMove, origin: Origin) -> None:
    """Let our referral stand as its course says now; an acceptance links the records as well."""
    own, move = caseload.own_member(session), move_of(event)
    kept = await session.get(ReferralMoveCopy, (own, event.referral, move.side, move.step))
    if kept is not None and kept.event_id == origin.event_id:
        await commands.follow_receiver(session, event)
