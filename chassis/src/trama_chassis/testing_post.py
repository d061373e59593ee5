"""For tests: what services have in their outboxes reaches those who read it, without a broker.

Everything goes once, in the order in which it was written, mail first; what is due again (a key given late is
followed by its stream) goes after it. So it is with the relay, but for the delays and for what chance mixes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import delete, select, update
from sqlmodel import col
from trama_contracts.names import parse_topic
from trama_contracts.record import Record
from trama_contracts.signature import headers_of

from trama_chassis import clock, resend
from trama_chassis.kafka import content_type
from trama_chassis.relay import FILES, MESSAGES_FIRST
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow

MANY = 100_000


def record_of(row: OutboxRow) -> Record:
    """A row as it is read from the broker."""
    return Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, content_type(row.kind)))


@dataclass
class Post:
    """Carries between some services, each record to every one that reads its topic."""

    services: Sequence[Runtime]
    carried: int = 0
    _boxes: dict[str, list[Record]] = field(default_factory=dict)

    async def carry(self) -> int:
        """Everything, until nobody has anything more to say; how many records went."""
        before, sent = self.carried, -1
        while sent != self.carried:
            sent = self.carried
            for service in self.services:
                await self._send(service)
            for service in self.services:
                await self._bring(service)
        return self.carried - before

    async def _send(self, sender: Runtime) -> None:
        async with sender.database.read() as session:
            due = select(OutboxRow).where(col(OutboxRow.sent_at).is_(None)).order_by(col(OutboxRow.position))
            rows = list(await session.scalars(due))
        rows.sort(key=lambda row: row.kind not in MESSAGES_FIRST)
        for row in rows:
            self._put(record_of(row))
        await _mark(sender, rows)
        async with sender.database.read() as session:
            again = await resend.due(session, MANY)
        for _, kind, topic, key, value, signature in again.rows:
            self._put(Record(topic, key.encode(), value, headers_of(signature, content_type(kind))))
        if again.wishes:
            async with sender.bookkeeping() as session:
                await resend.done(session, again)
                await session.commit()

    def _put(self, record: Record) -> None:
        self.carried += 1
        for service in self.services:
            if record.topic in service.directory.topics_to_read(service.service.reads):
                self._boxes.setdefault(service.settings.principal, []).append(record)

    async def _bring(self, service: Runtime) -> None:
        records = self._boxes.pop(service.settings.principal, [])
        for kind, some in groupby(records, key=_kind):
            match kind:
                case "catalogue":
                    await service.take_catalogue(list(some))
                case "mailbox":
                    await service.take_mail(list(some))
                case _:
                    await service.inbox.deliver(list(some))


def _kind(record: Record) -> str:
    topic = parse_topic(record.topic)
    if topic is None:
        raise ValueError(record.topic)
    return topic.kind


async def _mark(sender: Runtime, rows: Sequence[OutboxRow]) -> None:
    """Note what has gone; of files nothing is kept, as when the broker has them."""
    if not rows:
        return
    async with sender.bookkeeping() as session:
        kept = [row.position for row in rows if row.kind not in FILES]
        now, gone = clock.machine_now(), {row.position for row in rows} - set(kept)
        await session.execute(update(OutboxRow).where(col(OutboxRow.position).in_(kept)).values(sent_at=now))
        if gone:
            await session.execute(delete(OutboxRow).where(col(OutboxRow.position).in_(gone)))
        await session.commit()
