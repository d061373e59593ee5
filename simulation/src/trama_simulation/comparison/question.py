"""A question to one member, asked again until the answer is as it should be or patience ends."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from trama_simulation.desks import Refused

LOOK_AGAIN = 0.5

_Line = TypeVar("_Line")
Line: TypeAlias = tuple[str | None, ...]
"""One thing that a member tells, in words and codes."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something one member is asked; the answer is what differs, nothing if all is as it should be."""

    about: str
    ask: Callable[[], Awaitable[list[str]]]


async def differences(
    asked: Sequence[Question], *, patience: float, at_once: int, settled: Callable[[], None]
) -> list[str]:
    """What still differs when patience ends: events are on their way until then."""
    deadline, gate = time.monotonic() + patience, asyncio.Semaphore(at_once)

    async def answer(question: Question) -> list[str]:
        while True:
            async with gate:
                found = await _asked(question)
            if not found:
                settled()
            if not found or time.monotonic() > deadline:
                return [f"{question.about}: {one}" for one in found]
            await asyncio.sleep(LOOK_AGAIN)

    return [one for found in await asyncio.gather(*map(answer, asked)) for one in found]


async def _asked(question: Question) -> list[str]:
    """What differs; what is not there yet does too."""
    try:
        return await question.ask()
    except Refused as refused:
        return [str(refused)]


def unlike(expected: Counter[_Line], found: Counter[_Line]) -> Iterator[str]:
    """What is missing and what is too much."""
    for missing, times in (expected - found).items():
        yield f"manca {_said(missing)}" + f" ({times} volte)" * (times > 1)
    for surplus, times in (found - expected).items():
        yield f"in più {_said(surplus)}" + f" ({times} volte)" * (times > 1)


def _said(one: object) -> str:
    return " di ".join(map(str, reversed(one))) if isinstance(one, tuple) else str(one)
