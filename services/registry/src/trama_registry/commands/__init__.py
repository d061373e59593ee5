"""What the registry does. Commands load, decide by a rule of `models`, add, publish; none commits."""

from trama_registry.commands.access import (
    conclude_access,
    record_access,
    watch_accesses,
)
from trama_registry.commands.answer import (
    accept_referral,
    complete_referral,
    decline_referral,
    fail_referral,
    follow_receiver,
    note_protocol,
    question_referral,
    reconsider_referral,
    reopen_referral,
    see_referral,
    start_referral,
)
from trama_registry.commands.authorisation import give_authorisation
from trama_registry.commands.certificate import (
    end_certificate,
    record_certificate,
    set_target_groups,
)
from trama_registry.commands.document import ask_document, file_document, number_document
from trama_registry.commands.draft import change_draft, discard_draft, save_draft
from trama_registry.commands.erasure import (
    answer_erasure,
    erase_entry,
    erase_record,
    forget_readings,
    hear_erasure_request,
    remind_of_erasure,
)
from trama_registry.commands.identifier import (
    assign_identifier,
    attest_identifier,
    correct_person,
    end_identifier,
)
from trama_registry.commands.link import (
    learn_separation,
    link_records,
    tell_apart,
    unlink,
)
from trama_registry.commands.note import correct_interview, read_note, record_interview, write_note
from trama_registry.commands.obscuring import hide_entry, show_entry
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
    watch_disputes,
)
from trama_registry.commands.retention import accept_proposal, propose_erasures, put_off_proposal
from trama_registry.commands.sharing import (
    agree_participation,
    decide_opposition,
    give_notice,
    hear_withdrawal,
    lift_restriction,
    oppose,
    restrict,
    withdraw_authorisation,
    withdraw_participation,
)
from trama_registry.commands.story import complete_next_step, correct_entry, set_next_step
from trama_registry.commands.taking_in_charge import (
    assign_case_manager,
    close_taking_in_charge,
    open_taking_in_charge,
)
from trama_registry.commands.terms import watch_terms

__all__ = [
    "accept_proposal",
    "accept_referral",
    "agree_participation",
    "answer_erasure",
    "ask_document",
    "assign_case_manager",
    "assign_identifier",
    "attest_identifier",
    "change_draft",
    "close_taking_in_charge",
    "complete_next_step",
    "complete_referral",
    "conclude_access",
    "correct_entry",
    "correct_interview",
    "correct_person",
    "decide_opposition",
    "decline_referral",
    "describe_offer",
    "discard_draft",
    "dispute_competence",
    "end_certificate",
    "end_identifier",
    "enter_protocol",
    "erase_entry",
    "erase_record",
    "explain_referral",
    "fail_referral",
    "file_document",
    "follow_receiver",
    "forget_readings",
    "give_authorisation",
    "give_notice",
    "hear_erasure_request",
    "hear_withdrawal",
    "hide_entry",
    "learn_separation",
    "lift_restriction",
    "link_records",
    "move_competence",
    "note_answer",
    "note_protocol",
    "number_document",
    "open_taking_in_charge",
    "oppose",
    "propose_erasures",
    "put_off_proposal",
    "question_referral",
    "read_note",
    "reconsider_referral",
    "record_access",
    "record_certificate",
    "record_interview",
    "register_person",
    "remind",
    "remind_of_erasure",
    "renew_referral",
    "reopen",
    "reopen_referral",
    "restrict",
    "resume",
    "save_draft",
    "see_referral",
    "send_referral",
    "set_next_step",
    "set_target_groups",
    "settle_competence",
    "show_entry",
    "sign_pact",
    "start_referral",
    "state_places",
    "suspend",
    "tell_apart",
    "unlink",
    "watch_accesses",
    "watch_disputes",
    "watch_terms",
    "withdraw_authorisation",
    "withdraw_participation",
    "withdraw_referral",
    "write_note",
]
