"""Referrals: what is asked and answered."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.event import Member, Uuid
from trama_contracts.facts import DecliningReason

from trama_registry.schemas.fields import Name, Sentences


class SendReferral(Body):
    """Refer a person to one receiver."""

    to: Member
    reason: Sentences
    need: Sentences
    answer_by: Date
    authorisation: Uuid


class AcceptReferral(Body):
    """Take the person in charge. `record`: the operator says that they are a person we follow already."""

    need: Sentences | None = None
    contact: Name | None = None
    record: Uuid | None = None


class DeclineReferral(Body):
    """Say why the referral cannot be accepted, and what may help instead."""

    reason: DecliningReason
    alternative: Sentences | None = None


class WithdrawReferral(Body):
    """Take back a referral that nobody has answered; no reason is owed."""

    reason: Line | None = None


class SentReferralView(BaseModel):
    """A referral of ours and what became of it."""

    referral: str
    record: str
    name: str
    to: str
    sent_on: date
    reason: str
    need: str
    answer_by: date
    authorisation: str
    state: Literal["sent", "accepted", "declined", "withdrawn"]
    answered_on: date | None
    contact: str | None
    declining_reason: DecliningReason | None
    alternative: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None


class PreviewView(BaseModel):
    """The least a receiver needs to decide."""

    given_name: str | None = None
    family_name: str
    tax_code: str | None = None
    birth_date: date | None = None
    need: str


class ReceivedReferralView(BaseModel):
    """A referral to us: a preview and nothing of the past. `record` is ours, once accepted."""

    referral: str
    sender: str
    sent_on: date
    reason: str
    preview: PreviewView
    answer_by: date
    state: Literal["received", "accepted", "declined", "withdrawn"]
    answered_on: date | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    record: str | None
