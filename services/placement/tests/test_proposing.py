"""The page on which a path is proposed: what each will read is shown first, what was typed stays."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published
from trama_contracts.placement import PlacementProposed

PAGE = {"Accept": "text/html"}
NEW = "/inserimenti/nuovo/"


async def test_the_page_shows_what_each_will_read_keeps_what_was_typed_and_proposes_nothing(
    stage: Any, terms: Callable[..., Any]
) -> None:
    """INVARIANT: what was only looked at is not proposed, and a host is shown to read the work alone."""
    record = await stage.in_charge()
    await stage.followed(record)
    before = len(await published(stage.runtime))
    asked = terms(record, task="Magazzino <notte>") | {"anteprima": "mostra"}
    async with client(stage.runtime, "placement-officer") as http:
        form = (await http.get(NEW + record, headers=PAGE)).text
        assert "Anna Esempio" in form
        assert '<option value="coop-filo">' in form
        shown = await http.post(NEW + record, headers=PAGE, data=asked)
        assert shown.status_code == 200
        assert 'value="Magazzino &lt;notte&gt;"' in shown.text
        assert '<option value="coop-filo" selected>' in shown.text
        assert "Anna Esempio, percorso in azienda. Mansione: Magazzino &lt;notte&gt;" in shown.text
        assert "Percorso proposto: Borsa lavoro terapeutica" in shown.text
        alone = await http.post(NEW + record, headers=PAGE | {"hx-request": "true"}, data=asked)
        assert ("percorso in azienda" in alone.text, "<form" in alone.text) == (True, False)
        assert len(await published(stage.runtime)) == before
        sent = await http.post(NEW + record, headers=PAGE, data=terms(record))
        assert sent.status_code == 303
        assert "In attesa di adesioni" in (await http.get(sent.headers["location"], headers=PAGE)).text
    assert len(await published(stage.runtime, PlacementProposed)) == 1


async def test_a_refused_proposal_comes_back_as_it_was_with_why_not(
    stage: Any, terms: Callable[..., Any]
) -> None:
    record = await stage.in_charge()
    async with client(stage.runtime, "placement-officer") as http:
        for wrong, status, why in (
            ({"task": "Per chi è in terapia"}, 409, "scrivete solo il lavoro da fare"),
            ({"weekly_hours": "²"}, 422, '<a href="#weekly_hours">'),
            ({"weekly_hours": "48"}, 409, "al massimo 40 ore"),
            ({"host": "dsm"}, 409, '<a href="#host">'),
            ({"planned_to": ""}, 422, '<a href="#planned_to">'),
        ):
            refused = await http.post(NEW + record, headers=PAGE, data=terms(record) | wrong)
            assert (refused.status_code, why in refused.text) == (status, True), wrong
            assert '<option value="work-grant-therapeutic" selected>' in refused.text
        outsider = await stage.person("Non seguita")
        shown = await http.get(NEW + outsider, headers=PAGE)
        assert "un inserimento si propone solo per chi è in carico" in shown.text
        assert (await http.post(NEW + outsider, headers=PAGE, data=terms(outsider))).status_code == 409
        nobody = str(uuid4())
        assert (await http.get(NEW + nobody, headers=PAGE)).status_code == 404
        assert (await http.post(NEW + nobody, headers=PAGE, data=terms(record))).status_code == 404
    assert await published(stage.runtime, PlacementProposed) == []


async def test_an_exception_is_asked_of_who_may_allow_it_with_the_form_as_it_was(
    stage: Any, terms: Callable[..., Any]
) -> None:
    record = await stage.person()
    await stage.open_episode(record)
    async with client(stage.runtime, "placement-officer") as http:
        refused = await http.post(NEW + record, headers=PAGE, data=terms(record))
        assert (refused.status_code, "serve una valutazione conclusa" in refused.text) == (409, True)
    async with client(stage.runtime, "supervisor") as http:
        asked = await http.post(NEW + record, headers=PAGE, data=terms(record))
        assert "Consento l&#39;eccezione" in asked.text.replace("'", "&#39;")
        assert 'name="task" value="Assemblaggio"' in asked.text


async def test_a_host_and_a_tutor_have_no_such_page(placement_of: Callable[[str], Any]) -> None:
    runtime: Runtime
    async with placement_of("coop-filo") as runtime, client(runtime, "host-tutor") as http:
        assert (await http.get(NEW + str(uuid4()), headers=PAGE)).status_code == 403
