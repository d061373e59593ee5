"""What the registry does. Commands load, decide by a rule of `models`, add, publish; none commits."""

from trama_registry.commands.authorisation import give_authorisation
from trama_registry.commands.offer import describe_offer, state_places
from trama_registry.commands.person import register_person
from trama_registry.commands.referral import (
    accept_referral,
    decline_referral,
    learn_acceptance,
    learn_refusal,
    send_referral,
    withdraw_referral,
)
from trama_registry.commands.story import complete_next_step, correct_entry, set_next_step
from trama_registry.commands.taking_in_charge import (
    assign_case_manager,
    close_taking_in_charge,
    open_taking_in_charge,
)

__all__ = [
    "accept_referral",
    "assign_case_manager",
    "close_taking_in_charge",
    "complete_next_step",
    "correct_entry",
    "decline_referral",
    "describe_offer",
    "give_authorisation",
    "learn_acceptance",
    "learn_refusal",
    "open_taking_in_charge",
    "register_person",
    "send_referral",
    "set_next_step",
    "state_places",
    "withdraw_referral",
]
