"""What sharing rests on and who reads whom, as a member must say it on its page and as it does. Pure."""

from collections import Counter
from collections.abc import Iterator

from trama_simulation import oracle
from trama_simulation.acts import (
    AgreeToTakePart,
    Authorise,
    DecideOpposition,
    GiveNotice,
    GroundAct,
    LiftRestriction,
    Oppose,
    Restrict,
    TakePartNoLonger,
)
from trama_simulation.comparison.question import Line
from trama_simulation.desks import Json
from trama_simulation.members import home


def truth(view: oracle.View) -> Counter[Line]:
    """What a member must say."""
    return Counter(_told(view))


def _told(view: oracle.View) -> Iterator[Line]:
    member, sharing = view.member, view.sharing
    others = [one for one in oracle.followers(view.story) if home(one) != home(member)]
    yield from {("reads us", home(other)) for other in others if sharing.sees(other, member, "care")}
    yield from {("is read by us", home(other)) for other in others if sharing.sees(member, other, "care")}
    given = [act for act in view.story.deeds() if isinstance(act, Authorise) and act.at == member]
    for nth, act in enumerate(given, 1):
        among = ", ".join(sorted({*act.among, member}))
        yield "authorisation", among, _yes(oracle.is_in_force(view.story, member, nth))
    own = [act for act in view.own.grounds if act.at == member]
    yield from (line for act in own if (line := _line(act, own)))


def _line(act: GroundAct, own: list[GroundAct]) -> Line | None:
    """What is said of it, with what came of it."""
    later = own[own.index(act) :]
    match act:
        case GiveNotice():
            return "notice", act.text
        case AgreeToTakePart():
            return "participation", act.path, _yes(not _any(later, TakePartNoLonger))
        case Restrict():
            return "restriction", act.ground, _yes(not _any(later, LiftRestriction))
        case Oppose():
            decided = next((one for one in later if isinstance(one, DecideOpposition)), None)
            return "opposition", act.reasons, _yes(decided.upheld) if decided else None
        case _:
            return None


def _any(acts: list[GroundAct], kind: type) -> bool:
    return any(isinstance(act, kind) for act in acts)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def read(shown: Json) -> Iterator[Line]:
    """What it does say."""
    for side, said in (("reads us", "readers"), ("is read by us", "sources")):
        for one in shown[said]:
            if any(line["circle"] == "care" for line in one["shared"]):
                yield side, one["member"]
    for one in shown["authorisations"]:
        yield "authorisation", ", ".join(sorted(one["recipients"])), _yes(one["in_force"])
    for one in shown["notices"]:
        yield "notice", one["text"]
    for one in shown["participations"]:
        yield "participation", one["path"], _yes(one["withdrawn_on"] is None)
    for one in shown["restrictions"]:
        yield "restriction", one["ground"], _yes(one["lifted_on"] is None)
    for one in shown["oppositions"]:
        yield "opposition", one["reasons"], None if one["upheld"] is None else _yes(one["upheld"])
