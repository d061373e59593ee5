"""Lives stories through the members' APIs: each act as the operator there would do it."""

from collections.abc import Mapping

from trama_simulation import oracle
from trama_simulation.acts import (
    AccessAct,
    Act,
    AnswerErasure,
    DocumentAct,
    Erase,
    EraseRecord,
    ErasureAct,
    EvaluationAct,
    GroundAct,
    Hide,
    InsideAct,
    LastDayPasses,
    NoteAct,
    PartRecords,
    PlacementAct,
    ReferralAct,
    RelationAct,
    StoryAct,
    Try,
)
from trama_simulation.desks import Desk, Refused
from trama_simulation.living import (
    access,
    document,
    erasure,
    evaluation,
    ground,
    inside,
    note,
    placement,
    referral,
    registry,
    relation,
    story,
)
from trama_simulation.living.knowing import everybody_knows
from trama_simulation.living.lived import Lived
from trama_simulation.living.referral import settle

HOLDS_STILL = (*oracle.NARROWS, Erase, Hide, EraseRecord, AnswerErasure, PartRecords)
"""Done, and gone on from, when nothing is on its way."""


async def live_on(lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do the next act of a story, or try it; what takes something from somebody, when nothing is on its way.

    Raises Refused, Unreachable, NotArrived.
    """
    act, story = lived.story.acts[lived.done], lived.story
    if isinstance(act, HOLDS_STILL):
        await everybody_knows(story.up_to(lived.done), lived, desks)
    await do(act, lived, desks)
    lived.done += 1
    # What was written while it might be read is to arrive while it may: nobody reads what comes after.
    comes = story.acts[lived.done] if lived.done < len(story.acts) else None
    if isinstance(act, HOLDS_STILL) or isinstance(comes, LastDayPasses):
        await everybody_knows(story.up_to(lived.done), lived, desks)


async def do(act: Act, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do one act, or try it. Raises Refused, Unreachable, NotArrived."""
    desks = {**desks, **{at: desks[at].standing_in(*whom) for at, whom in lived.stands_in.items()}}
    if isinstance(act, Try):
        await _in_vain(act, lived, desks)
    elif isinstance(act, GroundAct):
        await ground.do(act, lived, desks)
    elif isinstance(act, PlacementAct):
        await placement.do(act, lived, desks)
    elif isinstance(act, EvaluationAct):
        await evaluation.do(act, lived, desks)
    elif isinstance(act, ReferralAct):
        await referral.do(act, lived, desks)
    elif isinstance(act, AccessAct):
        await access.do(act, lived, desks)
    elif isinstance(act, InsideAct):
        await inside.do(act, lived, desks)
    elif isinstance(act, RelationAct):
        await relation.do(act, lived, desks)
    elif isinstance(act, NoteAct):
        await note.do(act, lived, desks)
    elif isinstance(act, ErasureAct):
        await erasure.do(act, lived, desks)
    elif isinstance(act, DocumentAct):
        await document.do(act, lived, desks)
    elif isinstance(act, StoryAct):
        await story.do(act, lived, desks)
    else:
        await registry.do(act, lived, desks)


async def _in_vain(act: Try, lived: Lived, desks: Mapping[str, Desk]) -> None:
    lived.expecting, met = act.code, "nessun rifiuto"
    try:
        await do(act.deed, lived, desks)
    except Refused as refused:
        if refused.code == act.code:
            return
        met = str(refused)
    finally:
        lived.expecting = ""
    lived.surprises.append(
        f"{act.at}, {lived.story.person.name}: si aspettava il rifiuto «{act.code}», e invece: {met}"
    )


__all__ = ["Lived", "do", "live_on", "settle"]
