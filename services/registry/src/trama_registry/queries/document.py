"""The documents of a person: filed by us and by others, and the letters of the referrals we sent."""

from collections.abc import Collection, Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, audit, file_custody
from trama_chassis.accounts import Caller
from trama_chassis.files import ASKED, KEPT, REFUSED, UNANSWERED, File, Name
from trama_chassis.language import say
from trama_chassis.outbox import runtime_of
from trama_contracts.registry.document import Filing

from trama_registry.errors import DocumentNotArrived, DocumentNotHere
from trama_registry.models import DocumentAsked, DocumentCopy, EntryCopy, Referral, ReferralProtocol
from trama_registry.queries import told
from trama_registry.queries.entries import JUSTICE, Edge
from trama_registry.queries.identity import may_see_judicial
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.queries.told.words import CIRCLES
from trama_registry.schemas import DocumentsView, DocumentView, FiledDocumentView

MOST = 50
STATES = {
    "here": ("Qui da noi", "good"),
    KEPT: ("Arrivato", "good"),
    ASKED: ("Chiesto, in arrivo", "waiting"),
    REFUSED: ("Arrivato diverso da quello annunciato: non conservato", "attention"),
    UNANSWERED: ("Chiesto, nessuna risposta", "attention"),
    "elsewhere": ("Da chiedere", "neutral"),
}
"""Where the file of a document is, as a chip says it."""


async def documents_of(
    session: AsyncSession, record: str, filed: Sequence[FiledDocumentView], own: str, names: told.Names
) -> list[DocumentView]:
    """What the first page on a person lists of what was filed and of the letters we sent, newest first."""
    letters = await _letters(session, record, own, names)
    return sorted([*filed, *letters], key=lambda one: one.on, reverse=True)[:MOST]


async def documents_view(session: AsyncSession, record: str, by: Caller) -> DocumentsView:
    """Every document of a person that this operator may know of. Raises PersonNotHere."""
    await find_person(session, record)
    filed = await filed_documents(session, record, with_justice=may_see_judicial(by))
    return DocumentsView(record=record, documents=filed)


async def filed_documents(
    session: AsyncSession, record: str, *, with_justice: bool = False
) -> list[FiledDocumentView]:
    """The documents filed on any record of this person, newest first; not those that were struck."""
    wanted = _told_of(await access.component(session, record), with_justice=with_justice)
    struck = select(col(EntryCopy.corrects)).where(
        col(EntryCopy.corrects) == col(DocumentCopy.event_id),
        col(EntryCopy.member) == col(DocumentCopy.member),
    )
    found = await session.scalars(
        select(DocumentCopy)
        .where(wanted, ~struck.exists())
        .order_by(col(DocumentCopy.filed_at).desc(), col(DocumentCopy.document))
    )
    return await _views(session, record, found.all())


async def documents_to_name(session: AsyncSession, record: str) -> dict[str, str]:
    """Our documents that whoever follows the person may know of, as choices in a form."""
    own = caseload.own_member(session)
    filed = await filed_documents(session, record)
    return {
        one.document: say("%(name)s, %(kind)s del %(day)s", name=one.name, kind=one.kind_label, day=one.on)
        for one in filed
        if one.member == own and one.circle == "care"
    }


async def find_document(
    session: AsyncSession, record: str, member: str, document: str, by: Caller, *, lock: bool = False
) -> DocumentCopy:
    """A document of this person that this operator may know of. Raises PersonNotHere, DocumentNotHere."""
    await find_person(session, record)
    found = await session.get(DocumentCopy, (member, document), with_for_update=lock or None)
    if found is None or (found.member, found.record) not in await access.component(session, record):
        raise DocumentNotHere
    if found.circle == JUSTICE and not may_see_judicial(by):
        raise DocumentNotHere
    return found


async def content_of(
    session: AsyncSession, record: str, member: str, document: str, by: Caller
) -> tuple[DocumentCopy, bytes]:
    """A document and its file, opened. Raises PersonNotHere, DocumentNotHere, DocumentNotArrived."""
    found = await find_document(session, record, member, document, by)
    content = await file_custody.content_of(session, found.file)
    if content is None:
        raise DocumentNotArrived
    audit.reason(session, "export", "")
    return found, content


async def filed_before(session: AsyncSession, record: str, circle: str, sha256: str) -> DocumentCopy | None:
    """Our document on this record, in this circle, that is the same file."""
    found = await session.scalars(
        select(DocumentCopy).where(
            col(DocumentCopy.member) == caseload.own_member(session),
            col(DocumentCopy.record) == record,
            col(DocumentCopy.circle) == circle,
            col(DocumentCopy.sha256) == sha256,
        )
    )
    return found.first()


