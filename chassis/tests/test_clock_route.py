"""Business time is read and moved at every member's origin: forward only, in the demonstration only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from trama_chassis.app import build_app
from trama_chassis.clock import Clock, write_clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

START = datetime(2013, 1, 2, 8, 0, tzinfo=UTC)
LATER = "2013-02-04T09:00:00+01:00"
SOON = timedelta(seconds=5)
SEEN_WITHIN = 0.1
Clients = Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    path = tmp_path / "clock.json"
    write_clock(path, START)
    return path


@pytest.fixture
async def demo(runtime: Any, clock_file: Path, client_for: Clients) -> AsyncIterator[httpx.AsyncClient]:
    """A reader's program at the origin of a demonstration."""
    runtime.settings = runtime.settings.model_copy(update={"demo": True, "clock_file": clock_file})
    token = "another-token-for-who-only-reads"
    async with client_for(build_app(runtime), {"Authorization": f"Bearer {token}"}) as client:
        yield client


async def test_any_operator_moves_time_forward_and_others_see_it(
    demo: httpx.AsyncClient, clock_file: Path
) -> None:
    elsewhere = Clock(clock_file)
    assert elsewhere.now() < START + SOON
    before = await demo.get("/api/clock")
    assert before.json()["demo"] is True
    assert datetime.fromisoformat(before.json()["now"]) < START + SOON
    answer = await demo.put("/api/clock", json={"now": LATER})
    assert (answer.status_code, answer.json()) == (200, {"now": "2013-02-04T09:00:00.000+01:00"})
    later = datetime.fromisoformat(LATER)
    assert later <= datetime.fromisoformat((await demo.get("/api/clock")).json()["now"]) < later + SOON
    await asyncio.sleep(SEEN_WITHIN)
    assert later <= elsewhere.now() < later + SOON


async def test_time_is_not_moved_back(demo: httpx.AsyncClient, clock_file: Path) -> None:
    written = clock_file.read_bytes()
    refused = await demo.put("/api/clock", json={"now": "2013-01-01T09:00:00+01:00"})
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:trama:problem:clock-goes-forward-only"
    assert refused.json()["errors"][0]["field"] == "now"
    assert "02/01/2013 09:00" in refused.json()["detail"]
    assert clock_file.read_bytes() == written


@pytest.mark.parametrize(
    "now", ["2013-02-04", "2013-02-04T09:00:00", "tomorrow", "2100-01-01T00:00:00Z", None]
)
async def test_time_that_cannot_be_is_refused_by_name(demo: httpx.AsyncClient, now: str | None) -> None:
    refused = await demo.put("/api/clock", json={"now": now})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["now"]


async def test_nobody_moves_time_without_signing_in(demo: httpx.AsyncClient) -> None:
    del demo.headers["Authorization"]
    for answer in (await demo.get("/api/clock"), await demo.put("/api/clock", json={"now": LATER})):
        assert answer.status_code == 401


async def test_outside_the_demonstration_there_is_no_clock(
    runtime: Any, clock_file: Path, client_for: Clients
) -> None:
    """INVARIANT: nobody moves time where people are real. Breaks if the route forgets to ask for the demo."""
    written = clock_file.read_bytes()
    for changes in ({"clock_file": clock_file}, {"demo": True}):
        settings = runtime.settings.model_copy(update=changes)
        app = build_app(replace(runtime, settings=settings))
        async with client_for(app, {"Authorization": "Bearer a-token-of-thirty-two-random-bytes"}) as client:
            for answer in (
                await client.get("/api/clock"),
                await client.put("/api/clock", json={"now": LATER}),
            ):
                assert answer.status_code == 404
                assert answer.json()["type"] == "urn:trama:problem:not-found"
    assert clock_file.read_bytes() == written
