"""Over HTTP: who may, what is answered, what a wrong request is told. Pages run the same commands."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
from trama_chassis.testing import client, deliver, published
from trama_contracts.evaluation import (
    EvaluationCompleted,
    HealthContributionSubmitted,
    InvitationSent,
    SocialContributionSubmitted,
)

API = "/api/evaluation"
PAGE = {"Accept": "text/html"}
SEATS = [
    {"member": "ambito-urbano", "role": "social-work"},
    {"member": "sil", "role": "work-mediation"},
]


def fields(answer: httpx.Response) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


def asking(record: str, **terms: Any) -> dict[str, Any]:
    return {
        "record": record,
        "team": "integrated-team",
        "question": "Che lavoro può iniziare?",
        "contributions_by": "2013-10-31",
        "contributors": ["ambito-urbano"],
    } | terms


AGREED = {
    "own_words": "Vorrei lavorare al mattino.",
    "goals": [{"what": "Cercare un tirocinio", "by": "sil"}],
    "review_on": "2014-01-15",
}
SIGNATORIES = [{"role": "person"}, {"role": "service", "member": "sil"}]


async def test_an_evaluation_is_asked_for_and_waits_for_its_parts(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    async with client(stage.runtime, "caseworker") as http:
        both = asking(record, contributors=["ambito-urbano", "sil"])
        answer = await http.post(f"{API}/evaluations", json=both)
        assert answer.status_code == 201
        requested = answer.json()
        (asked,) = (await http.get(f"{API}/asked")).json()
    assert requested == requested | {
        "person": "Anna Esempio",
        "team_label": "Équipe integrata",
        "requested_on": "2013-10-14",
        "state": "requested",
        "state_label": "Valutazione richiesta",
        "session": None,
        "proposals": [],
        "project": None,
        "review_due": False,
    }
    assert [(one["member"], one["state"]) for one in requested["contributors"]] == [
        ("ambito-urbano", "awaited"),
        ("sil", "awaited"),
    ]
    assert (asked["member"], asked["state"], asked["own_record"]) == ("ambito-urbano", "awaited", record)


async def test_an_evaluation_goes_on_to_the_signed_project(stage: Any, scores: Callable[[int], Any]) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = (await stage.request(record, "ambito-urbano", "sil")).evaluation
    path = f"{API}/evaluations/{evaluation}"
    async with client(stage.runtime, "team-lead") as http:
        part = {"discipline": "social-work", "ratings": scores(2), "supports": ["transport"]}
        sent = await http.post(f"{API}/asked/ambito-urbano/{evaluation}/contribution", json=part)
        assert (sent.status_code, sent.json()["own_record"]) == (201, record)
        called = {"held_on": "2013-10-14", "place": "Sala riunioni", "seats": SEATS}
        convened = await http.post(f"{path}/session", json=called)
        assert (convened.status_code, convened.json()["state"]) == (200, "convened")
        assert [one["path_type"] for one in convened.json()["proposals"]] == ["traineeship"]
        completed = await http.post(f"{path}/complete", json={"path_type": "traineeship"})
        assert (completed.status_code, completed.json()["state_label"]) == (200, "Valutazione conclusa")
        assert completed.json()["missing"] == ["sil"]
        agreed = await http.post(f"{path}/project", json=AGREED)
        assert (agreed.status_code, agreed.json()["state"]) == (201, "agreed")
        project = f"{API}/projects/{agreed.json()['project']}"
        signed = await http.post(f"{project}/sign", json={"signatories": SIGNATORIES})
        assert (signed.status_code, signed.json()["state_label"]) == (200, "Firmato")
        review = {"review_on": "2013-12-02", "because": "person-asks"}
        assert (await http.post(f"{project}/review", json=review)).json()["review_on"] == "2013-12-02"
        assert (await http.get(f"{API}/projects")).json()["projects"] == [(await http.get(project)).json()]
        assert (await http.get(path)).json()["project"] == agreed.json()["project"]


async def test_a_wrong_field_is_named_and_nothing_changes(stage: Any) -> None:
    record = await stage.in_charge()
    wrongs: list[dict[str, Any]] = [
        {"record": "12"},
        {"team": "Équipe"},
        {"question": "   "},
        {"contributions_by": "2013-02-30"},
        {"contributors": []},
        {"diagnosis": "..."},
    ]
    async with client(stage.runtime, "caseworker") as http:
        for wrong in wrongs:
            answer = await http.post(f"{API}/evaluations", json=asking(record) | wrong)
            assert answer.status_code == 422
            assert fields(answer) == set(wrong)
        past = await http.post(f"{API}/evaluations", json=asking(record, contributions_by="2013-10-13"))
        assert (past.status_code, fields(past)) == (409, {"contributions_by"})
        assert (await http.get(f"{API}/evaluations")).json() == {"total": 0, "evaluations": []}
    assert await published(stage.runtime) == []


async def test_a_wrong_contribution_is_told_what_is_wrong(stage: Any) -> None:
    evaluation = await stage.request(await stage.in_charge())
    path = f"{API}/asked/ambito-urbano/{evaluation.evaluation}/contribution"
    wrongs: list[tuple[dict[str, Any], int, str]] = [
        ({}, 422, "invalid"),
        ({"ratings": [{"item": "d710", "score": 5}]}, 422, "invalid"),
        ({"ratings": [{"item": "d710", "score": 1}, {"item": "d710", "score": 2}]}, 422, "invalid"),
        ({"ratings": [{"item": "d999", "score": 1}]}, 409, "unknown-item"),
        ({"supports": ["sconto"]}, 409, "unknown-support"),
        ({"health": {"stability": "stable", "diagnosis": "x"}}, 409, "not-in-circle"),
        ({"social": {}}, 422, "invalid"),
    ]
    async with client(stage.runtime, "caseworker") as http:
        before = len(await published(stage.runtime))
        for wrong, status, code in wrongs:
            answer = await http.post(path, json={"discipline": "social-work"} | wrong)
            assert (answer.status_code, answer.json()["type"]) == (status, f"urn:trama:problem:{code}")
        stranger = f"{API}/asked/dsm/{evaluation.evaluation}/contribution"
        answer = await http.post(stranger, json={"discipline": "social-work", "note": "x"})
        assert answer.json()["type"] == "urn:trama:problem:not-asked"
    assert len(await published(stage.runtime)) == before


async def test_only_the_team_lead_decides_and_who_has_no_part_sees_nothing(stage: Any) -> None:
    record = await stage.in_charge()
    evaluation = await stage.request(record)
    path = f"{API}/evaluations/{evaluation.evaluation}"
    session = {"held_on": "2013-10-14", "place": "Sala", "seats": SEATS}
    async with client(stage.runtime, "caseworker") as http:
        assert (await http.get(path)).status_code == 200
        assert (await http.post(f"{path}/session", json=session)).status_code == 403
        assert (await http.post(f"{path}/complete", json={"path_type": "traineeship"})).status_code == 403
        page = await http.get(f"/valutazioni/{evaluation.evaluation}", headers=PAGE)
        assert "Convoca" not in page.text
    async with client(stage.runtime, "placement-officer", "host-tutor", "reporting-reader") as http:
        for one in ("evaluations", "asked", "projects", "invitations", "teams", "instrument"):
            assert (await http.get(f"{API}/{one}")).status_code == 403
        for one in ("/valutazioni", "/valutazioni/richieste", "/progetti", "/incontri"):
            assert (await http.get(one, headers=PAGE)).status_code == 403
    async with client(stage.runtime, "supervisor") as http:
        del http.headers["Authorization"]
        assert (await http.get(path)).status_code == 401
        page = await http.get("/valutazioni", headers=PAGE)
        assert (page.status_code, page.headers["location"]) == (303, "/accedi?next=/valutazioni")


async def test_what_is_not_here_is_not_found(stage: Any) -> None:
    async with client(stage.runtime, "team-lead") as http:
        for one in ("evaluations", "projects"):
            assert (await http.get(f"{API}/{one}/{uuid4()}")).status_code == 404
        for one in ("valutazioni", "progetti"):
            assert (await http.get(f"/{one}/{uuid4()}", headers=PAGE)).status_code == 404


async def test_evaluations_are_listed_by_state_and_by_person(stage: Any) -> None:
    anna, bruno = await stage.in_charge(), await stage.in_charge("Finto", "Bruno")
    await stage.follows("sil", anna)
    waiting = await stage.request(bruno)
    ended = await stage.completed(anna)
    async with client(stage.runtime, "caseworker") as http:
        for state, expected in (("requested", [waiting]), ("convened", []), ("completed", [ended])):
            found = (await http.get(f"{API}/evaluations", params={"state": state})).json()
            assert [one["evaluation"] for one in found["evaluations"]] == [one.evaluation for one in expected]
        of_bruno = (await http.get(f"{API}/evaluations", params={"record": bruno})).json()
        assert [one["person"] for one in of_bruno["evaluations"]] == ["Bruno Finto"]


async def test_teams_are_those_of_the_day_and_the_instrument_says_who_may_answer(stage: Any) -> None:
    async with client(stage.runtime, "caseworker") as http:
        today = (await http.get(f"{API}/teams")).json()
        before = (await http.get(f"{API}/teams?on=2012-12-31")).json()
        instrument = (await http.get(f"{API}/instrument")).json()
    unit = next(one for one in today if one["team"] == "integrated-planning-unit")
    assert [one["sector"] for one in unit["seats"]] == ["social", "employment", "orientation"]
    assert {one["team"] for one in today} - {one["team"] for one in before} == {"integrated-planning-unit"}
    assert [one["area"] for one in instrument["areas"] if one["circle"] == "clinical"] == ["health"]
    assert len(instrument["scores"]) == 7


async def test_pages_lead_from_the_request_to_our_part(stage: Any) -> None:
    record = await stage.in_charge("D'Esempio <i>", "Anna")
    async with client(stage.runtime, "team-lead") as http:
        board = await http.get(f"/valutazioni?persona={record}", headers=PAGE)
        assert "Anna D&#39;Esempio &lt;i&gt;" in board.text
        sent = await http.post("/valutazioni", headers=PAGE, data=asking(record))
        assert sent.status_code == 303
        evaluation = sent.headers["location"].rpartition("/")[2]
        part = f"/valutazioni/richieste/ambito-urbano/{evaluation}"
        form = await http.get(part, headers=PAGE)
        assert "Solo per i servizi sociali" in form.text
        assert "Solo per i servizi sanitari" not in form.text
        said = {"discipline": "social-work", "voce:d710": "2", "voce:d720": "", "housing": "In affitto"}
        assert (await http.post(part, headers=PAGE, data=said | {"supports": "transport"})).status_code == 303
        again = (await http.get(part, headers=PAGE)).text
        assert "conta l'ultimo" in again
        assert "In affitto" in again
        assert "Inviato" in (await http.get("/valutazioni/richieste", headers=PAGE)).text
    (social,) = await published(stage.runtime, SocialContributionSubmitted)
    assert social.event.payload()["housing"] == "In affitto"


async def test_pages_lead_from_the_session_to_the_signed_project(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.request(record)
    await stage.contribute(evaluation, ratings=[{"item": "d710", "score": 2}])
    path = f"/valutazioni/{evaluation.evaluation}"
    seats = {"posto:ambito-urbano": "social-work", "posto:sil": "work-mediation", "posto:dsm": ""}
    ending = {"completed_on": "2013-10-14", "path_type": "observation-lab", "there": ["ambito-urbano", "sil"]}
    goals = {"what0": "Visita al laboratorio", "by0": "sil", "until0": "", "what1": "", "by1": "sil"}
    wanted = {"own_words": "Vorrei lavorare al mattino.", "path_type": "", "review_on": "2014-01-15"}
    async with client(stage.runtime, "team-lead") as http:
        called = {"held_on": "2013-10-14", "place": "Sala", **seats}
        assert (await http.post(f"{path}/incontro", headers=PAGE, data=called)).status_code == 303
        shown = (await http.get(path, headers=PAGE)).text
        assert "Laboratorio osservativo-valutativo" in shown
        assert "Troppo poco per un indice" in shown
        assert (await http.post(f"{path}/conclusione", headers=PAGE, data=ending)).status_code == 303
        agreed = await http.post(f"{path}/progetto", headers=PAGE, data=goals | wanted)
        project = agreed.headers["location"]
        assert "Nessun percorso di lavoro" in (await http.get(project, headers=PAGE)).text
        signing = {"signed_on": "2013-10-14", "person": "person", "services": ["sil"]}
        assert (await http.post(f"{project}/firma", headers=PAGE, data=signing)).status_code == 303
        review = {"review_on": "2013-12-02", "because": "term"}
        assert (await http.post(f"{project}/verifica", headers=PAGE, data=review)).status_code == 303
        assert "2 dicembre 2013" in (await http.get("/progetti", headers=PAGE)).text


async def test_a_form_that_is_refused_comes_back_with_what_was_typed(stage: Any) -> None:
    record = await stage.in_charge()
    wish = "Capire se l'orario <corto> basta."
    async with client(stage.runtime, "team-lead") as http:
        board = f"/valutazioni?persona={record}"
        assert "error-summary" not in (await http.get(board, headers=PAGE)).text
        unfinished = {"record": record, "team": "none-such", "question": wish, "contributions_by": "domani"}
        wrong = await http.post("/valutazioni", headers=PAGE, data=unfinished)
        assert wrong.status_code == 422
        assert '<a href="#contributions_by">Data non valida' in wrong.text
        assert "l&#x27;orario &lt;corto&gt; basta." in wrong.text.replace("l'", "l&#x27;")
        mended = unfinished | {"contributions_by": "2013-12-02", "contributors": ["ambito-urbano"]}
        refused = await http.post("/valutazioni", headers=PAGE, data=mended)
        assert refused.status_code == 409
        assert 'value="2013-12-02"' in refused.text
        assert "&lt;corto&gt; basta." in refused.text


async def test_a_person_who_does_not_sign_owes_no_reason(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    project = await stage.agree(await stage.completed(record))
    async with client(stage.runtime, "team-lead") as http:
        page = f"/progetti/{project.project}"
        assert (await http.post(f"{page}/rifiuto", headers=PAGE, data={"reason": ""})).status_code == 303
        shown = (await http.get(page, headers=PAGE)).text
        assert "Non firmato" in shown
        assert "Registra le firme" not in shown
        again = (await http.get(f"/valutazioni/{project.evaluation}", headers=PAGE)).text
        assert "Concorda il progetto" in again


async def test_a_refused_form_is_shown_again_with_the_reason_and_changes_nothing(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    project = await stage.agree(evaluation)
    open_one = await stage.request(record)
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "team-lead") as http:
        page = f"/valutazioni/{open_one.evaluation}"
        alone = {"held_on": "2013-10-14", "place": "Sala", "posto:sil": "work-mediation"}
        invalid = await http.post(f"{page}/incontro", headers=PAGE, data=alone)
        assert (invalid.status_code, "Incontro non valido: manca" in invalid.text) == (409, True)
        stranger = asking(record, contributors=["dsm"])
        unable = await http.post("/valutazioni", headers=PAGE, data=stranger)
        assert (unable.status_code, "non segue la persona" in unable.text) == (409, True)
        unsigned = {"signed_on": "2013-10-14", "services": ["sil"]}
        signing = await http.post(f"/progetti/{project.project}/firma", headers=PAGE, data=unsigned)
        assert (signing.status_code, "Manca la firma della persona" in signing.text) == (409, True)
        part = f"/valutazioni/richieste/ambito-urbano/{open_one.evaluation}"
        wrong = {"discipline": "social-work", "note": "Scritto a lungo", "voce:b152": "1"}
        refused = await http.post(part, headers=PAGE, data=wrong)
        assert (refused.status_code, "Scritto a lungo" in refused.text) == (409, True)
        empty = await http.post(part, headers=PAGE, data={"discipline": "social-work"})
        assert (empty.status_code, "Il contributo è vuoto" in empty.text) == (422, True)
    assert len(await published(stage.runtime)) == before


async def test_the_index_is_shown_to_the_team_behind_details_and_nowhere_else(stage: Any) -> None:
    """INVARIANT: the figure is on one page, for the leading team; in no answer of the API, in no event."""
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    async with client(stage.runtime, "caseworker") as http:
        page = (await http.get(f"/valutazioni/{evaluation.evaluation}", headers=PAGE)).text
        shown = page.index("Indice di questa équipe: 75 su 100")
        behind = page[page.rindex("<details", 0, shown) : shown]
        assert "</details>" not in behind
        assert " open" not in behind.partition(">")[0]
        answer = (await http.get(f"{API}/evaluations/{evaluation.evaluation}")).json()
    assert not {name for name in answer if "index" in name or "score" in name or "band" in name}
    told = " ".join(str(one.event.payload()) for one in await published(stage.runtime))
    assert "'index'" not in told
    assert "'band'" not in told


async def test_who_is_invited_sees_name_day_and_place_and_no_record(stage_of: Callable[[str], Any]) -> None:
    async with stage_of("cor") as stage:
        invitation = str(uuid4())
        sent = InvitationSent(
            invitation=invitation,
            session=str(uuid4()),
            team="integrated-planning-unit",
            to="cor",
            role="guidance",
            held_on=date(2013, 10, 17),
            place="Sala riunioni",
            given_name="Anna",
            family_name="Esempio",
            authorisation=str(uuid4()),
        )
        lead = stage.peer("ambito-urbano.evaluation")
        await deliver(stage.runtime, lead, sent, record=str(uuid4()), scope=invitation)
        async with client(stage.runtime, "caseworker") as http:
            (told,) = (await http.get(f"{API}/invitations")).json()
            page = (await http.get("/incontri", headers=PAGE)).text
        assert set(told) == {
            *("invitation", "session", "lead", "lead_name", "team", "team_label", "role"),
            *("held_on", "place", "person"),
        }
        assert "Anna Esempio" in page
        assert "17 ottobre 2013, Sala riunioni" in page


async def test_two_people_who_complete_at_once_complete_once(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.request(record)
    await stage.contribute(evaluation)
    await stage.convene(evaluation, ("ambito-urbano", "social-work"), ("sil", "work-mediation"))
    path = f"{API}/evaluations/{evaluation.evaluation}/complete"
    async with client(stage.runtime, "team-lead") as http:
        both = [http.post(path, json={"path_type": "ordinary-job-search"}) for _ in range(2)]
        answers = await asyncio.gather(*both)
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert len(await published(stage.runtime, EvaluationCompleted)) == 1


async def test_health_services_have_their_own_part_of_the_form(stage_of: Any) -> None:
    async with stage_of("sert") as stage:
        evaluation = await stage.request(await stage.in_charge())
        part = f"/valutazioni/richieste/sert/{evaluation.evaluation}"
        async with client(stage.runtime, "caseworker") as http:
            assert "Solo per i servizi sanitari" in (await http.get(part, headers=PAGE)).text
            said = {
                "discipline": "addiction-medicine",
                "salute:b130": "3",
                "stability": "unstable",
                "diagnosis": "Inventata",
            }
            assert (await http.post(part, headers=PAGE, data=said)).status_code == 303
            shown = (await http.get(f"/valutazioni/{evaluation.evaluation}", headers=PAGE)).text
            assert "Solo per i servizi sanitari" in shown
            half = await http.post(part, headers=PAGE, data={"discipline": "other", "diagnosis": "Inventata"})
            assert half.status_code == 422
        (told,) = await published(stage.runtime, HealthContributionSubmitted)
        assert told.event.payload()["stability"] == "unstable"
