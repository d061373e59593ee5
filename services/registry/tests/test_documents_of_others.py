"""Documents that other services filed: who here may know of them, struck and erased ones, rebuilt copies."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from trama_chassis import access
from trama_chassis.clock import write_clock
from trama_chassis.files import File, FilePiece
from trama_chassis.rebuild import digest, rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.testing import CARE, FIRST_PLACES, Peer, Territory, client, deliver, transaction
from trama_contracts.encoding import full_hash
from trama_contracts.messages import file_parts
from trama_contracts.names import source_of
from trama_contracts.registry import DocumentFiled, DocumentNumbered, EntryCorrected, JudicialDocumentFiled
from trama_contracts.sealing import erased_event
from trama_registry.models import DocumentAsked, DocumentCopy, EntryCopy
from trama_registry.schemas import RegisterPerson

from chassis.tests.small_registry import rows
from services.registry.tests.conftest import TODAY
from services.registry.tests.test_documents import PDF

TERRITORY = Territory(
    places={
        **FIRST_PLACES,
        **{
            member: replace(FIRST_PLACES[member], circles=(*CARE, "justice"))
            for member in ("ambito-urbano", "sil")
        },
    }
)


@pytest.fixture
async def ambito(registry_of: Any, database_url: str) -> AsyncIterator[Runtime]:
    """The registry of a social service, where judicial measures are told too."""
    async with registry_of("ambito-urbano", database_url, territory=TERRITORY) as runtime:
        yield runtime


@pytest.fixture
def sil() -> Peer:
    """The registry of the SIL, which follows Anna too."""
    return Peer(TERRITORY, "sil.registry")


@pytest.fixture
async def record(ambito: Runtime, desk: Any, anna: RegisterPerson) -> str:
    """Anna Esempio, in charge."""
    registered: str = await desk.register(ambito, anna)
    return registered


@pytest.fixture
async def theirs(ambito: Runtime, record: str) -> str:
    """The SIL's record of Anna, linked with ours."""
    theirs = str(uuid4())
    async with transaction(ambito) as session:
        await access.learn_link(session, link=str(uuid4()), a=("ambito-urbano", record), b=("sil", theirs))
    return theirs


def filing(event: type[DocumentFiled] | type[JudicialDocumentFiled] = DocumentFiled) -> Any:
    return event(
        document=str(uuid4()),
        name="Relazione.pdf",
        kind="report",
        media_type="application/pdf",
        size=len(PDF),
        sha256=full_hash(PDF),
        dated="2013-10-11",
    )


async def listed(http: httpx.AsyncClient, record: str) -> list[dict[str, Any]]:
    answer = await http.get(f"/api/registry/persons/{record}/documents")
    found: list[dict[str, Any]] = answer.json()["documents"]
    return found


