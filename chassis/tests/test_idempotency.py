"""A command sent again with the same key is done once and answered as the first time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import Depends, UploadFile
from sqlalchemy import text
from trama_chassis import clock, idempotency
from trama_chassis.accounts import Caller, open_accounts, require
from trama_chassis.app import build_app
from trama_chassis.audit_entry import AUDIT_TABLES
from trama_chassis.database import Database, Router, Transaction
from trama_chassis.idempotency import AnswerGiven
from trama_chassis.testing_databases import create_tables

from chassis.tests.conftest import (
    READER_TOKEN,
    TOKEN,
    Note,
    NoteRefused,
    SmallRuntime,
    WriteNote,
    client_of,
    settings_for,
    small_service,
)

notes = Router()


@notes.post("/notes", status_code=201)
async def write_once(
    note: WriteNote, session: Transaction, by: Annotated[Caller, Depends(require())]
) -> dict[str, Any]:
    """Write a note, unless there is one of that text."""
    if await session.scalar(text("SELECT count(*) FROM note WHERE text = :text"), {"text": note.text}):
        raise NoteRefused(field="text")
    written = Note(text=note.text)
    session.add(written)
    await session.flush()
    return {"id": written.id, "by": by.operator}


@notes.post("/papers", status_code=201)
async def file_once(
    paper: UploadFile, session: Transaction, by: Annotated[Caller, Depends(require())]
) -> dict[str, Any]:
    """Write down what is in a file."""
    content = (await paper.read()).decode()
    session.add(Note(text=content))
    return {"by": by.operator}


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[SmallRuntime]:
    """A small service that keeps what it answered."""
    service = small_service(notes)
    database = Database(database_url, [*service.tables, *AUDIT_TABLES, AnswerGiven])
    create_tables(database)
    open_accounts.cache_clear()
    yield SmallRuntime(service, settings_for(tmp_path, database_url), database)
    await database.dispose()


@pytest.fixture
async def client(runtime: SmallRuntime) -> AsyncIterator[httpx.AsyncClient]:
    """A program with the writer's token."""
    app = build_app(runtime)  # type: ignore[arg-type]  # a running service without its delivery
    async with client_of(app, headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        yield session


async def written(runtime: SmallRuntime) -> list[str]:
    async with runtime.database.read() as session:
        return list(await session.scalars(text("SELECT text FROM note ORDER BY text")))


async def send(client: httpx.AsyncClient, note: str, key: str, **headers: str) -> httpx.Response:
    return await client.post(
        "/api/notes/notes", json={"text": note}, headers={"Idempotency-Key": key, **headers}
    )


async def test_a_command_sent_again_is_done_once_and_answered_as_the_first_time(
    client: httpx.AsyncClient, runtime: SmallRuntime
) -> None:
    """INVARIANT: who heard no answer may ask again with the same key. An answer kept outside the transaction
    of what it answers would be lost with the process, or be there without it."""
    key = str(uuid4())
    first, second = [await send(client, "Uno", key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await written(runtime) == ["Uno"]


async def test_a_file_sent_again_is_the_same_file(client: httpx.AsyncClient, runtime: SmallRuntime) -> None:
    """INVARIANT: who sends a form with a file again asks the same. Its parts are divided by a line that the
    client draws anew each time: taken for content, it makes another request of it, which is refused."""
    headers = {"Idempotency-Key": str(uuid4())}

    async def filed(content: bytes) -> httpx.Response:
        paper = {"paper": ("lettera.txt", content, "text/plain")}
        return await client.post("/api/notes/papers", files=paper, headers=headers)

    first, second, other = [await filed(content) for content in (b"Uno", b"Uno", b"Due")]
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert first.request.headers["Content-Type"] != second.request.headers["Content-Type"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await written(runtime) == ["Uno"]


async def test_two_at_once_with_one_key_are_one(client: httpx.AsyncClient, runtime: SmallRuntime) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(send(client, "Uno", key) for _ in range(4)))
    assert {(one.status_code, one.text) for one in answers} == {(201, answers[0].text)}
    assert await written(runtime) == ["Uno"]


async def test_of_a_refusal_nothing_is_kept(client: httpx.AsyncClient, runtime: SmallRuntime) -> None:
    key = str(uuid4())
    await send(client, "Uno", str(uuid4()))
    assert (await send(client, "Uno", key)).status_code == 409
    assert (await send(client, "Due", key)).status_code == 201
    assert await written(runtime) == ["Due", "Uno"]


async def test_a_key_used_for_something_else_is_refused(
    client: httpx.AsyncClient, runtime: SmallRuntime
) -> None:
    key = str(uuid4())
    await send(client, "Uno", key)
    other = await send(client, "Due", key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:trama:problem:idempotency-key-reused")
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await written(runtime) == ["Uno"]


@pytest.mark.parametrize("key", ["short", "x" * 65, "with blank in it"])
async def test_a_key_of_another_form_is_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await send(client, "Uno", key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


async def test_keys_are_each_operators_own_and_open_nothing_to_who_may_not(
    client: httpx.AsyncClient, runtime: SmallRuntime
) -> None:
    key = str(uuid4())
    await send(client, "Uno", key)
    other = await send(client, "Due", key, Authorization=f"Bearer {READER_TOKEN}")
    assert (other.status_code, other.json()["by"]) == (201, "op-2")
    nobody = await send(client, "Uno", key, Authorization="Bearer unknown")
    assert nobody.status_code == 401


async def test_old_answers_are_forgotten(client: httpx.AsyncClient, runtime: SmallRuntime) -> None:
    await send(client, "Uno", "old-" + str(uuid4()))
    async with runtime.database.write() as session:
        await session.execute(
            text("UPDATE answer_given SET at = :at"),
            {"at": clock.machine_now() - idempotency.REMEMBER - timedelta(hours=1)},
        )
        await session.commit()
    await send(client, "Due", "new-" + str(uuid4()))
    async with runtime.database.write() as session:
        await idempotency.forget_old(session)
        await session.commit()
        assert await session.scalar(text("SELECT count(*) FROM answer_given")) == 1
