"""Orders to erase on their way: sent, sent again until answered, closed, listed outside, scrubbed.

Bookkeeping of the chassis, committed here. What is due is in the database: a restart goes on where it was.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.messages import MAX_ITEMS, Erasure
from trama_contracts.outcomes import Outcome

from trama_chassis import clock, erasure, erasure_list, erasure_mail, mailbox, outbox, scrubbing
from trama_chassis.erasure import ERASURE_SCOPE, Wish
from trama_chassis.erasure_list import ErasedList
from trama_chassis.erasure_tables import WAITING, ErasureOrder, ErasureReceived, ErasureRecipient, Streams
from trama_chassis.streams import ERASED
from trama_chassis.tables import OwnStream

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

ASK_AGAIN: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
SWEPT: Final = "swept"
"""The ground of an order for what was appended to a record while it was being erased."""


class Erasures:
    """All that a running service does about erasure beside what its operators order."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self.listed = ErasedList(runtime.settings.secrets_dir)

    async def load(self) -> int:
        """Before anything is served: erase what the list names and this database has. Raises ListDamaged."""
        async with self._runtime.bookkeeping() as session:
            done = await erasure_list.apply(session, self._runtime, self.listed)
            await outbox.commit(session)
        return done

    async def take(self, session: AsyncSession, sender: str, message: Erasure) -> Outcome:
        """Carry out an order, or note an answer."""
        return await erasure_mail.take(session, self._runtime, sender, message)

    async def remind(self, session: AsyncSession, asker: str, streams: set[str]) -> None:
        """Tell who asks for what was erased that it was."""
        await erasure_mail.remind(session, asker, streams)

    async def turn(self) -> None:
        """Do what is due, if there is anything."""
        runtime = self._runtime
        async with runtime.database.read() as session:
            await erasure_list.note(session, self.listed)
            if not await _is_due(session, clock.machine_now()):
                return
        async with runtime.bookkeeping() as session:
            await _sweep(session, runtime)
            asked = await _ask(session, runtime, clock.machine_now())
            await outbox.commit(session)
        await self._scrub()
        async with runtime.bookkeeping() as session:
            answered = await _answer(session, runtime)
            await _close(session)
            await outbox.commit(session)
        if asked or answered:
            runtime.wake.set()

    async def _scrub(self) -> None:
        """Leave nothing in what the database's files no longer use; later, if somebody is reading."""
        runtime = self._runtime
        async with runtime.database.read() as session:
            if not await session.scalar(select(or_(*(exists().where(one) for one in _UNSCRUBBED)))):
                return
        begun = clock.machine_now()
        if not await scrubbing.scrub(runtime.database):
            return
        async with runtime.bookkeeping() as session:
            for table, since in (
                (ErasureOrder, ErasureOrder.ordered_at),
                (ErasureReceived, ErasureReceived.received_at),
            ):
                unscrubbed = (col(table.scrubbed_at).is_(None), col(since) <= begun)
                await session.execute(
                    update(table).where(*unscrubbed).values(scrubbed_at=clock.machine_now())
                )
            await session.commit()


_UNSCRUBBED = (col(ErasureOrder.scrubbed_at).is_(None), col(ErasureReceived.scrubbed_at).is_(None))


async def _is_due(session: AsyncSession, now: datetime) -> bool:
    """Whether there is anything to do now; waiting for others is not."""
    due = (
        *(exists().where(one) for one in _UNSCRUBBED),
        exists().where(*_READY, ~_PASSED_ON),
        exists().where(col(ErasureOrder.closed_at).is_(None), ~_WAITED_FOR),
        _late().exists(),
    )
    if await session.scalar(select(or_(*due))):
        return True
    waiting = select(ErasureRecipient).where(col(ErasureRecipient.state) == WAITING)
    return any(_is_time(one, now) for one in await session.scalars(waiting))


