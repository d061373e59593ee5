"""What a stream told is gone from every copy of every service when the stream is erased."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis.rebuild import copies_of
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.tables import CHASSIS_TABLES, table_of
from trama_chassis.testing import CARE, Peer, Place, Territory, deliver, running
from trama_chassis.testing_databases import Tables
from trama_contracts.event import Event
from trama_contracts.messages import Erasure
from trama_evaluation.__main__ import service as evaluation
from trama_placement.__main__ import service as placement
from trama_registry.__main__ import service as registry
from trama_reporting.__main__ import service as reporting

ALL = ("registry", "evaluation", "placement")
TERRITORY = Territory(
    places={
        "sil": Place(ALL, "ass6", circles=(*CARE, "justice"), read_by=("cpi",)),
        "cpi": Place(ALL, "provincia-pn", circles=(*CARE, "justice"), read_by=("sil",)),
        "provincia": Place(("reporting",), "provincia-pn", circles=("accountability",)),
    }
)
GOLDEN = Path(__file__).parents[2] / "contracts" / "golden" / "events"
SERVICES = {"registry": registry, "evaluation": evaluation, "placement": placement, "reporting": reporting}
OF_PEERS = "cpi"
"""A member whose word is heard by sil."""


def golden(event: type[Event]) -> dict[str, Any]:
    """Every field of an event, as it is published."""
    payload: dict[str, Any] = json.loads((GOLDEN / event.wire_type / "full.json").read_text())
    return payload


THINGS = {
    "taking-in-charge": "episode",
    "record": "",
    "accesses": "inquiry",
    "urgent-access": "urgent_access",
}
"""Kinds of scope whose id stands in a field of another name."""


def scope_of(event: Event) -> str:
    """The id in the scope of an event: that of the thing its kind of scope names."""
    field = THINGS.get(event.scope, event.scope)
    named = getattr(event, field, None) if field else None
    return str(getattr(named, field, named) or uuid.uuid4())


def written(service: Service, runtime: Runtime) -> Iterator[tuple[Peer, Event, str]]:
    """Golden events of all that a service keeps copies of, by another member and by sisters of its own."""
    own = runtime.settings.member
    record = str(uuid.uuid4())
    for event in service.handlers.copies:
        owner = event.wire_type.split(".")[2]
        for member in (OF_PEERS, own):
            principal = f"{member}.{owner}"
            if principal == runtime.settings.principal:
                continue
            payload = golden(event)
            for field in ("to", "contributors"):
                if field in payload:
                    payload[field] = own if field == "to" else [own]
            if "evaluation" in payload and isinstance(payload["evaluation"], dict):
                payload["evaluation"]["member"] = own
            yield Peer(TERRITORY, principal), event.from_payload(payload), record


@pytest.fixture
def database_tables() -> Tables:
    return CHASSIS_TABLES


async def held(runtime: Runtime) -> dict[str, int]:
    """How many rows each copy of a service has."""
    async with runtime.database.read() as session:
        return {
            table.__name__: len((await session.execute(select(table_of(table)))).all())
            for table in copies_of(runtime)
        }


@pytest.mark.parametrize("name", SERVICES)
async def test_no_copy_outlives_the_stream_that_told_it(name: str, tmp_path: Path) -> None:
    """INVARIANT: once every stream that a service heard is erased, none of its copies has a row. A new copy
    without a `forget` handler breaks it."""
    service = SERVICES[name]
    member = "provincia" if name == "reporting" else "sil"
    url = f"sqlite:///{tmp_path / 'service.db'}"
    async with running(service, url, tmp_path, member=member, territory=TERRITORY, **MORE[name]) as runtime:
        peers = []
        for peer, event, record in written(service, runtime):
            await deliver(runtime, peer, event, record=record, scope=scope_of(event))
            peers.append(peer)
        before = await held(runtime)
        assert {table for table, rows in before.items() if not rows} == set(), "or it shows nothing"
        for peer in peers:
            streams: dict[str, tuple[str, ...]] = {}
            for stream in peer.streams:
                streams[stream.topic] = (*streams.get(stream.topic, ()), stream.stream)
            order = Erasure(order=str(uuid.uuid4()), streams=streams, action="ordered")
            await runtime.take_mail([peer.message(runtime, order)])
        assert {table for table, rows in (await held(runtime)).items() if rows} == set()


MORE: dict[str, dict[str, Any]] = {
    "registry": {"sector": "work-integration"},
    "evaluation": {},
    "placement": {},
    "reporting": {},
}
"""Settings that a service has beside the chassis' own."""
