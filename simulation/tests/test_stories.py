"""The stories: those that are told, those that are drawn, and the calendar they make together."""

from collections import Counter
from datetime import date

from trama_simulation import oracle
from trama_simulation.acts import (
    Act,
    Approve,
    ConfirmStart,
    End,
    HostApproves,
    Prepare,
    Propose,
    Refer,
    Story,
    Try,
)
from trama_simulation.agenda import agenda
from trama_simulation.members import FIRST_DAY, TODAY
from trama_simulation.persons import invented
from trama_simulation.stories import crowd, days_of, stories
from trama_simulation.telling import in_words, long_day, sentence

MANY = stories(600, 5)
MOST_DAYS = 70


def test_the_same_seed_tells_the_same_stories_and_fewer_begin_as_more_do() -> None:
    assert stories(600, 5) == MANY
    assert stories(20, 5) == MANY[:20]
    assert stories(0, 5) == []
    assert [story.person for story in MANY] == invented(600, 5)
    assert stories(20, 6)[8:] != MANY[8:20]


def test_every_act_is_done_on_the_day_of_the_one_before_or_later() -> None:
    for story in MANY:
        days = [act.on for act in story.acts]
        assert days == sorted(days)
        assert days[0] >= FIRST_DAY
        assert days[-1] <= TODAY
        assert all(day.weekday() < 5 for day in days)


def test_however_many_they_are_they_live_on_few_days() -> None:
    assert {day.on for day in agenda(MANY)} <= set(days_of(5))
    assert len(agenda(stories(48, 1))) <= MOST_DAYS


def test_the_calendar_holds_every_act_once_and_in_order() -> None:
    found: dict[int, list[Act]] = {}
    days = agenda(MANY)
    assert [day.on for day in days] == sorted({day.on for day in days})
    for day in days:
        for number, acts in day.acts:
            assert {act.on for act in acts} == {day.on}
            found.setdefault(number, []).extend(acts)
    assert {number: tuple(acts) for number, acts in found.items()} == {
        number: story.acts for number, story in enumerate(MANY)
    }


def test_paths_begin_and_end_as_planned_and_after_all_have_agreed() -> None:
    for story in MANY:
        plans = {(act.at, act.nth): act for act in story.deeds() if isinstance(act, Propose)}
        for act in story.deeds():
            if isinstance(act, ConfirmStart):
                plan = plans[(act.at, act.nth)]
                assert plan.planned_from <= act.on <= plan.planned_to
                assert _words_given(story, plan) == (2 if plan.host == plan.at else 3)
            if isinstance(act, End):
                assert act.on > plans[(act.at, act.nth)].planned_from


def _words_given(story: Story, plan: Propose) -> int:
    return sum(
        isinstance(act, Approve | HostApproves)
        and act.nth == plan.nth
        and plan.at in (act.at, getattr(act, "promoter", ""))
        for act in story.deeds()
    )


def test_every_kind_of_act_and_of_refusal_is_lived() -> None:
    lived = Counter(type(act).__name__ for story in MANY for act in story.acts)
    assert len(lived) == 73, sorted(lived)
    refused = {act.code for story in MANY for act in story.acts if isinstance(act, Try)}
    assert refused == {
        *("evaluation-missing", "session-invalid", "not-agreed"),
        *("already-answered", "reminded-lately", "document-not-shared"),
        *("not-a-substitute", "still-in-charge"),
    }


def test_some_answers_come_after_their_term() -> None:
    late = 0
    for story in MANY:
        terms = {(act.at, act.to): act.answer_by for act in story.deeds() if isinstance(act, Refer)}
        late += any(terms.get((getattr(act, "sender", ""), act.at), TODAY) < act.on for act in story.deeds())
    assert late > 10


def test_one_referral_is_prepared_and_left_for_the_visitor_to_send() -> None:
    (hugo,) = (story for story in MANY if any(isinstance(act, Prepare) for act in story.acts))
    assert hugo.person.name == "Hugo Inventati"
    assert not any(isinstance(act, Refer) for act in hugo.acts)


def test_every_act_has_a_sentence_and_days_their_names() -> None:
    assert all(sentence(act) for story in MANY for act in story.acts)
    assert long_day(date(2013, 10, 14)) == "lunedì 14 ottobre 2013"
    assert in_words(MANY[0]).startswith(
        "4/2 ambito-urbano: presa in carico; 4/2 ambito-urbano archivia un documento; 4/2 segnalata a sil; "
        "7/2 sil legge la segnalazione; 7/2 sil accetta"
    )


def test_a_crowd_lives_on_few_days_and_does_most_of_what_can_be_done() -> None:
    told = crowd(50, 7, days=20)
    assert len({story.person.tax_code for story in told}) == 50
    assert 15 <= len({act.on for story in told for act in story.acts}) <= 20
    everywhere = {type(act).__name__ for story in MANY for act in story.acts}
    here = {type(act).__name__ for story in told for act in story.acts}
    assert len(here) > 0.7 * len(everywhere), sorted(everywhere - here)
    assert all(oracle.sharing_of(story).now == len(story.acts) - 1 for story in told)
