"""What takes sharing away and what brings it back: each rule on a small story, for who leaves and stays."""

from datetime import date

import pytest
from trama_simulation import oracle
from trama_simulation.acts import (
    Act,
    Authorise,
    Close,
    DecideOpposition,
    LastDayPasses,
    LiftRestriction,
    NameReferente,
    Oppose,
    RecordCertificate,
    Reopen,
    Restrict,
    Story,
    Withdraw,
    WriteNote,
)
from trama_simulation.members import CPI, DSM, EST, SERT, SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.stories.plot import Plot

ANYBODY = invented(1, 1)[0]
DAY = date(2013, 3, 4)
NUMBER = {"before": 1, "after": 2, "later": 3}
LAW = ("L. 68/1999", "art. 2")


def plot() -> Plot:
    """Followed by three; the person lets the first share with the second, and then with both others."""
    begun = Plot(DAY).register(URBANO, "x").authorise(URBANO, SIL).authorise(URBANO, SIL, EST)
    begun.refer(URBANO, SIL).refer(URBANO, EST).accept(SIL, URBANO).accept(EST, URBANO)
    return begun


def note(at: str, when: str) -> WriteNote:
    return WriteNote(DAY, at, when, nth=NUMBER[when])


def known(story: Plot, reader: str, writer: str) -> list[str]:
    """Which notes of one member another can read."""
    view = oracle.View(Story(ANYBODY, tuple(story.acts)), reader)
    return [one.written.text for key, one in view.of(writer).notes.items() if one.written.at == writer]


def told(story: Plot, reader: str, writer: str, kind: str) -> int:
    """How often a line of another member stands on a timeline."""
    whole = Story(ANYBODY, tuple(story.acts))
    return oracle.timeline(whole, reader, oracle.sharing_of(whole))[(writer, kind)]


def around(*acts: Act) -> Plot:
    """One note of each before, and one after."""
    story = plot().do(*(note(at, "before") for at in (URBANO, SIL, EST)))
    story.acts += acts
    return story.do(*(note(at, "after") for at in (URBANO, SIL, EST)))


@pytest.mark.parametrize("at", [URBANO, SIL, EST])
def test_a_consent_that_is_taken_back_anywhere_ends_what_it_opened_and_nothing_else(at: str) -> None:
    story = around(Withdraw(DAY, at, URBANO, nth=2))
    assert known(story, EST, URBANO) == known(story, URBANO, EST) == ["before"]
    assert known(story, EST, SIL) == known(story, SIL, EST) == ["before"]
    assert known(story, SIL, URBANO) == known(story, URBANO, SIL) == ["before", "after"]


def test_a_withdrawal_is_the_last_thing_that_who_falls_away_hears() -> None:
    story = around(Withdraw(DAY, URBANO, URBANO, nth=2))
    assert told(story, EST, URBANO, "authorisation-withdrawn") == 1
    assert told(story, SIL, URBANO, "authorisation-withdrawn") == 1
    elsewhere = around(Withdraw(DAY, EST, URBANO, nth=2))
    assert [told(elsewhere, SIL, one, "authorisation-withdrawn") for one in (URBANO, EST)] == [1, 1]


def test_who_is_authorised_again_gets_what_was_written_meanwhile_too() -> None:
    story = around(Withdraw(DAY, URBANO, URBANO, nth=2)).authorise(URBANO, EST).do(note(URBANO, "later"))
    assert known(story, EST, URBANO) == ["before", "after", "later"]
    assert known(story, EST, SIL) == ["before"], "sil was not named with est again"


def test_what_was_known_when_it_ended_stays_as_it_was_then() -> None:
    certificate = RecordCertificate(DAY, URBANO, "disadvantaged", "x", DAY)
    story = around(Withdraw(DAY, URBANO, URBANO, nth=2), certificate, NameReferente(DAY, SIL))
    assert told(story, SIL, URBANO, "certificate-recorded") == 1
    assert told(story, EST, URBANO, "certificate-recorded") == 0
    whole = Story(ANYBODY, tuple(story.acts))
    referentes = {one: oracle.referente(oracle.View(whole, one)) for one in (URBANO, SIL, EST)}
    assert referentes == {URBANO: SIL, SIL: SIL, EST: URBANO}


