"""Relay and consumer killed at their fail-points, again and again, and the evidence that each kill hit."""

import asyncio
import signal
import time
from dataclasses import dataclass, field

from tests.harness.history import Findings
from tests.harness.ledger import NORTH, SOUTH
from tests.harness.orders import Arm, Hold
from tests.harness.process import MemberProcess
from tests.harness.territory import Stage, Tide, accounts, lines

RELAY_FAILPOINTS = ("relay.before_send", "relay.after_enqueue", "relay.after_ack", "relay.after_mark")
CONSUMER_FAILPOINTS = ("consumer.before_commit", "consumer.after_commit")
STREAMS = 12
LANDING_SECONDS = 0.3
"""How long after a death what it had handed to the kernel may still reach the log."""


class NotHit(Exception):
    """A process ended otherwise than at its fail-point."""


@dataclass(frozen=True)
class Crash:
    """One death at a fail-point, with what was true before and after it."""

    failpoint: str
    at_start: bool
    """Whether the fail-point was armed from the first moment, so that it struck while catching up."""
    before: Tide
    after: Tide

    @property
    def hit(self) -> bool:
        """Whether tables and log show that it died in that window while events passed through it."""
        unsent = self.after.written - self.after.marked
        grown = self.after.surplus - self.before.surplus
        match self.failpoint:
            case "relay.before_send":
                return unsent > 0 and grown == 0
            case "relay.after_enqueue":
                return unsent > 0 and 0 <= grown <= unsent
            case "relay.after_ack":
                return 0 < grown <= unsent
            case "relay.after_mark":
                return grown == 0 and self.after.marked > self.before.marked
            case "consumer.before_commit":
                return self.after.applied == self.after.taken < self.after.on_log
            case "consumer.after_commit":
                return self.after.applied > self.after.taken
        raise ValueError(self.failpoint)


@dataclass
class CrashRun:
    """What a run of crashes came to."""

    crashes: list[Crash] = field(default_factory=list)
    recovered_in: list[float] = field(default_factory=list)
    """Seconds from each start after a death until everything committed was applied."""
    tide: Tide | None = None
    findings: Findings | None = None

    @property
    def hits(self) -> int:
        """Deaths that were shown to have hit their window."""
        return sum(crash.hit for crash in self.crashes)

    def __str__(self) -> str:
        if self.findings is None or self.tide is None:
            return "unfinished"
        slowest = max(self.recovered_in, default=0.0)
        return (
            f"kills {len(self.crashes)}, windows hit {self.hits}, written {self.findings.written},"
            f" on log {self.tide.on_log}, duplicates seen {self.findings.duplicates},"
            f" slowest recovery {slowest:.1f} s, faults {self.findings.faults}"
        )


async def crash_relay(stage: Stage, failpoint: str, kills: int) -> CrashRun:
    """Kill the source in a window of its relay; the recipient lives on and counts what comes again.

    Every third death follows at the first wave after a start, before the source has caught up.
    """
    run, of = CrashRun(), accounts(STREAMS)
    north, south = await stage.open()
    await north.publish(lines(10 * STREAMS, of))
    await stage.drained()
    for number in range(kills):
        at_start = number % 3 == 2
        before = await stage.tide()
        if at_start:
            north = await stage.start(NORTH, failpoint=f"{failpoint}:1")
        else:
            # The first may be passed by the wave of a moment ago, whose mark the tables show already.
            await north.order(Arm(failpoint=f"{failpoint}:{2 + number}"))
            await north.order(lines(100_000, of, per_transaction=20))
        await _killed(north)
        run.crashes.append(Crash(failpoint, at_start, before, await _landed(stage)))
        if (number + 1) % 3 != 2 or number + 1 == kills:
            began = time.monotonic()
            north = await stage.start(NORTH)
            await stage.drained()
            run.recovered_in.append(time.monotonic() - began)
    await _last_lines(stage, north, of)
    run.tide = await stage.tide()
    run.findings = await stage.findings(await south.duplicates())
    return run


async def crash_consumer(stage: Stage, failpoint: str, kills: int, rate: float = 60.0) -> CrashRun:
    """Kill the recipient in a window of its consumer, under a steady load.

    Every third death follows at the first batch after a start, while it reads what it has missed.
    """
    run, of = CrashRun(), accounts(STREAMS)
    north, south = await stage.open()
    await north.order(lines(100_000, of, rate=rate))
    for number in range(kills):
        at_start = number % 3 == 2
        before = await stage.tide()
        if at_start:
            south = await stage.start(SOUTH, failpoint=f"{failpoint}:1")
        else:
            await south.order(Arm(failpoint=f"{failpoint}:{2 + number}"))
        await _killed(south)
        run.crashes.append(Crash(failpoint, at_start, before, await stage.tide()))
        if (number + 1) % 3 != 2 or number + 1 == kills:
            began = time.monotonic()
            south = await stage.start(SOUTH)
            await stage.caught_up((await stage.tide()).written)
            run.recovered_in.append(time.monotonic() - began)
    await north.order(Hold())
    await north.hear("published")
    await stage.drained()
    run.tide = await stage.tide()
    run.findings = await stage.findings(await south.duplicates())
    return run


async def _killed(process: MemberProcess) -> None:
    """Wait for a death that only a fail-point can have caused: nobody here sends SIGKILL."""
    code = await process.death()
    if code != -signal.SIGKILL:
        raise NotHit(f"exit {code}, not SIGKILL\n{process.log_tail()}")


async def _landed(stage: Stage) -> Tide:
    await asyncio.sleep(LANDING_SECONDS)
    return await stage.tide()


async def _last_lines(stage: Stage, north: MemberProcess, of: list[str]) -> None:
    """Streams that were interrupted go on."""
    await north.publish(lines(10 * STREAMS, of))
    await stage.drained()
