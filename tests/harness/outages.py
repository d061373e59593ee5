"""The broker killed again and again under a steady load, for as many networks on it as are given."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trama_chassis import clock
from trama_deploy.broker import EmbeddedBroker

from tests.harness.history import Findings
from tests.harness.orders import Hold
from tests.harness.process import MemberProcess
from tests.harness.territory import Stage, Tide, accounts, lines

STREAMS = 20
SETTLE_SECONDS = 1.0
THROWN_AWAY = ("send failed", "broker not reachable")
"""What the relay logs when it throws its producer away. It does not while a wave is on its way: an idempotent
producer tries again for ever, in order."""


@dataclass
class Outage:
    """One kill -9 of the broker."""

    pid: int
    down_for: float
    """Seconds from the kill until the broker answered again."""
    backlog: int
    """Events committed and not sent when it was started again."""
    recovered_in: float = 0.0
    """Seconds from its answer until everything committed by then was applied."""
    errors: tuple[int, ...] = ()
    """How many errors each member logged meanwhile (their logs say a repeated one once in ten seconds)."""


@dataclass
class OutageRun:
    """What a run of outages came to for one network."""

    outages: list[Outage] = field(default_factory=list)
    producers_thrown_away: int = 0
    tide: Tide | None = None
    findings: Findings | None = None

    def __str__(self) -> str:
        if self.findings is None or self.tide is None:
            return "unfinished"
        return (
            f"broker kills {len(self.outages)}, backlog {[one.backlog for one in self.outages]},"
            f" recovery s {[round(one.recovered_in, 1) for one in self.outages]},"
            f" errors logged {[one.errors for one in self.outages]},"
            f" producers thrown away {self.producers_thrown_away},"
            f" written {self.findings.written}, on log {self.tide.on_log},"
            f" duplicates seen {self.findings.duplicates}, faults {self.findings.faults}"
        )


async def kill_broker(
    broker: EmbeddedBroker, stages: Sequence[Stage], down: Sequence[float], *, rate: float = 60.0
) -> list[OutageRun]:
    """Kill the broker once for each number in `down` (seconds until it is started again) while all publish.

    One that stays away longer than the request timeout makes the relays throw their producers away.
    """
    runs = [OutageRun() for _ in stages]
    members = await asyncio.gather(*(_publishing(stage, rate) for stage in stages))
    for seconds in down:
        await asyncio.sleep(SETTLE_SECONDS)
        outages = await _outage(broker, stages, seconds)
        for run, outage in zip(runs, outages, strict=True):
            run.outages.append(outage)
    for stage, run, (north, south) in zip(stages, runs, members, strict=True):
        await north.order(Hold())
        await north.hear("published")
        await stage.drained()
        run.producers_thrown_away = sum(north.logged(phrase) for phrase in THROWN_AWAY)
        run.tide = await stage.tide()
        run.findings = await stage.findings(await south.duplicates())
    return runs


async def _publishing(stage: Stage, rate: float) -> tuple[MemberProcess, MemberProcess]:
    north, south = await stage.open()
    await north.order(lines(1_000_000, accounts(STREAMS), rate=rate))
    return north, south


async def _outage(broker: EmbeddedBroker, stages: Sequence[Stage], seconds: float) -> list[Outage]:
    pid = broker.pid
    if pid is None:
        raise ProcessLookupError("the broker was not running")
    began, at = time.monotonic(), clock.machine_now()
    await asyncio.to_thread(broker.kill)
    await asyncio.sleep(seconds)
    backlogs = [await stage.unsent() for stage in stages]
    await asyncio.to_thread(broker.start)
    down_for = time.monotonic() - began
    outages = [Outage(pid, down_for, backlog) for backlog in backlogs]
    await asyncio.gather(*map(_recovery, stages, outages, [at] * len(stages)))
    return outages


async def _recovery(stage: Stage, outage: Outage, at: datetime) -> None:
    began = time.monotonic()
    await stage.caught_up((await stage.tide()).written)
    outage.recovered_in = time.monotonic() - began
    outage.errors = tuple(process.errors_since(at) for process in stage.processes)
