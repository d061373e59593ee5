"""One calendar of all stories: what is done on each day, story by story. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from trama_simulation.acts import Act, Story


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which something happens; of each story in which it does, the acts in their order."""

    on: date
    acts: tuple[tuple[int, tuple[Act, ...]], ...]
    """By the number of the story."""


def agenda(stories: Sequence[Story]) -> list[Day]:
    """The days on which something happens, one after the other."""
    by_day: dict[date, list[tuple[int, tuple[Act, ...]]]] = defaultdict(list)
    for number, story in enumerate(stories):
        for on, acts in groupby(story.acts, key=lambda act: act.on):
            by_day[on].append((number, tuple(acts)))
    return [Day(on, tuple(acts)) for on, acts in sorted(by_day.items())]
