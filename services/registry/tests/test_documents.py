"""Documents: what may be filed, who is told, how a file is asked for, arrives and is opened."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col
from trama_chassis import file_duties
from trama_chassis.files import File
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, OutboxRow
from trama_chassis.testing import client, published
from trama_contracts.registry import (
    LARGEST_DOCUMENT,
    DocumentFiled,
    HealthDocumentFiled,
    JudicialDocumentFiled,
    SocialDocumentFiled,
)
from trama_registry.errors import DocumentEmpty, DocumentMisnamed, DocumentNotReadable, DocumentTooLarge
from trama_registry.models import DocumentCopy, recognised
from trama_registry.schemas import RegisterPerson

from chassis.tests.small_registry import rows
from services.registry.tests.conftest import Desk

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
REPORT = {"kind": "report", "circle": "care", "dated": "2013-10-11", "protocol": "12345/2013"}


def packed(**files: str) -> bytes:
    """An archive of these files; two underscores stand for a slash."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            # Of no time, or the bytes would be others each time they are made.
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/")), text)
    return written.getvalue()


ODT = packed(mimetype="application/vnd.oasis.opendocument.text")
DOCX_FILES = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
DOCX = packed(**DOCX_FILES)


# What may be filed


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("relazione.pdf", PDF, "relazione.pdf"),
        ("FOTO.JPG", JPEG, "FOTO.jpg"),
        ("scansione.jpeg", JPEG, "scansione.jpeg"),
        ("schermata.png", PNG, "schermata.png"),
        ("contratto.odt", ODT, "contratto.odt"),
        ("lettera.docx", DOCX, "lettera.docx"),
        ("appunti.txt", "È così: 𠮷\n".encode(), "appunti.txt"),
        ("relazione v1.2", PDF, "relazione v1.2.pdf"),
        ("𠮷野家 d'équipe.pdf", PDF, "𠮷野家 d'équipe.pdf"),
        ("C:\\Documenti\\..\\segreto.pdf", PDF, "segreto.pdf"),
        ("../../etc/passwd.pdf", PDF, "passwd.pdf"),
        ("fattura\u202efdp.txt", b"testo", "fattura fdp.txt"),
        (' .nascosto "a|b"?.pdf ', PDF, "nascosto -a-b--.pdf"),
        ("", PDF, "documento.pdf"),
        ("...", PDF, "documento.pdf"),
        ("a" * 300 + ".pdf", PDF, "a" * 116 + ".pdf"),
    ],
)
def test_a_document_is_known_by_its_content_and_its_name_is_tidied(
    name: str, content: bytes, kept: str
) -> None:
    found, media_type = recognised(name, content)
    assert found == kept
    told = {"document": "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10", "sha256": "A" * 43, "dated": "2013-10-14"}
    DocumentFiled.model_validate(
        told | {"name": found, "kind": "other", "media_type": media_type, "size": len(content)}
    )


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("vuoto.pdf", b"", DocumentEmpty),
        ("grande.pdf", b"%PDF-" + bytes(LARGEST_DOCUMENT), DocumentTooLarge),
        ("programma.exe", b"MZ\x90\x00" + bytes(60), DocumentNotReadable),
        ("finto.pdf", b"MZ\x90\x00" + bytes(60), DocumentNotReadable),
        ("tronco.pdf", PDF[:20] + b"\x00", DocumentNotReadable),
        ("archivio.zip", packed(a="b"), DocumentNotReadable),
        ("macro.docx", packed(**DOCX_FILES, **{"word/vbaProject.bin": "x"}), DocumentNotReadable),
        ("rotto.docx", DOCX[:60], DocumentNotReadable),
        ("latino.txt", "perché".encode("latin-1"), DocumentNotReadable),
        ("pagina.html", b"<script>alert(1)</script>", DocumentMisnamed),
        ("lettera.docx", PDF, DocumentMisnamed),
        ("foto.png", JPEG, DocumentMisnamed),
    ],
)
def test_what_is_no_document_is_refused(name: str, content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        recognised(name, content)


# Filing


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The social service's registry over HTTP."""
    async with client(ambito, "caseworker") as signed_in:
        yield signed_in


async def file_one(
    http: httpx.AsyncClient, record: str, content: bytes = PDF, name: str = "relazione.pdf", **said: str
) -> httpx.Response:
    url = f"/api/registry/persons/{record}/documents"
    return await http.post(url, data=REPORT | said, files={"file": (name, content)})


async def test_a_document_is_told_to_who_follows_the_person_and_kept_whole(
    http: httpx.AsyncClient, ambito: Runtime, desk: Desk, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    answer = await file_one(http, record, name="Relazione 𠮷.pdf")
    assert answer.status_code == 201, answer.text
    view = answer.json()
    assert (view["state"], view["number"], view["on"]) == ("here", "12345/2013", "2013-10-11")
    (told,) = await published(ambito, DocumentFiled)
    assert isinstance(told.event, DocumentFiled)
    assert (told.event.name, told.event.size, told.circle) == ("Relazione 𠮷.pdf", len(PDF), "care")
    saved = await http.get(
        f"/api/registry/persons/{record}/documents/ambito-urbano/{view['document']}/content"
    )
    assert saved.content == PDF
    assert saved.headers["content-disposition"] == (
        "attachment; filename=\"Relazione _.pdf\"; filename*=UTF-8''Relazione%20%F0%A0%AE%B7.pdf"
    )
    assert saved.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (saved.headers["x-content-type-options"], saved.headers["content-type"]) == (
        "nosniff",
        "application/pdf",
    )
    assert saved.headers["cache-control"] == "no-store"
    story = (await http.get(f"/api/registry/persons/{record}/timeline", params={"kind": "document"})).json()
    assert "Relazione 𠮷.pdf" in story["entries"][0]["happened"]


@pytest.mark.parametrize(
    ("circle", "event"),
    [("clinical", HealthDocumentFiled), ("social", SocialDocumentFiled), ("care", DocumentFiled)],
)
async def test_each_circle_has_an_event_of_its_own(
    http: httpx.AsyncClient,
    ambito: Runtime,
    desk: Desk,
    anna: RegisterPerson,
    circle: str,
    event: type[DocumentFiled],
) -> None:
    record = await desk.register(ambito, anna)
    assert (await file_one(http, record, circle=circle)).status_code == 201
    every = (DocumentFiled, HealthDocumentFiled, SocialDocumentFiled, JudicialDocumentFiled)
    told = await published(ambito, *every)
    assert [(type(one.event), one.circle) for one in told] == [(event, circle)]


@pytest.mark.parametrize(
    ("said", "content", "code", "field"),
    [
        ({"circle": "justice"}, PDF, "not-in-circle", None),
        ({"circle": "host"}, PDF, "invalid", "circle"),
        ({"kind": "novel"}, PDF, "invalid", "kind"),
        ({"dated": "2013-10-15"}, PDF, "day-in-future", "dated"),
        ({"dated": "ieri"}, PDF, "invalid", "dated"),
        ({}, b"", "document-empty", "file"),
        ({}, b"MZ\x00", "document-not-readable", "file"),
    ],
)
async def test_what_cannot_be_filed_leaves_nothing_behind(
    http: httpx.AsyncClient,
    ambito: Runtime,
    desk: Desk,
    anna: RegisterPerson,
    *,
    said: dict[str, str],
    content: bytes,
    code: str,
    field: str | None,
) -> None:
    record = await desk.register(ambito, anna)
    answer = await file_one(http, record, content, **said)
    assert answer.status_code in (409, 422)
    assert answer.json()["type"].endswith(code)
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])
    assert await rows(ambito, File) == []
    assert await published(ambito, DocumentFiled) == []


