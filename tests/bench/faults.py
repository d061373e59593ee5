"""The faults of tests/failure in greater number: each window hit again and again, ten kills of the broker."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from trama_deploy.broker import EmbeddedBroker

from tests.bench.ground import Ground
from tests.harness.crashes import CONSUMER_FAILPOINTS, RELAY_FAILPOINTS, CrashRun, crash_consumer, crash_relay
from tests.harness.history import Findings
from tests.harness.outages import OutageRun, kill_broker
from tests.harness.territory import Stage, staged

KINDS = ("sqlite", "postgresql")
DOWN = (0.0, 1.0, 2.0, 0.0, 11.0, 3.0, 0.0, 5.0, 15.0, 0.0)
"""Seconds until the broker is started again, twice for longer than the request timeout of 10 s."""
HEAD = (
    "| fault | database | times | hit | events | seen again | lost | twice | disorder | slowest recovery |",
    "|---|---|---|---|---|---|---|---|---|---|",
)
Crasher = Callable[[Stage, str, int], Awaitable[CrashRun]]


class FaultNotSurvived(Exception):
    """Something was lost, repeated or put out of order: the figure would be a lie."""


async def survived(here: Ground, kills: int) -> list[str]:
    """The rows of docs/reliability.md, each from a run on the real broker that must find no fault."""
    lines = list(HEAD)
    crashers: list[tuple[str, Crasher]] = [(name, crash_relay) for name in RELAY_FAILPOINTS]
    crashers += [(name, crash_consumer) for name in CONSUMER_FAILPOINTS]
    for failpoint, crash in crashers:
        for kind in KINDS:
            async with staged(here.broker, _folder(here), lambda kind=kind: here.database(kind)) as stage:
                run = await crash(stage, failpoint, kills)
            slowest = max(run.recovered_in, default=0.0)
            times = f"{len(run.crashes)} | {run.hits}"
            lines.append(_row(f"kill -9 at `{failpoint}`", kind, times, run.findings, slowest))
    return lines + await _broker_kills(here)


async def _broker_kills(here: Ground) -> list[str]:
    with EmbeddedBroker(_folder(here), partitions=3) as own:
        async with (
            staged(own, _folder(here), lambda: here.database("sqlite")) as on_sqlite,
            staged(own, _folder(here), lambda: here.database("postgresql")) as on_postgresql,
        ):
            runs: list[OutageRun] = await kill_broker(own, [on_sqlite, on_postgresql], DOWN)
    rows = []
    for kind, run in zip(KINDS, runs, strict=True):
        slowest = max(one.recovered_in for one in run.outages)
        times = f"{len(run.outages)} | {len(run.outages)}"
        rows.append(_row("kill -9 of the broker under load", kind, times, run.findings, slowest))
    return rows


def _row(fault: str, kind: str, times: str, findings: Findings | None, slowest: float) -> str:
    if findings is None or findings.faults:
        raise FaultNotSurvived(f"{fault} on {kind}: {findings}")
    return (
        f"| {fault} | {kind} | {times} | {findings.written:,} | {findings.duplicates:,} |"
        f" {findings.lost} | {findings.twice} | {findings.disorder} | {slowest:.1f} s |"
    )


def _folder(here: Ground) -> Path:
    folder = here.folder / uuid4().hex
    folder.mkdir()
    return folder
