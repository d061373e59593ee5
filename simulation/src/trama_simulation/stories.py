"""The stories of a synthetic territory: eight that are written, as many drawn ones as wanted. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import TypeAlias

from trama_simulation.acts import (
    Accept,
    Act,
    Authorise,
    ConfirmStart,
    Decline,
    End,
    Propose,
    Refer,
    Register,
    Story,
)
from trama_simulation.persons import invented

URBANO, SIL, CPI, FILO, PROVINCIA = "ambito-urbano", "sil", "cpi", "coop-filo", "provincia"
TODAY = date(2013, 10, 14)
"""Where the clock of the demonstration stands; what is drawn lies before it, or is a plan."""

NEEDS = (
    "Un lavoro adatto dopo anni senza occupazione.",
    "Riprendere il lavoro con orari compatibili con la cura dei figli.",
    "Un primo inserimento accompagnato, vicino a casa.",
    "Provare un'attività manuale con un tutor accanto.",
    "Capire quale lavoro è sostenibile in questo momento.",
    "Un percorso graduale, con poche ore all'inizio.",
)
TASKS = ("confezionamento", "cura del verde", "lavanderia", "assemblaggio", "sartoria", "magazzino")
REASONS = (
    "Colloqui conclusi: la persona è pronta per un percorso accompagnato.",
    "Serve valutare un inserimento protetto prima di un lavoro ordinario.",
    "La persona chiede un'esperienza in cooperativa.",
)
PATHS = (
    ("traineeship", 6, (20, 25, 30)),
    ("traineeship-disadvantaged", 12, (16, 20, 24)),
    ("traineeship-disability", 12, (12, 16, 20)),
    ("work-grant-therapeutic", 6, (8, 12, 16)),
    ("hiring-support", 12, (24, 30, 36)),
)
ENDINGS = ("hired", "hired", "completed", "completed", "moved-on", "person-choice", "health", "not-suitable")
REFUSALS = (
    ("not-competent", "Iscrizione al Centro per l'impiego, che ha un servizio dedicato."),
    ("no-capacity", "Il Centro per l'impiego può iniziare subito con un colloquio."),
    ("more-urgent-elsewhere", "Prima un colloquio al Centro per l'impiego, poi se ne riparla insieme."),
)

Acts: TypeAlias = tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A work path as it went: planned, and perhaps begun and ended."""

    path_type: str
    task: str
    hours: int
    first: date
    last: date
    ended_on: date | None = None
    ending: str = ""

    def acts(self, at: str, host: str, *, begun: bool = True) -> Acts:
        """Proposed, begun on the first day, ended."""
        acts: Acts = (Propose(at, host, self.path_type, self.task, self.hours, self.first, self.last),)
        if begun:
            acts += (ConfirmStart(at, host, self.first),)
        if self.ended_on is not None:
            acts += (End(at, host, self.ended_on, self.ending),)
        return acts


def stories(people: int, seed: int) -> list[Story]:
    """So many stories; with the same seed the same ones, and fewer are the beginning of more."""
    drawn = Random(f"stories {seed}")  # noqa: S311 - a story to repeat, not a secret
    told = [Story(person, _drawn(drawn)) for person in invented(people, seed)]
    written = [Story(story.person, acts) for story, acts in zip(told, _written(), strict=False)]
    return list(islice([*written, *told[len(written) :]], people))


def _written() -> list[Acts]:
    """Anna, Bruno, Carla, Dario, Elena, Farid, Gina, Ivo."""
    trained = Path(
        *("traineeship", "confezionamento", 30, date(2013, 4, 2), date(2013, 9, 30)),
        ended_on=date(2013, 9, 30),
        ending="hired",
    )
    observed = Path(
        *("observation-lab", "osservazione in laboratorio", 20, date(2013, 2, 1), date(2013, 4, 30)),
        ended_on=date(2013, 4, 30),
        ending="completed",
    )
    granted = Path("work-grant-therapeutic", "cura del verde", 16, date(2013, 5, 6), date(2013, 11, 5))
    hired = Path("hiring-support", "lavanderia", 24, date(2013, 7, 1), date(2014, 6, 30))
    planned = Path("traineeship", "assemblaggio", 25, date(2013, 10, 7), date(2014, 4, 4))
    return [
        (*_referred(SIL, date(2013, 2, 4)), *trained.acts(SIL, FILO)),
        (*_referred(CPI, date(2013, 1, 14), need=2), *observed.acts(CPI, CPI)),
        (*_referred(SIL, date(2013, 4, 15), need=5), *granted.acts(SIL, FILO)),
        _declined(date(2013, 5, 27), need=1),
        (*_known_at_cpi_too(date(2013, 3, 4)), *hired.acts(SIL, FILO), *observed.acts(CPI, CPI)),
        (*_referred(SIL, date(2013, 9, 2), need=3), *planned.acts(SIL, FILO, begun=False)),
        _referred(SIL, date(2013, 9, 2), need=4),
        _asked(date(2013, 10, 8), SIL, need=0),
    ]


