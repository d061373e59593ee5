"""Files for the service that has them: kept sealed in the transaction of what tells of them, asked for, read.

Whoever may have what tells of a file may ask for it; the source decides again when it is asked (`file_mail`).
"""

from collections.abc import Collection

from sqlalchemy import and_, delete, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.encoding import full_hash
from trama_contracts.messages import file_pieces

from trama_chassis import files
from trama_chassis.files import ASKED, KEPT, File, FileDue, FilePiece, Name, Place
from trama_chassis.outbox import runtime_of
from trama_chassis.tables import OutboxRow


async def keep(session: AsyncSession, file: str, content: bytes, place: Place) -> str:
    """Keep a file of ours, sealed, when this transaction commits; returns its hash as the wire has it."""
    runtime = runtime_of(session)
    kept = files.begun(runtime.keystore, (runtime.settings.principal, file), place)
    kept.sha256, kept.size, kept.state = full_hash(content), len(content), KEPT
    session.add(kept)
    session.add_all(files.sealed(runtime.keystore, kept, file_pieces(content)))
    return kept.sha256


async def ask(session: AsyncSession, name: Name, sha256: str, size: int, place: Place) -> File:
    """Ask another service for a file it told us of; once more, if it was refused or no answer came."""
    held = await session.get(File, name, with_for_update=True)
    if held is None:
        held = files.begun(runtime_of(session).keystore, name, place)
        session.add(held)
    if held.state != KEPT:
        held.sha256, held.size, held.state = sha256, size, ASKED
        held.times_asked, held.asked_at, held.heard_at = 0, None, None
    return held


async def content_of(session: AsyncSession, name: Name) -> bytes | None:
    """A file that is here, opened; None if it is not. Raises FileDamaged."""
    held = await session.get(File, name)
    if held is None or held.state != KEPT:
        return None
    return b"".join(await files.opened(session, runtime_of(session).keystore, held, 1, held.parts))


async def states(session: AsyncSession, names: Collection[Name]) -> dict[Name, File]:
    """How these files stand here, as far as they do."""
    wanted = [and_(col(File.source) == source, col(File.file) == file) for source, file in sorted(names)]
    found = await session.scalars(select(File).where(or_(false(), *wanted)))
    return {(one.source, one.file): one for one in found}


async def forget(session: AsyncSession, name: Name) -> None:
    """Let go of a file, ours or another's: with its key every copy of its pieces is unreadable.

    Of ours no further part goes out: those that wait in the outbox are destroyed with it.
    """
    held = await session.get(File, name, with_for_update=True)
    if held is not None:
        await session.execute(delete(FilePiece).where(files.pieces_of(held)))
        if held.source == runtime_of(session).settings.principal:
            await session.execute(delete(FileDue).where(col(FileDue.file) == held.file))
            parts = (col(OutboxRow.kind) == files.FILE, col(OutboxRow.stream) == held.file)
            await session.execute(delete(OutboxRow).where(*parts))
        await session.delete(held)
