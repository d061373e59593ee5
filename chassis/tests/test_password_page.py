"""An operator changes their own password: by the present one, by the rules; nobody else stays in."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from sqlalchemy import select
from trama_chassis import accounts
from trama_chassis.accounts import Accounts, TooManyAttempts
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.safekeeping import refuse_readable_by_others

from chassis.tests.conftest import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEW = "tre gatti sul davanzale"


@pytest.fixture
async def anna(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """Anna, signed in."""
    assert (await enter(browser, PASSWORD)).status_code == 303
    return browser


async def enter(browser: httpx.AsyncClient, password: str, login: str = "anna") -> httpx.Response:
    return await browser.post("/accedi", data={"operator": login, "password": password})


async def change(browser: httpx.AsyncClient, present: str, new: str, again: str = "") -> httpx.Response:
    """The form as the page gives it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await browser.get("/password")).text)
    assert token is not None
    fields = {"password": present, "new_password": new, "new_password_again": again or new}
    return await browser.post("/password", data={"csrf_token": token.group(1)} | fields)


async def lines(runtime: Any) -> list[tuple[str | None, str, str, int, str | None]]:
    """What the record of accesses says."""
    async with runtime.database.read() as session:
        found = await session.scalars(select(AuditEntry).order_by("number"))
        return [(one.operator, one.route, one.kind, one.status, one.code) for one in found]


async def test_the_new_password_opens_the_old_one_does_not_and_other_sessions_end(
    anna: httpx.AsyncClient, app: FastAPI, runtime: Any, tmp_path: Path
) -> None:
    """INVARIANT: who had the password, or a session begun with it, has nothing once it is changed. A session
    that lives on breaks this."""
    elsewhere = await app.state.accounts.sign_in("anna", PASSWORD)
    of_another = app.state.accounts.sessions.open("op-2")
    before = anna.cookies["trama_sil"]
    path = tmp_path / "accounts.yaml"
    file = yaml.safe_load(path.read_text())
    assert (await change(anna, PASSWORD, NEW)).headers["location"] == "/password?cambiata=si"
    assert "La password è cambiata" in (await anna.get("/password?cambiata=si")).text
    sessions = app.state.accounts.sessions
    assert [sessions.held(one) is None for one in (elsewhere, before, of_another)] == [True, True, False]
    assert (await enter(anna, PASSWORD)).status_code == 401
    assert (await enter(anna, NEW)).status_code == 303
    kept = yaml.safe_load(path.read_text())
    assert NEW not in path.read_text()
    refuse_readable_by_others(path)
    assert kept["operators"][0].pop("password_hash") != file["operators"][0].pop("password_hash")
    assert kept == file, "nothing else of the file is touched"
    assert ("op-1", "/password", "change", 303, None) in await lines(runtime)


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("qwerty-1", "", "servono almeno 12 caratteri"),
        ("io-sono-Anna-qui", "", "contiene il nome utente"),
        ("demo-una-frase-lunga", "", "password delle dimostrazioni"),
        (PASSWORD, "", "la stessa di adesso"),
        (NEW, NEW + "!", "scritta in modo diverso"),
    ],
)
async def test_what_is_no_secret_is_refused_at_its_field_and_nothing_changes(
    anna: httpx.AsyncClient, tmp_path: Path, new: str, again: str, said: str
) -> None:
    before = (tmp_path / "accounts.yaml").read_bytes()
    page = await change(anna, PASSWORD, new, again)
    assert page.status_code == 422
    assert said in page.text.replace("&#39;", "'")
    assert 'aria-invalid="true"' in page.text
    assert 'href="#new_password' in page.text
    assert new not in page.text
    assert (tmp_path / "accounts.yaml").read_bytes() == before
    assert (await anna.get("/appunti")).status_code == 200


async def test_a_session_left_open_does_not_change_the_password_nor_try_for_it(
    anna: httpx.AsyncClient, app: FastAPI, runtime: Any
) -> None:
    """INVARIANT: a session alone is not enough, and guesses at the present password are counted as those at
    the door. A change without asking, or a count of its own, breaks this."""
    for _ in range(accounts.FREE_FAILURES):
        refused = await change(anna, "no", NEW)
        assert (refused.status_code, "La password attuale non è giusta" in refused.text) == (403, True)
    rests = await change(anna, PASSWORD, NEW)
    assert (rests.status_code, "Riprovare tra" in rests.text) == (429, True)
    with pytest.raises(TooManyAttempts):
        await app.state.accounts.sign_in("anna", PASSWORD)
    written = [one[3:] for one in await lines(runtime) if one[:3] == ("op-1", "/password", "refused")]
    assert written == [(403, "present-password-wrong")] * accounts.FREE_FAILURES + [
        (429, "too-many-attempts")
    ]


async def test_the_page_is_for_who_is_signed_in_with_a_form_of_ours(browser: httpx.AsyncClient) -> None:
    fields = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    assert (await browser.get("/password")).headers["location"] == "/accedi?next=/password"
    assert (await browser.post("/password", data=fields)).headers["location"].startswith("/accedi")
    await enter(browser, PASSWORD)
    assert 'href="/password"' in (await browser.get("/appunti")).text
    assert (await browser.post("/password", data=fields)).status_code == 403
    assert (await enter(browser, PASSWORD)).status_code == 303


async def test_passwords_typed_after_the_session_ended_are_not_kept(
    anna: httpx.AsyncClient, app: FastAPI
) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', (await anna.get("/password")).text)
    assert token is not None
    app.state.accounts.sessions.end_all("op-1")
    fields = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    late = await anna.post("/password", data={"csrf_token": token.group(1)} | fields)
    assert (late.status_code, late.headers["location"]) == (303, "/accedi?next=/")
    assert app.state.accounts.sessions.kept("op-1") == []


async def test_who_has_no_password_here_is_told_where_it_is_changed(
    anna: httpx.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "accounts.yaml"
    path.write_text(path.read_text().replace(f'password_hash: "{PASSWORD_HASH}",', "subject: f3a1,"))
    page = await anna.get("/password")
    assert "Questo operatore non entra con una password" in page.text
    assert 'name="new_password"' not in page.text
    known = "issuer: 'https://id.test', client_id: t, origin: 'https://sil.test'"
    provider = f"provider: {{title: Identità del Comune, {known}}}\n"
    path.write_text(provider + path.read_text())
    assert "Entrate con Identità del Comune: la password si cambia lì." in (await anna.get("/password")).text


async def test_a_file_that_cannot_be_written_is_said_and_left_as_it_was(
    anna: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = (tmp_path / "accounts.yaml").read_bytes()
    (tmp_path / "accounts.yaml.incoming").mkdir()
    page = await change(anna, PASSWORD, NEW)
    assert page.status_code == 503
    assert "non si può scrivere da questa pagina" in page.text
    assert (tmp_path / "accounts.yaml").read_bytes() == before
    assert (await anna.get("/appunti")).status_code == 200


async def test_two_changes_at_once_both_count(app: FastAPI, tmp_path: Path) -> None:
    """Each reads the file when nobody else is changing it: else the second would undo the first."""
    path = tmp_path / "accounts.yaml"
    path.write_text(
        path.read_text().replace("{id: op-2,", f'{{id: op-2, login: bruno, password_hash: "{PASSWORD_HASH}",')
    )
    one, other = app.state.accounts, Accounts(path, "sil")
    await asyncio.gather(
        one.change_password("op-1", PASSWORD, NEW), other.change_password("op-2", PASSWORD, "quattro " + NEW)
    )
    assert await one.sign_in("anna", NEW)
    assert await one.sign_in("bruno", "quattro " + NEW)
