"""What is told in words: what happened, how complete it is, and that the pages say it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.completeness import Source
from trama_chassis.language import Named
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, transaction
from trama_contracts.evaluation import (
    EvaluationCompleted,
    HealthContributionSubmitted,
    SocialContributionSubmitted,
)
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.messages import Heads
from trama_contracts.registry import PersonRegistered, ReferralPreview, ReferralSent
from trama_registry import commands, queries
from trama_registry.event_handlers import TOLD
from trama_registry.queries import told
from trama_registry.queries.timeline import sentence_on
from trama_registry.schemas import RegisterPerson

NOW = datetime(2013, 10, 14, 8, 45, tzinfo=UTC)
EARLIER = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
YESTERDAY = datetime(2013, 10, 13, 20, 0, tzinfo=UTC)
LONG_AGO = datetime(2013, 10, 2, 20, 0, tzinfo=UTC)
NAMES = {
    "sil": Named("SIL"),
    "cpi": Named("Centro per l'impiego"),
    "ambito-urbano": Named("Ambito urbano"),
    "provincia": Named("Provincia di fantasia"),
}


def source(
    principal: str, heard_at: datetime | None = EARLIER, *, behind: int = 0, stopped: int = 0
) -> Source:
    return Source(principal, 3, behind, stopped, heard_at)


def sentence(*sources: Source) -> str:
    return sentence_on(sources, now=NOW, patience=timedelta(hours=1.5), names=NAMES.__getitem__)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ([], "Aggiornato alle 10:45."),
        ([source("sil.registry")], "Aggiornato alle 10:42."),
        ([source("sil.registry"), source("sil.placement", NOW)], "Aggiornato alle 10:42."),
        ([source("sil.registry", YESTERDAY)], "Il SIL non trasmette da ieri."),
        (
            [source("cpi.registry"), source("sil.registry", YESTERDAY), source("sil.placement")],
            "Aggiornato alle 10:42. Il SIL non trasmette da ieri.",
        ),
        ([source("sil.registry", LONG_AGO)], "Il SIL non trasmette dal 2 ottobre 2013."),
        (
            [source("ambito-urbano.registry", NOW - timedelta(hours=2))],
            "L'Ambito urbano non trasmette dalle 08:45.",
        ),
        (
            [source("sil.registry", behind=1)],
            "Mancano comunicazioni del SIL: sono state richieste.",
        ),
        (
            [source("cpi.registry"), source("sil.registry", stopped=1)],
            "Aggiornato alle 10:42. Mancano comunicazioni del SIL: sono state richieste.",
        ),
        (
            [source("provincia.registry", None)],
            "La Provincia di fantasia non ha ancora confermato che cosa ha trasmesso.",
        ),
    ],
)
def test_the_sentence_says_up_to_when_who_is_silent_and_what_is_missing(
    sources: list[Source], said: str
) -> None:
    assert sentence(*sources) == said


def test_every_event_that_is_no_fact_can_be_told() -> None:
    """INVARIANT: what reaches a timeline is told in words. A new event class without a teller breaks it."""
    assert set(told.ORDER) == {event.wire_type for event in TOLD}
    silent = {event for event in EVENTS.values() if not issubclass(event, Fact)} - set(TOLD)
    assert {event.__name__ for event in silent} == {
        *("ReportingIdAssigned", "ReportingIdReplaced", "ErasureRequested", "ErasureAnswered"),
        *("ConflictDeclared", "ConflictLifted", "UrgentAccessTaken", "AccessesAsked", "AccessesTold"),
    }


GOLDEN = Path(__file__).parents[3] / "contracts" / "golden" / "events"


def golden(event: type[Event], name: str = "full") -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((GOLDEN / event.wire_type / f"{name}.json").read_bytes()))


def said_of(event: type[Event], payload: dict[str, Any]) -> str:
    return told.happened(event.wire_type, payload, "sil", str, corrected=False)


@pytest.mark.parametrize("name", ["full", "least"])
def test_every_event_is_told_in_whole_sentences(name: str) -> None:
    told_ones = [event for event in TOLD if (GOLDEN / event.wire_type / f"{name}.json").exists()]
    said = [said_of(event, golden(event, name)) for event in told_ones]
    assert said
    assert [one for one in said if not one.endswith((".", "!", "?")) or ".." in one or "None" in one] == []


def test_what_health_and_social_services_wrote_is_not_read_over_a_shoulder() -> None:
    for event in (HealthContributionSubmitted, SocialContributionSubmitted):
        written = {key: "PAROLE" for key in ("diagnosis", "family", "housing", "economy")}
        payload = golden(event)
        payload |= {key: word for key, word in written.items() if key in event.model_fields}
        assert "PAROLE" in payload.values()
        assert "PAROLE" not in said_of(event, payload)
    assert said_of(HealthContributionSubmitted, golden(HealthContributionSubmitted)) == (
        "Contributo sanitario alla valutazione. Chi può vedere: Salute."
    )


def test_a_completed_evaluation_tells_the_path_and_no_figure() -> None:
    """INVARIANT: no figure that sorts people is told. A level or a score in the sentence breaks it."""
    payload = golden(EvaluationCompleted) | {
        "completed_on": "2013-03-05",
        "seats": [{"member": "sil", "role": "work"}, {"member": "cpi", "role": "employment"}],
        "profile": [{"area": "mobility", "rated": 7, "items": 9, "level": 4}],
        "path_type": "traineeship",
        "override_reason": "Chiede di provare",
        "missing": ["provincia"],
    }
    said = told.happened(EvaluationCompleted.wire_type, payload, "sil", NAMES.__getitem__, corrected=False)
    assert said == (
        "Valutazione conclusa il 5 marzo 2013 da: SIL; Centro per l'impiego. "
        "Percorso scelto: tirocinio formativo e di orientamento. "
        "Scelta motivata dell'équipe: Chiede di provare. Contributi non arrivati: Provincia di fantasia."
    )


def test_a_correction_says_so() -> None:
    payload = PersonRegistered(family_name="Esempio").payload()
    said = told.happened(PersonRegistered.wire_type, payload, "sil", NAMES.__getitem__, corrected=True)
    assert said == "Correzione. Esempio: prima registrazione presso il SIL."


def test_days_are_said_as_people_say_them() -> None:
    assert (told.day(date(2013, 3, 1)), told.day(date(2013, 10, 14))) == ("1º marzo 2013", "14 ottobre 2013")
    assert told.when(EARLIER, EARLIER) == "14 ottobre 2013, 10:42"
    assert told.when(YESTERDAY, EARLIER) == "13 ottobre 2013 (registrato il 14 ottobre 2013)"


@pytest.fixture
async def browser(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A caseworker's browser."""
    async with client(ambito, "caseworker") as session:
        session.headers["accept"] = "text/html"
        yield session


