"""Asks each member's API what it knows and says where that differs from the oracle."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from trama_simulation import oracle
from trama_simulation.acts import Story
from trama_simulation.desks import Desk, Json
from trama_simulation.living import Lived
from trama_simulation.oracle import Figure, Hosted
from trama_simulation.stories import FILO, PROVINCIA

LOOK_AGAIN = 0.5
_Line = TypeVar("_Line")
FIRST_DAY = date(2012, 1, 1)
"""Before anything that a story dates."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something one member is asked; the answer is what differs, nothing if all is as it should be."""

    about: str
    ask: Callable[[], Awaitable[list[str]]]


def questions(lived: Sequence[Lived], desks: Mapping[str, Desk]) -> list[Question]:
    """All there is to ask: every timeline, who works at the host, what is counted."""
    asked = [
        _about_timeline(one, desks[member]) for one in lived for member in sorted(oracle.followers(one.story))
    ]
    stories = [one.story for one in lived]
    return [*asked, _about_hosted(stories, desks[FILO]), _about_figures(lived, desks[PROVINCIA])]


async def differences(
    asked: Sequence[Question], *, patience: float, at_once: int, settled: Callable[[], None]
) -> list[str]:
    """What still differs when patience ends: events are on their way until then."""
    deadline, gate = time.monotonic() + patience, asyncio.Semaphore(at_once)

    async def answer(question: Question) -> list[str]:
        while True:
            async with gate:
                found = await question.ask()
            if not found:
                settled()
            if not found or time.monotonic() > deadline:
                return [f"{question.about}: {one}" for one in found]
            await asyncio.sleep(LOOK_AGAIN)

    return [one for found in await asyncio.gather(*map(answer, asked)) for one in found]


def _about_timeline(lived: Lived, desk: Desk) -> Question:
    member, story = desk.member.name, lived.story

    async def ask() -> list[str]:
        shown = await desk.get(f"/api/registry/persons/{lived.records[member]}/timeline")
        found = Counter((entry["member"], _kind(entry["type"])) for entry in shown["entries"])
        return list(_unlike(oracle.timeline(story, member), found))

    return Question(f"{member}, storia di {story.person.name}", ask)


def _about_hosted(stories: Iterable[Story], desk: Desk) -> Question:
    expected = oracle.hosted(stories, desk.member.name)

    async def ask() -> list[str]:
        found = Counter(_hosted(shown) for shown in await desk.list("/api/placement/hosted"))
        return list(_unlike(expected, found))

    return Question(f"{desk.member.name}, chi lavora qui", ask)


def _about_figures(lived: Sequence[Lived], desk: Desk) -> Question:
    expected = oracle.figures(one.story for one in lived)
    last = max((one.today for one in lived), default=FIRST_DAY)
    period = {"from": FIRST_DAY.isoformat(), "to": last.isoformat()}

    async def ask() -> list[str]:
        shown = (await desk.get("/api/reporting/indicators", **period))["indicators"]
        found = {one["code"]: one for one in shown}
        return [
            sentence
            for code, figure in expected.items()
            for sentence in _judge(code, figure, found.get(code))
        ]

    return Question(f"{desk.member.name}, conteggi", ask)


def _judge(code: str, expected: Figure, shown: Json | None) -> Iterator[str]:
    if shown is None:
        yield f"{code}: non c'è"
        return
    if shown["value"] != expected.value:
        yield f"{code}: {shown['value']}, doveva essere {expected.value}"
    divided = {
        one["by"]: {share["code"]: share["value"] for share in one["shares"]} for one in shown["breakdowns"]
    }
    for by, shares in expected.shares.items():
        if divided.get(by) != shares:
            yield f"{code} per {by}: {divided.get(by)}, doveva essere {dict(shares)}"


def _hosted(shown: Json) -> Hosted:
    ended_on = shown["ended_on"]
    return Hosted(
        promoter=shown["promoter"],
        person=shown["person"],
        task=shown["task"],
        weekly_hours=shown["weekly_hours"],
        planned_from=date.fromisoformat(shown["planned_from"]),
        planned_to=date.fromisoformat(shown["planned_to"]),
        ended_on=date.fromisoformat(ended_on) if ended_on else None,
    )


def _unlike(expected: Counter[_Line], found: Counter[_Line]) -> Iterator[str]:
    for missing, times in (expected - found).items():
        yield f"manca {_said(missing)}" + f" ({times} volte)" * (times > 1)
    for surplus, times in (found - expected).items():
        yield f"in più {_said(surplus)}" + f" ({times} volte)" * (times > 1)


def _said(one: object) -> str:
    return " di ".join(reversed(one)) if isinstance(one, tuple) else str(one)


def _kind(wire_type: str) -> str:
    """`placement-started` of `it.trama.placement.placement-started.v1`."""
    return wire_type.split(".")[-2]
