"""The registry's commands: state and events together, or neither; races; how much they cost."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.facts import TakingInChargeOpenedFact
from trama_contracts.registry import PersonRegistered, ReportingIdAssigned, TakingInChargeOpened
from trama_registry import commands, errors, queries
from trama_registry.models import EntryCopy, Person, reporting_id_of
from trama_registry.schemas import (
    CloseTakingInCharge,
    OpenTakingInCharge,
    RegisterPerson,
)


@contextmanager
def statements(runtime: Runtime) -> Iterator[list[str]]:
    """The SQL a service's database is sent meanwhile."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    engine = runtime.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_registering_publishes_who_it_is_to_whom_it_concerns(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    async with transaction(ambito) as session:
        person = await commands.register_person(session, anna, sara)
    known = {one.event.wire_type: one for one in await published(ambito)}
    assert known[PersonRegistered.wire_type].event == PersonRegistered(
        **anna.model_dump(exclude={"taking_in_charge"})
    )
    assert {one.record for one in known.values()} == {person.record}
    # Nobody is linked yet: who it is stays here, and the count goes to who counts.
    granted = {wire_type: one.granted_to for wire_type, one in known.items()}
    assert granted[PersonRegistered.wire_type] == ()
    assert granted[TakingInChargeOpenedFact.wire_type] == ("provincia.reporting",)
    fact = known[TakingInChargeOpenedFact.wire_type].event
    assert isinstance(fact, TakingInChargeOpenedFact)
    key = ambito.settings.reporting_key_file
    assert key is not None
    assert fact.reporting_id == reporting_id_of(anna.tax_code, key.read_bytes())


async def test_sister_services_alone_are_told_the_pseudonym(
    both: tuple[Runtime, Runtime], anna: RegisterPerson, sara: Caller
) -> None:
    told = []
    for runtime in both:
        async with transaction(runtime) as session:
            await commands.register_person(session, anna, sara)
        (assigned,) = await published(runtime, ReportingIdAssigned)
        told.append(assigned)
    assert [one.granted_to for one in told] == [(), ("sil.placement",)]
    assert told[0].event == told[1].event


