"""What was erased is nowhere: neither its line, nor what was answered to it, nor what knew of it."""

from datetime import date

from trama_simulation import oracle
from trama_simulation.acts import (
    AskDocument,
    Deed,
    Erasable,
    Erase,
    FileDocument,
    Hide,
    HoldInterview,
    ReadNote,
    ShowAgain,
    Story,
    Withdraw,
    WriteNote,
)
from trama_simulation.comparison import documents, notes
from trama_simulation.members import SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.stories.plot import Plot

ANYBODY = invented(1, 1)[0]
DAY = date(2013, 3, 4)
NOTE, OTHER = WriteNote(DAY, URBANO, "wrong", nth=1), WriteNote(DAY, URBANO, "right", nth=2)
INTERVIEW = HoldInterview(DAY, URBANO, "desk", "wrong")
DOCUMENT = FileDocument(DAY, URBANO, "wrong.txt", "other")
READ = (ReadNote(DAY, SIL, URBANO, "x", nth=1), ReadNote(DAY, SIL, URBANO, "x", nth=2))
ASKED = AskDocument(DAY, SIL, URBANO, "wrong.txt")


def lived(*acts: Deed) -> Story:
    plot = Plot(DAY).register(URBANO, "x").authorise(URBANO, SIL).refer(URBANO, SIL).accept(SIL, URBANO)
    return Story(ANYBODY, tuple(plot.do(NOTE, OTHER, INTERVIEW, DOCUMENT, *READ, ASKED, *acts).acts))


def erased(of: Erasable) -> Erase:
    return Erase(DAY, URBANO, of, "wrong-person", "Era di un'altra persona.")


def test_what_was_erased_stands_on_no_timeline_and_what_stands_beside_it_does() -> None:
    for of, kinds in (
        (NOTE, {(URBANO, "note-written"): 1, (SIL, "note-read"): 1, (URBANO, "document-filed"): 1}),
        (INTERVIEW, {(URBANO, "interview-recorded"): 0, (URBANO, "note-written"): 2}),
        (DOCUMENT, {(URBANO, "document-filed"): 0, (URBANO, "interview-recorded"): 1}),
    ):
        story = oracle.remembered(lived(erased(of)))
        shown = oracle.timeline(story, URBANO, oracle.sharing_of(story))
        assert {entry: shown[entry] for entry in kinds} == kinds


def test_what_was_erased_is_in_no_list_and_its_file_with_nobody() -> None:
    story = oracle.remembered(lived(erased(NOTE), erased(DOCUMENT)))
    view = oracle.View(story, SIL)
    assert {line[2] for line in notes.truth(view) if line[0] == "note"} == {"right"}
    assert not documents.truth(view)
    whole = oracle.View(oracle.remembered(lived()), SIL)
    assert {line[1] for line in documents.truth(whole)} == {"wrong.txt"}


def test_who_reads_no_more_when_it_is_erased_loses_it_too() -> None:
    story = oracle.remembered(lived(Withdraw(DAY, URBANO, URBANO), erased(NOTE)))
    shown = oracle.timeline(story, SIL, oracle.sharing_of(story))
    assert [shown[(URBANO, kind)] for kind in ("note-written", "authorisation-withdrawn")] == [1, 1]


def test_what_is_hidden_is_read_by_nobody_and_kept_by_who_wrote_it() -> None:
    hide = Hide(DAY, URBANO, NOTE, "She asked for it.")
    whole = lived(hide)
    story = oracle.remembered(whole)
    for member in (URBANO, SIL):
        shown = oracle.timeline(story, member, oracle.sharing_of(story))
        assert (shown[(URBANO, "note-written")], shown[(SIL, "note-read")]) == (1, 1)
    assert oracle.hidden_at(whole, URBANO) == [hide]
    assert oracle.hidden_at(whole, SIL) == []


def test_what_is_shown_again_is_told_to_who_may_read_then_and_not_to_who_could_before() -> None:
    hide, show = Hide(DAY, URBANO, NOTE, "She asked for it."), ShowAgain(DAY, URBANO, NOTE)
    for between, read in ((), 2), ((Withdraw(DAY, URBANO, URBANO),), 1):
        whole = lived(hide, *between, show)
        story = oracle.remembered(whole)
        sharing = oracle.sharing_of(story)
        assert oracle.hidden_at(whole, URBANO) == []
        assert oracle.timeline(story, SIL, sharing)[(URBANO, "note-written")] == read
        assert oracle.timeline(story, URBANO, sharing)[(URBANO, "note-written")] == 2
        assert oracle.timeline(story, URBANO, sharing)[(SIL, "note-read")] == 1, "the other note's"


def test_a_story_in_which_nothing_was_erased_is_as_it_was() -> None:
    assert oracle.remembered(lived()) == lived()
