"""What sharing rests on, and what takes it away: what is written of it. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import (
    AgreeToTakePart,
    DecideOpposition,
    GiveNotice,
    GroundAct,
    LastDayPasses,
    LiftRestriction,
    Oppose,
    Restrict,
    Story,
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


def is_in_force(story: Story, at: str, nth: int) -> bool:
    """Whether an authorisation given at a member is not over, and was neither taken back nor opposed with
    success, or yet."""
    stands = True
    for act in story.deeds():
        match act:
            case Withdraw() if (act.given_at, act.nth) == (at, nth):
                return False
            case LastDayPasses() if (act.at, act.nth) == (at, nth):
                return False
            case Oppose() if (act.at, act.nth) == (at, nth):
                stands = False
            case DecideOpposition() if (act.at, act.nth) == (at, nth):
                stands = not act.upheld
    return stands


def told_by(act: GroundAct, life: Life) -> Iterator[Told]:
    """What is written; a consent that is taken back elsewhere is told once more where it was given. Nobody
    tells that a last day has passed."""
    if isinstance(act, LastDayPasses):
        return
    if isinstance(act, Withdraw):
        for member in dict.fromkeys((act.at, act.given_at)):
            yield Told((member, WITHDRAWN), parting=True)
        return
    life.grounds.append(act)
    yield Told((act.at, WRITTEN[type(act)]), parting=isinstance(act, PARTING))
