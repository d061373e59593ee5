"""A last day ends at midnight in Rome, for who writes and for who reads; so does that of every moment."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import clock, outbox, timers
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven
from trama_chassis.testing import transaction
from trama_contracts.outcomes import Outcome

from chassis.tests.small_registry import heard, person, rows
from chassis.tests.two_registries import Pair, two

SUMMER, WINTER = date(2013, 10, 14), date(2013, 12, 31)


async def at(moment: datetime, file: Path, *services: Runtime) -> None:
    """Business time is moved, and all have heard of it."""
    clock.write_clock(file, moment)
    for one in services:
        while one.clock.now() < moment:
            await asyncio.sleep(0.05)


async def written(pair: Pair, record: str, name: str) -> None:
    """The writer says one thing more of a person."""
    async with transaction(pair.writer) as session:
        outbox.add(session, person(name), record=record, scope=record)


@pytest.mark.parametrize(
    ("last", "eve", "after"),
    [
        (SUMMER, datetime(2013, 10, 14, 21, 30, tzinfo=UTC), datetime(2013, 10, 14, 22, 30, tzinfo=UTC)),
        (WINTER, datetime(2013, 12, 31, 22, 30, tzinfo=UTC), datetime(2013, 12, 31, 23, 30, tzinfo=UTC)),
    ],
    ids=["summer time", "winter time"],
)
async def test_a_reader_opens_nothing_once_the_last_day_is_over_in_rome(
    database_url: str, tmp_path: Path, last: date, eve: datetime, after: datetime
) -> None:
    """INVARIANT: what may be read up to a day is read until midnight in Rome and no longer, also before the
    writer's word that it is over has come. A day that ends in another zone at one of the two breaks it."""
    file = tmp_path / "clock.json"
    clock.write_clock(file, eve)
    async with two(database_url, tmp_path, clock_file=file) as pair:
        await timers.run_due(pair.writer)
        record = await pair.register("Uno", ends_on=last)
        await written(pair, record, "Due")
        await pair.carry()
        (given,) = await rows(pair.writer, GrantGiven, col(GrantGiven.recipient) == "sil.registry")
        assert await heard(pair.reader, given.stream) == [1, 2]
        await written(pair, record, "Tre")
        await at(after, file, pair.writer, pair.reader)
        await pair.carry()
        assert await heard(pair.reader, given.stream) == [1, 2]
        assert pair.reader.inbox.outcomes[Outcome.NO_GRANT] == 1
        await written(pair, record, "Quattro")
        (given,) = await rows(pair.writer, GrantGiven, col(GrantGiven.recipient) == "sil.registry")
        assert given.ended_at is not None, "the writer had not heard either that the day is over"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2013, 10, 14, 21, 59, 59, 999_000, UTC), SUMMER),
        (datetime(2013, 10, 14, 22, tzinfo=UTC), date(2013, 10, 15)),
        (datetime(2013, 12, 31, 22, 59, 59, 999_000, UTC), WINTER),
        (datetime(2013, 12, 31, 23, tzinfo=UTC), date(2014, 1, 1)),
        (datetime(2014, 3, 30, 21, 59, 59, 999_000, UTC), date(2014, 3, 30)),
        (datetime(2013, 10, 27, 22, 59, 59, 999_000, UTC), date(2013, 10, 27)),
    ],
)
def test_the_day_of_a_moment_is_the_one_in_italy_in_summer_and_winter(
    database_url: str, moment: datetime, day: date
) -> None:
    assert clock.local_day(moment) == day
    assert (clock.last_moment(day) == moment) is (moment.second == 59)
