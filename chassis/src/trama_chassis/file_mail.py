"""What others ask of our files, and what comes of those we asked for. It acts in the mailbox's transaction.

Nothing is sent here: what may go is noted as due, and `file_duties` sends it part by part.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.encoding import full_hash
from trama_contracts.messages import FILE_PART_BYTES, FilePart
from trama_contracts.outcomes import Outcome

from trama_chassis import clock, files
from trama_chassis.entitlement import Offered, Verdict, entitled
from trama_chassis.files import ASKED, KEPT, REFUSED, UNANSWERED, File, FileDue, FilePiece
from trama_chassis.knowledge import knowledge_of
from trama_chassis.tables import Decision, OwnStream

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

MOST_AT_ONCE = 64
"""Files that one request may name."""


async def answer(session: AsyncSession, runtime: "Runtime", recipient: str, named: Sequence[str]) -> None:
    """Note which of these files go to who asks. Who may not have one hears nothing, as if there were none."""
    for file in list(dict.fromkeys(named))[:MOST_AT_ONCE]:
        held = await session.get(File, (runtime.settings.principal, file))
        if held is None or not await may_have(session, runtime, held, recipient):
            runtime.count(recipient, Outcome.NO_GRANT)
        elif await session.get(FileDue, (file, recipient)) is None:
            session.add(FileDue(file=file, recipient=recipient))


async def may_have(
    session: AsyncSession, runtime: "Runtime", held: File, recipient: str, *, already: bool = False
) -> bool:
    """Decide anew whether a service may have a file of ours; as for keys, it fails closed.

    The decision is written down; if it was taken `already`, only should it be another one now.
    """
    if not runtime.directory.current.accepts_grants(clock.machine_now()):
        return False
    settings = runtime.settings
    offered = Offered(settings.member, settings.service, held.circle, held.scope)
    verdict = entitled(offered, recipient, await knowledge_of(session, runtime, held.record))
    if not (already and verdict.permitted):
        session.add(await _decision(session, held, recipient, verdict))
    return verdict.permitted


async def _decision(session: AsyncSession, held: File, recipient: str, verdict: Verdict) -> Decision:
    """A decision on a file stands with those on the stream that tells of it."""
    stream = await session.scalar(
        select(col(OwnStream.stream))
        .where(col(OwnStream.record) == held.record, col(OwnStream.circle) == held.circle)
        .where(col(OwnStream.scope) == held.scope)
        .order_by(col(OwnStream.generation).desc())
        .limit(1)
    )
    return Decision(
        at=clock.machine_now(),
        stream=stream or held.file,
        recipient=recipient,
        permitted=verdict.permitted,
        reason=f"file {held.file}: {verdict.reason}",
    )


async def take(session: AsyncSession, runtime: "Runtime", sender: str, part: FilePart) -> Outcome:
    """Keep one part of a file we asked this sender for; when it is whole, its hash decides.

    A part of what nobody asked for is passed over: the message was good, and that is counted beside it.
    """
    held = await session.get(File, (sender, part.file), with_for_update=True)
    if held is None or sender == runtime.settings.principal:
        runtime.count(sender, Outcome.NO_GRANT)
        return Outcome.OK
    if held.state not in (ASKED, UNANSWERED):
        return Outcome.DUPLICATE
    piece = part.piece
    size = min(FILE_PART_BYTES, held.size - (part.part - 1) * FILE_PART_BYTES)
    if (part.sha256, part.of, len(piece)) != (held.sha256, held.parts, size):
        return await _refuse(session, runtime, held)
    held.heard_at = clock.machine_now()
    if await session.get(FilePiece, (sender, part.file, part.part)) is not None:
        return Outcome.DUPLICATE
    session.add_all(files.sealed(runtime.keystore, held, [piece], part.part))
    await session.flush()
    if await session.scalar(select(func.count()).where(files.pieces_of(held))) == held.parts:
        whole = b"".join(await files.opened(session, runtime.keystore, held, 1, held.parts))
        if full_hash(whole) != held.sha256:
            return await _refuse(session, runtime, held)
        held.state = KEPT
    return Outcome.OK


async def _refuse(session: AsyncSession, runtime: "Runtime", held: File) -> Outcome:
    """Keep nothing of a file that is not what was told of it; who asked is told so."""
    await session.execute(delete(FilePiece).where(files.pieces_of(held)))
    held.state = REFUSED
    runtime.log.error("a file is not what its hash says", source=held.source)
    return Outcome.INVALID_PAYLOAD
