"""What is shown before it is sent, and what stays beside what is found later."""

from typing import Any

import httpx
from trama_chassis.testing import client, published

from services.evaluation.tests.test_api import AGREED, API, PAGE, asking

SHOW = {"anteprima": "mostra"}
SEATED = [
    {"member": "ambito-urbano", "role": "social-work"},
    {"member": "sil", "role": "work-mediation"},
    {"member": "cor", "role": "guidance"},
]


async def test_who_is_evaluated_again_keeps_what_was_found_before(stage: Any) -> None:
    """INVARIANT: needs change in time, and what was found stays beside what is found later. Writing a new
    evaluation over the old one breaks it."""
    record = await stage.in_charge()
    await stage.follows("sil", record)
    first = await stage.completed(record)
    async with client(stage.runtime, "caseworker") as http:
        before = (await http.get(f"{API}/evaluations/{first.evaluation}")).json()
        again = await stage.request(record)
        await stage.contribute(again, ratings=[{"item": "d710", "score": 4}])
        found = (await http.get(f"{API}/evaluations", params={"record": record})).json()["evaluations"]
        now = (await http.get(f"{API}/evaluations/{again.evaluation}")).json()
        assert {one["evaluation"]: one["state"] for one in found} == {
            first.evaluation: "completed",
            again.evaluation: "requested",
        }
        assert now["profile"] != before["profile"]
        assert (await http.get(f"{API}/evaluations/{first.evaluation}")).json() == before


def lines(answer: httpx.Response) -> dict[str, list[str]]:
    """What each member would read."""
    assert answer.status_code == 200, answer.text
    return {one["member"]: one["sees"] for one in answer.json()["readers"]}


async def test_each_reads_of_a_part_what_the_preview_showed_and_the_preview_leaves_nothing(
    stage: Any,
) -> None:
    """INVARIANT: what a preview names for a member is told to that member, and nothing else is; and what was
    only looked at is nowhere. A preview that reckons by rules of its own, or commits, breaks it."""
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    for member in ("sil", "cpi"):
        await stage.follows(member, record)
    evaluation = await stage.request(record)
    path = f"{API}/asked/ambito-urbano/{evaluation.evaluation}/contribution"
    social = {"family": "Due figli a scuola."}
    part = {"discipline": "social-work", "note": "È puntuale.", "social": social}
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "caseworker") as http:
        shown = lines(await http.post(f"{path}/preview", json=part))
        assert len(await published(stage.runtime)) == before
        assert (await http.post(path, json=part)).status_code == 201
    assert sorted(shown) == ["cpi", "sil"]
    assert shown["cpi"] == []
    assert [line.partition(" (")[0] for line in shown["sil"]] == ["Contributo"]
    assert "È puntuale." in shown["sil"][0]
    told = {type(one.event).__name__: one.granted_to for one in (await published(stage.runtime))[before:]}
    members = {name: {one.partition(".")[0] for one in to} - {"ambito-urbano"} for name, to in told.items()}
    assert members == {"ContributionSubmitted": {"sil"}, "SocialContributionSubmitted": set()}


async def test_a_project_is_shown_as_others_will_read_it_and_refused_as_agreeing_it_would_be(
    stage: Any,
) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    path = f"{API}/evaluations/{evaluation.evaluation}/project"
    async with client(stage.runtime, "team-lead") as http:
        shown = lines(await http.post(f"{path}/preview", json=AGREED))
        past = await http.post(f"{path}/preview", json=AGREED | {"review_on": "2013-01-15"})
        projects = (await http.get(f"{API}/projects")).json()["total"]
    assert (past.status_code, projects) == (409, 0)
    assert list(shown) == ["sil"]
    assert all(said in shown["sil"][0] for said in ("al mattino", "Cercare un tirocinio", "2014"))


