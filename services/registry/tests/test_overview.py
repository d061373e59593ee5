"""The page of a person: what it says from top to bottom, and that any name can stand on it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from trama_chassis import access
from trama_chassis.runtime import Runtime
from trama_chassis.testing import FIRST_PLACES, Peer, Territory, client, deliver, transaction
from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    ProjectAgreed,
    ProjectSigned,
)
from trama_contracts.event import Event
from trama_contracts.placement import PlacementEnded, PlacementProposed, PlacementStarted
from trama_contracts.registry import CaseManagerAssigned, TakingInChargeOpened
from trama_registry import queries
from trama_registry.schemas import PersonOverview, RegisterPerson

API = "/api/registry"
PAGE = {"accept": "text/html"}
EVALUATION, PROJECT, PLACEMENT, EPISODE = (str(uuid4()) for _ in range(4))
SECTIONS = [
    "Chi segue la persona",
    "Prossimo passo",
    "In sospeso",
    "Percorso",
    "Progetto in breve",
    "Novità",
    "Documenti",
    "Bisogni e certificazioni",
    "Riservatezza",
]
WAY: list[tuple[str, type[Event], dict[str, Any]]] = [
    (
        EPISODE,
        TakingInChargeOpened,
        {"episode": EPISODE, "sector": "work-integration", "opened_on": "2013-02-14", "need": "Lavoro"},
    ),
    (
        EPISODE,
        CaseManagerAssigned,
        {
            "episode": EPISODE,
            "operator": "op-livia",
            "name": "Livia Demo",
            "phone": "0434 000002",
            "since": "2013-02-14",
        },
    ),
    (
        EVALUATION,
        EvaluationRequested,
        {
            "evaluation": EVALUATION,
            "team": "integrated-planning-unit",
            "question": "Quale percorso?",
            "requested_on": "2013-02-18",
            "contributions_by": "2013-03-01",
            "contributors": ["cpi", "sil"],
        },
    ),
    (
        EVALUATION,
        ContributionSubmitted,
        {
            "contribution": str(uuid4()),
            "evaluation": {"member": "sil", "evaluation": EVALUATION},
            "discipline": "social-work",
            "ratings": [{"item": "d710", "score": 1}],
            "supports": [],
            "submitted_on": "2013-02-20",
        },
    ),
]
LATER: list[tuple[str, type[Event], dict[str, Any]]] = [
    (
        EVALUATION,
        EvaluationCompleted,
        {
            "evaluation": EVALUATION,
            "session": str(uuid4()),
            "team": "integrated-planning-unit",
            "completed_on": "2013-03-05",
            "seats": [{"member": "sil", "role": "work"}, {"member": "cpi", "role": "employment"}],
            "instrument": "sop-icf",
            "profile": [{"area": "mobility", "rated": 7, "items": 9}],
            "supports": [],
            "proposals": [],
            "path_type": "traineeship",
            "missing": [],
        },
    ),
    (
        PROJECT,
        ProjectAgreed,
        {
            "project": PROJECT,
            "evaluation": EVALUATION,
            "own_words": "Voglio lavorare con il legno",
            "goals": [{"what": "Prova in laboratorio", "by": "sil"}],
            "agreed_on": "2013-03-11",
            "review_on": "2013-11-11",
        },
    ),
    (
        PROJECT,
        ProjectSigned,
        {
            "project": PROJECT,
            "signed_on": "2013-03-18",
            "signatories": [{"role": "person"}, {"role": "service", "member": "sil"}],
        },
    ),
    (
        PLACEMENT,
        PlacementProposed,
        {
            "placement": PLACEMENT,
            "path_type": "traineeship",
            "host": "coop-filo",
            "task": "Assemblaggio",
            "weekly_hours": 20,
            "planned_from": "2013-04-02",
            "planned_to": "2013-09-30",
        },
    ),
    (
        PLACEMENT,
        PlacementStarted,
        {
            "placement": PLACEMENT,
            "path_type": "traineeship",
            "started_on": "2013-04-02",
            "confirmed_by": "op-bice",
        },
    ),
    (
        PLACEMENT,
        PlacementEnded,
        {"placement": PLACEMENT, "path_type": "traineeship", "ended_on": "2013-09-30", "reason": "hired"},
    ),
]


PLACES = {
    **FIRST_PLACES,
    "sil": replace(FIRST_PLACES["sil"], services=("registry", "evaluation", "placement")),
}
TERRITORY = Territory(places=PLACES)


@pytest.fixture
async def ambito(registry_of: Any, database_url: str) -> AsyncIterator[Runtime]:
    """The registry of a social service beside a SIL that evaluates too."""
    async with registry_of("ambito-urbano", database_url, territory=TERRITORY) as runtime:
        yield runtime


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A caseworker, at the API or with `PAGE` at the pages."""
    async with client(ambito, "caseworker") as session:
        yield session