async def test_the_pages_say_what_the_queries_answer(
    ambito: Runtime, browser: httpx.AsyncClient, anna: RegisterPerson, sara: Caller
) -> None:
    assert "non è ancora registrato nessuno" in (await browser.get("/persone")).text
    async with transaction(ambito) as session:
        record = (await commands.register_person(session, anna, sara)).record
    sent = ReferralSent(
        referral=str(uuid4()),
        to="ambito-urbano",
        sent_on="2013-10-01",  # type: ignore[arg-type]  # as JSON has it
        reason="Casa <b>",
        preview=ReferralPreview(family_name="Campione", need="Sostegno"),
        answer_by="2013-10-10",  # type: ignore[arg-type]
        authorisation=str(uuid4()),
    )
    await deliver(ambito, Peer(Territory(), "sil.registry"), sent, record=str(uuid4()), scope=sent.referral)
    persons = (await browser.get("/persone", params={"nome": "esem"})).text
    assert f'<a href="/persone/{record}">Esempio Anna</a>' in persons
    assert "In carico" in persons
    assert "dal 14 ottobre 2013" in persons
    assert "Questo non dice nulla sugli altri servizi" in (await browser.get("/persone?nome=zz")).text
    story = (await browser.get(f"/persone/{record}/storia")).text
    for said in ("Anna Esempio", "Aggiornato alle", "14 ottobre 2013, 10:42", "Cerca lavoro dopo una lunga"):
        assert said in story
    referrals = (await browser.get("/segnalazioni")).text
    assert "Campione" in referrals
    assert "termine passato da 4 giorni" in referrals
    opened = (await browser.get(f"/segnalazioni/{sent.referral}")).text
    assert "Casa &lt;b&gt;" in opened


async def test_a_page_of_somebody_unknown_says_nothing_of_other_services(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/persone/{uuid4()}/storia")
    assert answer.status_code == 404
    assert "Questo non dice nulla sugli altri servizi" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_timeline_is_complete_when_its_sources_have_said_so(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    sil = Peer(Territory(), "sil.registry")
    async with transaction(ambito) as session:
        record = (await commands.register_person(session, anna, sara)).record
        theirs = str(uuid4())
        edge = ("sil", theirs)
        await access.learn_link(session, link=str(uuid4()), a=("ambito-urbano", record), b=edge)
    written = await deliver(ambito, sil, PersonRegistered(family_name="Esempio"), record=theirs)
    stream = sil.stream(PersonRegistered, theirs, theirs)
    async with ambito.database.read(runtime=ambito) as session:
        before = await queries.timeline(session, record)
    assert (before.complete, before.completeness) == (
        False,
        "Il sil non ha ancora confermato che cosa ha trasmesso.",
    )
    for seq, complete in ((1, True), (2, False)):
        heads = Heads(heads={written.topic: ((stream.stream, seq, stream.hash or ""),)})
        await ambito.take_mail([sil.message(ambito, heads)])
        async with ambito.database.read(runtime=ambito) as session:
            view = await queries.timeline(session, record)
        assert view.complete is complete
    assert view.completeness == "Mancano comunicazioni del sil: sono state richieste."
