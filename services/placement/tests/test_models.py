"""The rules: calendar months on planned dates, states told from dates, what can be started and ended."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trama_contracts.directory_entries import Entry
from trama_contracts.placement import ApprovalParty
from trama_placement.errors import (
    AlreadyApproved,
    AlreadyEnded,
    AlreadyStarted,
    AlreadyWithdrawn,
    ApprovalNotAsked,
    EndBeforeStart,
    EndNotYetReached,
    EvaluationMissing,
    NotAgreed,
    NotAHost,
    NotStarted,
    PlanReversed,
    PlanTooLong,
    PlanTooShort,
    StartNotYetReached,
    StartOutsidePlan,
    TooManyHours,
)
from trama_placement.models import (
    Approval,
    Approvals,
    PathTypeRule,
    Placement,
    Plan,
    State,
    last_day,
    named,
)

TODAY = date(2013, 10, 14)
LAB = PathTypeRule(
    path_type="observation-lab",
    label="Laboratorio",
    genus="Laboratorio",
    needs_host=False,
    min_months=3,
    max_months=6,
    max_weekly_hours=40,
    valid_from=date(2013, 1, 1),
    source="una fonte",
    needs_evaluation=True,
    approvals=["person", "host", "promoter"],
    conditions_source="una prassi",
)
ANY = PathTypeRule(
    path_type="any",
    label="Percorso",
    genus="Percorso",
    needs_host=True,
    valid_from=date(2000, 1, 1),
    source="-",
    needs_evaluation=False,
    approvals=["person", "host", "promoter"],
    conditions_source="-",
)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2013, 2, 1), 3, date(2013, 4, 30)),
        (date(2013, 1, 31), 1, date(2013, 2, 28)),
        (date(2013, 1, 29), 1, date(2013, 2, 28)),
        (date(2013, 1, 28), 1, date(2013, 2, 27)),
        (date(2012, 1, 30), 1, date(2012, 2, 29)),
        (date(2012, 2, 29), 12, date(2013, 2, 28)),
        (date(2013, 12, 1), 1, date(2013, 12, 31)),
        (date(2013, 8, 31), 6, date(2014, 2, 28)),
        (date(2013, 4, 2), 6, date(2013, 10, 1)),
    ],
)
def test_months_are_those_of_the_calendar(first: date, months: int, last: date) -> None:
    assert last_day(first, months) == last


@given(st.dates(date(1999, 1, 1), date(2060, 1, 1)), st.integers(1, 36))
def test_beginning_later_never_ends_earlier_and_months_follow_each_other(first: date, months: int) -> None:
    assert last_day(first, months) <= last_day(first + timedelta(days=1), months)
    assert last_day(first, months) < last_day(first, months + 1)
    if first.day <= 28:
        following = last_day(first, months) + timedelta(days=1)
        assert last_day(following, 1) == last_day(first, months + 1)


def test_from_1_february_to_30_april_is_three_months_though_89_days() -> None:
    """INVARIANT: durations are calendar months of the planned dates; counting days refuses lawful paths."""
    assert (date(2013, 4, 30) - date(2013, 2, 1)).days + 1 == 89
    LAB.judge_plan(date(2013, 2, 1), date(2013, 4, 30), 20)
    LAB.judge_plan(date(2013, 2, 1), date(2013, 7, 31), 20)


@pytest.mark.parametrize(
    ("planned_from", "planned_to", "hours", "condition"),
    [
        (date(2013, 2, 1), date(2013, 4, 29), 20, PlanTooShort),
        (date(2013, 2, 1), date(2013, 8, 1), 20, PlanTooLong),
        (date(2013, 2, 1), date(2013, 1, 31), 20, PlanReversed),
        (date(2013, 2, 1), date(2013, 4, 30), 41, TooManyHours),
    ],
)
def test_a_plan_outside_the_rule_is_refused(
    planned_from: date, planned_to: date, hours: int, condition: type[Exception]
) -> None:
    with pytest.raises(condition):
        LAB.judge_plan(planned_from, planned_to, hours)


@contextmanager
def allowing(condition: type[Exception]) -> Iterator[None]:
    """Somebody may set this rule aside, and no other."""
    with suppress(condition):
        yield


@pytest.mark.parametrize(
    ("planned_to", "condition"), [(date(2013, 4, 29), PlanTooShort), (date(2013, 8, 1), PlanTooLong)]
)
def test_how_long_a_path_lasts_may_be_set_aside_and_the_hours_may_not(
    planned_to: date, condition: type[Exception]
) -> None:
    first = date(2013, 2, 1)
    LAB.judge_plan(first, planned_to, 20, allowing=allowing(condition))
    with pytest.raises(TooManyHours):
        LAB.judge_plan(first, planned_to, 41, allowing=allowing(condition))
    with pytest.raises(PlanReversed):
        LAB.judge_plan(first, date(2013, 1, 31), 20, allowing=allowing(PlanReversed))


def test_a_refused_duration_says_the_day_to_plan_for_and_the_source() -> None:
    with pytest.raises(PlanTooShort) as refused:
        LAB.judge_plan(date(2013, 2, 1), date(2013, 3, 31), 20)
    assert "almeno al 30 aprile 2013 (una fonte)" in refused.value.detail


def test_a_rule_without_limits_limits_nothing() -> None:
    ANY.judge_plan(date(2013, 2, 1), date(2033, 2, 1), 60)


def entry(member: str, **values: Any) -> Entry:
    said = {"kind": "cooperative", "circles": ("host",), "services": {"placement": {"signing": ()}}} | values
    return Entry.model_validate(
        {
            "member": member,
            "controller": member,
            "delegations": (),
            "version": 1,
            "name": member,
            "sector": "host",
            "purposes": (),
            "read_by": (),
        }
        | said
    )


PROMOTER = entry("sil", kind="public-body", read_by=("coop-filo",))


@pytest.mark.parametrize("kind", ["host", "cooperative", "company"])
def test_a_connected_host_of_any_kind_is_accepted(kind: str) -> None:
    ANY.judge_host(PROMOTER, entry("coop-filo", kind=kind))


@pytest.mark.parametrize(
    "host",
    [
        None,
        entry("coop-filo", kind="public-body"),
        entry("coop-filo", services={"registry": {"signing": ()}}),
        entry("coop-filo", circles=("care",)),
        entry("altra-coop"),
        PROMOTER,
    ],
    ids=["unknown", "an office", "no placement service", "not in the circle", "not connected", "ourselves"],
)
def test_who_cannot_host_is_refused(host: Entry | None) -> None:
    with pytest.raises(NotAHost):
        ANY.judge_host(PROMOTER, host)


def test_a_path_type_that_needs_no_host_can_take_place_at_the_promoter() -> None:
    LAB.judge_host(PROMOTER, PROMOTER)


def proposed() -> Placement:
    plan = Plan("record", "any", "coop-filo", "Assemblaggio", 16, date(2013, 10, 1), date(2014, 3, 31))
    return Placement.propose(plan, ANY, date(2013, 9, 1))


ALL: tuple[ApprovalParty, ...] = ("person", "host", "promoter")


def said_by(*parties: ApprovalParty, asked: tuple[ApprovalParty, ...] = ALL) -> Approvals:
    return Approvals(
        asked,
        {party: Approval(placement="-", party=party, given=True, decided_on=TODAY) for party in parties},
    )


def agreed() -> Placement:
    placement = proposed()
    placement.approve("host", date(2013, 9, 3), said_by("person", "promoter"))
    return placement


def started() -> Placement:
    placement = agreed()
    placement.confirm_start(date(2013, 10, 2), TODAY, "op-livia", ())
    return placement


def withdrawn() -> Placement:
    placement = proposed()
    placement.withdraw(TODAY, "person-choice")
    return placement


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2013, 9, 30), State.AGREED),
        (date(2013, 10, 1), State.TO_CONFIRM),
        (date(2020, 1, 1), State.TO_CONFIRM),
    ],
)
def test_reaching_the_planned_dates_starts_nothing(today: date, state: State) -> None:
    """INVARIANT: only a confirmation starts a placement; dates alone would count who never came."""
    assert agreed().state(today) == state
    assert proposed().state(today) is State.PROPOSED
    assert withdrawn().state(today) is State.WITHDRAWN


def test_a_placement_is_agreed_by_the_last_approval_on_the_latest_day() -> None:
    placement = proposed()
    placement.approve("person", date(2013, 9, 2), said_by())
    placement.approve("promoter", date(2013, 9, 2), said_by("person"))
    assert placement.agreed_on is None
    placement.approve("host", date(2013, 9, 3), said_by("person", "promoter"))
    assert placement.agreed_on == TODAY


@pytest.mark.parametrize("party", ALL)
def test_whoever_refuses_withdraws_it(party: ApprovalParty) -> None:
    placement = proposed()
    word = placement.refuse(party, TODAY, said_by())
    assert (word.given, placement.withdrawn_on) == (False, TODAY)
    reasons = {"person": "person-choice", "host": "host-refused", "promoter": "promoter-choice"}
    assert placement.withdrawal == reasons[party]


@pytest.mark.parametrize(
    ("placement", "approvals", "condition"),
    [
        (withdrawn(), said_by(), AlreadyWithdrawn),
        (withdrawn(), said_by("host"), AlreadyWithdrawn),
        (proposed(), said_by("host"), AlreadyApproved),
        (proposed(), said_by(asked=("person", "promoter")), ApprovalNotAsked),
        (started(), said_by(*ALL), AlreadyApproved),
        (started(), said_by(), AlreadyStarted),
    ],
    ids=["withdrawn", "withdrawn and given", "given", "not asked", "started", "started without it"],
)
def test_a_word_too_much_is_refused_and_changes_nothing(
    placement: Placement, approvals: Approvals, condition: type[Exception]
) -> None:
    before = placement.model_dump()
    with pytest.raises(condition):
        placement.approve("host", TODAY, approvals)
    with pytest.raises(condition):
        placement.refuse("host", TODAY, approvals)
    assert placement.model_dump() == before


@pytest.mark.parametrize(
    ("placement", "condition"), [(withdrawn(), AlreadyWithdrawn), (started(), AlreadyStarted)]
)
def test_only_what_has_not_begun_is_withdrawn_and_once(
    placement: Placement, condition: type[Exception]
) -> None:
    with pytest.raises(condition):
        placement.withdraw(TODAY, "not-started")
    assert placement.withdrawal != "not-started"


def test_a_start_before_all_have_agreed_is_refused_and_says_who_is_missing() -> None:
    """INVARIANT: nobody is sent to work before person, host and promoter have agreed."""
    placement = proposed()
    with pytest.raises(NotAgreed) as refused:
        placement.confirm_start(date(2013, 10, 2), TODAY, "op-livia", said_by("promoter").missing)
    assert "manca l'adesione della persona e del luogo di lavoro." in refused.value.detail
    with pytest.raises(AlreadyWithdrawn):
        withdrawn().confirm_start(date(2013, 10, 2), TODAY, "op-livia", ())


def test_whose_approval_is_missing_is_said_in_words() -> None:
    assert named(["person"]) == "della persona"
    assert named(ALL) == "della persona, del luogo di lavoro e del nostro servizio"


def test_the_host_is_asked_only_where_it_is_another() -> None:
    assert LAB.asked_of("sil", "coop-filo") == ALL
    assert LAB.asked_of("sil", "sil") == ("person", "promoter")


def test_a_path_type_asks_for_an_evaluation_or_does_not() -> None:
    LAB.judge_evaluation(is_known=True)
    ANY.judge_evaluation(is_known=False)
    with pytest.raises(EvaluationMissing, check=lambda refused: "una prassi" in refused.detail):
        LAB.judge_evaluation(is_known=False)


def test_a_confirmed_start_runs_until_somebody_ends_it() -> None:
    placement = started()
    assert (placement.started_on, placement.confirmed_by) == (date(2013, 10, 2), "op-livia")
    assert placement.state(date(2020, 1, 1)) is State.RUNNING


@pytest.mark.parametrize(
    ("started_on", "today", "condition"),
    [
        (date(2013, 9, 30), TODAY, StartOutsidePlan),
        (date(2014, 4, 1), date(2014, 5, 1), StartOutsidePlan),
        (date(2013, 10, 15), TODAY, StartNotYetReached),
    ],
)
def test_a_start_outside_the_plan_or_to_come_is_refused(
    started_on: date, today: date, condition: type[Exception]
) -> None:
    placement = agreed()
    with pytest.raises(condition):
        placement.confirm_start(started_on, today, "op-livia", ())
    assert placement.started_on is None


def test_a_start_is_confirmed_once() -> None:
    with pytest.raises(AlreadyStarted, check=lambda refused: "2 ottobre 2013" in refused.detail):
        started().confirm_start(date(2013, 10, 3), TODAY, "op-altro", ())


def test_an_early_end_is_possible_on_the_very_day_of_the_start() -> None:
    placement = started()
    placement.end(date(2013, 10, 2), "person-choice", TODAY)
    assert placement.state(TODAY) is State.ENDED


def test_an_end_later_than_planned_is_recorded_as_it_was() -> None:
    placement = started()
    placement.end(date(2014, 6, 30), "hired", date(2014, 7, 1))
    assert placement.ended_on == date(2014, 6, 30)


@pytest.mark.parametrize(
    ("placement", "ended_on", "condition"),
    [
        (proposed(), TODAY, NotStarted),
        (agreed(), TODAY, NotStarted),
        (withdrawn(), TODAY, AlreadyWithdrawn),
        (started(), date(2013, 10, 1), EndBeforeStart),
        (started(), date(2013, 10, 15), EndNotYetReached),
    ],
)
def test_what_never_began_or_lies_outside_its_days_cannot_end(
    placement: Placement, ended_on: date, condition: type[Exception]
) -> None:
    with pytest.raises(condition):
        placement.end(ended_on, "completed", TODAY)
    assert placement.ended_on is None


def test_an_end_is_recorded_once() -> None:
    placement = started()
    placement.end(TODAY, "hired", TODAY)
    with pytest.raises(AlreadyEnded):
        placement.end(TODAY, "health", TODAY)
    assert placement.ending == "hired"
