"""The page of protocols: who sees them, who enters one, and what a refused form keeps."""

from trama_chassis.runtime import Runtime
from trama_chassis.testing import client

PATH = "/rete/protocolli"
PAGE = {"Accept": "text/html"}
FORM = {
    "district": "urbano",
    "act": "Assemblea dei Sindaci n. 12",
    "members": ["ambito-urbano", "sil"],
    "valid_from": "2013-10-10",
}


async def test_a_supervisor_enters_a_protocol_and_caseworkers_see_what_holds_today(ambito: Runtime) -> None:
    async with client(ambito, "supervisor") as http:
        assert "Nessun protocollo registrato." in (await http.get(PATH, headers=PAGE)).text
        entered = await http.post(PATH, data=FORM, headers=PAGE)
        past = {"act": "Assemblea dei Sindaci n. 3", "valid_from": "2012-01-01", "valid_to": "2012-12-31"}
        await http.post(PATH, data=FORM | past, headers=PAGE)
        later = {"act": "Assemblea dei Sindaci n. 40", "valid_from": "2014-01-01"}
        await http.post(PATH, data=FORM | later, headers=PAGE)
    async with client(ambito, "caseworker") as http:
        page = (await http.get(PATH, headers=PAGE)).text
        assert (await http.post(PATH, data=FORM, headers=PAGE)).status_code == 403
        assert PATH in (await http.get("/rete", headers=PAGE)).text
    assert (entered.status_code, entered.headers["location"]) == (303, PATH)
    assert "Registra il protocollo" not in page
    assert page.index(FORM["act"] + "</td>") < page.index(past["act"])
    for said in ("In vigore", "Non ancora in vigore", "Non più in vigore", "dal 10 ottobre 2013"):
        assert said in page


async def test_a_refused_protocol_says_why_and_keeps_what_was_typed_and_ticked(ambito: Runtime) -> None:
    async with client(ambito, "supervisor") as http:
        reversed_days = await http.post(PATH, data=FORM | {"valid_to": "2013-10-09"}, headers=PAGE)
        alone = await http.post(PATH, data={**FORM, "members": []}, headers=PAGE)
        listed = (await http.get("/api/registry/protocols")).json()
    assert (reversed_days.status_code, alone.status_code, listed) == (409, 422, [])
    assert "La fine precede l&#39;inizio" in reversed_days.text
    assert reversed_days.text.count(" checked") == 2
    assert 'value="Assemblea dei Sindaci n. 12"' in reversed_days.text
    assert 'href="#members"' in alone.text
