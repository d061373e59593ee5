"""Two members' registries that read each other: what one sends is carried to the other, without a broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import col
from trama_chassis import access, clock, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import Territory, running, transaction
from trama_contracts.names import parse_topic
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of

from chassis.tests.small_registry import SERVICE, consent, new_id, person, record_of, rows


@dataclass
class Pair:
    """The municipality's registry, which writes, and sil's, which reads."""

    writer: Runtime
    reader: Runtime
    carried: dict[str, int] = field(default_factory=dict)

    async def carry(self, *, to_writer: bool = False) -> list[Record]:
        """Bring what one has written since to the other: mail first, as the relay does."""
        source, target = (self.reader, self.writer) if to_writer else (self.writer, self.reader)
        name, topic = source.settings.principal, target.settings.topic("mailbox")
        fresh = await rows(source, OutboxRow, col(OutboxRow.position) > self.carried.get(name, 0))
        fresh.sort(key=lambda row: row.position or 0)
        self.carried[name] = max([row.position or 0 for row in fresh], default=self.carried.get(name, 0))
        keys = [row for row in fresh if row.kind == "catalogue"]
        await target.take_catalogue(
            [
                Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON))
                for row in keys
            ]
        )
        await target.take_mail([record_of(row) for row in fresh if row.topic == topic])
        told = [record_of(row) for row in fresh if row.kind in ("event", "control") and _is_event(row)]
        await target.inbox.deliver(told)
        return told

    async def settle(self) -> None:
        """Order, answer and note until there is nothing more to say."""
        for _ in range(2):
            for one, back in ((self.writer, False), (self.reader, True)):
                await one.erasures.turn()
                await self.carry(to_writer=back)
        await self.writer.erasures.turn()

    async def register(self, *names: str, ends_on: date | None = None) -> str:
        """A person of the writer's, whose record the reader may read, up to a day if one is said."""
        record, theirs = new_id(), new_id()
        async with transaction(self.writer) as session:
            for name in names:
                outbox.add(session, person(name), record=record, scope=record)
            given = consent("sil", ends_on=ends_on)
            terms = given.payload()
            own = self.writer.settings.member
            await access.learn_authorisation(
                session, authorisation=given.authorisation, member=own, record=record, terms=terms
            )
            await access.learn_link(session, link=new_id(), a=(own, record), b=("sil", theirs))
        await self.carry()
        return record


def _is_event(row: OutboxRow) -> bool:
    topic = parse_topic(row.topic)
    return topic is not None and topic.kind == "events"


@asynccontextmanager
async def two(database_url: str, folder: Path, **settings: Any) -> AsyncIterator[Pair]:
    """Both, started, knowing the directory and each other's keys; `settings` are of both."""
    territory = Territory()
    known = settings | {"known": False}
    other = f"sqlite:///{folder / 'reader.db'}"
    async with (
        running(SERVICE, database_url, folder / "a", member="ambito-urbano", **known) as writer,
        running(SERVICE, other, folder / "b", member="sil", **known) as reader,
    ):
        own = [writer.settings.principal, reader.settings.principal]
        for one in (writer, reader):
            await one.take_directory(territory.directory_records())
            await one.take_catalogue(territory.hpke_records(without=own))
        pair = Pair(writer, reader)
        await pair.carry()
        await pair.carry(to_writer=True)
        assert writer.directory.hpke_key("sil.registry", clock.machine_now()) is not None
        yield pair
