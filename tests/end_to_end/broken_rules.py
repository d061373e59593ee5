"""Lives short stories in a town whose registry and chassis have broken rules, and tells where members then
are wrong: `python -m tests.end_to_end.broken_rules FOLDER HOW_MANY`."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from trama_simulation.acts import Act, ComeIn, FileDocument, NameReferente, Restrict, Route, SetStep, Story
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import CPI, DSM, SERT, SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.simulation import Run, desks_of, judge
from trama_simulation.stories.plot import Plot
from trama_simulation.territory import read_territory

from tests.browser.town import Town, alive

PATIENCE, LOOK_AGAIN = 240.0, 5.0


def lived() -> list[Story]:
    """Somebody is referred and nobody answers in time; somebody is heard at the listening centre; of four,
    something is written that who was let in once may not read."""
    told = (_referred(), _heard(), _withdrawn(), _left(), _restricted(), _of_another_circle())
    return [Story(person, tuple(acts)) for person, acts in zip(invented(len(told), 1), told, strict=True)]


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


def _followed_by(*others: str) -> Plot:
    """Taken in charge by one who lets others read, by a word for each."""
    plot = Plot(date(2013, 10, 8)).register(URBANO, "Un lavoro adatto.")
    for other in others:
        plot.authorise(URBANO, other).refer(URBANO, other).accept(other, URBANO)
    return plot


def _goes_on(plot: Plot) -> Sequence[Act]:
    """What only who may still read is to know."""
    return plot.do(SetStep(plot.day, URBANO, "Colloquio con il tutor", date(2013, 10, 21))).acts


def _withdrawn() -> Sequence[Act]:
    return _goes_on(_followed_by(SIL, CPI).on(10, 9).withdraw(SIL, URBANO, "Preferisce così."))


def _left() -> Sequence[Act]:
    return _goes_on(_followed_by(SIL).on(10, 9).close(SIL, "goals-reached"))


def _restricted() -> Sequence[Act]:
    plot = _followed_by(SIL).on(10, 9)
    return _goes_on(plot.do(Restrict(plot.day, URBANO, "accuracy", "Le date sono contestate.")))


def _of_another_circle() -> Sequence[Act]:
    plot = Plot(date(2013, 10, 8)).register(SERT, "Un percorso graduale.").authorise(SERT, DSM)
    plot.refer(SERT, DSM).accept(DSM, SERT).on(10, 9)
    return plot.do(FileDocument(plot.day, SERT, "Referto.txt", "report", "clinical")).acts


async def differences(town: Town, awaited: int) -> list[str]:
    """What differs, once as much of it as is awaited is there, or patience ends."""
    async with desks_of(read_territory(town.file), patience=PATIENCE) as desks:
        run = Run(lived(), desks, at_once=4)
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