def _asked(since: date, *to: str, need: int = 0) -> Acts:
    """Taken in charge, sharing authorised, referred; nobody has answered yet."""
    asked: Acts = (Register(URBANO, NEEDS[need], since), Authorise(URBANO, to, since))
    return asked + tuple(Refer(URBANO, one, REASONS[need % len(REASONS)], NEEDS[need]) for one in to)


def _referred(to: str, since: date, *, need: int = 0) -> Acts:
    return (*_asked(since, to, need=need), Accept(to, URBANO))


def _followed_by_two(since: date, *, need: int) -> Acts:
    """One authorisation, two services: each also knows what the other does."""
    return (*_asked(since, SIL, CPI, need=need), Accept(SIL, URBANO), Accept(CPI, URBANO))


def _known_at_cpi_too(since: date) -> Acts:
    """Who came to the employment centre on their own: nobody links the two, and they count as one."""
    at_the_desk = Register(CPI, "Iscrizione nell'elenco del collocamento mirato.", date(2013, 1, 21))
    return (*_referred(SIL, since, need=0), at_the_desk)


def _known_before(since: date, *, need: int) -> Acts:
    """Whom the SIL followed already: accepting joins two stories, and makes no second record."""
    return (Register(SIL, NEEDS[need], since), *_referred(SIL, since, need=need))


def _declined(since: date, *, need: int, refusal: int = 0) -> Acts:
    """Not accepted, and referred to where the answer says."""
    return (
        *_asked(since, SIL, need=need),
        Decline(SIL, URBANO, *REFUSALS[refusal]),
        Authorise(URBANO, (CPI,), TODAY),
        Refer(URBANO, CPI, "Come suggerito dal SIL.", NEEDS[need]),
        Accept(CPI, URBANO),
    )


def _drawn(drawn: Random) -> Acts:
    ways: dict[Callable[[Random], Acts], int] = {
        _draw_running: 30,
        _draw_ended: 20,
        _draw_planned: 10,
        _draw_accepted: 10,
        _draw_declined: 10,
        _draw_at_cpi: 10,
        _draw_two: 5,
        _draw_known: 5,
        _draw_asked: 5,
    }
    return drawn.choices(list(ways), list(ways.values()))[0](drawn)


def _draw_running(drawn: Random) -> Acts:
    path = _draw_path(drawn, TODAY - timedelta(days=drawn.randrange(1, 60)), least=3)
    return (*_referred(SIL, _before(drawn, path), need=_need(drawn)), *path.acts(SIL, FILO))


def _draw_ended(drawn: Random) -> Acts:
    path = _draw_path(drawn, date(2013, 1, 7) + timedelta(days=drawn.randrange(180)), least=2)
    last = min(path.last, TODAY - timedelta(days=3))
    ended_on = _working_day(path.first + timedelta(days=drawn.randrange(14, (last - path.first).days + 1)))
    ended = Path(
        path.path_type, path.task, path.hours, path.first, path.last, ended_on, drawn.choice(ENDINGS)
    )
    return (*_referred(SIL, _before(drawn, path), need=_need(drawn)), *ended.acts(SIL, FILO))


def _draw_planned(drawn: Random) -> Acts:
    path = _draw_path(drawn, TODAY + timedelta(days=drawn.randrange(-7, 40)), least=3)
    return (*_referred(SIL, _before(drawn, path), need=_need(drawn)), *path.acts(SIL, FILO, begun=False))


def _draw_accepted(drawn: Random) -> Acts:
    return _referred(SIL, _recently(drawn), need=_need(drawn))


def _draw_declined(drawn: Random) -> Acts:
    return _declined(_recently(drawn), need=_need(drawn), refusal=drawn.randrange(len(REFUSALS)))


def _draw_at_cpi(drawn: Random) -> Acts:
    return _referred(CPI, _recently(drawn), need=_need(drawn))


def _draw_two(drawn: Random) -> Acts:
    path = _draw_path(drawn, TODAY - timedelta(days=drawn.randrange(1, 60)), least=3)
    return (*_followed_by_two(_before(drawn, path), need=_need(drawn)), *path.acts(SIL, FILO))


def _draw_known(drawn: Random) -> Acts:
    path = _draw_path(drawn, TODAY - timedelta(days=drawn.randrange(1, 60)), least=3)
    return (*_known_before(_before(drawn, path), need=_need(drawn)), *path.acts(SIL, FILO))


def _draw_asked(drawn: Random) -> Acts:
    return _asked(_recently(drawn), SIL, need=_need(drawn))


def _draw_path(drawn: Random, first: date, *, least: int) -> Path:
    """On a working day, and no longer than its kind may last."""
    first = _working_day(first)
    path_type, most, hours = drawn.choice(PATHS)
    # Thirty days a month stay within any number of calendar months, but for February.
    last = first + timedelta(days=30 * drawn.randint(least, most) - 5)
    return Path(path_type, drawn.choice(TASKS), drawn.choice(hours), first, last)


def _before(drawn: Random, path: Path) -> date:
    return _working_day(min(path.first, TODAY) - timedelta(days=drawn.randrange(14, 60)))


def _recently(drawn: Random) -> date:
    return _working_day(TODAY - timedelta(days=drawn.randrange(1, 45)))


def _working_day(day: date) -> date:
    """That day, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _need(drawn: Random) -> int:
    return drawn.randrange(len(NEEDS))
