"""Who must not look, who had to, who is away, what is kept too long: within one member. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

from trama_simulation.acts import (
    AcceptProposal,
    DeclareConflict,
    Erase,
    HoldInterview,
    LiftConflict,
    LookInUrgency,
    NameReferente,
    PutOffProposal,
    StandDown,
    StandIn,
    WriteNote,
)
from trama_simulation.members import EST, SIL, TODAY, URBANO
from trama_simulation.stories import placed
from trama_simulation.stories.followed import step
from trama_simulation.stories.plot import Plot

ONE, OTHER = "sara", "rita"
"""Two operators of the urban district; the first is at its desk, the second is its supervisor too."""

AWAY = date(2013, 5, 6), date(2013, 8, 4)
"""The first and the last day on which the second is away, and the first stands in, as their network says."""


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


def is_followed_in_her_place(plot: Plot) -> None:
    """Who follows the person is away: a colleague goes on in her place, with her roles, on no other day."""
    plot.register(URBANO).do(NameReferente(plot.day, URBANO, OTHER))
    plot.authorise(URBANO, SIL).refer(URBANO, SIL).later(1, 6).accept(SIL, URBANO)
    if plot.day < AWAY[0]:
        plot.in_vain(StandIn(plot.day, URBANO, OTHER), "not-a-substitute")
        plot.reach(plot.day_from(AWAY[0]))
    if plot.day <= AWAY[1]:
        mistaken = WriteNote(plot.day, URBANO, "Domani alle nove, con i documenti.")
        plot.do(StandIn(plot.day, URBANO, OTHER))
        step(plot, URBANO)
        plot.do(HoldInterview(plot.day, URBANO, "desk", "Sta bene nel gruppo."), mistaken)
        plot.do(Erase(plot.day, URBANO, mistaken, "wrong-person", "Era per un'altra persona."))
        plot.do(StandDown(plot.day, URBANO))
    plot.reach(max(plot.day, plot.day_from(AWAY[1] + timedelta(days=1))))
    plot.in_vain(StandIn(plot.day, URBANO, OTHER), "not-a-substitute")
    step(plot, URBANO)


def is_kept_too_long(plot: Plot) -> None:
    """What was noted years ago, on paper, is copied and found to be kept too long: it goes, or stays with a
    reason."""
    plot.register(URBANO)
    held_on = plot.day - timedelta(days=plot.draw.randint(1200, 2000))
    plot.do(HoldInterview(plot.day, URBANO, "home", "Dal quaderno: aveva un orto.", "own", held_on))
    plot.do(HoldInterview(plot.day, URBANO, "phone", "Da richiamare a fine mese.", "own"))
    plot.later(1, 20)
    if plot.draw.random() < 0.6:
        plot.do(AcceptProposal(plot.day, URBANO))
    else:
        until, reason = plot.some_day(20, 90), "Serve ancora alla relazione che il giudice ha chiesto."
        plot.do(PutOffProposal(plot.day, URBANO, until, reason))
    step(plot, URBANO)


INSIDE: dict[Callable[[Plot], None], int] = {
    is_known_privately: 3,
    was_thought_to_be_known: 2,
    is_looked_at_in_urgency: 3,
    is_followed_in_her_place: 4,
    is_kept_too_long: 4,
}
"""How often each happens, of two hundred or so."""
