"""What was erased is nowhere: neither its line, nor what was answered to it, nor what knew of it."""

from datetime import date
from typing import Any

import httpx
import pytest
from trama_simulation import oracle
from trama_simulation.acts import (
    AcceptProposal,
    AnswerErasure,
    AskDocument,
    Deed,
    Erasable,
    Erase,
    EraseRecord,
    FileDocument,
    Hide,
    HoldInterview,
    PutOffProposal,
    ReadNote,
    ShowAgain,
    Story,
    Withdraw,
    WriteNote,
)
from trama_simulation.comparison import documents, erasures, notes, persons
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import SIL, SUPERVISOR, URBANO
from trama_simulation.persons import invented
from trama_simulation.stories.plot import Plot
from trama_simulation.territory import Member

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


FORGET = EraseRecord(DAY, URBANO, "request", "She asked for it.")
KEPT, DONE = AnswerErasure(DAY, SIL, URBANO, ("an act", "art. 1")), AnswerErasure(DAY, SIL, URBANO)


def test_of_an_erased_record_nothing_is_left_with_others_and_what_they_wrote_is_theirs() -> None:
    """INVARIANT: who erased its record is followed by nobody's word; another's stays until it decides."""
    for answers, left in ((), [SIL]), ((KEPT,), [SIL]), ((DONE,), []):
        story = oracle.remembered(lived(FORGET, *answers))
        sharing = oracle.sharing_of(story)
        assert oracle.followers(story) == left
        assert sharing.forgot == {URBANO} | ({SIL} - set(left))
        shown = oracle.timeline(story, SIL, sharing)
        assert {writer for writer, _ in shown} == set(left)
        assert shown[(SIL, "note-read")] == 0, "an answer tells what was asked"
        assert shown[(SIL, "referral-accepted")] == len(left)
        assert not documents.truth(oracle.View(story, SIL))
    assert not sharing.until


def test_what_was_told_of_an_erased_record_counts_on_as_of_somebody_else() -> None:
    def counted(*acts: Deed) -> list[float | None]:
        figures = oracle.figures(oracle.lives_of([lived(*acts)]))
        return [figures[code].value for code in ("persons-taken-in-charge", "referrals-sent")]

    assert counted() == [1, 1]
    assert counted(FORGET, KEPT) == counted(FORGET, DONE) == [2, 1]


async def found(
    whole: Story, recipients: list[dict[str, Any]], *, closed: bool, there: bool = False
) -> set[str]:
    """What differs in the register, and where a record or a referral is asked for that is gone."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "/erasures/" in request.url.path:
            return httpx.Response(200, json={"recipients": recipients, "closed": closed, "ground": "request"})
        return httpx.Response(200 if there else 404, json={"state": "accepted"})

    life = Lived(whole, records={SIL: "s"}, referrals={(URBANO, SIL, 1): "r"})
    life.erased |= {URBANO: "u"} | ({SIL: life.records.pop(SIL)} if DONE in whole.acts else {})
    life.erasures[FORGET] = "o"
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desks = {one: Desk(Member(one, one, f"http://{one}", None), client, 1) for one in SUPERVISOR}
        asked = [*erasures.about(life, desks), *persons.about(life, 0, desks | {"ambito-est": desks[SIL]})]
        gone = [one for one in asked if "cancellazione" in one.about or "segnalazione" in one.about]
        gone += [one for one in asked if one.about.startswith(f"{URBANO}, che non segue")]
        return {f"{one.about.partition(',')[0]}: {said}" for one in gone for said in await one.ask()}


@pytest.mark.parametrize("answers", [(), (KEPT,), (DONE,)])
async def test_the_register_must_say_who_had_it_and_what_those_decided_that_were_asked(
    answers: tuple[Deed, ...],
) -> None:
    whole = lived(FORGET, *answers)
    decided = {(): "waiting", (KEPT,): "kept", (DONE,): "done"}[answers]
    told = [{"member": member, "state": "done"} for member in (URBANO, "provincia", SIL)]
    right = [*told, {"member": SIL, "state": decided}]
    assert await found(whole, right, closed=bool(answers)) == set()
    wrong = [*told[:2], {"member": SIL, "state": "asked"}]
    assert f"{URBANO}: manca {SIL} di {decided}" in await found(whole, wrong, closed=bool(answers))
    assert await found(whole, right, closed=bool(answers), there=True) == {
        f"{URBANO}: ha risposto, e non doveva",
        *(f"{one}: state accepted, doveva essere cancellata" for one in (URBANO, SIL)),
    }


def noted(*held_on: date) -> tuple[HoldInterview, ...]:
    return tuple(HoldInterview(DAY, URBANO, "desk", f"Del {day}", "own", day) for day in held_on)


LEAP, OLD, LATELY = date(2008, 2, 29), date(2010, 3, 4), date(2010, 3, 5)


def test_what_is_kept_too_long_is_proposed_and_goes_when_the_supervisor_says_so() -> None:
    told = lived(*noted(OLD, LATELY, LEAP), AcceptProposal(DAY, URBANO))
    ordered, later = oracle.proposals(told)
    assert (ordered.state, ordered.count, ordered.due_since) == ("ordered", 2, date(2011, 2, 28))
    assert (later.state, later.count, later.due_since) == ("open", 1, date(2013, 3, 5))
    left = notes.truth_of_interviews(oracle.View(oracle.remembered(told), URBANO))
    assert {line[3] for line in left} == {"wrong", f"Del {LATELY}"}


def test_what_is_put_off_stays_until_its_day_and_is_proposed_anew_then() -> None:
    for until, open_again in ((date(2013, 10, 14), 1), (date(2013, 10, 15), 0)):
        told = lived(*noted(OLD), PutOffProposal(DAY, URBANO, until, "why"))
        kept, *again = oracle.proposals(told)
        assert (kept.state, kept.until, kept.reason) == ("put-off", until, "why")
        assert [one.state for one in again] == ["open"] * open_again
        assert oracle.remembered(told).acts.count(noted(OLD)[0]) == 1


async def test_a_proposal_that_is_missing_or_still_open_is_a_difference() -> None:
    told = lived(*noted(OLD), AcceptProposal(DAY, URBANO))
    right = {"record": "u", "count": 1, "due_since": "2013-03-04", "state": "ordered", "closed": True}
    right |= {"reason": None, "until": None}

    async def differs(*settled: dict[str, Any]) -> list[str]:
        def answer(request: httpx.Request) -> httpx.Response:
            is_it = request.url.host == URBANO and request.url.path.endswith("/settled")
            return httpx.Response(200, json=list(settled) if is_it else [])

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            desks = {one: Desk(Member(one, one, f"http://{one}", None), client, 1) for one in SUPERVISOR}
            life = Lived(told, records={URBANO: "u", SIL: "s"})
            return [said for one in erasures.proposed([life], desks) for said in await one.ask()]

    assert await differs(right) == []
    assert len(await differs()) == 1
    assert len(await differs(right | {"closed": False})) == 2
