"""What comes next for the person at each member, and lines that were struck; what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import OWN, Correct, SetStep, StoryAct, TakeStep
from trama_simulation.oracle.documents import WRITTEN
from trama_simulation.oracle.entries import CORRECTED, Told, circle_of, struck
from trama_simulation.oracle.life import Life, Step
from trama_simulation.oracle.notes import CIRCLES


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
            _strike(act, life)
            if act.kind == OWN:
                return
            circle = circle_of(act.kind)
            yield struck(act.at, act.kind, circle)
            yield Told((act.at, CORRECTED[circle]), circle=circle)


def _strike(act: Correct, life: Life) -> None:
    """If it is an interview or a document that was told wrongly, the last one of its kind."""
    for document in reversed(life.documents.values()):
        kind = WRITTEN[document.filed.circle]
        if (document.filed.at, kind) == (act.at, act.kind) and not document.struck:
            document.struck = True
            return
    for one in reversed(life.interviews):
        kind = CIRCLES.get(one.circle, OWN)
        if (one.at, kind) == (act.at, act.kind) and one not in life.struck:
            life.struck.append(one)
            return
