"""What stories come to at the members: who follows, who is referente, what was asked, heard, read, told."""

from trama_simulation import oracle
from trama_simulation.acts import (
    OWN,
    Act,
    ComeIn,
    Correct,
    FileDocument,
    HoldInterview,
    NumberDocument,
    Route,
    Story,
)
from trama_simulation.comparison import documents, notes
from trama_simulation.members import CPI, DSM, EST, SERT, SIL, URBANO
from trama_simulation.oracle.answers import of_referrals
from trama_simulation.persons import invented
from trama_simulation.stories import stories
from trama_simulation.stories.plot import Plot

ANNA, BRUNO, CARLA, DARIO, ELENA, FARID, GINA, IVO = CAST = stories(8, 1)
MANY = stories(600, 5)
ANYBODY = invented(1, 1)[0]

TAKEN_BACK = ("referral-withdrawn", "withdrawal-told")


def until(story: Story, number: int) -> Story:
    """The story before its act of this number."""
    return Story(story.person, story.acts[:number])


def referentes(story: Story, *readers: str) -> set[str | None]:
    return {oracle.referente(oracle.View(story, reader)) for reader in readers}


def test_there_is_one_referente_all_along_the_transfer_and_it_passes_when_it_is_named() -> None:
    named = next(number for number, act in enumerate(FARID.acts) if type(act).__name__ == "NameReferente")
    assert referentes(until(FARID, named), URBANO, SIL, EST) == {URBANO}
    assert referentes(FARID, URBANO, SIL, EST) == {EST}


def test_what_comes_of_an_old_referral_reaches_who_holds_the_referente_now() -> None:
    sharing = oracle.sharing_of(FARID)
    assert oracle.timeline(FARID, EST, sharing)[(SIL, "referral-completed")] == 1
    assert oracle.timeline(FARID, EST, sharing)[(URBANO, "referral-withdrawn")] == 0
    assert oracle.timeline(FARID, URBANO, sharing)[(SIL, "referral-completed")] == 1


def test_who_holds_the_referente_elsewhere_learns_what_is_taken_back() -> None:
    plot = Plot(IVO.acts[0].on).register(URBANO, "x").authorise(URBANO, SIL, EST)
    plot.refer(URBANO, SIL).refer(URBANO, EST).accept(SIL, URBANO).accept(EST, URBANO)
    plot.take_back(URBANO, SIL, "x", accepted_too=True, referente=EST)
    story = Story(ANYBODY, tuple(plot.acts))
    shown = {one: oracle.timeline(story, one, oracle.sharing_of(story)) for one in (SIL, EST)}
    told = [shown[one][(URBANO, kind)] for one in (SIL, EST) for kind in TAKEN_BACK]
    assert told == [1, 0, 0, 1]


def test_the_code_that_comes_later_takes_the_place_of_the_provisional_one_where_it_is_entered() -> None:
    life, person = oracle.life_of(FARID), FARID.person
    assert life.code_at(URBANO) == person.provisional_code
    assert life.code_at(EST) == life.code_at(SIL) == person.tax_code
    assert [one.ended for one in life.numbers[EST]] == ["replaced", None]


def test_what_is_struck_stands_struck_beside_what_corrects_it() -> None:
    shown = oracle.timeline(IVO, URBANO, oracle.sharing_of(IVO))
    assert shown[(URBANO, "next-step-set")] == 2
    assert shown[(URBANO, f"{oracle.STRUCK} next-step-set")] == shown[(URBANO, "entry-corrected")] == 1


def test_what_the_listening_centre_hears_is_written_nowhere() -> None:
    heard = [one for one in MANY if any(getattr(act, "reserved", False) for act in one.acts)]
    assert heard
    for story in heard:
        reserved = [one for one in oracle.life_of(story).accesses.values() if one.came.reserved]
        shown = oracle.timeline(story, URBANO, oracle.sharing_of(story))
        assert shown[(URBANO, "access-recorded")] == len(oracle.life_of(story).accesses) - len(reserved)


def test_an_access_is_told_once_it_is_known_whose_it_is() -> None:
    plot = Plot(IVO.acts[0].on)
    asked: tuple[Act, ...] = (ComeIn(plot.day, URBANO, "desk", "x", named="not"),)
    asks = Story(ANYBODY, asked)
    assert oracle.followers(asks) == []
    taken = Story(ANYBODY, (*asked, Route(plot.day, URBANO, "taken-in-charge")))
    assert sorted(kind for _, kind in oracle.timeline(taken, URBANO, oracle.sharing_of(taken))) == [
        *("access-concluded", "access-recorded", "person-registered", "taking-in-charge-opened"),
    ]


def test_who_has_not_read_a_note_is_known_to_its_writer() -> None:
    before = until(GINA, len(GINA.acts) - 1)
    ((_, note),) = oracle.life_of(before).notes.items()
    assert oracle.not_read_by(before, note) == [SERT]
    ((_, note),) = oracle.life_of(GINA).notes.items()
    assert oracle.not_read_by(GINA, note) == []
    for story, still in ((before, True), (GINA, False)):
        note, life = oracle.life_of(story).notes[(URBANO, 1)], oracle.life_of(story)
        to_read = {one: oracle.is_to_be_read(note, one, life) for one in (URBANO, SERT)}
        assert to_read == {URBANO: False, SERT: still}
    shown = {one: oracle.timeline(GINA, one, oracle.sharing_of(GINA)) for one in (URBANO, DSM)}
    assert [shown[one][(SERT, "note-read")] for one in (URBANO, DSM)] == [1, 0]


