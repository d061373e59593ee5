"""What is missing of the streams that we may read: waiting for an event, or said by their source to go on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.positions import HEAD_OF_GRANT, POSITION_OF_GRANT
from trama_chassis.tables import GrantReceived, HeadHeard, Position, table_of

ASK_AFTER = timedelta(seconds=30)

Missing = tuple[str, str, str, int, datetime | None]


async def missing(session: AsyncSession, now: datetime, business: str) -> list[Missing]:
    """(source, topic, stream, last seq, waiting since) of streams that lack an event, not lately asked."""
    found: list[Missing] = []
    for source, topic, stream, from_seq, seq, since, asked_at, head, heard_at in await _behind(
        session, business
    ):
        last = seq if seq is not None else from_seq - 1
        noticed = since if since is not None else heard_at
        if noticed is None or now - max(noticed, asked_at or noticed) < ASK_AFTER:
            continue
        if since is None and (head is None or head <= last):
            continue
        found.append((source, topic, stream, last, since))
    return found


async def _behind(session: AsyncSession, business: str) -> Iterable[Sequence[Any]]:
    """The streams still granted (by business time) that wait for an event, or are said to go on; and those
    that ended for us, up to where they are ours."""
    return await session.execute(
        select(
            col(GrantReceived.source),
            col(GrantReceived.topic),
            col(GrantReceived.stream),
            col(GrantReceived.from_seq),
            col(Position.seq),
            col(Position.waiting_since),
            col(Position.asked_at),
            col(HeadHeard.seq),
            col(HeadHeard.heard_at),
        )
        .outerjoin(Position, POSITION_OF_GRANT)
        .outerjoin(HeadHeard, HEAD_OF_GRANT)
        .where(
            col(GrantReceived.ended_at).is_(None)
            | (col(HeadHeard.seq) > func.coalesce(col(Position.seq), col(GrantReceived.from_seq) - 1))
        )
        .where(col(GrantReceived.valid_until).is_(None) | (col(GrantReceived.valid_until) >= business))
        .where((col(Position.blocked_seq).is_(None)) & (col(Position.stopped).is_not(True)))
        .where(
            (col(Position.waiting) > 0)
            | (col(HeadHeard.seq) > col(Position.seq))
            | (col(Position.seq).is_(None) & col(HeadHeard.seq).is_not(None))
        )
    )


async def mark_asked(session: AsyncSession, asked: Iterable[Missing], now: datetime) -> None:
    """Note when we asked, so that we do not ask again at once."""
    position, head = table_of(Position), table_of(HeadHeard)
    connection = await session.connection()
    ordered = sorted(asked, key=lambda one: one[2])
    rows = [{"in_topic": topic, "of_stream": stream, "at": now} for _, topic, stream, _, _ in ordered]
    for table, column in ((position, "asked_at"), (head, "heard_at")):
        await connection.execute(
            update(table)
            .where(table.c.topic == bindparam("in_topic"), table.c.stream == bindparam("of_stream"))
            .values({column: bindparam("at")}),
            rows,
        )
