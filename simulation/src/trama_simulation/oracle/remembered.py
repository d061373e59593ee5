"""A story as whoever looks now must find it: what was erased, or is hidden, was never written. Pure."""

from trama_simulation.acts import (
    AcceptProposal,
    Act,
    AskDocument,
    Erasable,
    Erase,
    EraseRecord,
    ErasureAct,
    FileDocument,
    Hide,
    HoldInterview,
    NumberDocument,
    ReadNote,
    ShowAgain,
    Story,
    WriteNote,
)
from trama_simulation.oracle import documents, notes
from trama_simulation.oracle.retention import is_due


def remembered(story: Story) -> Story:
    """The story without what was erased or is hidden, and without what rests on it alone; what is shown again
    was told on that day. Of a whole record that was erased, what others answered to its notes is gone too."""
    if not any(isinstance(act, ErasureAct) for act in story.acts):
        return story
    acts: list[Act] = []
    for act in story.acts:
        if isinstance(act, ShowAgain):
            acts.append(act.of)
        elif isinstance(act, Erase | Hide):
            acts = [one for one in acts if not _rests_on(one, act.of)]
        elif isinstance(act, AcceptProposal):
            acts = [one for one in acts if not is_due(one, act.at, act.on)]
        else:
            if isinstance(act, EraseRecord):
                acts = [one for one in acts if not (isinstance(one, ReadNote) and one.writer == act.at)]
            acts.append(act)
    return Story(story.person, tuple(acts))


def hidden_at(story: Story, member: str) -> list[Hide]:
    """What a member keeps to itself for the time being."""
    kept: dict[Erasable, Hide] = {}
    for act in story.deeds():
        if isinstance(act, Hide) and act.at == member:
            kept[act.of] = act
        elif isinstance(act, ShowAgain | Erase):
            kept.pop(act.of, None)
    return list(kept.values())


def _rests_on(act: Act, of: Erasable) -> bool:
    """Whether an act is the one that wrote this, or could not be without it."""
    match act, of:
        case ReadNote(), WriteNote():
            return (of.at, of.nth) == (act.writer, act.nth)
        case AskDocument(), FileDocument():
            return (of.at, of.name) == (act.filed_by, act.name)
        case NumberDocument(), FileDocument():
            return (of.at, of.name) == (act.at, act.name)
        case _:
            return act == of


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