def test_what_is_withdrawn_from_mental_health_goes_on_without_it() -> None:
    sharing = oracle.sharing_of(GINA)
    at = {one: oracle.timeline(GINA, one, sharing) for one in (URBANO, DSM, SERT)}
    for kind in ("evaluation-completed", "project-signed", "review-set", "note-written"):
        assert [at[one][(URBANO, kind)] for one in (URBANO, SERT, DSM)] == [1, 1, 0]
    for kind in ("evaluation-requested", "taking-in-charge-opened"):
        assert [at[one][(URBANO, kind)] for one in (URBANO, SERT, DSM)] == [1, 1, 1]
    assert [at[one][(SERT, "authorisation-withdrawn")] for one in (URBANO, SERT, DSM)] == [1, 1, 1]


def test_an_answer_that_was_taken_back_was_given_and_counts_as_one_but_not_as_a_refusal() -> None:
    plot = Plot(IVO.acts[0].on).register(URBANO, "x").refer(URBANO, CPI).decline(CPI, URBANO, "other", "")
    plot.receiver_says(CPI, URBANO, "reconsider").accept(CPI, URBANO)
    figures = of_referrals([Story(ANYBODY, tuple(plot.acts))])
    assert figures["referrals-declined"].value == figures["passages-declined"].value == 0
    assert figures["passages-accepted"].value == 1
    assert figures["answers-in-term"].shares["member"] == {CPI: 2}


def test_days_to_answer_are_counted_from_the_last_sending() -> None:
    plot = Plot(DARIO.acts[0].on).register(URBANO, "x").refer(URBANO, SIL)
    plot.on(6, 20).sender_says(URBANO, SIL, "renew", answer_by="2013-06-21").on(6, 22).accept(SIL, URBANO)
    figures = of_referrals([Story(ANYBODY, tuple(plot.acts))])
    assert figures["answer-days"].value == 2
    assert figures["answers-in-term"].value == 0


def test_what_was_completed_and_taken_up_again_is_not_completed() -> None:
    plot = Plot(DARIO.acts[0].on).register(URBANO, "x").refer(URBANO, SIL).accept(SIL, URBANO)
    plot.receiver_says(SIL, URBANO, "complete", outcome="other")
    plot.receiver_says(SIL, URBANO, "reopen")
    story = Story(ANYBODY, tuple(plot.acts))
    assert of_referrals([story])["referrals-completed"].value == 0
    ((_, referral),) = oracle.life_of(story).referrals.items()
    assert (referral.state, referral.moves, referral.because) == ("in-progress", 4, None)


def _between_health_services(*acts: Act) -> Story:
    plot = Plot(IVO.acts[0].on).register(SERT, "x").authorise(SERT, DSM, URBANO, circles=("care", "clinical"))
    plot.refer(SERT, DSM).refer(SERT, URBANO).accept(DSM, SERT).accept(URBANO, SERT)
    return Story(ANYBODY, (*plot.acts, *acts))


def test_what_is_struck_or_numbered_in_a_circle_is_so_for_who_knew_of_it_alone() -> None:
    day, name = IVO.acts[0].on, "Referto.txt"
    filed = FileDocument(day, SERT, name, "report", "clinical")
    numbered = NumberDocument(day, SERT, name, "Prot. 1")
    story = _between_health_services(filed, numbered)
    for member, lines in ((DSM, [("Prot. 1", "elsewhere")]), (SERT, [("Prot. 1", "here")]), (URBANO, [])):
        assert [line[-2:] for line in documents.truth(oracle.View(story, member))] == lines
        shown = oracle.timeline(story, member, oracle.sharing_of(story))
        assert shown[(SERT, "health-document-numbered")] == len(lines)
    struck = _between_health_services(filed, numbered, Correct(day, SERT, "health-document-filed", "x"))
    for member, lines_each in ((DSM, 1), (SERT, 1), (URBANO, 0)):
        shown = oracle.timeline(struck, member, oracle.sharing_of(struck))
        kinds = ("health-entry-corrected", f"{oracle.STRUCK} health-document-filed")
        assert [shown[(SERT, kind)] for kind in kinds] == [lines_each] * 2
        assert not documents.truth(oracle.View(struck, member))


def test_an_interview_that_was_told_wrongly_is_still_told_and_said_to_be_wrong() -> None:
    day = IVO.acts[0].on
    held = (HoldInterview(day, SERT, "desk", "first"), HoldInterview(day, SERT, "desk", "second"))
    own = HoldInterview(day, SERT, "desk", "mine", "own")
    wrong = (Correct(day, SERT, "interview-recorded", "x"), Correct(day, SERT, OWN, "x"))
    story = _between_health_services(*held, own, *wrong)
    told = {"first": "", "second": "corrected"}
    for member, more in ((DSM, {}), (SERT, {"mine": "corrected"})):
        lines = notes.truth_of_interviews(oracle.View(story, member))
        assert {line[3]: line[5] for line in lines} == told | more
    assert oracle.timeline(story, SERT, oracle.sharing_of(story))[(SERT, "entry-corrected")] == 1