async def live(runtime: Runtime, theirs: str, way: list[tuple[str, type[Event], dict[str, Any]]]) -> None:
    """Let the SIL's services tell a part of the way."""
    peers = {name: Peer(TERRITORY, f"sil.{name}") for name in ("registry", "evaluation", "placement")}
    for scope, event_class, payload in way:
        event = event_class.model_validate(payload)
        peer = peers[event.wire_type.split(".")[2]]
        await deliver(runtime, peer, event, record=theirs, scope=scope)


async def overview(runtime: Runtime, record: str) -> PersonOverview:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.overview(session, record)


async def linked(runtime: Runtime, record: str) -> str:
    theirs = str(uuid4())
    async with transaction(runtime) as session:
        await access.learn_link(session, link=str(uuid4()), a=("ambito-urbano", record), b=("sil", theirs))
    return theirs


async def test_the_page_follows_the_person_from_the_door_to_a_job(
    ambito: Runtime, http: httpx.AsyncClient, desk: Any, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    theirs = await linked(ambito, record)
    await live(ambito, theirs, WAY)
    view = await overview(ambito, record)
    assert (view.name, view.age, view.state.label) == ("Anna Esempio", 41, "In carico dal 14 ottobre 2013")
    assert [(one.member, one.contact, one.phone) for one in view.following] == [
        ("ambito-urbano", None, None),
        ("sil", "Livia Demo", "0434 000002"),
    ]
    assert view.case_manager is not None
    assert view.case_manager.name == "Livia Demo"
    assert [(one.what, one.from_whom, one.late) for one in view.awaited] == [
        ("Contributo alla valutazione", "cpi", True)
    ]
    await live(ambito, theirs, LATER)
    view = await overview(ambito, record)
    assert view.awaited == []
    assert [(one.label, str(one.on), one.detail) for one in view.way] == [
        ("Accesso", "2013-10-14", None),
        ("Presa in carico", "2013-02-14", None),
        ("Valutazione", "2013-03-05", None),
        ("Progetto", "2013-03-18", "firmato"),
        ("Inserimento", "2013-04-02", "concluso"),
        ("Tenuta", "2013-09-30", "dall'assunzione"),
    ]
    assert view.project is not None
    assert (view.project.own_words, view.project.href) == ("Voglio lavorare con il legno", None)
    assert len(view.news) == 8
    page = (await http.get(f"/persone/{record}", headers=PAGE)).text
    assert re.findall(r"<h2 id=[^>]*>([^<]*)</h2>", page) == SECTIONS
    assert "«Voglio lavorare con il legno»" in page
    for said in ("record", "stream", "caused", "None", "undefined"):
        assert not re.search(rf"\b{said}\b", re.sub(r"<[^>]*>", "", page))


async def test_a_referral_that_nobody_answered_is_awaited_and_who_reads_us_is_said(
    ambito: Runtime, http: httpx.AsyncClient, desk: Any, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    assert (await overview(ambito, record)).seen_by == []
    await desk.refer(ambito, record)
    view = await overview(ambito, record)
    assert [(one.what, one.from_whom, one.days) for one in view.awaited] == [
        ("Risposta alla segnalazione", "sil", 0)
    ]
    page = (await http.get(f"/persone/{record}", headers=PAGE)).text
    assert "Risposta alla segnalazione" in page
    assert "Lettera di segnalazione al sil" in page
    assert [(one.number, one.open_to) for one in view.documents] == [(None, ["ambito-urbano"])]


NAMES = [
    ("Anna", "D'Esempiò"),
    (None, "Rahmatullah"),
    ("Nguyễn Thị", "Văn"),
    ("Zoë", "O’Brien-Łukasiewicz"),
    ("𠮷子", "𠮷野"),
    ("<b>Anna</b>", "& figli"),
]


@pytest.mark.parametrize(("given_name", "family_name"), NAMES, ids=str)
async def test_any_name_goes_through_every_page_of_a_person(
    ambito: Runtime, http: httpx.AsyncClient, desk: Any, given_name: str | None, family_name: str
) -> None:
    anna = RegisterPerson.model_validate(
        {
            "given_name": given_name,
            "family_name": family_name,
            "town": family_name,
            "taking_in_charge": {"need": f"Lavoro vicino a {family_name}"},
        }
    )
    record = await desk.register(ambito, anna)
    step = {"what": f"Visita a {family_name}", "due_on": "2013-10-21", "who": family_name}
    assert (await http.put(f"{API}/persons/{record}/next-step", json=step)).status_code == 200
    written = family_name.replace("&", "&amp;").replace("'", "&#39;")
    entry = (await http.get(f"{API}/persons/{record}/timeline")).json()["entries"][-1]["event_id"]
    for path in (
        f"/persone/{record}",
        f"/persone/{record}/storia?tutto=true",
        f"/persone/{record}/storia/{entry}/correzione",
        "/persone",
    ):
        answer = await http.get(path, headers=PAGE)
        assert answer.status_code == 200, path
        assert written in answer.text
        assert "<b>Anna" not in answer.text
    sought = await http.get("/persone", params={"nome": family_name}, headers=PAGE)
    assert written in sought.text.partition("</form>")[2]
