"""What waits beyond its term, on the page of who supervises: reminded once a week, and gone when answered."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.registry import ReferralReminded
from trama_registry import commands
from trama_registry.schemas import AcceptReferral, RegisterPerson

PAGE = {"Accept": "text/html"}
PATH = "/segnalazioni"
GROUP = "Senza risposta oltre il termine"
DOOR = {"channel": "phone", "need": "Una casa", "family_name": "Prova", "received_on": "2013-10-14"}
Both = tuple[Runtime, Runtime]


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """The page is the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


async def shown(http: httpx.AsyncClient) -> str:
    return (await http.get(PATH, headers=PAGE)).text


async def test_a_supervisor_reminds_from_the_list_and_only_once_a_week(
    both: Both,
    exchange: Callable[[Runtime, Runtime], Awaitable[None]],
    anna: RegisterPerson,
    desk: Any,
    livia: Caller,
) -> None:
    ambito, sil = both
    sent = await desk.refer(ambito, await desk.register(ambito, anna))
    await exchange(ambito, sil)
    remind = f"{PATH}/{sent.referral}/sollecito"
    async with client(ambito, "supervisor") as http:
        assert GROUP not in await shown(http)
        ambito.clock.move(ambito.clock.now() + timedelta(days=9))
        before = await shown(http)
        assert (GROUP in before, f'action="{remind}"' in before) == (True, True)
        reminded = await http.post(remind, headers=PAGE)
        after = await shown(http)
        again = await http.post(remind, headers=PAGE)
        listed = (await http.get("/api/registry/referrals/overdue")).json()
        ambito.clock.move(ambito.clock.now() + timedelta(days=7))
        assert f'action="{remind}"' in await shown(http)
    assert (reminded.status_code, again.status_code) == (303, 409)
    assert f'action="{remind}"' not in after
    assert "sollecitata il 23 ottobre 2013, di nuovo dal 30 ottobre 2013" in after
    assert [(one["days_late"], one["remind_from"]) for one in listed] == [(2, "2013-10-30")]
    assert len(await published(ambito, ReferralReminded)) == 1
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.accept_referral(session, sent.referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    async with client(ambito, "supervisor") as http:
        assert GROUP not in await shown(http)


async def test_late_accesses_are_listed_beside_them_for_supervisors_alone(both: Both) -> None:
    ambito, _ = both
    async with client(ambito, "caseworker", "listening-specialist") as http:
        await http.post("/api/registry/accesses", json=DOOR)
        await http.post("/api/registry/accesses", json=DOOR | {"reserved": True, "family_name": "Segreta"})
        ambito.clock.move(ambito.clock.now() + timedelta(days=9))
        assert "Accessi da indirizzare oltre il termine" not in await shown(http)
    async with client(ambito, "supervisor") as http:
        page = await shown(http)
    assert "Accessi da indirizzare oltre il termine (1)" in " ".join(page.split())
    assert ("Prova" in page, "Segreta" in page) == (True, False)
