"""What members are asked about one person: the story, who follows, who they are, and who must not know."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from trama_simulation import oracle
from trama_simulation.comparison import (
    documents,
    erasures,
    identities,
    inside,
    notes,
    referrals,
    relations,
    sharings,
)
from trama_simulation.comparison.question import Line, Question, unlike
from trama_simulation.desks import Desk, Json, Refused
from trama_simulation.living import Lived
from trama_simulation.living.knowing import lines
from trama_simulation.members import PUBLIC

PERSONS = "/api/registry/persons"
ASKED = {
    "relations": "chi segue",
    "identity": "chi è",
    "next-step": "prossimo passo di",
    "notes": "note su",
    "interviews": "colloqui con",
    "documents": "documenti di",
    "sharing": "chi vede che cosa di",
    "hidden": "voci nascoste di",
    "accesses": "accessi urgenti a",
}


def about(lived: Lived, number: int, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """All there is to ask about one person. `number` turns through those who must not know them."""
    story = oracle.remembered(lived.story)
    sharing = oracle.sharing_of(story)
    life, followers = oracle.life_of(story), oracle.followers(story)
    for member in followers:
        view = oracle.View(story, member, sharing)
        hidden = Counter[Line]((one.reason,) for one in oracle.hidden_at(lived.story, member))
        record = Held(lived, desks[member], lived.records[member])
        yield _of_record(record, "hidden", hidden, _hidden)
        yield _timeline(record, oracle.timeline(story, member, sharing))
        for path, (truth, read) in _of_person(view).items():
            yield _of_record(record, path, truth, read)
    for key, referral in life.referrals.items():
        yield from referrals.about(lived, lived.referrals[key], referral, desks)
    for member in sorted(sharing.forgot):
        yield _unknown(lived, desks[member], lived.erased[member])
    yield from erasures.about(lived, desks)
    yield from inside.about(lived, life, desks)
    if followers:
        strangers = [member for member in PUBLIC if member not in followers]
        stranger = strangers[number % len(strangers)]
        yield _unknown(lived, desks[stranger], lived.records[followers[0]])


def _of_person(view: oracle.View) -> Mapping[str, tuple[Counter[Line], Callable[[Any], Iterator[Line]]]]:
    """What else a member tells of the person, by where it is asked: what it must be, and how it is read."""
    return {
        "relations": (relations.truth(view), relations.read),
        "identity": (identities.truth(view), identities.read),
        "next-step": (identities.truth_of_step(view.own.steps.get(view.member)), identities.read_step),
        "notes": (notes.truth(view), notes.read),
        "interviews": (notes.truth_of_interviews(view), notes.read_interviews),
        "documents": (documents.truth(view), documents.read),
        "sharing": (sharings.truth(view), sharings.read),
        "accesses": (inside.truth(view), inside.read),
    }


@dataclass(frozen=True, slots=True)
class Held:
    """A record of the person, and the desk where it is."""

    lived: Lived
    desk: Desk
    record: str

    def about(self, what: str) -> str:
        """What is asked, of whom."""
        return f"{self.desk.member.name}, {what} {self.lived.story.person.name}"


def _timeline(of: Held, expected: Counter[oracle.Entry]) -> Question:
    async def ask() -> list[str]:
        shown = await of.desk.get(f"{PERSONS}/{of.record}/timeline")
        return list(unlike(expected, Counter(lines(shown))))

    return Question(of.about("storia di"), ask)


def _of_record(
    of: Held, path: str, expected: Counter[Line], read: Callable[[Any], Iterator[Line]]
) -> Question:
    """Something that a member tells of its record of the person, line by line."""

    async def ask() -> list[str]:
        shown = await of.desk.get(f"{PERSONS}/{of.record}/{path}")
        return list(unlike(expected, Counter(read(shown))))

    return Question(of.about(ASKED[path]), ask)


def _unknown(lived: Lived, desk: Desk, record: str) -> Question:
    """A record of another member opens nothing where the person is not followed."""

    async def ask() -> list[str]:
        try:
            await desk.get(f"{PERSONS}/{record}/timeline")
        except Refused as refused:
            return [] if refused.status == httpx.codes.NOT_FOUND else [str(refused)]
        return ["ha risposto, e non doveva"]

    return Question(f"{desk.member.name}, che non segue {lived.story.person.name}", ask)


def _hidden(shown: list[Json]) -> Iterator[Line]:
    for one in shown:
        yield (one["reason"],)
