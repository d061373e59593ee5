"""What members are asked about one person: the story, who follows, who they are, and who must not know."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from trama_simulation import oracle
from trama_simulation.comparison import documents, identities, notes, referrals, relations
from trama_simulation.comparison.question import Line, Question, unlike
from trama_simulation.desks import Desk, Json, Refused
from trama_simulation.living import Lived
from trama_simulation.members import PUBLIC

PERSONS = "/api/registry/persons"
ASKED = {
    "relations": "chi segue",
    "identity": "chi è",
    "next-step": "prossimo passo di",
    "notes": "note su",
    "interviews": "colloqui con",
    "documents": "documenti di",
}


def about(lived: Lived, number: int, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """All there is to ask about one person. `number` turns through those who must not know them."""
    story, life = lived.story, oracle.life_of(lived.story)
    sharing, followers = oracle.sharing_of(story), oracle.followers(story)
    for member in followers:
        yield _timeline(lived, desks[member], oracle.timeline(story, member, sharing))
        truth = relations.truth(story, life, member, sharing)
        yield _of_record(lived, desks[member], "relations", truth, relations.read)
        truth = identities.truth(life, member, sharing)
        yield _of_record(lived, desks[member], "identity", truth, identities.read)
        truth = identities.truth_of_step(life.steps.get(member))
        yield _of_record(lived, desks[member], "next-step", truth, identities.read_step)
        truth = notes.truth(story, life, member, sharing)
        yield _of_record(lived, desks[member], "notes", truth, notes.read)
        truth = notes.truth_of_interviews(life, member, sharing)
        yield _of_record(lived, desks[member], "interviews", truth, notes.read_interviews)
        truth = documents.truth(life, member, sharing)
        yield _of_record(lived, desks[member], "documents", truth, documents.read)
    for key, referral in life.referrals.items():
        yield from referrals.about(lived, lived.referrals[key], referral, desks)
    if followers:
        strangers = [member for member in PUBLIC if member not in followers]
        stranger = strangers[number % len(strangers)]
        yield _unknown(lived, desks[stranger], lived.records[followers[0]])


def _timeline(lived: Lived, desk: Desk, expected: Counter[oracle.Entry]) -> Question:
    member = desk.member.name

    async def ask() -> list[str]:
        shown = await desk.get(f"{PERSONS}/{lived.records[member]}/timeline")
        return list(unlike(expected, Counter(_lines(shown["entries"]))))

    return Question(f"{member}, storia di {lived.story.person.name}", ask)


def _lines(entries: list[Json]) -> Iterator[oracle.Entry]:
    for entry in entries:
        yield entry["member"], _kind(entry["type"])
        if entry["corrected_by"]:
            yield entry["member"], f"{oracle.STRUCK} {_kind(entry['type'])}"


def _of_record(
    lived: Lived,
    desk: Desk,
    path: str,
    expected: Counter[Line],
    read: Callable[[Any], Iterator[Line]],
) -> Question:
    """Something that a member tells of its record of the person, line by line."""
    member = desk.member.name

    async def ask() -> list[str]:
        shown = await desk.get(f"{PERSONS}/{lived.records[member]}/{path}")
        return list(unlike(expected, Counter(read(shown))))

    return Question(f"{member}, {ASKED[path]} {lived.story.person.name}", ask)


def _unknown(lived: Lived, desk: Desk, record: str) -> Question:
    """A record of another member opens nothing where the person is not followed."""

    async def ask() -> list[str]:
        try:
            await desk.get(f"{PERSONS}/{record}/timeline")
        except Refused as refused:
            return [] if refused.status == httpx.codes.NOT_FOUND else [str(refused)]
        return ["ha risposto, e non doveva"]

    return Question(f"{desk.member.name}, che non segue {lived.story.person.name}", ask)


def _kind(wire_type: str) -> str:
    """`placement-started` of `it.trama.placement.placement-started.v1`."""
    return wire_type.split(".")[-2]
