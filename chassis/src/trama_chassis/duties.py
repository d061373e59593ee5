"""What a service does on its own time: keys not yet sealed, receipts, heads, signs of life, requests, timers.

Each turn is bookkeeping of the chassis, committed here; timers run the service's commands through the commit
point.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.inner import instant
from trama_contracts.messages import MAX_GRANTS, Heads, Receipt

from trama_chassis import (
    clock,
    completeness,
    dead_letters,
    file_duties,
    gaps,
    granting,
    hpke_keys,
    idempotency,
    leaving,
    mailbox,
    resend,
    streams,
    timers,
)
from trama_chassis.contention import is_transient
from trama_chassis.directory import owner_of
from trama_chassis.gaps import Missing
from trama_chassis.inbox import Unreachable
from trama_chassis.mailbox import Said
from trama_chassis.tables import DeadLetter, GrantGiven, GrantReceived, OutboxRow, Position, table_of

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

TURN_SECONDS = 1.0
LOOK_ANYWAY_SECONDS = 5.0
"""So often it is looked for work although nothing was written here: a command of the operator's may have."""
FIGURES_SECONDS = 5.0
ASK_KEYS_AGAIN = timedelta(hours=1)
ALARM_AFTER = timedelta(minutes=5)
Duty = Callable[[], Awaitable[object]]


class Duties:
    """The recurring bookkeeping of one service."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._due: dict[str, datetime] = {}
        self._seen: tuple[int, int] | None = None
        self._look_at = clock.machine_now()
        self._alarmed: set[tuple[str, str]] = set()
        self._told_rejected: set[str] = set()
        self._asked: dict[tuple[str, str], datetime] = {}
        self._decided_for: int | None = None
        """The version of the directory for which every grant was looked at."""

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        while True:
            await self.turn()
            await asyncio.sleep(TURN_SECONDS)

    async def turn(self) -> None:
        """One turn: each duty in a transaction of its own; a busy database is tried again next time."""
        runtime, settings = self._runtime, self._runtime.settings
        if self._has_moved():
            for duty in (
                self.send_wanted_grants,
                partial(dead_letters.act, runtime, runtime.inbox),
                partial(file_duties.turn, runtime),
                runtime.erasures.turn,
                runtime.inbox.follow_up,
                self._leavers,
            ):
                await self._is_done(duty)
        await self._is_done(partial(timers.run_due, runtime))
        for every, duty in (
            (settings.heads_every, self._refused_for_now),
            (settings.receipts_every, self.tell_receipts),
            (settings.heads_every, self.tell_heads),
            (settings.receipts_every, self.ask_for_what_is_missing),
            (settings.heads_every, self.ask_for_keys),
            (settings.sign_of_life_every, self.show_life),
            (FIGURES_SECONDS, self._publish_figures),
            (3600.0, self._renew_keys),
        ):
            await self._if_due(every, duty)

    def _has_moved(self) -> bool:
        """Whether anything was written or heard since the last look, or it is time to look all the same."""
        runtime, now = self._runtime, clock.machine_now()
        seen = (runtime.database.writings, runtime.directory.current.manifest_version)
        if seen == self._seen and now < self._look_at:
            return False
        self._seen, self._look_at = seen, now + timedelta(seconds=LOOK_ANYWAY_SECONDS)
        return True

    async def _if_due(self, every: float, duty: Duty) -> None:
        now = clock.machine_now()
        if self._due.get(duty.__name__, now) <= now and await self._is_done(duty):
            self._due[duty.__name__] = now + timedelta(seconds=every)

    async def _is_done(self, duty: Duty) -> bool:
        """Do it, unless the database cannot be written now: then at the next turn."""
        try:
            await duty()
        except Exception as error:
            if not (isinstance(error, Unreachable) or is_transient(error)):
                raise
            self._seen = None
            self._runtime.log.info("duty put off", error=type(error).__name__)
            return False
        return True

    async def _publish_figures(self) -> None:
        async with self._runtime.database.read() as session:
            for name, value in (await completeness.figures(session)).items():
                self._runtime.health.figure(name, value)

    async def _leavers(self) -> None:
        self._decided_for = await leaving.turn(self._runtime, self._decided_for)

    async def _refused_for_now(self) -> None:
        await leaving.decide_refused(self._runtime)

    @asynccontextmanager
    async def _sending(self) -> AsyncIterator[AsyncSession]:
        """A transaction of the chassis' own whose messages leave at once."""
        async with self._runtime.bookkeeping() as session:
            yield session
            await session.commit()
        self._runtime.wake.set()

    async def _renew_keys(self) -> None:
        async with self._sending() as session:
            await hpke_keys.ensure(session, self._runtime)
            await mailbox.forget_old(session)
            await idempotency.forget_old(session)

    async def send_wanted_grants(self) -> int:
        """Seal and send the grants whose recipients had no key when they were decided, then the streams."""
        async with self._runtime.database.read() as session:
            if not await mailbox.grants_wanted(session, self._runtime):
                return 0
        async with self._sending() as session:
            wanted = await mailbox.grants_wanted(session, self._runtime)
            for recipient, grants in groupby(wanted, lambda grant: grant.recipient):
                for part in mailbox.cut(list(grants), MAX_GRANTS):
                    await self._send_grants(session, recipient, part)
        return len(wanted)

    async def _send_grants(self, session: AsyncSession, recipient: str, grants: Sequence[GrantGiven]) -> None:
        named = [grant.stream for grant in grants]
        heads = {head.stream: head for head in await streams.named(session, self._runtime, named)}
        row = granting.grant_message(
            self._runtime, recipient, [heads[name] for name in named], [grant.grant for grant in grants]
        )
        if row is None:
            return
        await session.execute(insert(OutboxRow), [row])
        for grant in grants:
            grant.message = row["event_id"]
            head = heads[grant.stream]
            if head.seq:
                await resend.after_key(session, head.stream, recipient, head.seq, row["event_id"])

    async def tell_receipts(self) -> None:
        """Tell each source what was applied, rejected and granted since the last time."""
        async with self._runtime.database.read() as session:
            applied = await mailbox.positions_to_tell(session)
            untold = select(GrantReceived).where(col(GrantReceived.told).is_(False)).limit(5_000)
            granted = (await session.scalars(untold)).all()
            rejected = await dead_letters.waiting_for_an_operator(session)
        await self._runtime.inbox.store_counts()
        rejected = [letter for letter in rejected if letter.event_id not in self._told_rejected]
        if not applied and not granted and not rejected:
            return
        receipts = list(_receipts(applied, granted, rejected))
        async with self._sending() as session:
            reached = await mailbox.send(session, self._runtime, receipts)
            await _mark_receipts(session, reached, applied, granted)
        self._told_rejected.update(
            letter.event_id for letter in rejected if dead_letters.source(letter) in reached
        )

    async def tell_heads(self) -> None:
        """Tell each recipient how far its streams go, where that changed."""
        async with self._runtime.database.read() as session:
            if not await mailbox.heads_to_tell(session):
                return
        async with self._sending() as session:
            heads = await mailbox.heads_to_tell(session)
            messages = [(to, Heads.model_validate({"heads": part})) for to, part in mailbox.grouped(heads)]
            reached = await mailbox.send(session, self._runtime, messages)
            await mailbox.mark_told(session, _told_to_all(heads, reached))

    async def show_life(self) -> None:
        """Tell every recipient that this service lives, even if nothing has changed."""
        async with self._sending() as session:
            recipients = await session.scalars(
                select(col(GrantGiven.recipient)).where(col(GrantGiven.ended_at).is_(None)).distinct()
            )
            await mailbox.send(session, self._runtime, [(name, Heads(heads={})) for name in recipients])

    async def ask_for_what_is_missing(self) -> None:
        """Ask for a resend where an event is missing or a source says it has gone further than we heard."""
        now = clock.machine_now()
        async with self._runtime.database.read() as session:
            missing = await gaps.missing(session, now, instant(self._runtime.clock.now()))
        self._alarm(missing, now)
        if missing:
            wanted = [(owner_of(topic), topic, (stream, seq + 1)) for _, topic, stream, seq, _ in missing]
            async with self._sending() as session:
                await mailbox.send(session, self._runtime, mailbox.requests("resend", wanted))
                await gaps.mark_asked(session, missing, now)

    async def ask_for_keys(self) -> None:
        """Ask for keys that were lost on their way, or refused while our directory had expired; hourly."""
        now = clock.machine_now()
        if not self._runtime.directory.current.accepts_grants(now):
            return
        async with self._runtime.database.read() as session:
            lost = await completeness.keyless(session)
        self._asked = {name: at for name, at in self._asked.items() if now - at < ASK_KEYS_AGAIN}
        if due := [name for name in lost if name not in self._asked]:
            wanted = [(owner_of(topic), topic, stream) for topic, stream in due]
            async with self._sending() as session:
                await mailbox.send(session, self._runtime, mailbox.requests("keys", wanted))
            self._asked |= dict.fromkeys(due, now)

    def _alarm(self, missing: Iterable[Missing], now: datetime) -> None:
        """Say once that events have been missing for long; again if it happens again later."""
        late = {
            (topic, stream): source
            for source, topic, stream, _, since in missing
            if since is not None and now - since > ALARM_AFTER
        }
        for name in late.keys() - self._alarmed:
            self._runtime.log.error("events missing for five minutes", source=late[name])
        self._alarmed = set(late)


