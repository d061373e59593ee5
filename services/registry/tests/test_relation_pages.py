"""Pages of the doors and of relations: what was typed is kept, duplicates are asked about, conflicts told."""

from typing import Any

import pytest
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.registry import AccessRecorded, PersonRegistered, TakingInChargeSuspended
from trama_registry import commands, queries
from trama_registry.schemas import EnterProtocol, RegisterPerson

PAGE = {"accept": "text/html"}
ASKS = {"need": "Cerca lavoro & casa", "channel": "phone"}
SPECIALIST = ("caseworker", "listening-specialist")


async def registered(runtime: Runtime, person: RegisterPerson, by: Caller) -> str:
    async with transaction(runtime) as session:
        return (await commands.register_person(session, person, by)).record


async def test_a_first_contact_without_a_name_is_routed_from_its_page(ambito: Runtime) -> None:
    async with client(ambito, "caseworker") as http:
        assert "Nuovo accesso" in (await http.get("/persone/nuova", headers=PAGE)).text
        taken = await http.post("/persone/nuova", data=ASKS, headers=PAGE)
        assert taken.status_code == 303
        where = taken.headers["location"]
        shown = await http.get(where, headers=PAGE)
        assert "Cerca lavoro &amp; casa" in shown.text
        assert "Senza nome" in (await http.get("/accessi", headers=PAGE)).text
        wrong = await http.post(f"{where}/esito", data={"outcome": "taken-in-charge"}, headers=PAGE)
        assert (wrong.status_code, "#family_name" in wrong.text) == (409, True)
        typed = {"outcome": "taken-in-charge", "family_name": "D'Àngelo", "note": "Domani", "version": "0"}
        done = await http.post(f"{where}/esito", data=typed, headers=PAGE)
        late = await http.post(f"{where}/esito", data=typed | {"outcome": "informed"}, headers=PAGE)
        assert "Nessun accesso da indirizzare" in (await http.get("/accessi", headers=PAGE)).text
    assert done.status_code == 303
    assert done.headers["location"].startswith("/persone/")
    assert late.status_code == 409
    assert "Nel frattempo" in late.text
    (told,) = await published(ambito, PersonRegistered)
    assert told.event.payload() == {"family_name": "D'Àngelo"}


