"""What was written to those that follow the person, who has read it, and interviews; what is told. Pure."""

from collections.abc import Iterator, Sequence

from trama_simulation.acts import HoldInterview, NoteAct, ReadNote, Story, WriteNote
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.life import Life, Note
from trama_simulation.oracle.sharing import followers, sharing_of

CIRCLES = {"care": "interview-recorded", "social": "social-interview-recorded"}


def told_by(act: NoteAct, life: Life) -> Iterator[Told]:
    """What is written; of an interview that is kept to oneself, nothing."""
    match act:
        case WriteNote():
            open_at = frozenset(one.member for one in life.episodes if one.state != "closed")
            life.notes[(act.at, act.nth)] = Note(act, open_at)
            yield Told((act.at, "note-written"))
        case ReadNote():
            life.notes[(act.writer, act.nth)].read[act.at] = act.answer or None
            yield Told((act.at, "note-read"), to=frozenset({act.writer}))
        case HoldInterview():
            life.interviews.append(act)
            if act.circle in CIRCLES:
                yield Told((act.at, CIRCLES[act.circle]), circle=act.circle)


def not_read_by(story: Story, note: Note) -> Sequence[str]:
    """To whom a note went and who has not said so yet: who could read its writer when it was written."""
    written = note.written
    before = story.up_to(story.acts.index(written))
    sharing = sharing_of(before)
    went_to = [one for one in followers(before) if sharing.sees(one, written.at, "care")]
    return sorted(one for one in went_to if one in note.open_at - {written.at} and one not in note.read)


def is_to_be_read(note: Note, reader: str, life: Life) -> bool:
    """Whether a member that a note came to has still to say that it has read it, of the time when it follows
    the person."""
    episode = life.followed_at(reader)
    is_new = reader != note.written.at and reader not in note.read
    return episode is not None and is_new and note.written.on >= episode.opened_on
