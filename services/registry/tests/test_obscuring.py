"""Hidden on the person's wish: at others as if never written, with us behind a lock, and reversible."""

import re
from collections.abc import Callable
from difflib import ndiff
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis import file_duties
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantReceived, InboxEvent
from trama_chassis.testing_databases import KINDS
from trama_registry.models import DocumentCopy, EntryCopy, ObscuredEntry

from services.registry.tests import conftest

API = "/api/registry"
PAGE = {"accept": "text/html"}
Both = tuple[Runtime, Runtime]
ASKED = {"reason": "Lo ha chiesto oggi al colloquio"}
SECRET = "Canarinagialla"
PAGES = (
    "",
    "/storia",
    "/storia?tutto=true",
    "/note",
    "/colloqui",
    "/documenti",
    "/riservatezza",
    "/relazioni",
)
ANSWERS = ("timeline", "overview", "notes", "interviews", "documents", "sharing", "relations")
TIMES = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?|csrf_token\" value=\"[^\"]*")


class Side(conftest.Side):
    """One of two services that follow Anna: its operator, and its record of her."""

    async def file(self, name: str, text: str) -> str:
        files = {"file": (name, text.encode(), "text/plain")}
        path = f"{API}/persons/{self.record}/documents"
        answer = await self.http.post(path, data={"kind": "report", "circle": "care"}, files=files)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["document"])

    async def everything(self) -> dict[str, str]:
        """All that this service can be asked of Anna, times apart."""
        found = {}
        for path in PAGES:
            answer = await self.http.get(f"/persone/{self.record}{path}", headers=PAGE)
            assert answer.status_code == 200, (path, answer.text)
            found[path] = TIMES.sub("", answer.text)
        for path in ANSWERS:
            found[f"api {path}"] = TIMES.sub(
                "", (await self.http.get(f"{API}/persons/{self.record}/{path}")).text
            )
        for sought in ("Esempio", SECRET):
            found[f"search {sought}"] = (await self.http.get(f"{API}/persons", params={"name": sought})).text
        return found

    async def newest(self) -> str:
        """The entry told last of all in the story."""
        return str((await self.ask("timeline"))["entries"][-1]["event_id"])


@pytest.fixture
def database_url(fresh_database: Callable[[str], str], request: pytest.FixtureRequest) -> str:
    """What is told does not depend on the kind of database: one is enough, but for what is taken back."""
    return fresh_database(getattr(request, "param", "sqlite"))


@pytest.fixture
def side() -> type[Side]:
    """Operators who see everything."""
    return Side


def differing(before: str, after: str) -> list[str]:
    """The lines that are not the same, to be read when the test fails."""
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


async def carried(both: Both, exchange: Any) -> None:
    """Everything, files too."""
    for _ in range(3):
        for one in both:
            await file_duties.turn(one)
        await exchange(*both)


async def count(runtime: Runtime, table: Any, *where: Any) -> int:
    async with runtime.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table).where(*where)) or 0


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
async def test_what_is_hidden_leaves_no_trace_at_others(
    sides: tuple[Side, Side], both: Both, exchange: Any
) -> None:
    """INVARIANT: after a note that was read and answered, a corrected interview and a document that was asked
    for are hidden, every page and every answer of the other service is byte for byte what it was before they
    were written, times apart; no byte of them is left there. A count, a gap or "1 hidden" breaks it."""
    ambito, sil = sides
    before = await sil.everything()
    await ambito.do("notes", {"text": f"Nota {SECRET}", "needs_answer": True})
    note = await ambito.newest()
    await ambito.do("interviews", {"kind": "home", "present": "Anna", "summary": f"Colloquio {SECRET}"})
    interview = await ambito.newest()
    await ambito.do(f"timeline/{interview}/correction", {"reason": f"Errore {SECRET}"})
    document = await ambito.file(f"{SECRET}.txt", f"Testo {SECRET}")
    filed = await ambito.newest()
    await exchange(*both)
    assert (await sil.do(f"notes/{note}/read", {"answer": "Sta bene."})).status_code == 200
    assert (await sil.do(f"documents/ambito-urbano/{document}/ask")).status_code == 202
    await carried(both, exchange)
    assert SECRET in (await sil.everything())["/storia"]
    for entry in (note, interview, filed):
        answer = await ambito.do(f"timeline/{entry}/hide", ASKED)
        assert answer.status_code == 200, answer.text
    await exchange(*both)
    after = await sil.everything()
    assert [differing(before[path], after[path]) for path in before if before[path] != after[path]] == []
    assert await count(sil.runtime, DocumentCopy) == 0
    async with sil.runtime.database.read() as session:
        kept = [one.payload for one in await session.scalars(select(EntryCopy))]
    assert SECRET not in str(kept)
    assert await count(sil.runtime, InboxEvent) > 0
    assert await count(sil.runtime, GrantReceived, col(GrantReceived.sealed_key) == b"") == 4


