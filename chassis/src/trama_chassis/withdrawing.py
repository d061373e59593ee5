"""Taking streams back from everybody who reads them, while who wrote them keeps what they told elsewhere.

For those who read it is an erasure like any other: a control event, no order, nothing to answer, no trace.
"""

from collections.abc import Collection

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis import erasure, streams
from trama_chassis.outbox import runtime_of
from trama_chassis.streams import ERASED
from trama_chassis.tables import OwnStream

Place = tuple[str, str, str]
"""Record, circle and scope of a stream: what went on without somebody who left has the same."""


async def take_back(session: AsyncSession, places: Collection[Place]) -> int:
    """Destroy all streams of ours in these places, for ever and for everybody; how many there were."""
    runtime = runtime_of(session)
    await session.flush()
    await streams.hold(session, runtime, {record for record, _, _ in places})
    locked = (
        select(OwnStream)
        .where(
            tuple_(col(OwnStream.record), col(OwnStream.circle), col(OwnStream.scope)).in_(sorted(places)),
            col(OwnStream.sealed_key) != ERASED,
        )
        .order_by(col(OwnStream.stream))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(locked)).all()
    for stream in found:
        await erasure.destroy_own(session, runtime, stream)
    return len(found)
