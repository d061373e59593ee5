"""Pages over a large database: what they take, asked for as a browser does, of persons drawn at random."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Territory, client, running
from trama_deploy.node import settle
from trama_registry.__main__ import service

from tests.bench.large_database import MEMBERS, TODAY, Size, fill_postgresql, fill_sqlite, record_of

REQUESTS = 200
WRITES = 10
"""Persons registered a second beside the last page: a look is written down by the same database."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What one page took: on the clock, and of the processor alone, as on a machine at rest."""

    wall: list[float]
    busy: list[float]

    def row(self, page: str) -> str:
        """A line of the table, in ms."""
        cells = [f"{_at(times, share):.0f}" for times in (self.wall, self.busy) for share in (50, 95, 99)]
        return f"| {page} | " + " | ".join(cells) + " |"


def _at(times: list[float], share: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1] * 1_000


async def measured(folder: Path, url: str, size: Size, requests: int = REQUESTS) -> list[str]:
    """Load a new database, ask for pages, and write the table."""
    begun = time.perf_counter()
    await load(folder, url, size)
    loaded = time.perf_counter() - begun
    return [
        f"### Pages, {_kind(url)}: {size.persons:,} persons, {size.entries:,} entries",
        "",
        "| page, ms | p50 | p95 | p99 | processor p50 | p95 | p99 |",
        "|---|---|---|---|---|---|---|",
        *await asked(folder, url, size, requests),
        "",
        f"{requests} requests each, one at a time; loaded in {loaded:,.0f} s. Beside them the machine had a "
        f"load of {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        "",
    ]


async def load(folder: Path, url: str, size: Size) -> None:
    """Make the tables of a new database and fill them."""
    async with running(service, url, folder, **_settings(folder)):
        pass
    if _kind(url) == "SQLite":
        fill_sqlite(Path(url.removeprefix("sqlite:///")), size)
    else:
        fill_postgresql(url, size)


async def asked(folder: Path, url: str, size: Size, requests: int) -> list[str]:
    """Ask for each kind of page, and write a line of the table for each."""
    async with running(service, url, folder, **_settings(folder)) as runtime:
        settle()
        return await _asked(runtime, size, requests)


def _kind(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


def _settings(folder: Path) -> dict[str, Any]:
    clock, key = folder / "clock.json", folder / "reporting.key"
    folder.mkdir(parents=True, exist_ok=True)
    write_clock(clock, TODAY)
    key.touch(mode=0o600)
    key.write_bytes(b"k" * 32)
    given: dict[str, Any] = {"member": MEMBERS[0][0], "territory": Territory(), "clock_file": clock}
    return given | {"reporting_key_file": key, "sector": "social"}


async def _asked(runtime: Runtime, size: Size, requests: int) -> list[str]:
    drawn = random.Random(5)  # noqa: S311 - the same requests every time

    def anybody() -> str:
        return record_of(drawn.randrange(size.persons), 0)

    def busiest() -> str:
        return record_of(drawn.randrange(size.persons // 100) * 100, 0)

    pages: dict[str, Callable[[], str]] = {
        "person": lambda: f"/persone/{anybody()}",
        "person with 500 entries": lambda: f"/persone/{busiest()}",
        "story": lambda: f"/persone/{anybody()}/storia",
        "story of 500 entries, newest part": lambda: f"/persone/{busiest()}/storia",
        "the same, of one service and kind": lambda: (
            f"/persone/{busiest()}/storia?servizio=sil&genere=placement"
        ),
        "the same, all for printing": lambda: f"/persone/{busiest()}/storia?tutto=true",
        "persons": lambda: "/persone",
        "persons by name": lambda: f"/persone?nome={drawn.choice('cdefmp')}{drawn.choice('aeio')}",
        "persons by a name that nobody has": lambda: "/persone?nome=zzz",
        "persons, somewhere further on": lambda: f"/persone?dopo={anybody()}",
    }
    lines = []
    async with client(runtime, "caseworker") as http:
        http.headers["accept"] = "text/html"
        for page, path in pages.items():
            timed = await _timed(http, [path() for _ in range(requests)])
            lines.append(timed.row(page))
            print(lines[-1], flush=True)  # noqa: T201 - a report to a person
        async with _registering(http):
            timed = await _timed(http, [f"/persone/{anybody()}" for _ in range(requests)])
        lines.append(timed.row(f"person, beside {WRITES} registrations a second (processor of both)"))
    return lines


@asynccontextmanager
async def _registering(http: httpx.AsyncClient) -> AsyncIterator[None]:
    """Persons are registered one after the other meanwhile."""

    async def register() -> None:
        while True:
            person = {"family_name": "Esempio"}
            answer = await http.post("/api/registry/persons", json=person)
            answer.raise_for_status()
            await asyncio.sleep(1 / WRITES)

    async with asyncio.TaskGroup() as beside:
        writing = beside.create_task(register())
        yield
        writing.cancel()


async def _timed(http: httpx.AsyncClient, paths: list[str]) -> Timed:
    for path in paths[:5]:
        (await http.get(path)).raise_for_status()
    timed = Timed([], [])
    for path in paths:
        begun, busy = time.perf_counter(), time.process_time()
        answer = await http.get(path)
        timed.busy.append(time.process_time() - busy)
        timed.wall.append(time.perf_counter() - begun)
        answer.raise_for_status()
    return timed
