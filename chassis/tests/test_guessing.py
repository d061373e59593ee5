"""Who tries one number after the other is held back; who mistypes now and then is not."""

from datetime import UTC, datetime, timedelta

from trama_chassis.guessing import MOST, WITHIN, Misses

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_some_misses_are_anybodys_and_many_rest_until_the_oldest_is_forgotten() -> None:
    misses = Misses()
    for number in range(MOST):
        assert misses.rest("op-1", NOW + number * MINUTE / 10) == timedelta()
        misses.note("op-1", f"number {number}", NOW + number * MINUTE / 10)
    last = NOW + (MOST - 1) * MINUTE / 10
    assert misses.rest("op-1", last) == NOW + WITHIN - last
    assert misses.rest("op-1", NOW + WITHIN - timedelta(seconds=1)) == timedelta(seconds=1)
    assert misses.rest("op-1", NOW + WITHIN) == timedelta()


def test_the_same_number_sought_again_counts_once_and_nobody_pays_for_another() -> None:
    misses = Misses()
    for _ in range(2 * MOST):
        misses.note("op-1", "the same", NOW)
    assert misses.rest("op-1", NOW) == timedelta()
    for number in range(MOST):
        misses.note("op-2", f"number {number}", NOW)
    assert misses.rest("op-2", NOW) > timedelta()
    assert misses.rest("op-1", NOW) == timedelta()
