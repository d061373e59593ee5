"""The commit point: what a transaction publishes is all there or not at all, in chains without a gap."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.contention import is_retryable
from trama_chassis.outbox import PersonNotYetKnown, PublishedOutsideACommand, WrongWriter
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, GrantGiven, OutboxRow, OwnStream
from trama_chassis.testing import client, published, running, transaction
from trama_contracts.facts import fact_of
from trama_contracts.inner import Actor
from trama_contracts.placement import HostPlacementClosed
from trama_contracts.registry import PersonRegistered, TakingInChargeOpened

from chassis.tests.small_registry import (
    DAY,
    SERVICE,
    Effect,
    HeardCopy,
    assignment,
    chains,
    consent,
    kinds,
    link,
    new_id,
    opening,
    person,
    referral,
    rows,
    statements,
)

COMMANDS = 200
REPORTING_ID = "A" * 43


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


async def send(http: httpx.AsyncClient, streams: list[tuple[str, str]], **fate: bool) -> int:
    """One command, sent again when the service says that it is busy and when to come back."""
    while True:
        answer = await http.post("/api/registry/assignments", json={"streams": streams, **fate})
        if answer.status_code != 503:
            return answer.status_code
        await asyncio.sleep(float(answer.headers["Retry-After"]))


async def test_two_hundred_commands_at_once_on_crossing_streams(runtime: Runtime) -> None:
    """INVARIANT: whatever commits and rolls back at the same instant, every chain verifies from 1 without a
    gap, nobody is told of a deadlock, and of what rolled back nothing is left. Locking streams in the order
    in which they are named, or keeping a head in memory, breaks it."""
    draw = random.Random(3)  # noqa: S311 - a schedule, no secret
    streams = [(new_id(), new_id()) for _ in range(6)]
    fates = {201: {}, 409: {"refuse": True}, 500: {"break_down": True}}
    wanted = [
        (draw.sample(streams, draw.choice((1, 2, 2, 2, 3))), draw.choice((201, 201, 201, 409, 500)))
        for _ in range(COMMANDS)
    ]
    async with client(runtime) as http:
        given = await asyncio.gather(*(send(http, pair, **fates[fate]) for pair, fate in wanted))
    assert given == [fate for _, fate in wanted]
    assert {500, 409, 201} == set(given)
    kept = [pair for pair, fate in wanted if fate == 201]
    sent = Counter(one for pair in kept for one in pair)
    assert sorted((await chains(runtime)).values()) == sorted(sent.values())
    assert len(await rows(runtime, Effect)) == len(kept)
    assert len(await rows(runtime, HeardCopy)) == sum(sent.values())


@pytest.mark.parametrize("fate", ["refuse", "break_down"])
async def test_a_refused_command_publishes_nothing(runtime: Runtime, fate: str) -> None:
    before = len(await rows(runtime, OutboxRow))
    async with client(runtime) as http:
        status = await send(http, [(new_id(), new_id())], **{fate: True})
    assert status in (409, 500)
    assert len(await rows(runtime, OutboxRow)) == before
    for table in (OwnStream, GrantGiven, Decision, HeardCopy, Effect):
        assert await rows(runtime, table) == []


async def test_a_commit_that_fails_leaves_the_stream_where_it_was(runtime: Runtime) -> None:
    record = new_id()
    async with transaction(runtime) as session:
        outbox.add(session, person("Uno"), record=record, scope=record)
        session.add(Effect(number=1, event_id="taken"))

    async def in_vain() -> None:
        async with transaction(runtime) as session:
            outbox.add(session, person("Due"), record=record, scope=record)
            session.add(Effect(number=1, event_id="again"))

    with pytest.raises(IntegrityError):
        await in_vain()
    async with transaction(runtime) as session:
        outbox.add(session, person("Tre"), record=record, scope=record)
    assert list((await chains(runtime)).values()) == [2]
    assert [one.event.family_name for one in await published(runtime, PersonRegistered)] == ["Uno", "Tre"]  # type: ignore[attr-defined]


async def again_if_it_lost_a_race(act: Callable[[str], Awaitable[None]], edge: str) -> None:
    """As routes and the inbox do with what the database refused to wait for."""
    while True:
        try:
            return await act(edge)
        except DBAPIError as error:
            if not is_retryable(error):
                raise


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_stream_that_ends_while_others_write_goes_on_in_its_successor(runtime: Runtime) -> None:
    """SQLite has one writer; on PostgreSQL a command may wait for a stream that is ended while it waits."""
    record, given = new_id(), consent("cpi")
    async with transaction(runtime) as session:
        outbox.add(session, assignment(record), record=record, scope=record)
        await access.learn_authorisation(
            session,
            authorisation=given.authorisation,
            member="sil",
            record=record,
            terms=given.payload(),
        )

    async def link(edge: str) -> None:
        async with transaction(runtime) as session:
            await access.learn_link(session, link=edge, a=("sil", record), b=("cpi", new_id()))

    async def unlink(edge: str) -> None:
        async with transaction(runtime) as session:
            await access.unlearn_link(session, edge)

    async def link_and_unlink() -> None:
        for _ in range(4):
            edge = new_id()
            await again_if_it_lost_a_race(link, edge)
            await asyncio.sleep(0.02)
            await again_if_it_lost_a_race(unlink, edge)

    async with client(runtime) as http:
        answers = await asyncio.gather(
            link_and_unlink(), *(send(http, [(record, record)]) for _ in range(60))
        )
    assert answers[1:] == [201] * 60
    lengths = await chains(runtime)
    assert sum(lengths.values()) == 61
    assert len(lengths) == 5, "four times cpi fell away, so four successors"


async def test_publishing_outside_a_commit_point_is_refused(runtime: Runtime) -> None:
    async with runtime.database.write() as session:
        with pytest.raises(PublishedOutsideACommand):
            outbox.add(session, person(), record=new_id(), scope=new_id())
        with pytest.raises(PublishedOutsideACommand):
            outbox.regrant(session, new_id())
        with pytest.raises(PublishedOutsideACommand):
            await outbox.commit(session)


async def test_publishing_anothers_event_is_refused(runtime: Runtime) -> None:
    async with runtime.database.write(runtime=runtime) as session:
        with pytest.raises(WrongWriter):
            outbox.add(
                session,
                HostPlacementClosed(placement=new_id(), ended_on=DAY),
                record=new_id(),
                scope=new_id(),
            )


async def test_an_event_says_who_did_it_why_and_when(runtime: Runtime) -> None:
    record, cause, before = new_id(), new_id(), runtime.clock.moment()
    actor = Actor("caseworker", "sil", "op-7", on_behalf_of="cpi", ground="delega")
    trace = f"00-{'1' * 32}-{'2' * 16}-01"
    info = {"runtime": runtime, "actor": actor, "caused_by": [cause], "traceparent": trace}
    async with runtime.database.write(**info) as session:
        corrected = outbox.add(session, person(), record=record, scope=record)
        outbox.add(session, person("Prova"), record=record, scope=record, corrects=corrected)
        await outbox.commit(session)
    first, second = await published(runtime)
    assert (first.inner.actor, first.inner.caused_by, first.inner.traceparent) == (actor, (cause,), trace)
    assert (first.inner.record, second.inner.corrects) == (record, corrected)
    assert before <= first.inner.occurred_at <= first.inner.recorded_at


async def test_two_scopes_of_one_record_are_two_streams_that_nothing_in_clear_joins(runtime: Runtime) -> None:
    record = new_id()
    async with transaction(runtime) as session:
        for scope in (new_id(), new_id()):
            outbox.add(session, assignment(scope), record=record, scope=scope)
    first, second = await rows(runtime, OutboxRow, col(OutboxRow.kind) == "event")
    assert first.stream != second.stream
    for row in (first, second):
        assert record.encode() not in row.value


async def test_a_party_named_late_gets_what_its_scope_already_holds(runtime: Runtime) -> None:
    record, sent = new_id(), referral("cpi")
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, REPORTING_ID)
    for parties in ([], ["cpi.registry"], ["cpi.registry"]):
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
            outbox.add(session, sent, record=record, scope=sent.referral, to=parties)
    of_referral = [one for one in await published(runtime) if one.circle == "referral"]
    assert [one.seq for one in of_referral] == [1, 2, 3]
    assert {one.granted_to for one in of_referral} == {("cpi.registry", "sil.placement")}
    others = [one for one in await published(runtime) if one.circle == "care"]
    assert {one.granted_to for one in others} == {("sil.placement",)}


async def counted(runtime: Runtime, record: str, *episodes: str) -> None:
    """Publish a counted event of each episode."""
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, REPORTING_ID)
        for episode in episodes:
            outbox.add(session, opening(episode), record=record, scope=episode)


async def test_a_fact_goes_with_its_event_or_neither_goes(runtime: Runtime) -> None:
    """INVARIANT: a counted event and its fact are committed together, and the fact is `fact_of` the event. A
    service that publishes facts by hand, or a commit point that derives them afterwards, breaks it."""
    record, episode = new_id(), new_id()
    with pytest.raises(PersonNotYetKnown):
        async with transaction(runtime) as session:
            outbox.add(session, opening(episode), record=record, scope=episode)
    assert await published(runtime) == []
    await counted(runtime, record, episode)
    event, fact = await published(runtime)
    assert isinstance(event.event, TakingInChargeOpened)
    assert fact.event == fact_of(event.event, REPORTING_ID)
    assert fact.granted_to == ("provincia.reporting",)
    assert "provincia.reporting" not in event.granted_to


async def test_a_fact_carries_nothing_that_leads_back_to_its_event(runtime: Runtime) -> None:
    """INVARIANT: no record, trace, cause, operator or shared id in a fact, sealed or clear, nor in its grant.
    Copying an event's inner members onto its fact breaks it."""
    record, episode = new_id(), new_id()
    cause = new_id()
    info: dict[str, Any] = {
        "runtime": runtime,
        "actor": Actor("caseworker", "sil", "op-7"),
        "caused_by": [cause],
        "traceparent": f"00-{'1' * 32}-{'2' * 16}-01",
    }
    async with runtime.database.write(**info) as session:
        await access.learn_reporting_id(session, record, REPORTING_ID)
        outbox.add(session, opening(episode), record=record, scope=episode)
        await outbox.commit(session)
    event, fact = await published(runtime)
    inner = fact.inner
    assert (inner.record, inner.caused_by, inner.corrects, inner.traceparent) == (None, (), None, None)
    assert (inner.actor.role, inner.actor.operator) == ("service", "sil.registry")
    (grant,) = await rows(runtime, GrantGiven, col(GrantGiven.stream) == fact.stream)
    (row,) = await rows(runtime, OutboxRow, col(OutboxRow.event_id) == fact.event_id)
    said = (str(grant.grant) + str(inner) + row.value.decode()).lower()
    for name in (record, episode, event.stream, event.event_id, cause, "op-7"):
        assert name not in said


