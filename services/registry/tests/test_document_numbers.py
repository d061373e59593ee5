"""Protocol numbers of documents that come after the filing: told in its circle, striking nothing."""

from collections.abc import AsyncIterator

import httpx
import pytest
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published
from trama_contracts.registry import DocumentNumbered, SocialDocumentFiled, SocialDocumentNumbered
from trama_registry.schemas import RegisterPerson

from services.registry.tests.conftest import Desk
from services.registry.tests.test_documents import file_one


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The social service's registry over HTTP."""
    async with client(ambito, "caseworker") as signed_in:
        yield signed_in


async def test_a_number_that_comes_later_is_told_and_strikes_nothing(
    http: httpx.AsyncClient, ambito: Runtime, desk: Desk, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    filed = (await file_one(http, record, protocol="")).json()
    place = f"/api/registry/persons/{record}/documents/ambito-urbano/{filed['document']}/protocol"
    form = f"/persone/{record}/documenti/ambito-urbano/{filed['document']}/protocollo"
    assert (await http.post(place, json={"protocol": "978/2013"})).json()["number"] == "978/2013"
    again = await http.post(form, data={"protocol": "978/2013"})
    assert (again.status_code, "ha già questo numero" in again.text) == (409, True)
    assert (await http.post(form, data={"protocol": "987/2013"})).status_code == 303
    (shown,) = (await http.get(f"/api/registry/persons/{record}/documents")).json()["documents"]
    assert shown["number"] == "987/2013"
    said = [one.event for one in await published(ambito, DocumentNumbered)]
    assert [one.model_dump(include={"protocol", "replaces"}) for one in said] == [
        {"protocol": "978/2013", "replaces": None},
        {"protocol": "987/2013", "replaces": "978/2013"},
    ]
    story = (await http.get(f"/api/registry/persons/{record}/timeline?kind=document")).json()["entries"]
    assert [one["happened"] for one in story][1:] == [
        "Il documento «relazione.pdf» ha il numero di protocollo 978/2013.",
        "Il documento «relazione.pdf» ha il numero di protocollo 987/2013; prima aveva il 978/2013.",
    ]
    assert {one["corrected_by"] for one in story} == {None}


async def test_the_number_of_a_social_document_is_told_to_who_reads_the_document(
    http: httpx.AsyncClient, ambito: Runtime, desk: Desk, anna: RegisterPerson
) -> None:
    """INVARIANT: what is told of a document later is told in its circle. Numbers in one event for all circles
    would tell the care circle that there is a social document."""
    record = await desk.register(ambito, anna)
    filed = (await file_one(http, record, protocol="", circle="social")).json()
    place = f"/api/registry/persons/{record}/documents/ambito-urbano/{filed['document']}/protocol"
    assert (await http.post(place, json={"protocol": "1/2013"})).status_code == 200
    (filing,) = await published(ambito, SocialDocumentFiled)
    (number,) = await published(ambito, SocialDocumentNumbered)
    assert (number.circle, number.scope, number.stream) == ("social", filing.scope, filing.stream)
    assert await published(ambito, DocumentNumbered) == []
