"""How many events a second a territory takes before what waits grows: they are written whatever waits."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from trama_simulation.business_clock import BusinessClock
from trama_simulation.desks import Desk, Refused
from trama_simulation.living.lived import Lived

RATES = (5, 10, 20, 40, 80)
"""Events a second that are asked for, one rate after the other until what waits grows."""
SECONDS = 40.0
PLACES = 60
"""On how many records of people in charge, in turn."""
LOOK_EVERY = 2.0
LOOKS = 4
"""Of how many looks a figure is the mean."""

Waiting = Callable[[], Awaitable[int]]
Place = tuple[Desk, str]


@dataclass(frozen=True, slots=True)
class Pressed:
    """What waited while events were written at one pace."""

    rate: int
    written: float
    """Events a second that were written indeed."""
    early: int
    late: int
    """Rows to send and records to read, of all services, after a third of the time and at its end."""

    @property
    def grows(self) -> bool:
        """Whether more and more waits, or fewer events are taken than asked for."""
        return self.late > 1.5 * self.early + self.rate or self.written < 0.9 * self.rate

    def row(self) -> str:
        """A line of the table."""
        grows = "grows" if self.grows else "no"
        return f"| {self.rate} | {self.written:.1f} | {self.early:,} | {self.late:,} | {grows} |"


def table(found: Sequence[Pressed]) -> list[str]:
    """What was found, to be read."""
    head = ["| asked, events/s | written | waits early | at the end | backlog |", "|---|---|---|---|---|"]
    return ["", *head, *(one.row() for one in found)]


async def press(desks: Mapping[str, Desk], lived: Sequence[Lived], waiting: Waiting) -> list[Pressed]:
    """Write events faster and faster on what was lived, until what waits grows."""
    due_on = (await BusinessClock(desks).now()).date() + timedelta(days=7)
    places = await _in_charge(desks, lived, due_on)
    found: list[Pressed] = []
    for rate in RATES:
        found.append(await _pressed(places, rate, due_on, waiting))
        while await waiting():
            await asyncio.sleep(LOOK_EVERY)
        if found[-1].grows:
            break
    return found


async def _in_charge(desks: Mapping[str, Desk], lived: Sequence[Lived], due_on: date) -> list[Place]:
    """Records whose people are in charge today: a next step can be set there."""
    found: list[Place] = []
    for one in lived:
        for member, record in one.records.items():
            with suppress(Refused):
                await _set_step(desks[member], record, due_on)
                found.append((desks[member], record))
        if len(found) >= PLACES:
            break
    return found


async def _set_step(desk: Desk, record: str, due_on: date) -> None:
    step = {"what": "Colloquio al servizio", "due_on": due_on.isoformat()}
    await desk.put(f"/api/registry/persons/{record}/next-step", step)


async def _pressed(places: Sequence[Place], rate: int, due_on: date, waiting: Waiting) -> Pressed:
    """Write at one pace, waiting for nothing, and look at what waits meanwhile."""
    writing: list[asyncio.Task[None]] = []
    begun, turns = time.perf_counter(), cycle(places)
    looking = asyncio.create_task(_looks(waiting))
    while (passed := time.perf_counter() - begun) < SECONDS:
        while len(writing) < passed * rate:
            writing.append(asyncio.create_task(_set_step(*next(turns), due_on)))
        await asyncio.sleep(0.02)
    written = sum(one.done() for one in writing) / (time.perf_counter() - begun)
    looking.cancel()
    (looks,) = await asyncio.gather(looking)
    await asyncio.gather(*writing)
    third = len(looks) // 3
    return Pressed(rate, written, _mean(looks[third : third + LOOKS]), _mean(looks[-LOOKS:]))


async def _looks(waiting: Waiting) -> list[int]:
    """What waits, again and again until cancelled."""
    found: list[int] = []
    try:
        while True:
            found.append(await waiting())
            await asyncio.sleep(LOOK_EVERY)
    except asyncio.CancelledError:
        return found


def _mean(counts: Sequence[int]) -> int:
    return round(statistics.mean(counts)) if counts else 0
