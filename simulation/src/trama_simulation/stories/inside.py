"""Who must not look, and who had to: conflicts of interest and looks in urgency. Pure."""

from collections.abc import Callable

from trama_simulation.acts import DeclareConflict, LiftConflict, LookInUrgency, NameReferente
from trama_simulation.members import EST, SIL, TODAY, URBANO
from trama_simulation.stories import placed
from trama_simulation.stories.followed import step
from trama_simulation.stories.plot import Plot

ONE, OTHER = "sara", "rita"
"""Two operators of the urban district; the first is at its desk, the second is its supervisor too."""


def is_known_privately(plot: Plot) -> None:
    """An operator of the district knows the person privately, and finds nothing of them from then on."""
    plot.register(URBANO).authorise(URBANO, SIL).refer(URBANO, SIL).later(1, 6).accept(SIL, URBANO)
    step(plot, URBANO)
    plot.later(1, 9).do(DeclareConflict(plot.day, URBANO, OTHER))
    step(plot, URBANO)
    placed.path(plot.later(3, 20), SIL)


def was_thought_to_be_known(plot: Plot) -> None:
    """Who is at the desk thinks that it is somebody they know; it is not, and the supervisor says so."""
    plot.register(URBANO)
    step(plot, URBANO)
    plot.later(1, 9)
    over = plot.some_day(1, 9)
    if over <= TODAY:
        plot.do(DeclareConflict(plot.day, URBANO, ONE)).reach(over)
        plot.do(LiftConflict(plot.day, URBANO, ONE))
    plot.authorise(URBANO, SIL).refer(URBANO, SIL).later(1, 6).accept(SIL, URBANO)


def is_looked_at_in_urgency(plot: Plot) -> None:
    """Something happens, and what the rules hide has to be seen: who is referente elsewhere is told."""
    district = plot.draw.choice((URBANO, EST))
    plot.register(district).authorise(district, SIL).refer(district, SIL).later(1, 6).accept(SIL, district)
    plot.do(NameReferente(plot.day, SIL))
    reason = "Ricovero improvviso: va avvisata la famiglia."
    plot.later(3, 20).do(LookInUrgency(plot.day, district, reason, referente=SIL))
    reason = "Si è sentita male durante il colloquio."
    plot.later(1, 20).do(LookInUrgency(plot.day, SIL, reason))


INSIDE: dict[Callable[[Plot], None], int] = {
    is_known_privately: 3,
    was_thought_to_be_known: 2,
    is_looked_at_in_urgency: 3,
}
"""How often each happens, of two hundred or so."""
