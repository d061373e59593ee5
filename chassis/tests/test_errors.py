"""Every error leaves as problem+json in Italian, names the field, changes nothing and tells no internals."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from trama_chassis import database
from trama_chassis.database import Database, Reading, Router


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "text", "Campo obbligatorio"),
        ({"text": ""}, "text", "Testo troppo corto (minimo 1 caratteri)"),
        ({"text": "x" * 41}, "text", "Testo troppo lungo (massimo 40 caratteri)"),
        ({"text": 7}, "text", "Deve essere un testo"),
        ({"text": "a", "kind": "huge"}, "kind", "Valore non ammesso; ammessi: short o long"),
        ({"text": "a", "day": "tomorrow"}, "day", "Formato non valido"),
        ({"text": "a", "other": "b"}, "other", "Campo sconosciuto"),
        ({"text": "a\0b"}, "text", "Contiene caratteri non ammessi"),
        ({"text": "a\ud800b"}, "text", "Contiene caratteri non ammessi"),
        ({"text": "a", "x\0": "b"}, "contenuto", "Contiene caratteri non ammessi"),
    ],
)
async def test_bad_input_is_422_naming_the_field_and_changes_nothing(
    client: httpx.AsyncClient, runtime: Any, body: dict[str, Any], field: str, message: str
) -> None:
    content = json.dumps(body).encode()
    answer = await client.post(
        "/api/notes/notes", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"field": field, "message": message} in answer.json()["errors"]
    assert field in answer.json()["detail"]
    async with runtime.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM note")) == 0


@pytest.mark.parametrize("content", [b"{", b"[1, 2", b'{"text": "a\x00b"}', b"\xff\xfe"])
async def test_malformed_json_is_400(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post(
        "/api/notes/notes", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:trama:problem:malformed"


async def test_nul_in_a_form_and_in_a_query_is_422(client: httpx.AsyncClient) -> None:
    form = await client.post("/appunti", data={"text": "a\0b"})
    assert (form.status_code, form.json()["errors"][0]["field"]) == (422, "text")
    query = await client.get("/api/notes/notes?town=a%00b")
    assert (query.status_code, query.json()["errors"][0]["field"]) == (422, "town")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_413(client: httpx.AsyncClient, declared: bool) -> None:
    content = b'{"text": "' + b"x" * 1_100_000 + b'"}'

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    answer = await client.post(
        "/api/notes/notes",
        content=content if declared else in_pieces(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:trama:problem:too-large"


async def test_a_refusal_carries_its_code_its_rule_and_its_field(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/notes/notes", json={"text": "refuse me"})
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "urn:trama:problem:note-refused",
        "title": "Operazione non possibile",
        "status": 409,
        "detail": "Questa nota non si può scrivere.",
        "errors": [{"field": "text", "message": "Questa nota non si può scrivere."}],
    }


async def test_a_defect_gives_a_number_and_no_internals(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.post("/api/notes/notes", json={"text": "break me"})
    assert answer.status_code == 500
    for internal in ("secret", "RuntimeError", "Anna", "conftest"):
        assert internal not in answer.text
    assert answer.json()["instance"].startswith("urn:trama:error:")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/notes/x", 404), ("PUT", "/api/notes/notes", 405)]
)
async def test_unknown_paths_and_methods_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_browser_gets_a_page_and_a_program_gets_a_document(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/nowhere")
    assert page.status_code == 404
    assert "<h1>Non trovato</h1>" in page.text
    document = await browser.get("/api/notes/nowhere")
    assert document.headers["content-type"] == "application/problem+json"


async def test_a_busy_database_is_503_with_retry_after_and_nothing_is_kept(
    runtime: Any, app_of: Callable[..., FastAPI], client_for: Any, writer: dict[str, str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    impatient = Database(runtime.database.url, runtime.service.tables)
    runtime.database, patient = impatient, runtime.database
    lock = "BEGIN IMMEDIATE" if patient.dialect == "sqlite" else "LOCK TABLE note IN ACCESS EXCLUSIVE MODE"
    async with patient.engine.connect() as connection:
        await connection.execute(text("SELECT 1" if patient.dialect == "sqlite" else lock))
        async with client_for(app_of(), writer) as client:
            answer = await client.post("/api/notes/notes", json={"text": "one"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "urn:trama:problem:busy"
    async with client_for(app_of(), writer) as client:
        assert (await client.get("/api/notes/notes")).json() == []
    await impatient.dispose()
    runtime.database = patient


async def test_readers_do_not_wait_for_a_writer_and_cannot_write(
    runtime: Any, app_of: Callable[..., FastAPI], client_for: Any
) -> None:
    router = Router()

    @router.get("/look")
    async def look(session: Reading) -> int:
        return int(await session.scalar(text("SELECT count(*) FROM note")) or 0)

    @router.get("/write")
    async def write(session: Reading) -> None:
        await session.execute(text("INSERT INTO note (text) VALUES ('x')"))

    async with runtime.database.write() as writing:
        await writing.execute(text("INSERT INTO note (text) VALUES ('unseen')"))
        async with client_for(app_of(router), {}) as client:
            looked = await asyncio.wait_for(client.get("/api/notes/look"), 2)
            assert looked.json() == 0
            assert (await client.get("/api/notes/write")).status_code == 500