async def test_who_wrote_it_still_reads_it_and_tells_it_again(
    sides: tuple[Side, Side], both: Both, exchange: Any
) -> None:
    ambito, sil = sides
    document = await ambito.file("relazione.txt", f"Testo {SECRET}")
    filed = await ambito.newest()
    await ambito.do("interviews", {"kind": "home", "present": "Anna", "summary": f"Colloquio {SECRET}"})
    interview = await ambito.newest()
    await ambito.do(f"timeline/{interview}/correction", {"reason": "Era martedì"})
    await exchange(*both)
    told = [(one["happened"], one["occurred_at"]) for one in (await sil.ask("timeline"))["entries"]]
    for entry in (filed, interview):
        await ambito.do(f"timeline/{entry}/hide", ASKED)
    await exchange(*both)
    hidden = {one["entry"]: one for one in await ambito.ask("hidden")}
    assert set(hidden) == {filed, interview}
    assert (len(hidden[interview]["also"]), hidden[filed]["document"]) == (1, document)
    assert SECRET in (await ambito.http.get(f"/persone/{ambito.record}/riservatezza", headers=PAGE)).text
    content = await ambito.http.get(f"{API}/persons/{ambito.record}/hidden/{filed}/content")
    assert content.text == f"Testo {SECRET}"
    assert await sil.ask("hidden") == []
    for entry in (filed, interview):
        assert (await ambito.do(f"hidden/{entry}/show")).status_code == 200
    await exchange(*both)
    again = [(one["happened"], one["occurred_at"]) for one in (await sil.ask("timeline"))["entries"]]
    assert sorted(again) == sorted(told)
    assert (await sil.do(f"documents/ambito-urbano/{document}/ask")).status_code == 202
    await carried(both, exchange)
    opened = await sil.http.get(f"{API}/persons/{sil.record}/documents/ambito-urbano/{document}/content")
    assert opened.text == f"Testo {SECRET}"
    assert await ambito.ask("hidden") == []
    struck = [one["corrected_by"] for one in (await sil.ask("timeline"))["entries"] if one["corrected_by"]]
    assert len(struck) == 1


async def test_what_is_hidden_stays_so_after_a_rebuild(
    sides: tuple[Side, Side], both: Both, exchange: Any
) -> None:
    ambito, sil = sides
    await ambito.do("notes", {"text": f"Nota {SECRET}"})
    note = await ambito.newest()
    await exchange(*both)
    await ambito.do(f"timeline/{note}/hide", ASKED)
    await exchange(*both)
    for side in sides:
        before = await side.everything()
        await rebuild(side.runtime)
        assert await side.everything() == before
    assert await count(ambito.runtime, ObscuredEntry) == 1
    assert SECRET not in (await sil.everything())["/storia?tutto=true"]


@pytest.mark.parametrize("what", ["others", "referral", "unknown", "shown"])
async def test_what_cannot_be_hidden_is_refused_in_words(
    sides: tuple[Side, Side], both: Both, exchange: Any, what: str
) -> None:
    ambito, sil = sides
    await ambito.do("notes", {"text": "Una nota"})
    note = await ambito.newest()
    await exchange(*both)
    entries = (await ambito.ask("timeline"))["entries"]
    sent = next(one["event_id"] for one in entries if "referral-sent" in one["type"])
    path, side, code = {
        "others": (f"timeline/{note}/hide", sil, (409, "hidden-only-by-writer")),
        "referral": (f"timeline/{sent}/hide", ambito, (409, "hidden-together")),
        "unknown": (f"timeline/{ambito.record}/hide", ambito, (404, "entry-not-here")),
        "shown": (f"hidden/{note}/show", ambito, (404, "nothing-hidden")),
    }[what]
    answer = await side.do(path, ASKED)
    problem = answer.json()
    assert (answer.status_code, problem["type"].removeprefix("urn:trama:problem:")) == code


async def test_hiding_is_done_on_its_page_and_seen_behind_a_lock(sides: tuple[Side, Side]) -> None:
    ambito, _ = sides
    await ambito.do("notes", {"text": f"Nota {SECRET}"})
    note, path = await ambito.newest(), f"/persone/{ambito.record}"
    story = (await ambito.http.get(f"{path}/storia", headers=PAGE)).text
    assert f"{path}/storia/{note}/nascondi" in story
    assert (
        "come e quando"
        in (await ambito.http.get(f"{path}/storia/{note}/nascondi", headers=PAGE)).text.casefold()
    )
    empty = await ambito.http.post(f"{path}/storia/{note}/nascondi", data={}, headers=PAGE)
    assert (empty.status_code, "Campo obbligatorio" in empty.text) == (422, True)
    done = await ambito.http.post(f"{path}/storia/{note}/nascondi", data=ASKED, headers=PAGE)
    assert (done.status_code, done.headers["location"]) == (303, f"{path}/riservatezza#nascoste")
    assert SECRET not in (await ambito.http.get(f"{path}/storia", headers=PAGE)).text
    head = (await ambito.http.get(path, headers=PAGE)).text
    assert "1 voce nascosta agli altri servizi" in head
    assert "Mostra di nuovo" in (await ambito.http.get(f"{path}/riservatezza", headers=PAGE)).text
    back = await ambito.http.post(f"{path}/nascoste/{note}/mostra", headers=PAGE)
    assert back.status_code == 303
    assert SECRET in (await ambito.http.get(f"{path}/storia", headers=PAGE)).text
