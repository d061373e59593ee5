"""The pages of the origin itself: help, the legal page, and what the supervisor sees of the node."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from trama_chassis.app import build_app
from trama_chassis.audit_entry import FIRST, AuditEntry, chained
from trama_chassis.database import Database
from trama_chassis.errors import Refused
from trama_chassis.help_pages import HowTo, read
from trama_chassis.service import NavigationEntry
from trama_chassis.tables import CHASSIS_TABLES, DeadLetter, SourceHeard
from trama_chassis.testing_databases import create_tables
from trama_contracts.names import topic_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PASSWORD = "una password lunga"
AT = datetime(2026, 11, 22, 9, 42, tzinfo=UTC)
Clients = Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]
HELP = """
howtos:
  - {title: Per chi scrive, roles: [writer], steps: [Scrivete.]}
  - {title: Per chi legge, roles: [reader], steps: [Leggete.]}
words: {Appunto: che cosa si scrive}
"""


class Known:
    """A directory in which there are two others."""

    def __init__(self) -> None:
        entry = type("Entry", (), {"name": "Dipartimento di salute mentale"})
        silent = type("Entry", (), {"name": "Centro per l'impiego"})
        self.current = type("Directory", (), {"members": {"dsm": entry, "cpi": silent}})


@pytest.fixture
async def supervised(runtime: Any, database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """A service with the tables of the chassis, and Anna who is also its supervisor."""
    path = tmp_path / "accounts.yaml"
    path.write_text(path.read_text().replace("roles: [writer]", "roles: [writer, supervisor]", 1))
    database = Database(database_url, [*CHASSIS_TABLES])
    create_tables(database)
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "it.yaml").write_text(HELP)
    service = replace(runtime.service, roles={"writer": "Chi scrive"}, help=tmp_path / "help")
    supervised = replace(runtime, service=service, database=database)
    supervised.directory = Known()
    yield supervised
    await database.dispose()


async def signed_in(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    await browser.post("/accedi", data={"operator": "anna", "password": PASSWORD})
    return browser


async def test_the_node_is_told_in_plain_words(supervised: Any, client_for: Clients) -> None:
    topic = topic_of("pn", "dsm.registry", "events")
    letter = DeadLetter(
        topic=topic, stream="s", seq=3, event_id="e", code="bad-tag", reason="InvalidTag: secret text",
        value=b"x", signature=b"y", at=AT,
    )  # fmt: skip
    async with supervised.database.write(runtime=supervised) as session:
        session.add(letter)
        session.add(SourceHeard(source="dsm.registry", sent_at="x", heard_at=AT))
        await session.commit()
    async with client_for(build_app(supervised), {"Accept": "text/html"}) as browser:
        page = (await (await signed_in(browser)).get("/nodo")).text
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    assert "Il contenuto è stato alterato" in rows[0]
    assert rows[0].startswith("Dipartimento di salute mentale")
    assert "22/11/2026 10:42" in rows[0]
    assert "secret text" not in page
    assert "mai" in rows[1]
    assert rows[1].startswith("Centro per l&#39;impiego")
    assert "Sentito l'ultima volta" in page.replace("&#39;", "'")
    assert "22/11/2026 10:42" in rows[2]
    assert "Non condivide nulla con noi" in rows[2]
    people = [row for row in rows if "Anna Prova" in row or "Bruno Prova" in row]
    assert "Chi scrive" in people[0]
    assert "pagine e programmi" in people[0]
    assert "solo programmi" in people[1]


async def test_the_node_is_the_supervisors(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/nodo")).status_code == 303
    await signed_in(browser)
    assert (await browser.get("/nodo")).status_code == 403
    assert 'href="/nodo"' not in (await browser.get("/appunti")).text


async def test_help_is_for_ones_own_roles_and_names_whom_to_ask(supervised: Any, client_for: Clients) -> None:
    async with client_for(build_app(supervised), {"Accept": "text/html"}) as browser:
        before = (await browser.get("/aiuto")).text
        after = (await (await signed_in(browser)).get("/aiuto")).text
        legal = (await browser.get("/accessibilita")).text
    assert "Per chi scrive" not in before
    assert "Per chi scrive" in after
    assert "Per chi legge" not in after
    assert "<dt>Appunto</dt><dd>che cosa si scrive</dd>" in after
    assert "Nel vostro servizio: Anna Prova." in after
    assert re.search(r"Versione \d", after)
    for required in ("legge 9 gennaio 2004, n. 4", "parzialmente conformi", "difensore civico", "Anna Prova"):
        assert required in legal


async def test_the_account_file_says_whom_to_ask(
    supervised: Any, client_for: Clients, tmp_path: Path
) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(path.read_text() + "contact: Ufficio di piano, 0434 000000\n")
    async with client_for(build_app(supervised), {"Accept": "text/html"}) as browser:
        assert "Ufficio di piano, 0434 000000" in (await browser.get("/aiuto")).text


def test_help_that_is_not_translated_is_told_in_italian(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(HELP)
    assert read(tmp_path, "en").howtos[0] == HowTo(
        title="Per chi scrive", roles=("writer",), steps=("Scrivete.",)
    )


async def test_who_has_one_page_only_is_led_there_and_sees_no_navigation(
    runtime: Any, client_for: Clients
) -> None:
    entries = (NavigationEntry("Appunti", "/appunti", ("writer",), alone=True),)
    alone = replace(runtime, service=replace(runtime.service, navigation=entries))
    async with client_for(build_app(alone), {"Accept": "text/html"}) as browser:
        assert (await browser.get("/")).status_code == 200
        first = await (await signed_in(browser)).get("/")
        assert (first.status_code, first.headers["location"]) == (303, "/appunti")
        assert "main-navigation" not in (await browser.get("/appunti")).text


async def test_who_signs_in_begins_on_the_page_that_a_day_begins_with(
    runtime: Any, client_for: Clients
) -> None:
    entries = (
        NavigationEntry("Appunti", "/appunti", ("writer",), 10),
        NavigationEntry("Oggi", "/appunti/oggi", ("writer",), 20, home=True),
        NavigationEntry("Altrove", "/altrove", ("reader",), 5, home=True),
    )
    several = replace(runtime, service=replace(runtime.service, navigation=entries))
    async with client_for(build_app(several), {"Accept": "text/html"}) as browser:
        first = await (await signed_in(browser)).get("/")
        assert (first.status_code, first.headers["location"]) == (303, "/appunti/oggi")


async def test_teams_substitutes_and_exceptions_by_rule_stand_on_the_page_of_the_node(
    supervised: Any, client_for: Clients, tmp_path: Path
) -> None:
    path = tmp_path / "accounts.yaml"
    stands_in = "team: Gruppo adulti, substitutes: [{operator: op-2, first: 2026-11-20, last: 2026-11-30}]"
    path.write_text(path.read_text().replace("supervisor]", f"supervisor], {stands_in}", 1))
    said = {"at": "", "business_at": "", "method": "POST", "route": "", "status": 200, "records": []}
    one = chained({**said, "kind": "exception", "code": OnlyOnMondays.code}, FIRST, 1)
    async with supervised.database.write(runtime=supervised) as session:
        session.add(AuditEntry(**one))
        session.add(AuditEntry(**chained({**said, "kind": "read"}, one["hash"], 2)))
        await session.commit()
    async with client_for(build_app(supervised), {"Accept": "text/html"}) as browser:
        page = (await (await signed_in(browser)).get("/nodo")).text
    assert "Gruppo adulti" in page
    assert "Bruno Prova, dal 20 novembre 2026 al 30 novembre 2026" in page
    assert re.search(r"Solo di lunedì</th><td[^>]*>1</td>", page)


class OnlyOnMondays(Refused):
    """A rule with a name."""

    code = "only-on-mondays"
    rule = "Solo di lunedì"