async def test_facts_of_one_stream_are_never_due_before_the_one_before(
    database_url: str, tmp_path: Path
) -> None:
    delay = (0.5, 60.0)
    async with running(SERVICE, database_url, tmp_path, member="sil", facts_delay=delay) as runtime:
        record, episode = new_id(), new_id()
        for _ in range(12):
            await counted(runtime, record, episode)
        facts = await rows(runtime, OutboxRow, col(OutboxRow.kind) == "fact")
        due = [fact.not_before for fact in sorted(facts, key=lambda fact: fact.seq or 0) if fact.not_before]
        assert len(due) == 12
        assert due == sorted(due), "a later fact would overtake an earlier one"
        assert (due[0] - facts[0].committed_at).total_seconds() >= delay[0]
        messages = [
            row.not_before for row in await rows(runtime, OutboxRow, col(OutboxRow.kind) == "message")
        ]
        keys = [when for when in messages if when is not None]
        assert len(keys) == 1, "one grant for the fact's stream, and it waits too"
        assert keys[0] < due[0]


async def test_what_a_copy_of_an_own_event_learns_is_acted_upon_in_the_same_commit(runtime: Runtime) -> None:
    record, theirs = new_id(), new_id()
    async with transaction(runtime) as session:
        outbox.add(session, person(), record=record, scope=record)
        outbox.add(session, consent("cpi"), record=record, scope=record)
        outbox.add(session, link(("sil", record), ("cpi", theirs)), record=record, scope=record)
    (stream,) = await rows(runtime, OwnStream)
    given = await rows(runtime, GrantGiven, col(GrantGiven.stream) == stream.stream)
    assert {grant.recipient for grant in given} == {"sil.placement", "cpi.registry", "cpi.placement"}


