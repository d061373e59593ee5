"""A hundred thousand bits flipped and a hundred thousand records wounded: none accepted, nothing crashes."""

from collections.abc import Callable

import pytest
from trama_contracts.outcomes import Outcome

from tests.security.wounds import Ground, mutated_record, one_bit, one_bit_by_the_source

FLIPS, WOUNDED = 100_000, 100_000


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground()


def test_no_event_and_no_message_with_a_bit_changed_is_accepted(ground: Ground) -> None:
    """INVARIANT: of 100,000 records with one bit changed, on the way or by the source itself, none is taken.
    A field that is neither signed nor under the seal breaks it."""
    assert {case.kind for case in ground.cases} == {"event", "message"}
    on_the_way = ground.judged(FLIPS * 9 // 10, one_bit, "on the way")
    own = [case for case in ground.cases if ground.own(case)]
    assert {case.kind for case in own} == {"event", "message"}
    by_source = ground.judged(FLIPS // 10, one_bit_by_the_source, "by the source", own)
    assert on_the_way.count + by_source.count == FLIPS
    assert (on_the_way.accepted, by_source.accepted) == ([], [])
    assert (on_the_way.crashes, by_source.crashes) == ([], [])
    assert set(on_the_way.outcomes) == {Outcome.MALFORMED, Outcome.UNKNOWN_SIGNER, Outcome.BAD_SIGNATURE}
    assert {Outcome.MALFORMED, Outcome.BAD_COMMIT, Outcome.BAD_TAG} <= set(by_source.outcomes)


def test_no_wounded_record_crashes_the_reader(ground: Ground) -> None:
    judged = ground.judged(WOUNDED, mutated_record, "wounded")
    assert judged.crashes[:3] == []
    assert judged.count > WOUNDED * 0.97  # some wounds heal: a piece moved to where it was
    assert {Outcome.MALFORMED, Outcome.UNKNOWN_SIGNER, Outcome.BAD_SIGNATURE} <= set(judged.outcomes)


@pytest.mark.parametrize("judge", [one_bit, one_bit_by_the_source])
def test_a_reader_that_does_not_look_would_be_found_out(
    ground: Ground, judge: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(ground.corpus), "outcome", lambda *_: (Outcome.OK, None))
    assert len(ground.judged(50, judge, "blind").accepted) == 50  # type: ignore[arg-type]  # one of two wounds
