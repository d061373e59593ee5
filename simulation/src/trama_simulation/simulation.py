"""Lives stories in a territory where nobody has lived yet, and judges what members then know."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

from trama_simulation import comparison
from trama_simulation.acts import Act, Story
from trama_simulation.desks import Desk, NotArrived, Refused, Unreachable
from trama_simulation.living import Lived, live
from trama_simulation.stories import CPI, FILO, PROVINCIA, SIL, URBANO
from trama_simulation.territory import Territory

REQUEST_SECONDS = 30.0


class StoryBroken(Exception):
    """A story did not come to its end."""

    def __init__(self, broken: Sequence[str]) -> None:
        self.broken = broken
        super().__init__("\n".join(broken))


@asynccontextmanager
async def desks_of(territory: Territory, *, patience: float) -> AsyncIterator[dict[str, Desk]]:
    """The desks that stories need. Raises NotATerritory."""
    members = [territory.member(name) for name in (URBANO, SIL, CPI, FILO, PROVINCIA)]
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS) as client:
        yield {member.name: Desk(member, client, patience) for member in members}


async def who_lives_here(desks: Mapping[str, Desk]) -> list[str]:
    """The members that know somebody already."""
    return [
        name for name in (URBANO, SIL, CPI) if (await desks[name].get("/api/registry/persons"))["persons"]
    ]


async def live_all(
    stories: Sequence[Story], desks: Mapping[str, Desk], *, at_once: int, told: Callable[[Story, Act], None]
) -> list[Lived]:
    """Live all stories. Those that can go on do, before this raises StoryBroken."""
    gate = asyncio.Semaphore(at_once)

    async def one(story: Story) -> Lived | str:
        async with gate:
            try:
                return await live(story, desks, lambda act: told(story, act))
            except (Refused, Unreachable, NotArrived) as error:
                return f"{story.person.name}: {error}"

    ended = await asyncio.gather(*map(one, stories))
    if broken := [end for end in ended if isinstance(end, str)]:
        raise StoryBroken(broken)
    return [end for end in ended if isinstance(end, Lived)]


async def judge(
    lived: Sequence[Lived],
    desks: Mapping[str, Desk],
    *,
    patience: float,
    at_once: int = 8,
    settled: Callable[[], None] = lambda: None,
) -> list[str]:
    """Where members' answers differ from what the stories say, once all has had time to arrive."""
    asked = comparison.questions(lived, desks)
    return await comparison.differences(asked, patience=patience, at_once=at_once, settled=settled)
