"""The whole story: in parts without loss or doubles, corrections as corrections, what is gone is gone."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.runtime import Runtime
from trama_chassis.testing import FIRST_PLACES, Peer, Territory, client, deliver, published, transaction
from trama_contracts.messages import GrantEnd
from trama_contracts.names import source_of
from trama_contracts.registry import (
    DocumentFiled,
    EntryCorrected,
    JudicialTargetGroupsSet,
    NextStepSet,
    PersonRegistered,
)
from trama_contracts.sealing import erased_event
from trama_registry import queries
from trama_registry.schemas import RegisterPerson

API = "/api/registry"
PAGE = {"accept": "text/html"}
LONG_AGO = datetime(2013, 3, 4, 9, 0, tzinfo=UTC)


TERRITORY = Territory(
    places={name: replace(place, circles=(*place.circles, "justice")) for name, place in FIRST_PLACES.items()}
)


@pytest.fixture
async def ambito(registry_of: Any, database_url: str) -> AsyncIterator[Runtime]:
    """The registry of a social service, where judicial measures are told too."""
    async with registry_of("ambito-urbano", database_url, territory=TERRITORY) as runtime:
        yield runtime


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A caseworker, at the API or with `PAGE` at the pages."""
    async with client(ambito, "caseworker") as session:
        yield session


@pytest.fixture
async def record(ambito: Runtime, desk: Any, anna: RegisterPerson) -> str:
    """Anna Esempio, in charge."""
    return await desk.register(ambito, anna)


@pytest.fixture
def sil() -> Peer:
    """The registry of the SIL, which follows Anna too."""
    return Peer(TERRITORY, "sil.registry")


@pytest.fixture
async def theirs(ambito: Runtime, record: str, sil: Peer) -> str:
    """The SIL's record of Anna, linked with ours."""
    theirs = str(uuid4())
    async with transaction(ambito) as session:
        await access.learn_link(session, link=str(uuid4()), a=("ambito-urbano", record), b=("sil", theirs))
    await deliver(ambito, sil, PersonRegistered(family_name="Esempio"), record=theirs, occurred_at=LONG_AGO)
    return theirs


def step(what: str) -> NextStepSet:
    return NextStepSet.model_validate(
        {"step": str(uuid4()), "what": what, "who": "Livia Demo", "due_on": "2013-10-21"}
    )


