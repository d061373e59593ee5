"""What asks for somebody's attention today."""

from datetime import date

from pydantic import BaseModel


class StepDueView(BaseModel):
    """A next step whose day has come, of a person whom the caller, or who they replace, follows."""

    record: str
    name: str
    what: str
    due_on: date
    referente: str


class ConsentTakenBackView(BaseModel):
    """A person whose referente is with us has taken a consent back, here or elsewhere."""

    record: str
    name: str
    withdrawn_on: date
    member_name: str


class SleepingView(BaseModel):
    """An open relation about which our services have written nothing for long."""

    record: str
    name: str
    referente: str | None
    opened_on: date
    last_on: date
    days: int


class ReferralDueView(BaseModel):
    """A referral that somebody has to answer by a day: who it is about, and the service at the other end."""

    referral: str
    name: str
    member_name: str
    answer_by: date


class WithoutStepView(BaseModel):
    """A person in charge for whom nobody of ours has said what comes next."""

    record: str
    name: str
    referente: str | None
    opened_on: date


class TodayView(BaseModel):
    """What the first page says; lists are of the caller's own people, all of them for a supervisor."""

    today: date
    to_answer: int
    """How many referrals wait for an answer of our service, whoever gives it."""
    received: list[ReferralDueView] = []
    """The first of them, by their term."""
    asked_more: list[ReferralDueView] = []
    """Referrals of ours on whose person the receiver wants to know more."""
    unanswered: list[ReferralDueView] = []
    """Referrals of ours that are not answered although their term has passed."""
    without_step: list[WithoutStepView] = []
    to_route: int = 0
    """First contacts that wait to be routed, as far as the caller may know of them."""
    to_route_late: int = 0
    steps: list[StepDueView]
    taken_back: list[ConsentTakenBackView]
    sleeping: list[SleepingView]
    sleeping_after: int
    """After how many days without a word of ours a relation sleeps."""
    proposals: int = 0
    """Of a supervisor: proposals of erasure that wait for a decision."""
