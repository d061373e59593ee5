"""The rules, without a database: teams, the instrument, the proposals, what may follow what."""

import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from trama_evaluation.errors import (
    AlreadyCompleted,
    AServiceMustSign,
    CompletedBeforeSession,
    CompletionNotYetReached,
    NotConvened,
    NothingContributed,
    NotInCircle,
    OverrideNeedsReason,
    PersonMustSign,
    ProjectNotOpen,
    ReviewNotAhead,
    SessionInvalid,
    SignedOutsideTerm,
    TermPassed,
    UnknownItem,
    UnknownPathType,
    UnknownSupport,
)
from trama_evaluation.models import (
    PATH_LABELS,
    RULE_LABELS,
    Asked,
    Choice,
    Evaluation,
    Finding,
    Pact,
    Project,
    TeamRule,
    instrument,
    judge_sector,
)
from trama_evaluation.models.instrument import Band, Index
from trama_evaluation.models.path import Known, proposals

TODAY = date(2013, 10, 14)
SUMMED = [one.item for area in instrument.AREAS for one in area.items]
OBSERVED = [one.item for one in instrument.OBSERVED.items]
ITEM = st.sampled_from([one.item for area in instrument.PROFILE for one in area.items])
SCORE = st.sampled_from([0, 1, 2, 3, 4, 8, 9])
SCORES = st.dictionaries(ITEM, SCORE)
FULL = st.fixed_dictionaries({item: st.integers(0, 4) for item in SUMMED})


def rule_of(rules: list[TeamRule], team: str) -> TeamRule:
    return next(rule for rule in rules if rule.team == team)


def everywhere(score: int) -> dict[str, int]:
    return dict.fromkeys(SUMMED, score)


# Teams


@pytest.mark.parametrize(
    ("team", "seated", "missing"),
    [
        ("integrated-planning-unit", ["social"], ["servizio per il lavoro", "orientamento della Regione"]),
        ("integrated-planning-unit", ["social", "employment"], ["orientamento della Regione"]),
        ("integrated-planning-unit", ["health", "employment", "orientation"], ["servizio sociale"]),
        ("multidimensional-unit", ["social"], ["servizio sanitario"]),
        ("targeted-placement-committee", ["health", "social"], ["servizio per il lavoro"]),
        ("integrated-team", ["social"], ["un altro servizio"]),
    ],
)
def test_an_invalid_session_is_refused_naming_each_missing_seat(
    rules: list[TeamRule], team: str, seated: list[str], missing: list[str]
) -> None:
    with pytest.raises(SessionInvalid) as raised:
        rule_of(rules, team).judge((f"member-{sector}", sector) for sector in seated)
    assert raised.value.detail.startswith("Incontro non valido: manca ")
    assert raised.value.detail.count("manca ") == len(missing)
    assert all(seat in raised.value.detail for seat in missing)


@pytest.mark.parametrize(
    ("team", "seated"),
    [
        ("integrated-planning-unit", ["social", "employment", "orientation", "health"]),
        ("multidimensional-unit", ["health", "social"]),
        ("targeted-placement-committee", ["employment", "health", "social"]),
        ("integrated-team", ["social", "work-integration"]),
    ],
)
def test_a_session_with_every_seat_taken_is_valid(
    rules: list[TeamRule], team: str, seated: list[str]
) -> None:
    rule_of(rules, team).judge((f"member-{sector}", sector) for sector in seated)


def test_one_member_on_two_seats_is_one_member(rules: list[TeamRule]) -> None:
    with pytest.raises(SessionInvalid):
        rule_of(rules, "integrated-team").judge([("sil", "work-integration"), ("sil", "work-integration")])


def test_every_rule_names_its_source(rules: list[TeamRule]) -> None:
    assert all(rule.source for rule in rules)
    assert len(rules) == 4


# The instrument


def test_the_instrument_sums_twenty_items_and_asks_in_our_own_words() -> None:
    assert len(SUMMED) == len(set(SUMMED)) == 20
    areas = (*instrument.PROFILE, instrument.HEALTH)
    questions = [one.question for area in areas for one in area.items]
    assert len(set(questions)) == 28
    assert all(question.endswith("?") for question in questions)


@given(FULL)
def test_the_index_lies_between_nothing_and_all(scores: dict[str, int]) -> None:
    index = instrument.index_of(scores)
    assert index is not None
    assert 0 <= index.value <= 100


