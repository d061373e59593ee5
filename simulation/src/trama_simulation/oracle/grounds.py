"""What sharing rests on, and what takes it away: what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import (
    AgreeToTakePart,
    DecideOpposition,
    GiveNotice,
    GroundAct,
    LiftRestriction,
    Oppose,
    Restrict,
    TakePartNoLonger,
    Withdraw,
)
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.life import Life

WITHDRAWN = "authorisation-withdrawn"
WRITTEN = {
    GiveNotice: "notice-given",
    AgreeToTakePart: "participation-agreed",
    TakePartNoLonger: "participation-withdrawn",
    Oppose: "opposition-raised",
    DecideOpposition: "opposition-decided",
    Restrict: "restriction-set",
    LiftRestriction: "restriction-lifted",
}
PARTING = (Oppose, Restrict)


def told_by(act: GroundAct, life: Life) -> Iterator[Told]:
    """What is written; a consent that is taken back elsewhere is told once more where it was given."""
    if isinstance(act, Withdraw):
        for member in dict.fromkeys((act.at, act.given_at)):
            yield Told((member, WITHDRAWN), parting=True)
        return
    life.grounds.append(act)
    yield Told((act.at, WRITTEN[type(act)]), parting=isinstance(act, PARTING))
