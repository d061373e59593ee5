"""What comes next for a person, and what was told wrongly, through the registries' API."""

from collections.abc import Mapping

from trama_simulation.acts import OWN, Correct, SetStep, StoryAct, TakeStep
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
            if act.kind == OWN:
                await _correct_own(act, desk, person)
                return
            shown = await desk.get(f"{person}/timeline")
            written = [
                one["event_id"]
                for one in shown["entries"]
                if one["member"] == act.at and f".{act.kind}.v" in one["type"] and not one["corrected_by"]
            ]
            await desk.post(f"{person}/timeline/{written[-1]}/correction", {"reason": act.reason})


async def _correct_own(act: Correct, desk: Desk, person: str) -> None:
    """Of what is kept to oneself, the last one that stands uncorrected."""
    shown = await desk.list(f"{person}/interviews")
    kept = [one["interview"] for one in shown if one["circle"] == "own" and not one["corrected"]]
    await desk.post(f"{person}/interviews/{kept[0]}/correction", {"reason": act.reason})