@given(FULL, st.sampled_from(SUMMED))
def test_a_worse_score_never_raises_the_index_nor_lowers_a_level(scores: dict[str, int], item: str) -> None:
    """INVARIANT: more difficulty never looks like less; a wrong sign or weight breaks it."""
    assume(scores[item] < 4)
    worse = scores | {item: scores[item] + 1}
    before, after = instrument.index_of(scores), instrument.index_of(worse)
    assert before is not None
    assert after is not None
    assert after.value <= before.value
    for was, now in zip(instrument.profile(scores), instrument.profile(worse), strict=True):
        assert (now.level or 0) >= (was.level or 0)


@given(st.lists(st.tuples(ITEM, SCORE), max_size=60), st.randoms(use_true_random=False))
def test_who_spoke_first_makes_no_difference(said: list[tuple[str, int]], chance: random.Random) -> None:
    """INVARIANT: the same ratings in any order give the same profile, index and proposals."""
    shuffled = list(said)
    chance.shuffle(shuffled)
    one, other = Finding.of(said, ()), Finding.of(shuffled, ())
    assert one.scores == other.scores
    assert (one.profile, one.proposals) == (other.profile, other.proposals)
    assert instrument.index_of(one.scores) == instrument.index_of(other.scores)


@given(SCORES, ITEM, st.sampled_from([8, 9]))
def test_not_seen_and_does_not_apply_are_never_counted_as_no_difficulty(
    scores: dict[str, int], item: str, unrated: int
) -> None:
    """INVARIANT: 8 and 9 are no 0; who counts them as 0 makes the least known person the readiest."""
    without = {one: score for one, score in scores.items() if one != item}
    said = without | {item: unrated}
    assert instrument.profile(said) == instrument.profile(without)
    assert instrument.completeness(without | {item: 0}) >= instrument.completeness(said)
    index, plain = instrument.index_of(said), instrument.index_of(without)
    if index is not None and plain is not None:
        assert index == plain


def test_no_difficulty_is_100_and_complete_difficulty_is_0() -> None:
    assert instrument.index_of(everywhere(0)) == Index(100, Fraction(0), Fraction(25))
    assert (instrument.index_of(everywhere(4)) or Index(-1, Fraction(0), Fraction(0))).value == 0


def test_four_fifths_must_be_rated_before_there_is_an_index() -> None:
    told = {item: 1 for item in SUMMED if item not in OBSERVED}
    assert instrument.completeness(told) == 1
    assert instrument.completeness(told | dict.fromkeys(SUMMED[:3], 8)) == Fraction(15, 18)
    fourteen = told | dict.fromkeys(SUMMED[:4], 8)
    assert instrument.completeness(fourteen) == Fraction(14, 18)
    assert instrument.index_of(fourteen) is None
    assert instrument.completeness(everywhere(9)) == 0
    assert instrument.index_of({}) is None


@pytest.mark.parametrize(
    ("scores", "level"),
    [({"d155": 1, "d160": 2, "d175": 8}, 2), ({"d155": 1, "d160": 1, "d175": 2}, 1), ({"d155": 9}, None)],
)
def test_a_level_is_the_mean_of_what_was_rated_a_half_upwards(
    scores: dict[str, int], level: int | None
) -> None:
    learning = instrument.profile(scores)[0]
    assert (learning.area, learning.level) == ("learning", level)


def test_where_members_differ_the_greater_difficulty_stands_and_a_rating_stands_against_none() -> None:
    said = [("d155", 1), ("d155", 3), ("d160", 8), ("d160", 0), ("d175", 9), ("d175", 8), ("d210", 9)]
    assert instrument.merged(said) == {"d155": 3, "d160": 0, "d175": 8, "d210": 9}


@pytest.mark.parametrize(
    ("value", "band"),
    [
        *((100, Band.READY), (75, Band.READY), (74, Band.NEAR), (50, Band.NEAR)),
        *((49, Band.TO_PREPARE), (25, Band.TO_PREPARE), (24, Band.FAR), (0, Band.FAR)),
    ],
)
def test_bands_begin_where_they_are_said_to(value: int, band: Band) -> None:
    assert Index(value, Fraction(0), Fraction(1)).band is band