# Budgets: how many statements a command costs. Each is a round trip on PostgreSQL.


async def cost(runtime: Runtime, *streams: tuple[str, str], counted: bool = False) -> list[str]:
    """The statements of one command that publishes one event on each stream, but for what the test's own
    service adds (its copy) and for SQLite's BEGIN."""
    with statements(runtime.database) as seen:
        async with transaction(runtime) as session:
            for record, scope in streams:
                event = opening(scope) if counted else assignment(scope)
                outbox.add(session, event, record=record, scope=scope)
    return [said for said in kinds(seen) if said not in ("BEGIN IMMEDIATE", "INSERT INTO heard_copy")]


async def test_statements_per_command_are_budgeted(runtime: Runtime) -> None:
    one, other = (new_id(), new_id()), (new_id(), new_id())
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, other[0], REPORTING_ID)
    budgets = [
        ("the first event of a new stream, with its grants", 12, await cost(runtime, one)),
        ("an event of a known stream", 4, await cost(runtime, one)),
        ("twenty events of a known stream", 4, await cost(runtime, *[one] * 20)),
        ("a counted event and its fact, both streams new", 15, await cost(runtime, other, counted=True)),
        ("a counted event and its fact, both known", 6, await cost(runtime, other, counted=True)),
    ]
    holding = int(runtime.database.dialect == "postgresql")
    for name, budget, said in budgets:
        assert len(said) <= budget + holding, f"{name}: {said}"
    assert sorted((await chains(runtime)).values()) == [2, 2, 22]
