"""That a health service knows a person is learnt by nobody outside its circles: no page, count or answer."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col
from trama_chassis.duties import Duties
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import FIRST_PLACES, Place

from services.registry.tests.conftest import RunSeveral, tax_code_of

API = "/api/registry"
PAGE = {"accept": "text/html"}
SOCIAL, HEALTH, WORK = "ambito-urbano", "dsm", "sil"
CIRCLES = ("care", "clinical", "referral", "accountability")
PLACES = {
    **FIRST_PLACES,
    SOCIAL: Place(("registry",), "comune-urbano", read_by=(HEALTH, WORK)),
    HEALTH: Place(("registry",), "ass6", sector="health", read_by=(SOCIAL, WORK), circles=CIRCLES),
    WORK: Place(
        ("registry",), "ass6", read_by=(SOCIAL, HEALTH), circles=("care", "referral", "accountability")
    ),
}
KNOWN, UNKNOWN = ("Zelinda", "SMPZND72B44"), ("Quirina", "SMPQRN72B44")
TIMES = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?")
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass
class Town:
    """A social service, a health service and a work service, each with an operator."""

    runtimes: dict[str, Runtime]
    desks: dict[str, httpx.AsyncClient]
    exchange: Any

    async def carry(self) -> None:
        """Everything that is sent, receipts and heads too."""
        for _ in range(3):
            await self.exchange(*self.runtimes.values())
            for runtime in self.runtimes.values():
                await Duties(runtime).tell_receipts()

    async def do(self, at: str, path: str, body: object) -> Any:
        answer = await self.desks[at].post(API + path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def register(self, at: str, name: str, stem: str) -> str:
        person = {"given_name": name, "family_name": "Esempio", "tax_code": tax_code_of(stem)}
        taken = {"taking_in_charge": {"need": "Lavoro"}}
        return str((await self.do(at, "/persons", person | taken))["record"])

    async def refer(self, record: str, to: str) -> str:
        terms = {"purpose": "work-integration", "basis": {"kind": "consent"}, "circles": ["care"]}
        terms |= {"recipients": [to], "notice_given_on": "2013-10-14"}
        given = await self.do(SOCIAL, f"/persons/{record}/authorisations", terms)
        asked = {"to": to, "reason": "Vuole lavorare", "need": "Un sostegno"}
        asked |= {"authorisation": given["authorisation"]}
        sent = await self.do(SOCIAL, f"/persons/{record}/referrals", asked)
        return str(sent["referral"])

    async def seen(self, at: str, *paths: str) -> dict[str, str]:
        """What an operator is shown at these addresses, times and the tokens of forms apart."""
        found = {}
        for path in paths:
            answer = await self.desks[at].get(path, headers={} if path.startswith("/api") else PAGE)
            assert answer.status_code == 200, (path, answer.text)
            found[path] = TIMES.sub("", answer.text)
        return found


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """What is told does not depend on the kind of database: one is enough."""
    return fresh_database("sqlite")


@pytest.fixture
async def town(several: RunSeveral, exchange: Any) -> AsyncIterator[Town]:
    async with several(PLACES, SOCIAL, HEALTH, WORK) as (runtimes, desks):
        yield Town(runtimes, desks, exchange)


async def everywhere(town: Town, at: str, record: str) -> dict[str, str]:
    """Every page and answer in which it could show that somebody else knows a person."""
    person = [
        f"/persone/{record}{page}" for page in ("", "/storia", "/relazioni", "/riservatezza", "/documenti")
    ]
    answers = [f"{API}/persons/{record}/{what}" for what in ("timeline", "overview", "relations", "sharing")]
    lists = [
        "/persone",
        "/persone?nome=Esempio",
        f"/persone?nome={tax_code_of(KNOWN[1])}",
        "/rete",
        "/segnalazioni",
    ]
    return await town.seen(
        at, *person, *answers, *lists, f"{API}/persons?name=Esempio", f"{API}/target-groups"
    )


async def test_what_a_health_service_writes_changes_nothing_anywhere_else(town: Town) -> None:
    """INVARIANT: from the moment a health service knows a person, through all it writes of them, every page,
    list, count and search of services it shares nothing with stays byte for byte the same, times apart. A
    counter over all members, or a link made by tax code, breaks it."""
    record = await town.register(SOCIAL, *KNOWN)
    referral = await town.refer(record, WORK)
    await town.carry()
    theirs = str((await town.do(WORK, f"/referrals/{referral}/accept", {}))["record"])
    await town.carry()
    places = {SOCIAL: record, WORK: theirs}
    before = {at: await everywhere(town, at, of) for at, of in places.items()}
    known = await town.register(HEALTH, *KNOWN)
    groups = {"circle": "clinical", "groups": ["mental-health"]}
    put = await town.desks[HEALTH].put(f"{API}/persons/{known}/target-groups", json=groups)
    assert put.status_code == 200, put.text
    held = {"kind": "desk", "present": "La persona", "summary": "Colloquio", "circle": "care"}
    await town.do(HEALTH, f"/persons/{known}/interviews", held)
    await town.carry()
    for at, of in places.items():
        after = await everywhere(town, at, of)
        assert [path for path in after if after[path] != before[at][path]] == [], at


async def test_who_is_asked_answers_first_alike_whether_it_knows_the_person_or_not(town: Town) -> None:
    """INVARIANT: until a health service accepts, who referred two people to it, one known there and one not,
    sees the same of both, and is sent the same: nothing tells which one it knows. A tick, a link or a
    receipt that comes for one alone breaks it."""
    await town.register(HEALTH, *KNOWN)
    await town.carry()
    shown, mail = [], []
    for name, stem in (KNOWN, UNKNOWN):
        record = await town.register(SOCIAL, name, stem)
        sent_before = await sent_by_health(town)
        referral = await town.refer(record, HEALTH)
        await town.carry()
        paths = [f"/segnalazioni/{referral}", f"/persone/{record}", f"/persone/{record}/storia"]
        paths += [f"/persone/{record}/relazioni", f"{API}/referrals/sent/{referral}"]
        seen = await town.seen(SOCIAL, *paths)
        neutral = [
            IDS.sub("", text).replace(tax_code_of(stem), "").replace(name, "") for text in seen.values()
        ]
        shown.append(neutral)
        mail.append([one for one in await sent_by_health(town) if one not in sent_before])
    assert shown[0] == shown[1]
    kinds = [sorted((kind, len(value)) for _, kind, value in sent) for sent in mail]
    assert kinds[0] == kinds[1]


async def sent_by_health(town: Town) -> list[tuple[int, str, bytes]]:
    """What the health service has sent to anybody."""
    async with town.runtimes[HEALTH].database.read() as session:
        rows = await session.scalars(select(OutboxRow).order_by(col(OutboxRow.position)))
        return [(row.position or 0, row.kind, row.value) for row in rows]
