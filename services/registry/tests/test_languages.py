"""The same story and the same refusals to who reads Italian and to who reads English."""

from typing import Any
from uuid import uuid4

from trama_chassis.runtime import Runtime
from trama_chassis.testing import client
from trama_registry.schemas import RegisterPerson

API = "/api/registry"
ENGLISH = {"Accept-Language": "en-GB, en;q=0.8"}


async def test_the_api_answers_in_the_language_it_is_asked_in(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    record = await desk.register(ambito, anna)
    path = f"{API}/persons/{record}"
    async with client(ambito, "caseworker") as http:
        told = [(await http.get(f"{path}/timeline", headers=asked)).json() for asked in ({}, ENGLISH)]
        unknown = await http.get(f"{API}/persons/{uuid4()}", headers=ENGLISH)
        again = {"need": "Casa"}
        refused = [
            (await http.post(f"{path}/taking-in-charge", json=again, headers=asked)).json()["detail"]
            for asked in ({}, ENGLISH)
        ]
        invalid = (await http.post(f"{path}/taking-in-charge", json={}, headers=ENGLISH)).json()
    stories = [[one["happened"] for one in said["entries"]] for said in told]
    assert "Presa in carico dal 14 ottobre 2013. Bisogno: Cerca lavoro dopo una lunga assenza." in stories[0]
    assert "Taking in charge since 14 October 2013. Need: Cerca lavoro dopo una lunga assenza." in stories[1]
    assert [said["completeness"].split()[0] for said in told] == ["Aggiornato", "Up"]
    assert unknown.json()["detail"].startswith("Not known to our service.")
    assert unknown.json()["title"] == "Not found"
    assert "dal 14 ottobre 2013" in refused[0]
    assert "since 14 October 2013" in refused[1]
    assert invalid["errors"] == [{"field": "need", "message": "This field is required"}]


async def test_pages_tell_the_story_in_the_language_that_was_chosen(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    record = await desk.register(ambito, anna)
    async with client(ambito, "caseworker") as http:
        http.cookies.set("lingua", "en")
        page = (await http.get(f"/persone/{record}/storia", headers={"Accept": "text/html"})).text
        form = {"what": "Telefonare", "due_on": "2013-10-01"}
        refused = await http.post(
            f"/persone/{record}/prossimo-passo", data=form, headers={"Accept": "text/html"}
        )
    assert "since 14 October 2013. Need: Cerca lavoro" in page
    assert "Up to date at " in page
    assert refused.status_code == 409
    assert "The next step" in refused.text
    for word in ("Presa in carico dal", "Aggiornato", "ottobre"):
        assert word not in page
