"""What comes next for the person at each member, and lines that were struck; what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import Correct, SetStep, StoryAct, TakeStep
from trama_simulation.oracle.entries import Told, struck
from trama_simulation.oracle.life import Life, Step


def told_by(act: StoryAct, life: Life) -> Iterator[Told]:
    """What is written about what comes next, and about what was wrong."""
    match act:
        case SetStep():
            life.steps[act.at] = Step(act)
            yield Told((act.at, "next-step-set"))
        case TakeStep():
            life.steps[act.at].outcome = act.outcome
            yield Told((act.at, "next-step-done"))
        case Correct():
            yield struck(act.at, act.kind)
            yield Told((act.at, "entry-corrected"))