async def test_the_same_file_is_not_filed_twice_and_one_too_large_is_refused_before_it_is_read(
    http: httpx.AsyncClient, ambito: Runtime, desk: Desk, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna)
    assert (await file_one(http, record)).status_code == 201
    assert (
        (await file_one(http, record, name="altro nome.pdf"))
        .json()["type"]
        .endswith("document-filed-already")
    )
    too_large = await file_one(http, record, PDF[:5] + bytes(12 * 1024 * 1024))
    assert (too_large.status_code, "10 MB" in too_large.json()["detail"]) == (413, True)
    elsewhere = await http.post(f"/api/registry/persons/{record}/referrals", content=bytes(2 * 1024 * 1024))
    assert elsewhere.status_code == 413


async def test_nothing_is_filed_on_who_is_not_followed(
    http: httpx.AsyncClient, ambito: Runtime, desk: Desk, anna: RegisterPerson
) -> None:
    record = await desk.register(ambito, anna.model_copy(update={"taking_in_charge": None}))
    assert (await file_one(http, record)).json()["type"].endswith("not-in-charge")


# Asking


@pytest.fixture
async def accepted(
    both: tuple[Runtime, Runtime], desk: Desk, anna: RegisterPerson, exchange: Callable[..., Any]
) -> tuple[str, str]:
    """Anna's records at the social service and at the SIL, which has accepted her."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = await desk.refer(ambito, record)
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        answer = await http.post(f"/api/registry/referrals/{referral.referral}/accept", json={})
    assert answer.status_code == 200, answer.text
    await exchange(ambito, sil)
    return record, answer.json()["record"]


async def carried(ambito: Runtime, sil: Runtime, exchange: Callable[..., Any]) -> None:
    for _ in range(3):
        for one in (sil, ambito):
            await file_duties.turn(one)
        await exchange(ambito, sil)


async def test_who_is_told_asks_with_one_click_and_gets_what_was_filed(
    both: tuple[Runtime, Runtime], accepted: tuple[str, str], exchange: Callable[..., Any]
) -> None:
    (ambito, sil), (record, theirs) = both, accepted
    async with client(ambito, "caseworker") as http:
        await file_one(http, record)
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        (listed,) = (await http.get(f"/api/registry/persons/{theirs}/documents")).json()["documents"]
        assert (listed["state"], listed["member"]) == ("elsewhere", "ambito-urbano")
        place = f"/api/registry/persons/{theirs}/documents/ambito-urbano/{listed['document']}"
        assert (await http.get(f"{place}/content")).json()["type"].endswith("document-not-arrived")
        asked = await http.post(f"{place}/ask")
        assert (asked.status_code, asked.json()["state"]) == (202, "asked")
        await carried(ambito, sil, exchange)
        (listed,) = (await http.get(f"/api/registry/persons/{theirs}/documents")).json()["documents"]
        assert listed["state"] == "here"
        assert (await http.get(f"{place}/content")).content == PDF
    permitted = [one for one in await rows(ambito, Decision) if listed["document"] in one.reason]
    assert [(one.recipient, one.permitted) for one in permitted] == [("sil.registry", True)]


async def test_a_document_of_a_circle_that_was_not_authorised_is_not_even_known(
    both: tuple[Runtime, Runtime], accepted: tuple[str, str], exchange: Callable[..., Any]
) -> None:
    """INVARIANT: the consent covers care; a clinical document is neither told nor given. One event for every
    circle, or a file sent for its id, breaks it."""
    (ambito, sil), (record, theirs) = both, accepted
    async with client(ambito, "caseworker") as http:
        document = (await file_one(http, record, circle="clinical")).json()["document"]
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        assert (await http.get(f"/api/registry/persons/{theirs}/documents")).json()["documents"] == []
        answer = await http.post(f"/api/registry/persons/{theirs}/documents/ambito-urbano/{document}/ask")
        assert answer.status_code == 404
    assert await rows(sil, DocumentCopy) == []


async def test_a_referral_names_documents_and_whoever_accepts_may_ask_for_them(
    both: tuple[Runtime, Runtime], desk: Desk, anna: RegisterPerson, exchange: Callable[..., Any]
) -> None:
    ambito, sil = both
    record = await desk.register(ambito, anna)
    page = f"/persone/{record}/segnala"
    asked = {"to": "sil", "reason": "Vuole lavorare", "need": "Un lavoro", "ground": "consenso"}
    async with client(ambito, "caseworker") as http:
        document = (await file_one(http, record)).json()["document"]
        hidden = (await file_one(http, record, circle="clinical")).json()["document"]
        form = (await http.get(page)).text
        assert (document in form, hidden in form) == (True, False)
        refused = await http.post(page, data=asked | {"documents": [document, hidden]})
        assert (refused.status_code, "non potrebbe aprire" in refused.text) == (409, True)
        sent = await http.post(page, data=asked | {"documents": [document]})
        assert sent.status_code == 303, sent.text
        assert "relazione.pdf" in (await http.get(sent.headers["location"])).text
        referral = sent.headers["location"].rpartition("/")[2]
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        shown = (await http.get(f"/segnalazioni/{referral}")).text
        assert ("relazione.pdf" in shown, document in shown) == (True, False)
        assert await rows(sil, DocumentCopy) == []
        answer = await http.post(f"/api/registry/referrals/{referral}/accept", json={})
        theirs = answer.json()["record"]
        assert answer.json()["documents"][0]["kind_label"] == "Relazione"
        await exchange(ambito, sil)
        (listed,) = (await http.get(f"/api/registry/persons/{theirs}/documents")).json()["documents"]
        assert (listed["document"], listed["state"]) == (document, "elsewhere")


async def test_pages_list_file_ask_and_save(
    both: tuple[Runtime, Runtime], accepted: tuple[str, str], exchange: Callable[..., Any]
) -> None:
    (ambito, sil), (record, theirs) = both, accepted
    async with client(ambito, "caseworker") as http:
        page = f"/persone/{record}/documenti"
        wrong = await http.post(page, data=REPORT, files={"file": ("x.pdf", b"MZ\x00")})
        assert (wrong.status_code, "PDF, JPEG, PNG" in wrong.text) == (409, True)
        assert 'value="12345/2013"' in wrong.text
        filed = await http.post(page, data=REPORT, files={"file": ("Relazione <b>.pdf", PDF)})
        assert (filed.status_code, filed.headers["location"]) == (303, page)
        shown = (await http.get(page)).text
        assert "Relazione -b-.pdf" in shown
        assert "12345/2013" in (await http.get(f"/persone/{record}")).text
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        page = f"/persone/{theirs}/documenti"
        assert "Chiedi il documento" in (await http.get(page)).text
        (document,) = await rows(sil, DocumentCopy)
        one = f"{page}/ambito-urbano/{document.document}"
        assert (await http.post(f"{one}/richiesta")).status_code == 303
        assert "Chiesto, in arrivo" in (await http.get(page)).text
        await carried(ambito, sil, exchange)
        assert "Arrivato" in (await http.get(page)).text
        assert (await http.get(one)).content == PDF


async def test_files_are_in_no_database_in_clear(
    both: tuple[Runtime, Runtime], accepted: tuple[str, str], tmp_path: Path, exchange: Callable[..., Any]
) -> None:
    (ambito, sil), (record, theirs) = both, accepted
    words = b"parole che nessun file del servizio deve contenere"
    async with client(ambito, "caseworker") as http:
        filed = await file_one(http, record, words, "appunti.txt")
    await exchange(ambito, sil)
    async with client(sil, "caseworker") as http:
        place = f"/api/registry/persons/{theirs}/documents/ambito-urbano/{filed.json()['document']}"
        await http.post(f"{place}/ask")
        await file_duties.turn(sil)
        await exchange(ambito, sil)
        await file_duties.turn(ambito)
        assert await rows(ambito, OutboxRow, col(OutboxRow.kind) == "file")
        on_its_way = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        await carried(ambito, sil, exchange)
        assert (await http.get(f"{place}/content")).content == words
    arrived = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert words not in on_its_way + arrived
