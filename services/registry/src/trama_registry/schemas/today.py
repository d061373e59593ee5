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


class TodayView(BaseModel):
    """What the first page says; lists are of the caller's own people, all of them for a supervisor."""

    today: date
    to_answer: int
    steps: list[StepDueView]
    taken_back: list[ConsentTakenBackView]
    sleeping: list[SleepingView]
    sleeping_after: int
    """After how many days without a word of ours a relation sleeps."""
    proposals: int = 0
    """Of a supervisor: proposals of erasure that wait for a decision."""
