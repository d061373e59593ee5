"""What comes next for a person, and what was told wrongly, through the registries' API."""

from collections.abc import Mapping

from trama_simulation.acts import Correct, SetStep, StoryAct, TakeStep
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own


async def do(act: StoryAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    desk, person = desks[act.at], own(act.at, lived)
    match act:
        case SetStep():
            await desk.put(f"{person}/next-step", {"what": act.what, "due_on": act.due_on.isoformat()})
        case TakeStep():
            await desk.post(f"{person}/next-step/done", {"outcome": act.outcome})
        case Correct():
            shown = await desk.get(f"{person}/timeline")
            written = [
                one["event_id"]
                for one in shown["entries"]
                if one["member"] == act.at and f".{act.kind}.v" in one["type"] and not one["corrected_by"]
            ]
            await desk.post(f"{person}/timeline/{written[-1]}/correction", {"reason": act.reason})
