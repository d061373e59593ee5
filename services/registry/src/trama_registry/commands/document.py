"""Documents: filed here and told in their circle, or asked of who filed them."""

from datetime import date
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import file_custody, outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import NotAllowed
from trama_chassis.files import Place
from trama_chassis.language import Named
from trama_chassis.outbox import runtime_of
from trama_contracts.encoding import full_hash
from trama_contracts.registry import (
    DocumentFiled,
    DocumentNumbered,
    HealthDocumentFiled,
    HealthDocumentNumbered,
    JudicialDocumentFiled,
    JudicialDocumentNumbered,
    SocialDocumentFiled,
    SocialDocumentNumbered,
)
from trama_contracts.registry.document import Filing, NamedDocument, NamedDocuments, Numbering

from trama_registry import queries
from trama_registry.commands.person import must_be_in
from trama_registry.commands.taking_in_charge import in_charge
from trama_registry.errors import (
    DayInFuture,
    DocumentFiledAlready,
    DocumentNotHere,
    DocumentNotShared,
    DocumentNumberedAlready,
    DocumentOfOthers,
)
from trama_registry.models import DocumentAsked, DocumentCopy, recognised
from trama_registry.schemas import FileDocument, NumberDocument, SendReferral

EVENTS: dict[str, type[Filing]] = {
    "care": DocumentFiled,
    "clinical": HealthDocumentFiled,
    "social": SocialDocumentFiled,
    "justice": JudicialDocumentFiled,
}
"""Each circle has an event of its own: who reads one reads nothing of the others."""
NUMBERS: dict[str, type[Numbering]] = {
    "care": DocumentNumbered,
    "clinical": HealthDocumentNumbered,
    "social": SocialDocumentNumbered,
    "justice": JudicialDocumentNumbered,
}
"""The number of a document is told to whom the document is."""


async def file_document(
    session: AsyncSession, record: str, request: FileDocument, file: tuple[str, bytes], by: Caller
) -> Filing:
    """Keep a file, of this name and content, and tell who may know of it that it is here.

    Raises PersonNotHere, NotInCharge, NotInCircle, NotAllowed (judicial ones), DayInFuture,
    DocumentFiledAlready and what `recognised` raises.
    """
    runtime = runtime_of(session)
    await in_charge(session, record)
    must_be_in(runtime, EVENTS[request.circle].circle)
    if request.circle == "justice" and not queries.may_see_judicial(by):
        raise NotAllowed
    today, (typed_name, content) = caseload.today(session), file
    name, media_type = recognised(typed_name, content)
    document = str(uuid4())
    place = Place(record, request.circle, f"{EVENTS[request.circle].scope}:{document}")
    await _must_be_new(session, place, full_hash(content))
    sha256 = await file_custody.keep(session, document, content, place)
    filed = EVENTS[request.circle](
        document=document,
        name=name,
        kind=request.kind,
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        dated=_day(request.dated, today),
        protocol=request.protocol,
    )
    outbox.add(session, filed, record=record, scope=document)
    return filed


def _day(dated: date | None, today: date) -> date:
    if dated is not None and dated > today:
        raise DayInFuture(field="dated")
    return dated or today


async def _must_be_new(session: AsyncSession, place: Place, sha256: str) -> None:
    """Refuse to tell the same file twice in one circle. Raises DocumentFiledAlready."""
    before = await queries.filed_before(session, place.record, place.circle, sha256)
    if before is not None:
        raise DocumentFiledAlready(
            "Questo file è già tra i documenti della persona: «%(name)s», del %(day)s.",
            name=before.name,
            day=before.dated,
        )


async def number_document(
    session: AsyncSession, edge: tuple[str, str], document: str, request: NumberDocument, by: Caller
) -> DocumentCopy:
    """Say under which number our office registered a document of ours (`edge`: member, record).

    Raises PersonNotHere, DocumentNotHere, DocumentOfOthers, DocumentNumberedAlready.
    """
    member, record = edge
    found = await queries.find_document(session, record, member, document, by, lock=True)
    if member != caseload.own_member(session):
        name = queries.names_of(session)(member)
        raise DocumentOfOthers(
            "Il documento l'ha depositato il %(who)s: il numero di protocollo lo dà chi deposita.",
            who=Named(name),
        )
    if found.protocol == request.protocol:
        raise DocumentNumberedAlready
    numbered = NUMBERS[found.circle](
        document=document,
        name=found.name,
        protocol=request.protocol,
        numbered_on=caseload.today(session),
        replaces=found.protocol,
    )
    outbox.add(session, numbered, record=found.record, scope=found.scope.partition(":")[2])
    return found


async def ask_document(
    session: AsyncSession, record: str, member: str, document: str, by: Caller
) -> DocumentCopy:
    """Ask who filed a document for the file; nothing happens if it is here already.

    Raises PersonNotHere, DocumentNotHere.
    """
    found = await queries.find_document(session, record, member, document, by)
    if member != caseload.own_member(session):
        place = Place(found.record, found.circle, found.scope)
        await file_custody.ask(session, found.file, found.sha256, found.size, place)
        await _keep_since_when(session, found)
    return found


async def _keep_since_when(session: AsyncSession, found: DocumentCopy) -> None:
    """Keep the day of business on which a file was asked for first: what is awaited says since when."""
    if await session.get(DocumentAsked, (found.member, found.document)) is None:
        today = caseload.today(session)
        session.add(DocumentAsked(member=found.member, document=found.document, asked_on=today))


async def named_documents(session: AsyncSession, record: str, request: SendReferral) -> NamedDocuments | None:
    """The documents that a referral names: ours, on this person, and open to who is authorised by it.

    Judicial ones are named by nobody: that there is one tells what it must not. Raises DocumentNotHere,
    DocumentNotShared.
    """
    own = caseload.own_member(session)
    authorised = await queries.find_authorisation(session, request.authorisation, record)
    circles = set(authorised.circles if authorised is not None else ()) - {"justice"}
    named = []
    for document in dict.fromkeys(request.documents):
        found = await session.get(DocumentCopy, (own, document))
        if found is None or found.record != record:
            raise DocumentNotHere(field="documents")
        if found.circle not in circles:
            raise DocumentNotShared(
                "Chi riceve non potrebbe aprire «%(name)s»: ciò che la persona ha autorizzato a condividere "
                "non lo comprende. Toglietelo, o scegliete un'altra autorizzazione.",
                name=found.name,
            )
        named.append(NamedDocument(name=found.name, kind=found.kind, dated=found.dated))
    return tuple(named) or None
