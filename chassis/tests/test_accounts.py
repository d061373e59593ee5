"""Signing in: tokens for programs, cookies for pages; locked after failures; forms only from our pages."""

import asyncio
import os
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from trama_chassis import accounts, sessions
from trama_chassis.account_file import DemoAccounts
from trama_chassis.accounts import Accounts, TooManyAttempts, WrongPassword, local_path
from trama_chassis.clock import machine_now

PASSWORD = "una password lunga"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def sign_in(browser: httpx.AsyncClient, password: str = PASSWORD, **fields: str) -> httpx.Response:
    return await browser.post("/accedi", data={"operator": "anna", "password": password} | fields)


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


async def test_a_token_gives_the_caller_and_the_role_acted_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/notes/notes", json={"text": "one"})
    assert answer.json() == {"text": "one", "by": "op-1", "role": "writer"}


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic YW5uYTp4", "Bearer \u00e8"])
async def test_without_a_valid_token_the_api_is_401(browser: httpx.AsyncClient, header: str) -> None:
    answer = await browser.get("/api/notes/notes", headers={b"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:trama:problem:not-signed-in"


async def test_another_role_is_403(client: httpx.AsyncClient, reader: dict[str, str], runtime: Any) -> None:
    answer = await client.post("/api/notes/notes", json={"text": "one"}, headers=reader)
    assert answer.status_code == 403
    assert (await client.get("/api/notes/notes", headers=reader)).json() == []


async def test_a_page_asks_to_sign_in_and_comes_back(browser: httpx.AsyncClient) -> None:
    asked = await browser.get("/appunti?giorno=oggi")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/accedi?next=/appunti%3Fgiorno%3Doggi"
    form = await browser.get(asked.headers["location"])
    assert 'value="/appunti?giorno=oggi"' in form.text
    done = await sign_in(browser, next="/appunti?giorno=oggi")
    assert (done.status_code, done.headers["location"]) == (303, "/appunti?giorno=oggi")
    assert "Anna Prova" in (await browser.get("/appunti")).text


async def test_the_cookie_is_named_for_the_member_and_hidden_from_scripts(browser: httpx.AsyncClient) -> None:
    cookie = (await sign_in(browser)).headers["set-cookie"]
    assert cookie.startswith("trama_sil=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=28800" in cookie


async def test_a_changed_expired_or_foreign_cookie_holds_nothing(
    browser: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(browser)
    good = browser.cookies["trama_sil"]
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / "accounts.yaml", tmp_path / "other")
    foreign = await Accounts(tmp_path / "other" / "accounts.yaml", "dsm").sign_in("anna", PASSWORD)
    for bad in (good[:-1] + ("A" if good[-1] != "A" else "B"), good + "x", "", ".", "x.y", foreign):
        browser.cookies.set("trama_sil", bad, domain="sil.test")
        assert (await browser.get("/appunti")).status_code == 303, bad
    browser.cookies.set("trama_sil", good, domain="sil.test")
    assert (await browser.get("/appunti")).status_code == 200
    later = machine_now().timestamp() + sessions.SESSION_SECONDS + 1
    monkeypatch.setattr(sessions, "machine_now", lambda: datetime.fromtimestamp(later, UTC))
    assert (await browser.get("/appunti")).status_code == 303


async def test_using_a_session_does_not_make_it_longer(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight hours after signing in it is over, whatever was done meanwhile: a stolen one ends too."""
    await sign_in(browser)
    began = machine_now().timestamp()
    for hours, status in ((4.0, 200), (7.99, 200), (8.01, 303)):
        now = datetime.fromtimestamp(began + hours * 3600, UTC)
        monkeypatch.setattr(sessions, "machine_now", lambda now=now: now)
        assert (await browser.get("/appunti")).status_code == status


async def test_signing_in_ends_the_session_that_the_browser_had(browser: httpx.AsyncClient) -> None:
    """Else one that somebody put there before would become that of who signs in (fixation)."""
    await sign_in(browser)
    before = browser.cookies["trama_sil"]
    await sign_in(browser)
    assert browser.cookies["trama_sil"] != before
    browser.cookies.set("trama_sil", before, domain="sil.test")
    assert (await browser.get("/appunti")).status_code == 303


async def test_the_file_of_sessions_opens_no_door(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    await sign_in(browser)
    await sign_in(browser, password="no", operator="la mia password per sbaglio")
    content = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))
    assert content
    assert browser.cookies["trama_sil"].encode() not in content
    assert b"per sbaglio" not in content
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("sessions.db*"))


async def test_a_session_outlives_the_process_and_its_end_does_too(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    """A log-out holds for every service of the member, in whatever process, also after a restart."""
    await sign_in(browser)
    cookie = browser.cookies["trama_sil"]
    elsewhere = Accounts(tmp_path / "accounts.yaml", "sil").sessions
    held = elsewhere.held(cookie)
    assert held is not None
    assert held.operator == "op-1"
    elsewhere.end(held)
    assert (await browser.get("/appunti")).status_code == 303


async def test_signing_out_ends_the_session_even_for_a_copied_cookie(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    copied = browser.cookies["trama_sil"]
    token = csrf_of(await browser.get("/appunti"))
    assert (await browser.post("/esci", data={"csrf_token": token})).status_code == 303
    assert "trama_sil" not in browser.cookies
    browser.cookies.set("trama_sil", copied, domain="sil.test")
    assert (await browser.get("/appunti")).status_code == 303


async def test_a_form_without_our_token_is_refused_and_changes_nothing(
    browser: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    token = csrf_of(await browser.get("/appunti"))
    for data in ({"text": "a"}, {"text": "a", "csrf_token": "wrong"}, {"text": "a", "csrf_token": ""}):
        assert (await browser.post("/appunti", data=data)).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    form = {"text": "a", "csrf_token": token}
    assert (await browser.post("/appunti", data=form, headers=foreign)).status_code == 403
    assert (await browser.post("/esci", data={})).status_code == 403
    assert (
        await browser.post("/accedi", data={"operator": "x", "password": "y"}, headers=foreign)
    ).status_code == 403
    assert (await client.get("/api/notes/notes")).json() == []
    assert (await browser.post("/appunti", data=form)).status_code == 200
    assert (await client.get("/api/notes/notes")).json() == ["a"]


async def test_wrong_name_and_wrong_password_get_the_same_answer(browser: httpx.AsyncClient) -> None:
    wrong = await sign_in(browser, password="no")
    unknown = await browser.post("/accedi", data={"operator": "nobody", "password": "no"})
    assert wrong.status_code == unknown.status_code == 401
    assert 'role="alert"' in wrong.text
    assert wrong.text.replace("anna", "nobody") == unknown.text


async def test_repeated_failures_lock_the_account_even_for_the_right_password(
    tmp_path: Path, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: Accounts = app.state.accounts
    for _ in range(accounts.FREE_FAILURES):
        with pytest.raises(WrongPassword):
            await known.sign_in("anna", "no")
    with pytest.raises(TooManyAttempts, match="too-many") as locked:
        await known.sign_in("anna", PASSWORD)
    assert "Riprovare tra 15 secondi" in locked.value.detail
    later = machine_now().timestamp() + 16
    monkeypatch.setattr(accounts, "machine_now", lambda: datetime.fromtimestamp(later, UTC))
    assert await known.sign_in("anna", PASSWORD)
    with pytest.raises(WrongPassword):
        await known.sign_in("anna", "no")


async def test_guesses_lock_a_name_and_turn_nobody_out(browser: httpx.AsyncClient, app: FastAPI) -> None:
    """Else anybody who knows a name could keep its owner from working."""
    known: Accounts = app.state.accounts
    await sign_in(browser)
    for _ in range(accounts.FREE_FAILURES):
        with pytest.raises(WrongPassword):
            await known.sign_in("anna", "no")
    with pytest.raises(TooManyAttempts):
        await known.sign_in("anna", "no")
    assert (await browser.get("/appunti")).status_code == 200


async def test_many_guesses_at_once_are_counted_one_by_one(app: FastAPI) -> None:
    known: Accounts = app.state.accounts
    outcomes = await asyncio.gather(*(known.sign_in("anna", "no") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, WrongPassword) for outcome in outcomes) == accounts.FREE_FAILURES


async def test_remembered_failures_are_bounded(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED", 3)
    known: Accounts = app.state.accounts
    outcomes = await asyncio.gather(*(known.sign_in(f"x{n}", "no") for n in range(5)), return_exceptions=True)
    assert all(isinstance(outcome, WrongPassword) for outcome in outcomes)
    assert [known.sessions.failures(f"x{n}")[0] for n in range(5)] == [0, 0, 1, 1, 1]


async def test_checking_a_password_does_not_hold_up_other_requests(
    browser: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    signing = asyncio.gather(*(sign_in(browser, password="no") for _ in range(4)))
    longest = 0.0
    while not signing.done():
        began = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - began)
    await signing
    assert longest < 0.2


async def test_a_changed_account_file_counts_at_once(client: httpx.AsyncClient, tmp_path: Path) -> None:
    path = tmp_path / "accounts.yaml"
    assert (await client.get("/api/notes/notes")).status_code == 200
    good = path.read_text()
    path.write_text("operators: [")
    os.utime(path, ns=(1, 1))
    assert (await client.get("/api/notes/notes")).status_code == 200
    path.write_text("operators: []")
    os.utime(path, ns=(2, 2))
    assert (await client.get("/api/notes/notes")).status_code == 401
    path.write_text(good)


async def test_demo_accounts_are_refused_outside_the_demo(app: FastAPI, tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text("demo: true\noperators: []\n")
    path.chmod(0o600)
    with pytest.raises(DemoAccounts):
        Accounts(path, "sil")
    Accounts(path, "sil", demo=True)
    assert (tmp_path / "session.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/appunti?x=1", "/appunti?x=1"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nLocation: //evil.test", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_origin(database_url: str, asked: str, given: str) -> None:
    assert local_path(asked) == given
