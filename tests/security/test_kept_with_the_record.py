"""Evaluations, projects and placements have no time of their own: they go with the record."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from trama_chassis.clock import Clock, write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import table_of
from trama_chassis.testing import FIRST_PLACES, Territory, client, running, transaction
from trama_chassis.testing_databases import migration
from trama_chassis.testing_post import Post
from trama_chassis.timers import run_due
from trama_evaluation.__main__ import service as evaluation
from trama_evaluation.models import Evaluation, TeamRule
from trama_placement.__main__ import service as placement
from trama_placement.models import PathTypeRule, Placement
from trama_registry.__main__ import service as registry
from trama_reporting.__main__ import service as reporting

SIL, HOST = "sil", "coop-filo"
CANARY = "Canarino della valutazione"
PERSON = {
    "given_name": "Anna",
    "family_name": "Esempio",
    "taking_in_charge": {"need": "Un lavoro"},
}
EVALUATION = {
    "team": "integrated-team",
    "question": CANARY,
    "contributions_by": "2013-10-31",
    "contributors": [SIL],
}
PART = {"discipline": "work-mediation", "note": CANARY}
PLACEMENT = {
    "path_type": "traineeship",
    "host": HOST,
    "task": "Canarini in magazzino",
    "weekly_hours": 16,
    "planned_from": "2013-10-21",
    "planned_to": "2013-12-20",
}


@dataclass
class Member:
    """The services of a member, with those of a host and of who counts; a supervisor at each desk."""

    runtimes: dict[str, Runtime]
    desks: dict[str, httpx.AsyncClient]
    clock_file: Path

    async def carry(self) -> None:
        """Everything that waits reaches who reads it."""
        await Post(list(self.runtimes.values())).carry()

    async def settle(self) -> None:
        """What is to be erased is, wherever it went, and everybody answers."""
        for _ in range(6):
            for one in self.runtimes.values():
                await one.erasures.turn()
            await self.carry()

    async def do(self, service: str, path: str, body: object = None) -> Any:
        """A command over HTTP."""
        answer = await self.desks[service].post(f"/api/{service}{path}", json=body or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def kept(self) -> dict[str, int]:
        """How many evaluations, placements and persons at the host there are."""
        found = {}
        for name, table in (("evaluation", Evaluation), ("placement", Placement)):
            async with self.runtimes[name].database.read() as session:
                found[name] = len((await session.execute(select(table_of(table)))).all())
        found["host"] = len((await self.desks["host"].get("/api/placement/hosted")).json())
        return found

    def on_disk(self) -> bytes:
        """Every byte of their databases."""
        folder = self.clock_file.parent
        return b"".join(path.read_bytes() for path in folder.rglob("*") if ".db" in path.name)


def rules(service: Any, table: Any, name: str, **more: Any) -> list[Any]:
    """The dated rules that a service's migrations write."""
    written = migration(service.migrations / "versions", name).RULES
    return [table(**one, **more.get(one.get("path_type"), {})) for one in written]


@pytest.fixture
async def member(tmp_path: Path) -> AsyncIterator[Member]:
    places = {
        name: replace(place, services=(*place.services, "evaluation")) if "care" in place.circles else place
        for name, place in FIRST_PLACES.items()
    }
    territory, clock_file = Territory(places=places), tmp_path / "clock.json"
    write_clock(clock_file, datetime(2013, 10, 14, 9, tzinfo=UTC))
    key = tmp_path / "reporting.key"
    key.touch(mode=0o600)
    key.write_bytes(b"reporting key of a test, 32 byte")
    conditions = migration(placement.migrations / "versions", "0002_placement").CONDITIONS
    started: dict[str, Any] = {
        "registry": (registry, SIL, [], {"sector": "work-integration", "reporting_key_file": key}),
        "evaluation": (evaluation, SIL, rules(evaluation, TeamRule, "0001_evaluation"), {}),
        "placement": (placement, SIL, rules(placement, PathTypeRule, "0001_placement", **conditions), {}),
        "host": (placement, HOST, [], {}),
        "reporting": (reporting, "provincia", [], {}),
    }
    async with AsyncExitStack() as stack:
        runtimes, desks = {}, {}
        for name, (service, who, dated, more) in started.items():
            url, given = f"sqlite:///{tmp_path / f'{name}.db'}", {"clock_file": clock_file, **more}
            run = running(service, url, tmp_path / name, member=who, territory=territory, **given)
            runtimes[name] = await stack.enter_async_context(run)
            desks[name] = await stack.enter_async_context(client(runtimes[name], "supervisor"))
            async with transaction(runtimes[name]) as session:
                session.add_all(dated)
        found = Member(runtimes, desks, clock_file)
        await found.carry()
        yield found


async def test_what_was_found_and_where_they_worked_goes_when_the_time_of_the_record_is_over(
    member: Member,
) -> None:
    """INVARIANT: when the whole record is erased since its time is over, its evaluations and placements are
    gone from the services that wrote them and from the host. A service that does not follow breaks it."""
    record = (await member.do("registry", "/persons", PERSON))["record"]
    await member.carry()
    asked = await member.do("evaluation", "/evaluations", {"record": record, **EVALUATION})
    await member.do("evaluation", f"/asked/{SIL}/{asked['evaluation']}/contribution", PART)
    proposed = await member.do("placement", "/placements", {"record": record, **PLACEMENT})
    await member.do("placement", f"/placements/{proposed['placement']}/approvals", {"party": "person"})
    await member.carry()
    await member.do("registry", f"/persons/{record}/taking-in-charge/close", {"reason": "goals-reached"})
    await member.carry()
    assert await member.kept() == {"evaluation": 1, "placement": 1, "host": 1}
    assert member.on_disk().count(CANARY.encode()) > 0, "or this test could not fail"
    write_clock(member.clock_file, datetime(2023, 10, 14, 9, tzinfo=UTC))
    for one in member.runtimes.values():
        one.clock = Clock(member.clock_file)
        await run_due(one)
    (due,) = (await member.desks["registry"].get("/api/registry/erasure-proposals")).json()
    assert due["kind"] == "record"
    assert await member.kept() == {"evaluation": 1, "placement": 1, "host": 1}, "the clock erases nothing"
    order = await member.do(
        "registry", f"/erasure-proposals/{due['proposal']}/accept", {"act": "Determina 7/2023"}
    )
    await member.settle()
    assert await member.kept() == {"evaluation": 0, "placement": 0, "host": 0}
    assert member.on_disk().count(CANARY.encode()) == 0
    assert member.on_disk().count(b"Canarini in magazzino") == 0
    register = (await member.desks["registry"].get(f"/api/registry/erasures/{order['order']}")).json()
    answers = {(one["member"], one["service"]): one["state"] for one in register["recipients"]}
    expected = dict.fromkeys([(SIL, "evaluation"), (SIL, "placement"), ("provincia", "reporting")], "done")
    assert answers == expected
