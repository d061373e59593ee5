"""A story as whoever looks now must find it: what was erased is as if it had never been written. Pure."""

from trama_simulation.acts import (
    Act,
    AskDocument,
    Erasable,
    Erase,
    FileDocument,
    HoldInterview,
    ReadNote,
    Story,
    WriteNote,
)
from trama_simulation.oracle import documents, notes


def remembered(story: Story) -> Story:
    """The story without what was erased, and without what rests on it alone."""
    erased = [act.of for act in story.deeds() if isinstance(act, Erase)]
    if not erased:
        return story
    return Story(story.person, tuple(act for act in story.acts if not _is_gone(act, erased)))


def _is_gone(act: Act, erased: list[Erasable]) -> bool:
    match act:
        case Erase():
            return True
        case ReadNote():
            notes = [one for one in erased if isinstance(one, WriteNote)]
            return any((one.at, one.nth) == (act.writer, act.nth) for one in notes)
        case AskDocument():
            filed = [one for one in erased if isinstance(one, FileDocument)]
            return any((one.at, one.name) == (act.filed_by, act.name) for one in filed)
        case _:
            return act in erased


def kind_written(act: Act) -> str:
    """Of what stands by itself, the kind of its line."""
    match act:
        case WriteNote():
            return "note-written"
        case HoldInterview():
            return notes.CIRCLES.get(act.circle, "")
        case FileDocument():
            return documents.WRITTEN[act.circle]
        case _:
            return ""
