"""The HTTP commit point: all or nothing, before the answer, and again when a race was lost."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Form
from pydantic import BaseModel
from sqlalchemy import text
from trama_chassis.accounts import Caller, require
from trama_chassis.app import WrongRouter
from trama_chassis.database import Database, Router, Transaction

ClientFor = Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]


async def notes_in(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(text("SELECT text FROM note ORDER BY text")))


async def test_commit_happens_before_the_response(app: FastAPI, runtime: Any, writer: dict[str, str]) -> None:
    """INVARIANT: what is answered 201 is in the database. A `yield` dependency without scope="function", or a
    RetryingRoute that no longer ends the dependency scope itself, commits after the answer and breaks it."""
    seen: list[tuple[int, list[str]]] = []

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append((message["status"], await notes_in(runtime.database)))
            await send(message)

        await app(scope, receive, watched)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=watching), base_url="http://t") as client:
        await client.post("/api/notes/notes", json={"text": "one"}, headers=writer)
    assert seen == [(201, ["one"])]


async def test_failed_commit_is_not_answered_201(client: httpx.AsyncClient, runtime: Any) -> None:
    assert (await client.post("/api/notes/notes", json={"text": "one"})).status_code == 201
    again = await client.post("/api/notes/notes", json={"text": "one"})
    assert again.status_code == 409
    assert again.json()["type"] == "urn:trama:problem:conflict"
    assert await notes_in(runtime.database) == ["one"]


@pytest.mark.parametrize(("note", "status"), [("refuse me", 409), ("break me", 500)])
async def test_refusal_and_defect_roll_back_what_was_flushed(
    client: httpx.AsyncClient, runtime: Any, note: str, status: int
) -> None:
    assert (await client.post("/api/notes/notes", json={"text": note})).status_code == status
    assert await notes_in(runtime.database) == []


@pytest.mark.parametrize(("status", "kept"), [(200, ["from a form"]), (422, []), (409, [])])
async def test_a_form_shown_again_with_its_errors_commits_nothing(
    client: httpx.AsyncClient, runtime: Any, status: int, kept: list[str]
) -> None:
    """INVARIANT: a refusal handled by a page commits nothing. Taking every return for a success breaks it."""
    answer = await client.post("/appunti", data={"text": "from a form", "status": str(status)})
    assert answer.status_code == status
    assert await notes_in(runtime.database) == kept


class Move(BaseModel):
    take: str
    give: str


def moving_router(meeting: asyncio.Barrier, attempts: list[str]) -> APIRouter:
    """Two rows changed in the order asked for; on the first attempt both callers hold their first row."""
    router = Router()

    async def change(session: Transaction, name: str) -> None:
        await session.execute(text("UPDATE counter SET value = value + 1 WHERE name = :name"), {"name": name})

    async def move(session: Transaction, take: str, give: str) -> dict[str, str]:
        attempts.append(take)
        await change(session, take)
        if len(attempts) <= 2:
            await meeting.wait()
        await change(session, give)
        return {"moved": take}

    @router.post("/json")
    async def move_json(session: Transaction, asked: Move) -> dict[str, str]:
        return await move(session, asked.take, asked.give)

    @router.post("/form")
    async def move_form(
        session: Transaction, take: Annotated[str, Form()], give: Annotated[str, Form()]
    ) -> dict[str, str]:
        return await move(session, take, give)

    return router


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("form", [False, True])
async def test_a_deadlock_is_run_again_and_reaches_nobody(
    app_of: Callable[..., FastAPI], runtime: Any, client_for: ClientFor, form: bool
) -> None:
    attempts: list[str] = []
    async with runtime.database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
    async with client_for(app_of(moving_router(asyncio.Barrier(2), attempts)), {}) as client:
        bodies = [{"take": "a", "give": "b"}, {"take": "b", "give": "a"}]
        path = "/api/notes/form" if form else "/api/notes/json"
        answers = await asyncio.gather(
            *(client.post(path, data=body) if form else client.post(path, json=body) for body in bodies)
        )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(attempts) == 3, "the deadlock did not happen, so this test showed nothing"
    async with runtime.database.read() as session:
        assert list(await session.scalars(text("SELECT value FROM counter ORDER BY name"))) == [2, 2]


async def test_a_lost_race_for_a_contended_key_is_run_again(
    app_of: Callable[..., FastAPI], runtime: Any, client_for: ClientFor
) -> None:
    router = Router()
    meeting = asyncio.Barrier(2)
    attempts: list[int] = []

    @router.post("/count")
    async def count(session: Transaction) -> dict[str, int]:
        attempts.append(1)
        if len(attempts) <= 2:
            await meeting.wait()
        value = await session.scalar(text("SELECT value FROM counter WHERE name = 'x'"))
        if value is None:
            await session.execute(text("INSERT INTO counter VALUES ('x', 1)"))
        else:
            await session.execute(text("UPDATE counter SET value = value + 1 WHERE name = 'x'"))
        await asyncio.sleep(0.05)
        return {"attempts": len(attempts)}

    async with client_for(app_of(router), {}) as client:
        answers = await asyncio.gather(*(client.post("/api/notes/count") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    # PostgreSQL lets both see nothing and one lose; SQLite lets only one look at a time.
    assert len(attempts) == (3 if runtime.database.dialect == "postgresql" else 2)
    async with runtime.database.read() as session:
        assert await session.scalar(text("SELECT value FROM counter")) == 2


async def test_a_router_whose_routes_would_not_run_again_is_refused(app_of: Callable[..., FastAPI]) -> None:
    plain = APIRouter()

    @plain.get("/plain")
    async def plain_route() -> None:
        return None

    with pytest.raises(WrongRouter):
        app_of(plain)


async def test_pages_and_api_in_one_router_are_refused(app_of: Callable[..., FastAPI]) -> None:
    mixed = Router()

    @mixed.get("/appunti/altro")
    async def page() -> None:
        return None

    @mixed.get("/other")
    async def other() -> None:
        return None

    with pytest.raises(WrongRouter):
        app_of(mixed)


@pytest.mark.parametrize("path", ["session-first", "caller-first"])
async def test_who_calls_is_the_actor_whatever_the_order_of_parameters(
    app_of: Callable[..., FastAPI], client_for: ClientFor, writer: dict[str, str], path: str
) -> None:
    router = Router()
    By = Annotated[Caller, Depends(require("reader", "writer"))]

    @router.post("/session-first")
    async def session_first(session: Transaction, by: By) -> dict[str, Any]:
        return {"actor": session.info["actor"], "trace": session.info["traceparent"]}

    @router.post("/caller-first")
    async def caller_first(by: By, session: Transaction) -> dict[str, Any]:
        return {"actor": session.info["actor"], "trace": session.info["traceparent"]}

    async with client_for(app_of(router), writer | {"traceparent": "Anna Prova"}) as client:
        answer = (await client.post(f"/api/notes/{path}")).json()
    assert answer["trace"] is None
    assert {name: answer["actor"][name] for name in ("role", "member", "operator")} == {
        "role": "writer",
        "member": "sil",
        "operator": "op-1",
    }
