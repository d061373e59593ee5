"""Who stands in for a colleague has their roles, between the days of the file, and it stays written."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from trama_chassis.accounts import Caller
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.clock import Clock

from chassis.tests.conftest import PASSWORD, PASSWORD_HASH

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STANDING_IN = "Sto sostituendo Anna Prova"
NOTES = "/api/notes/notes"


def replaced(folder: Path, first: int, last: int) -> None:
    """Let Bruno stand in for Anna, from so many days before or after today."""
    path, today = folder / "accounts.yaml", Clock().today()
    days = f"first: {today + timedelta(first)}, last: {today + timedelta(last)}"
    text = re.sub(r", substitutes: \[.*?\]", "", path.read_text())
    text = text.replace("roles: [writer]", f"roles: [writer], substitutes: [{{operator: op-2, {days}}}]")
    if "bruno" not in text:
        text = text.replace("{id: op-2,", f'{{id: op-2, login: bruno, password_hash: "{PASSWORD_HASH}",')
    path.write_text(text)


async def bruno(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """Bruno, signed in."""
    assert (
        await browser.post("/accedi", data={"operator": "bruno", "password": PASSWORD})
    ).status_code == 303
    return browser


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """A form of a page of this session."""
    page = await browser.get("/")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    return await browser.post(path, data={"csrf_token": token.group(1)} | fields)


async def kept(runtime: Any) -> list[AuditEntry]:
    async with runtime.database.read() as session:
        return list(await session.scalars(select(AuditEntry).order_by("number")))


def test_an_event_says_who_did_it_and_for_whom() -> None:
    own = Caller("op-2", "Bruno Prova", "sil", frozenset({"writer"}), "writer")
    assert own.actor().on_behalf_of is own.actor().ground is None
    actor = Caller("op-2", "Bruno Prova", "sil", frozenset(), "writer", on_behalf_of="op-1").actor()
    assert (actor.operator, actor.on_behalf_of, actor.ground) == ("op-2", "sil", "substitution:op-1")


@on_sqlite
async def test_chosen_on_screen_the_substitute_has_the_colleague_s_roles_and_it_is_written_down(
    browser: httpx.AsyncClient, runtime: Any, tmp_path: Path
) -> None:
    replaced(tmp_path, 0, 0)
    await bruno(browser)
    assert (await browser.get("/appunti")).status_code == 403
    first = await browser.get("/")
    assert "Sostituisco Anna Prova" in first.text
    assert STANDING_IN not in first.text
    assert (await post(browser, "/sostituisco", operatore="op-1")).status_code == 303
    assert STANDING_IN in (await browser.get("/appunti")).text
    assert (await post(browser, "/sostituisco", operatore="")).status_code == 303
    assert (await browser.get("/appunti")).status_code == 403


@on_sqlite
async def test_a_program_names_the_colleague_in_a_header_and_the_record_of_looks_has_both(
    client: httpx.AsyncClient, reader: dict[str, str], runtime: Any, tmp_path: Path
) -> None:
    replaced(tmp_path, -1, 1)
    for_anna = {**reader, "Trama-On-Behalf-Of": "op-1"}
    done = await client.post(NOTES, json={"text": "one"}, headers=for_anna)
    assert (done.status_code, done.json()) == (201, {"text": "one", "by": "op-2", "role": "writer"})
    refused = await client.post(NOTES, json={"text": "refuse me"}, headers=for_anna)
    assert refused.status_code == 409
    stranger = await client.post(NOTES, json={"text": "x"}, headers={**reader, "Trama-On-Behalf-Of": "op-9"})
    assert (stranger.status_code, stranger.json()["type"]) == (403, "urn:trama:problem:not-a-substitute")
    written = [(one.operator, one.on_behalf_of, one.code) for one in await kept(runtime)]
    assert written[-1] == ("op-2", None, "not-a-substitute")


@on_sqlite
@pytest.mark.parametrize(("first", "last"), [(1, 3), (-3, -1)])
async def test_before_the_first_and_after_the_last_day_nobody_stands_in(
    client: httpx.AsyncClient, reader: dict[str, str], tmp_path: Path, first: int, last: int
) -> None:
    """INVARIANT: a substitute has a colleague's roles from the first to the last day, and on no other."""
    replaced(tmp_path, first, last)
    for_anna = {**reader, "Trama-On-Behalf-Of": "op-1"}
    assert (await client.post(NOTES, json={"text": "one"}, headers=for_anna)).status_code == 403


@on_sqlite
async def test_what_was_meant_in_another_s_name_is_not_done_in_one_s_own(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    replaced(tmp_path, -2, 0)
    await bruno(browser)
    assert (await post(browser, "/sostituisco", operatore="op-9")).status_code == 403
    assert (await post(browser, "/sostituisco", operatore="op-1")).status_code == 303
    page = await browser.get("/appunti")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    replaced(tmp_path, -2, -1)
    over = await browser.post("/appunti", data={"csrf_token": token.group(1), "text": "una nota"})
    assert over.status_code == 409
    assert "da ora lavorate a vostro nome" in over.text
    assert STANDING_IN not in (await browser.get("/")).text


@on_sqlite
async def test_signing_out_ends_the_substitution(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    replaced(tmp_path, 0, 0)
    await bruno(browser)
    await post(browser, "/sostituisco", operatore="op-1")
    await post(browser, "/esci")
    assert STANDING_IN not in (await (await bruno(browser)).get("/")).text
