"""At the host: asked, it answers once for itself, to the promoter alone; it is told that, never why."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published
from trama_contracts.event import Event
from trama_contracts.placement import (
    HostApprovalGiven,
    HostApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
)

API = "/api/placement/hosted"
PAGE = {"Accept": "text/html"}


@dataclass
class Filo:
    """Il Filo's placement service, asked by the SIL."""

    runtime: Runtime
    promoter: Peer

    async def asked(self) -> str:
        """A path the SIL asks it to take."""
        placement = str(uuid4())
        opened = HostPlacementOpened(
            placement=placement,
            given_name="Carla",
            family_name="Dimostri",
            task="Assemblaggio",
            weekly_hours=16,
            planned_from=date(2013, 10, 21),
            planned_to=date(2014, 3, 31),
        )
        await self.told(placement, opened)
        return placement

    async def told(self, placement: str, event: Event) -> None:
        """What the SIL tells it of a path, all in one stream of one record."""
        await deliver(self.runtime, self.promoter, event, record=placement, scope=placement)

    async def closed(self, placement: str) -> None:
        await self.told(placement, HostPlacementClosed(placement=placement, ended_on=date(2013, 10, 14)))

    async def started(self, placement: str) -> None:
        await self.told(placement, HostPlacementStarted(placement=placement, started_on=date(2013, 10, 21)))


@pytest.fixture
async def filo(placement_of: Callable[[str], Any], territory: Territory) -> AsyncIterator[Filo]:
    async with placement_of("coop-filo") as runtime:
        yield Filo(runtime, Peer(territory, "sil.placement"))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:trama:problem:")


async def states(http: httpx.AsyncClient) -> dict[str, str]:
    return {one["placement"]: one["state"] for one in (await http.get(API)).json()}


async def test_a_host_answers_to_the_promoter_alone_on_a_record_of_its_own(filo: Filo) -> None:
    """INVARIANT: a host follows nobody; one record for two paths would tie its people together."""
    yes, no = await filo.asked(), await filo.asked()
    async with client(filo.runtime, "host-tutor") as http:
        approved = await http.post(f"{API}/sil/{yes}/approve", json={})
        assert (approved.status_code, approved.json()["state"]) == (200, "confirmed")
        refused = await http.post(f"{API}/sil/{no}/refuse", json={"reason": "Reparto chiuso"})
        assert (refused.status_code, refused.json()["state_label"]) == (200, "Non accolto")
    given, declined = await published(filo.runtime)
    assert given.event == HostApprovalGiven(placement=yes, promoter="sil", given_on=date(2013, 10, 14))
    assert declined.event == HostApprovalRefused(
        placement=no, promoter="sil", refused_on=date(2013, 10, 14), reason="Reparto chiuso"
    )
    for one in (given, declined):
        assert one.granted_to == ("coop-filo.registry", "sil.placement")
    assert len({given.record, declined.record, yes, no}) == 4


async def test_a_host_is_told_where_its_paths_stand_and_never_why(filo: Filo) -> None:
    asked, confirmed, running, ended, withdrawn, refused = [await filo.asked() for _ in range(6)]
    async with client(filo.runtime, "host-tutor") as http:
        for placement in (confirmed, running, ended):
            await http.post(f"{API}/sil/{placement}/approve", json={})
        await http.post(f"{API}/sil/{refused}/refuse", json={})
        for placement in (running, ended):
            await filo.started(placement)
        for placement in (ended, withdrawn, refused):
            await filo.closed(placement)
        assert list((await states(http)).items()) == [
            (asked, "asked"),
            (confirmed, "confirmed"),
            (running, "running"),
            (refused, "refused"),
            (withdrawn, "withdrawn"),
            (ended, "ended"),
        ]


async def test_a_word_too_much_is_refused_and_publishes_nothing(filo: Filo) -> None:
    answered, withdrawn, running = [await filo.asked() for _ in range(3)]
    await filo.closed(withdrawn)
    await filo.started(running)
    async with client(filo.runtime, "host-tutor") as http:
        await http.post(f"{API}/sil/{answered}/approve", json={})
        before = len(await published(filo.runtime))
        for act in ("approve", "refuse"):
            twice = await http.post(f"{API}/sil/{answered}/{act}", json={})
            assert (twice.status_code, code(twice)) == (409, "already-answered")
            assert "chiamate l'ente promotore" in twice.json()["detail"]
            for placement, said in ((withdrawn, "ha ritirato"), (running, "è già iniziato")):
                late = await http.post(f"{API}/sil/{placement}/{act}", json={})
                assert (late.status_code, code(late)) == (409, "no-longer-asked")
                assert said in late.json()["detail"]
            for promoter, placement in (("cpi", answered), ("sil", str(uuid4()))):
                unknown = await http.post(f"{API}/{promoter}/{placement}/{act}", json={})
                assert (unknown.status_code, code(unknown)) == (404, "not-asked-here")
            wrong = await http.post(f"{API}/sil/{answered}/{act}", json={"diagnosis": "..."})
            assert wrong.status_code == 422
    assert len(await published(filo.runtime)) == before


async def test_two_tutors_who_answer_at_once_answer_once(filo: Filo) -> None:
    asked = await filo.asked()
    async with client(filo.runtime, "host-tutor") as http:
        acts = ("approve", "refuse", "approve", "refuse")
        answers = await asyncio.gather(*(http.post(f"{API}/sil/{asked}/{act}", json={}) for act in acts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await published(filo.runtime)) == 1


async def test_an_answer_outlives_a_rebuild_of_what_others_told(filo: Filo) -> None:
    asked = await filo.asked()
    async with client(filo.runtime, "host-tutor") as http:
        await http.post(f"{API}/sil/{asked}/approve", json={})
        await filo.started(asked)
        before = (await http.get(API)).json()
        await rebuild(filo.runtime)
        assert (await http.get(API)).json() == before
    assert len(await published(filo.runtime)) == 1


async def test_the_page_asks_and_takes_the_answer(filo: Filo) -> None:
    asked, other = await filo.asked(), await filo.asked()
    async with client(filo.runtime, "placement-officer") as http:
        assert "Confermo" not in (await http.get("/ospiti", headers=PAGE)).text
    async with client(filo.runtime, "host-tutor") as http:
        page = (await http.get("/ospiti", headers=PAGE)).text
        assert page.count(">Confermo</button>") == page.count(">Non possiamo accogliere</button>") == 2
        assert "dal 21 ottobre 2013 al 31 marzo 2014" in page
        sent = await http.post(f"/ospiti/sil/{asked}/conferma", headers=PAGE)
        assert (sent.status_code, sent.headers["location"]) == (303, "/ospiti")
        assert (await http.post(f"/ospiti/sil/{other}/rifiuto", headers=PAGE)).status_code == 303
        after = (await http.get("/ospiti", headers=PAGE)).text
        assert "Confermato, in attesa di avvio" in after
        assert "Non accolto" in after
        assert "<form" not in after.partition("<main")[2].partition("</main>")[0]
        again = await http.post(f"/ospiti/sil/{asked}/rifiuto", headers=PAGE)
        assert again.status_code == 409
        assert "Avete già confermato il 14 ottobre 2013" in again.text
        unknown = await http.post(f"/ospiti/sil/{uuid4()}/conferma", headers=PAGE)
        assert unknown.status_code == 404
    assert len(await published(filo.runtime)) == 2