_READY = (col(ErasureReceived.answered_at).is_(None), col(ErasureReceived.scrubbed_at).is_not(None))
_PASSED_ON = exists().where(
    col(ErasureOrder.cause) == col(ErasureReceived.order),
    col(ErasureOrder.cause_source) == col(ErasureReceived.source),
    col(ErasureOrder.closed_at).is_(None),
)
_WAITED_FOR = exists().where(
    col(ErasureRecipient.order) == col(ErasureOrder.order), col(ErasureRecipient.state) == WAITING
)


def _late() -> Select[OwnStream]:
    """Streams of ours of a record that is erased whole, but for what is said of the erasure itself."""
    gone = select(col(ErasureOrder.record)).where(col(ErasureOrder.whole).is_(True))
    return select(OwnStream).where(
        col(OwnStream.record).in_(gone),
        col(OwnStream.sealed_key) != ERASED,
        col(OwnStream.scope).not_like(f"{ERASURE_SCOPE}:%"),
    )


async def _sweep(session: AsyncSession, runtime: "Runtime") -> None:
    """Erase what was begun on a record while it was being erased: an append is before, or is gone as well."""
    records: dict[str, list[str]] = {}
    for row in await session.scalars(_late()):
        records.setdefault(row.record, []).append(row.stream)
    for record, streams in sorted(records.items()):
        by = runtime.settings.principal
        wish = Wish(record, ground=SWEPT, act="", reason="", by=by, streams=tuple(streams))
        await erasure.order(session, runtime, wish)


async def _ask(session: AsyncSession, runtime: "Runtime", now: datetime) -> int:
    """Send the orders that were not sent, or not answered for a while; how many."""
    waiting = select(ErasureRecipient).where(col(ErasureRecipient.state) == WAITING)
    due = [one for one in await session.scalars(waiting) if _is_time(one, now)]
    for one in due:
        messages = [
            (one.recipient, Erasure(order=one.order, streams=part, action="ordered"))
            for part in _parts(one.streams)
        ]
        if await mailbox.send(session, runtime, messages):
            one.asked_at, one.times_asked = now, one.times_asked + 1
            one.asked_on = one.asked_on or runtime.clock.today()
    return len(due)


def _is_time(one: ErasureRecipient, now: datetime) -> bool:
    """At once, after a minute, two, four and so on, every six hours at last."""
    wait = min(ASK_AGAIN * 2 ** max(min(one.times_asked, 20) - 1, 0), LONGEST_WAIT)
    return one.asked_at is None or now - one.asked_at >= wait


def _parts(streams: Streams) -> list[dict[str, tuple[str, ...]]]:
    pairs = [(topic, stream) for topic, some in sorted(streams.items()) for stream in some]
    cut = mailbox.cut(pairs, MAX_ITEMS)
    return [{topic: tuple(some) for topic, some in erasure.grouped(part).items()} for part in cut]


async def _answer(session: AsyncSession, runtime: "Runtime") -> int:
    """Answer the orders of which nothing is left here; those we passed on once who had it has answered."""
    answered = 0
    for one in (await session.scalars(select(ErasureReceived).where(*_READY, ~_PASSED_ON))).all():
        parts = _parts(one.streams)
        messages = [
            (one.source, Erasure(order=one.order, streams=part, action="confirmed", counts=one.counts))
            for part in parts
        ]
        if await mailbox.send(session, runtime, messages):
            one.answered_at, answered = clock.machine_now(), answered + 1
    return answered


async def _close(session: AsyncSession) -> None:
    """Close the orders for which nobody is waited any more."""
    over = select(ErasureOrder).where(col(ErasureOrder.closed_at).is_(None), ~_WAITED_FOR)
    for one in await session.scalars(over):
        one.closed_at = clock.machine_now()


async def ask_again(session: AsyncSession, order: str) -> int:
    """Have an order sent once more to who has not answered (Sollecita); how many those are."""
    waiting = select(ErasureRecipient).where(
        col(ErasureRecipient.order) == order, col(ErasureRecipient.state) == WAITING
    )
    found = (await session.scalars(waiting)).all()
    for one in found:
        one.asked_at = None
    return len(found)
