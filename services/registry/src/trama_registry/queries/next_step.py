"""What comes next for a person: ours, and what other services have set."""

from collections.abc import Iterator

from sqlalchemy.ext.asyncio import AsyncSession
from trama_contracts.registry import NextStepDone, NextStepSet

from trama_registry.models import NextStep
from trama_registry.queries.landmarks import Landmarks
from trama_registry.queries.told import Names
from trama_registry.schemas import NextStepView, OthersStepView


async def next_step_of(session: AsyncSession, record: str, *, lock: bool = False) -> NextStep | None:
    """The last step set here for a person, taken or not."""
    return await session.get(NextStep, record, with_for_update=lock or None)


def view_of_next_step(step: NextStep) -> NextStepView:
    """A step as it is shown."""
    return NextStepView(**step.model_dump(include=set(NextStepView.model_fields)))


def steps_of_others(landmarks: Landmarks, own: str, names: Names) -> Iterator[OthersStepView]:
    """The step that each other service awaits, in the order of their days."""
    over = {event.step for _, event in landmarks.of(NextStepDone)}
    last = {entry.member: event for entry, event in landmarks.of(NextStepSet) if entry.member != own}
    for member, event in sorted(last.items(), key=lambda one: one[1].due_on):
        if event.step not in over:
            yield OthersStepView(by=names(member), what=event.what, who=event.who, due_on=event.due_on)
