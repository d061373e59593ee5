"""The stories of a synthetic territory: nine that are written, as many drawn ones as wanted. Pure."""

from datetime import date, timedelta
from random import Random

from trama_simulation.acts import Story
from trama_simulation.members import FIRST_DAY, TODAY
from trama_simulation.persons import invented
from trama_simulation.stories.cast import written
from trama_simulation.stories.drawn import drawn

MORE_DAYS = 14
"""On how many days something happens besides those of the written stories."""


def stories(people: int, seed: int) -> list[Story]:
    """So many stories; with the same seed the same ones, and fewer are the beginning of more."""
    cast, days = written(), days_of(seed)
    return [
        Story(person, cast[number] if number < len(cast) else drawn(_draw(f"story {seed} {number}"), days))
        for number, person in enumerate(invented(people, seed))
    ]


def crowd(people: int, seed: int, *, days: int) -> list[Story]:
    """So many drawn stories on few days of the year, all the same way apart: as much happens, in less time,
    since a run waits on each day for all that happens on it."""
    step = (TODAY - FIRST_DAY) // days
    stops = [FIRST_DAY + number * step for number in range(days)]
    persons = invented(people + len(written()), seed)[-people:]
    return [
        Story(person, drawn(_draw(f"crowd {seed} {number}"), stops)) for number, person in enumerate(persons)
    ]


def days_of(seed: int) -> list[date]:
    """The days on which something happens: those of the written stories, and some working days more."""
    lived = {act.on for acts in written() for act in acts}
    every = [FIRST_DAY + timedelta(days=number) for number in range((TODAY - FIRST_DAY).days)]
    working = [day for day in every if day.weekday() < 5 and day not in lived]
    return sorted(lived | set(_draw(f"days {seed}").sample(working, MORE_DAYS)))


def _draw(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - a story to repeat, not a secret
