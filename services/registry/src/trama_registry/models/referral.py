"""Referrals sent and received: what each side keeps of them, as the course of their moves has it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import JSON, Column, String
from sqlmodel import Field, SQLModel
from trama_chassis.language import say
from trama_contracts.facts import DecliningReason
from trama_contracts.registry import ReferralPreview, ReferralSent

from trama_registry.errors import (
    AlreadyAnswered,
    AlreadyWithdrawn,
    MoveNotNow,
    NotTheReceiver,
    TermInPast,
    WithdrawnBySender,
)
from trama_registry.models.course import GOING_ON, RULES, Course, Deed, Move, State

Answer = Literal["accepted", "declined"]
ANSWERED: Mapping[State, str] = {
    "accepted": "accettata",
    "in-progress": "accettata",
    "completed": "conclusa",
    "failed": "chiusa come non riuscita",
    "declined": "dichiarata non accolta",
}
DONE: Mapping[State, str] = {
    "sent": "non è ancora stata accolta",
    "seen": "non è ancora stata accolta",
    "more-asked": "attende altre informazioni da chi l'ha inviata",
    "no-answer": "non ha avuto risposta nei termini",
    "noted-accepted": "è stata accettata, secondo quanto annotato",
    "noted-declined": "non è stata accolta, secondo quanto annotato",
    "accepted": "è già stata accettata",
    "declined": "non è stata accolta",
    "in-progress": "è in corso",
    "completed": "è già conclusa",
    "failed": "non è riuscita",
    "withdrawn": "è stata ritirata",
    "superseded": "è stata sostituita da un'altra",
}


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
    state: State = Field(default="sent", sa_type=String, index=True)
    answered_on: date | None = None
    contact: str | None = None
    declining_reason: DecliningReason | None = Field(default=None, sa_type=String)
    alternative: str | None = None
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = None

    @property
    def beginning(self) -> Course:
        """The course of a referral that was just sent."""
        told: dict[str, Any] = {"reason": self.reason, "preview": {"need": self.need}}
        told |= {"authorisation": self.authorisation, "answer_by": self.answer_by.isoformat()}
        return Course.of([Move("sender", 1, 0, "send", self.sent_on, told)])

    def follow(self, course: Course) -> None:
        """Take over what the course says now."""
        self.state = course.state
        sending = course.last("send", "renew")
        if sending is not None:
            told = sending.told
            self.sent_on, self.reason, self.need = sending.on, told["reason"], told["preview"]["need"]
            self.answer_by = date.fromisoformat(told["answer_by"])
            self.authorisation = told["authorisation"]
        answer = answer_of(course)
        self.answered_on = answer.on if answer else None
        told = answer.told if answer else {}
        self.contact = told.get("contact")
        self.declining_reason, self.alternative = told.get("reason"), told.get("alternative")
        withdrawal = course.last("withdraw") if course.state == "withdrawn" else None
        self.withdrawn_on = withdrawal.on if withdrawal else None
        self.withdrawal_reason = withdrawal.told.get("reason") if withdrawal else None


def answer_of(course: Course) -> Move | None:
    """The answer that stands: none if it was taken back, or the referral sent again since."""
    if course.state in (*GOING_ON, "completed", "failed"):
        return course.last("accept")
    if course.state == "declined":
        return course.last("decline")
    if course.state == "withdrawn":
        return course.since_sending("accept")
    return None


def must_be_possible(deed: Deed, course: Course) -> None:
    """Hold a move to the table. Raises AlreadyAnswered, AlreadyWithdrawn, WithdrawnBySender, MoveNotNow."""
    if course.may(deed):
        return
    state, by = course.state, RULES[deed].by
    if state == "withdrawn":
        withdrawal = course.last("withdraw")
        day = say(" il %(day)s", day=withdrawal.on) if withdrawal else ""
        if by == "sender":
            raise AlreadyWithdrawn("La segnalazione è già stata ritirata%(day)s.", day=day)
        raise WithdrawnBySender(
            "Chi l'ha inviata ha ritirato la segnalazione%(day)s: non serve più rispondere.", day=day
        )
    answer = answer_of(course)
    if answer is not None and deed in ("accept", "decline", "question", "withdraw"):
        answered = say(ANSWERED[state])
        if deed == "withdraw":
            raise AlreadyAnswered(
                "La segnalazione è già stata %(answered)s il %(day)s: non si può più ritirare.",
                answered=answered,
                day=answer.on,
            )
        raise AlreadyAnswered(
            "La segnalazione è già stata %(answered)s il %(day)s: la risposta non si può cambiare.",
            answered=answered,
            day=answer.on,
        )
    raise MoveNotNow("La segnalazione %(stands)s: questo non si può fare ora.", stands=say(DONE[state]))


def must_know_of_acceptance(course: Course, *, accepted_too: bool) -> None:
    """Take back what was accepted only if that is meant. Raises AlreadyAnswered."""
    answer = answer_of(course)
    if course.state in GOING_ON and answer is not None and not accepted_too:
        raise AlreadyAnswered(
            "La segnalazione è già stata accettata il %(day)s: non si può più ritirare come se "
            "nessuno avesse risposto. Per ritirarla lo stesso, confermate che lo sapete.",
            day=answer.on,
        )


def term(answer_by: date, *, today: date) -> date:
    """The day an answer is due. Raises TermInPast."""
    if answer_by < today:
        raise TermInPast
    return answer_by


BETWEEN_REMINDERS = timedelta(days=7)
"""Sollecita: one a week (the worklist's rule)."""
PATIENCE = timedelta(days=3)
"""So long after a reminder in vain a referral counts as not answered in time: the supervisors' matter."""


def overdue(course: Course, answer_by: date, *, today: date) -> Deed | None:
    """What is done about an answer that is late: nothing, remind, or give up waiting."""
    due = _due(course, answer_by)
    if course.state not in ("sent", "seen") or today <= due:
        return None
    reminded = course.since_sending("remind")
    if reminded is None or reminded.on <= due:
        return "remind"
    return "give-up-waiting" if today >= reminded.on + PATIENCE else None


def _due(course: Course, answer_by: date) -> date:
    """The term, or some days after the receiver was told what it had asked, or began to think again."""
    begun = course.last("send", "renew", "explain", "reconsider")
    if begun is None or begun.deed in ("send", "renew"):
        return answer_by
    return max(answer_by, begun.on + PATIENCE)


class ReferralReply(SQLModel, table=True):
    """Under which record of nobody we speak of a referral to us until we accept it.

    Its sender must not learn from what we say whether we know the person.
    """

    __tablename__ = "referral_reply"
    __table_args__ = ({"info": {"contended": True}},)
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True)
    record: str


