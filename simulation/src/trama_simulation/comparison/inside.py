"""Who inside a member must find nothing of a person, and who looked at them in urgency."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import httpx

from trama_simulation import oracle
from trama_simulation.comparison.question import Line, Question, unlike
from trama_simulation.desks import Desk, Json, Refused
from trama_simulation.living import Lived
from trama_simulation.members import SUPERVISOR

PERSONS, CONFLICTS = "/api/registry/persons", "/api/registry/conflicts"
SHOWN = {"": "la scheda", "/timeline": "la storia", "/documents": "i documenti"}
"""What of a person is shown, below the record."""


def about(lived: Lived, life: oracle.Life, desks: Mapping[str, Desk]) -> Iterator[Question]:
    """What an operator with a conflict of interest is asked: everything is as if nobody knew the person."""
    for member, login in life.conflicts:
        yield _nothing(lived, desks[member].of(login), lived.records[member])


def truth(view: oracle.View) -> Counter[Line]:
    """Which looks in urgency a member must tell of: its own, and those of which its referente was told."""
    return Counter(
        (one.reason, str(one.on)) for one in view.own.urgent if view.member in (one.at, one.referente)
    )


def read(shown: Json) -> Iterator[Line]:
    """Which it does tell of."""
    for one in shown["urgent"]:
        yield one["reason"], one["taken_on"]


def _nothing(lived: Lived, desk: Desk, record: str) -> Question:
    person = lived.story.person

    async def ask() -> list[str]:
        found = []
        for path, what in SHOWN.items():
            try:
                await desk.get(f"{PERSONS}/{record}{path}")
            except Refused as refused:
                found += [str(refused)] * (refused.status != httpx.codes.NOT_FOUND)
            else:
                found.append(f"ha visto {what}, e non doveva")
        shown = await desk.get(PERSONS, name=person.family_name)
        found += [
            "ha trovato la persona nell'elenco, e non doveva"
            for one in shown["persons"]
            if one["record"] == record
        ]
        return found

    return Question(f"{desk.member.name}, chi ha un conflitto di interessi con {person.name}", ask)


def declared(lived: Sequence[Lived], desks: Mapping[str, Desk]) -> Iterator[Question]:
    """Which conflicts a supervisor must know of, who is to hand those persons on; not their own."""
    for member, login in SUPERVISOR.items():
        expected = Counter[Line](
            (one.story.person.name,)
            for one in lived
            for at, who in oracle.life_of(one.story).conflicts
            if at == member and who != login
        )
        yield _listed(desks[member].of(login), expected)


def _listed(desk: Desk, expected: Counter[Line]) -> Question:
    async def ask() -> list[str]:
        shown = await desk.list(CONFLICTS)
        found = Counter[Line]((one["name"],) for one in shown)
        return list(unlike(expected, found))

    return Question(f"{desk.member.name}, conflitti di interessi", ask)