def test_health_items_are_not_asked_of_everybody_nor_the_others_in_the_health_part() -> None:
    instrument.judge_ratings(["d710", "e310", "f-pace"])
    instrument.judge_ratings(["b152"], health=True)
    for items, health, field in ((["d710", "b152"], False, "ratings"), (["d710"], True, "health")):
        with pytest.raises(UnknownItem) as raised:
            instrument.judge_ratings(items, health=health)
        assert raised.value.field == field
    with pytest.raises(UnknownSupport):
        instrument.judge_supports(["tutor-at-work", "sconto"])


# Proposals


def test_the_table_always_proposes_something_and_says_why() -> None:
    """INVARIANT: total over everything that can be known; a hole would leave a person without a path."""
    for band, observed, unstable in product([*Band, None], [True, False], [True, False]):
        found = proposals(Known(band, observed, unstable))
        assert found
        assert len({one.path_type for one in found}) == len(found)
        for one in found:
            assert one.path_type in PATH_LABELS
            assert one.rule in RULE_LABELS


def test_nobody_is_proposed_a_way_out_of_work_alone() -> None:
    for observed in (True, False):
        paths = [one.path_type for one in proposals(Known(Band.FAR, observed, False))]
        assert paths[0] == "social-inclusion"
        assert len(paths) > 1


@pytest.mark.parametrize(
    ("known", "first"),
    [
        (Known(None, False, False), ("observation-lab", "profile-incomplete")),
        (Known(Band.READY, False, True), ("work-grant-therapeutic", "advised-by-health")),
        (Known(Band.FAR, False, False), ("social-inclusion", "intense-support")),
        (Known(Band.TO_PREPARE, False, False), ("work-grant-observational", "observe-first")),
        (Known(Band.TO_PREPARE, True, False), ("traineeship-disadvantaged", "prepare-in-work")),
        (Known(Band.NEAR, True, False), ("traineeship", "otherwise")),
        (Known(Band.READY, False, False), ("ordinary-job-search", "little-support")),
    ],
)
def test_the_first_row_that_holds_is_proposed(known: Known, first: tuple[str, str]) -> None:
    found = proposals(known)[0]
    assert (found.path_type, found.rule) == first


# Evaluations


def requested(**terms: Any) -> Evaluation:
    asked = {"contributions_by": TODAY, "contributors": ("dsm", "ambito-urbano")} | terms
    return Evaluation.request(Asked(record="r", team="integrated-team", question="?", **asked), TODAY)


def convened(**terms: Any) -> Evaluation:
    evaluation = requested(**terms)
    evaluation.convene(TODAY, "Sala", [{"member": "sil", "role": "x"}], ())
    return evaluation


READY = Finding(everywhere(0))


def test_a_term_that_is_over_is_refused() -> None:
    requested(contributions_by=TODAY)
    with pytest.raises(TermPassed):
        requested(contributions_by=TODAY - timedelta(days=1))


def test_an_evaluation_is_completed_by_a_team_that_met_on_a_day_that_has_come() -> None:
    with pytest.raises(NotConvened):
        requested().must_be_completable(TODAY, TODAY)
    with pytest.raises(CompletionNotYetReached):
        convened().must_be_completable(TODAY + timedelta(days=1), TODAY)
    with pytest.raises(CompletedBeforeSession):
        convened().must_be_completable(TODAY - timedelta(days=1), TODAY)
    assert convened().must_be_completable(TODAY, TODAY) == TODAY


def test_nothing_is_completed_on_nothing() -> None:
    with pytest.raises(NothingContributed):
        convened().complete(Choice(TODAY, "observation-lab"), Finding(), [], set())


def test_another_choice_than_the_first_proposal_needs_its_reason() -> None:
    evaluation = convened()
    with pytest.raises(OverrideNeedsReason) as raised:
        evaluation.complete(Choice(TODAY, "traineeship"), READY, [], {"dsm"})
    assert "Ricerca di lavoro" in raised.value.detail
    assert evaluation.completed_on is None
    evaluation.complete(Choice(TODAY, "traineeship", "Lo chiede lei"), READY, [], {"dsm"})
    assert (evaluation.path_type, evaluation.override_reason) == ("traineeship", "Lo chiede lei")
    assert evaluation.missing == ["ambito-urbano"]


def test_a_reason_without_need_is_not_an_override() -> None:
    evaluation = convened()
    evaluation.complete(Choice(TODAY, "ordinary-job-search", "Anche secondo noi"), READY, [], {"dsm"})
    assert evaluation.override_reason is None


