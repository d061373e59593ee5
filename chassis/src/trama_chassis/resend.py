"""The one repair: a stream's exact bytes sent again, after their key, beside live traffic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.tables import Delivered, GrantGiven, OutboxRow, OwnStream, ResendDue, table_of

SENT_COLUMNS = (
    col(OutboxRow.position),
    col(OutboxRow.kind),
    col(OutboxRow.topic),
    col(OutboxRow.key),
    col(OutboxRow.value),
    col(OutboxRow.signature),
)
"""What the relay needs of a row."""


STREAMS = 200
"""Of how many streams a portion holds something."""

_KEY_WAITS = exists().where(
    col(OutboxRow.event_id) == col(ResendDue.after_message),
    col(OutboxRow.sent_at).is_(None),
)
_READY = or_(col(ResendDue.after_message).is_(None), ~_KEY_WAITS)
_WISHES = select(ResendDue).where(_READY).order_by(col(ResendDue.stream)).limit(STREAMS)


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows that are due again, and for each wish from where it goes on afterwards."""

    rows: Sequence[Sequence[Any]] = ()
    wishes: Sequence[tuple[ResendDue, int]] = ()


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


async def due(session: AsyncSession, limit: int) -> Portion:
    """The next rows to send again, of streams whose key, if it was to go first, has gone.

    The earliest events of every stream come first: none waits until a longer one is through.
    """
    found = await session.scalars(_WISHES)
    wishes = found.all()
    if not wishes:
        return Portion()
    asked_for = exists().where(
        _READY,
        col(ResendDue.stream) == col(OutboxRow.stream),
        col(OutboxRow.seq).between(col(ResendDue.next_seq), col(ResendDue.until_seq)),
    )
    rows = (
        await session.execute(
            select(*SENT_COLUMNS, col(OutboxRow.seq))
            .where(col(OutboxRow.stream).in_({wish.stream for wish in wishes}), asked_for)
            .where(col(OutboxRow.sent_at).is_not(None))
            .order_by(col(OutboxRow.seq), col(OutboxRow.stream))
            .limit(limit)
        )
    ).all()
    last = {row.key: row.seq for row in rows}
    is_all = len(rows) < limit
    return Portion(
        [row[:-1] for row in rows],
        [(wish, wish.until_seq + 1 if is_all else _after(wish, last.get(wish.stream))) for wish in wishes],
    )


def _after(wish: ResendDue, last: int | None) -> int:
    """From where a wish goes on when its stream was sent again as far as `last`."""
    return wish.next_seq if last is None else max(wish.next_seq, min(last, wish.until_seq) + 1)


async def done(session: AsyncSession, portion: Portion) -> None:
    """Move wishes on, or remove those of which all was sent; one widened meanwhile stays as it is."""
    over = [_place(wish) for wish, next_seq in portion.wishes if next_seq > wish.until_seq]
    further = [
        {**_place(wish), "go_on": next_seq}
        for wish, next_seq in portion.wishes
        if wish.next_seq < next_seq <= wish.until_seq
    ]
    connection, table = await session.connection(), table_of(ResendDue)
    unchanged = (
        table.c.stream == bindparam("of_stream"),
        table.c.recipient == bindparam("for_recipient"),
        table.c.next_seq == bindparam("from_seq"),
        table.c.until_seq == bindparam("to_seq"),
        table.c.after_message.is_not_distinct_from(bindparam("after")),
    )
    if over:
        await connection.execute(table.delete().where(*unchanged), over)
    if further:
        await connection.execute(
            table.update().where(*unchanged).values(next_seq=bindparam("go_on")), further
        )


def _place(wish: ResendDue) -> dict[str, Any]:
    """A wish as it was when its rows were read."""
    return {
        "of_stream": wish.stream,
        "for_recipient": wish.recipient,
        "from_seq": wish.next_seq,
        "to_seq": wish.until_seq,
        "after": wish.after_message,
    }


async def not_all_told(session: AsyncSession, recipient: str) -> set[str]:
    """Streams that ended for a recipient before it said to have read all that it was to read of them."""
    found = await session.scalars(
        select(col(GrantGiven.stream))
        .join(OwnStream, col(OwnStream.stream) == col(GrantGiven.stream))
        .outerjoin(
            Delivered,
            (col(Delivered.stream) == col(GrantGiven.stream)) & (col(Delivered.recipient) == recipient),
        )
        .where(col(GrantGiven.recipient) == recipient, col(GrantGiven.ended_at).is_not(None))
        .where(col(OwnStream.ended), func.coalesce(col(Delivered.seq), 0) < col(OwnStream.seq))
    )
    return set(found)