async def test_a_judicial_document_is_known_to_who_is_named_for_it_alone(
    ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: no list and no address tells a caseworker of a judicial document (GDPR art. 10). A query
    that leaves the circle justice in breaks it."""
    filed = filing(JudicialDocumentFiled)
    await deliver(ambito, sil, filed, record=theirs)
    place = f"/api/registry/persons/{record}/documents/sil/{filed.document}"
    async with client(ambito, "caseworker") as http:
        assert await listed(http, record) == []
        assert filed.name not in (await http.get(f"/persone/{record}")).text
        assert [(await http.post(f"{place}/ask")).status_code] == [404]
        assert (await http.get(f"{place}/content")).status_code == 404
        own = {"kind": "measure", "circle": "justice"}
        refused = await http.post(
            f"/api/registry/persons/{record}/documents", data=own, files={"file": ("m.pdf", PDF)}
        )
        assert refused.status_code == 403
    async with client(ambito, "supervisor") as http:
        assert [one["document"] for one in await listed(http, record)] == [filed.document]
        assert (await http.post(f"{place}/ask")).status_code == 202


async def test_a_document_of_somebody_else_is_not_found_by_its_id(
    ambito: Runtime, record: str, sil: Peer
) -> None:
    filed, stranger = filing(), str(uuid4())
    await deliver(ambito, sil, filed, record=stranger)
    async with client(ambito, "caseworker") as http:
        answer = await http.post(f"/api/registry/persons/{record}/documents/sil/{filed.document}/ask")
        assert (answer.status_code, await listed(http, record)) == (404, [])


async def test_a_struck_document_is_listed_no_more(
    ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    filed = filing()
    await deliver(ambito, sil, filed, record=theirs)
    (entry,) = [one for one in await rows(ambito, EntryCopy) if one.type == filed.wire_type]
    corrected = EntryCorrected(entry=entry.event_id, reason="Depositato sulla persona sbagliata.")
    async with client(ambito, "caseworker") as http:
        assert len(await listed(http, record)) == 1
        await deliver(ambito, sil, corrected, record=theirs, corrects=entry.event_id)
        assert await listed(http, record) == []


async def test_a_document_asked_for_is_awaited_since_its_day_of_business_until_it_arrives(
    ambito: Runtime, record: str, theirs: str, sil: Peer, clock_file: Path
) -> None:
    filed = filing()
    await deliver(ambito, sil, filed, record=theirs)

    async def awaited(http: httpx.AsyncClient) -> list[tuple[str, str, int]]:
        overview = (await http.get(f"/api/registry/persons/{record}/overview")).json()
        return [(one["what"], one["since"], one["days"]) for one in overview["awaited"]]

    async with client(ambito, "caseworker") as http:
        assert await awaited(http) == []
        ask = f"/api/registry/persons/{record}/documents/sil/{filed.document}/ask"
        assert (await http.post(ask)).json()["asked_on"] == "2013-10-14"
        write_clock(clock_file, TODAY + timedelta(days=3))
        await http.post(ask)  # again: it is awaited since the first time
        assert await awaited(http) == [("Documento «Relazione.pdf»", "2013-10-14", 3)]
        assert "da 3 giorni" in (await http.get(f"/persone/{record}")).text
        (part,) = file_parts(filed.document, PDF)
        await ambito.take_mail([sil.message(ambito, part)])
        assert await awaited(http) == []


async def test_the_number_of_anothers_document_is_for_them_to_give(
    ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    filed = filing()
    await deliver(ambito, sil, filed, record=theirs)
    numbered = DocumentNumbered(
        document=filed.document, name=filed.name, protocol="1/2013", numbered_on=TODAY.date()
    )
    forged = numbered.model_copy(update={"protocol": "falso"})
    async with client(ambito, "caseworker") as http:
        place = f"/api/registry/persons/{record}/documents/sil/{filed.document}/protocol"
        refused = await http.post(place, json={"protocol": "9/2013"})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:trama:problem:document-of-others")
        await deliver(ambito, sil, numbered, record=theirs)
        await deliver(ambito, sil, forged, record=str(uuid4()))  # on a record that the document is not on
        assert [one["number"] for one in await listed(http, record)] == ["1/2013"]


async def test_an_erased_document_goes_with_its_file_and_a_rebuild_keeps_both(
    ambito: Runtime, record: str, theirs: str, sil: Peer
) -> None:
    """INVARIANT: what was erased at its source is kept nowhere, file and name; what was not survives a
    rebuild of copies. A file outside the erasure, or a file table that is wiped as a copy, breaks it."""
    filed = filing()
    await deliver(ambito, sil, filed, record=theirs)
    async with client(ambito, "caseworker") as http:
        place = f"/api/registry/persons/{record}/documents/sil/{filed.document}"
        await http.post(f"{place}/ask")
        (part,) = file_parts(filed.document, PDF)
        await ambito.take_mail([sil.message(ambito, part)])
        async with ambito.database.read() as session:
            before = await digest(session, ambito)
        assert await rebuild(ambito) == before
        assert (await http.get(f"{place}/content")).content == PDF
        stream = sil.stream(DocumentFiled, theirs, theirs)
        value = erased_event(
            source=source_of("pn", sil.principal),
            id=str(uuid4()),
            subject=stream.stream,
            streamseq=stream.seq + 1,
            prevhash=stream.hash,
        )
        await ambito.inbox.deliver([sil.signed(stream, value)])
        assert await listed(http, record) == []
    for table in (DocumentCopy, DocumentAsked, File, FilePiece):
        assert await rows(ambito, table) == []