def test_who_closes_its_last_relation_reads_no_more_and_is_read_on() -> None:
    story = around(Close(DAY, EST, "moved"))
    assert known(story, EST, URBANO) == known(story, EST, SIL) == ["before"]
    assert known(story, URBANO, EST) == known(story, SIL, EST) == ["before", "after"]
    back = around(Close(DAY, EST, "moved"), note(URBANO, "later"), Reopen(DAY, EST, "x"))
    assert known(back, EST, URBANO) == ["before", "later", "after"]


def test_who_is_named_for_after_closing_reads_on() -> None:
    named = Authorise(DAY, URBANO, (EST,), after_closing=True)
    story = around(named, Close(DAY, EST, "moved"))
    assert known(story, EST, URBANO) == ["before", "after"]
    assert known(story, EST, SIL) == ["before"]


def test_a_restricted_record_is_shared_no_further_until_it_is_lifted() -> None:
    story = around(Restrict(DAY, URBANO, "accuracy", "x"))
    assert known(story, SIL, URBANO) == known(story, EST, URBANO) == ["before"]
    assert known(story, URBANO, SIL) == ["before", "after"]
    assert told(story, EST, URBANO, "restriction-set") == 1
    lifted = story.do(LiftRestriction(DAY, URBANO, "x"))
    assert known(lifted, SIL, URBANO) == known(lifted, EST, URBANO) == ["before", "after"]


@pytest.mark.parametrize(("upheld", "read"), [(True, ["before"]), (False, ["before", "after"])])
def test_what_is_opposed_rests_until_it_is_decided(upheld: bool, read: list[str]) -> None:
    story = Plot(DAY).register(URBANO, "x").do(Authorise(DAY, URBANO, (CPI,), law=LAW))
    story.refer(URBANO, CPI).accept(CPI, URBANO).do(note(URBANO, "before"), note(CPI, "before"))
    story.do(Oppose(DAY, URBANO, "x"), note(URBANO, "after"))
    assert known(story, CPI, URBANO) == ["before"]
    assert told(story, CPI, URBANO, "opposition-raised") == 1
    story.do(DecideOpposition(DAY, URBANO, upheld=upheld, reasons="x"), note(CPI, "later"))
    assert known(story, CPI, URBANO) == read
    assert known(story, URBANO, CPI) == (["before"] if upheld else ["before", "later"])
    assert told(story, CPI, URBANO, "opposition-decided") == (not upheld)


def test_each_circle_is_taken_back_by_itself() -> None:
    story = Plot(DAY).register(SERT, "x").authorise(SERT, DSM).authorise(SERT, DSM, circles=("clinical",))
    story.refer(SERT, DSM).accept(DSM, SERT).do(Withdraw(DAY, SERT, SERT, nth=2), note(SERT, "after"))
    sharing = oracle.sharing_of(Story(ANYBODY, tuple(story.acts)))
    assert sharing.sees(DSM, SERT, "care")
    assert not sharing.sees(DSM, SERT, "clinical")


def test_who_leaves_is_known_as_it_was_to_others_and_knows_them_as_they_were() -> None:
    """Between those who stay nothing changes."""
    for acts in ((Withdraw(DAY, URBANO, URBANO, nth=2),), (Close(DAY, EST, "moved"),)):
        story = around(*acts)
        for reader, writer in ((URBANO, SIL), (SIL, URBANO)):
            assert known(story, reader, writer) == ["before", "after"]


def test_what_has_run_out_lets_nobody_read_on_and_an_open_ended_one_does() -> None:
    gone = around(LastDayPasses(DAY, URBANO, nth=2))
    assert [known(gone, EST, one) for one in (URBANO, SIL)] == [["before"], ["before"]]
    assert known(gone, SIL, URBANO) == ["before", "after"], "the first one has no last day"
    assert [known(gone, one, EST) for one in (URBANO, SIL)] == [["before"], ["before"]]
    whole = Story(ANYBODY, tuple(gone.acts))
    assert [oracle.is_in_force(whole, URBANO, nth) for nth in (1, 2)] == [True, False]
    again = gone.authorise(URBANO, SIL, EST).do(note(EST, "later"))
    assert known(again, EST, URBANO) == ["before", "after"]
    assert known(again, URBANO, EST) == ["before", "after", "later"]
