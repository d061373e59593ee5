"""Many transactions about one person at once, on PostgreSQL: none waits in a circle nor decides too early."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven
from trama_chassis.testing import running, transaction

from chassis.tests.small_registry import SERVICE, assignment, chains, consent, new_id, rows

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
TRANSACTIONS = 40


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


async def test_those_who_write_and_decide_again_never_wait_for_each_other_in_a_circle(
    runtime: Runtime,
) -> None:
    """INVARIANT: what is told in parting, what is decided again and what is told after lock in one order.
    Locking stream by stream as the need comes breaks it: the database ends one of two that wait so."""
    draw = random.Random(12)  # noqa: S311 - a schedule, no secret
    places = [(record, new_id()) for record in (new_id(), new_id()) for _ in range(4)]

    async def publish(first: tuple[str, str], then: tuple[str, str]) -> None:
        async with transaction(runtime) as session:
            for (record, scope), parting in ((first, True), (then, False)):
                outbox.add(session, assignment(scope), record=record, scope=scope, parting=parting)
            outbox.regrant(session, *{record for record, _ in places})

    for first, then in zip(places, places[1:] + places[:1], strict=True):
        await publish(first, then)
    await asyncio.gather(*(publish(*draw.sample(places, 2)) for _ in range(TRANSACTIONS)))
    assert sum((await chains(runtime)).values()) == 2 * (TRANSACTIONS + len(places))


async def test_who_falls_away_gets_no_key_of_what_is_begun_at_the_same_instant(
    runtime: Runtime, database_url: str
) -> None:
    """INVARIANT: whoever lost its reason has no key of a stream begun while the reason was taken away.
    Deciding about the streams one can see, while another decides by what it could see, breaks it."""
    record, edge, given = new_id(), new_id(), consent("cpi")
    async with transaction(runtime) as session:
        terms = given.payload()
        await access.learn_authorisation(
            session, authorisation=given.authorisation, member="sil", record=record, terms=terms
        )
        await access.learn_link(session, link=edge, a=("sil", record), b=("cpi", new_id()))

    async def write() -> None:
        async with transaction(runtime) as session:
            outbox.add(session, assignment(record), record=record, scope=record)

    async def part() -> None:
        async with transaction(runtime) as session:
            await access.unlearn_link(session, edge)

    with psycopg.connect(database_url) as other, psycopg.connect(database_url, autocommit=True) as watch:
        other.execute("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")
        writing = asyncio.create_task(write())
        await _until_waiting(watch, 1, writing)
        parting = asyncio.create_task(part())
        await _until_waiting(watch, 2, parting)
        other.rollback()
    await asyncio.gather(writing, parting)
    keys = await rows(runtime, GrantGiven, col(GrantGiven.recipient).startswith("cpi."))
    assert keys != [], "or it was never asked"
    assert [one.recipient for one in keys if one.ended_at is None] == []


async def _until_waiting(
    watch: "psycopg.Connection[tuple[int]]", count: int, task: "asyncio.Task[None]"
) -> None:
    """Until so many transactions wait for a lock of this database, or this one need not wait."""
    here = "datname = current_database() AND wait_event_type = 'Lock'"
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE {here}"
    while not task.done() and (watch.execute(waiting).fetchone() or (0,))[0] < count:
        await asyncio.wait({task}, timeout=0.02)
