"""Orders to erase as they arrive, and the answers to ours. It acts in the mailbox's transaction.

Nothing is sent here: what is to be answered is noted, and `erasure_duties` sends it.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.messages import Erasure
from trama_contracts.names import parse_topic
from trama_contracts.outcomes import Outcome

from trama_chassis import clock, erasure
from trama_chassis.erasure import RECORD_SCOPE, Wish
from trama_chassis.erasure_tables import DONE, KEPT, WAITING, ErasureOrder, ErasureReceived, ErasureRecipient
from trama_chassis.tables import GrantReceived

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


async def take(session: AsyncSession, runtime: "Runtime", sender: str, message: Erasure) -> Outcome:
    """Carry out an order, or note what was answered to one of ours."""
    if message.action == "ordered":
        return await _carry_out(session, runtime, sender, message)
    return await _note_answer(session, runtime, sender, message)


async def _carry_out(session: AsyncSession, runtime: "Runtime", sender: str, message: Erasure) -> Outcome:
    """Destroy what the sender wrote, and only that. What was done before is answered as before."""
    for topic in message.streams:
        owner = parse_topic(topic)
        if owner is None or not runtime.directory.current.may_write(sender, owner.principal):
            return Outcome.WRONG_SOURCE
    received = await session.get(ErasureReceived, (sender, message.order))
    if received is None:
        received = ErasureReceived(
            source=sender, order=message.order, streams={}, counts={}, received_at=clock.machine_now()
        )
        session.add(received)
    before = {(topic, stream) for topic, some in received.streams.items() for stream in some}
    counts = erasure.Counts(received.counts)
    named = [(topic, stream) for topic, some in message.streams.items() for stream in some]
    records = await _whole_records(session, runtime, sender, named)
    for topic, stream in named:
        if (topic, stream) not in before:
            counts += await erasure.destroy_received(session, runtime, topic, stream)
    for record in sorted(records):
        counts += await _follow(session, runtime, record, (sender, message.order))
    received.streams = erasure.grouped({*before, *named})
    if set(named) - before:
        received.scrubbed_at = None
    received.counts, received.answered_at = dict(counts), None
    return Outcome.OK


async def _whole_records(
    session: AsyncSession, runtime: "Runtime", sender: str, named: list[tuple[str, str]]
) -> set[str]:
    """Records of this member that are erased whole by the service of ours that keeps them."""
    if sender.partition(".")[0] != runtime.settings.member:
        return set()
    rows = await session.scalars(
        select(GrantReceived).where(col(GrantReceived.stream).in_([stream for _, stream in named]))
    )
    return {
        row.record
        for row in rows
        if (row.topic, row.stream) in named and row.record and row.scope == f"{RECORD_SCOPE}:{row.record}"
    }


async def _follow(
    session: AsyncSession, runtime: "Runtime", record: str, cause: tuple[str, str]
) -> erasure.Counts:
    """Erase what we ourselves wrote of a record that is erased; who had it from us answers to us."""
    known = select(ErasureOrder).where(
        col(ErasureOrder.record) == record,
        col(ErasureOrder.whole).is_(True),
        col(ErasureOrder.cause) == cause[1],
    )
    if await session.scalar(known) is not None:
        return erasure.Counts()
    wish = Wish(record, ground="ordered", act="", reason="", by=runtime.settings.principal, cause=cause)
    made = await erasure.order(session, runtime, wish)
    return erasure.Counts(made.counts)


async def _note_answer(session: AsyncSession, runtime: "Runtime", sender: str, message: Erasure) -> Outcome:
    """Note what a recipient did, or by which law it keeps what it has; an order is answered in parts, too."""
    asked = await session.get(ErasureRecipient, (message.order, sender), with_for_update=True)
    if asked is None:
        # A good message, about an order that we did not give to its sender: passed over.
        runtime.count(sender, Outcome.NO_GRANT)
        return Outcome.OK
    if asked.state != WAITING:
        return Outcome.DUPLICATE
    left = {(topic, stream) for topic, some in asked.streams.items() for stream in some}
    left -= {(topic, stream) for topic, some in message.streams.items() for stream in some}
    asked.streams = erasure.grouped(left)
    if message.action == "refused":
        asked.basis = message.basis.model_dump(exclude_none=True) if message.basis is not None else {}
    asked.counts = dict(erasure.Counts(message.counts or {}))
    if not left:
        asked.state = KEPT if asked.basis is not None else DONE
        asked.answered_on, asked.answered_at = runtime.clock.today(), clock.machine_now()
    return Outcome.OK


async def remind(session: AsyncSession, asker: str, streams: set[str]) -> None:
    """Who asks for what was erased has not heard of it, or has forgotten: its order is sent again."""
    orders = await session.scalars(
        select(ErasureOrder)
        .join(ErasureRecipient, col(ErasureRecipient.order) == col(ErasureOrder.order))
        .where(col(ErasureRecipient.recipient) == asker)
    )
    named = [one for one in orders if streams & {stream for some in one.streams.values() for stream in some}]
    for one in named:
        await session.execute(
            update(ErasureRecipient)
            .where(col(ErasureRecipient.order) == one.order, col(ErasureRecipient.recipient) == asker)
            .values(state=WAITING, streams=one.streams, asked_at=None)
        )
