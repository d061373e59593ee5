"""What is written to those that follow a person, and interviews, through the registries' API."""

from collections.abc import Mapping
from typing import Any

from trama_simulation.acts import HoldInterview, NoteAct, ReadNote, WriteNote
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived
from trama_simulation.living.referral import settle
from trama_simulation.living.registry import own


async def do(act: NoteAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    desk, person = desks[act.at], own(act.at, lived)
    match act:
        case WriteNote():
            body: dict[str, Any] = {"text": act.text, "needs_answer": act.needs_answer}
            # It goes to those of whom the writer has heard: that somebody has accepted may be on its way.
            await settle(lived, desks)
            not_yet, what = lived.not_yet("nobody-to-write-to"), f"chi segue {lived.story.person.name}"
            written = await desk.post(f"{person}/notes", body, not_yet=not_yet, what=what)
            lived.notes[(act.at, act.nth)] = written["note"]
        case ReadNote():
            note = lived.notes[(act.writer, act.nth)]
            await desk.post(
                f"{person}/notes/{note}/read",
                {"answer": act.answer} if act.answer else {},
                not_yet=lived.not_yet("note-not-here"),
                what=f"la nota per {lived.story.person.name}",
            )
        case HoldInterview():
            body = {"kind": act.kind, "summary": act.summary, "circle": act.circle}
            body |= {"held_on": act.day.isoformat()}
            await desk.post(f"{person}/interviews", body | {"present": "La persona"})
