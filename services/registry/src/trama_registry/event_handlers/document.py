"""Documents that were filed, our own too: what is told of them. A file is asked for by a person alone."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import file_custody
from trama_chassis.handlers import ErasedStream, Origin
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
from trama_contracts.registry.document import Filing, Numbering

from trama_registry.event_handlers.heard import handlers, log
from trama_registry.models import DocumentAsked, DocumentCopy


@handlers.copy(DocumentFiled, HealthDocumentFiled, SocialDocumentFiled, JudicialDocumentFiled, own=True)
async def copy_document(session: AsyncSession, event: Filing, origin: Origin) -> None:
    """Keep what is told of a document; the first word on it counts."""
    if await session.get(DocumentCopy, (origin.member, event.document)) is not None:
        log.warning("document told twice", source=origin.source, event_id=origin.event_id)
        return
    session.add(
        DocumentCopy(
            **event.model_dump(),
            member=origin.member,
            record=origin.record,
            circle=origin.circle,
            scope=origin.scope,
            event_id=origin.event_id,
            stream=origin.stream,
            filed_at=origin.recorded_at,
        )
    )


@handlers.copy(
    DocumentNumbered, HealthDocumentNumbered, SocialDocumentNumbered, JudicialDocumentNumbered, own=True
)
async def copy_number(session: AsyncSession, event: Numbering, origin: Origin) -> None:
    """Keep the protocol number of a document, as told by who filed it there; the last one counts."""
    document = await session.get(DocumentCopy, (origin.member, event.document))
    if document is None or (document.record, document.circle) != (origin.record, origin.circle):
        log.warning("number of no document", source=origin.source, event_id=origin.event_id)
        return
    document.protocol = event.protocol


@handlers.forget
async def forget_documents(session: AsyncSession, erased: ErasedStream) -> None:
    """Let go of what an erased stream told of documents, and of their files."""
    of_stream = (col(DocumentCopy.stream) == erased.stream, col(DocumentCopy.member) == erased.member)
    for document in await session.scalars(select(DocumentCopy).where(*of_stream)):
        await file_custody.forget(session, document.file)
        if (asked := await session.get(DocumentAsked, (document.member, document.document))) is not None:
            await session.delete(asked)
        await session.delete(document)
