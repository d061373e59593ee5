"""The pages on who a person is, as a browser without scripts meets them."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client
from trama_registry.schemas import RegisterPerson

from services.registry.tests.conftest import browser

NO_SUCH = "6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11"


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """Pages are the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    form = re.search(rf'<form method="post" action="[^"]*{action}".*?</form>', page, re.S)
    assert form is not None, action
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


async def post(http: httpx.AsyncClient, path: str, act: str, **fields: str) -> httpx.Response:
    page = (await http.get(path)).text
    return await http.post(f"{path}/{act}", data=hidden(page, act.split("/")[0]) | fields)


async def test_the_page_of_data_shows_and_changes_who_a_person_is(
    ambito: Runtime, desk: Any, make_tax_code: Callable[[str], str]
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="D'Àgostini", tax_code="12345678903"))
    path = f"/persone/{record}/dati"
    async with browser(ambito) as http:
        acts = [
            ("identita", {"family_name": "D'Agostini", "given_name": "𝒜nna", "town": "Sacile"}),
            (
                "codici",
                {
                    "kind": "tax-code",
                    "value": make_tax_code("DGSNNA72B44").lower(),
                    "replaced_was": "replaced",
                },
            ),
            ("certificazioni", {"kind": "disadvantaged", "starts_on": "2013-01-01"}),
            ("categorie", {"groups": "migrant"}),
        ]
        for act, fields in acts:
            answer = await post(http, path, act, **fields)
            assert answer.status_code == 303, answer.text
        page = (await http.get(path)).text
    for shown in ("D&#39;Agostini", "𝒜nna", "12345678903", "sostituito da un altro", "Persona svantaggiata"):
        assert shown in page
    assert re.search(r'value="migrant" checked', page)


async def test_a_refused_form_comes_back_with_what_was_typed_and_what_is_there_now(
    ambito: Runtime, desk: Any
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    path = f"/persone/{record}/dati"
    async with browser(ambito) as http:
        seen = hidden((await http.get(path)).text, "identita")
        await post(http, path, "identita", family_name="Modelli")
        late = await http.post(f"{path}/identita", data=seen | {"family_name": "Mòdello", "phone": "la zia"})
        assert late.status_code == 422
        late = await http.post(f"{path}/identita", data=seen | {"family_name": "Mòdello"})
        assert late.status_code == 409
        assert re.search(r"Nel frattempo [^.]+ ha cambiato questi dati", late.text)
        assert "<dd>Modelli</dd>" in late.text
        assert 'value="Mòdello"' in late.text
        again = hidden(late.text, "identita") | {"family_name": "Mòdello"}
        assert (await http.post(f"{path}/identita", data=again)).status_code == 303
        wrong = await post(http, path, "codici", kind="stp", value="niente", replaced_was="replaced")
        assert wrong.status_code == 422
        assert "STP" in wrong.text
        assert 'value="niente"' in wrong.text


async def test_persons_are_found_by_words_in_any_order_by_number_and_by_referral(
    ambito: Runtime, desk: Any, anna: RegisterPerson, tax_code: str
) -> None:
    record = await desk.register(ambito, anna)
    referral = await desk.refer(ambito, record)
    async with browser(ambito) as http:
        for sought in ("esempio", "Anna Esempio", tax_code.lower(), referral.referral):
            page = (await http.get("/persone", params={"nome": sought})).text
            assert f'href="/persone/{record}"' in page, sought
            assert "In carico" in page
        page = (await http.get("/persone", params={"nome": "Nessuno"})).text
    assert "Non risulta nel nostro servizio. Questo non dice nulla sugli altri servizi." in page


@pytest.mark.parametrize("path", ["identity"])
async def test_nobody_learns_of_a_person_who_is_not_here(ambito: Runtime, path: str) -> None:
    async with client(ambito, "caseworker") as http:
        answer = await http.get(f"/api/registry/persons/{NO_SUCH}/{path}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:trama:problem:person-not-here"
