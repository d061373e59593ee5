"""What comes next for a person, and corrections of the story: asked and answered."""

from datetime import date

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line

from trama_registry.schemas.fields import Name, Sentences


class SetNextStep(Body):
    """What comes next, who sees to it (nobody named: who is asking) and by when."""

    what: Line
    due_on: Date
    who: Name | None = None
    version: int | None = None


class CompleteNextStep(Body):
    """The next step was taken, today if no day is given, and what came of it."""

    done_on: Date | None = None
    outcome: Line | None = None
    version: int | None = None


class CorrectEntry(Body):
    """What was wrong in an entry of ours, and how it really was."""

    reason: Sentences
    instead: Sentences | None = None


class NextStepView(BaseModel):
    """The last step set here, taken or not."""

    what: str
    who: str
    due_on: date
    set_on: date
    done_on: date | None
    outcome: str | None
    version: int
