"""The one repair: a stream's exact bytes sent again, oldest first, after their key and below live traffic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.tables import OutboxRow, OwnStream, ResendDue

SENT_COLUMNS = (
    col(OutboxRow.position),
    col(OutboxRow.kind),
    col(OutboxRow.topic),
    col(OutboxRow.key),
    col(OutboxRow.value),
    col(OutboxRow.signature),
)
"""What the relay needs of a row."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one stream that are due again, and where to go on afterwards."""

    wish: ResendDue | None
    rows: Sequence[Sequence[Any]] = ()
    next_seq: int = 0


async def ask(session: AsyncSession, stream: str, recipient: str, from_seq: int) -> None:
    """Note that a recipient needs a stream again from a sequence number on; an earlier wish is widened."""
    seq = await session.scalar(select(col(OwnStream.seq)).where(col(OwnStream.stream) == stream))
    if not seq or from_seq > seq:
        return
    due = await session.get(ResendDue, (stream, recipient))
    if due is None:
        session.add(ResendDue(stream=stream, recipient=recipient, next_seq=from_seq, until_seq=seq))
    else:
        due.next_seq, due.until_seq = min(due.next_seq, from_seq), seq


async def after_key(session: AsyncSession, stream: str, recipient: str, until_seq: int, message: str) -> None:
    """Note that a whole stream is to follow a key that was given late; its head is told again."""
    await session.merge(
        ResendDue(stream=stream, recipient=recipient, next_seq=1, until_seq=until_seq, after_message=message)
    )
    await session.execute(update(OwnStream).where(col(OwnStream.stream) == stream).values(told_seq=0))


async def due(session: AsyncSession, limit: int) -> Batch:
    """The next rows to send again: of one stream whose key, if it was to go first, has gone."""
    message_waits = exists().where(
        col(OutboxRow.event_id) == col(ResendDue.after_message),
        col(OutboxRow.sent_at).is_(None),
    )
    wish = (
        await session.execute(
            select(ResendDue)
            .where(or_(col(ResendDue.after_message).is_(None), ~message_waits))
            .order_by(col(ResendDue.stream), col(ResendDue.recipient))
            .limit(1)
        )
    ).scalar()
    if wish is None:
        return Batch(None)
    rows = (
        await session.execute(
            select(*SENT_COLUMNS, col(OutboxRow.seq))
            .where(col(OutboxRow.stream) == wish.stream)
            .where(col(OutboxRow.seq) >= wish.next_seq, col(OutboxRow.seq) <= wish.until_seq)
            .where(col(OutboxRow.sent_at).is_not(None))
            .order_by(col(OutboxRow.seq))
            .limit(limit)
        )
    ).all()
    last = rows[-1].seq if rows else wish.until_seq
    return Batch(wish, [row[:-1] for row in rows], last + 1)


async def done(session: AsyncSession, batch: Batch) -> None:
    """Move the wish on, or remove it once all was sent; one widened meanwhile stays as it is."""
    wish = batch.wish
    if wish is None:
        return
    unchanged = (
        col(ResendDue.stream) == wish.stream,
        col(ResendDue.recipient) == wish.recipient,
        col(ResendDue.next_seq) == wish.next_seq,
        col(ResendDue.until_seq) == wish.until_seq,
        col(ResendDue.after_message).is_not_distinct_from(wish.after_message),
    )
    if batch.next_seq > wish.until_seq:
        await session.execute(delete(ResendDue).where(*unchanged))
    else:
        await session.execute(update(ResendDue).where(*unchanged).values(next_seq=batch.next_seq))
