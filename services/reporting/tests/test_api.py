"""Over HTTP: who may look, what a figure says and opens, what a wrong request is told."""

import re
from datetime import timedelta
from typing import Any

from trama_chassis import clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import SourceHeard
from trama_chassis.testing import client

API = "/api/reporting"
PAGE = {"Accept": "text/html"}
IN_2013 = {"from": "2013-01-01", "to": "2013-12-31"}


async def heard(runtime: Runtime, ago: timedelta, *sources: str) -> None:
    """Let sources have been heard some time ago, as their signs of life would."""
    at = clock.machine_now() - ago
    async with runtime.bookkeeping() as session:
        for source in sources:
            session.add(SourceHeard(source=source, sent_at=at.isoformat(), heard_at=at))
        await session.commit()


async def test_every_figure_of_a_period_is_told_with_its_definition(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    await network.tell(provincia, year)
    async with client(provincia, "reporting-reader") as http:
        answer = (await http.get(f"{API}/indicators", params=IN_2013)).json()
        one = (await http.get(f"{API}/indicators/persons-placed", params=IN_2013)).json()
    assert answer["period"] == IN_2013
    values = {found["code"]: found["value"] for found in answer["indicators"]}
    assert (values["placements-started"], values["persons-placed"], values["answer-days"]) == (3, 2, 3)
    assert one in answer["indicators"]
    assert one["definition"]
    by_member = next(found for found in one["breakdowns"] if found["by"] == "member")
    assert {share["code"]: share["value"] for share in by_member["shares"]} == {"cpi": 1, "sil": 2}


async def test_given_figures_stand_beside_their_indicator_alone(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    """INVARIANT: 721 and 857 are instruments, given by a document: with unit and source, beside
    «N. inserimenti lavorativi» alone, part of no count. Giving them to an indicator of persons breaks it."""
    await network.tell(provincia, year)
    async with client(provincia, "reporting-reader") as http:
        listed = (await http.get(f"{API}/indicators", params=IN_2013)).json()["indicators"]
        page = await http.get("/rendicontazione/placements-started", headers=PAGE)
        persons = await http.get("/rendicontazione/persons-placed", headers=PAGE)
    given = {one["code"]: one["given"] for one in listed if one["given"]}
    assert list(given) == ["placements-started"]
    (figures,) = given.values()
    assert [(one["year"], one["value"], one["unit"]) for one in figures] == [
        (2012, 721, "strumenti attivati"),
        (2013, 857, "strumenti attivati"),
    ]
    assert all(one["source"] for one in figures)
    assert {one["value"] for one in listed if one["code"] == "placements-started"} == {3}
    assert "721 strumenti attivati" in page.text
    assert "721" not in persons.text


async def test_without_days_it_is_this_year_up_to_today(provincia: Runtime) -> None:
    async with client(provincia, "reporting-reader") as http:
        answer = (await http.get(f"{API}/indicators")).json()
    assert answer["period"] == {"from": "2013-01-01", "to": "2013-10-14"}


async def test_each_number_opens_the_facts_it_counts_and_no_name(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    await network.tell(provincia, year)
    async with client(provincia, "reporting-reader") as http:
        listed = (await http.get(f"{API}/indicators", params=IN_2013)).json()["indicators"]
        for indicator in listed:
            path = f"{API}/indicators/{indicator['code']}/facts"
            opened = (await http.get(path, params=IN_2013)).json()
            assert opened["total"] == len(opened["facts"]) == indicator["facts"]
            assert (opened["total"] > 0) == bool(indicator["value"])
        path = f"{API}/indicators/answer-days/facts"
        beyond = (await http.get(path, params=IN_2013 | {"offset": 100})).json()
    assert (beyond["total"], beyond["facts"]) == (6, [])
    assert set(opened["facts"][0]) == {
        *("event_id", "kind", "label", "day", "member", "member_name"),
        *("reporting_id", "stream", "attributes"),
    }


async def test_a_wrong_request_is_told_which_field(provincia: Runtime) -> None:
    async with client(provincia, "reporting-reader") as http:
        backwards = await http.get(f"{API}/indicators", params={"from": "2013-12-31", "to": "2013-01-01"})
        assert backwards.status_code == 422
        assert backwards.json()["errors"][0]["field"] == "to"
        for wrong in ("2013-02-30", "1381708800", "ieri"):
            answer = await http.get(f"{API}/indicators", params={"from": wrong})
            assert answer.status_code == 422
            assert answer.json()["errors"] == [{"field": "from", "message": "Data non valida (aaaa-mm-gg)"}]
        for path in ("nothing", "nothing/facts"):
            assert (await http.get(f"{API}/indicators/{path}")).status_code == 404


async def test_only_readers_of_figures_may_look(provincia: Runtime) -> None:
    paths = ("indicators", "indicators/persons-placed", "indicators/persons-placed/facts")
    async with client(provincia, "caseworker", "placement-officer", "host-tutor") as http:
        for path in paths:
            assert (await http.get(f"{API}/{path}")).status_code == 403
        assert (await http.get("/rendicontazione", headers=PAGE)).status_code == 403
        del http.headers["Authorization"]
        for path in paths:
            assert (await http.get(f"{API}/{path}")).status_code == 401


async def test_the_sentence_names_who_has_told_nothing_yet(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    async with client(provincia, "reporting-reader") as http:
        nothing = (await http.get(f"{API}/indicators")).json()
        assert nothing["complete"] is False
        assert "ambito-urbano (prese in carico e segnalazioni)" in nothing["completeness"]
        assert "coop-filo" not in nothing["completeness"]
        await network.tell(provincia, year)
        told = (await http.get(f"{API}/indicators")).json()
    assert told["complete"] is False
    assert "Nessun dato ricevuto" not in told["completeness"]
    assert "Non trasmettono" in told["completeness"]


async def test_all_heard_lately_is_complete_and_a_silent_one_is_named(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    await network.tell(provincia, year)
    await heard(provincia, timedelta(minutes=1), *(name for name in network.peers if name != "sil.placement"))
    await heard(provincia, timedelta(hours=30), "sil.placement")
    async with client(provincia, "reporting-reader") as http:
        silent = (await http.get(f"{API}/indicators")).json()
        assert silent["complete"] is False
        assert "Non trasmettono: sil (inserimenti), dalle " in silent["completeness"]
        async with provincia.bookkeeping() as session:
            row = await session.get_one(SourceHeard, "sil.placement")
            row.heard_at = clock.machine_now()
            await session.commit()
        complete = (await http.get(f"{API}/indicators")).json()
    assert complete["complete"] is True
    assert complete["completeness"].startswith("Aggiornato ")


async def test_pages_show_the_figures_and_the_facts(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    await network.tell(provincia, year)
    async with client(provincia, "reporting-reader") as http:
        days = {"dal": "2013-01-01", "al": "2013-12-31"}
        page = await http.get("/rendicontazione", headers=PAGE, params=days)
        one = await http.get("/rendicontazione/persons-placed", headers=PAGE, params=days)
        empty = await http.get("/rendicontazione/answer-days?dal=2012-01-01&al=2012-12-31", headers=PAGE)
        missing = await http.get("/rendicontazione/nothing", headers=PAGE)
        single = await http.get("/rendicontazione/placements-ended", headers=PAGE, params=days)
        english = await http.get(str(empty.request.url), headers=PAGE | {"cookie": "lingua=en"})
    assert page.status_code == one.status_code == empty.status_code == 200
    assert "Definizione da concordare." in page.text
    assert "Base 2012 da fornire" in page.text
    assert '<strong class="figure">2</strong> persone' in one.text
    assert "una persona può stare in più righe" in one.text
    assert '<strong class="figure">nessun dato</strong>' in empty.text
    assert '<strong class="figure">no figure</strong>' in english.text
    assert re.search(r'class="figure">1</strong> inserimento\b', single.text)
    assert missing.status_code == 404
