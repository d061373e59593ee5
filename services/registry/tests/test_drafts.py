"""A referral put aside while it is written: nobody else learns of it, any of ours goes on with it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import client, published
from trama_contracts.registry import ReferralSent
from trama_registry.schemas import RegisterPerson

API = "/api/registry"
PAGE = {"Accept": "text/html"}
DRAFTS = "/segnalazioni?scheda=bozze"
TYPED = {"to": "sil", "reason": "L'età giusta per un <tirocinio>.", "need": "", "ground": "consenso"}
Both = tuple[Runtime, Runtime]
Exchange = Callable[[Runtime, Runtime], Awaitable[None]]


async def rows(runtime: Runtime) -> int:
    async with runtime.database.read() as session:
        return await session.scalar(select(func.count()).select_from(OutboxRow)) or 0


async def listed(http: httpx.AsyncClient) -> list[Any]:
    found: list[Any] = (await http.get(f"{API}/referral-drafts")).json()
    return found


@pytest.fixture
async def record(both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any) -> str:
    """Somebody of ours."""
    found: str = await desk.register(both[0], anna)
    await exchange(*both)
    return found


async def test_a_form_put_aside_is_gone_on_with_by_another_and_sent(both: Both, record: str) -> None:
    """INVARIANT: what is not sent is nobody else's: a draft writes no row for any other service."""
    ambito, _ = both
    form, before = f"/persone/{record}/segnala", await rows(ambito)
    async with client(ambito, "caseworker") as http:
        aside = await http.post(form, data=TYPED | {"bozza": "salva"}, headers=PAGE)
        (draft,) = await listed(http)
        page = (await http.get(DRAFTS, headers=PAGE)).text
    assert (aside.status_code, aside.headers["location"]) == (303, DRAFTS)
    assert (draft["to"], draft["reason"], draft["need"]) == ("sil", TYPED["reason"], None)
    assert f"{form}?bozza={draft['draft']}" in page
    assert "L&#39;età giusta per un &lt;tirocinio&gt;." in page
    assert await rows(ambito) == before
    async with client(ambito, "supervisor") as http:
        opened = (await http.get(f"{form}?bozza={draft['draft']}", headers=PAGE)).text
        whole = TYPED | {"need": "Un lavoro al mattino", "draft": draft["draft"], "version": draft["version"]}
        more = await http.post(form, data=whole | {"bozza": "salva"}, headers=PAGE)
        behind = await http.post(form, data=whole | {"bozza": "salva"}, headers=PAGE)
        sent = await http.post(form, data=whole, headers=PAGE)
        assert await listed(http) == []
        assert "Nessuna bozza." in (await http.get(DRAFTS, headers=PAGE)).text
        gone = await http.get(f"{form}?bozza={draft['draft']}", headers=PAGE)
    assert "&lt;tirocinio&gt;" in opened
    assert 'value="sil" required checked' in opened
    assert 'value="consenso" required checked' in opened
    assert (more.status_code, sent.status_code, gone.status_code) == (303, 303, 404)
    assert behind.status_code == 409
    assert "Nel frattempo" in behind.text
    assert "dice ora: «L&#39;età giusta per un &lt;tirocinio&gt;.»" in behind.text
    assert 'name="version" value="2"' in behind.text
    assert len(await published(ambito, ReferralSent)) == 1


async def test_a_draft_by_api_may_lack_anything_and_is_of_its_person(
    both: Both,
    record: str,
    anna: RegisterPerson,
    desk: Any,
    make_tax_code: Callable[[str], str],
) -> None:
    ambito, _ = both
    other = anna.model_copy(update={"family_name": "Altra", "tax_code": make_tax_code("LTRNNA80B44")})
    elsewhere = await desk.register(ambito, other)
    async with client(ambito, "caseworker") as http:
        empty = await http.post(f"{API}/persons/{record}/referral-drafts", json={})
        draft = f"{API}/referral-drafts/{empty.json()['draft']}"
        wrong = await http.post(f"{API}/persons/{record}/referral-drafts", json={"to": "Non valido"})
        nobody = await http.post(f"{API}/persons/{uuid4()}/referral-drafts", json={})
        changed = await http.put(draft, json={"reason": "Perché", "version": 1})
        late = await http.put(draft, json={"reason": "Altro", "version": 1})
        not_theirs = await http.get(
            f"/persone/{elsewhere}/segnala?bozza={empty.json()['draft']}", headers=PAGE
        )
        thrown = await http.post(f"/segnalazioni/bozze/{empty.json()['draft']}/elimina", headers=PAGE)
        after = await http.get(draft)
        again = await http.delete(draft)
    assert [one.status_code for one in (empty, wrong, nobody, changed, late)] == [201, 422, 404, 200, 409]
    assert (changed.json()["reason"], changed.json()["version"]) == ("Perché", 2)
    assert (not_theirs.status_code, thrown.status_code, after.status_code, again.status_code) == (
        404,
        303,
        404,
        404,
    )
