"""The comparison finds what is missing, surplus or counted wrongly, and waits for what is on its way."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx
import pytest
from trama_simulation import oracle
from trama_simulation.comparison import differences, questions
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.oracle import Entry
from trama_simulation.stories import FILO, PROVINCIA, SIL, URBANO, stories
from trama_simulation.territory import Member

ANNA = Lived(stories(1, 1)[0], records={URBANO: "u", SIL: "s"}, today=date(2013, 10, 14))
FIGURES = oracle.figures([ANNA.story])
HOSTED = {
    "promoter": SIL,
    "person": "Anna Esempio",
    "task": "confezionamento",
    "weekly_hours": 30,
    "planned_from": "2013-04-02",
    "planned_to": "2013-09-30",
    "ended_on": "2013-09-30",
}


def shown_at(member: str, entries: Counter[Entry]) -> dict[str, Any]:
    kinds = [(writer, f"it.trama.x.{kind}.v1") for writer, kind in entries.elements()]
    return {f"{member}/timeline": {"entries": [{"member": writer, "type": kind} for writer, kind in kinds]}}


def all_well() -> dict[str, Any]:
    """What members answer when everybody knows what they should."""
    counted = [
        {
            "code": code,
            "value": float(figure.value),
            "breakdowns": [
                {"by": by, "shares": [{"code": one, "value": n} for one, n in shares.items()]}
                for by, shares in figure.shares.items()
            ],
        }
        for code, figure in FIGURES.items()
    ]
    return {
        **shown_at(URBANO, oracle.timeline(ANNA.story, URBANO)),
        **shown_at(SIL, oracle.timeline(ANNA.story, SIL)),
        f"{FILO}/hosted": [HOSTED],
        f"{PROVINCIA}/indicators": {"indicators": counted},
    }


async def judged(answers: Mapping[str, Any]) -> list[str]:
    def answer(asked: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answers[f"{asked.url.host}/{asked.url.path.rpartition('/')[2]}"])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        members = [Member(name, name, f"http://{name}", None) for name in (URBANO, SIL, FILO, PROVINCIA)]
        desks = {member.name: Desk(member, client, 1) for member in members}
        return await differences(questions([ANNA], desks), patience=0, at_once=2, settled=lambda: None)


async def test_nothing_is_said_when_all_is_as_it_should_be() -> None:
    assert await judged(all_well()) == []


async def test_a_lost_event_and_one_that_came_twice_are_both_named() -> None:
    entries = oracle.timeline(ANNA.story, URBANO)
    entries[(SIL, "placement-ended")] = 0
    entries[(SIL, "placement-started")] = 2
    assert await judged(all_well() | shown_at(URBANO, entries)) == [
        f"{URBANO}, storia di Anna Esempio: manca placement-ended di sil",
        f"{URBANO}, storia di Anna Esempio: in più placement-started di sil",
    ]


@pytest.mark.parametrize("wrong", [{"task": "sartoria"}, {"ended_on": None}, {"promoter": "cpi"}])
async def test_a_host_that_knows_something_else_is_noticed(wrong: dict[str, Any]) -> None:
    found = await judged(all_well() | {f"{FILO}/hosted": [HOSTED | wrong]})
    assert [one.partition(": ")[2].split()[0] for one in found] == ["manca", "in"]


async def test_a_wrong_figure_and_a_missing_one_are_noticed() -> None:
    answers = all_well()
    first, second, *rest = answers[f"{PROVINCIA}/indicators"]["indicators"]
    answers[f"{PROVINCIA}/indicators"] = {"indicators": [first | {"value": 7.0}, *rest]}
    assert await judged(answers) == [
        f"{PROVINCIA}, conteggi: {first['code']}: 7.0, doveva essere {FIGURES[first['code']].value}",
        f"{PROVINCIA}, conteggi: {second['code']}: non c'è",
    ]
