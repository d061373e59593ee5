"""A form sent after its session had ended: nothing of it is lost, and nobody else sees it."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Form, Request
from fastapi.responses import Response
from trama_chassis import kept_forms, sessions, web
from trama_chassis.accounts import Accounts, Caller, require
from trama_chassis.clock import machine_now
from trama_chassis.database import Router
from trama_chassis.sessions import KeptForm

PASSWORD = "una password lunga"
TEXT = 'Riga uno\n<b>riga due</b> & "basta" 𝔄 l\'altro'
Clients = Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]
PAGE = """{% extends "shell.html" %}{% from "forms.html" import field, textarea, select, checkboxes, hidden %}
{% block content %}<form method="post" action="/appunti/nuovo">{{ hidden(csrf_token, 7) }}
{{ field("name", "Nome", name) }}{{ textarea("text", "Testo", "vecchio") }}
{{ select("kind", "Tipo", {"a": "A", "b": "B"}, "a") }}
{{ checkboxes("who", "Chi", {"x": "X", "y": "Y", "z": "Z"}, ["z"]) }}</form>{% endblock %}"""
TYPED = {"name": 'D\'Alò "Zoe"', "text": TEXT, "kind": "b", "who": ["x", "y"]}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def browser(
    app_of: Callable[..., FastAPI], client_for: Clients, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a service with one form."""
    (tmp_path / "nuovo.html").write_text(PAGE)
    templates = web.environment(tmp_path)
    pages = Router()
    Writer = Annotated[Caller, Depends(require("writer"))]

    @pages.get("/appunti/nuovo")
    async def form(request: Request, by: Writer) -> Response:
        return web.page(request, "nuovo.html", {"name": ""}, templates=templates)

    @pages.post("/appunti/nuovo")
    async def send(name: Annotated[str, Form()], text: Annotated[str, Form()], by: Writer) -> Response:
        return Response(f"{by.operator}: {name}: {text}")

    path = tmp_path / "accounts.yaml"
    again = re.search(r'password_hash: "([^"]+)"', path.read_text())
    assert again is not None
    second = f'  - {{id: op-3, login: carla, name: Carla, roles: [writer], password_hash: "{again[1]}"}}\n'
    path.write_text(path.read_text() + second)
    async with client_for(app_of(pages), {"Accept": "text/html"}) as browser:
        yield browser


async def sign_in(browser: httpx.AsyncClient, login: str = "anna") -> httpx.Response:
    return await browser.post("/accedi", data={"operator": login, "password": PASSWORD})


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


async def sent_too_late(browser: httpx.AsyncClient) -> httpx.Response:
    """Anna opens the form, her session ends, she sends what she wrote."""
    await sign_in(browser)
    token = csrf_of(await browser.get("/appunti/nuovo"))
    await browser.post("/esci", data={"csrf_token": token})
    headers = {"Referer": "http://sil.test/appunti/nuovo?da=qui"}
    return await browser.post("/appunti/nuovo", data={**TYPED, "csrf_token": token}, headers=headers)


async def test_nothing_typed_is_lost_when_the_session_has_ended(browser: httpx.AsyncClient) -> None:
    """INVARIANT: what was typed survives the end of a session. Breaks if a late form is only redirected."""
    late = await sent_too_late(browser)
    assert (late.status_code, late.headers["location"]) == (303, "/accedi?next=/&conservato=si")
    assert (
        "Abbiamo conservato ciò che stavate scrivendo" in (await browser.get(late.headers["location"])).text
    )
    assert (await sign_in(browser)).headers["location"] == "/ripresa"
    offered = await browser.get("/ripresa")
    assert "riga due&lt;/b&gt;" in offered.text
    assert offered.text.count("<blockquote>") == 2, "the words, not the codes"
    link = re.search(r'href="(/appunti/nuovo\?da=qui&amp;ripresa=[^"]+)"', offered.text)
    assert link is not None
    page = await browser.get(link.group(1).replace("&amp;", "&"))
    assert "è di nuovo nel modulo" in page.text
    assert 'value="D&#x27;Alò &quot;Zoe&quot;"' in page.text
    assert 'Riga uno\n&lt;b&gt;riga due&lt;/b&gt; &amp; "basta" 𝔄 l\'altro</textarea>' in page.text
    assert "vecchio" not in page.text
    assert re.findall(r"<option[^>]*selected[^>]*>", page.text) == ['<option value="b" selected>']
    chosen = re.findall(r'value="(\w)"[^>]* checked', page.text)
    assert chosen == ["x", "y"]
    assert 'name="version" value="7"' in page.text
    token = csrf_of(page)
    sent = await browser.post("/appunti/nuovo", data={**TYPED, "csrf_token": token})
    assert (sent.status_code, sent.text) == (200, f"op-1: {TYPED['name']}: {TEXT}")
    await browser.post("/esci", data={"csrf_token": token})
    assert (await sign_in(browser)).headers["location"] == "/", "once taken up it is not offered by itself"


