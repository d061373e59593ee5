"""Referrals over HTTP."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import (
    AcceptReferral,
    CompleteReferral,
    DeclineReferral,
    ExplainReferral,
    FailReferral,
    NoteAnswer,
    NoteProtocol,
    ProtocolNumberView,
    QuestionReferral,
    ReceivedReferralView,
    ReceiverView,
    RenewReferral,
    ReopenReferral,
    SendReferral,
    SentReferralView,
    VersionSeen,
    WithdrawReferral,
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


@router.get("/referrals/received")
async def received_referrals(session: Reading, _: Operator) -> list[ReceivedReferralView]:
    """What was sent to us, newest first: a preview of each."""
    return await queries.received_referrals(session)


@router.get("/referrals/received/{referral}")
async def received_referral(referral: Uuid, session: Reading, _: Operator) -> ReceivedReferralView:
    """A referral to us: a preview."""
    return await queries.received_referral_view(session, referral)


@router.post("/referrals/{referral}/renew")
async def renew_referral(
    referral: Uuid, request: RenewReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Send a referral of ours once more."""
    return await queries.view_of_sent(session, *await commands.renew_referral(session, referral, request))


@router.post("/referrals/{referral}/explain")
async def explain_referral(
    referral: Uuid, request: ExplainReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Tell the receiver what it asked."""
    return await queries.view_of_sent(session, *await commands.explain_referral(session, referral, request))


@router.post("/referrals/{referral}/remind")
async def remind(referral: Uuid, request: VersionSeen, session: Transaction, _: Operator) -> SentReferralView:
    """Ask again for an answer, once a week at most."""
    return await queries.view_of_sent(session, *await commands.remind(session, referral, request))


@router.post("/referrals/{referral}/withdraw")
async def withdraw_referral(
    referral: Uuid, request: WithdrawReferral, session: Transaction, _: Operator
) -> SentReferralView:
    """Take back a referral of ours; what was accepted only with `accepted_too`."""
    return await queries.view_of_sent(session, *await commands.withdraw_referral(session, referral, request))


@router.post("/referrals/{referral}/note")
async def note_answer(
    referral: Uuid, request: NoteAnswer, session: Transaction, _: Operator
) -> SentReferralView:
    """Key in an answer given on paper or by telephone."""
    return await queries.view_of_sent(session, *await commands.note_answer(session, referral, request))


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


@router.post("/referrals/{referral}/question")
async def question_referral(
    referral: Uuid, request: QuestionReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Ask the sender for what is missing."""
    return queries.view_of_received(*await commands.question_referral(session, referral, request))


@router.post("/referrals/{referral}/accept")
async def accept_referral(
    referral: Uuid, request: AcceptReferral, session: Transaction, by: Operator
) -> ReceivedReferralView:
    """Take the person referred in charge; `record` of the answer is ours."""
    return queries.view_of_received(*await commands.accept_referral(session, referral, request, by))


@router.post("/referrals/{referral}/decline")
async def decline_referral(
    referral: Uuid, request: DeclineReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say that we cannot accept, and why."""
    return queries.view_of_received(*await commands.decline_referral(session, referral, request))


@router.post("/referrals/{referral}/reconsider")
async def reconsider_referral(
    referral: Uuid, request: VersionSeen, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Take back that we cannot accept."""
    return queries.view_of_received(*await commands.reconsider_referral(session, referral, request))


@router.post("/referrals/{referral}/start")
async def start_referral(
    referral: Uuid, request: VersionSeen, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say that the work on it has begun."""
    return queries.view_of_received(*await commands.start_referral(session, referral, request))


@router.post("/referrals/{referral}/complete")
async def complete_referral(
    referral: Uuid, request: CompleteReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say what came of it."""
    return queries.view_of_received(*await commands.complete_referral(session, referral, request))


@router.post("/referrals/{referral}/fail")
async def fail_referral(
    referral: Uuid, request: FailReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Say that what we accepted came to nothing, and why."""
    return queries.view_of_received(*await commands.fail_referral(session, referral, request))


@router.post("/referrals/{referral}/reopen")
async def reopen_referral(
    referral: Uuid, request: ReopenReferral, session: Transaction, _: Operator
) -> ReceivedReferralView:
    """Go on with what we had completed or given up."""
    return queries.view_of_received(*await commands.reopen_referral(session, referral, request))
