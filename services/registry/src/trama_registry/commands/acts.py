"""What can be done about a referral, by its sender and by its receiver: API and pages follow these tables."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.accounts import Caller

from trama_registry.commands import answer, referral
from trama_registry.schemas import (
    AcceptReferral,
    CompleteReferral,
    DeclineReferral,
    ExplainReferral,
    FailReferral,
    NoteAnswer,
    NoteProtocol,
    QuestionReferral,
    RenewReferral,
    ReopenReferral,
    VersionSeen,
    WithdrawReferral,
)

Command = Callable[[AsyncSession, str, Any], Awaitable[Any]]
Signed = Callable[[AsyncSession, str, Any, Caller], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """What an act asks for, the command that does it, and what programs are told of it."""

    body: type[VersionSeen]
    command: Signed
    says: str


def unsigned(command: Command) -> Signed:
    """A command that need not know who asks."""
    return lambda session, one, asked, _: command(session, one, asked)


SENDER_ACTS: Mapping[str, Act] = {
    "renew": Act(
        RenewReferral,
        unsigned(referral.renew_referral),
        "Send a referral of ours once more.",
    ),
    "explain": Act(
        ExplainReferral,
        unsigned(referral.explain_referral),
        "Tell the receiver what it asked.",
    ),
    "remind": Act(
        VersionSeen,
        unsigned(referral.remind),
        "Ask again for an answer, once a week at most.",
    ),
    "withdraw": Act(
        WithdrawReferral,
        unsigned(referral.withdraw_referral),
        "Take back a referral of ours; what was accepted only with `accepted_too`.",
    ),
    "note": Act(
        NoteAnswer,
        unsigned(referral.note_answer),
        "Key in an answer given on paper or by telephone.",
    ),
}
RECEIVER_ACTS: Mapping[str, Act] = {
    "question": Act(
        QuestionReferral,
        unsigned(answer.question_referral),
        "Ask the sender for what is missing.",
    ),
    "accept": Act(
        AcceptReferral,
        answer.accept_referral,
        "Take the person referred in charge; `record` of the answer is ours.",
    ),
    "decline": Act(
        DeclineReferral,
        unsigned(answer.decline_referral),
        "Say that we cannot accept, and why.",
    ),
    "reconsider": Act(
        VersionSeen,
        unsigned(answer.reconsider_referral),
        "Take back that we cannot accept.",
    ),
    "start": Act(
        VersionSeen,
        unsigned(answer.start_referral),
        "Say that the work on it has begun.",
    ),
    "complete": Act(
        CompleteReferral,
        unsigned(answer.complete_referral),
        "Say what came of it.",
    ),
    "fail": Act(
        FailReferral,
        unsigned(answer.fail_referral),
        "Say that what we accepted came to nothing, and why.",
    ),
    "reopen": Act(
        ReopenReferral,
        unsigned(answer.reopen_referral),
        "Go on with what we had completed or given up.",
    ),
}
NOTE_PROTOCOL = Act(
    NoteProtocol,
    unsigned(answer.note_protocol),
    "Keep the number under which our office registered a referral, sent or received.",
)
"""What either side does for itself alone."""