async def test_nobody_else_sees_what_was_kept(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    """INVARIANT: a kept form is its writer's alone. Breaks if it is given to whoever signs in next."""
    await sent_too_late(browser)
    content = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))
    assert b"riga due" not in content
    assert b"Alo" not in content
    assert (await sign_in(browser, "carla")).headers["location"] == "/"
    page = await browser.get("/ripresa")
    assert "riga due" not in page.text
    number = Accounts(tmp_path / "accounts.yaml", "sil").sessions.kept("op-1")[0].id
    assert "riga due" not in (await browser.get(f"/appunti/nuovo?ripresa={number}")).text
    await browser.post(f"/ripresa/{number}/scarta", data={"csrf_token": csrf_of(page)})
    await browser.post("/esci", data={"csrf_token": csrf_of(page)})
    assert (await sign_in(browser)).headers["location"] == "/ripresa"


async def test_it_is_kept_for_an_hour(browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await sent_too_late(browser)
    later = machine_now().timestamp() + sessions.KEPT_SECONDS + 1
    monkeypatch.setattr(sessions, "machine_now", lambda: datetime.fromtimestamp(later, UTC))
    assert (await sign_in(browser)).headers["location"] == "/"
    assert "Non c'è nulla" in (await browser.get("/ripresa")).text


async def test_its_writer_throws_it_away(browser: httpx.AsyncClient) -> None:
    await sent_too_late(browser)
    await sign_in(browser)
    page = await browser.get("/ripresa")
    throw = re.search(r'action="(/ripresa/\w+/scarta)"', page.text)
    assert throw is not None
    await browser.post(throw.group(1), data={"csrf_token": csrf_of(page)})
    assert "riga due" not in (await browser.get("/ripresa")).text


async def test_a_form_of_an_earlier_session_of_the_same_operator_is_taken_up(
    browser: httpx.AsyncClient,
) -> None:
    await sign_in(browser)
    old = csrf_of(await browser.get("/appunti/nuovo"))
    await browser.post("/esci", data={"csrf_token": old})
    await sign_in(browser)
    late = await browser.post("/appunti/nuovo", data={**TYPED, "csrf_token": old})
    assert (late.status_code, late.headers["location"]) == (303, "/ripresa")
    assert "riga due" in (await browser.get("/ripresa")).text


@pytest.mark.parametrize("token", ["", "invented"])
async def test_what_came_from_nobody_is_not_kept(
    browser: httpx.AsyncClient, tmp_path: Path, token: str
) -> None:
    late = await browser.post("/appunti/nuovo", data={**TYPED, "csrf_token": token})
    assert late.headers["location"] == "/accedi?next=/"
    await sign_in(browser)
    assert Accounts(tmp_path / "accounts.yaml", "sil").sessions.kept("op-1") == []


def test_only_the_form_that_was_sent_is_filled_in(database_url: str) -> None:
    other = '<form action="/a"><input name="n" value="1"></form>&amp;'
    page = other + '<form action="/b"><input name="n"><br/></form>'
    form: Any = KeptForm("1", "/b", "/", [("n", "2")], 0)
    assert kept_forms.filled_in(page, form) == page.replace(
        '<form action="/b"><input name="n">', '<form action="/b"><input name="n" value="2">'
    )