async def view_of_document(session: AsyncSession, record: str, document: DocumentCopy) -> FiledDocumentView:
    """One document of this person, as it stands now."""
    return (await _views(session, record, [document]))[0]


async def view_of_filed(session: AsyncSession, record: str, filed: Filing) -> FiledDocumentView:
    """A document of ours that is being filed: its copy is written when this transaction commits."""
    runtime = runtime_of(session)
    copy = DocumentCopy(
        **filed.model_dump(),
        member=caseload.own_member(session),
        record=record,
        circle=filed.circle,
        scope=f"{filed.scope}:{record}",
        event_id="",
        stream="",
        filed_at=runtime.clock.moment(),
    )
    return await view_of_document(session, record, copy)


def _told_of(same_person: Collection[Edge], *, with_justice: bool) -> ColumnElement[bool]:
    places = (
        and_(col(DocumentCopy.member) == member, col(DocumentCopy.record) == record)
        for member, record in sorted(same_person)
    )
    return or_(*places) if with_justice else and_(or_(*places), col(DocumentCopy.circle) != JUSTICE)


async def _views(
    session: AsyncSession, record: str, documents: Sequence[DocumentCopy]
) -> list[FiledDocumentView]:
    own, names = caseload.own_member(session), names_of(session)
    files = await file_custody.states(session, {one.file for one in documents if one.member != own})
    asked = await _asked_on(session, [one for one in documents if one.file in files])
    readers: dict[str, list[str]] = {}
    for one in documents:
        if one.member == own and one.circle not in readers:
            seen_by = await access.seen_by(session, one.record, one.circle)
            readers[one.circle] = sorted({names(principal.partition(".")[0]) for principal in seen_by})
    return [
        _view(
            one, files.get(one.file), own, names, readers=readers.get(one.circle, []), record=record
        ).model_copy(update={"asked_on": asked.get(one.file)})
        for one in documents
    ]


async def _asked_on(session: AsyncSession, documents: Sequence[DocumentCopy]) -> dict[Name, date]:
    """Since when the files of these documents are asked for."""
    wanted = [
        and_(col(DocumentAsked.member) == one.member, col(DocumentAsked.document) == one.document)
        for one in documents
    ]
    by_key = {(one.member, one.document): one.file for one in documents}
    found = await session.scalars(select(DocumentAsked).where(or_(false(), *wanted))) if wanted else ()
    return {by_key[one.member, one.document]: one.asked_on for one in found}


def _view(
    one: DocumentCopy,
    file: File | None,
    own: str,
    names: told.Names,
    *,
    readers: Sequence[str],
    record: str,
) -> FiledDocumentView:
    is_ours = one.member == own
    state = "here" if is_ours else file.state if file is not None else "elsewhere"
    label, chip = STATES[state]
    return FiledDocumentView(
        name=one.name,
        number=one.protocol,
        on=one.dated,
        open_to=[names(own), *readers] if is_ours else [names(one.member), names(own)],
        href=f"/persone/{record}/documenti/{one.member}/{one.document}",
        document=one.document,
        member=one.member,
        member_name=names(one.member),
        kind=one.kind,
        kind_label=say(told.document.KINDS[one.kind]),
        circle=one.circle,
        circle_label=say(CIRCLES[one.circle]),
        media=told.document.MEDIA[one.media_type],
        size=one.size,
        size_label=_size(one.size),
        filed_on=told.local_day(one.filed_at),
        state="here" if state == KEPT else state,
        state_label=say(label),
        state_kind=chip,
    )


def _size(bytes_: int) -> str:
    """A size as people say it, rounded up."""
    return f"{-(-bytes_ // 1024)} KB" if bytes_ < 1024 * 1024 else f"{-(-bytes_ // (1024 * 1024))} MB"


async def _letters(session: AsyncSession, record: str, own: str, names: told.Names) -> list[DocumentView]:
    """The letters of the referrals of this person that we sent, newest first."""
    noted = and_(
        col(ReferralProtocol.sender) == own, col(ReferralProtocol.referral) == col(Referral.referral)
    )
    found = await session.execute(
        select(Referral, col(ReferralProtocol.number))
        .outerjoin(ReferralProtocol, noted)
        .where(col(Referral.record) == record)
        .order_by(col(Referral.sent_on).desc(), col(Referral.referral))
        .limit(MOST)
    )
    return [
        DocumentView(
            name=say("Lettera di segnalazione al %(to)s", to=names(sent.to)),
            number=number,
            on=sent.sent_on,
            open_to=[names(own)],
            href=f"/segnalazioni/{sent.referral}/lettera",
        )
        for sent, number in found
    ]
