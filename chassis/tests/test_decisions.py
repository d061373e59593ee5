"""Decisions on who may have a key, as taken at a commit: written down, acted upon, by the calendar."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import access, clock, outbox, timers
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, GrantGiven, OwnStream
from trama_chassis.testing import running, transaction

from chassis.tests.small_registry import SERVICE, consent, link, new_id, opening, person, rows

EPISODE = "00000002-0000-4000-8000-000000000000"
TERMS = {
    "authorisation": new_id(),
    "purpose": "work-integration",
    "basis": {"kind": "consent"},
    "circles": ["care"],
    "recipients": ["cpi"],
    "controllers": ["ass6"],
    "starts_on": "2013-01-01",
    "notice_given_on": "2013-01-01",
}


async def permit_cpi(runtime: Runtime, record: str) -> tuple[str, str]:
    """Both reasons for which cpi may have sil's care streams of a record: a link and an authorisation."""
    link, authorisation = new_id(), new_id()
    async with transaction(runtime) as session:
        await access.learn_link(session, link=link, a=("sil", record), b=("cpi", new_id()))
        await access.learn_authorisation(
            session, authorisation=authorisation, member="sil", record=record, terms=TERMS
        )
    return link, authorisation


async def test_each_decision_at_a_commit_is_written_down(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: for every stream and every other service the table of decisions says permit or deny and why,
    and its last word is what was granted. Deciding outside `granting` breaks it."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        await learn_reporting_id(runtime, record := new_id())
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
            outbox.add(session, opening(EPISODE), record=record, scope=EPISODE)
        link, _ = await permit_cpi(runtime, record)
        async with transaction(runtime) as session:
            await access.unlearn_link(session, link)
        others = [name for name in runtime.directory.principals() if name != "sil.registry"]
        streams = await rows(runtime, OwnStream)
        assert len([stream for stream in streams if stream.ended]) == 2, "care shrank: two streams ended"
        for stream in streams:
            decided: dict[str, Decision] = {}
            for decision in await rows(runtime, Decision, col(Decision.stream) == stream.stream):
                assert decision.reason
                decided[decision.recipient] = decision
            given = await rows(
                runtime,
                GrantGiven,
                col(GrantGiven.stream) == stream.stream,
                col(GrantGiven.ended_at).is_(None),
            )
            assert sorted(decided) == sorted(others)
            assert {name for name, said in decided.items() if said.permitted} == {
                grant.recipient for grant in given
            }


async def learn_reporting_id(runtime: Runtime, record: str) -> None:
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, "A" * 43)


async def test_who_is_authorised_later_gets_every_stream_and_who_falls_away_none_that_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = new_id()
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
        (first,) = await rows(runtime, OwnStream)
        assert await recipients(runtime, first.stream) == {"sil.placement"}
        link, _ = await permit_cpi(runtime, record)
        assert await recipients(runtime, first.stream) == {"sil.placement", "cpi.registry", "cpi.placement"}
        async with transaction(runtime) as session:
            await access.unlearn_link(session, link)
            outbox.add(session, person("Dopo"), record=record, scope=record)
        assert await recipients(runtime, first.stream) == {"sil.placement"}
        (second,) = await rows(runtime, OwnStream, col(OwnStream.stream) != first.stream)
        assert await recipients(runtime, second.stream) == {"sil.placement"}
        assert (second.generation, second.seq) == (2, 1), "what comes next goes into the new stream"
        assert second.continues == {
            "topic": first.topic,
            "stream": first.stream,
            "seq": 1,
            "hash": first.hash,
        }


async def recipients(runtime: Runtime, stream: str) -> set[str]:
    """Who holds a stream's key and is still to have it."""
    given = await rows(
        runtime, GrantGiven, col(GrantGiven.stream) == stream, col(GrantGiven.ended_at).is_(None)
    )
    return {grant.recipient for grant in given}


async def follow_with_cpi(runtime: Runtime, starts_on: date, ends_on: date) -> str:
    """A person whom cpi follows, too, with a consent from one day to another; gives our record."""
    record = new_id()
    given = consent("cpi", starts_on=starts_on, ends_on=ends_on)
    async with transaction(runtime) as session:
        for event in (person(), given, link(("sil", record), ("cpi", new_id()))):
            outbox.add(session, event, record=record, scope=record)
    return record


