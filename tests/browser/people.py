"""Who has lived in the town, and the ids under which pages show what is theirs."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import CPI, FILO, MOBILI, SUPERVISOR, URBANO
from trama_simulation.simulation import Run, desks_of
from trama_simulation.stories import stories
from trama_simulation.territory import read_territory

from tests.browser.town import Town

CAST = (2, 3, 6, 7)
"""Carla (running), Dario (declined once), Gina (to be reviewed), Ivo (one service has not answered)."""
DARIO = 1
"""His place among them."""
PATIENCE = 240.0
ASKED_OF_HOST = {
    "path_type": "hiring-support",
    "host": MOBILI,
    "task": "magazzino",
    "weekly_hours": 20,
    "planned_from": "2013-11-04",
    "planned_to": "2014-02-03",
}

REPORT = {"kind": "report", "dated": "2013-10-11", "protocol": "12345/2013"}
PAPER = {"file": ("Relazione d'équipe.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")}
PUT_ASIDE = {"to": "sil", "reason": "Vuole tornare a lavorare all'aperto."}
KEPT = {"kind": "phone", "present": "Sara Demo", "summary": "Preferisce non dirlo in casa.", "circle": "own"}
AT_THE_DOOR = {"channel": "desk", "need": "Un posto dove dormire e un lavoro.", "given_name": "Ada"}


@dataclass
class Peopled:
    """A town, and the lives that were lived in it."""

    town: Town
    lived: Sequence[Lived]

    def records(self, member: str) -> list[str]:
        """A member's people, those with the longest stories first."""
        return [one.records[member] for one in self.lived if member in one.records]


def peopled(town: Town) -> Peopled:
    """Have the cast live its year, up to Monday 14 October 2013; one more host is asked, and waits."""
    lived = asyncio.run(_live(town))
    town.calm()
    return Peopled(town, lived)


async def _live(town: Town) -> list[Lived]:
    told = stories(max(CAST) + 1, 1)
    async with desks_of(read_territory(town.file), patience=PATIENCE) as desks:
        run = Run([told[number] for number in CAST], desks, at_once=len(CAST))
        await run.live()
        run.must_be_whole()
        await _ask_host(desks[CPI], run.lived[DARIO])
        await desks[URBANO].post("/api/registry/accesses", AT_THE_DOOR)
        known = next(one.records[URBANO] for one in run.lived if URBANO in one.records)
        await desks[URBANO].post(f"/api/registry/persons/{known}/referral-drafts", PUT_ASIDE)
        await desks[URBANO].post(f"/api/registry/persons/{known}/interviews", KEPT)
        await _file_documents(
            desks[URBANO], [one.records[URBANO] for one in run.lived if URBANO in one.records]
        )
        await _hide_document(desks[URBANO], known)
        await _keep_too_long(
            desks[URBANO], [one.records[URBANO] for one in run.lived if URBANO in one.records]
        )
        for host in (FILO, MOBILI):
            await desks[host].arrived("a placement at the host", "/api/placement/hosted", bool)
    return run.lived


async def _file_documents(desk: Desk, records: Iterable[str]) -> None:
    """A report on each person that the service still follows: who else follows them may ask for it."""
    headers = {"Authorization": f"Bearer {desk.member.token}"}
    async with httpx.AsyncClient(base_url=desk.member.url, headers=headers, timeout=PATIENCE) as client:
        for record in records:
            answer = await client.post(f"/api/registry/persons/{record}/documents", data=REPORT, files=PAPER)
            if answer.status_code != httpx.codes.CONFLICT:
                answer.raise_for_status()


async def _hide_document(desk: Desk, record: str) -> None:
    """The person wants nobody else to know of the last report on them."""
    path = f"/api/registry/persons/{record}"
    entries = (await desk.get(f"{path}/timeline"))["entries"]
    filed = [one["event_id"] for one in entries if one["type"].endswith(".document-filed.v1")]
    await desk.post(f"{path}/timeline/{filed[-1]}/hide", {"reason": "L'ha chiesto al colloquio"})


async def _keep_too_long(desk: Desk, records: Sequence[str]) -> None:
    """Of interviews of many years ago the erasure is proposed; one of them is kept longer."""
    for record in records[:2]:
        await desk.post(f"/api/registry/persons/{record}/interviews", KEPT | {"held_on": "2005-05-05"})
    supervisor, proposals = desk.of(SUPERVISOR[URBANO]), "/api/registry/erasure-proposals"
    await supervisor.post(proposals, {})
    first, *_ = await supervisor.list(proposals)
    put_off = {"reason": "Un ricorso in corso", "until": "2014-10-14"}
    await supervisor.post(f"{proposals}/{first['proposal']}/put-off", put_off)


async def _ask_host(desk: Desk, lived: Lived) -> None:
    asked: dict[str, Any] = {"record": lived.records[CPI], **ASKED_OF_HOST}
    await desk.post("/api/placement/placements", asked)
