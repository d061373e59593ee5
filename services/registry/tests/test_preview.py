"""Before sending: what each recipient will see. What was shown is what their stories then tell, no more."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from trama_chassis.runtime import Runtime
from trama_chassis.testing import FIRST_PLACES, Place
from trama_chassis.testing_databases import KINDS
from trama_registry.queries.told import sharing as words

from services.registry.tests.conftest import RunSeveral

API = "/api/registry"
PAGE = {"accept": "text/html"}
SOURCE, HEALTH, WORK = "ambito-urbano", "dsm", "sil"
PLACES = {
    **FIRST_PLACES,
    SOURCE: Place(("registry",), "comune-urbano", read_by=(HEALTH, WORK)),
    HEALTH: Place(
        ("registry",),
        "ass6",
        sector="health",
        read_by=(SOURCE, WORK),
        circles=("care", "clinical", "referral"),
    ),
    WORK: Place(("registry",), "ass6", read_by=(SOURCE, HEALTH), circles=("care", "social", "referral")),
}
CASES = 8


@dataclass
class Town:
    """Three registries: one that writes, two that may be asked to follow; each with an operator's desk."""

    runtimes: dict[str, Runtime]
    desks: dict[str, httpx.AsyncClient]
    exchange: Any

    async def carry(self) -> None:
        await self.exchange(*self.runtimes.values())

    async def ask(self, path: str, at: str = SOURCE) -> Any:
        answer = await self.desks[at].get(API + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, path: str, body: object, at: str = SOURCE) -> Any:
        answer = await self.desks[at].post(API + path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def told(self, member: str, record: str) -> list[str]:
        """Every sentence of a person's story at one member, as its timeline has it."""
        return [
            entry["happened"] for entry in (await self.ask(f"/persons/{record}/timeline", member))["entries"]
        ]


@pytest.fixture
async def town(several: RunSeveral, exchange: Any, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    kind = getattr(request, "param", "sqlite")
    async with several(PLACES, SOURCE, HEALTH, WORK, first=kind) as (runtimes, desks):
        yield Town(runtimes, desks, exchange)


@dataclass
class Followed:
    """A person of the source, and the records that others made when they accepted."""

    record: str
    theirs: dict[str, str]
    promised: dict[str, list[str]]
    """By member: what the preview of its referral said that it would read once it accepts."""


def _interview(circle: str) -> dict[str, str]:
    return {"kind": "home", "present": "La persona", "summary": f"Colloquio {circle}", "circle": circle}


async def follow(town: Town, draw: random.Random, number: int) -> Followed:
    """A person drawn: authorised in some circles for some members, referred to some that accept."""
    person: dict[str, Any] = {"given_name": "Persona", "family_name": f"Numero {number:03}"}
    person |= {"taking_in_charge": {"need": "Lavoro"}}
    record = (await town.do("/persons", person))["record"]
    found = Followed(record, {}, {})
    for member in (HEALTH, WORK):
        if draw.random() < 0.3:
            continue
        circles = sorted({"care", *draw.sample(["clinical", "social"], draw.randint(0, 2))})
        terms = {
            "purpose": "work-integration",
            "basis": {"kind": "consent"},
            "circles": circles,
            "recipients": [member],
            "notice_given_on": "2013-10-14",
        }
        given = (await town.do(f"/persons/{record}/authorisations", terms))["authorisation"]
        asked = {"to": member, "reason": "Vuole lavorare", "need": "Un sostegno", "authorisation": given}
        shown = await town.do(f"/persons/{record}/referrals/preview", asked)
        (theirs,) = [one for one in shown["readers"] if one["member"] == member]
        found.promised[member] = theirs["after_accepting"]
        sent = await town.do(f"/persons/{record}/referrals", asked)
        await town.carry()
        await town.do(f"/referrals/{sent['referral']}/accept", {}, member)
        await town.carry()
        listed = await town.ask(f"/persons?name=Numero {number:03}", member)
        found.theirs[member] = listed["persons"][0]["record"]
    return found


async def test_what_was_shown_is_what_each_story_then_tells(town: Town) -> None:
    """INVARIANT: the preview names exactly what the stories of others then tell of it, for every circle and
    every recipient. A preview that reckons by rules of its own, beside those that give keys, breaks it."""
    draw = random.Random(1310)  # noqa: S311 - cases of a test
    seen, unseen = 0, 0
    for number in range(CASES):
        person = await follow(town, draw, number)
        drafts: list[tuple[str, dict[str, Any]]] = [
            ("interviews", _interview(circle)) for circle in ("care", "social")
        ]
        if person.theirs:
            drafts.append(("notes", {"text": f"Nota {number}"}))
        for what, body in drafts:
            path = f"/persons/{person.record}/{what}"
            shown = await town.do(f"{path}/preview", body)
            before = {member: await town.told(member, record) for member, record in person.theirs.items()}
            await town.do(path, body)
            await town.carry()
            assert {one["member"] for one in shown["readers"]} == set(person.theirs)
            for one in shown["readers"]:
                member = one["member"]
                after = await town.told(member, person.theirs[member])
                assert [line for line in after if line not in before[member]] == one["sees"], (number, what)
                circle = body.get("circle", "care")
                assert bool(one["sees"]) == (words.CONTENTS[circle] in person.promised[member])
                seen, unseen = seen + bool(one["sees"]), unseen + (not one["sees"])
    assert min(seen, unseen) > 5


async def test_a_referral_is_shown_as_its_receiver_will_read_it(town: Town) -> None:
    record = (await town.do("/persons", {"family_name": "Esempio", "taking_in_charge": {"need": "Lavoro"}}))[
        "record"
    ]
    terms = {"purpose": "work-integration", "basis": {"kind": "consent"}, "circles": ["care"]}
    terms |= {"recipients": [WORK], "notice_given_on": "2013-10-14"}
    given = (await town.do(f"/persons/{record}/authorisations", terms))["authorisation"]
    asked = {"to": WORK, "reason": "Vuole lavorare", "need": "Un sostegno", "authorisation": given}
    (reader,) = (await town.do(f"/persons/{record}/referrals/preview", asked))["readers"]
    sent = await town.do(f"/persons/{record}/referrals", asked)
    await town.carry()
    received = await town.ask(f"/referrals/received/{sent['referral']}", WORK)
    shown = " ".join(reader["sees"])
    assert (reader["member"], reader["after_accepting"]) == (WORK, [words.CONTENTS["care"]])
    for said in (received["preview"]["family_name"], received["preview"]["need"], received["reason"]):
        assert said in shown


@pytest.mark.parametrize("town", KINDS, indirect=True)
async def test_a_preview_leaves_nothing_behind(town: Town) -> None:
    """INVARIANT: what was only looked at is nowhere: no row, no stream, no key, nothing for the relay. A
    preview that commits any part of what it did breaks it."""
    person = await follow(town, random.Random(7), 1)  # noqa: S311 - a case of a test
    before = await everything(town.runtimes[SOURCE])
    bodies = {"notes": {"text": "Nota"}, "interviews": _interview("own")}
    for what, body in bodies.items():
        shown = await town.do(f"/persons/{person.record}/{what}/preview", body)
        assert any(one["sees"] for one in shown["readers"]) is (what == "notes")
    answer = await town.desks[SOURCE].post(
        f"{API}/persons/{person.record}/documents/preview",
        data={"kind": "report", "circle": "care"},
        files={"file": ("relazione.txt", b"Testo", "text/plain")},
    )
    assert "relazione.txt" in answer.json()["readers"][0]["sees"][0]
    assert await everything(town.runtimes[SOURCE]) == before


async def everything(runtime: Runtime) -> list[tuple[str, int]]:
    """How many rows each table has; who looked at what (the log of reading) apart."""
    counted = []
    async with runtime.database.read() as session:
        for table in runtime.database.tables:
            if not table.name.startswith("audit"):
                found = await session.scalar(select(func.count()).select_from(table))
                counted.append((table.name, found or 0))
    return counted


async def test_the_page_shows_the_preview_keeps_what_was_typed_and_sends_nothing(town: Town) -> None:
    person = await follow(town, random.Random(7), 1)  # noqa: S311 - a case of a test
    desk, path = town.desks[SOURCE], f"/persone/{person.record}/note"
    before = await everything(town.runtimes[SOURCE])
    typed = {"text": "Da lunedì non risponde <più>.", "anteprima": "mostra"}
    page = await desk.post(path, data=typed, headers=PAGE)
    assert page.status_code == 200
    times = page.text.count("Da lunedì non risponde &lt;più&gt;.")
    assert times == 1 + len(person.theirs)  # in the form, and as each will read it
    alone = await desk.post(path, data=typed, headers=PAGE | {"hx-request": "true"})
    assert (alone.status_code, "<form" in alone.text) == (200, False)
    assert "Da lunedì non risponde &lt;più&gt;." in alone.text
    wrong = await desk.post(path, data={"anteprima": "mostra"}, headers=PAGE | {"hx-request": "true"})
    assert (wrong.status_code, "Campo obbligatorio" in wrong.text) == (200, True)
    assert await everything(town.runtimes[SOURCE]) == before
    sent = await desk.post(path, data={"text": typed["text"]}, headers=PAGE)
    assert (sent.status_code, await everything(town.runtimes[SOURCE]) == before) == (303, False)
