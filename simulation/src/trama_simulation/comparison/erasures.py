"""The register of erasures: each order carried out, and answered by everybody to whom that had gone."""

from collections import Counter
from collections.abc import Iterator, Mapping

from trama_simulation import oracle
from trama_simulation.acts import Erase, WriteNote
from trama_simulation.comparison.question import Line, Question, unlike
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import SUPERVISOR

ERASURES = "/api/registry/erasures"


def about(lived: Lived, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """Each order, asked of the supervisor who gave it."""
    for number, act in lived.story.numbered():
        if isinstance(act, Erase):
            desk = desks[act.at].of(SUPERVISOR[act.at])
            expected = Counter(_truth(lived, act, number))
            yield _question(lived, desk, lived.erasures[act], expected)


def _truth(lived: Lived, act: Erase, number: int) -> Iterator[Line]:
    """Who had it when it was ordered: our other services, and who could read it since it was written."""
    before = lived.story.up_to(number)
    sharing, written = oracle.sharing_of(before), before.acts.index(act.of)
    circle = "care" if isinstance(act.of, WriteNote) else act.of.circle
    yield "closed", act.ground
    for member in oracle.followers(before):
        if sharing.saw(member, act.at, circle, written):
            yield "done", member


def _question(lived: Lived, desk: Desk, order: str, expected: Counter[Line]) -> Question:
    async def ask() -> list[str]:
        shown = await desk.get(f"{ERASURES}/{order}")
        found: set[Line] = {(one["state"], one["member"]) for one in shown["recipients"]}
        found.add(("closed" if shown["closed"] else "open", shown["ground"]))
        return list(unlike(expected, Counter(found)))

    return Question(f"{desk.member.name}, cancellazione per {lived.story.person.name}", ask)
