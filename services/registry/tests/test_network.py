"""Who does what in the network: told by each registry, read by every other, about nobody."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col
from trama_chassis import catalogue, clock
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import Territory, client, published, transaction
from trama_contracts.catalogue import catalogue_value
from trama_contracts.names import topic_of
from trama_contracts.offers import Capacity, ServiceOffered
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of, sign

API = "/api/registry"
PAGE = {"Accept": "text/html"}
OFFER = {
    "name": "Laboratorio di assemblaggio",
    "what": "Posti di lavoro con affiancamento",
    "for_whom": "Chi ha concordato un percorso <con un servizio>",
    "phone": "0434 000003",
    "address": "Via di Prova 2, Pordenone",
    "hours": "Da lunedì a venerdì 8-16",
    "receives_referrals": False,
}
PATH = f"{API}/offers/laboratorio"
Hosting = tuple[Runtime, Runtime]


@pytest.fixture
async def hosting(
    registry_of: Callable[..., Any], database_url: str, fresh_database: Callable[[str], str]
) -> AsyncIterator[Hosting]:
    """The registry of a host (on each kind of database), which follows nobody, and that of the SIL."""
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(
            registry_of("coop-filo", database_url, sector="host", reporting_key_file=None)
        )
        sil = await stack.enter_async_context(
            registry_of("sil", fresh_database("sqlite"), sector="work-integration")
        )
        yield host, sil


async def carry(sender: Runtime, receiver: Runtime) -> list[Record]:
    """Bring what one tells everybody to the other, byte for byte."""
    wanted = select(OutboxRow).where(col(OutboxRow.kind) == "catalogue").order_by(col(OutboxRow.position))
    async with sender.database.read() as session:
        records = [
            Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON))
            for row in await session.scalars(wanted)
        ]
    await receiver.take_catalogue(records)
    return records


async def put(http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await http.put(path, json=body)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def seen(runtime: Runtime, member: str = "coop-filo") -> list[dict[str, Any]]:
    """What a caseworker of a member sees of another's offers."""
    async with client(runtime, "caseworker") as http:
        network = (await http.get(f"{API}/network")).json()
    (found,) = [one for one in network if one["member"] == member]
    offers: list[dict[str, Any]] = found["offers"]
    return offers


async def test_what_a_host_offers_is_read_at_another_member_with_its_free_places(
    hosting: Hosting, clock_file: Path
) -> None:
    host, sil = hosting
    async with client(host, "host-tutor") as http:
        offered = await put(http, PATH, OFFER)
        assert (offered["offer"], offered["capacity"]) == ("laboratorio", None)
        stated = await put(http, f"{PATH}/capacity", {"places": 5, "free": 2})
        assert (await http.get(f"{API}/offers")).json() == [stated]
    assert stated["capacity"] == {"places": 5, "free": 2, "as_of": "2013-10-14", "days_old": 0}
    assert await seen(sil) == []
    await carry(host, sil)
    assert await seen(sil) == [stated]
    write_clock(clock_file, datetime(2013, 10, 26, 9, tzinfo=UTC))
    sil.clock = clock.Clock(clock_file)
    (aged,) = await seen(sil)
    assert (aged["capacity"]["as_of"], aged["capacity"]["days_old"]) == ("2013-10-14", 12)
    assert await published(host) == []


async def test_an_offer_that_changes_is_read_as_it_is_now_and_no_older_or_wrong_version_counts(
    hosting: Hosting,
) -> None:
    """INVARIANT: a member's offer is what it said last. Taking whatever comes, or believing another service
    or another entity, breaks it."""
    host, sil = hosting
    async with client(host, "host-tutor") as http:
        for free in (3, 1):
            await put(http, PATH, OFFER | {"hours": f"Dalle {free} in poi"})
            await put(http, f"{PATH}/capacity", {"places": 5, "free": free})
    older = await carry(host, sil)
    now = await seen(sil)
    assert (now[0]["capacity"]["free"], now[0]["hours"]) == (1, "Dalle 1 in poi")
    territory = Territory()
    lies = [
        ("coop-filo.registry", "capacity:altro"),
        ("sil.registry", "capacity:laboratorio"),
        ("coop-filo.placement", "capacity:laboratorio"),
    ]
    said = {"offer": "laboratorio", "places": 9, "free": 9, "as_of": "2013-10-14"}
    for principal, entity in lies:
        topic = topic_of(territory.network, principal, "catalogue")
        told: dict[str, Any] = {"type": Capacity.wire_type, "id": entity, "version": 10**12, "content": said}
        value = catalogue_value(issued=clock.machine_now(), **told)
        signature = sign(territory.signing(principal), topic, entity.encode(), value)
        await sil.take_catalogue([Record(topic, entity.encode(), value, headers_of(signature, PLAIN_JSON))])
        assert await seen(sil) == now
    await sil.take_catalogue(older)
    assert await seen(sil) == now


