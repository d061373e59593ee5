"""How people come in: at the desk, at the listening centre, for the planning unit, without a code. Pure."""

from collections.abc import Callable

from trama_simulation.acts import (
    AssignTaxCode,
    ComeIn,
    JoinRecords,
    Named,
    NameReferente,
    PartRecords,
    RegisterAgain,
    Route,
)
from trama_simulation.members import COR, CPI, EST, SIL, URBANO, URBANO_AGAIN
from trama_simulation.stories import placed, teams
from trama_simulation.stories.grounds import goes_on
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import CHANNELS, NEEDS, RISKS

NAMED: tuple[Named, ...] = ("in-full", "in-full", "given-name", "not")
"""How much somebody says of who they are: mostly all."""


def comes_in(plot: Plot, at: str, *, nth: int = 1) -> None:
    """Somebody asks at the desk, named or not, and is taken in charge, in time or not."""
    named = plot.draw.choice(NAMED)
    channel, need = plot.draw.choice(CHANNELS), plot.draw.choice(NEEDS)
    risks = tuple(sorted(plot.draw.sample(RISKS, plot.draw.randint(0, 2))))
    plot.do(ComeIn(plot.day, at, channel, need, risks, named=named, nth=nth)).later(0, 9)
    plot.do(Route(plot.day, at, "taken-in-charge", nth), NameReferente(plot.day, at))


def at_the_desk(plot: Plot) -> None:
    """From the desk to a referral."""
    district = plot.draw.choice((URBANO, EST))
    comes_in(plot, district)
    plot.later(0, 7).authorise(district, SIL).refer(district, SIL).later(1, 6).accept(SIL, district)
    placed.path(plot.later(5, 30), SIL)


def only_asks(plot: Plot) -> None:
    """Somebody asks, and no more comes of it."""
    channel, need = plot.draw.choice(CHANNELS), plot.draw.choice(NEEDS)
    named = plot.draw.choice(NAMED)
    at = plot.draw.choice((URBANO, EST, CPI))
    plot.do(ComeIn(plot.day, at, channel, need, named=named)).later(0, 9)
    plot.do(Route(plot.day, at, plot.draw.choice(("informed", "did-not-return", "referred"))))


def listened_to(plot: Plot) -> None:
    """Heard at the listening centre, which nobody else learns; later comes to the desk by themselves."""
    need = "Parlare con qualcuno di quello che succede in casa."
    plot.do(ComeIn(plot.day, URBANO, "desk", need, named="given-name", reserved=True)).later(0, 7)
    plot.do(Route(plot.day, URBANO, "informed"))
    if plot.draw.random() < 0.5:
        comes_in(plot.later(7, 40), URBANO, nth=2)


def for_the_planning_unit(plot: Plot) -> None:
    """Followed already, brought before the planning unit."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district).authorise(district, SIL, CPI, COR).refer(district, SIL)
    plot.later(1, 6).accept(SIL, district).later(3, 14)
    need = "Un progetto comune tra i servizi."
    plot.do(ComeIn(plot.day, district, "other-service", need, door="planning-unit", named="not"))
    plot.later(1, 7).do(Route(plot.day, district, "planning-unit"))
    seats = (district, SIL, CPI, COR)
    teams.evaluated(plot.later(3, 14), district, "integrated-planning-unit", (district, SIL), seats)


def without_a_code(plot: Plot) -> None:
    """Comes before the tax code is issued: with none, which comes first, or with a provisional one."""
    district = plot.draw.choice((URBANO, EST))
    if plot.draw.random() < 0.4:
        plot.register(district, known_by="none").later(5, 30).do(AssignTaxCode(plot.day, district))
        plot.authorise(district, SIL).refer(district, SIL).later(1, 6).accept(SIL, district)
        return
    plot.register(district, known_by="provisional-tax-code").authorise(district, SIL)
    plot.refer(district, SIL).later(1, 6).accept(SIL, district).later(10, 60)
    plot.do(AssignTaxCode(plot.day, district), AssignTaxCode(plot.day, SIL))
    placed.path(plot.later(0, 20), SIL)


def registered_twice(plot: Plot) -> None:
    """Somebody whom the district follows comes back to the desk and is registered once more; it is found out,
    and at times was wrong."""
    plot.register(URBANO).authorise(URBANO, SIL).refer(URBANO, SIL).later(1, 6).accept(SIL, URBANO)
    plot.later(3, 20).do(RegisterAgain(plot.day, URBANO_AGAIN, plot.draw.choice(NEEDS)))
    goes_on(plot, URBANO_AGAIN, SIL)
    plot.later(1, 14).do(JoinRecords(plot.day, URBANO, URBANO_AGAIN))
    goes_on(plot.later(1, 9), URBANO, URBANO_AGAIN)
    if plot.draw.random() < 0.5:
        reason = "Sono due persone con lo stesso nome."
        plot.later(1, 14).do(PartRecords(plot.day, URBANO, URBANO_AGAIN, reason))
        goes_on(plot.later(1, 9), URBANO, URBANO_AGAIN, SIL)


DOORS: dict[Callable[[Plot], None], int] = {
    at_the_desk: 6,
    only_asks: 4,
    listened_to: 3,
    for_the_planning_unit: 3,
    without_a_code: 4,
    registered_twice: 4,
}
"""How often each is gone through, of two hundred or so."""
