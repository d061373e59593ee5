"""The two doors: who asks before any taking in charge, the listening centre, and routing within a term."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis import clock
from trama_chassis.accounts import Caller
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_chassis.timers import run_due
from trama_contracts.events import EVENTS
from trama_contracts.registry import AccessConcluded, AccessRecorded, PersonRegistered, TakingInChargeOpened
from trama_registry import commands, queries
from trama_registry.models import AccessRequest, Person
from trama_registry.models.access import CHANNELS, RISK_FACTORS
from trama_registry.queries.told import relation
from trama_registry.schemas import RecordAccess, RegisterPerson

from .conftest import TODAY

ACCESSES = "/api/registry/accesses"
ASKS: dict[str, Any] = {"channel": "desk", "need": "Chiede un lavoro"}
SPECIALIST = ("caseworker", "listening-specialist")


def code_of(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def test_who_asks_without_a_name_is_heard_and_nobody_is_told(ambito: Runtime) -> None:
    async with client(ambito, "caseworker") as http:
        asked = await http.post(ACCESSES, json=ASKS | {"risk_factors": ["debts", "isolation"]})
        named = await http.post(ACCESSES, json=ASKS | {"given_name": "Anna"})
        listed = (await http.get(ACCESSES)).json()
    assert asked.status_code == 201
    assert (asked.json()["record"], asked.json()["name"], asked.json()["state"]) == (None, "", "to-route")
    assert asked.json()["route_by"] == "2013-10-19"
    assert named.json()["name"] == "Anna"
    assert (listed["total"], listed["late"]) == (2, 0)
    assert await published(ambito) == []


async def test_who_is_taken_in_charge_at_the_desk_has_the_first_contact_in_the_story(
    ambito: Runtime, sara: Caller
) -> None:
    async with client(ambito, "caseworker") as http:
        asked = await http.post(ACCESSES, json=ASKS | {"given_name": "Anna"})
        path = f"{ACCESSES}/{asked.json()['access']}/conclude"
        concluded = await http.post(path, json={"outcome": "taken-in-charge", "family_name": "Esempio"})
        again = await http.post(path, json={"outcome": "informed"})
    record = concluded.json()["record"]
    assert (concluded.json()["state"], concluded.json()["outcome"]) == ("concluded", "taken-in-charge")
    assert code_of(again) == "access-already-concluded"
    told = await published(ambito, PersonRegistered, AccessRecorded, AccessConcluded, TakingInChargeOpened)
    assert {one.record for one in told} == {record}
    assert len(told) == 4
    async with ambito.database.read(runtime=ambito) as session:
        story = await queries.timeline(session, record)
    assert [entry.type.split(".")[3] for entry in story.entries][:2] == [
        "person-registered",
        "access-recorded",
    ]


async def test_the_language_asked_at_the_desk_is_the_persons_where_nobody_had_noted_one(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    spoken = {"language": "sq", "needs_interpreter": "true"}
    async with transaction(ambito) as session:
        known = (await commands.register_person(session, anna, sara)).record
    async with client(ambito, "caseworker") as http:
        typed = {"family_name": "Modello", "channel": "desk", "need": "Chiede un lavoro"}
        sent = await http.post("/persone/nuova", data=typed | spoken | {"outcome": "taken-in-charge"})
        assert sent.status_code == 303
        new = sent.headers["location"].rpartition("/")[2]
        for language in ("sq", "uk"):  # what is noted stays
            await http.post(ACCESSES, json=ASKS | {"record": known, "language": language})
        heard = await http.post(ACCESSES, json=ASKS | {"language": "ps"})
        page = (await http.get(f"/accessi/{heard.json()['access']}")).text
        said = [(await http.get(f"/api/registry/persons/{one}")).json() for one in (new, known)]
    assert [(one["language"], one["needs_interpreter"]) for one in said] == [("sq", True), ("sq", None)]
    assert [one.event.model_dump()["language"] for one in await published(ambito, PersonRegistered)] == [
        None,
        "sq",
        "sq",
    ]
    assert "pashto" in page


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outcome": "taken-in-charge"}, "nobody-to-take-in-charge"),
        ({"received_on": "2013-10-15"}, "day-in-future"),
        ({"door": "planning-unit"}, "person-not-named"),
        ({"reserved": True}, "listening-for-specialists"),
        ({"record": "00000001-51a4-4c39-8f0e-2a6b7c8d9e10"}, "person-not-here"),
    ],
)
async def test_what_cannot_be_taken_in_is_refused(ambito: Runtime, body: Any, code: str) -> None:
    async with client(ambito, "caseworker") as http:
        assert code_of(await http.post(ACCESSES, json=ASKS | body)) == code
        assert (await http.get(ACCESSES)).json()["total"] == 0


async def test_the_planning_unit_is_asked_for_who_is_followed(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    async with transaction(ambito) as session:
        alone = anna.model_copy(update={"taking_in_charge": None})
        record = (await commands.register_person(session, alone, sara)).record
    asks = ASKS | {"door": "planning-unit", "record": record}
    async with client(ambito, "caseworker") as http:
        early = await http.post(ACCESSES, json=asks)
        await http.post(f"/api/registry/persons/{record}/taking-in-charge", json={"need": "Lavoro"})
        asked = await http.post(ACCESSES, json=asks)
    assert code_of(early) == "not-in-charge"
    (told,) = await published(ambito, AccessRecorded)
    assert (told.scope, told.record) == (f"access:{asked.json()['access']}", record)


async def test_the_listening_centre_is_seen_by_its_specialists_alone(ambito: Runtime) -> None:
    """INVARIANT: what the listening centre hears is in no list, count or search of others, and is never
    published. A count over all rows, or an event of it, breaks it."""
    asks = ASKS | {"family_name": "Provetta", "reserved": True}
    async with client(ambito, *SPECIALIST) as http:
        heard = (await http.post(ACCESSES, json=asks)).json()["access"]
        taken = (await http.post(ACCESSES, json=asks | {"outcome": "taken-in-charge"})).json()
        assert (await http.get(f"{ACCESSES}?concluded=true&name=prov")).json()["total"] == 2
    assert taken["record"] is not None
    for role in ("caseworker", "supervisor"):
        async with client(ambito, role) as http:
            assert (await http.get(f"{ACCESSES}?concluded=true")).json()["total"] == 0
            assert (await http.get(f"{ACCESSES}?concluded=true&name=prov")).json()["total"] == 0
            assert (await http.get(f"{ACCESSES}/{heard}")).status_code == 404
            concluded = await http.post(f"{ACCESSES}/{heard}/conclude", json={"outcome": "informed"})
            assert concluded.status_code == 404
    assert await published(ambito, AccessRecorded, AccessConcluded) == []


async def test_who_is_not_routed_in_time_is_reminded_of_once_and_escalated_once(
    ambito: Runtime, sara: Caller, clock_file: Any
) -> None:
    async with transaction(ambito) as session:
        access = (await commands.record_access(session, RecordAccess(**ASKS), sara)).access

    async def marks_after(days: int) -> tuple[date | None, date | None]:
        write_clock(clock_file, TODAY + timedelta(days=days))
        ambito.clock = clock.Clock(clock_file)
        for _ in range(2):
            await run_due(ambito)
        async with ambito.database.read() as session:
            found = (await session.scalars(select(AccessRequest))).one()
        assert found.access == access
        return found.reminded_on, found.escalated_on

    assert await marks_after(3) == (None, None)
    assert await marks_after(4) == (date(2013, 10, 18), None)
    assert await marks_after(6) == (date(2013, 10, 18), date(2013, 10, 20))
    assert await marks_after(9) == (date(2013, 10, 18), date(2013, 10, 20))


def test_every_code_at_the_door_has_its_words() -> None:
    assert set(relation.CHANNELS) == set(CHANNELS)
    assert set(relation.RISK_FACTORS) == set(RISK_FACTORS)


async def test_risk_factors_are_codes_of_no_diagnosis_and_nothing_asks_for_an_origin(ambito: Runtime) -> None:
    """INVARIANT: what weighs on somebody at the door is told by codes that are no item of the ICF, and no
    field of an event or of the API is for an ethnic origin (GDPR art. 9). A field of that kind breaks it."""
    assert {"low-schooling", "short-curriculum", "no-occupational-profile"} <= set(RISK_FACTORS)
    assert [code for code in RISK_FACTORS if re.fullmatch(r"[bdes]\d{3,5}", code)] == []
    async with client(ambito, "caseworker") as http:
        icf = await http.post(ACCESSES, json=ASKS | {"risk_factors": ["d825"]})
        described = (await http.get("/api/registry/openapi.json")).json()["components"]["schemas"]
    assert icf.status_code == 422
    asked = {name for schema in described.values() for name in schema.get("properties", {})}
    told = {name for event in EVENTS.values() for name in event.model_fields}
    assert "risk_factors" in asked & told
    origins = re.compile("ethnic|race|racial|religio|nationalit|citizen|origin")
    assert sorted(name for name in asked | told if origins.search(name)) == []


async def test_a_name_alone_is_enough_to_be_known_by(ambito: Runtime) -> None:
    async with client(ambito, "caseworker") as http:
        asks = ASKS | {"given_name": "𝒥òsé'", "register_person": True}
        record = (await http.post(ACCESSES, json=asks)).json()["record"]
    async with ambito.database.read() as session:
        assert (await session.get_one(Person, record)).family_name == "𝒥òsé'"
