"""`make bench`: measures, prints, and writes the figures between the marks in docs/performance.md."""

import argparse
import asyncio
import cProfile
import platform
import re
import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from trama_chassis import logs

from tests.bench import delivery, erasures, faults, latency, pages, sharing, territory, wounds
from tests.bench.ground import RUNS, Figure, Ground, ground, repeated, syncs_per_second

KINDS = ("sqlite", "postgresql")
PERFORMANCE, RELIABILITY = Path("docs/performance.md"), Path("docs/reliability.md")
Lines = list[str]


async def measured(here: Ground, runs: int, scale: float) -> Lines:
    """All tables of the page."""
    lines: Lines = []
    for title, table in (
        ("Relay against bare aiokafka", _relay),
        ("Consume, verify, open, apply; rebuild", _consume),
        ("One-event commands through the HTTP commit point", _commands),
        ("From commit to visible at another member, ms", _latency),
    ):
        print(title, flush=True)  # noqa: T201 - a report to a person
        found = await table(here, runs, scale)
        print("\n".join(found), flush=True)  # noqa: T201
        lines += [f"### {title}", "", *found, ""]
    return lines + await _profile(here, scale)


async def _relay(here: Ground, runs: int, scale: float) -> Lines:
    count = int(10_000 * scale)
    return await _by_kind(here, runs, lambda kind: delivery.relay_against_bare(here, kind, count), "events/s")


async def _consume(here: Ground, runs: int, scale: float) -> Lines:
    return await _by_kind(
        here, runs, lambda kind: delivery.consume(here, kind, int(8_000 * scale)), "events/s"
    )


async def _commands(here: Ground, runs: int, scale: float) -> Lines:
    return await _by_kind(
        here, runs, lambda kind: delivery.commands(here, kind, int(400 * scale)), "commands/s"
    )


async def _latency(here: Ground, runs: int, scale: float) -> Lines:
    lines = ["| | p50 | p99 |", "|---|---|---|"]
    for kind in KINDS:
        for rate, apart in ((20, False), (80, False), (20, True)):
            found = await repeated(
                here,
                runs,
                partial(latency.commit_to_visible, here, kind, rate, 15 * scale, apart=apart),
            )
            what = f"{kind}, {rate}/s" + ", each in a stream of its own" * apart
            lines.append(f"| {what} | {found['p50']} | {found['p99']} |")
    return lines


async def _by_kind(
    here: Ground, runs: int, measure: Callable[[str], Awaitable[dict[str, float]]], unit: str
) -> Lines:
    found: dict[str, dict[str, Figure]] = {
        kind: await repeated(here, runs, lambda kind=kind: measure(kind))  # type: ignore[misc]
        for kind in KINDS
    }
    names = list(next(iter(found.values())))
    lines = [f"| {unit} | " + " | ".join(KINDS) + " |", "|---|---|---|"]
    return lines + [
        f"| {name} | " + " | ".join(str(found[kind][name]) for kind in KINDS) + " |" for name in names
    ]


async def _profile(here: Ground, scale: float) -> Lines:
    profile = cProfile.Profile()
    await delivery.consumed(here, "sqlite", int(4_000 * scale), delivery.entry, profile)
    rows = [f"| `{name}` | {share:.0%} |" for name, share in delivery.where_time_goes(profile)]
    return [
        "### Where the consumer's time goes (SQLite, own time, under the profiler)",
        "",
        "| function | share |",
        "|---|---|",
        *rows,
        "",
    ]


async def _pages(here: Ground, scale: float) -> Lines:
    size = pages.Size.of(scale)
    return [
        line
        for kind in KINDS
        for line in await pages.measured(here.folder / f"pages-{kind}", here.database(kind), size)
    ]


def _heading(here: Ground, runs: int) -> Lines:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    syncs = sorted(here.syncs)
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {platform.machine()}, "
        f"Python {platform.python_version()}, "
        f"median of {runs} runs (lowest–highest). This disk did {syncs[len(syncs) // 2]:,.0f} fdatasync/s "
        f"({syncs[0]:,.0f}–{syncs[-1]:,.0f}) beside them.",
        "",
    ]


def _write(page: Path, lines: Lines, name: str = "figures") -> None:
    marks = re.compile(rf"(<!-- {name} -->\n).*(<!-- /{name} -->)", re.DOTALL)
    page.write_text(marks.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], page.read_text()))


TABLES: dict[str, tuple[Path, str, Callable[[Ground, argparse.Namespace], Lines]]] = {
    "performance": (PERFORMANCE, "figures", lambda here, to: asyncio.run(measured(here, to.runs, to.scale))),
    "faults": (RELIABILITY, "figures", lambda here, to: asyncio.run(faults.survived(here, to.kills))),
    "wounds": (RELIABILITY, "wounds", lambda _, to: wounds.measured(to.scale)),
    "sharing": (RELIABILITY, "sharing", lambda here, to: asyncio.run(sharing.measured(here, to.scale))),
    "erasures": (RELIABILITY, "erasures", lambda here, to: asyncio.run(erasures.measured(here, to.scale))),
    "pages": (PERFORMANCE, "pages", lambda here, to: asyncio.run(_pages(here, to.scale))),
    "territory": (PERFORMANCE, "territory", lambda _, to: asyncio.run(territory.measured(to.scale))),
}
"""What can be measured: the page and the marks between which it is written, and how."""


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument("--runs", type=int, default=RUNS)
    arguments.add_argument("--kills", type=int, default=10, help="at each fail-point and database")
    arguments.add_argument("--scale", type=float, default=1.0, help="share of the full counts")
    arguments.add_argument("--only", choices=TABLES)
    chosen = arguments.parse_args()
    logs.configure("CRITICAL")
    for name in [chosen.only] if chosen.only else TABLES:
        page, marks, measure = TABLES[name]
        with ground() as here:
            here.syncs.append(syncs_per_second(here.folder))
            lines = measure(here, chosen)
            _write(page, [*_heading(here, chosen.runs if name == "performance" else 1), *lines], marks)


if __name__ == "__main__":
    main()
