"""Lives a short story in a town whose registry has broken rules, and tells where members then are wrong:
`python -m tests.end_to_end.broken_rules FOLDER HOW_MANY`."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from trama_simulation.acts import Act, ComeIn, NameReferente, Route, Story
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.simulation import Run, desks_of, judge
from trama_simulation.stories.plot import Plot
from trama_simulation.territory import read_territory

from tests.browser.town import Town, alive

PATIENCE, LOOK_AGAIN = 240.0, 5.0


def lived_by_two() -> list[Story]:
    """Somebody is referred and nobody answers in time; somebody is heard at the listening centre."""
    one, other = invented(2, 1)
    return [Story(one, tuple(_referred())), Story(other, tuple(_heard()))]


def _referred() -> Sequence[Act]:
    plot = Plot(date(2013, 10, 7))
    plot.register(URBANO, "Un lavoro adatto.").authorise(URBANO, SIL)
    plot.refer(URBANO, SIL).on(10, 8).accept(SIL, URBANO).do(NameReferente(plot.day, SIL))
    # The term of the second one has passed on the 12th; two days later it is too early to give up waiting.
    return plot.on(10, 9).refer(URBANO, SIL, within=2).acts


def _heard() -> Sequence[Act]:
    plot = Plot(date(2013, 10, 8))
    plot.do(ComeIn(plot.day, URBANO, "desk", "Parlare con qualcuno.", named="given-name", reserved=True))
    return plot.on(10, 12).do(Route(plot.day, URBANO, "informed")).acts


async def differences(town: Town, awaited: int) -> list[str]:
    """What differs, once as much of it as is awaited is there, or patience ends."""
    async with desks_of(read_territory(town.file), patience=PATIENCE) as desks:
        run = Run(lived_by_two(), desks, at_once=2)
        await run.live()
        run.must_be_whole()
        return await _settled(run.lived, desks, awaited)


async def _settled(lived: Sequence[Lived], desks: dict[str, Desk], awaited: int) -> list[str]:
    deadline = time.monotonic() + PATIENCE
    while True:
        found = await judge(lived, desks, patience=LOOK_AGAIN)
        if len(found) == awaited or time.monotonic() > deadline:
            return found


def main() -> None:
    """Entry point."""
    with alive(Path(sys.argv[1])) as town:
        json.dump(asyncio.run(differences(town, int(sys.argv[2]))), sys.stdout)


if __name__ == "__main__":
    main()
