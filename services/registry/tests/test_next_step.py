"""What comes next for a person: one step at a time, told to all, never overwritten unseen."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from trama_chassis import access
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published, transaction
from trama_contracts.registry import NextStepDone, NextStepSet, PersonRegistered
from trama_registry import queries
from trama_registry.schemas import RegisterPerson

API = "/api/registry"
STEP = {"what": "Colloquio al SIL", "due_on": "2013-10-21"}
PAGE = {"accept": "text/html"}
STEP_ID = "0b0f4c3e-6a2d-4a58-8a7c-1f2e3d4c5b6a"
LINK = "1c9e6f2b-8d53-4f7a-9f10-2b9a3c1d4e5f"


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A caseworker, at the API or with `PAGE` at the pages."""
    async with client(ambito, "caseworker") as session:
        yield session


@pytest.fixture
async def record(ambito: Runtime, desk: Any, anna: RegisterPerson) -> str:
    """Anna Esempio, in charge."""
    return await desk.register(ambito, anna)


async def test_a_step_is_set_replaced_and_done_and_each_is_told(
    http: httpx.AsyncClient, ambito: Runtime, record: str
) -> None:
    path = f"{API}/persons/{record}/next-step"
    assert (await http.get(path)).json() is None
    first = (await http.put(path, json=STEP)).json()
    assert (first["what"], first["who"], first["done_on"], first["version"]) == (
        "Colloquio al SIL",
        "Operatrice di prova",
        None,
        1,
    )
    second = (await http.put(path, json=STEP | {"what": "Visita al laboratorio", "who": "Piero Demo"})).json()
    done = (await http.post(f"{path}/done", json={"outcome": "Le è piaciuto"})).json()
    assert (second["version"], done["version"], done["done_on"]) == (2, 3, "2013-10-14")
    told = [one.event for one in await published(ambito, NextStepSet, NextStepDone)]
    set_first, set_second, was_done = told
    assert isinstance(set_first, NextStepSet)
    assert isinstance(set_second, NextStepSet)
    assert isinstance(was_done, NextStepDone)
    assert (set_first.replaces, set_second.replaces) == (None, set_first.step)
    assert (was_done.step, was_done.outcome) == (set_second.step, "Le è piaciuto")
    story = (await http.get(f"{API}/persons/{record}/timeline?kind=story")).json()
    assert [one["happened"] for one in story["entries"]] == [
        "Prossimo passo: Colloquio al SIL. Entro il 21 ottobre 2013, se ne occupa Operatrice di prova.",
        "Prossimo passo: Visita al laboratorio. Entro il 21 ottobre 2013, se ne occupa Piero Demo.",
        "Prossimo passo concluso il 14 ottobre 2013: Le è piaciuto.",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", "next-step", STEP | {"due_on": "2013-10-13"}, "step-in-past"),
        ("POST", "next-step/done", {}, "no-next-step"),
        ("PUT", "next-step", STEP | {"version": 1}, "changed-meanwhile"),
    ],
)
async def test_a_step_that_cannot_be_is_refused_and_told_to_nobody(
    http: httpx.AsyncClient, ambito: Runtime, record: str, *, method: str, path: str, body: object, code: str
) -> None:
    answer = await http.request(method, f"{API}/persons/{record}/{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, f"urn:trama:problem:{code}")
    assert await published(ambito, NextStepSet, NextStepDone) == []


async def test_two_operators_on_one_page_the_second_sees_what_the_first_did_and_keeps_her_words(
    http: httpx.AsyncClient, ambito: Runtime, record: str
) -> None:
    """INVARIANT: nobody overwrites unseen what another has just written. A form without the version it was
    made from, or a command that does not compare it, breaks it."""
    path = f"/persone/{record}/prossimo-passo"
    seen = {"version": "0", "due_on": "2013-10-21"}
    first = await http.post(path, data=seen | {"what": "Colloquio al SIL"}, headers=PAGE)
    assert first.status_code == 303
    second = await http.post(path, data=seen | {"what": "Visita a casa"}, headers=PAGE)
    assert second.status_code == 409
    for said in (
        "Nel frattempo Operatrice di prova ha cambiato questi dati: ecco come sono ora.",
        "<strong>Colloquio al SIL</strong>",
        'value="Visita a casa"',
        '<input type="hidden" name="version" value="1">',
    ):
        assert said in second.text
    assert len(await published(ambito, NextStepSet)) == 1


async def test_a_form_with_a_mistake_comes_back_with_what_was_typed(
    http: httpx.AsyncClient, ambito: Runtime, record: str
) -> None:
    typed = {"what": "Colloquio <al> SIL", "due_on": "domani", "who": "", "version": "0"}
    answer = await http.post(f"/persone/{record}/prossimo-passo", data=typed, headers=PAGE)
    assert answer.status_code == 422
    assert 'value="Colloquio &lt;al&gt; SIL"' in answer.text
    assert '<a href="#due_on">' in answer.text
    assert await published(ambito, NextStepSet) == []


async def test_without_a_next_step_the_page_asks_for_one(http: httpx.AsyncClient, record: str) -> None:
    page = (await http.get(f"/persone/{record}", headers=PAGE)).text
    assert "Nessun prossimo passo: indicatene uno." in page
    await http.put(f"{API}/persons/{record}/next-step", json=STEP)
    page = (await http.get(f"/persone/{record}", headers=PAGE)).text
    assert "Nessun prossimo passo" not in page
    assert "<strong>Colloquio al SIL</strong>, 21 ottobre 2013, Operatrice di prova." in page


async def test_the_steps_that_other_services_set_are_shown_until_they_are_done(
    ambito: Runtime, record: str
) -> None:
    sil, theirs = Peer(Territory(), "sil.registry"), "6f2b1c9e-8d53-4f7a-9f10-2b9a3c1d4e5f"
    async with transaction(ambito) as session:
        ends = {"a": ("ambito-urbano", record), "b": ("sil", theirs)}
        await access.learn_link(session, link=LINK, **ends)
    await deliver(ambito, sil, PersonRegistered(family_name="Esempio"), record=theirs)
    step = NextStepSet.model_validate(
        {
            "step": "0b0f4c3e-6a2d-4a58-8a7c-1f2e3d4c5b6a",
            "what": "Prova",
            "who": "Livia",
            "due_on": "2013-10-20",
        }
    )
    await deliver(ambito, sil, step, record=theirs)
    async with ambito.database.read(runtime=ambito) as session:
        view = await queries.overview(session, record)
    assert [(one.by, one.what, one.who) for one in view.next_steps_of_others] == [("sil", "Prova", "Livia")]
    done = NextStepDone.model_validate({"step": step.step, "done_on": "2013-10-14"})
    await deliver(ambito, sil, done, record=theirs)
    async with ambito.database.read(runtime=ambito) as session:
        assert (await queries.overview(session, record)).next_steps_of_others == []


async def test_the_list_of_persons_says_what_comes_next_and_for_whom_nothing_does(
    http: httpx.AsyncClient, record: str
) -> None:
    async def line() -> tuple[str | None, str | None]:
        (one,) = (await http.get(f"{API}/persons")).json()["persons"]
        return one["next_step"], one["next_step_on"]

    assert await line() == (None, None)
    assert "da indicare" in (await http.get("/persone", headers=PAGE)).text
    await http.put(f"{API}/persons/{record}/next-step", json=STEP)
    assert await line() == ("Colloquio al SIL", "2013-10-21")
    assert "Colloquio al SIL, 21 ottobre 2013" in (await http.get("/persone", headers=PAGE)).text
    await http.post(f"{API}/persons/{record}/next-step/done", json={})
    assert await line() == (None, None)
