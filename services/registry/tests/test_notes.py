"""Notes to the services that follow a person, read by who says so; interviews told, or kept to ourselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis.clock import Clock, write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow, OwnStream
from trama_chassis.testing import client, published
from trama_contracts.registry import (
    EntryCorrected,
    InterviewRecorded,
    NoteRead,
    NoteWritten,
    SocialEntryCorrected,
    SocialInterviewRecorded,
)
from trama_registry.models import OwnInterview
from trama_registry.schemas import RegisterPerson

from services.registry.tests import conftest

API = "/api/registry"
PAGE = {"accept": "text/html"}
Both = tuple[Runtime, Runtime]
SECRET = "Ha paura del vicino \N{LOCK}"
INTERVIEW = {"kind": "home", "present": "Anna e la madre", "summary": "Vuole tornare al laboratorio"}
NOTE = {"text": "Da lunedì non risponde.\nQualcuno l'ha sentita?", "needs_answer": True}


class Side(conftest.Side):
    """One of two services that follow Anna: its operator, and its record of her."""

    async def page(self, path: str = "") -> str:
        """A page about Anna."""
        return (await self.http.get(f"/persone/{self.record}{path}", headers=PAGE)).text


@pytest.fixture
def side() -> type[Side]:
    """Operators who look at pages too."""
    return Side


async def carried(exchange: Any, sides: tuple[Side, Side]) -> None:
    await exchange(*(one.runtime for one in sides))


async def test_a_note_is_read_by_who_says_so_and_the_writer_sees_the_tick_and_the_answer(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """INVARIANT: a note counts as read when an operator says so, never because a page showed it. A page or a
    query that publishes breaks it."""
    ambito, sil = sides
    written = await ambito.do("notes", NOTE)
    assert (written.status_code, written.json()["goes_to"]) == (201, ["sil"])
    note = written.json()["note"]
    await carried(exchange, sides)
    assert NOTE["text"].splitlines()[1] in (await sil.page()).replace("&#39;", "'")
    await sil.page("/note")
    (theirs,) = await sil.ask("notes")
    assert (theirs["to_read"], theirs["readings"]) == (True, [])
    await carried(exchange, sides)
    (ours,) = await ambito.ask("notes")
    assert (ours["not_read_by"], ours["readings"]) == ({"sil": "sil"}, [])
    assert [(one["what"], one["from_whom"]) for one in (await ambito.ask("overview"))["awaited"]] == [
        ("Lettura di una nota", "sil")
    ]
    assert (await sil.do(f"notes/{note}/read", {})).status_code == 200
    await carried(exchange, sides)
    assert [one["what"] for one in (await ambito.ask("overview"))["awaited"]] == ["Risposta a una nota"]
    assert (await sil.do(f"notes/{note}/read", {"answer": "Sta bene."})).status_code == 200
    await carried(exchange, sides)
    (ours,) = await ambito.ask("notes")
    assert ours["not_read_by"] == {}
    assert [(one["member"], one["read_on"], one["answer"]) for one in ours["readings"]] == [
        ("sil", "2013-10-14", "Sta bene.")
    ]
    assert (await ambito.ask("overview"))["awaited"] == []
    story = [one["happened"] for one in (await ambito.ask("timeline?kind=note"))["entries"]]
    assert story == [
        "Nota alla rete di Operatrice di prova, che chiede una risposta: "
        "Da lunedì non risponde.\nQualcuno l'ha sentita?",
        "Nota dell'ambito-urbano letta da Operatrice di prova il 14 ottobre 2013.",
        "Nota dell'ambito-urbano letta da Operatrice di prova il 14 ottobre 2013. Risposta: Sta bene.",
    ]


async def test_who_read_a_note_is_told_to_its_writer_alone(sides: tuple[Side, Side], exchange: Any) -> None:
    ambito, sil = sides
    note = (await ambito.do("notes", NOTE)).json()["note"]
    await carried(exchange, sides)
    await sil.do(f"notes/{note}/read", {})
    (read,) = await published(sil.runtime, NoteRead)
    assert isinstance(read.event, NoteRead)
    assert (read.event.note, read.event.writer) == (note, "ambito-urbano")
    assert {one for one in read.granted_to if not one.startswith("sil.")} == {"ambito-urbano.registry"}
    assert "answer" not in read.event.payload()


@pytest.mark.parametrize("answer", [{}, {"answer": "Sta bene."}])
async def test_a_note_is_read_and_answered_once(
    sides: tuple[Side, Side], exchange: Any, answer: dict[str, str]
) -> None:
    ambito, sil = sides
    note = (await ambito.do("notes", NOTE)).json()["note"]
    await carried(exchange, sides)
    await sil.do(f"notes/{note}/read", {"answer": "L'abbiamo vista martedì."})
    again = await sil.do(f"notes/{note}/read", answer)
    assert (again.status_code, again.json()["type"]) == (409, "urn:trama:problem:note-read-already")
    ours = await ambito.do(f"notes/{note}/read", {})
    assert (ours.status_code, ours.json()["type"]) == (409, "urn:trama:problem:note-of-ours")
    unknown = await sil.do(f"notes/{sil.record}/read", {})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:trama:problem:note-not-here")
    assert len(await published(sil.runtime, NoteRead)) == 1


async def test_a_note_that_nobody_would_read_is_refused(
    ambito: Runtime, desk: Any, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    async with client(ambito, "caseworker") as http:
        answer = await http.post(f"{API}/persons/{record}/notes", json=NOTE)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:trama:problem:nobody-to-write-to")
        page = await http.get(f"/persone/{record}/note", headers=PAGE)
    assert "la nota non arriverebbe a nessuno" in page.text
    assert await published(ambito, NoteWritten) == []


async def test_outside_an_open_relation_nothing_is_written_or_read(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    ambito, sil = sides
    note = (await ambito.do("notes", NOTE)).json()["note"]
    await carried(exchange, sides)
    await sil.do("taking-in-charge/close", {"reason": "withdrew"})
    for path in ("notes", f"notes/{note}/read"):
        answer = await sil.do(path, NOTE if path == "notes" else {})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:trama:problem:not-in-charge")
    assert (await sil.ask("notes"))[0]["to_read"] is False
    await carried(exchange, sides)
    gone = await ambito.do("notes", NOTE)  # who has closed is not written to
    assert (gone.status_code, gone.json()["type"]) == (409, "urn:trama:problem:nobody-to-write-to")


async def test_what_was_written_before_we_followed_the_person_is_not_ours_to_read(
    sides: tuple[Side, Side], exchange: Any, clock_file: Any
) -> None:
    ambito, sil = sides
    await ambito.do("notes", NOTE)
    await carried(exchange, sides)
    await sil.do("taking-in-charge/close", {"reason": "withdrew"})
    write_clock(clock_file, datetime(2013, 10, 16, 9, tzinfo=UTC))
    sil.runtime.clock = Clock(clock_file)
    await sil.do("taking-in-charge", {"need": "Ci riprova"})
    assert (await sil.ask("notes"))[0]["to_read"] is False


async def test_an_interview_is_told_to_the_circle_that_was_chosen(sides: tuple[Side, Side]) -> None:
    ambito, _ = sides
    for circle in ("care", "social"):
        answer = await ambito.do("interviews", INTERVIEW | {"circle": circle, "held_on": "2013-10-11"})
        assert answer.status_code == 201
    (care,) = await published(ambito.runtime, InterviewRecorded)
    (social,) = await published(ambito.runtime, SocialInterviewRecorded)
    assert "sil.registry" in care.granted_to
    assert "sil.registry" not in social.granted_to  # the consent opens the care circle alone
    story = [one["happened"] for one in (await ambito.ask("timeline?kind=note"))["entries"]]
    assert story[0] == (
        "Colloquio a casa l'11 ottobre 2013. Presenti: Anna e la madre. Vuole tornare al laboratorio."
    )
    labels = [one["circle_label"] for one in await ambito.ask("interviews")]
    assert sorted(labels) == ["Solo i servizi sociali", "Tutti i servizi che seguono il percorso"]


async def test_what_is_kept_to_ourselves_never_leaves_the_database(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    """INVARIANT: an interview kept "only us" is in no event, for nobody, sister services included. Publishing
    it, in whatever circle, or copying it into a story that is shared, breaks it."""
    ambito, sil = sides
    before = await streams_and_rows(ambito.runtime)
    kept = await ambito.do("interviews", INTERVIEW | {"circle": "own", "summary": SECRET})
    assert kept.status_code == 201
    assert await streams_and_rows(ambito.runtime) == before
    await carried(exchange, sides)
    for read in (await sil.page(), await sil.page("/colloqui"), await sil.page("/storia")):
        assert SECRET not in read
    assert SECRET not in str(await ambito.ask("timeline"))
    async with ambito.runtime.database.read() as session:
        (held,) = await session.scalars(select(OwnInterview))
    assert held.summary == SECRET
    (view,) = await ambito.ask("interviews")
    assert (view["summary"], view["circle"], view["circle_label"]) == (SECRET, "own", "Solo noi")
    page = await ambito.page()
    assert "Qualcosa è visibile solo a noi" in page
    assert SECRET not in page
    assert "Qualcosa è visibile solo a noi" not in await sil.page()
    assert SECRET in await ambito.page("/colloqui")


async def test_what_we_keep_to_ourselves_is_struck_here_and_told_to_nobody(
    sides: tuple[Side, Side],
) -> None:
    ambito, _ = sides
    kept = (await ambito.do("interviews", INTERVIEW | {"circle": "own", "summary": SECRET})).json()
    before = await streams_and_rows(ambito.runtime)
    path = f"/persone/{ambito.record}/colloqui"
    assert f"{path}/{kept['interview']}/correzione" in await ambito.page("/colloqui")
    wrong = {"reason": "Era di un'altra persona", "instead": "Anna non c'era"}
    form = await ambito.http.post(f"{path}/{kept['interview']}/correzione", data=wrong, headers=PAGE)
    assert form.status_code == 303
    again = await ambito.do(f"interviews/{kept['interview']}/correction", wrong)
    assert again.json()["type"] == "urn:trama:problem:entry-corrected-already"
    (view,) = await ambito.ask("interviews")
    said = {"on": "2013-10-14", "reason": wrong["reason"], "instead": wrong["instead"]}
    assert (view["corrected"], view["correction"] | said) == (True, view["correction"])
    shown = await ambito.page("/colloqui")
    assert f'<del class="written">{SECRET}</del>' in shown
    assert "Anna non c&#39;era" in shown
    assert await streams_and_rows(ambito.runtime) == before


async def test_an_interview_of_the_social_circle_is_struck_in_that_circle(sides: tuple[Side, Side]) -> None:
    """INVARIANT: the correction of an entry is read by who reads the entry, and by nobody else. An event for
    all circles would tell the care circle what was wrong with a social one."""
    ambito, _ = sides
    told = (await ambito.do("interviews", INTERVIEW | {"circle": "social"})).json()
    answer = await ambito.do(f"interviews/{told['interview']}/correction", {"reason": "Giorno sbagliato"})
    assert answer.status_code == 201
    (corrected,) = await published(ambito.runtime, SocialEntryCorrected)
    assert corrected.circle == "social"
    assert "sil.registry" not in corrected.granted_to
    assert await published(ambito.runtime, EntryCorrected) == []
    (view,) = await ambito.ask("interviews")
    assert (view["corrected"], view["correction"]) == (True, None)
    story = (await ambito.ask("timeline?kind=note"))["entries"]
    assert story[0]["corrected_by"] == corrected.event_id
    unknown = await ambito.do(f"interviews/{ambito.record}/correction", {"reason": "Nessuno"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:trama:problem:interview-not-here")


async def streams_and_rows(runtime: Runtime) -> tuple[int, int]:
    """How much the service has written for others."""
    async with runtime.database.read() as session:
        rows = len(list(await session.scalars(select(OutboxRow))))
        return len(list(await session.scalars(select(OwnStream)))), rows


async def test_an_interview_of_tomorrow_is_refused(sides: tuple[Side, Side]) -> None:
    ambito, _ = sides
    answer = await ambito.do("interviews", INTERVIEW | {"held_on": "2013-10-15"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:trama:problem:day-in-future")


async def test_a_closed_relation_leaves_only_what_we_keep_to_ourselves(sides: tuple[Side, Side]) -> None:
    ambito, _ = sides
    await ambito.do("taking-in-charge/close", {"reason": "withdrew"})
    assert (await ambito.do("interviews", INTERVIEW)).json()["type"] == "urn:trama:problem:not-in-charge"
    assert (await ambito.do("interviews", INTERVIEW | {"circle": "own"})).status_code == 201


async def test_a_note_that_was_struck_is_nobodys_to_read(sides: tuple[Side, Side], exchange: Any) -> None:
    ambito, sil = sides
    note = (await ambito.do("notes", NOTE)).json()["note"]
    await carried(exchange, sides)
    await ambito.do(f"timeline/{note}/correction", {"reason": "Era di un'altra persona"})
    await carried(exchange, sides)
    (theirs,) = await sil.ask("notes")
    assert (theirs["corrected"], theirs["to_read"]) == (True, False)
    assert (await sil.ask("overview"))["notes"] == []
    assert (await ambito.ask("overview"))["awaited"] == []


async def test_the_forms_do_what_the_api_does_and_keep_what_was_typed(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    ambito, sil = sides
    path = f"/persone/{ambito.record}"
    empty = await ambito.http.post(f"{path}/note", data={"text": " "}, headers=PAGE)
    assert (empty.status_code, '<a href="#text">' in empty.text) == (422, True)
    text = {"text": "Prima riga\r\nseconda", "needs_answer": "true"}
    assert (await ambito.http.post(f"{path}/note", data=text, headers=PAGE)).status_code == 303
    await carried(exchange, sides)
    (theirs,) = await sil.ask("notes")
    assert (theirs["text"], theirs["needs_answer"]) == ("Prima riga\nseconda", True)
    page = await sil.page()
    assert "1 nota da leggere" in page
    assert "<svg" not in page
    read = f"/persone/{sil.record}/note/{theirs['note']}/letta"
    assert (await sil.http.post(read, data={"answer": ""}, headers=PAGE)).status_code == 303
    assert "Una risposta da dare" in await sil.page()
    again = await sil.http.post(read, data={"answer": ""}, headers=PAGE)
    assert (again.status_code, "ha già detto di aver letto" in again.text) == (409, True)
    assert (await sil.http.post(read, data={"answer": "Sì"}, headers=PAGE)).status_code == 303
    held = {"kind": "phone", "held_on": "2013-10-15", "present": "Anna", "summary": "Tutto <bene>"}
    refused = await ambito.http.post(f"{path}/colloqui", data=held | {"circle": "own"}, headers=PAGE)
    assert (refused.status_code, "Tutto &lt;bene&gt;" in refused.text) == (409, True)
    held |= {"held_on": "2013-10-14", "circle": "own"}
    assert (await ambito.http.post(f"{path}/colloqui", data=held, headers=PAGE)).status_code == 303
    shown = await ambito.page("/colloqui")
    assert "Colloquio al telefono" in shown
    assert "Ciò che resta solo a noi non è nella storia." in await ambito.page("/storia")


async def test_a_language_that_another_service_tells_is_shown_until_we_know_better(
    sides: tuple[Side, Side], exchange: Any
) -> None:
    ambito, sil = sides
    anna = {"family_name": "Esempio", "given_name": "Anna"}
    await ambito.do("correct", anna | {"language": "sq", "needs_interpreter": True})
    await carried(exchange, sides)
    spoken = (await sil.ask("overview"))["spoken"]
    assert spoken == {"language": "sq", "needs_interpreter": True, "told_by": "ambito-urbano"}
    assert "Lingua: albanese (ambito-urbano)" in await sil.page()
    await sil.do("correct", anna | {"language": "it"})
    spoken = (await sil.ask("overview"))["spoken"]
    assert spoken == {"language": "it", "needs_interpreter": False, "told_by": None}