async def story(http: httpx.AsyncClient, record: str, **asked: Any) -> dict[str, Any]:
    answer = await http.get(f"{API}/persons/{record}/timeline", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_story_read_in_parts_is_the_whole_story(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: paging loses nothing and tells nothing twice, though much happened in one moment. A cursor
    that is not a total order breaks it."""
    for number in range(23):
        at = LONG_AGO + timedelta(days=number // 6)
        await deliver(ambito, sil, step(f"Passo {number}"), record=theirs, occurred_at=at, recorded_at=at)
    whole = await story(http, record)
    parts: list[dict[str, Any]] = []
    older: str | None = None
    while not parts or older is not None:
        asked = {"size": 4} | ({"before": older} if older is not None else {})
        part = await story(http, record, **asked)
        assert len(part["entries"]) <= 4
        parts, older = part["entries"] + parts, part["older"]
    ids = [one["event_id"] for one in whole["entries"]]
    assert sorted(one["event_id"] for one in parts) == sorted(ids)
    assert [one["occurred_at"] for one in parts] == sorted(one["occurred_at"] for one in parts)
    assert whole["older"] is None


async def test_a_story_is_filtered_by_service_and_by_kind(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    await deliver(ambito, sil, step("Prova"), record=theirs)
    of_sil = await story(http, record, member="sil")
    assert {one["member"] for one in of_sil["entries"]} == {"sil"}
    steps = await story(http, record, kind="story")
    assert [one["happened"].partition(".")[0] for one in steps["entries"]] == ["Prossimo passo: Prova"]
    assert await story(http, record, kind="story", member="ambito-urbano") | {"entries": []} == await story(
        http, record, kind="story", member="ambito-urbano"
    )
    assert set(steps["shown_by"]["members"]) == {"ambito-urbano", "sil"}
    assert (await http.get(f"{API}/persons/{record}/timeline?kind=altro")).status_code == 422
    page = (await http.get(f"/persone/{record}/storia?servizio=sil&genere=story", headers=PAGE)).text
    assert "Prossimo passo: Prova" in page
    assert "Cerca lavoro" not in page
    unsaid = await http.get(f"/persone/{record}/storia?servizio=&genere=", headers=PAGE)
    assert (unsaid.status_code, "Cerca lavoro" in unsaid.text) == (200, True)


async def test_our_entry_is_corrected_struck_and_both_are_told(
    http: httpx.AsyncClient, ambito: Runtime, record: str
) -> None:
    opened = next(one for one in (await story(http, record))["entries"] if one["kind"] == "relation")
    path = f"{API}/persons/{record}/timeline/{opened['event_id']}/correction"
    body = {"reason": "Il bisogno era di un'altra", "instead": "Cerca casa"}
    correction = (await http.post(path, json=body)).json()["event_id"]
    (said,) = await published(ambito, EntryCorrected)
    assert said.event_id == correction
    entries = {one["event_id"]: one for one in (await story(http, record))["entries"]}
    assert entries[opened["event_id"]]["corrected_by"] == correction
    assert entries[correction]["corrects"] == opened["event_id"]
    assert entries[correction]["happened"] == (
        "Correzione. Una voce era sbagliata. Perché: Il bisogno era di un'altra. In realtà: Cerca casa."
    )
    page = (await http.get(f"/persone/{record}/storia", headers=PAGE)).text
    assert f"<del>{opened['happened']}</del>" in page
    again = await http.post(path, json=body)
    assert (again.status_code, again.json()["type"]) == (409, "urn:trama:problem:entry-corrected-already")


async def test_only_who_wrote_an_entry_corrects_it_and_what_others_act_upon_is_not_struck_here(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    await deliver(ambito, sil, step("Prova"), record=theirs)
    entries = (await story(http, record))["entries"]
    of_others = next(one["event_id"] for one in entries if one["member"] == "sil")
    registered = next(
        one["event_id"] for one in entries if one["kind"] == "person" and one["member"] != "sil"
    )
    for entry, status, code in (
        (of_others, 409, "entry-of-others"),
        (registered, 409, "corrected-elsewhere"),
        (str(uuid4()), 404, "entry-not-here"),
    ):
        path = f"{API}/persons/{record}/timeline/{entry}/correction"
        answer = await http.post(path, json={"reason": "Sbagliata"})
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:trama:problem:{code}")
    assert await published(ambito, EntryCorrected) == []


async def test_a_correction_by_somebody_else_strikes_nothing(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: a story strikes an entry only at the word of who wrote it. Believing `corrects` of another
    member, or of another record, breaks it."""
    ours = next(one for one in (await story(http, record))["entries"] if one["kind"] == "relation")
    forged = EntryCorrected.model_validate({"entry": ours["event_id"], "reason": "Non è vero"})
    await deliver(ambito, sil, forged, record=theirs, corrects=ours["event_id"])
    entries = {one["event_id"]: one for one in (await story(http, record))["entries"]}
    assert entries[ours["event_id"]]["corrected_by"] is None


async def test_what_an_entry_followed_from_is_said_and_of_this_person_only(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer, desk: Any
) -> None:
    other = await desk.register(ambito, RegisterPerson(family_name="Altra"))
    cause = (await story(http, record))["entries"][-1]["event_id"]
    others = (await story(http, other))["entries"][0]["event_id"]
    await deliver(ambito, sil, step("Prova"), record=theirs, caused_by=(cause, others))
    told = (await story(http, record, kind="story"))["entries"][0]
    assert told["following"] == ["Presa in carico dal 14 ottobre 2013 (14 ottobre 2013)"]
    page = (await http.get(f"/persone/{record}/storia", headers=PAGE)).text
    assert "a seguito di: Presa in carico" in page


async def test_an_erased_wrong_person_entry_is_gone_from_the_story(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: what was erased at its source is told nowhere. A copy that is not forgotten with its stream
    breaks it."""
    await deliver(ambito, sil, step("Nota di un'omonima"), record=theirs)
    assert (await story(http, record, member="sil"))["entries"] != []
    stream = sil.stream(NextStepSet, theirs, theirs)
    value = erased_event(
        source=source_of("pn", sil.principal),
        id=str(uuid4()),
        subject=stream.stream,
        streamseq=stream.seq + 1,
        prevhash=stream.hash,
    )
    await ambito.inbox.deliver([sil.signed(stream, value)])
    left = await story(http, record)
    assert [one for one in left["entries"] if one["member"] == "sil"] == []
    assert "non condivide più" not in left["completeness"]


async def test_what_is_no_longer_shared_with_us_is_said_once_we_were_told(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    assert "non condivide più" not in (await story(http, record))["completeness"]
    stream = sil.stream(PersonRegistered, theirs, theirs)
    end = GrantEnd(streams={stream.topic: (stream.stream,)}, reason="no-longer-entitled")
    await ambito.take_mail([sil.message(ambito, end)])
    view = await story(http, record)
    assert "Il sil non condivide più con noi una parte del percorso." in view["completeness"]
    assert view["complete"] is False


async def test_what_belongs_to_justice_is_told_to_who_is_named_for_it_alone(
    http: httpx.AsyncClient, ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: no story tells a judicial measure to whoever may not see it (GDPR art. 10). A query that
    leaves the circle justice in breaks it."""
    groups = JudicialTargetGroupsSet.model_validate({"groups": ["former-prisoner"]})
    await deliver(ambito, sil, groups, record=theirs)
    entries = (await story(http, record))["entries"]
    assert [one for one in entries if one["type"] == groups.wire_type] == []
    for path in (f"/persone/{record}", f"/persone/{record}/storia"):
        assert "giudiziari" not in (await http.get(path, headers=PAGE)).text
    async with client(ambito, "supervisor") as named:
        told = [one["type"] for one in (await story(named, record))["entries"]]
    assert groups.wire_type in told


async def test_pages_of_a_person_read_by_indexes_and_never_a_whole_table(
    ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: what a page of a person costs does not grow with how many people there are. A query that no
    index answers breaks it."""
    asked: list[tuple[str, Any]] = []
    paper = {"document": str(uuid4()), "name": "Relazione.pdf", "kind": "report", "dated": "2013-10-11"}
    paper |= {"media_type": "application/pdf", "sha256": "A" * 43}
    await deliver(ambito, sil, DocumentFiled.model_validate({**paper, "size": 1}), record=theirs)

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    engine = ambito.database.engine.sync_engine
    async with ambito.database.write(runtime=ambito) as session:
        event.listen(engine, "before_cursor_execute", note)
        await queries.overview(session, record)
        await queries.timeline(session, record, queries.Part(size=50, kind="relation", member="sil"))
        event.remove(engine, "before_cursor_execute", note)
        whole = [plan for one in asked if (plan := await _scanned(session, *one))]
    assert len(asked) > 10
    assert whole == []


async def _scanned(session: AsyncSession, statement: str, parameters: Any) -> list[str]:
    """The lines of a statement's plan that read a large table from end to end."""
    connection = await session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        await connection.exec_driver_sql("SET enable_seqscan = off")
    rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
    lines = [str(row[-1]) for row in rows]
    large = "entry_copy|grant_received|record_link|own_stream|grant_given|taking_in_charge|person|referral"
    large += "|document_copy|file"
    return [line for line in lines if re.search(rf"(SCAN|Seq Scan on) ({large})\b", line)]
