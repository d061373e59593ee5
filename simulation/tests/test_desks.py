"""A desk at the HTTP edge: what is refused, busy, late or gone, each in words that name member and thing."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from trama_simulation.desks import Desk, NotArrived, Refused, Unreachable
from trama_simulation.territory import Member

SIL = Member("sil", "Servizio di inserimento lavorativo", "http://127.0.0.1:9", "demo-token-livia")
Answers = Callable[[httpx.Request], httpx.Response]


def answering(answers: Answers) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return httpx.AsyncClient(transport=httpx.MockTransport(answers))


def one_after_another(*answers: httpx.Response) -> Answers:
    waiting = list(answers)
    return lambda _: waiting.pop(0)


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"type": f"urn:trama:problem:{code}", "detail": "Perché no.", **more})


async def test_the_operators_token_goes_along() -> None:
    async with answering(lambda asked: httpx.Response(200, json=dict(asked.headers))) as client:
        assert (await Desk(SIL, client, 1).get("/x"))["authorization"] == "Bearer demo-token-livia"


async def test_a_refusal_names_member_rule_and_field() -> None:
    refusal = problem(409, "term-in-past", errors=[{"field": "answer_by", "message": "nel passato"}])
    async with answering(lambda _: refusal) as client:
        with pytest.raises(
            Refused, match=r"^sil ha rifiutato POST /x \(409\): Perché no\. \[answer_by: nel"
        ) as no:
            await Desk(SIL, client, 1).post("/x", {})
    assert no.value.code == "term-in-past"


async def test_a_busy_member_is_asked_again() -> None:
    answers = one_after_another(problem(503, "busy"), httpx.Response(200, json={"done": True}))
    async with answering(answers) as client:
        assert await Desk(SIL, client, 5).post("/x", {}) == {"done": True}


async def test_what_does_not_arrive_is_named_with_where_it_was_awaited() -> None:
    async with answering(lambda _: problem(404, "referral-not-here")) as client:
        with pytest.raises(NotArrived, match=r"^Dopo 0 s non è arrivato a sil: la segnalazione di Anna$"):
            await Desk(SIL, client, 0.1).arrived("la segnalazione di Anna", "/x", lambda _: True)


async def test_waiting_ends_with_the_answer_that_is_enough() -> None:
    answers = one_after_another(
        problem(404, "not-found"),
        *(httpx.Response(200, json={"state": state}) for state in ("sent", "accepted")),
    )
    async with answering(answers) as client:
        found = await Desk(SIL, client, 5).arrived(
            "?", "/x", lambda shown: bool(shown["state"] == "accepted")
        )
    assert found == {"state": "accepted"}


async def test_only_the_awaited_refusal_is_waited_out() -> None:
    answers = one_after_another(problem(409, "person-not-in-charge"), problem(409, "plan-reversed"))
    async with answering(answers) as client:
        with pytest.raises(Refused) as no:
            await Desk(SIL, client, 5).post("/x", {}, not_yet={"person-not-in-charge"}, what="?")
    assert no.value.code == "plan-reversed"


async def test_a_member_that_is_not_there_is_named() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(Unreachable, match=r"^sil non risponde a http://127\.0\.0\.1:9/x"):
            await Desk(SIL, client, 1).get("/x")


async def test_what_breaks_off_is_asked_again_with_the_same_key() -> None:
    keys: list[str] = []

    def answer(asked: httpx.Request) -> httpx.Response:
        keys.append(asked.headers["Idempotency-Key"])
        if len(keys) == 2:
            raise httpx.ReadError("broken off")
        return httpx.Response(200, json={})

    async with answering(answer) as client:
        desk = Desk(SIL, client, 5)
        await desk.post("/first", {})
        await desk.post("/second", {})
    assert len(keys) == 3
    assert keys[1] == keys[2] != keys[0]


async def test_who_stands_in_and_who_else_is_at_the_desk_are_waited_for_as_the_first_one_is() -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("trama-on-behalf-of"))
        if len(asked) in (2, 4):
            raise httpx.ConnectError("gone for a moment")
        return httpx.Response(204)

    async with answering(answer) as client:
        desk = Desk(SIL, client, 5)
        assert await desk.post("/first", {}) == {}
        await desk.standing_in("teo", "op-7").post("/second", {})
        await desk.of("teo").post("/third", {})
    assert asked == [None, "op-7", "op-7", None, None]
