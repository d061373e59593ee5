"""What happens to an event that was read: checked, placed in its stream, opened, applied, kept.

A batch is one transaction; if anything fails it is rolled back and redone event by event, and what still
fails becomes a dead letter that holds up its own stream only. Position, effect, kept bytes and new outbox
rows commit together: the second commit point.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.opening import check_event
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record

from trama_chassis import contention, outbox
from trama_chassis.batch import Batch, Checked, again
from trama_chassis.directory import owner_of
from trama_chassis.errors import Busy, Refused
from trama_chassis.failpoints import reach
from trama_chassis.positions import Name, name_of, of_ours
from trama_chassis.refusals import store_refusals
from trama_chassis.tables import Position, Waiting

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

ATTEMPTS = 3
THREADS = 2
REMEMBERED = 20_000


class Unreachable(Exception):
    """The database does not answer now; nothing is wrong with the events."""


@dataclass(frozen=True, slots=True)
class Poison:
    """Why an event could not be applied."""

    code: str
    reason: str
    early: bool


class Inbox:
    """Applies records read from the topics of other services, each once and in order of its stream."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="verify")
        self.uncounted: Counter[tuple[str, str]] = Counter()
        self.outcomes: Counter[Outcome] = Counter()
        # Only a hint that saves a look: what is not in it is looked up.
        self._seen: set[Name] = set()

    async def check(self, records: Sequence[Record]) -> list[Checked]:
        """Form, signature, source and key of each record; signatures are verified in two threads."""
        directory = self._runtime.directory.current

        def part(some: Sequence[Record]) -> list[Checked]:
            return [Checked(record, *check_event(record, directory)) for record in some]

        if len(records) < 2 * THREADS:
            return part(records)
        loop = asyncio.get_running_loop()
        middle = len(records) // THREADS
        halves = (records[:middle], records[middle:])
        done = await asyncio.gather(*(loop.run_in_executor(self._threads, part, half) for half in halves))
        return [checked for half in done for checked in half]

    async def strangers(self, checked: Sequence[Checked]) -> set[Name]:
        """The streams of a batch of which no key has come yet. An order to erase is for everybody."""
        names = {
            name_of(one.envelope) for one in checked if one.envelope is not None and not one.envelope.erases
        }
        unseen = names - self._seen
        if not unseen:
            return set()
        async with self._runtime.database.read() as session:
            ours = await of_ours(session, unseen)
        if len(self._seen) > REMEMBERED:
            self._seen.clear()
        self._seen.update(ours)
        return unseen - ours

    async def apply_ours(self, checked: Sequence[Checked], strangers: Collection[Name]) -> None:
        """Apply what is ours of a batch; what is not is counted, and costs no transaction.

        Raises Unreachable as `apply` does.
        """
        ours = []
        for one in checked:
            envelope = one.envelope
            if envelope is None or envelope.erases or name_of(envelope) not in strangers:
                ours.append(one)
            else:
                self.outcomes[Outcome.NO_GRANT] += 1
                self.uncounted[(owner_of(one.record.topic), str(Outcome.NO_GRANT))] += 1
        if ours:
            await self.apply(ours)

    async def deliver(self, records: Sequence[Record]) -> None:
        """Check and apply records, as the consumer does with what it polls."""
        await self.apply(await self.check(records))

    async def apply(self, checked: Sequence[Checked]) -> None:
        """Apply a batch.

        Raises Unreachable if the database cannot be written now: nothing was lost, try again.
        """
        try:
            await self._together(checked)
        except Exception as error:
            if contention.is_transient(error):
                raise Unreachable(type(error).__name__) from error
            self._runtime.log.info("batch redone one by one", events=len(checked), error=type(error).__name__)
            for one in checked:
                await self._alone(one)
                if one.envelope is not None:
                    await self.follow(*name_of(one.envelope))

    async def _together(self, checked: Sequence[Checked]) -> None:
        """All in one transaction; a race lost to another writer of this database is run again at once."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._in_one_transaction(checked)
            except DBAPIError as error:
                if not contention.is_retryable(error):
                    raise
                self._runtime.log.info("batch run again", events=len(checked), error=type(error).__name__)
        return await self._in_one_transaction(checked)

    async def follow(self, topic: str, stream: str) -> None:
        """Take what waits in a stream, one transaction each, as far as it goes."""
        before: Record | None = None
        while (one := await self._next_waiting(topic, stream)) is not None and one.record != before:
            await self._alone(one)
            before = one.record

    async def follow_up(self) -> None:
        """Take what waited for the stream that it continues, and need wait no longer."""
        async with self._runtime.database.read() as session:
            behind = (col(Position.topic) == col(Waiting.topic)) & (
                col(Position.stream) == col(Waiting.stream)
            )
            next_in_line = await session.execute(
                select(col(Waiting.topic), col(Waiting.stream))
                .join(Position, behind)
                .where(col(Waiting.seq) == col(Position.seq) + 1, col(Position.blocked_seq).is_(None))
                .where(col(Position.stopped).is_(False))
            )
            names = [(topic, stream) for topic, stream in next_in_line]
        for topic, stream in names:
            await self.follow(topic, stream)

    async def _next_waiting(self, topic: str, stream: str) -> Checked | None:
        async with self._runtime.database.read() as session:
            position = await session.get(Position, (topic, stream))
            if (
                position is None
                or not position.waiting
                or position.stopped
                or position.blocked_seq is not None
            ):
                return None
            row = await session.get(Waiting, (topic, stream, position.seq + 1))
            return again(row, self._runtime) if row is not None else None

    async def _alone(self, one: Checked) -> None:
        for attempt in range(ATTEMPTS):
            try:
                await self._in_one_transaction([one], follow=False)
            except Exception as error:
                if contention.is_transient(error):
                    raise Unreachable(type(error).__name__) from error
                if attempt == ATTEMPTS - 1:
                    reason = f"{type(error).__name__} in {_place(error)}"
                    early = isinstance(error, Refused) and error.status == Busy.status
                    await self._in_one_transaction([one], poison=Poison("not-applied", reason, early))
            else:
                return

    async def _in_one_transaction(
        self, checked: Sequence[Checked], *, follow: bool = True, poison: Poison | None = None
    ) -> None:
        async with self._runtime.bookkeeping() as session:
            batch = Batch(session, self._runtime, follow=follow)
            await batch.begin([one.envelope for one in checked if one.envelope is not None])
            for one in checked:
                if poison is None:
                    await batch.take(one)
                else:
                    await batch.bury(one, poison.code, poison.reason, early=poison.early)
            await batch.store()
            if batch.wrote:
                await self._commit(session, batch)
        self.outcomes.update(batch.outcomes)
        if not batch.wrote:
            self.uncounted.update(batch.refusals)

    async def _commit(self, session: AsyncSession, batch: Batch) -> None:
        with self._counts_taken() as before:
            if counted := before + batch.refusals:
                await store_refusals(session, self._runtime, counted)
            reach("consumer.before_commit")
            await outbox.commit(session)
        reach("consumer.after_commit")

    async def store_counts(self) -> None:
        """Write down the refusals counted since the last commit (batches of refusals alone write nothing)."""
        if self.uncounted:
            with self._counts_taken() as counted:
                async with self._runtime.bookkeeping() as session:
                    await store_refusals(session, self._runtime, counted)
                    await session.commit()

    @contextmanager
    def _counts_taken(self) -> Iterator[Counter[tuple[str, str]]]:
        """What is to be written down now; put back if that fails. Consumer and duties both do it."""
        counted, self.uncounted = self.uncounted, Counter()
        try:
            yield counted
        except BaseException:
            self.uncounted.update(counted)
            raise


def _place(error: BaseException) -> str:
    """Where an exception was raised: file and line, never its message (it may quote a person's data)."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
