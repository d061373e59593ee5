"""Two records that a member has of one person: apart, joined, and apart again, as each reader must see it."""

from datetime import date
from typing import Any

import httpx
import pytest
from trama_simulation import oracle
from trama_simulation.acts import Act, JoinRecords, PartRecords, RegisterAgain, SetStep, Story
from trama_simulation.comparison import members, persons
from trama_simulation.desks import Desk, Refused
from trama_simulation.living import Lived, do
from trama_simulation.members import SIL, URBANO, URBANO_AGAIN
from trama_simulation.persons import invented
from trama_simulation.stories.plot import Plot
from trama_simulation.territory import Member

ANYBODY = invented(1, 1)[0]
DAY = date(2013, 3, 4)
AGAIN = RegisterAgain(DAY, URBANO_AGAIN, "x")
JOINED = JoinRecords(DAY, URBANO, URBANO_AGAIN)
PARTED = PartRecords(DAY, URBANO, URBANO_AGAIN, "two people")
STEPS = tuple(SetStep(DAY, at, "x", DAY) for at in (URBANO, URBANO_AGAIN, SIL))
EVERYWHERE = (URBANO, URBANO_AGAIN, SIL)


def lived(*acts: Act) -> Story:
    plot = Plot(DAY).register(URBANO, "x").authorise(URBANO, SIL).refer(URBANO, SIL).accept(SIL, URBANO)
    return Story(ANYBODY, (*plot.acts, AGAIN, *acts, *STEPS))


def seen(told: Story, place: str) -> list[tuple[str, str]]:
    """What comes next, and links, as they stand on a timeline."""
    shown = oracle.timeline(told, place, oracle.sharing_of(told)).elements()
    kinds = ("next-step-set", "records-linked", "records-unlinked")
    return sorted(one for one in shown if one[1] in kinds)


def counted(told: Story) -> float | None:
    return oracle.figures(oracle.lives_of([told]))["persons-taken-in-charge"].value


LINKED = [(URBANO, "records-linked"), (SIL, "records-linked")]
STEP, THEIRS = (URBANO, "next-step-set"), (SIL, "next-step-set")


def test_as_long_as_nobody_knows_they_are_two_people() -> None:
    told = lived()
    assert seen(told, URBANO) == seen(told, SIL) == sorted([STEP, THEIRS, *LINKED])
    assert seen(told, URBANO_AGAIN) == [STEP]
    assert counted(told) == 2


def test_joined_both_are_one_story_for_all_who_may_read_it_and_one_person_is_counted() -> None:
    told = lived(JOINED)
    both = sorted([STEP, STEP, THEIRS, *LINKED, *[(URBANO, "records-linked")] * 2])
    assert [seen(told, place) for place in EVERYWHERE] == [both] * 3
    assert counted(told) == 1


def test_parted_each_is_what_it_was_and_who_reads_the_one_reads_no_more_of_the_other() -> None:
    told = lived(JOINED, PARTED)
    one = sorted([STEP, THEIRS, *LINKED, (URBANO, "records-linked"), (URBANO, "records-unlinked")])
    assert seen(told, URBANO) == seen(told, SIL) == one
    assert seen(told, URBANO_AGAIN) == [STEP, (URBANO, "records-linked")]
    assert counted(told) == 2


async def test_the_second_record_is_made_joined_and_parted_at_the_desk_of_the_first() -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path.removeprefix("/api/registry/persons")))
        return httpx.Response(200, json={"record": "second", "link": "l"})

    life = Lived(lived(), records={URBANO: "first"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desk = Desk(Member(URBANO, "x", "http://x", None), client, 1)
        for act in (AGAIN, JOINED, PARTED):
            await do(act, life, {URBANO: desk, URBANO_AGAIN: desk})
    assert asked == [("POST", ""), ("POST", "/first/links"), ("POST", "/first/links/l/remove")]
    assert life.records == {URBANO: "first", URBANO_AGAIN: "second"}


async def differs(told: Story, listed: int) -> list[str]:
    """What differs in the list of persons where the name stands so often."""
    name = f"{ANYBODY.family_name} {ANYBODY.given_name}"

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"persons": [{"name": name}] * listed, "after": None})

    life = Lived(told, records={URBANO: "first", URBANO_AGAIN: "second"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desk = Desk(Member(URBANO, "x", "http://x", None), client, 1)
        return await members.known([life], desk).ask()


async def test_joined_they_are_one_line_in_the_list_and_apart_two() -> None:
    for acts, lines in (((), 2), ((JOINED,), 1), ((JOINED, PARTED), 2)):
        assert await differs(lived(*acts), lines) == []
        assert len(await differs(lived(*acts), 3 - lines)) == 1


async def test_each_record_is_asked_for_by_itself() -> None:
    asked: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.split("/")
        asked.update(path[path.index("persons") + 1 :][:1] if "persons" in path else ())
        return httpx.Response(404, json={})

    life = Lived(lived(JOINED), records={URBANO: "first", URBANO_AGAIN: "second", SIL: "s"})
    life.referrals[(URBANO, SIL, 1)] = "r"
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desks: dict[str, Any] = {
            one: Desk(Member(one.partition(" ")[0], "x", "http://x", None), client, 1)
            for one in (*EVERYWHERE, "ambito-est")
        }
        for question in persons.about(life, 0, desks):
            if "storia di" in question.about:
                with pytest.raises(Refused, match="404"):
                    await question.ask()
    assert asked == {"first", "second", "s"}