async def test_an_authorisation_begins_and_ends_by_the_calendar(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: on the day an authorisation begins its recipients get the streams, and what is written after
    its last day goes into streams of which they have no key, though nobody says a word. Deciding only when
    something is learnt breaks it."""
    at = tmp_path / "clock.json"
    clock.write_clock(at, datetime(2013, 10, 14, 9, tzinfo=UTC))
    async with running(SERVICE, database_url, tmp_path, member="sil", clock_file=at) as runtime:
        record = await follow_with_cpi(runtime, date(2013, 10, 16), date(2013, 10, 31))
        (first,) = await rows(runtime, OwnStream)
        everybody, sister = {"sil.placement", "cpi.registry", "cpi.placement"}, {"sil.placement"}
        for day, who in ((14, sister), (15, sister), (16, everybody), (31, everybody)):
            await reach(runtime, at, datetime(2013, 10, day, 9, tzinfo=UTC))
            assert await recipients(runtime, first.stream) == who, day
        await reach(runtime, at, datetime(2013, 11, 1, 0, 30, tzinfo=UTC))
        assert await recipients(runtime, first.stream) == sister
        async with transaction(runtime) as session:
            outbox.add(session, person("Dopo"), record=record, scope=record)
        (second,) = await rows(runtime, OwnStream, col(OwnStream.ended).is_(False))
        assert (second.generation, second.seq) == (2, 1)
        assert await recipients(runtime, second.stream) == sister


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_written_after_midnight_is_for_nobody_whose_last_day_has_passed(
    restarted: bool, database_url: str, tmp_path: Path
) -> None:
    """INVARIANT: between midnight and the timer that looks at the calendar nothing is sealed for those whose
    last day has passed. A commit that trusts the timer breaks it."""
    at = tmp_path / "clock.json"
    clock.write_clock(at, datetime(2013, 10, 31, 9, tzinfo=UTC))
    async with running(SERVICE, database_url, tmp_path, member="sil", clock_file=at) as runtime:
        record = await follow_with_cpi(runtime, date(2013, 10, 14), date(2013, 10, 31))
        await timers.run_due(runtime)
        (first,) = await rows(runtime, OwnStream)
        assert "cpi.registry" in await recipients(runtime, first.stream)
        if restarted:
            runtime.timer_runs.clear()
        await moved(runtime, at, datetime(2013, 10, 31, 23, 5, tzinfo=UTC))
        assert runtime.clock.today() == date(2013, 11, 1)
        async with transaction(runtime) as session:
            outbox.add(session, person("Dopo"), record=record, scope=record)
        (second,) = await rows(runtime, OwnStream, col(OwnStream.ended).is_(False))
        assert (second.generation, second.seq) == (2, 1)
        assert await recipients(runtime, second.stream) == {"sil.placement"}


async def test_who_falls_away_on_a_new_day_hears_why_though_the_timer_has_not_run(
    database_url: str, tmp_path: Path
) -> None:
    """INVARIANT: what is told in parting reaches who falls away, whatever day it is. Deciding again since the
    day has turned, before it is sealed, breaks it."""
    at = tmp_path / "clock.json"
    clock.write_clock(at, datetime(2013, 10, 14, 9, tzinfo=UTC))
    async with running(SERVICE, database_url, tmp_path, member="sil", clock_file=at) as runtime:
        record, edge = new_id(), new_id()
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
            outbox.add(session, consent("cpi"), record=record, scope=record)
            await access.learn_link(session, link=edge, a=("sil", record), b=("cpi", new_id()))
        await timers.run_due(runtime)
        (before,) = await rows(runtime, OwnStream)
        assert "cpi.registry" in await recipients(runtime, before.stream)
        await moved(runtime, at, datetime(2013, 10, 15, 9, tzinfo=UTC))
        async with transaction(runtime) as session:
            await access.unlearn_link(session, edge)
            outbox.add(session, person("Addio"), record=record, scope=record, parting=True)
        (after,) = await rows(runtime, OwnStream, col(OwnStream.ended).is_(True))
        assert (after.stream, after.seq) == (before.stream, before.seq + 1)


async def moved(runtime: Runtime, file: Path, moment: datetime) -> None:
    """Move business time on, and let nothing else happen."""
    clock.write_clock(file, moment)
    while runtime.clock.now() < moment:
        await asyncio.sleep(0.05)


async def reach(runtime: Runtime, file: Path, moment: datetime) -> None:
    """Move business time on, and let the timers run."""
    await moved(runtime, file, moment)
    await timers.run_due(runtime)
