"""What is tried in vain: the refusal must come, and no other will do; and a clock that cannot be moved."""

import json
from collections.abc import Callable, Sequence
from datetime import date

import httpx
import pytest
from trama_simulation.acts import (
    Accept,
    AskDocument,
    Close,
    ComeIn,
    Convene,
    Deed,
    FileDocument,
    HostApproves,
    Register,
    Route,
    Story,
    Try,
    WithdrawPath,
    WriteNote,
)
from trama_simulation.business_clock import BusinessClock, ClockStands
from trama_simulation.desks import Desk
from trama_simulation.living import Lived, do, live_on
from trama_simulation.members import SIL, URBANO
from trama_simulation.persons import invented
from trama_simulation.territory import Member

DAY = date(2013, 2, 4)
MEMBER = Member(SIL, "SIL", "http://127.0.0.1:9", "demo-token-livia")


def desks(answer: httpx.Response) -> tuple[httpx.AsyncClient, dict[str, Desk]]:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    return client, {SIL: Desk(MEMBER, client, 1)}


def problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"type": f"urn:trama:problem:{code}", "detail": "Perché no."})


def lived() -> Lived:
    return Lived(Story(invented(1, 1)[0], ()), records={SIL: "r"})


async def tried(answer: httpx.Response, code: str) -> list[str]:
    life = lived()
    client, there = desks(answer)
    async with client:
        await do(Try(Close(DAY, SIL, "moved"), code), life, there)
    return life.surprises


async def test_the_refusal_that_must_come_is_no_surprise() -> None:
    assert await tried(problem(409, "not-in-charge"), "not-in-charge") == []


@pytest.mark.parametrize("answer", [problem(409, "day-in-future"), httpx.Response(200, json={})])
async def test_another_refusal_or_none_is_a_surprise(answer: httpx.Response) -> None:
    (surprise,) = await tried(answer, "not-in-charge")
    assert surprise.startswith("sil, Anna Esempio: si aspettava il rifiuto «not-in-charge»")


async def test_registering_keeps_the_record_that_the_member_gave() -> None:
    life = lived()
    client, there = desks(httpx.Response(201, json={"record": "new"}))
    async with client:
        await do(Register(DAY, SIL, "Un lavoro."), life, there)
    assert life.records == {SIL: "new"}


