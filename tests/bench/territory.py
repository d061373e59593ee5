"""The whole territory at work on one machine: how much happens in a second, what waits, what it weighs."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trama_deploy.processes import node_process
from trama_deploy.status import network_status
from trama_simulation.simulation import desks_of, judge, live_all
from trama_simulation.stories import stories
from trama_simulation.territory import read_territory

from tests.bench.pressure import Pressed, press, table
from tests.end_to_end.territory import Territory, described

LOOK_EVERY = 5.0
PATIENCE = 600.0
STEPS = ((2, 60), (8, 120), (24, 240))
"""Stories at once, and how many people live."""
CROWD = (24, 1_000)


class NotTheTruth(Exception):
    """A member says something else than what happened: the figure would be worth nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """One run: people live at a pace that each next act's arrival sets."""

    at_once: int
    people: int
    acts: int
    seconds: float
    events: int
    backlog: int
    """The most that was seen waiting at one moment: rows to send and records to read, of all services."""
    drained_in: float
    weights: dict[str, int]
    """PSS in MB by node, when all had been lived and read."""

    def row(self) -> str:
        """A line of the table."""
        return (
            f"| {self.at_once} | {self.people:,} | {self.acts:,} | {self.seconds:.0f} | {self.events:,} "
            f"| {self.events / self.seconds:.0f} | {self.backlog:,} | {self.drained_in:.1f} |"
        )


@contextmanager
def _network() -> Iterator[tuple[Territory, float]]:
    """A territory that has just come up, and the seconds this took after its keys had been made."""
    with tempfile.TemporaryDirectory(prefix="trama-bench-") as folder:
        territory = described(Path(folder))
        try:
            territory.up()
            territory.trama("network", "down")
            begun = time.perf_counter()
            territory.up()
            yield territory, time.perf_counter() - begun
        finally:
            territory.trama("network", "down")


async def live(
    territory: Territory, people: int, at_once: int, *, pressing: bool = False
) -> tuple[Load, list[Pressed]]:
    """Let so many people live; what members then say must be the truth. Raises NotTheTruth."""
    told = stories(people, 11)
    begun = time.perf_counter()
    async with desks_of(read_territory(territory.file), patience=PATIENCE) as desks:
        watching = asyncio.create_task(_watch(territory))
        lived = await live_all(told, desks, at_once=at_once)
        seconds = time.perf_counter() - begun
        while await _waiting(territory):
            await asyncio.sleep(0.5)
        drained_in = time.perf_counter() - begun - seconds
        status = await network_status(territory.network, territory.state, None)
        events = sum(service.published for node in status.nodes for service in node.services)
        watching.cancel()
        (backlog,) = await asyncio.gather(watching)
        if differences := await judge(lived, desks, patience=PATIENCE):
            raise NotTheTruth("\n".join(differences[:20]))
        weights = _weights(territory)
        pressed = await press(desks, lived, lambda: _waiting(territory)) if pressing else []
    acts = sum(len(story.acts) for story in told)
    load = Load(at_once, people, acts, seconds, events, backlog, drained_in, weights)
    return load, pressed


async def _watch(territory: Territory) -> int:
    """The highest backlog until cancelled."""
    highest = 0
    try:
        while True:
            highest = max(highest, await _waiting(territory))
            await asyncio.sleep(LOOK_EVERY)
    except asyncio.CancelledError:
        return highest


async def _waiting(territory: Territory) -> int:
    status = await network_status(territory.network, territory.state, territory.access)
    services = [service for node in status.nodes for service in node.services]
    return sum(service.to_send + (service.lag or 0) for service in services)


def _weights(territory: Territory) -> dict[str, int]:
    processes = {node: node_process(territory.state, node) for node in territory.network.nodes}
    return {node: process.memory_full_info().pss // 2**20 for node, process in processes.items() if process}


async def measured(scale: float) -> list[str]:
    """The tables of the page."""
    lines = [
        "| at once | people | acts | s | events | events/s | highest backlog | drained in s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    pressed: list[Pressed] = []
    weights: dict[str, list[int]] = {}
    starts: list[float] = []
    for at_once, people in (*STEPS, CROWD):
        with _network() as (territory, start):
            starts.append(start)
            at_rest = _weights(territory)
            pressing = (at_once, people) == STEPS[-1]
            load, found = await live(territory, max(8, int(people * scale)), at_once, pressing=pressing)
            pressed += found
        lines.append(load.row())
        weights = {node: [at_rest[node], load.weights[node]] for node in at_rest}
        print(lines[-1], flush=True)  # noqa: T201 - a report to a person
    lines += table(pressed)
    lines += ["", "| node, PSS in MB | just started | after the last run |", "|---|---|---|"]
    lines += [f"| {node} | {before} | {after} |" for node, (before, after) in weights.items()]
    sums = [sum(pair[moment] for pair in weights.values()) for moment in (0, 1)]
    lines += [f"| six nodes | {sums[0]:,} | {sums[1]:,} |", ""]
    return [*lines, f"Up again, with its keys made, in {min(starts):.0f} to {max(starts):.0f} s.", ""]
