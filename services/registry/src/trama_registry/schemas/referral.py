"""Referrals: what is asked and answered."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.event import Member, Uuid
from trama_contracts.facts import DecliningReason
from trama_contracts.registry import FailingReason, ReferralOutcome

from trama_registry.models import Answer, Deed, State
from trama_registry.schemas.fields import Name, Sentences


class SendReferral(Body):
    """Refer a person to one receiver."""

    to: Member
    reason: Sentences
    need: Sentences
    answer_by: Date | None = None
    authorisation: Uuid
    supersedes: Uuid | None = None
    draft: Uuid | None = None
    """What it was prepared as, which goes."""
    documents: Annotated[tuple[Uuid, ...], Field(max_length=10)] = ()
    """Ours, on this person: named in the preview, to be asked for by who accepts."""


class VersionSeen(Body):
    """What every act on a referral may say: the version its writer saw."""

    version: int | None = None


class RenewReferral(VersionSeen):
    """Send a referral once more. What is left out stays as it was; the term is counted anew."""

    reason: Sentences | None = None
    need: Sentences | None = None
    answer_by: Date | None = None
    authorisation: Uuid | None = None


class ExplainReferral(VersionSeen):
    """Tell the receiver what it asked."""

    answer: Sentences


class NoteAnswer(VersionSeen):
    """Key in an answer that somebody gave on paper or by telephone."""

    answer: Answer
    by: Name
    answered_on: Date | None = None
    note: Sentences | None = None


class QuestionReferral(VersionSeen):
    """Ask the sender what is missing before we can answer."""

    question: Sentences


class CompleteReferral(VersionSeen):
    """Say what came of it."""

    outcome: ReferralOutcome
    note: Sentences | None = None


class FailReferral(VersionSeen):
    """Say why what we accepted came to nothing."""

    reason: FailingReason
    alternative: Sentences | None = None


class ReopenReferral(VersionSeen):
    """Go on with what we had completed or given up; no reason is owed."""

    reason: Sentences | None = None


class AcceptReferral(VersionSeen):
    """Take the person in charge. `record`: the operator says that they are a person we follow already."""

    need: Sentences | None = None
    contact: Name | None = None
    record: Uuid | None = None


class DeclineReferral(VersionSeen):
    """Say why the referral cannot be accepted, and what may help instead."""

    reason: DecliningReason
    alternative: Sentences | None = None


class WithdrawReferral(VersionSeen):
    """Take back a referral; no reason is owed. `accepted_too`: also if the receiver has accepted it."""

    reason: Line | None = None
    accepted_too: bool = False


class ProtocolNumberView(BaseModel):
    """The number under which our office registered a referral."""

    referral: str
    number: str


class ReceiverView(BaseModel):
    """A service that may be asked, what it offers, its places, and how soon it usually answers."""

    member: str
    name: str
    offers: list[str]
    free: int | None
    as_of: date | None
    answer_days: int


class NoteProtocol(VersionSeen):
    """The number under which the office registered the referral."""

    number: Line


class NamedDocumentView(BaseModel):
    """A document that whoever accepts the referral may ask for."""

    name: str
    kind: str
    kind_label: str
    dated: date


class CourseView(BaseModel):
    """How a referral has gone so far, the same at both ends."""

    version: int = 0
    may: list[Deed] = []
    seen_on: date | None = None
    question: str | None = None
    asked_on: date | None = None
    explanation: str | None = None
    told_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    outcome: ReferralOutcome | None = None
    outcome_note: str | None = None
    failed_on: date | None = None
    failing_reason: FailingReason | None = None
    failing_alternative: str | None = None
    reminded_on: date | None = None
    noted_by: str | None = None
    noted_on: date | None = None
    superseded_by: str | None = None
    documents: list[NamedDocumentView] = []


class SentReferralView(CourseView):
    """A referral of ours and what became of it. `delivered`: the receiver's service has told us it has it."""

    referral: str
    record: str
    name: str
    to: str
    sent_on: date
    reason: str
    need: str
    answer_by: date
    authorisation: str
    state: State
    delivered: bool = False
    answered_on: date | None
    contact: str | None
    declining_reason: DecliningReason | None
    alternative: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None


class OverdueReferralView(SentReferralView):
    """A referral of ours that should have been answered. `remind_from`: the next reminder may go that day."""

    days_late: int
    remind_from: date


class PreviewView(BaseModel):
    """The least a receiver needs to decide."""

    given_name: str | None = None
    family_name: str
    tax_code: str | None = None
    birth_date: date | None = None
    need: str


class ReferralEntryView(BaseModel):
    """One thing that happened to a referral."""

    member: str
    member_name: str
    when: str
    happened: str


class ReceivedReferralView(CourseView):
    """A referral to us: a preview and nothing of the past. `record` is ours, once accepted."""

    referral: str
    sender: str
    sent_on: date
    reason: str
    preview: PreviewView
    answer_by: date
    state: Literal["received"] | State
    answered_on: date | None
    declining_reason: DecliningReason | None = None
    alternative: str | None = None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    record: str | None
