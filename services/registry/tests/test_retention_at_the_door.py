"""First contacts of who has no record: kept for a time as well, proposed, decided, and then gone."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client
from trama_registry.errors import RetentionUnreadable
from trama_registry.models import AccessRequest
from trama_registry.models.retention import rules_in

from services.registry.tests.test_erasure import on_disk
from services.registry.tests.test_retention import ACT, API, PAGE, decide, move_to, proposed

CANARY = "Canarino alla porta"
ASKED = {"channel": "desk", "need": CANARY, "given_name": "Ada", "family_name": "Passata"}
INFORMED = {"outcome": "informed", "note": "Ha avuto l'indirizzo"}


async def asks(http: httpx.AsyncClient, **more: Any) -> str:
    """Somebody at the door; gives the first contact."""
    answer = await http.post(f"{API}/accesses", json=ASKED | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["access"])


async def test_who_asked_and_has_no_record_is_proposed_a_year_after_the_answer_and_then_gone(
    ambito: Runtime, clock_file: Path
) -> None:
    """INVARIANT: nobody's question at the door is kept for ever since they have no record. Rules that begin
    with records alone break it; so does an erasure that leaves a word, or a proof that names somebody."""
    async with client(ambito, "caseworker") as http:
        await asks(http, **INFORMED)
        waiting = await asks(http, family_name="In attesa")
        await asks(http, outcome="taken-in-charge", family_name="Seguita", need="Un lavoro")
    async with client(ambito, "supervisor") as http:
        await move_to(clock_file, "2014-10-13", ambito)
        assert await proposed(http) == []
        await move_to(clock_file, "2014-10-14", ambito)
        (one,) = await proposed(http)
        assert (one["kind"], one["name"], one["count"]) == ("first-contact", "Ada Passata", 1)
        assert (one["kept"], one["due_since"]) == ("1 anno dal giorno dell'esito", "2014-10-14")
        assert one["href"] == f"/accessi/{one['record']}"
        page = (await http.get("/cancellazioni/proposte", headers=PAGE)).text
        assert f'<a href="{one["href"]}">Ada Passata</a>' in page
        assert (await http.get(one["href"], headers=PAGE)).status_code == 200
        form = (await http.get(f"/cancellazioni/proposte/{one['proposal']}", headers=PAGE)).text
        assert "14 ottobre 2013" in form
        assert "Nessun altro servizio lo ha ricevuto" in form
        done = await decide(http, one["proposal"], "accept", ACT)
        assert (done["state"], done["name"], done["href"]) == ("ordered", None, None)
        await ambito.erasures.turn()
        order = (await http.get(f"{API}/erasures/{done['order']}")).json()
        assert (order["subject"], order["counts"]["copies"]) == ("Primo accesso senza cartella (1)", 1)
        assert order["closed"], "nobody else ever had it"
        assert (await http.get(one["href"], headers=PAGE)).status_code == 404
    async with ambito.database.read() as session:
        left = {one.access: str(one.family_name) for one in await session.scalars(select(AccessRequest))}
    assert sorted(left.values()) == ["In attesa", "Seguita"]
    assert waiting in left, "who still waits for an answer is not forgotten"
    assert on_disk(ambito).count(b"Passata") == 0


async def test_it_may_be_kept_longer_for_a_reason(ambito: Runtime, clock_file: Path) -> None:
    async with client(ambito, "supervisor") as http:
        await asks(http, **INFORMED)
        await move_to(clock_file, "2014-10-14", ambito)
        (one,) = await proposed(http)
        put = {"reason": "Un ricorso", "until": "2015-01-01"}
        kept = await decide(http, one["proposal"], "put-off", put)
        assert (kept["state"], kept["name"]) == ("put-off", "Ada Passata")
        await move_to(clock_file, "2014-12-31", ambito)
        assert await proposed(http) == []
        await move_to(clock_file, "2015-01-01", ambito)
        assert [again["record"] for again in await proposed(http)] == [one["record"]]


async def test_what_the_listening_centre_heard_is_named_to_nobody_who_decides(
    ambito: Runtime, clock_file: Path
) -> None:
    async with client(ambito, "caseworker", "listening-specialist") as http:
        heard = await asks(http, reserved=True, **INFORMED)
    async with client(ambito, "supervisor") as http:
        await move_to(clock_file, "2014-10-14", ambito)
        (one,) = await proposed(http)
        assert (one["record"], one["name"], one["href"]) == (heard, "Ascolto riservato", None)
        page = (await http.get("/cancellazioni/proposte", headers=PAGE)).text
        assert ("Ascolto riservato" in page, "Passata" in page, "/accessi/" in page) == (True, False, False)
        await decide(http, one["proposal"], "accept", ACT)
    async with ambito.database.read() as session:
        assert (await session.scalars(select(AccessRequest))).all() == []


def test_who_has_no_record_has_no_relation_to_count_from() -> None:
    with pytest.raises(RetentionUnreadable):
        rules_in(
            "rules: [{kind: first-contact, years: 1, after: relation-closed,"
            " holds_from: 2013-01-01, why: x}]",
            called="retention.yaml",
        )
