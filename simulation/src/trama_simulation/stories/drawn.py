"""Stories that are drawn: ways on which people go, as far as they have come by today. Pure."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from random import Random
from typing import TypeAlias

from trama_simulation.acts import Act
from trama_simulation.members import COMIDIS, COR, CPI, DSM, EST, FILO, MOBILI, SERT, SIL, URBANO
from trama_simulation.stories import placed, teams
from trama_simulation.stories.doors import DOORS
from trama_simulation.stories.followed import FOLLOWED
from trama_simulation.stories.grounds import GROUNDS
from trama_simulation.stories.inside import INSIDE
from trama_simulation.stories.loops import LOOPS
from trama_simulation.stories.plot import Plot, TodayReached
from trama_simulation.stories.words import CLOSINGS, REFUSALS

Way: TypeAlias = Callable[[Plot], None]


def drawn(draw: Random, days: Sequence[date]) -> tuple[Act, ...]:
    """One story: a way, begun on some day, and broken off where today is reached."""
    way = draw.choices(list(WAYS), list(WAYS.values()))[0]
    first = days[int(draw.triangular(0, len(days), len(days) * 0.4))]
    plot = Plot(first, days=days, draw=draw)
    with suppress(TodayReached):
        way(plot)
    return tuple(plot.acts)


def _referred(plot: Plot, at: str, to: str, *also: str) -> None:
    """Taken in charge, sharing authorised, referred, accepted; now and then after the term."""
    plot.register(at).later(0, 14).authorise(at, to, *also).refer(at, to)
    late = plot.draw.random() < 0.1
    plot.later(*((10, 21) if late else (1, 6))).accept(to, at)


def _as_agreed(plot: Plot, promoter: str, path_type: str) -> None:
    """The path of the project, if the person signed it."""
    if path_type:
        placed.path(plot.later(5, 21), promoter, path_type=path_type)


def _district(plot: Plot) -> str:
    return plot.draw.choice((URBANO, URBANO, EST))


def _placed(plot: Plot) -> None:
    """By the integration service or the employment centre, without an evaluation."""
    promoter = plot.draw.choice((SIL, SIL, CPI))
    _referred(plot, _district(plot), promoter)
    placed.path(plot.later(5, 30), promoter)


def _laboratory(plot: Plot) -> None:
    """Observed at the service itself, then at work."""
    _referred(plot, _district(plot), SIL)
    placed.path(plot.later(5, 20), SIL, path_type="observation-lab", host=SIL)
    placed.path(plot.later(0, 14), SIL, nth=2)


def _planned_together(plot: Plot) -> None:
    """The district leads a planning unit, to which the Province and the Region are invited."""
    district = _district(plot)
    _referred(plot, district, SIL, CPI, COR)
    seats = (district, SIL, CPI, COR)
    path_type = teams.evaluated(
        plot.later(3, 14), district, "integrated-planning-unit", (district, SIL), seats
    )
    _as_agreed(plot, SIL, path_type)


def _from_health(plot: Plot) -> None:
    """A health service leads, the district contributes; each keeps to its own what only it may know."""
    lead, district = plot.draw.choice((DSM, SERT)), _district(plot)
    plot.register(lead).authorise(lead, district, SIL, circles=("care", "clinical", "social"))
    plot.refer(lead, district).refer(lead, SIL).later(1, 6).accept(district, lead).accept(SIL, lead)
    asked, seats = (lead, district), (lead, district, SIL)
    path_type = teams.evaluated(plot.later(3, 14), lead, "multidimensional-unit", asked, seats)
    _as_agreed(plot, SIL, path_type)


def _between_health_services(plot: Plot) -> None:
    """Two health services share what they alone may know; the district does not see it."""
    district = _district(plot)
    plot.register(SERT).authorise(SERT, district, DSM, circles=("care", "clinical"))
    plot.refer(SERT, district).refer(SERT, DSM).later(1, 6).accept(district, SERT).accept(DSM, SERT)
    members = (district, DSM, SERT)
    teams.evaluated(plot.later(3, 14), district, "multidimensional-unit", members, members, missing=SERT)


def _committee(plot: Plot) -> None:
    """The committee for targeted placement, with health and the district; the employment centre promotes."""
    district, among = _district(plot), (DSM, CPI)
    plot.register(COMIDIS, "Iscrizione nell'elenco del collocamento mirato.")
    plot.authorise(COMIDIS, district, *among, circles=("care", "clinical"))
    plot.refer(COMIDIS, district).refer(COMIDIS, DSM).refer(COMIDIS, CPI)
    plot.later(1, 6).accept(district, COMIDIS).accept(DSM, COMIDIS).accept(CPI, COMIDIS)
    seats = (COMIDIS, DSM, district)
    path_type = teams.evaluated(plot.later(3, 14), COMIDIS, "targeted-placement-committee", seats, seats)
    _as_agreed(plot, CPI, path_type)


def _declined(plot: Plot) -> None:
    """Not accepted, and referred to where the answer says."""
    district = _district(plot)
    first, then = plot.draw.sample((SIL, CPI), 2)
    plot.register(district).authorise(district, first).refer(district, first)
    plot.later(2, 9).decline(first, district, *plot.draw.choice(REFUSALS))
    plot.later(0, 7).authorise(district, then).refer(district, then, reason="Come suggerito nella risposta.")
    plot.later(1, 6).accept(then, district)
    placed.path(plot.later(5, 30), then)


def _taken_back(plot: Plot) -> None:
    """A referral is taken back before anybody has answered, and another service is asked."""
    district = _district(plot)
    plot.register(district).authorise(district, SIL, CPI).refer(district, CPI)
    plot.later(1, 9).take_back(district, CPI, "La persona preferisce un altro servizio.")
    plot.later(0, 5).refer(district, SIL).later(1, 6).accept(SIL, district)


def _two_services(plot: Plot) -> None:
    """One authorisation, two services: each also knows what the other does."""
    district = _district(plot)
    plot.register(district).authorise(district, SIL, CPI).refer(district, SIL).refer(district, CPI)
    plot.later(1, 6).accept(SIL, district).later(0, 5).accept(CPI, district)
    placed.path(plot.later(5, 30), plot.draw.choice((SIL, CPI)))


def _known_before(plot: Plot) -> None:
    """Whom the receiver followed already: accepting joins two stories, and makes no second record."""
    plot.register(SIL).later(7, 40)
    _referred(plot, _district(plot), SIL)
    placed.path(plot.later(5, 30), SIL)


def _unlinked(plot: Plot) -> None:
    """Two that follow one person and do not know it of each other; both place, one person is counted."""
    plot.register(CPI).later(3, 20)
    _referred(plot, _district(plot), SIL)
    placed.path(plot, SIL, path_type="traineeship", host=FILO, goes_on=False)
    placed.path(plot, CPI, path_type="hiring-support", host=MOBILI)


def _moves(plot: Plot) -> None:
    """Moves to the other district, which accepts before the first one closes."""
    before, after = plot.draw.sample((URBANO, EST), 2)
    _referred(plot, before, SIL)
    plot.later(14, 60).authorise(before, after, SIL).refer(before, after, within=14)
    plot.later(3, 12).accept(after, before).close(before, plot.draw.choice(("transferred", "moved")))


def _closed(plot: Plot) -> None:
    """Ends for some reason, here and there; some come back."""
    district = _district(plot)
    _referred(plot, district, SIL)
    reason = plot.draw.choice(CLOSINGS)
    plot.later(14, 90).close(district, reason).later(0, 14).close(SIL, reason)


def _waits(plot: Plot) -> None:
    """Referred, and nobody has answered until the term was over, or until today."""
    district = _district(plot)
    plot.register(district).authorise(district, SIL).refer(district, SIL)
    plot.later(9, 60).accept(SIL, district)


def _not_approved(plot: Plot) -> None:
    """Somebody does not sign: the path is withdrawn, and another one is tried elsewhere."""
    _referred(plot, _district(plot), SIL)
    plan = placed.proposal(plot.later(5, 30), SIL, host=FILO)
    plot.do(plan).later(0, 5)
    placed.refused(plot, plan, plot.draw.choice(("person", "host", "promoter")))
    placed.path(plot.later(7, 30), SIL, host=MOBILI, nth=2)


def _given_up(plot: Plot) -> None:
    """A path is given up before it begins."""
    promoter = plot.draw.choice((SIL, CPI))
    _referred(plot, _district(plot), promoter)
    placed.given_up(plot.later(5, 30), promoter)


WAYS: dict[Way, int] = {
    _placed: 14,
    _planned_together: 14,
    _from_health: 10,
    _committee: 8,
    _between_health_services: 6,
    _laboratory: 6,
    _declined: 8,
    _two_services: 6,
    _known_before: 4,
    _unlinked: 4,
    _taken_back: 4,
    _moves: 5,
    _closed: 4,
    _waits: 5,
    _not_approved: 6,
    _given_up: 4,
    **DOORS,
    **LOOPS,
    **FOLLOWED,
    **GROUNDS,
    **INSIDE,
}
"""How often each way is gone, of two hundred or so."""