async def test_a_refused_command_leaves_nothing_behind(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    async with transaction(ambito) as session:
        await commands.register_person(session, anna, sara)
    before = await published(ambito)
    late = OpenTakingInCharge.model_validate({"need": "x", "opened_on": "2013-10-15"})
    unborn = RegisterPerson(family_name="Altra", taking_in_charge=late)
    for refused, refusal in ((anna, errors.AlreadyRegistered), (unborn, errors.DayInFuture)):
        with pytest.raises(refusal):
            async with transaction(ambito) as session:
                await commands.register_person(session, refused, sara)
    async with ambito.database.read() as session:
        assert len((await session.scalars(select(Person))).all()) == 1
    assert await published(ambito) == before


async def test_registering_and_taking_in_charge_costs_few_statements(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: the commonest command stays cheap. A query in a loop, or a merge per copy, breaks it."""
    async with transaction(ambito) as session:
        await commands.register_person(session, RegisterPerson(family_name="Prima"), sara)
    with statements(ambito) as seen:
        async with transaction(ambito) as session:
            await commands.register_person(session, anna, sara)
    spoken = [one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))]
    assert len(spoken) <= 20, "\n".join(spoken)


async def test_a_race_for_one_tax_code_makes_one_record(ambito: Runtime, tax_code: str) -> None:
    body = {"family_name": "Esempio", "tax_code": tax_code, "taking_in_charge": {"need": "Lavoro"}}
    async with client(ambito, "caseworker") as http:
        answers = await asyncio.gather(*(http.post("/api/registry/persons", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    refused = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert refused == {"urn:trama:problem:already-registered"}
    assert len(await published(ambito, PersonRegistered)) == 1


async def test_a_race_to_open_makes_one_episode(ambito: Runtime, sara: Caller) -> None:
    async with transaction(ambito) as session:
        person = await commands.register_person(session, RegisterPerson(family_name="Esempio"), sara)
    path = f"/api/registry/persons/{person.record}/taking-in-charge"
    async with client(ambito, "caseworker") as http:
        answers = await asyncio.gather(*(http.post(path, json={"need": "Lavoro"}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    refused = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert refused == {"urn:trama:problem:already-in-charge"}
    assert len(await published(ambito, TakingInChargeOpened)) == 1


async def test_a_closing_and_what_needs_the_episode_wait_for_each_other(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: nothing is recorded under an episode that was closed meanwhile. Asking for the open episode
    without locking it breaks it."""
    async with transaction(ambito) as session:
        person = await commands.register_person(session, anna, sara)
    path = f"/api/registry/persons/{person.record}"
    async with client(ambito, "caseworker") as http:
        await asyncio.gather(
            *(http.post(f"{path}/case-manager", json={"name": f"Numero {n}"}) for n in range(5)),
            http.post(f"{path}/taking-in-charge/close", json={"reason": "moved"}),
        )
    told = [one.event.wire_type.split(".")[3] for one in await published(ambito)]
    after = told[told.index("taking-in-charge-closed") + 1 :]
    assert [one for one in after if not one.endswith("-fact")] == []


async def test_what_is_dated_earlier_happened_then(ambito: Runtime, sara: Caller) -> None:
    opening = OpenTakingInCharge.model_validate({"need": "Lavoro", "opened_on": "2013-02-04"})
    closing = CloseTakingInCharge.model_validate({"reason": "moved", "closed_on": "2013-02-04"})
    async with transaction(ambito) as session:
        person = await commands.register_person(
            session, RegisterPerson(family_name="Esempio", taking_in_charge=opening), sara
        )
    async with transaction(ambito) as session:
        await commands.close_taking_in_charge(session, person.record, closing)
    async with ambito.database.read(runtime=ambito) as session:
        view = await queries.timeline(session, person.record)
    assert [(entry.type.split(".")[3], f"{entry.occurred_at:%d %H:%M}") for entry in view.entries] == [
        ("taking-in-charge-opened", "03 23:00"),  # midnight in Italy
        ("taking-in-charge-closed", "04 22:59"),
        ("person-registered", "14 08:42"),
    ]


async def test_own_events_are_on_the_own_timeline_as_published(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    async with transaction(ambito) as session:
        await commands.register_person(session, anna, sara)
    async with ambito.database.read() as session:
        entries = {entry.event_id: entry for entry in await session.scalars(select(EntryCopy))}
    told = [one for one in await published(ambito) if one.event_id in entries]
    assert len(entries) == len(told) == 2
    for one in told:
        entry = entries[one.event_id]
        assert (entry.payload, entry.scope) == (one.event.payload(), one.scope)
        assert (entry.occurred_at, entry.recorded_at) == (one.inner.occurred_at, one.inner.recorded_at)
        assert (entry.role, entry.actor_member) == ("caseworker", "ambito-urbano")


async def test_persons_are_listed_by_name_a_page_at_a_time(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    async with transaction(ambito) as session:
        await commands.register_person(session, anna, sara)
        for number in range(53):
            one = RegisterPerson(given_name=f"Numero {number:02}", family_name="Dè Prova")
            await commands.register_person(session, one, sara)
    async with ambito.database.read(runtime=ambito) as session:
        first = await queries.persons_by_name(session, "de pro")
        rest = await queries.persons_by_name(session, "DE PRO", first.after)
        (listed,) = (await queries.persons_by_name(session, "Esempio, A")).persons
    names = [person.name for person in first.persons + rest.persons]
    assert names == [f"Dè Prova Numero {number:02}" for number in range(53)]
    assert rest.after is None
    assert str(listed.in_charge_since) == "2013-10-14"