class ReferralProtocol(SQLModel, table=True):
    """The number under which our office registered a referral, sent or received; nobody else is told."""

    __tablename__ = "referral_protocol"
    __table_args__ = ({"info": {"contended": True}},)
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True)
    number: str
    noted_on: date


class ReferralCopy(SQLModel, table=True):
    """A referral another member sent, as its events say; never edited here."""

    __tablename__ = "referral_copy"
    sender: str = Field(primary_key=True)
    referral: str = Field(primary_key=True, index=True)
    record: str
    to: str
    sent_on: date
    reason: str
    preview: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    answer_by: date
    state: State = Field(default="sent", sa_type=String, index=True)
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = None

    @classmethod
    def receive(cls, sent: ReferralSent, *, sender: str, record: str) -> "ReferralCopy":
        """A referral as it was first sent."""
        return cls(
            sender=sender,
            referral=sent.referral,
            record=record,
            to=sent.to,
            sent_on=sent.sent_on,
            reason=sent.reason,
            preview=sent.payload()["preview"],
            answer_by=sent.answer_by,
        )

    def must_be_for(self, member: str) -> None:
        """Raises NotTheReceiver."""
        if self.to != member:
            raise NotTheReceiver(
                "La segnalazione è per «%(to)s»: può rispondere solo quel servizio.", to=self.to
            )

    def follow(self, course: Course) -> None:
        """Take over what the course says now."""
        self.state = course.state
        sending = course.last("send", "renew")
        if sending is not None:
            self.sent_on, self.reason = sending.on, sending.told["reason"]
            self.preview, self.answer_by = (
                sending.told["preview"],
                date.fromisoformat(sending.told["answer_by"]),
            )
        withdrawal = course.last("withdraw") if course.state == "withdrawn" else None
        self.withdrawn_on = withdrawal.on if withdrawal else None
        self.withdrawal_reason = withdrawal.told.get("reason") if withdrawal else None

    @property
    def name(self) -> str:
        """What the person is called."""
        who = self.told()
        return " ".join(part for part in (who.given_name, who.family_name) if part)

    def told(self) -> ReferralPreview:
        """Who the person is and what is needed."""
        return ReferralPreview.model_validate(self.preview)
