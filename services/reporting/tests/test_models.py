"""Figures: what is counted, what is not, and that the order of facts never matters."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trama_reporting.errors import PeriodReversed
from trama_reporting.models import BY_CODE, INDICATORS, FactCopy, Figure, Period, answered

YEAR = Period(date(2013, 1, 1), date(2013, 12, 31))
Make = Callable[..., FactCopy]


def day(month: int, number: int) -> date:
    return date(2013, month, number)


def figure(code: str, facts: list[FactCopy], period: Period = YEAR) -> Figure:
    return BY_CODE[code].figure(facts, period)


def test_a_period_includes_both_its_days_and_does_not_run_backwards() -> None:
    period = Period(day(4, 1), day(4, 30))
    assert [one in period for one in (day(3, 31), day(4, 1), day(4, 30), day(5, 1))] == [
        *(False, True, True, False)
    ]
    with pytest.raises(PeriodReversed):
        Period(day(4, 2), day(4, 1))


def test_a_person_placed_by_two_members_is_one_person_and_two_placements(fact: Make) -> None:
    facts = [
        fact("placement-started", day(4, 2), path_type="traineeship"),
        fact("placement-started", day(10, 1), member="cpi", path_type="hiring-support"),
        fact("placement-started", day(5, 6), person="C" * 43, path_type="traineeship"),
    ]
    assert figure("placements-started", facts).value == 3
    persons = figure("persons-placed", facts)
    assert persons.value == 2
    by_member = {share.code: share.value for share in persons.breakdowns[1].shares}
    assert by_member == {"cpi": 1, "sil": 2}
    assert len(persons.facts) == 3


def test_a_proposal_is_not_a_start(fact: Make) -> None:
    """INVARIANT: only confirmed starts are placements; counting proposals would count who never came."""
    facts = [fact("placement-proposed", day(4, 2), path_type="traineeship")]
    for code in ("placements-started", "placements-active", "placements-running", "persons-placed"):
        assert figure(code, facts).value == 0
    assert figure("persons-proposed", facts).value == 1


def test_only_the_period_counts(fact: Make) -> None:
    facts = [fact("placement-started", one, path_type="t") for one in (day(1, 1), day(6, 30), day(7, 1))]
    assert figure("placements-started", facts, Period(day(1, 1), day(6, 30))).value == 2


@pytest.mark.parametrize(
    ("first", "last", "active", "running"),
    [
        (day(1, 1), day(4, 1), 0, 0),
        (day(1, 1), day(4, 2), 1, 1),
        (day(5, 1), day(5, 31), 1, 1),
        (day(9, 1), day(9, 30), 1, 1),
        (day(9, 1), day(10, 1), 1, 0),
        (day(9, 30), day(12, 31), 1, 0),
        (day(10, 1), day(12, 31), 0, 0),
    ],
)
def test_a_placement_runs_from_its_start_to_its_last_day(
    fact: Make, first: date, last: date, active: int, running: int
) -> None:
    one = {"stream": "s", "path_type": "t"}
    facts = [
        fact("placement-started", day(4, 2), **one),
        fact("placement-ended", day(9, 30), reason="hired", **one),
        fact("placement-ended", day(3, 1), member="cpi", reason="hired", **one),
    ]
    period = Period(first, last)
    assert figure("placements-active", facts, period).value == active
    assert figure("placements-running", facts, period).value == running


def test_endings_are_divided_by_how_it_came(fact: Make) -> None:
    facts = [
        fact("placement-ended", day(9, 30), path_type="t", reason=reason)
        for reason in ("hired", "hired", "health")
    ]
    ended = figure("placements-ended", facts)
    assert ended.value == 3
    assert [(share.code, share.value) for share in ended.breakdowns[0].shares] == [
        ("health", 1),
        ("hired", 2),
    ]


def sent(fact: Make, on: date, **said: Any) -> FactCopy:
    return fact("referral-sent", on, member="ambito-urbano", to="cpi", **said)


def accepted(fact: Make, on: date, **said: Any) -> FactCopy:
    return fact("referral-accepted", on, **({"member": "cpi", "sender": "ambito-urbano"} | said))


def declined(fact: Make, on: date, **said: Any) -> FactCopy:
    return fact("referral-declined", on, member="cpi", sender="ambito-urbano", reason="no-capacity", **said)


def test_a_referral_declined_and_sent_again_has_two_answer_times(fact: Make) -> None:
    facts = [
        *(sent(fact, day(6, 3)), declined(fact, day(6, 10))),
        *(sent(fact, day(6, 11)), accepted(fact, day(6, 13))),
    ]
    joined, unjoined = answered(facts)
    assert ([one.days for one in joined], unjoined) == ([7, 2], [])
    answer = figure("answer-days", facts)
    assert (answer.value, answer.left_out, len(answer.facts)) == (4.5, 0, 4)


def test_answers_that_could_be_of_several_referrals_are_left_out_and_said(fact: Make) -> None:
    """INVARIANT: no fact names the referral; joining by order would invent answer times."""
    two_wait = [
        *(sent(fact, day(6, 3)), sent(fact, day(6, 5))),
        *(accepted(fact, day(6, 10)), declined(fact, day(6, 20))),
    ]
    same_day = [sent(fact, day(8, 1)), declined(fact, day(8, 9)), sent(fact, day(8, 9))]
    before_any = [accepted(fact, day(5, 1))]
    for facts in (two_wait, same_day, before_any):
        answer = figure("answer-days", facts)
        answers = sum(1 for one in facts if one.kind != "referral-sent")
        assert (answer.value, answer.facts, answer.left_out) == (None, (), answers)
    clear_again = [*two_wait, sent(fact, day(7, 1)), accepted(fact, day(7, 2))]
    assert figure("answer-days", clear_again).value == 1


def test_a_referral_that_was_withdrawn_waits_no_longer(fact: Make) -> None:
    withdrawn = [
        sent(fact, day(6, 3), stream="s"),
        fact("referral-withdrawn", day(6, 5), member="ambito-urbano", stream="s"),
    ]
    again = [sent(fact, day(6, 6)), accepted(fact, day(6, 8))]
    assert figure("answer-days", [*withdrawn, *again]).value == 2
    crossing = accepted(fact, day(6, 5))
    assert figure("answer-days", [*withdrawn, crossing]).value == 2
    late = figure("answer-days", [*withdrawn, accepted(fact, day(6, 7))])
    assert (late.value, late.left_out) == (None, 1)


@pytest.mark.parametrize(("chosen", "value"), [([], None), ([False], 0), ([True, False, False], 33.3)])
def test_the_share_of_own_choices_is_of_all_that_were_completed(
    fact: Make, chosen: list[bool], value: float | None
) -> None:
    said = {"team": "integrated-team", "path_type": "traineeship"}
    facts = [fact("evaluation-completed", day(3, 5), overridden=one, **said) for one in chosen]
    found = figure("override-share", facts)
    assert (found.value, len(found.facts)) == (value, len(chosen))


def test_answers_of_other_persons_and_other_members_are_never_joined(fact: Make) -> None:
    facts = [
        sent(fact, day(6, 3)),
        accepted(fact, day(6, 4), person="Z" * 43),
        accepted(fact, day(6, 5), member="sil"),
        accepted(fact, day(6, 6), sender="ambito-est"),
    ]
    answer = figure("answer-days", facts)
    assert (answer.value, answer.left_out) == (None, 3)


def test_an_answer_counts_in_the_period_in_which_it_is_given(fact: Make) -> None:
    facts = [sent(fact, day(3, 30)), accepted(fact, day(4, 2))]
    assert figure("answer-days", facts, Period(day(1, 1), day(3, 31))).value is None
    assert figure("answer-days", facts, Period(day(4, 1), day(4, 30))).value == 3


KINDS = {
    "taking-in-charge-opened": {"sector": "social"},
    "taking-in-charge-closed": {"reason": "moved"},
    "taking-in-charge-reopened": {},
    "referral-sent": {"to": "sil"},
    "referral-accepted": {"sender": "cpi"},
    "referral-declined": {"sender": "cpi", "reason": "other"},
    "referral-withdrawn": {},
    "referral-renewed": {},
    "referral-unanswered": {"answer_by": "2013-04-03"},
    "referral-reconsidered": {"sender": "cpi"},
    "referral-completed": {"sender": "cpi", "outcome": "goals-reached"},
    "referral-failed": {"sender": "cpi", "reason": "unreachable"},
    "referral-reopened": {"sender": "cpi"},
    "evaluation-requested": {"team": "integrated-team"},
    "evaluation-completed": {"team": "integrated-team", "path_type": "traineeship", "overridden": True},
    "project-agreed": {},
    "placement-proposed": {"path_type": "traineeship"},
    "placement-started": {"path_type": "traineeship"},
    "placement-ended": {"path_type": "traineeship", "reason": "hired"},
}
ANSWERS = ("referral-accepted", "referral-declined")
TERMS = {"sent_on": "2013-04-01", "answer_by": "2013-04-06"}
SECTORS = {"sil": "social", "cpi": "employment"}


@st.composite
def some_facts(draw: st.DrawFn) -> list[FactCopy]:
    """Facts of few persons, members, days and streams, so that much falls together."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(KINDS)),
                st.integers(0, 12),
                st.sampled_from("AB"),
                st.sampled_from(["sil", "cpi"]),
                st.sampled_from("xyz"),
                st.booleans(),
            ),
            max_size=24,
        )
    )
    return [
        FactCopy(
            event_id=str(uuid4()),
            kind=kind,
            reporting_id=person * 43,
            member=member,
            service="registry",
            stream=f"{member}-{stream}",
            seq=seq,
            day=day(4, 1) + timedelta(days=after),
            attributes=KINDS[kind] | (TERMS if says_when and kind in ANSWERS else {}),
        )
        for seq, (kind, after, person, member, stream, says_when) in enumerate(drawn, 1)
    ]


