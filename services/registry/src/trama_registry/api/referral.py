"""Referrals over HTTP."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.forms import Act
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.acts import RECEIVER_ACTS, SENDER_ACTS
from trama_registry.api.callers import Operator
from trama_registry.schemas import (
    NoteProtocol,
    OverdueReferralView,
    ProtocolNumberView,
    ReceivedReferralView,
    ReceiverView,
    SendReferral,
    SentReferralView,
    VersionSeen,
)

router = Router()


@router.post("/persons/{record}/referrals", status_code=201)
async def send_referral(
    record: Uuid, request: SendReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Refer the person to one other service; without `answer_by` the term is that service's own."""
    sent = await commands.send_referral(session, record, request)
    return await queries.view_of_sent(session, sent, sent.beginning)


@router.get("/referrals/sent")
async def sent_referrals(session: Reading, _: Operator) -> list[SentReferralView]:
    """What we sent, newest first, and what became of it."""
    return await queries.sent_referrals(session)


@router.get("/referrals/sent/{referral}")
async def sent_referral(referral: Uuid, session: Reading, _: Operator) -> SentReferralView:
    """A referral of ours."""
    return await queries.sent_referral_view(session, referral)


@router.get("/referrals/receivers")
async def receivers(session: Reading, _: Operator) -> list[ReceiverView]:
    """Who can be asked: what they offer, their places, and how soon they usually answer."""
    return await queries.receivers(session)


@router.get("/referrals/overdue")
async def overdue_referrals(session: Reading, _: Operator) -> list[OverdueReferralView]:
    """What we sent and should have been answered, longest overdue first, and when a reminder may go."""
    return await queries.overdue_referrals(session)


@router.get("/referrals/received")
async def received_referrals(session: Reading, _: Operator) -> list[ReceivedReferralView]:
    """What was sent to us, newest first: a preview of each."""
    return await queries.received_referrals(session)


@router.get("/referrals/received/{referral}")
async def received_referral(referral: Uuid, session: Reading, _: Operator) -> ReceivedReferralView:
    """A referral to us: a preview."""
    return await queries.received_referral_view(session, referral)


@router.post("/referrals/{referral}/protocol")
async def note_protocol(
    referral: Uuid, request: NoteProtocol, session: Transaction, _: Operator
) -> ProtocolNumberView:
    """Keep the number under which our office registered a referral, sent or received."""
    await commands.note_protocol(session, referral, request)
    return ProtocolNumberView(referral=referral, number=request.number)


@router.post("/referrals/{referral}/see")
async def see_referral(referral: Uuid, session: Transaction, _: Operator) -> ReceivedReferralView:
    """Say that an operator has opened it; the second time nothing is said."""
    return queries.view_of_received(*await commands.see_referral(session, referral))


Asked = TypeVar("Asked", bound=VersionSeen)


def _sent(act: Act) -> Callable[..., Awaitable[SentReferralView]]:
    async def act_on(referral: Uuid, request: Asked, session: Transaction, by: Operator) -> SentReferralView:
        return await queries.view_of_sent(session, *await act.command(session, referral, request, by))

    return act_on


def _received(act: Act) -> Callable[..., Awaitable[ReceivedReferralView]]:
    async def act_on(
        referral: Uuid, request: Asked, session: Transaction, by: Operator
    ) -> ReceivedReferralView:
        return queries.view_of_received(*await act.command(session, referral, request, by))

    return act_on


def _add(name: str, act: Act, answer: Callable[..., Awaitable[object]]) -> None:
    """A route for one of the acts: they differ in what they ask for, and in what does it."""
    answer.__annotations__["request"] = act.body
    router.add_api_route(
        f"/referrals/{{referral}}/{name}",
        answer,
        methods=["POST"],
        name=f"{name}_referral",
        description=act.says,
    )


for name, act in SENDER_ACTS.items():
    _add(name, act, _sent(act))
for name, act in RECEIVER_ACTS.items():
    _add(name, act, _received(act))
