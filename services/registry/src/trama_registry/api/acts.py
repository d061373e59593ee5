"""What can be done about a referral, by its sender and by its receiver: API and pages follow these tables."""

from collections.abc import Mapping

from trama_chassis.forms import Act, unsigned

from trama_registry import commands
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

SENDER_ACTS: Mapping[str, Act] = {
    "renew": Act(RenewReferral, unsigned(commands.renew_referral), "Send a referral of ours once more."),
    "explain": Act(ExplainReferral, unsigned(commands.explain_referral), "Tell the receiver what it asked."),
    "remind": Act(VersionSeen, unsigned(commands.remind), "Ask again for an answer, once a week at most."),
    "withdraw": Act(
        WithdrawReferral,
        unsigned(commands.withdraw_referral),
        "Take back a referral of ours; what was accepted only with `accepted_too`.",
    ),
    "note": Act(
        NoteAnswer, unsigned(commands.note_answer), "Key in an answer given on paper or by telephone."
    ),
}
RECEIVER_ACTS: Mapping[str, Act] = {
    "question": Act(
        QuestionReferral, unsigned(commands.question_referral), "Ask the sender for what is missing."
    ),
    "accept": Act(
        AcceptReferral,
        commands.accept_referral,
        "Take the person referred in charge; `record` of the answer is ours.",
    ),
    "decline": Act(
        DeclineReferral, unsigned(commands.decline_referral), "Say that we cannot accept, and why."
    ),
    "reconsider": Act(
        VersionSeen, unsigned(commands.reconsider_referral), "Take back that we cannot accept."
    ),
    "start": Act(VersionSeen, unsigned(commands.start_referral), "Say that the work on it has begun."),
    "complete": Act(CompleteReferral, unsigned(commands.complete_referral), "Say what came of it."),
    "fail": Act(
        FailReferral, unsigned(commands.fail_referral), "Say that what we accepted came to nothing, and why."
    ),
    "reopen": Act(
        ReopenReferral, unsigned(commands.reopen_referral), "Go on with what we had completed or given up."
    ),
}
NOTE_PROTOCOL = Act(
    NoteProtocol,
    unsigned(commands.note_protocol),
    "Keep the number under which our office registered a referral, sent or received.",
)
"""What either side does for itself alone."""