def _told_to_all(heads: Iterable[Said], reached: set[str]) -> dict[str, int]:
    """Streams whose head every recipient of theirs was told, and which."""
    untold = {stream for recipient, _, (stream, _, _) in heads if recipient not in reached}
    return {stream: seq for _, _, (stream, seq, _) in heads if stream not in untold}


def _receipts(
    applied: Iterable[Said], granted: Iterable[GrantReceived], rejected: Iterable[DeadLetter]
) -> Iterable[tuple[str, Receipt]]:
    """The receipts to send: each names one kind of thing of one topic, and fits."""
    refused = [(dead_letters.source(one), one.topic, (one.event_id, one.code)) for one in rejected]
    for kind, said in (
        ("applied", applied),
        ("granted", [(one.source, one.topic, one.stream) for one in granted]),
        ("rejected", refused),
    ):
        for source, part in mailbox.grouped(said):
            yield source, Receipt.model_validate({"applied": {}, "granted": {}, "rejected": {}, kind: part})


async def _mark_receipts(
    session: AsyncSession,
    reached: set[str],
    applied: Iterable[Said],
    granted: Iterable[GrantReceived],
) -> None:
    """Grants before positions and each by stream: the order in which the consumer locks them."""
    connection = await session.connection()
    told = [
        {"in_topic": topic, "of_stream": stream, "at_seq": seq}
        for source, topic, (stream, seq, _) in sorted(applied, key=lambda one: one[2])
        if source in reached
    ]
    held = [
        {"in_topic": row.topic, "of_stream": row.stream}
        for row in sorted(granted, key=lambda row: row.stream)
        if row.source in reached
    ]
    position, grant = table_of(Position), table_of(GrantReceived)
    for table, rows, value in (
        (grant, held, {"told": True}),
        (position, told, {"told_seq": bindparam("at_seq")}),
    ):
        if rows:
            statement = update(table).where(
                table.c.topic == bindparam("in_topic"), table.c.stream == bindparam("of_stream")
            )
            await connection.execute(statement.values(value), rows)
