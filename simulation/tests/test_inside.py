"""Who must not look finds nothing, and who looked in urgency is told of: as the comparison asks for it."""

from datetime import date
from pathlib import Path

import httpx
import pytest
import yaml
from trama_simulation import oracle
from trama_simulation.acts import (
    Act,
    DeclareConflict,
    LiftConflict,
    LookInUrgency,
    SetStep,
    StandDown,
    StandIn,
    Story,
)
from trama_simulation.comparison import inside
from trama_simulation.desks import Desk
from trama_simulation.living import Lived, do, knowing
from trama_simulation.members import CPI, SIL, SUPERVISOR, URBANO
from trama_simulation.persons import invented
from trama_simulation.stories.inside import AWAY, ONE, OTHER
from trama_simulation.stories.plot import Plot
from trama_simulation.territory import Member

ANYBODY = invented(1, 1)[0]
DAY = date(2013, 3, 4)
DECLARED = DeclareConflict(DAY, URBANO, "piero")


def story(*acts: Act) -> Story:
    plot = Plot(DAY).register(URBANO, "x").authorise(URBANO, SIL, CPI).refer(URBANO, SIL).refer(URBANO, CPI)
    return Story(ANYBODY, (*plot.accept(SIL, URBANO).accept(CPI, URBANO).acts, *acts))


async def differs(told: Story, *, shows: str = "", listed: int = 0) -> list[str]:
    """What differs, where an operator is shown something of a path, and conflicts are in the list."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["authorization"])
        path = request.url.path
        if path.endswith("/conflicts"):
            return httpx.Response(200, json=[{"name": ANYBODY.name}] * listed * (request.url.host == URBANO))
        if path.endswith("/persons"):
            known = [{"record": "r"}] if shows == "persons" else []
            return httpx.Response(200, json={"persons": known})
        return httpx.Response(200 if shows and path.endswith(shows) else 404, json={})

    lived = Lived(told, records={URBANO: "r"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desks = {
            member: Desk(Member(member, "x", f"http://{member}", "demo-token-sara"), client, 1)
            for member in SUPERVISOR
        }
        questions = [*inside.about(lived, oracle.life_of(told), desks), *inside.declared([lived], desks)]
        found = [one for question in questions for one in await question.ask()]
    assert set(asked) <= {f"Bearer demo-token-{login}" for login in ("piero", *SUPERVISOR.values())}
    return found


@pytest.mark.parametrize("shows", ["r", "timeline", "documents", "persons"])
async def test_who_has_a_conflict_of_interest_and_is_shown_anything_is_a_difference(shows: str) -> None:
    assert await differs(story(DECLARED), listed=1) == []
    assert len(await differs(story(DECLARED), shows=shows, listed=1)) == 1


async def test_a_supervisor_finds_nothing_of_their_own_conflict_either() -> None:
    own = story(DeclareConflict(DAY, URBANO, "rita"))
    assert (await differs(own), await differs(own, listed=1)) == ([], [f"in più {ANYBODY.name}"])


async def test_the_supervisor_must_know_of_each_conflict_until_it_is_lifted() -> None:
    assert await differs(story(DECLARED)) == [f"manca {ANYBODY.name}"]
    lifted = story(DECLARED, LiftConflict(DAY, URBANO, "piero"))
    assert (await differs(lifted), await differs(lifted, listed=1)) == ([], [f"in più {ANYBODY.name}"])


def test_a_look_in_urgency_is_told_where_it_was_and_to_the_referente_alone() -> None:
    told = story(LookInUrgency(DAY, URBANO, "why", referente=SIL))
    for member, lines in ((URBANO, [("why", "2013-03-04")]), (SIL, [("why", "2013-03-04")]), (CPI, [])):
        assert list(inside.truth(oracle.View(told, member))) == lines
    nothing = story()
    for member in (URBANO, SIL, CPI):
        shown = (oracle.timeline(one, member, oracle.sharing_of(one)) for one in (told, nothing))
        assert next(shown) == next(shown)


STEP = SetStep(DAY, URBANO, "x", DAY)
STOOD_IN = story(StandIn(DAY, URBANO, OTHER), STEP, StandDown(DAY, URBANO), STEP, SetStep(DAY, SIL, "x", DAY))


def test_what_was_done_in_a_colleague_s_place_is_said_so_to_all_who_read_it_and_nothing_else_is() -> None:
    for member in (URBANO, SIL, CPI):
        shown = oracle.timeline(STOOD_IN, member, oracle.sharing_of(STOOD_IN))
        told = {entry: times for entry, times in shown.items() if entry[1].startswith(oracle.IN_PLACE)}
        assert told == {(URBANO, f"{oracle.IN_PLACE} next-step-set"): 1}
        assert shown[(URBANO, "next-step-set")] == 2
    entry = {"member": URBANO, "type": "it.trama.registry.next-step-set.v1", "corrected_by": None}
    read = [{**entry, "on_behalf_of": said} for said in (None, "Servizio sociale")]
    assert list(knowing.lines({"entries": read})) == [
        *[(URBANO, "next-step-set")] * 2,
        (URBANO, f"{oracle.IN_PLACE} next-step-set"),
    ]


async def test_who_stands_in_says_so_with_all_that_is_done_and_has_the_colleague_s_desk_too() -> None:
    asked: list[tuple[str, str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers = request.headers
        asked.append((request.method, headers["authorization"], headers.get("trama-on-behalf-of")))
        return httpx.Response(200, json={"referente": {"operator": "op-7"}, "conflict": "c"})

    lived = Lived(story(), records={URBANO: "r"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        desks = {URBANO: Desk(Member(URBANO, "x", "http://x", f"demo-token-{ONE}"), client, 1)}
        own = f"Bearer demo-token-{ONE}"
        lived.conflicts[(URBANO, "piero")] = "c"
        for act in (StandIn(DAY, URBANO, OTHER), STEP, LiftConflict(DAY, URBANO, "piero")):
            await do(act, lived, desks)
        for act in (StandDown(DAY, URBANO), STEP):
            await do(act, lived, desks)
    assert asked == [
        ("GET", own, None),
        *[("GET", own, "op-7"), ("PUT", own, "op-7"), ("POST", own, "op-7")],
        ("PUT", own, None),
    ]


def test_the_colleague_is_away_on_the_days_that_the_network_says() -> None:
    file = Path(__file__).parents[2] / "deploy" / "networks" / "pordenone.yaml"
    operators = yaml.safe_load(file.read_text(encoding="utf-8"))["members"][URBANO]["operators"]
    assert operators[0]["login"] == ONE
    (away,) = (one["substitutes"] for one in operators if one["login"] == OTHER)
    assert away == [{"login": ONE, "first": AWAY[0], "last": AWAY[1]}]
