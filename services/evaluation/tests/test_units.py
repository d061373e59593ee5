"""The planning unit of each district, and who can propose what: by the directory, at each kind of service."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from trama_chassis.testing import Territory, client, deliver, published
from trama_contracts.evaluation import EvaluationCompleted
from trama_contracts.registry import PersonRegistered

from .conftest import PLACES, _place, rated

API, PAGE = "/api/evaluation", {"Accept": "text/html"}
DISTRICTS = ("ambito-est", "ambito-nord", "ambito-ovest", "ambito-sud", "ambito-urbano")
ASKED = {"team": "integrated-team", "question": "Che lavoro?", "contributions_by": "2013-10-31"}
WITHOUT = {
    "ambito-nord": "il servizio sociale dei Comuni",
    "ambito-sud": "l'orientamento della Regione (COR)",
}


class TestFiveDistricts:
    """Five districts, of which one has no evaluation service and one is not connected with the COR."""

    @pytest.fixture
    def territory(self) -> Territory:
        places = PLACES | {name: _place(f"comune-{name}", "social", "social") for name in DISTRICTS}
        places["ambito-nord"] = replace(places["ambito-nord"], services=("registry",))
        readers = tuple(one for one in places["ambito-sud"].read_by if one != "cor")
        places["ambito-sud"] = replace(places["ambito-sud"], read_by=readers)
        return Territory(places=places)

    async def test_each_district_has_its_planning_unit_and_one_without_is_named(self, stage: Any) -> None:
        async with client(stage.runtime, "caseworker") as http:
            units = (await http.get(f"{API}/units")).json()
            page = (await http.get("/incontri", headers=PAGE)).text
        assert sorted(one["member"] for one in units) == list(DISTRICTS)
        assert {one["member"]: one["missing"] for one in units if one["missing"]} == {
            member: [seat] for member, seat in WITHOUT.items()
        }
        assert page.count("non si può riunire, manca") == len(WITHOUT)
        assert page.count(": si può riunire") == len(DISTRICTS) - len(WITHOUT)


@pytest.mark.parametrize("member", ["ambito-urbano", "sil", "dsm", "sert"])
async def test_each_sending_service_can_propose_a_work_grant_and_sees_its_own_persons_alone(
    stage_of: Callable[[str], Any], member: str
) -> None:
    other = "sil" if member != "sil" else "dsm"
    async with stage_of(member) as stage:
        record = await stage.in_charge("Propria", "Anna")
        theirs = await stage.follows(other, record)
        evaluation = await stage.request(record, member)
        await stage.contribute(evaluation, ratings=rated(3))
        await stage.convene(evaluation, (member, "social-work"), (other, "work-mediation"))
        await stage.complete(evaluation, path_type="work-grant-observational")
        (told,) = await published(stage.runtime, EvaluationCompleted)
        assert told.event.path_type == "work-grant-observational"
        async with client(stage.runtime, "team-lead") as http:
            led = (await http.get(f"{API}/evaluations")).json()["evaluations"]
            of_others = await http.get(f"{API}/evaluations", params={"record": theirs})
            stranger = str(uuid4())
            told_by_other = PersonRegistered(family_name="Altrui")
            await deliver(stage.runtime, stage.peer(f"{other}.registry"), told_by_other, record=stranger)
            asked = ASKED | {"record": stranger, "contributors": [member]}
            refused = await http.post(f"{API}/evaluations", json=asked)
            page = (await http.get("/valutazioni", headers=PAGE)).text
        assert [one["person"] for one in led] == ["Anna Propria"]
        assert of_others.json()["evaluations"] == []
        assert (refused.status_code, "Altrui" in page) == (409, False)