async def test_what_is_asked_is_shown_as_others_will_read_it_and_nothing_is_asked(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    await stage.follows("sil", record)
    asked = asking(record, question="Regge <otto> ore?", contributors=["ambito-urbano", "sil"])
    async with client(stage.runtime, "caseworker") as http:
        shown = await http.post("/valutazioni", headers=PAGE, data=asked | SHOW)
        assert shown.status_code == 200
        assert "Valutazione richiesta: «Regge &lt;otto&gt; ore?» Contributi entro il 31 ottobre" in shown.text
        assert shown.text.count("Regge &lt;otto&gt; ore?") == 2, "what was typed stays"
        wrong = await http.post("/valutazioni", headers=PAGE, data=asked | SHOW | {"team": "none-such"})
        assert wrong.status_code == 409
        sees = lines(await http.post(f"{API}/evaluations/preview", json=asked))
        assert list(sees) == ["sil"]
        assert (await http.get(f"{API}/evaluations")).json()["total"] == 0
    assert await published(stage.runtime) == []


async def test_the_page_of_our_part_shows_what_each_will_read_keeps_it_and_sends_nothing(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    for member in ("sil", "cpi"):
        await stage.follows(member, record)
    evaluation = await stage.request(record)
    path = f"/valutazioni/richieste/ambito-urbano/{evaluation.evaluation}"
    said = {"discipline": "social-work", "voce:d710": "2", "note": "È <puntuale>.", "anteprima": "mostra"}
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "caseworker") as http:
        assert "Mostra l'anteprima" in (await http.get(path, headers=PAGE)).text
        shown = await http.post(path, headers=PAGE, data=said)
        assert shown.status_code == 200
        assert shown.text.count("È &lt;puntuale&gt;.") == 2, "in the form, and as the SIL will read it"
        assert "Non vedrà nulla di questo." in shown.text, "the CPI"
        assert '<option value="2" selected>' in shown.text, "what was rated stays"
        alone = await http.post(path, headers=PAGE | {"hx-request": "true"}, data=said)
        assert (alone.status_code, "<form" in alone.text) == (200, False)
        assert "È &lt;puntuale&gt;." in alone.text
        empty = {"discipline": "social-work", "anteprima": "mostra"}
        wrong = await http.post(path, headers=PAGE | {"hx-request": "true"}, data=empty)
        assert "Il contributo è vuoto" in wrong.text
        assert len(await published(stage.runtime)) == before
        del said["anteprima"]
        assert (await http.post(path, headers=PAGE, data=said)).status_code == 303
    assert len(await published(stage.runtime)) == before + 1


async def test_the_page_of_a_project_shows_what_each_will_read_and_agrees_nothing(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    path = f"/valutazioni/{evaluation.evaluation}"
    wanted = {"own_words": "Vorrei lavorare al mattino.", "review_on": "2014-01-15", "anteprima": "mostra"}
    goals = {"what0": "Visita al laboratorio", "by0": "sil", "path_type": "observation-lab"}
    async with client(stage.runtime, "team-lead") as http:
        shown = await http.post(f"{path}/progetto", headers=PAGE, data=wanted | goals)
        assert shown.status_code == 200
        assert "«Vorrei lavorare al mattino.» Obiettivi: Visita al laboratorio." in shown.text
        assert "Percorso: Laboratorio osservativo-valutativo." in shown.text
        assert 'value="Visita al laboratorio"' in shown.text, "what was typed stays"
        wrong = await http.post(f"{path}/progetto", headers=PAGE, data=wanted | {"anteprima": "mostra"})
        assert wrong.status_code == 422
        assert (await http.get(f"{API}/projects")).json()["total"] == 0
        assert await http.post(f"{path}/progetto", headers=PAGE, data=goals | wanted | {"anteprima": ""})
        assert (await http.get(f"{API}/projects")).json()["total"] == 1


async def test_a_number_that_is_none_is_refused_in_words(stage: Any) -> None:
    """What Python takes for a digit and not for a number, and numbers without end, are no reason to fall."""
    evaluation = await stage.request(await stage.in_charge())
    path = f"/valutazioni/richieste/ambito-urbano/{evaluation.evaluation}"
    async with client(stage.runtime, "caseworker") as http:
        for typed in ("²", "9" * 5000, "-1", "1.5"):
            said = {"discipline": "social-work", "voce:d710": typed}
            assert (await http.post(path, headers=PAGE, data=said)).status_code == 422


async def test_who_is_only_invited_is_shown_to_read_name_day_and_place_and_nobody_is_called(
    stage: Any,
) -> None:
    record = await stage.in_charge()
    permit = await stage.authorise(record, "sil", "cor")
    await stage.follows("sil", record)
    evaluation = await stage.request(record)
    path = f"/valutazioni/{evaluation.evaluation}"
    called = {"held_on": "2013-10-14", "place": "Sala <due>", "authorisation": permit}
    seats = {"posto:ambito-urbano": "social-work", "posto:sil": "work-mediation", "posto:cor": "guidance"}
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "team-lead") as http:
        shown = await http.post(f"{path}/incontro", headers=PAGE, data=called | seats | SHOW)
        assert shown.status_code == 200
        assert "incontro del 14 ottobre 2013, Sala &lt;due&gt;, su Anna Esempio." in shown.text
        assert shown.text.count("Incontro il 14 ottobre 2013, Sala &lt;due&gt;. Partecipano:") == 1, "the SIL"
        assert 'value="Sala &lt;due&gt;"' in shown.text, "what was typed stays"
        assert "Concludi la valutazione" not in shown.text, "no session was called"
        sent = {"held_on": "2013-10-14", "place": "Sala", "authorisation": permit, "seats": SEATED}
        asked = await http.post(f"{API}/evaluations/{evaluation.evaluation}/session/preview", json=sent)
        assert lines(asked)["cor"] == [
            "Invito all'incontro del 14 ottobre 2013, Sala, su Anna Esempio. In che veste: Orientamento."
        ]
    assert len(await published(stage.runtime)) == before


async def test_what_is_found_is_shown_as_others_will_read_it_and_nothing_is_completed(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.authorise(record, "sil")
    for member in ("sil", "cpi"):
        await stage.follows(member, record)
    evaluation = await stage.request(record)
    await stage.contribute(evaluation, supports=["tutor-at-work"])
    await stage.convene(evaluation, ("ambito-urbano", "assistente-sociale"), ("sil", "mediatrice"))
    path = f"/valutazioni/{evaluation.evaluation}"
    ending = {"completed_on": "2013-10-14", "path_type": "observation-lab", "there": ["ambito-urbano", "sil"]}
    before = len(await published(stage.runtime))
    async with client(stage.runtime, "team-lead") as http:
        chosen = ending | {"override_reason": "Meglio <vederla> prima."}
        shown = await http.post(f"{path}/conclusione", headers=PAGE, data=chosen | SHOW)
        assert shown.status_code == 200
        assert "Percorso scelto: Laboratorio osservativo-valutativo." in shown.text
        assert "équipe: Meglio &lt;vederla&gt; prima." in shown.text
        assert "Sostegni utili: Un tutor accanto sul lavoro." in shown.text
        assert "Non vedrà nulla di questo." in shown.text, "the CPI"
        asked = await http.post(
            f"{API}{path.replace('valutazioni', 'evaluations')}/complete/preview",
            json={"path_type": "observation-lab", "override_reason": "Meglio vederla prima."},
        )
        assert "Meglio vederla prima." in lines(asked)["sil"][0]
        assert lines(asked)["cpi"] == []
        assert len(await published(stage.runtime)) == before
        assert (await http.post(f"{path}/conclusione", headers=PAGE, data=chosen)).status_code == 303
        assert "Concorda il progetto" in (await http.get(path, headers=PAGE)).text
