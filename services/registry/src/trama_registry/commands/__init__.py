"""What the registry does. Commands load, decide by a rule of `models`, add, publish; none commits."""

from trama_registry.commands.answer import (
    accept_referral,
    complete_referral,
    decline_referral,
    fail_referral,
    follow_receiver,
    question_referral,
    reconsider_referral,
    reopen_referral,
    see_referral,
    start_referral,
)
from trama_registry.commands.authorisation import give_authorisation
from trama_registry.commands.offer import describe_offer, state_places
from trama_registry.commands.person import register_person
from trama_registry.commands.referral import (
    explain_referral,
    note_answer,
    remind,
    renew_referral,
    send_referral,
    withdraw_referral,
)
from trama_registry.commands.relation import (
    dispute_competence,
    enter_protocol,
    move_competence,
    reopen,
    resume,
    settle_competence,
    sign_pact,
    suspend,
)
from trama_registry.commands.story import complete_next_step, correct_entry, set_next_step
from trama_registry.commands.taking_in_charge import (
    assign_case_manager,
    close_taking_in_charge,
    open_taking_in_charge,
)
from trama_registry.commands.terms import watch_terms

__all__ = [
    "accept_referral",
    "assign_case_manager",
    "close_taking_in_charge",
    "complete_next_step",
    "complete_referral",
    "correct_entry",
    "decline_referral",
    "describe_offer",
    "dispute_competence",
    "enter_protocol",
    "explain_referral",
    "fail_referral",
    "follow_receiver",
    "give_authorisation",
    "move_competence",
    "note_answer",
    "open_taking_in_charge",
    "question_referral",
    "reconsider_referral",
    "register_person",
    "remind",
    "renew_referral",
    "reopen",
    "reopen_referral",
    "resume",
    "see_referral",
    "send_referral",
    "set_next_step",
    "settle_competence",
    "sign_pact",
    "start_referral",
    "state_places",
    "suspend",
    "watch_terms",
    "withdraw_referral",
]