def test_a_path_that_does_not_exist_cannot_be_chosen() -> None:
    with pytest.raises(UnknownPathType):
        convened().complete(Choice(TODAY, "altrove", "perché sì"), READY, [], {"dsm"})


def test_what_is_completed_stays_as_it_was() -> None:
    evaluation = convened()
    evaluation.complete(Choice(TODAY, "ordinary-job-search"), READY, [], {"dsm"})
    with pytest.raises(AlreadyCompleted):
        evaluation.must_be_completable(TODAY, TODAY)
    with pytest.raises(AlreadyCompleted):
        evaluation.convene(TODAY, "Sala", [], ())


def test_who_comes_after_the_end_is_late_and_before_it_in_time() -> None:
    evaluation = convened()
    assert evaluation.take_late("dsm") is False
    assert evaluation.arrival("dsm", {"dsm"}) == "arrived"
    assert evaluation.arrival("dsm", ()) == "awaited"
    evaluation.complete(Choice(TODAY, "ordinary-job-search"), READY, [], {"ambito-urbano"})
    assert evaluation.take_late("dsm") is True
    assert evaluation.arrival("dsm", {"dsm"}) == "late"


def test_a_session_called_again_is_the_same_session_and_the_same_invitation() -> None:
    evaluation = requested()
    evaluation.convene(TODAY, "Sala", [], ["cor"])
    session, invitation = evaluation.session, evaluation.invitations["cor"]
    evaluation.convene(TODAY + timedelta(days=7), "Altra sala", [], ["cor", "cpi"])
    assert (evaluation.session, evaluation.invitations["cor"]) == (session, invitation)
    assert evaluation.invitations["cpi"] != invitation


def test_each_part_is_written_by_its_own_sector() -> None:
    judge_sector("health", health=True, social=False)
    judge_sector("social", health=False, social=True)
    for sector, health, social, field in (
        ("social", True, False, "health"),
        ("employment", True, False, "health"),
        ("health", False, True, "social"),
    ):
        with pytest.raises(NotInCircle) as raised:
            judge_sector(sector, health=health, social=social)
        assert raised.value.field == field


# Projects


def agreed(**terms: Any) -> Project:
    pact = {"own_words": "Vorrei...", "goals": [], "path_type": None, "review_on": TODAY} | terms
    return Project.agree("e", "r", Pact(**pact), TODAY)


PERSON, SERVICE = {"role": "person"}, {"role": "service", "member": "sil"}
REPRESENTATIVE = {"role": "legal-representative"}


def test_a_project_is_signed_by_the_person_or_who_represents_them_and_a_service() -> None:
    for signatories in ([PERSON, SERVICE], [REPRESENTATIVE, SERVICE]):
        project = agreed()
        project.sign(TODAY, signatories, TODAY)
        assert project.state == "signed"
    with pytest.raises(PersonMustSign):
        agreed().sign(TODAY, [SERVICE, SERVICE], TODAY)
    with pytest.raises(AServiceMustSign):
        agreed().sign(TODAY, [PERSON, REPRESENTATIVE], TODAY)


@pytest.mark.parametrize("days", [-1, 1])
def test_it_is_signed_neither_before_it_was_agreed_nor_in_the_future(days: int) -> None:
    with pytest.raises(SignedOutsideTerm):
        agreed().sign(TODAY + timedelta(days=days), [PERSON, SERVICE], TODAY)


def test_a_project_is_signed_or_refused_once() -> None:
    signed, not_signed = agreed(), agreed()
    signed.sign(TODAY, [PERSON, SERVICE], TODAY)
    not_signed.refuse(None, TODAY)
    for project in (signed, not_signed):
        with pytest.raises(ProjectNotOpen):
            project.refuse(None, TODAY)
        with pytest.raises(ProjectNotOpen):
            project.sign(TODAY, [PERSON, SERVICE], TODAY)
    with pytest.raises(ProjectNotOpen):
        not_signed.set_review(TODAY, TODAY)


def test_a_review_lies_ahead_and_settles_what_was_due() -> None:
    project = agreed()
    project.review_due = True
    with pytest.raises(ReviewNotAhead):
        project.set_review(TODAY - timedelta(days=1), TODAY)
    assert project.review_due
    project.set_review(TODAY + timedelta(days=7), TODAY)
    assert not project.review_due
    with pytest.raises(ReviewNotAhead):
        agreed(review_on=TODAY - timedelta(days=1))
    with pytest.raises(UnknownPathType):
        agreed(path_type="altrove")
