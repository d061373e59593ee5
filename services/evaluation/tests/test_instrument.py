"""The instrument and the proposals: arithmetic that cannot flatter, and a table without holes."""

import random
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from trama_evaluation.errors import UnknownItem, UnknownSupport
from trama_evaluation.models import PATH_LABELS, RULE_LABELS, Finding, instrument
from trama_evaluation.models.instrument import Band, Index
from trama_evaluation.models.path import Known, proposals

SUMMED = [one.item for area in instrument.AREAS for one in area.items]
OBSERVED = [one.item for one in instrument.OBSERVED.items]
ITEM = st.sampled_from([one.item for area in instrument.PROFILE for one in area.items])
SCORE = st.sampled_from([0, 1, 2, 3, 4, 8, 9])
SCORES = st.dictionaries(ITEM, SCORE)
FULL = st.fixed_dictionaries({item: st.integers(0, 4) for item in SUMMED})


def everywhere(score: int) -> dict[str, int]:
    return dict.fromkeys(SUMMED, score)


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
