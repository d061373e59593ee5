"""Lives stories day by day in a territory where nobody has lived yet, and judges what members then know."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

import httpx

from trama_simulation import comparison, offers, oracle, protocols
from trama_simulation.acts import Act, Story
from trama_simulation.agenda import agenda
from trama_simulation.business_clock import BusinessClock
from trama_simulation.desks import Desk, NotArrived, Refused, Unreachable
from trama_simulation.living import Lived, live_on, settle
from trama_simulation.members import EVERYBODY, FOLLOWERS, HOME, TODAY
from trama_simulation.territory import Territory

REQUEST_SECONDS = 30.0
CONNECTIONS = httpx.Limits(max_connections=64, max_keepalive_connections=64)

Told = Callable[[Story, Act], None]


class StoryBroken(Exception):
    """A story did not come to its end."""

    def __init__(self, broken: Sequence[str]) -> None:
        self.broken = broken
        super().__init__("\n".join(broken))


@asynccontextmanager
async def desks_of(territory: Territory, *, patience: float) -> AsyncIterator[dict[str, Desk]]:
    """The desks that stories need. Raises NotATerritory."""
    members = [territory.member(name) for name in EVERYBODY]
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS, limits=CONNECTIONS) as client:
        desks = {member.name: Desk(member, client, patience) for member in members}
        yield desks | {place: desks[member] for place, member in HOME.items()}


async def who_lives_here(desks: Mapping[str, Desk]) -> list[str]:
    """The members that know somebody already."""
    shown = await asyncio.gather(*(desks[name].get("/api/registry/persons") for name in FOLLOWERS))
    return [name for name, known in zip(FOLLOWERS, shown, strict=True) if known["persons"]]


class Run:
    """Stories being lived: the clock goes to each day on which something happens, and all of it is done."""

    def __init__(self, stories: Sequence[Story], desks: Mapping[str, Desk], *, at_once: int) -> None:
        lived = oracle.in_time(stories)
        self.lived = [Lived(story) for story in lived]
        self.broken: dict[int, str] = {}
        """By the number of the story, why it could not go on."""
        self._desks = desks
        self._clock = BusinessClock(desks)
        self._gate = asyncio.Semaphore(at_once)
        self._days = agenda(lived)
        self._described = False

    async def live(
        self,
        *,
        until: date = TODAY,
        told: Told = lambda _story, _act: None,
        begins: Callable[[date], None] = lambda _day: None,
    ) -> None:
        """Live on until the end of a day. A story that breaks does not hold the others up.

        Raises ClockStands.
        """
        while self._days and self._days[0].on <= until:
            day = self._days.pop(0)
            begins(day.on)
            await self._clock.move_to(day.on)
            if not self._described:
                await offers.describe(self._desks)
                await protocols.enter(self._desks)
                self._described = True
            await asyncio.gather(*(self._go_on(number, acts, told) for number, acts in day.acts))
            await asyncio.gather(*(self._close_day(number) for number, _ in day.acts))
        if not self._days:
            await self._clock.move_to(TODAY)
            await offers.state_places(self._desks)

    def must_be_whole(self) -> None:
        """Raises StoryBroken if some story could not go on."""
        if self.broken:
            raise StoryBroken(list(self.broken.values()))

    async def _close_day(self, number: int) -> None:
        """Let both ends of referrals hear what was done: no story lets an answer cross a reminder."""
        if number in self.broken:
            return
        lived = self.lived[number]
        async with self._gate:
            try:
                await settle(lived, self._desks)
            except (Refused, Unreachable, NotArrived) as error:
                self.broken[number] = f"{lived.story.person.name}: {error}"

    async def _go_on(self, number: int, acts: Sequence[Act], told: Told) -> None:
        lived = self.lived[number]
        async with self._gate:
            for act in acts:
                if number in self.broken:
                    return
                try:
                    await live_on(lived, self._desks)
                except (Refused, Unreachable, NotArrived) as error:
                    self.broken[number] = f"{act.on:%d/%m/%Y}, {lived.story.person.name}: {error}"
                told(lived.story, act)


async def live_all(
    stories: Sequence[Story],
    desks: Mapping[str, Desk],
    *,
    at_once: int,
    told: Told = lambda _story, _act: None,
    begins: Callable[[date], None] = lambda _day: None,
) -> list[Lived]:
    """Live all stories to today. Those that can go on do, before this raises StoryBroken; or ClockStands."""
    run = Run(stories, desks, at_once=at_once)
    await run.live(told=told, begins=begins)
    run.must_be_whole()
    return run.lived


def surprises(lived: Sequence[Lived]) -> list[str]:
    """Refusals that should have come, and did not."""
    return [one for life in lived for one in life.surprises]


async def judge(
    lived: Sequence[Lived], desks: Mapping[str, Desk], *, patience: float, at_once: int = 8
) -> list[str]:
    """Where members' answers differ from what the stories say, once all has had time to arrive."""
    asked = comparison.questions(lived, desks)
    differ = await comparison.differences(asked, patience=patience, at_once=at_once, settled=lambda: None)
    return [*surprises(lived), *differ]