async def test_what_is_not_understood_is_passed_over(hosting: Hosting) -> None:
    host, sil = hosting
    async with client(host, "host-tutor") as http:
        await put(http, PATH, OFFER)
    async with transaction(host) as session:
        wrong = {"offer": "laboratorio", "places": 1, "free": 3, "as_of": "2013-10-14"}
        await catalogue.publish(session, "capacity:laboratorio", Capacity.wire_type, wrong)
        await catalogue.publish(session, "offer:nuovo", ServiceOffered.wire_type, {"of": "a later version"})
    await carry(host, sil)
    assert [(one["offer"], one["capacity"]) for one in await seen(sil)] == [("laboratorio", None)]


async def test_places_are_of_an_offer_of_ours_and_never_more_free_than_there_are(hosting: Hosting) -> None:
    host, _ = hosting
    async with client(host, "host-tutor") as http:
        missing = await put(http, f"{PATH}/capacity", {"places": 5, "free": 2}, 404)
        assert missing["type"].endswith("offer-not-here")
        await put(http, PATH, OFFER)
        refused = await put(http, f"{PATH}/capacity", {"places": 2, "free": 3}, 409)
        assert (refused["type"], refused["errors"][0]["field"]) == (
            *("urn:trama:problem:free-beyond-places", "free"),
        )
        assert "I posti liberi (3) sono più dei posti (2)" in refused["detail"]
        for wrong in ({"places": -1, "free": 0}, {"places": 2}, {"places": 2, "free": 1, "record": "x"}):
            await put(http, f"{PATH}/capacity", wrong, 422)
        for wrong in (OFFER | {"phone": "chiamare"}, OFFER | {"name": " "}, OFFER | {"person": "Anna"}):
            await put(http, PATH, wrong, 422)
        await put(http, f"{API}/offers/Non valido", OFFER, 422)
        told = await put(http, PATH, OFFER | {"receives_referrals": True}, 409)
        assert (told["type"], told["errors"][0]["field"]) == (
            *("urn:trama:problem:receives-no-referrals", "receives_referrals"),
        )
        (offer,) = (await http.get(f"{API}/offers")).json()
    assert (offer["receives_referrals"], offer["capacity"]) == (False, None)


async def test_the_same_said_again_is_not_told_again(ambito: Runtime) -> None:
    async with client(ambito, "caseworker") as http:
        offer = OFFER | {"receives_referrals": True, "usual_answer_days": 7}
        first = await put(http, PATH, offer)
        versions = [await _versions(ambito) for _ in range(1) if await put(http, PATH, offer) == first]
        await put(http, PATH, offer | {"usual_answer_days": 5})
    assert versions == [1]
    assert await _versions(ambito) == 2


async def _versions(runtime: Runtime) -> int:
    async with runtime.database.read() as session:
        keys = await session.scalars(select(col(OutboxRow.key)).where(col(OutboxRow.kind) == "catalogue"))
        return list(keys).count("offer:laboratorio")


async def test_the_page_says_who_does_what_and_how_old_the_places_are(hosting: Hosting) -> None:
    host, _ = hosting
    async with client(host, "host-tutor") as http:
        await put(http, PATH, OFFER)
        await put(http, f"{PATH}/capacity", {"places": 5, "free": 2})
        page = (await http.get("/rete", headers=PAGE)).text
        assert (await http.get("/persone", headers=PAGE)).status_code == 403
        form = {"places": "5", "free": "1"}
        moved = await http.post("/rete/laboratorio/posti", data=form, headers=PAGE)
        refused = await http.post("/rete/laboratorio/posti", data=form | {"free": "6"}, headers=PAGE)
        after = (await http.get("/rete", headers=PAGE)).text
    assert (moved.status_code, refused.status_code) == (303, 409)
    assert "I posti liberi (6) sono più dei posti (5)" in refused.text
    assert "1 su 5" in after
    assert after.count("Aggiorna i posti") == 1
    for said in (
        "Cooperativa sociale",
        "Laboratorio di assemblaggio",
        "2 su 5",
        "dato di oggi",
        "tel:0434000003",
    ):
        assert said in page
    assert "&lt;con un servizio&gt;" in page
    assert "Non ha ancora descritto che cosa offre." in page
    assert 'href="/persone"' not in page
    async with client(host, "caseworker") as http:
        assert 'href="/persone"' in (await http.get("/rete", headers=PAGE)).text
    async with client(host, "reporting-reader") as http:
        assert (await http.get("/rete", headers=PAGE)).status_code == 403
        assert (await http.get(f"{API}/network")).status_code == 403
