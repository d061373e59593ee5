"""Erasure as a supervisor orders it: an entry on the wrong person, a whole record, and what others decide."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlmodel import col
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OwnStream, table_of
from trama_chassis.testing import client
from trama_registry.event_handlers.erasure import own_tables
from trama_registry.models import NoteAddressee

from services.registry.tests import conftest

API = "/api/registry"
PAGE = {"accept": "text/html"}
CANARY = "Canarino dell'omonimo"
ANSWER = "Risposta sul canarino"
ORDER = {"ground": "wrong-person", "act": "Disposizione 12/2013", "reason": "Scritta su un omonimo"}
Both = tuple[Runtime, Runtime]


class Side(conftest.Side):
    """One of two services that follow Anna: its supervisor, and its record of her."""

    role = "supervisor"

    async def read(self, path: str) -> Any:
        """What the API answers."""
        return (await self.http.get(f"{API}/{path}")).json()

    async def send(self, path: str, body: object, status: int = 201) -> Any:
        """Do something; what the API answers."""
        answer = await self.http.post(f"{API}/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def of_anna(self, path: str, body: object, status: int = 201) -> Any:
        """Do something about Anna."""
        return await self.send(f"persons/{self.record}/{path}", body, status)

    async def story(self) -> str:
        """All that is told of Anna here, as text."""
        return (await self.http.get(f"{API}/persons/{self.record}/timeline")).text


@pytest.fixture
def side() -> type[Side]:
    """Those who erase."""
    return Side


async def settle(exchange: Any, sides: Iterable[Side]) -> None:
    """Send, carry, answer, note, until nobody has anything to say."""
    runtimes = [one.runtime for one in sides]
    for _ in range(3):
        for runtime in runtimes:
            await runtime.erasures.turn()
        await exchange(*runtimes)
    for runtime in runtimes:
        await runtime.erasures.turn()


def on_disk(runtime: Runtime) -> bytes:
    """Every byte of a service's database as its files hold it, and of all that lies beside them."""
    url = make_url(runtime.settings.database_url)
    if runtime.database.dialect == "sqlite":
        file = Path(url.database or "")
        files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    else:
        with psycopg.connect(runtime.settings.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            found = connection.execute(
                "SELECT current_setting('data_directory'), oid FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
        assert found is not None
        files = list((Path(found[0]) / "base" / str(found[1])).iterdir())
    files += [path for path in runtime.settings.secrets_dir.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


async def test_an_entry_on_the_wrong_person_leaves_nothing_anywhere(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """INVARIANT: after an entry is erased no word of it, its correction or an answer to it is left in any
    database file of who wrote or read it. A place that keeps a word of an entry breaks it."""
    ambito, sil = sides
    note = (await ambito.of_anna("notes", {"text": CANARY, "needs_answer": True}))["note"]
    await exchange(ambito.runtime, sil.runtime)
    await sil.of_anna(f"notes/{note}/read", {"answer": ANSWER}, 200)
    await ambito.of_anna(f"timeline/{note}/correction", {"reason": f"{CANARY}: non è lui"})
    await exchange(ambito.runtime, sil.runtime)
    for one in sides:
        assert CANARY in await one.story()
        assert CANARY.encode() in on_disk(one.runtime), "or this test could not fail"
        assert ANSWER.encode() in on_disk(one.runtime)
    made = await ambito.of_anna(f"timeline/{note}/erasure", ORDER)
    assert (made["what"], made["closed"], made["subject"]) == (
        *("entry", False, "Nota alla rete del 14 ottobre 2013"),
    )
    await settle(exchange, sides)
    for one in sides:
        assert CANARY not in await one.story()
        assert ANSWER not in await one.story()
        assert on_disk(one.runtime).count(CANARY.encode()) == 0
        assert on_disk(one.runtime).count(ANSWER.encode()) == 0
    (order,) = [one for one in await ambito.read("erasures") if one["order"] == made["order"]]
    states = {(one["member"], one["service"]): one["state"] for one in order["recipients"]}
    assert states[("sil", "registry")] == "done"
    async with ambito.runtime.database.read() as session:
        assert (await session.scalars(select(NoteAddressee))).all() == []
    assert (await ambito.http.get(f"{API}/persons/{ambito.record}")).status_code == 200, "the rest stays"
    assert (await sil.http.get(f"{API}/persons/{sil.record}/notes")).json() == []


async def test_what_stays_with_others_is_not_erased_alone_nor_by_who_may_not(
    sides: tuple[Side, Side],
) -> None:
    ambito, sil = sides
    entries = (await ambito.ask("timeline"))["entries"]
    registered = next(one for one in entries if "person-registered" in one["type"])
    theirs = next(one for one in entries if one["member"] == "sil")
    refused = await ambito.of_anna(f"timeline/{registered['event_id']}/erasure", ORDER, 409)
    assert refused["type"] == "urn:trama:problem:erased-together"
    refused = await ambito.of_anna(f"timeline/{theirs['event_id']}/erasure", ORDER, 409)
    assert refused["type"] == "urn:trama:problem:entry-of-others"
    still = await ambito.of_anna("erasure", {**ORDER, "ground": "request"}, 409)
    assert still["type"] == "urn:trama:problem:still-in-charge"
    async with client(sil.runtime, "caseworker") as http:
        answer = await http.post(f"{API}/persons/{sil.record}/erasure", json=ORDER)
        assert answer.status_code == 403


async def is_asked(sil: Side, order: str) -> None:
    """That the SIL was asked to erase its own record, and has not decided."""
    (asked,) = await sil.read("erasure-requests")
    assert (asked["order"], asked["asker"], asked["record"], asked["outcome"]) == (
        *(order, "ambito-urbano", sil.record, None),
    )


async def test_a_record_is_erased_and_the_other_controller_decides_on_its_own(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """INVARIANT: when a record is erased, no row of its registry names it but those that say that it was; and
    another controller keeps what it wrote until it decides. A table that is spared breaks it."""
    ambito, sil = sides
    await ambito.of_anna("notes", {"text": CANARY})
    await exchange(ambito.runtime, sil.runtime)
    made = await ambito.of_anna("erasure", ORDER)
    assert (await ambito.http.get(f"{API}/persons/{ambito.record}")).status_code == 404
    async with ambito.runtime.database.read() as session:
        for table in own_tables():
            of_record = table_of(table).columns["record"] == ambito.record
            assert (await session.execute(select(table_of(table)).where(of_record))).all() == [], table
        streams = (
            await session.scalars(select(OwnStream).where(col(OwnStream.record) == ambito.record))
        ).all()
        assert {one.scope for one in streams if one.sealed_key} == {f"erasure:{made['order']}"}
    await settle(exchange, sides)
    assert CANARY not in await sil.story()
    assert "Esempio" in await sil.story(), "what the SIL wrote is its own"
    for word in (CANARY, "Esempio"):
        assert on_disk(ambito.runtime).count(word.encode()) == 0, word
    await is_asked(sil, made["order"])
    path = f"erasure-requests/{made['order']}/answer"
    refused = await sil.send(path, {"outcome": "kept", "act": "D.Lgs. 42/2004"}, 422)
    assert refused["errors"][0]["field"] == "article"
    kept = {"outcome": "kept", "act": "D.Lgs. 42/2004", "article": "art. 21", "kept_until": "2018-10-14"}
    await sil.send(path, kept, 204)
    await sil.send(path, kept, 409)
    await settle(exchange, sides)
    order = await ambito.read(f"erasures/{made['order']}")
    (decided,) = [one for one in order["recipients"] if one["decides"]]
    assert (decided["member"], decided["state"], decided["basis"], decided["kept_until"]) == (
        *("sil", "kept", "D.Lgs. 42/2004, art. 21", "2018-10-14"),
    )
    page = await ambito.http.get(f"/cancellazioni/{made['order']}", headers=PAGE)
    assert "conservato per legge" in page.text
    assert "fino al 14 ottobre 2018" in page.text


async def test_the_pages_order_an_erasure_and_show_who_has_not_answered(sides: tuple[Side, Side]) -> None:
    ambito, _ = sides
    note = (await ambito.of_anna("notes", {"text": CANARY}))["note"]
    form = f"/persone/{ambito.record}/cancellazione?voce={note}"
    shown = (await ambito.http.get(form, headers=PAGE)).text
    assert CANARY.replace("'", "&#39;") in shown
    assert "Riceveranno l'ordine: sil" in shown
    missing = await ambito.http.post(form, data={"ground": "wrong-person"}, headers=PAGE)
    assert missing.status_code == 422
    done = await ambito.http.post(form, data=ORDER, headers=PAGE)
    assert done.status_code == 303
    page = (await ambito.http.get(done.headers["location"], headers=PAGE)).text
    assert "non ha ancora risposto" in page
    assert "Sollecita" in page
    assert CANARY.replace("'", "&#39;") not in page
    register = (await ambito.http.get("/cancellazioni", headers=PAGE)).text
    assert "Nota alla rete del 14 ottobre 2013" in register
