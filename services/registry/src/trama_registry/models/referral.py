"""Referrals sent and received, and who may answer or withdraw them."""

from datetime import date
from typing import Literal

from sqlalchemy import JSON, Column, String
from sqlmodel import Field, SQLModel
from trama_contracts.facts import DecliningReason
from trama_contracts.registry import ReferralPreview, ReferralWithdrawn

from trama_registry.errors import (
    AlreadyAnswered,
    AlreadyWithdrawn,
    NotTheReceiver,
    TermInPast,
    WithdrawnBySender,
)

ANSWERED = {"accepted": "accettata", "declined": "dichiarata non accolta"}
Answer = Literal["accepted", "declined"]


class Referral(SQLModel, table=True):
    """A referral this member sent, and what became of it."""

    __tablename__ = "referral"
    referral: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    to: str
    sent_on: date = Field(index=True)
    reason: str
    need: str
    answer_by: date
    authorisation: str = Field(foreign_key="authorisation.authorisation")
    state: Literal["sent", "accepted", "declined", "withdrawn"] = Field(default="sent", sa_type=String)
    answered_on: date | None = None
    contact: str | None = None
    declining_reason: DecliningReason | None = Field(default=None, sa_type=String)
    alternative: str | None = None
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = None

    def withdraw(self, withdrawn: ReferralWithdrawn) -> None:
        """Take back what nobody has answered. Raises AlreadyAnswered, AlreadyWithdrawn."""
        if self.state in ANSWERED:
            raise AlreadyAnswered(
                f"La segnalazione è già stata {ANSWERED[self.state]} il {self.answered_on:%d/%m/%Y}: "
                "non si può più ritirare."
            )
        if self.withdrawn_on is not None:
            raise AlreadyWithdrawn(f"La segnalazione è già stata ritirata il {self.withdrawn_on:%d/%m/%Y}.")
        self.state, self.withdrawn_on = "withdrawn", withdrawn.withdrawn_on
        self.withdrawal_reason = withdrawn.reason

    def awaits_answer_of(self, member: str) -> bool:
        """Whether an answer of that member counts: it was asked, and has not answered yet.

        An answer that crosses a withdrawal counts: the receiver gave it before it knew, and acts upon it.
        """
        return self.state in ("sent", "withdrawn") and self.to == member


def term(answer_by: date, *, today: date) -> date:
    """The day an answer is due. Raises TermInPast."""
    if answer_by < today:
        raise TermInPast
    return answer_by


class ReferralAnswer(SQLModel, table=True):
    """What this member answered to a referral it received; `record` is its own, if it accepted."""

    __tablename__ = "referral_answer"
    __table_args__ = ({"info": {"contended": True}},)
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True)
    answer: Answer = Field(sa_type=String)
    answered_on: date
    record: str | None = Field(default=None, foreign_key="person.record")


class ReferralCopy(SQLModel, table=True):
    """A referral another member sent, as its events say; never edited here."""

    __tablename__ = "referral_copy"
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True, index=True)
    record: str
    to: str
    sent_on: date
    reason: str
    preview: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    answer_by: date
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = None

    def must_await_answer_of(self, member: str, given: ReferralAnswer | None) -> None:
        """Raises NotTheReceiver, AlreadyAnswered or WithdrawnBySender."""
        if self.to != member:
            raise NotTheReceiver(f"La segnalazione è per «{self.to}»: può rispondere solo quel servizio.")
        if given is not None:
            raise AlreadyAnswered(
                f"La segnalazione è già stata {ANSWERED[given.answer]} il {given.answered_on:%d/%m/%Y}: "
                "la risposta non si può cambiare."
            )
        if self.withdrawn_on is not None:
            raise WithdrawnBySender(
                f"Chi l'ha inviata ha ritirato la segnalazione il {self.withdrawn_on:%d/%m/%Y}: "
                "non serve più rispondere."
            )

    def told(self) -> ReferralPreview:
        """Who the person is and what is needed."""
        return ReferralPreview.model_validate(self.preview)
