"""How complete this service's copies are: what each source says it has, what arrived, when it was last heard."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from trama_chassis.tables import GrantReceived, HeadHeard, Position, SourceHeard


@dataclass(frozen=True, slots=True)
class Source:
    """One service that has granted us streams, and how far we are with them."""

    principal: str
    streams: int
    behind: int
    stopped: int
    heard_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether all it says it has is here."""
        return self.behind == 0 and self.stopped == 0


async def sources(session: AsyncSession, records: set[tuple[str, str]] | None = None) -> list[Source]:
    """The sources of these records (member, record), or all sources; machine time."""
    wanted = {record for _, record in records} if records is not None else None
    behind = func.coalesce(HeadHeard.seq, 0) > func.coalesce(Position.seq, 0)
    held_up = (Position.stopped.is_(True)) | (Position.blocked_seq.is_not(None)) | (Position.waiting > 0)  # type: ignore[attr-defined, union-attr]
    statement = (
        select(
            GrantReceived.source,
            func.count(),
            func.count().filter(behind),
            func.count().filter(held_up),
            func.max(SourceHeard.heard_at),
        )
        .outerjoin(
            Position, (Position.topic == GrantReceived.topic) & (Position.stream == GrantReceived.stream)
        )  # type: ignore[arg-type]
        .outerjoin(
            HeadHeard, (HeadHeard.topic == GrantReceived.topic) & (HeadHeard.stream == GrantReceived.stream)
        )  # type: ignore[arg-type]
        .outerjoin(SourceHeard, SourceHeard.source == GrantReceived.source)  # type: ignore[arg-type]
        .where(GrantReceived.ended_at.is_(None))  # type: ignore[union-attr]
        .group_by(GrantReceived.source)
        .order_by(GrantReceived.source)
    )
    if wanted is not None:
        statement = statement.where(GrantReceived.record.in_(wanted))  # type: ignore[union-attr]
    return [Source(*row) for row in await session.execute(statement)]
