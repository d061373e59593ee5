"""What time does by itself: reminders and no answer, told on the days on which a run stops."""

from datetime import date

import pytest
from trama_simulation import oracle
from trama_simulation.acts import Act, Authorise, LastDayPasses, ReceiverDeed, SetStep, Story, TermPasses
from trama_simulation.members import CPI, SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.stories import stories
from trama_simulation.stories.plot import Plot

ONE, OTHER = invented(2, 1)


def day(month: int, number: int) -> date:
    return date(2013, month, number)


def stops(*days: date) -> Story:
    """Somebody else's life, because of which the clock stops on these days."""
    return Story(OTHER, tuple(SetStep(on, URBANO, "x", on) for on in days))


def passed(plot: Plot, *days: date) -> list[tuple[date, str]]:
    told, _ = oracle.in_time([Story(ONE, tuple(plot.acts)), stops(*days)])
    return [(act.on, act.deed) for act in told.acts if isinstance(act, TermPasses)]


def referred(within: int = 7) -> Plot:
    """Referred on 2 September."""
    return Plot(day(9, 2)).register(URBANO, "x").authorise(URBANO, SIL).refer(URBANO, SIL, within=within)


def test_a_reminder_goes_out_when_the_clock_first_stops_after_the_term() -> None:
    assert passed(referred(), day(9, 9), day(9, 11)) == [
        (day(9, 11), "reminded"),
        (day(10, 14), "unanswered"),
    ]


def test_waiting_is_given_up_three_days_after_the_reminder_and_not_before() -> None:
    days = day(9, 10), day(9, 12), day(9, 13)
    assert passed(referred(), *days) == [(day(9, 10), "reminded"), (day(9, 13), "unanswered")]


def test_who_was_reminded_before_the_term_is_reminded_after_it_once_more() -> None:
    plot = referred().on(9, 6).sender_says(URBANO, SIL, "remind")
    assert passed(plot, day(9, 10))[0] == (day(9, 10), "reminded")


@pytest.mark.parametrize("deed", ["question", "see"])
def test_a_question_stops_the_term_and_opening_does_not(deed: ReceiverDeed) -> None:
    plot = referred().on(9, 6).receiver_says(SIL, URBANO, deed, question="Quando?")
    assert bool(passed(plot, day(9, 10))) is (deed == "see")


def test_sent_again_the_term_is_counted_anew() -> None:
    plot = referred().on(9, 9).sender_says(URBANO, SIL, "renew", answer_by="2013-10-01")
    assert passed(plot, day(9, 20), day(10, 2)) == [(day(10, 2), "reminded"), (day(10, 14), "unanswered")]


def test_who_waited_for_the_sender_has_some_days_more() -> None:
    plot = referred().on(9, 6).receiver_says(SIL, URBANO, "question", question="Quando?")
    plot.on(9, 20).sender_says(URBANO, SIL, "explain", answer="Da lunedì.")
    assert passed(plot, day(9, 23), day(9, 24)) == [(day(9, 24), "reminded"), (day(10, 14), "unanswered")]


def test_what_was_answered_waits_no_longer() -> None:
    assert passed(referred().on(9, 6).accept(SIL, URBANO), day(9, 20)) == []
    assert passed(referred().on(9, 6).take_back(URBANO, SIL, "x"), day(9, 20)) == []
    assert passed(referred().on(9, 6).refer(URBANO, CPI, instead=SIL, within=60), day(9, 20)) == []


def test_terms_change_nothing_else_in_any_story() -> None:
    told = stories(200, 3)

    def others(story: Story) -> list[Act]:
        return [act for act in story.acts if not isinstance(act, TermPasses | LastDayPasses)]

    in_time = oracle.in_time(told)
    assert [others(story) for story in in_time] == [list(story.acts) for story in told]
    for story in in_time:
        days = [act.on for act in story.acts]
        assert days == sorted(days)


def test_a_last_day_has_passed_when_the_clock_stops_after_it_and_not_on_it() -> None:
    plot = Plot(day(9, 2)).register(URBANO, "x").authorise(URBANO, SIL)
    plot.do(*(Authorise(plot.day, URBANO, (CPI,), until=day(9, last)) for last in (12, 10)))
    told, _ = oracle.in_time([Story(ONE, tuple(plot.acts)), stops(day(9, 10), day(9, 11), day(9, 20))])
    passes = [act for act in told.acts if isinstance(act, LastDayPasses)]
    assert passes == [LastDayPasses(day(9, 11), URBANO, 3), LastDayPasses(day(9, 20), URBANO, 2)]
