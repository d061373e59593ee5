"""Ends at once what was shared with who has left the network, or a circle; decides again what had to wait.

The directory says who is in; a change of it is followed by a look at every key that was given.
"""

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from trama_chassis import access, outbox
from trama_chassis.tables import GrantGiven, OwnStream

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

RECORDS = 200
"""Of how many records at most one transaction decides."""


async def turn(runtime: "Runtime", decided_for: int | None) -> int | None:
    """Decide again where who has a key is no longer in the directory or in the circle.

    Returns the version of the directory for which nobody was left to turn away, or the one given.
    """
    version = runtime.directory.current.manifest_version
    if version == decided_for or not runtime.directory.current.members:
        return decided_for
    while records := await _of_leavers(runtime):
        async with runtime.consuming() as session:
            outbox.regrant(session, *records)
            await outbox.commit(session)
        runtime.log.warning("shared no longer with who has left", count=len(records))
    return version


async def decide_refused(runtime: "Runtime") -> None:
    """Decide again what was refused while a source was silent."""
    async with runtime.consuming() as session:
        if await access.decide_refused(session):
            await outbox.commit(session)


async def _of_leavers(runtime: "Runtime") -> list[str]:
    """Some records of ours of which somebody has a key that is not to have it by the directory."""
    directory, listed = runtime.directory.current, set(runtime.directory.principals())
    async with runtime.database.read() as session:
        given = select(col(GrantGiven.recipient)).where(col(GrantGiven.ended_at).is_(None)).distinct()
        holders = (await session.scalars(given)).all()
        gone = [name for name in holders if name not in listed]
        left: list[ColumnElement[bool]] = [col(GrantGiven.recipient).in_(gone)]
        for name in set(holders) - set(gone):
            circles = directory.circles(name.partition(".")[0])
            left.append((col(GrantGiven.recipient) == name) & col(OwnStream.circle).not_in(sorted(circles)))
        records = await session.scalars(
            select(col(OwnStream.record))
            .join(GrantGiven, col(GrantGiven.stream) == col(OwnStream.stream))
            .where(col(GrantGiven.ended_at).is_(None), or_(*left))
            .distinct()
            .limit(RECORDS)
        )
        return list(records)