async def test_who_may_be_here_already_is_shown_and_a_person_decides(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    typed = ASKS | {
        "family_name": "Esempio",
        "given_name": "Anna",
        "birth_date": "1972-02-04",
        "outcome": "taken-in-charge",
    }
    async with client(ambito, "caseworker") as http:
        asked = await http.post("/persone/nuova", data=typed, headers=PAGE)
        assert asked.status_code == 409
        assert f'value="{record}"' in asked.text
        assert "Cerca lavoro &amp; casa" in asked.text
        assert 'value="1972-02-04"' in asked.text
        same = await http.post(
            "/persone/nuova", data=typed | {"who": record, "outcome": "informed"}, headers=PAGE
        )
        assert same.headers["location"] == f"/persone/{record}"
        other = typed | {"who": "new", "another_person": "Ha un'altra madre"}
        another = await http.post("/persone/nuova", data=other, headers=PAGE)
    assert another.status_code == 303
    assert {one.record for one in await published(ambito, AccessRecorded)} > {record}
    assert len(await published(ambito, PersonRegistered)) == 2


async def test_what_was_typed_wrong_is_shown_again_with_its_fields(ambito: Runtime) -> None:
    typed = {"need": "", "channel": "phone", "tax_code": "SBAGLIATO", "family_name": "Prova<b>"}
    async with client(ambito, "caseworker") as http:
        wrong = await http.post("/persone/nuova", data=typed, headers=PAGE)
    assert wrong.status_code == 422
    for shown in ('href="#need"', 'href="#tax_code"', 'value="SBAGLIATO"', "Prova&lt;b&gt;"):
        assert shown in wrong.text


async def test_only_specialists_are_offered_the_listening_centre(ambito: Runtime) -> None:
    async with client(ambito, "caseworker") as http:
        assert 'name="reserved"' not in (await http.get("/persone/nuova", headers=PAGE)).text
        refused = await http.post("/persone/nuova", data=ASKS | {"reserved": "true"}, headers=PAGE)
        assert refused.status_code == 403
    async with client(ambito, *SPECIALIST) as http:
        assert 'name="reserved"' in (await http.get("/persone/nuova", headers=PAGE)).text
        heard = await http.post("/persone/nuova", data=ASKS | {"reserved": "true"}, headers=PAGE)
        assert "Centro di ascolto" in (await http.get(heard.headers["location"], headers=PAGE)).text
    async with client(ambito, "supervisor") as http:
        assert (await http.get(heard.headers["location"], headers=PAGE)).status_code == 404


async def test_a_request_to_the_planning_unit_begins_at_the_person(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    async with client(ambito, "caseworker") as http:
        shown = await http.get(f"/persone/nuova?persona={record}", headers=PAGE)
        assert "Anna Esempio" in shown.text
        typed = ASKS | {"persona": record, "door": "planning-unit"}
        assert (await http.post("/persone/nuova", data=typed, headers=PAGE)).status_code == 303
    (told,) = await published(ambito, AccessRecorded)
    assert (told.record, told.event.payload()["door"]) == (record, "planning-unit")


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([("sospendi", {"reason": "away", "resume_by": "2013-12-01"})], "Sospesa"),
        ([("sospendi", {"reason": "away"}), ("riprendi", {})], "In carico"),
        ([("chiudi", {"reason": "moved"})], "Conclusa"),
        ([("chiudi", {"reason": "moved"}), ("riapri", {"reason": "Non era finita"})], "Riaperta"),
        ([("chiudi", {"reason": "moved"}), ("apri", {"need": "Di nuovo"})], "Di nuovo"),
        ([("competenza", {"to": "sil", "ground": "residence"})], "Competenza passata"),
        ([("contesta", {"other": "sil", "reason": "Non risulta"})], "Competenza da chiarire"),
        (
            [("contesta", {"other": "sil", "reason": "x"}), ("chiarisci", {"competent": "ambito-urbano"})],
            "In carico",
        ),
        ([("referente", {"operator": "op-test", "phone": "0434 1234"})], "0434 1234"),
    ],
)
async def test_every_act_on_a_relation_is_a_form(
    ambito: Runtime, anna: RegisterPerson, sara: Caller, steps: list[tuple[str, Any]], shown: str
) -> None:
    record = await registered(ambito, anna, sara)
    path = f"/persone/{record}/relazioni"
    async with client(ambito, "caseworker") as http:
        for act, typed in steps:
            done = await http.post(f"{path}/{act}", data=typed, headers=PAGE)
            assert (done.status_code, done.headers["location"]) == (303, path)
        page = await http.get(path, headers=PAGE)
    assert page.status_code == 200
    assert shown in page.text


async def test_a_form_that_is_wrong_keeps_what_was_typed_and_a_late_one_is_told_whose_change_it_was(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    path = f"/persone/{record}/relazioni"
    async with client(ambito, "caseworker") as http:
        typed = {"reason": "Perché sì", "version": "0"}
        wrong = await http.post(f"{path}/contesta", data=typed, headers=PAGE)
        assert (wrong.status_code, 'href="#contesta-other"' in wrong.text) == (422, True)
        assert 'value="Perché sì"' in wrong.text
        first = {"reason": "away", "version": "0"}
        assert (await http.post(f"{path}/sospendi", data=first, headers=PAGE)).status_code == 303
        late = {"reason": "moved", "version": "0"}
        second = await http.post(f"{path}/chiudi", data=late, headers=PAGE)
    assert second.status_code == 409
    for shown in ("Nel frattempo", "Sospesa", 'value="moved" selected', 'name="version" value="1"'):
        assert shown in second.text
    assert len(await published(ambito, TakingInChargeSuspended)) == 1


async def test_an_integrated_one_is_offered_where_a_protocol_is_in_force(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna.model_copy(update={"taking_in_charge": None}), sara)
    path = f"/persone/{record}/relazioni"
    terms = {"district": "urbano", "act": "Protocollo 12", "members": ["ambito-urbano", "sil"]}
    async with client(ambito, "caseworker") as http:
        assert "Presa in carico integrata" not in (await http.get(path, headers=PAGE)).text
        async with transaction(ambito) as session:
            asked = EnterProtocol.model_validate(terms | {"valid_from": "2013-01-01"})
            protocol = commands.enter_protocol(session, asked).protocol
        assert "Presa in carico integrata" in (await http.get(path, headers=PAGE)).text
        typed = {"need": "Casa e lavoro", "protocol": protocol}
        assert (await http.post(f"{path}/apri", data=typed, headers=PAGE)).status_code == 303
        assert "Protocollo 12" in (await http.get(path, headers=PAGE)).text
    async with ambito.database.read(runtime=ambito) as session:
        (own,) = (await queries.relations_of(session, record)).own
    assert own.integration is not None
    assert own.integration.members == ["ambito-urbano", "sil"]
