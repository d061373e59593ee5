"""Over HTTP: who may, what is answered, what a wrong request is told. Pages run the same commands."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published
from trama_contracts.placement import HostPlacementClosed, HostPlacementOpened, HostPlacementStarted

API = "/api/placement"
PAGE = {"Accept": "text/html"}


def fields(answer: httpx.Response) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


async def host_with_carla(
    runtime: Runtime, territory: Territory, *, came: bool = True, left: bool = False
) -> str:
    """The id of a path the SIL told this host of, begun unless said."""
    promoter, record, placement = Peer(territory, "sil.placement"), str(uuid4()), str(uuid4())
    arrival = HostPlacementOpened(
        placement=placement,
        given_name="Carla",
        family_name="Dimostri",
        task="Assemblaggio",
        weekly_hours=16,
        planned_from=date(2013, 5, 6),
        planned_to=date(2013, 12, 31),
    )
    await deliver(runtime, promoter, arrival, record=record, scope=placement)
    if came:
        started = HostPlacementStarted(placement=placement, started_on=date(2013, 5, 7))
        await deliver(runtime, promoter, started, record=record, scope=placement)
    if left:
        closed = HostPlacementClosed(placement=placement, ended_on=date(2013, 10, 7))
        await deliver(runtime, promoter, closed, record=record, scope=placement)
    return placement


async def test_a_placement_is_proposed_started_and_ended(stage: Any, terms: Callable[..., Any]) -> None:
    record = await stage.in_charge()
    async with client(stage.runtime, "placement-officer") as http:
        answer = await http.post(f"{API}/placements", json=terms(record))
        assert answer.status_code == 201
        proposed = answer.json()
        assert {
            **proposed,
            "person": "Anna Esempio",
            "path_type_label": "Borsa lavoro terapeutica",
            "proposed_on": "2013-10-14",
            "state": "proposed",
            "state_label": "In attesa di adesioni",
            "approvals": [
                {"party": party, "label": label, "state": "awaited", "on": None}
                for party, label in (
                    *(("person", "La persona"), ("host", "Il luogo di lavoro")),
                    ("promoter", "Il nostro servizio"),
                )
            ],
        } == proposed
        assert proposed["evaluation"]["member"] == "sil"
        path = f"{API}/placements/{proposed['placement']}"
        early = await http.post(f"{path}/start", json={"started_on": "2013-10-02"})
        assert early.json()["type"] == "urn:trama:problem:not-agreed"
        for party in ("person", "host", "promoter"):
            word = {"party": party, "given_on": "2013-10-01", "how": "signed"}
            approved = await http.post(f"{path}/approvals", json=word)
            assert approved.status_code == 200
        assert (approved.json()["state"], approved.json()["agreed_on"]) == ("start-to-confirm", "2013-10-01")
        assert {one["state"] for one in approved.json()["approvals"]} == {"given"}
        started = await http.post(f"{path}/start", json={"started_on": "2013-10-02"})
        assert (started.status_code, started.json()["state_label"]) == (200, "In corso")
        ended = await http.post(f"{path}/end", json={"ended_on": "2013-10-14", "reason": "hired"})
        assert (ended.status_code, ended.json()["state_label"]) == (200, "Concluso")
        assert ended.json()["ending_label"] == "Assunzione"
        assert (await http.get(path)).json() == ended.json()


async def test_a_wrong_field_is_named_and_nothing_changes(stage: Any, terms: Callable[..., Any]) -> None:
    record = await stage.in_charge()
    wrongs: list[dict[str, Any]] = [
        {"weekly_hours": 0},
        {"weekly_hours": "16"},
        {"planned_from": "1381708800"},
        {"planned_to": "2013-02-30"},
        {"path_type": "Borsa lavoro"},
        {"record": "12"},
        {"task": "   "},
        {"diagnosis": "..."},
    ]
    async with client(stage.runtime, "placement-officer") as http:
        for wrong in wrongs:
            answer = await http.post(f"{API}/placements", json=terms(record) | wrong)
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"
            assert fields(answer) == set(wrong)
        assert (await http.get(f"{API}/placements")).json() == {"total": 0, "placements": []}
    assert await published(stage.runtime) == []


async def test_a_refusal_is_a_problem_that_names_the_rule_and_the_field(
    stage: Any, terms: Callable[..., Any]
) -> None:
    async with client(stage.runtime, "placement-officer") as http:
        answer = await http.post(f"{API}/placements", json=terms(str(uuid4())))
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:trama:problem:person-not-in-charge"
        assert "presa in carico" in answer.json()["detail"]
        assert fields(answer) == {"record"}
        path = f"{API}/placements/{uuid4()}"
        assert (await http.get(path)).status_code == 404
        started, ended = {"started_on": "2013-10-01"}, {"ended_on": "2013-10-01", "reason": "hired"}
        assert (await http.post(f"{path}/start", json=started)).status_code == 404
        for words in ("approvals", "approvals/refuse"):
            assert (await http.post(f"{path}/{words}", json={"party": "person"})).status_code == 404
            wrong = await http.post(f"{path}/{words}", json={"party": "family"})
            assert (wrong.status_code, fields(wrong)) == (422, {"party"})
        assert (await http.post(f"{path}/end", json=ended)).status_code == 404


async def test_only_placement_officers_and_supervisors_handle_placements(
    stage: Any, terms: Callable[..., Any]
) -> None:
    record = await stage.in_charge()
    async with client(stage.runtime, "caseworker", "host-tutor", "reporting-reader") as http:
        assert (await http.post(f"{API}/placements", json=terms(record))).status_code == 403
        for path in ("placements", f"placements/{uuid4()}", "path-types", "hosts"):
            assert (await http.get(f"{API}/{path}")).status_code == 403
        for act in ("start", "end", "approvals", "approvals/refuse", "withdraw"):
            assert (await http.post(f"{API}/placements/{uuid4()}/{act}", json={})).status_code == 403
        for page in ("/inserimenti", f"/inserimenti/{uuid4()}"):
            assert (await http.get(page, headers=PAGE)).status_code == 403
        assert (await http.get(f"{API}/hosted")).status_code == 200
    async with client(stage.runtime, "caseworker") as http:
        assert (await http.get(f"{API}/hosted")).status_code == 403
    async with client(stage.runtime, "placement-officer", "supervisor") as http:
        for act in ("approve", "refuse"):
            assert (await http.post(f"{API}/hosted/sil/{uuid4()}/{act}", json={})).status_code == 403
        for act in ("conferma", "rifiuto"):
            assert (await http.post(f"/ospiti/sil/{uuid4()}/{act}", headers=PAGE)).status_code == 403
    assert await published(stage.runtime) == []


async def test_who_is_not_signed_in_is_asked_to(sil: Runtime) -> None:
    async with client(sil, "supervisor") as http:
        del http.headers["Authorization"]
        assert (await http.get(f"{API}/placements")).status_code == 401
        assert (await http.get(f"{API}/hosted")).status_code == 401
        page = await http.get("/inserimenti", headers=PAGE)
        assert (page.status_code, page.headers["location"]) == (303, "/accedi?next=/inserimenti")


async def test_placements_are_listed_by_person_and_by_state(stage: Any) -> None:
    anna, bruno = await stage.in_charge(), await stage.in_charge("Finto", "Bruno")
    coming, agreed = [await stage.propose(anna, planned_from="2013-11-01") for _ in range(2)]
    waiting, running, ended, withdrawn = [await stage.propose(bruno) for _ in range(4)]
    for one in (agreed, waiting, running, ended):
        await stage.agree(one.placement)
    for one in (running, ended):
        await stage.start(one.placement)
    await stage.end(ended.placement)
    await stage.withdraw(withdrawn.placement)
    expected = {
        "proposed": coming,
        "agreed": agreed,
        "start-to-confirm": waiting,
        "running": running,
        "ended": ended,
        "withdrawn": withdrawn,
    }
    async with client(stage.runtime, "supervisor") as http:
        for state, placement in expected.items():
            (one,) = (await http.get(f"{API}/placements", params={"state": state})).json()["placements"]
            assert (one["placement"], one["state"]) == (placement.placement, state)
        of_bruno = (await http.get(f"{API}/placements", params={"record": bruno})).json()
        assert of_bruno["total"] == 4
        assert {one["person"] for one in of_bruno["placements"]} == {"Bruno Finto"}
        beyond = (await http.get(f"{API}/placements", params={"offset": 6})).json()
        assert (beyond["total"], beyond["placements"]) == (6, [])
        assert (await http.get(f"{API}/placements", params={"offset": -1})).status_code == 422


async def test_path_types_are_those_that_exist_on_the_day(sil: Runtime) -> None:
    async with client(sil, "placement-officer") as http:
        today = {one["path_type"] for one in (await http.get(f"{API}/path-types")).json()}
        later = {one["path_type"] for one in (await http.get(f"{API}/path-types?on=2016-01-01")).json()}
    assert "traineeship-social-inclusion" not in today
    assert "observation-lab" in today
    assert later - today == {"traineeship-social-inclusion"}
    assert today - later == {"observation-lab"}


async def test_hosts_are_those_the_network_connects_with_us(
    sil: Runtime, placement_of: Callable[[str], Any]
) -> None:
    async with client(sil, "placement-officer") as http:
        assert (await http.get(f"{API}/hosts")).json() == [
            {"host": "coop-filo", "name": "coop-filo", "kind": "cooperative"},
            {"host": "mobili-campione", "name": "mobili-campione", "kind": "company"},
        ]


async def test_the_host_sees_its_people_and_no_path_type(
    placement_of: Callable[[str], Any], territory: Territory
) -> None:
    async with placement_of("coop-filo") as runtime:
        await host_with_carla(runtime, territory)
        await host_with_carla(runtime, territory, left=True)
        async with client(runtime, "host-tutor") as http:
            here, gone = (await http.get(f"{API}/hosted")).json()
            page = await http.get("/ospiti", headers=PAGE)
        assert set(here) == {
            *("promoter", "promoter_name", "placement", "person", "task", "weekly_hours"),
            *("planned_from", "planned_to", "started_on", "ended_on", "state", "state_label"),
        }
        assert (here["person"], here["state_label"]) == ("Carla Dimostri", "In corso")
        assert (gone["ended_on"], gone["state_label"]) == ("2013-10-07", "Concluso")
        assert page.status_code == 200
        assert "Carla Dimostri" in page.text
        assert "Inserimenti" not in page.text


async def test_a_host_can_propose_nobody(
    placement_of: Callable[[str], Any], terms: Callable[..., Any]
) -> None:
    async with placement_of("coop-filo") as runtime, client(runtime, "placement-officer") as http:
        assert (await http.post(f"{API}/placements", json=terms(str(uuid4())))).status_code == 409
        assert await published(runtime) == []


async def test_pages_show_placements_and_what_can_be_done(stage: Any) -> None:
    placement = await stage.propose(await stage.in_charge("D'Esempio <i>", "Anna"))
    await stage.agree(placement.placement)
    path = f"/inserimenti/{placement.placement}"
    async with client(stage.runtime, "placement-officer") as http:
        listed = await http.get("/inserimenti", headers=PAGE, params={"stato": "start-to-confirm"})
        assert "Anna D&#39;Esempio &lt;i&gt;" in listed.text
        assert "Avvio da confermare" in listed.text
        assert "Nessun inserimento" in (await http.get("/inserimenti?stato=ended", headers=PAGE)).text
        assert "Conferma l&#39;avvio" in (await http.get(path, headers=PAGE)).text.replace("'", "&#39;")
        sent = await http.post(f"{path}/avvio", headers=PAGE, data={"started_on": "2013-10-01"})
        assert (sent.status_code, sent.headers["location"]) == (303, path)
        running = await http.get(path, headers=PAGE)
        assert "Registra la conclusione" in running.text
        ending = {"ended_on": "2013-10-14", "reason": "moved-on"}
        assert (await http.post(f"{path}/conclusione", headers=PAGE, data=ending)).status_code == 303
        ended = await http.get(path, headers=PAGE)
        assert "14 ottobre 2013: Altro percorso" in ended.text
        assert '<form method="post" action="/inserimenti' not in ended.text
        assert (await http.get(f"/inserimenti/{uuid4()}", headers=PAGE)).status_code == 404


async def test_a_refused_form_is_shown_again_with_the_reason_and_changes_nothing(stage: Any) -> None:
    placement = await stage.agreed()
    before = len(await published(stage.runtime))
    path = f"/inserimenti/{placement.placement}"
    async with client(stage.runtime, "placement-officer") as http:
        early = await http.post(f"{path}/avvio", headers=PAGE, data={"started_on": "2013-10-15"})
        assert early.status_code == 409
        assert "la data indicata è nel futuro" in early.text
        never = await http.post(
            f"{path}/conclusione", headers=PAGE, data={"ended_on": "2013-10-14", "reason": "hired"}
        )
        assert (never.status_code, "non è mai stato confermato" in never.text) == (409, True)
        wrong = await http.post(f"{path}/avvio", headers=PAGE, data={"started_on": "ieri"})
        assert wrong.status_code == 422
    assert len(await published(stage.runtime)) == before


async def test_the_page_of_an_observation_asks_what_was_observed_and_who_may_do_without(stage: Any) -> None:
    lab = {"path_type": "observation-lab", "host": "sil"}
    placement = await stage.agreed(planned_from="2013-10-01", planned_to="2013-12-31", **lab)
    await stage.start(placement.placement)
    path = f"/inserimenti/{placement.placement}"
    ending = {"ended_on": "2013-10-14", "reason": "completed", "report": ""}
    async with client(stage.runtime, "placement-officer") as http:
        assert "Relazione: che cosa si è osservato" in (await http.get(path, headers=PAGE)).text
        without = await http.post(f"{path}/conclusione", headers=PAGE, data=ending)
        assert (without.status_code, "scrivete perché" in without.text) == (409, True)
        said = ending | {"report": "Regge <il ritmo>."}
        assert (await http.post(f"{path}/conclusione", headers=PAGE, data=said)).status_code == 303
        assert "Regge &lt;il ritmo&gt;." in (await http.get(path, headers=PAGE)).text
    other = await stage.agreed(planned_from="2013-10-01", planned_to="2013-12-31", **lab)
    await stage.start(other.placement)
    end = f"/api/placement/placements/{other.placement}/end"
    async with client(stage.runtime, "supervisor") as http:
        asked = {"ended_on": "2013-10-14", "reason": "person-choice"}
        assert (await http.post(end, json=asked)).status_code == 409
        reason = {"Trama-Reason": "Non venne nessuno dei giorni"}
        assert (await http.post(end, json=asked, headers=reason)).json()["report"] is None


async def test_the_page_names_who_is_missing_and_takes_approvals(stage: Any) -> None:
    placement = await stage.propose(await stage.in_charge())
    path = f"/inserimenti/{placement.placement}"
    async with client(stage.runtime, "placement-officer") as http:
        shown = (await http.get(path, headers=PAGE)).text
        assert "Manca l'adesione della persona, del luogo di lavoro e del nostro servizio" in shown
        assert "Conferma l'avvio" not in shown
        for party in ("person", "host"):
            word = {"party": party, "given_on": "2013-10-01"}
            assert (await http.post(f"{path}/adesione", headers=PAGE, data=word)).status_code == 303
        assert "Manca l'adesione del nostro servizio" in (await http.get(path, headers=PAGE)).text
        twice = await http.post(f"{path}/adesione", headers=PAGE, data=word)
        assert (twice.status_code, "è già registrata, in data 1º ottobre 2013" in twice.text) == (409, True)
        early = await http.post(f"{path}/avvio", headers=PAGE, data={"started_on": "2013-10-01"})
        assert (early.status_code, "non si può ancora confermare" in early.text) == (409, True)
        last = {"party": "promoter", "given_on": "2013-10-14"}
        assert (await http.post(f"{path}/adesione", headers=PAGE, data=last)).status_code == 303
        assert "Conferma l'avvio" in (await http.get(path, headers=PAGE)).text


async def test_the_page_withdraws_and_says_why_to_us_alone(stage: Any) -> None:
    refused, given_up = [await stage.propose(await stage.in_charge()) for _ in range(2)]
    async with client(stage.runtime, "placement-officer") as http:
        path = f"/inserimenti/{refused.placement}"
        word = {"party": "person"}
        assert (await http.post(f"{path}/mancata-adesione", headers=PAGE, data=word)).status_code == 303
        shown = (await http.get(path, headers=PAGE)).text
        assert "14 ottobre 2013: Scelta della persona" in shown
        assert "Non aderisce</span> 14 ottobre 2013" in shown
        assert "Ritira l'inserimento" not in shown
        again = await http.post(f"{path}/mancata-adesione", headers=PAGE, data={"party": "host"})
        assert (again.status_code, "serve una nuova proposta" in again.text) == (409, True)
        path = f"/inserimenti/{given_up.placement}"
        reason = {"reason": "not-started"}
        assert (await http.post(f"{path}/ritiro", headers=PAGE, data=reason)).status_code == 303
        assert (await http.post(f"{path}/ritiro", headers=PAGE, data=reason)).status_code == 409
        assert "Mai iniziato" in (await http.get(path, headers=PAGE)).text


async def test_who_hosts_is_shown_to_read_the_work_and_who_follows_why_and_nothing_is_sent(
    stage: Any, terms: Callable[..., Any]
) -> None:
    """INVARIANT: what the preview of a proposal names is what its event tells each, and the preview leaves
    nothing. One that commits, or shows a host what only care may know, breaks it."""
    record = await stage.in_charge()
    await stage.followed(record)
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "placement-officer") as http:
        answer = await http.post(f"{API}/placements/preview", json=terms(record))
        assert answer.status_code == 200, answer.text
        assert len(await published(stage.runtime)) == before
        assert (await http.get(f"{API}/placements")).json()["total"] == 0
        telling = await http.post(f"{API}/placements/preview", json=terms(record, task="Borsa lavoro"))
        assert telling.json()["type"] == "urn:trama:problem:host-would-know"
        assert (await http.post(f"{API}/placements", json=terms(record))).status_code == 201
    shown = {one["member"]: one["sees"] for one in answer.json()["readers"]}
    (host,), (care,) = shown["coop-filo"], shown["ambito-urbano"]
    assert "Anna Esempio" in host
    assert "terapeutica" not in host
    assert "Borsa lavoro terapeutica" in care
    told = {
        type(one.event).__name__: {to.partition(".")[0] for to in one.granted_to} - {"sil"}
        for one in (await published(stage.runtime))[before:]
        if one.circle != "accountability"
    }
    assert told == {"PlacementProposed": {"ambito-urbano"}, "HostPlacementOpened": {"coop-filo"}}
    assert sorted(shown) == ["ambito-urbano", "coop-filo"]
