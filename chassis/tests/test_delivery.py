"""From one service to others, by hand instead of by Kafka: who may opens what is published, nobody else."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.duties import Duties
from trama_chassis.handlers import EventHandlers
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CatalogueHeld, Delivered, GrantGiven, InboxEvent, OutboxRow, OwnHpkeKey
from trama_chassis.testing import Territory, published, running, transaction
from trama_contracts.facts import TakingInChargeOpenedFact
from trama_contracts.names import Topic, parse_topic
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON, headers_of

from chassis.tests.small_registry import (
    SERVICE,
    HeardCopy,
    copy_heard,
    handlers,
    new_id,
    opening,
    person,
    rows,
)

of_facts = EventHandlers()
of_facts.copy(TakingInChargeOpenedFact)(copy_heard)
PLACEMENT = replace(SERVICE, name="placement", routers=[], handlers=handlers)
REPORTING = replace(SERVICE, name="reporting", routers=[], handlers=of_facts, reads="facts")


@dataclass
class Post:
    """Carries what services have in their outboxes to those who read it, as the broker would."""

    services: list[Runtime]
    carried: int = 0

    async def carry(self) -> None:
        """Mail and keys first, then the rest, until nothing is left to carry."""
        while await self._round():
            pass

    async def _round(self) -> int:
        before = self.carried
        for sender in self.services:
            due = await rows(sender, OutboxRow, col(OutboxRow.sent_at).is_(None))
            for row in sorted(due, key=lambda row: (row.kind not in ("catalogue", "message"), row.position)):
                await self._hand_over(row)
                await self._mark(sender, row)
        for service in self.services:
            await Duties(service).send_wanted_grants()
        return self.carried - before

    async def _hand_over(self, row: OutboxRow) -> None:
        self.carried += 1
        topic = parse_topic(row.topic)
        assert topic is not None
        content_type = PLAIN_JSON if topic.kind == "catalogue" else CLOUDEVENT
        record = Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, content_type))
        for reader in self.services:
            if row.topic in reader.directory.topics_to_read(reader.service.reads):
                await _read(reader, topic, record)

    @staticmethod
    async def _mark(sender: Runtime, row: OutboxRow) -> None:
        async with sender.bookkeeping() as session:
            sent = await session.get(OutboxRow, row.position)
            assert sent is not None
            sent.sent_at, sent.partition, sent.offset = row.committed_at, 0, row.position
            await session.commit()


async def _read(reader: Runtime, topic: Topic, record: Record) -> None:
    match topic.kind:
        case "catalogue":
            await reader.take_catalogue([record])
        case "mailbox":
            await reader.take_mail([record])
        case _:
            await reader.inbox.deliver([record])


@dataclass
class Four:
    """Two services of sil, the registry of cpi, and the province's reporting."""

    sil: Runtime
    placement: Runtime
    cpi: Runtime
    reporting: Runtime
    post: Post


@pytest.fixture
async def four(tmp_path: Path) -> AsyncIterator[Four]:
    """Four services that know the directory, and of each other no key."""
    async with AsyncExitStack() as stack:
        started = []
        for member, service in (
            ("sil", SERVICE),
            ("sil", PLACEMENT),
            ("cpi", SERVICE),
            ("provincia", REPORTING),
        ):
            url = f"sqlite:///{tmp_path}/{member}-{service.name}.db"
            runtime = await stack.enter_async_context(
                running(service, url, tmp_path, member=member, known=False)
            )
            await runtime.take_directory(Territory().directory_records())
            started.append(runtime)
        post = Post(started)
        await post.carry()
        sil, placement, cpi, reporting = started
        yield Four(sil, placement, cpi, reporting, post)


async def publish(runtime: Runtime) -> str:
    """A person is registered and taken in charge; gives the record."""
    record, episode = new_id(), new_id()
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, "A" * 43)
        outbox.add(session, person(), record=record, scope=record)
        outbox.add(session, opening(episode), record=record, scope=episode)
    return record


async def test_what_a_service_publishes_is_opened_by_who_may_and_by_nobody_else(four: Four) -> None:
    """INVARIANT: sisters read care, reporting reads facts, and another member that reads the same topic opens
    and keeps nothing without a key. A rule of sharing that is not enforced by a key breaks it."""
    record = await publish(four.sil)
    await four.post.carry()
    event, opened, fact = await published(four.sil)
    assert [row.event_id for row in await rows(four.placement, HeardCopy)] == [
        event.event_id,
        opened.event_id,
    ]
    (told,) = await rows(four.reporting, HeardCopy)
    assert (told.event_id, told.record) == (fact.event_id, "")
    assert await rows(four.cpi, HeardCopy) == []
    assert await rows(four.cpi, InboxEvent) == []
    assert four.cpi.inbox.outcomes[Outcome.NO_GRANT] == 2
    assert record not in str(await rows(four.reporting, InboxEvent))


async def test_what_was_delivered_is_told_back_to_its_source(four: Four) -> None:
    await publish(four.sil)
    await four.post.carry()
    for recipient in (four.placement, four.reporting):
        await Duties(recipient).tell_receipts()
    await four.post.carry()
    sent = {one.stream: one.seq for one in await published(four.sil)}
    told = await rows(four.sil, Delivered)
    assert {row.stream: row.seq for row in told} == sent
    assert {row.recipient for row in told} == {"sil.placement", "provincia.reporting"}
    assert all(grant.acknowledged for grant in await rows(four.sil, GrantGiven))


async def test_each_service_publishes_the_key_its_mail_is_sealed_to(four: Four) -> None:
    for service in four.post.services:
        (own,) = await rows(service, OwnHpkeKey)
        for other in four.post.services:
            held = other.directory.hpke_key(service.settings.principal, own.valid_from)
            if other is not service:
                assert held is not None
                assert held.hpkekey == own.hpkekey
        assert len(await rows(service, CatalogueHeld)) == 4
