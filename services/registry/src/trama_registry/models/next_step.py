"""What comes next for a person: one step at a time, its own service's."""

from datetime import date

from sqlmodel import Field, SQLModel
from trama_contracts.registry import NextStepDone, NextStepSet

from trama_registry.errors import DayInFuture, DayTooEarly, NoNextStep, StepInPast


class NextStep(SQLModel, table=True):
    """The last step set for a person of ours, taken or not; those before it are in the story."""

    __tablename__ = "next_step"
    __table_args__ = ({"info": {"contended": True}},)
    record: str = Field(primary_key=True, foreign_key="person.record")
    step: str
    what: str
    who: str
    due_on: date = Field(index=True)
    set_on: date
    done_on: date | None = None
    outcome: str | None = None
    changed_by: str
    version: int

    @classmethod
    def none_of(cls, record: str) -> "NextStep":
        """Before the first step there is none, as if it had been taken long ago."""
        never = date.min
        return cls(
            record=record,
            step="",
            what="",
            who="",
            due_on=never,
            set_on=never,
            done_on=never,
            changed_by="",
            version=0,
        )

    @property
    def awaited(self) -> bool:
        """Whether it is still to be taken."""
        return self.done_on is None

    def set(self, step: NextStepSet, *, today: date, by: str) -> None:
        """Take this one from now on, in place of what was awaited. Raises StepInPast."""
        if step.due_on < today:
            raise StepInPast
        self.step, self.what, self.who, self.due_on = step.step, step.what, step.who, step.due_on
        self.set_on, self.done_on, self.outcome = today, None, None
        self._changed(by)

    def do(self, done: NextStepDone, *, today: date, by: str) -> None:
        """It was taken, or is no longer needed. Raises NoNextStep, DayInFuture, DayTooEarly."""
        if not self.awaited:
            raise NoNextStep
        if done.done_on > today:
            raise DayInFuture(field="done_on")
        if done.done_on < self.set_on:
            raise DayTooEarly(
                "Il prossimo passo è stato indicato il %(day)s: indicate un giorno da allora in poi.",
                field="done_on",
                day=self.set_on,
            )
        self.done_on, self.outcome = done.done_on, done.outcome
        self._changed(by)

    def _changed(self, by: str) -> None:
        self.changed_by, self.version = by, self.version + 1