async def done(acts: Sequence[Deed], life: Lived, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        there = {name: Desk(Member(name, name, f"http://{name}", "x"), client, 1) for name in (SIL, URBANO)}
        for act in acts:
            await do(act, life, there)


async def test_what_the_listening_centre_hears_is_written_and_routed_by_its_specialist() -> None:
    heard = ComeIn(DAY, URBANO, "desk", "x", named="given-name", reserved=True)
    life, tokens = Lived(Story(invented(1, 1)[0], (heard,))), []

    def answer(asked: httpx.Request) -> httpx.Response:
        tokens.append(asked.headers["authorization"])
        return httpx.Response(201, json={"access": "a", "record": None})

    await done([heard, Route(DAY, URBANO, "informed")], life, answer)
    assert tokens == ["Bearer demo-token-rita"] * 2
    assert life.records == {}


async def test_a_move_waits_until_what_the_other_end_did_is_known_here() -> None:
    life, versions, asked_for = lived(), [1, 1, 2], []
    life.referrals[(URBANO, SIL, 1)], life.moves[(URBANO, SIL, 1)] = "r", 2

    def answer(asked: httpx.Request) -> httpx.Response:
        asked_for.append(f"{asked.method} {asked.url.path.removeprefix('/api/registry/referrals/')}")
        return httpx.Response(200, json={"version": versions.pop(0) if versions else 3, "record": "s"})

    await done([Accept(DAY, SIL, URBANO)], life, answer)
    assert asked_for == ["GET received/r"] * 3 + ["POST r/accept"]
    assert life.moves[(URBANO, SIL, 1)] == 3
    assert life.unsettled == {(URBANO, SIL, 1)}


async def test_a_path_is_given_up_only_once_the_promoter_has_what_the_host_said() -> None:
    life, states, asked_for = lived(), ["awaited", "awaited", "given"], []
    life.placements[(SIL, 1)] = "p"

    def answer(asked: httpx.Request) -> httpx.Response:
        asked_for.append(f"{asked.method} {asked.url.path.removeprefix('/api/placement/')}")
        state = states.pop(0) if asked.method == "GET" else ""
        return httpx.Response(200, json={"approvals": [{"party": "host", "state": state}]})

    await done([HostApproves(DAY, URBANO, SIL), WithdrawPath(DAY, SIL, "person-choice")], life, answer)
    assert asked_for == [
        f"POST hosted/{SIL}/p/approve",
        *["GET placements/p"] * 3,
        "POST placements/p/withdraw",
    ]


async def test_a_document_that_comes_otherwise_than_it_was_filed_is_a_surprise() -> None:
    filed = FileDocument(DAY, SIL, "Lettera.txt", "letter")
    life = Lived(Story(invented(1, 1)[0], (filed,)))
    life.records |= {SIL: "s", URBANO: "u"}

    def answer(asked: httpx.Request) -> httpx.Response:
        if asked.url.path.endswith("/content"):
            return httpx.Response(200, content=b"something else")
        shown = {"documents": [{"document": "d", "state": "here"}], "document": "d"}
        return httpx.Response(200, json=shown)

    await done([filed, AskDocument(DAY, URBANO, SIL, "Lettera.txt")], life, answer)
    (surprise,) = life.surprises
    assert surprise == f"{URBANO}: «Lettera.txt» di Anna Esempio è arrivato diverso da come era"


async def test_where_the_clock_cannot_be_moved_nobody_is_invented() -> None:
    client, there = desks(problem(404, "not-found"))
    async with client:
        with pytest.raises(ClockStands, match="non è una dimostrazione"):
            await BusinessClock(there).move_to(DAY)


async def test_a_day_that_is_over_is_not_gone_back_to() -> None:
    client, there = desks(httpx.Response(200, json={"now": "2013-10-14T09:00:00+02:00", "demo": True}))
    async with client:
        with pytest.raises(ClockStands, match="è già al 14/10/2013"):
            await BusinessClock(there).move_to(DAY)


async def test_what_takes_something_away_waits_before_and_after_until_all_know_what_was_done() -> None:
    person = invented(1, 1)[0]
    story = Story(person, (Register(DAY, SIL, "Un lavoro."), Close(DAY, SIL, "moved")))
    life, asked_for, shown = Lived(story, records={SIL: "s"}, done=1), [], [0, 0, 3, 3, 4]
    kinds = [
        "person-registered",
        "taking-in-charge-opened",
        "case-manager-assigned",
        "taking-in-charge-closed",
    ]
    lines = [
        {"member": SIL, "type": f"it.trama.registry.{kind}.v1", "corrected_by": None, "on_behalf_of": None}
        for kind in kinds
    ]

    def answer(asked: httpx.Request) -> httpx.Response:
        asked_for.append(f"{asked.method} {asked.url.path.rpartition('/')[2]}")
        known = lines[: shown.pop(0)] if asked.method == "GET" else []
        return httpx.Response(200, json={"entries": known})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await live_on(life, {SIL: Desk(MEMBER, client, 5)})
    assert asked_for == [*["GET timeline"] * 3, "POST close", *["GET timeline"] * 2]
    assert life.done == 2


async def test_a_note_waits_until_there_is_somebody_to_write_to() -> None:
    life, answers = lived(), [problem(409, "nobody-to-write-to"), httpx.Response(201, json={"note": "n"})]
    await done([WriteNote(DAY, SIL, "x")], life, lambda _: answers.pop(0))
    assert life.notes == {(SIL, 1): "n"}


async def test_a_session_is_convened_on_the_authorisation_that_was_given_last() -> None:
    life, bodies = lived(), []
    life.authorisations[SIL] += ["first", "last"]
    life.evaluations[SIL] = "e"

    def answer(asked: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(asked.content))
        return httpx.Response(200, json={})

    await done(
        [Convene(DAY, SIL, DAY, "x", ((SIL, "work-mediation"), (URBANO, "social-work")))], life, answer
    )
    assert bodies[0]["authorisation"] == "last"