@given(some_facts(), st.randoms(use_true_random=False))
def test_figures_are_the_same_in_whatever_order_facts_came(facts: list[FactCopy], random: Any) -> None:
    """INVARIANT: streams arrive interleaved at will; a figure that depends on it differs after a rebuild."""
    shuffled = random.sample(facts, len(facts))
    period = Period(day(4, 3), day(4, 9))
    for indicator in INDICATORS:
        assert indicator.figure(shuffled, period, SECTORS) == indicator.figure(facts, period, SECTORS)


@given(some_facts())
def test_every_figure_opens_the_facts_it_counts(facts: list[FactCopy]) -> None:
    for indicator in INDICATORS:
        found = indicator.figure(facts, YEAR, SECTORS)
        assert {one.kind for one in found.facts} <= set(indicator.kinds)
        if indicator.unit == "persone":
            assert found.value == len({one.reporting_id for one in found.facts})
        elif indicator.unit in ("giorni", "su 100"):
            assert (found.value is None) == (found.facts == ())
        else:
            assert found.value == len(found.facts)
            for breakdown in found.breakdowns:
                assert sum(share.value for share in breakdown.shares) == found.value


def test_what_the_source_leaves_open_is_said() -> None:
    assert BY_CODE["placements-started"].to_agree == BY_CODE["placements-active"].to_agree
    assert "non persone" in (BY_CODE["placements-started"].baseline or "")
    assert (BY_CODE["persons-placed"].baseline or "").startswith("Base 2012 da fornire")
    assert len(BY_CODE) == len(INDICATORS)
