"""How complete this service's copies are: what each source says it has, what arrived, when it was heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from trama_chassis.positions import HEAD_OF_GRANT, POSITION_OF_GRANT
from trama_chassis.tables import (
    OPEN,
    DeadLetter,
    Erased,
    GrantReceived,
    HeadHeard,
    OutboxRow,
    Position,
    ResendDue,
    SourceHeard,
    Waiting,
)


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


async def figures(session: AsyncSession) -> dict[str, int]:
    """What waits in this service, as counts: to send, to send again, held up, for an operator."""
    unsent = (col(OutboxRow.sent_at).is_(None), col(OutboxRow.not_before).is_(None))
    counts = {
        "to_send": select(func.count()).select_from(OutboxRow).where(*unsent),
        "to_send_again": select(func.count()).select_from(ResendDue),
        "waiting_events": select(func.count()).select_from(Waiting),
        "dead_letters": select(func.count()).select_from(DeadLetter).where(col(DeadLetter.state) == OPEN),
    }
    row = (await session.execute(select(*(one.scalar_subquery() for one in counts.values())))).one()
    return dict(zip(counts, row, strict=True))


async def sources(session: AsyncSession, records: set[tuple[str, str]] | None = None) -> list[Source]:
    """The sources of these records (member, record), or all sources; machine time."""
    wanted = {record for _, record in records} if records is not None else None
    behind = func.coalesce(col(HeadHeard.seq), 0) > func.coalesce(col(Position.seq), 0)
    held_up = (
        (col(Position.stopped).is_(True))
        | (col(Position.blocked_seq).is_not(None))
        | (col(Position.waiting) > 0)
    )
    statement = (
        select(
            col(GrantReceived.source),
            func.count(),
            func.count().filter(behind),
            func.count().filter(held_up),
            func.max(col(SourceHeard.heard_at)),
        )
        .outerjoin(Position, POSITION_OF_GRANT)
        .outerjoin(HeadHeard, HEAD_OF_GRANT)
        .outerjoin(SourceHeard, col(SourceHeard.source) == col(GrantReceived.source))
        .where(col(GrantReceived.ended_at).is_(None))
        .group_by(col(GrantReceived.source))
        .order_by(col(GrantReceived.source))
    )
    if wanted is not None:
        statement = statement.where(col(GrantReceived.record).in_(wanted))
    return [Source(*row) for row in await session.execute(statement)]


async def keyless(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """Streams (topic, id) whose head was told and whose key, which was to come first, is not here."""
    erased = (col(Erased.topic) == col(HeadHeard.topic)) & (col(Erased.stream) == col(HeadHeard.stream))
    found = await session.execute(
        select(col(HeadHeard.topic), col(HeadHeard.stream))
        .outerjoin(GrantReceived, HEAD_OF_GRANT)
        .outerjoin(Erased, erased)
        .where(col(GrantReceived.stream).is_(None), col(Erased.stream).is_(None))
        .limit(5_000)
    )
    return [(topic, stream) for topic, stream in found]


async def withheld(session: AsyncSession, records: set[tuple[str, str]]) -> list[str]:
    """Sources that have ended our access to a part of these records, and given none in its place.

    What was erased is not withheld: nobody has it.
    """
    erased = (col(Erased.topic) == col(GrantReceived.topic)) & (
        col(Erased.stream) == col(GrantReceived.stream)
    )
    living = aliased(GrantReceived)
    in_its_place = (
        select(col(living.stream))
        .where(
            col(living.source) == col(GrantReceived.source), col(living.record) == col(GrantReceived.record)
        )
        .where(col(living.circle) == col(GrantReceived.circle), col(living.scope) == col(GrantReceived.scope))
        .where(col(living.ended_at).is_(None))
    )
    found = await session.scalars(
        select(col(GrantReceived.source))
        .outerjoin(Erased, erased)
        .where(col(GrantReceived.record).in_({record for _, record in records}))
        .where(col(GrantReceived.ended_at).is_not(None), col(Erased.stream).is_(None), ~in_its_place.exists())
        .distinct()
        .order_by(col(GrantReceived.source))
    )
    return list(found)
