"""What is lost is found again: the broker, a topic, copies; and who comes late gets the whole."""

import asyncio
from pathlib import Path

from sqlalchemy import delete
from sqlmodel import col
from trama_chassis import dead_letters, outbox
from trama_chassis.database import Database
from trama_chassis.rebuild import ask_network, rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES, DeadLetter, InboxEvent, OutboxRow
from trama_chassis.testing import Territory, transaction
from trama_contracts.names import topic_of
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import (
    SERVICE,
    Effect,
    HeardCopy,
    OrderCopy,
    assignment,
    consent,
    faults,
    heard,
    link,
    new_id,
    person,
    rows,
)
from tests.delivery.life import (
    PLACEMENT,
    Life,
    digest_of,
    everywhere,
    happen,
    living,
    on_log,
    once_and_in_order,
)
from tests.delivery.network import Network, acquainted, lived, until


async def a_network(broker: EmbeddedBroker, folder: Path) -> Network:
    """A network of its own, its topics made and its directory published."""
    network = Network(broker, folder)
    await network.prepare()
    return network


def events_of(territory: Territory) -> str:
    """The topic that all here is about."""
    return topic_of(territory.network, "sil.registry", "events")


async def all_on_log_and_read(life: Life) -> bool:
    """Whether the log holds every event of the source, and who reads it has read it to its end."""
    topic = events_of(life.network.territory)
    sent = await rows(life.source, OutboxRow, col(OutboxRow.kind) == "event")
    if not {row.value for row in sent} <= set(await on_log(life.network, topic)):
        return False
    return not await asyncio.to_thread(life.network.lag, "sil.placement", [topic])


async def test_a_wiped_broker_gets_everything_again_and_nothing_happens_twice(tmp_path: Path) -> None:
    """INVARIANT: when the broker has lost all it held, the sources' databases fill it again, and recipients
    end with the digests they had, each effect once. Believing a mark that the log denies breaks it."""
    with EmbeddedBroker(tmp_path / "broker", partitions=3) as own:
        network = await a_network(own, tmp_path)
        async with living(network) as life:
            await life.go_on([new_id() for _ in range(6)] * 2)
            await life.settled()
            await asyncio.to_thread(own.wipe)
            await asyncio.to_thread(own.start)
            left = await asyncio.to_thread(own.admin().list_topics, timeout=10)
            assert events_of(network.territory) not in left.topics, "the broker is empty"
            await network.prepare()
            # What is published next finds a log that begins anew; then all is sent again.
            await life.go_on([new_id()])
            await life.settled()
            before = await life.digests()
            await until(lambda: all_on_log_and_read(life), "the log has all again")
            assert await life.digests() == before
            for one in (life.sister, life.reporting):
                await once_and_in_order(one)
            assert len(await rows(life.sister, Effect)) == 26


async def test_a_topic_made_anew_gets_its_events_again(broker: EmbeddedBroker, tmp_path: Path) -> None:
    network = await a_network(broker, tmp_path)
    topic = events_of(network.territory)
    async with living(network) as life:
        await life.go_on([new_id() for _ in range(6)])
        await life.settled()
        before = await life.digests()
        await asyncio.to_thread(make_anew, network, topic)
        life.source.relay.look_again()
        await until(lambda: all_on_log_and_read(life), "the log has all again")
        assert await life.digests() == before
        await life.go_on([new_id()])
        await life.settled()
        await once_and_in_order(life.sister)


def make_anew(network: Network, topic: str) -> None:
    """Delete a topic and make it again, empty."""
    admin = network.broker.admin()
    admin.delete_topics([topic])[topic].result(20)
    while topic in admin.list_topics(timeout=10).topics:
        pass
    network.make_topics([topic])


async def test_copies_are_rebuilt_and_nothing_is_published(broker: EmbeddedBroker, tmp_path: Path) -> None:
    network = await a_network(broker, tmp_path)
    async with living(network) as life:
        await life.go_on([new_id() for _ in range(6)] * 2)
        await life.settled()
        before = await digest_of(life.sister)
    log = await on_log(network, events_of(network.territory))
    async with network.started(PLACEMENT, "sil") as sister:
        async with sister.bookkeeping() as session:
            await session.execute(delete(HeardCopy))
            await session.execute(delete(OrderCopy))
            await session.commit()
        assert await rebuild(sister) == before
        assert len(await rows(sister, Effect)) == 24
        published = col(OutboxRow.kind).in_(("event", "fact"))
        assert await rows(sister, OutboxRow, published) == []
        async with lived(sister):
            await until(lambda: has_read(network, "sil.placement"), "it is alive again")
        assert await digest_of(sister) == before
        assert await rows(sister, OutboxRow, published) == []
    assert await on_log(network, events_of(network.territory)) == log


async def test_copies_and_kept_bytes_lost_come_back_from_their_sources(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    network = await a_network(broker, tmp_path)
    async with living(network) as life:
        await life.go_on([new_id() for _ in range(5)] * 2)
        await life.settled()
        before = await digest_of(life.sister)
    async with network.alive(SERVICE, "sil") as source, network.started(PLACEMENT, "sil") as sister:
        assert await ask_network(sister) == 15, "five registrations, ten takings in charge"
        assert await rows(sister, HeardCopy) == []
        assert await rows(sister, InboxEvent) == []
        async with lived(sister):
            await acquainted(source, sister)

            async def rebuilt() -> bool:
                return await digest_of(sister) == before

            await until(rebuilt, "the copies are as they were")
        await once_and_in_order(sister)
        assert len(await rows(sister, Effect)) == 20, "nothing was acted upon again"


async def test_who_is_entitled_late_gets_the_whole_stream_in_order(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    network = await a_network(broker, tmp_path)
    async with network.alive(SERVICE, "sil") as source, network.alive(SERVICE, "cpi") as late:
        await acquainted(source, late)
        ours, theirs, episode = new_id(), new_id(), new_id()
        for _ in range(7):
            async with transaction(source) as session:
                outbox.add(session, assignment(episode), record=ours, scope=episode)
        await until(lambda: has_read(network, "cpi.registry"), "it has read what it may not open")
        assert await rows(late, InboxEvent) == []
        async with transaction(source) as session:
            outbox.add(session, consent("cpi"), record=ours, scope=ours)
            outbox.add(session, link(("sil", ours), ("cpi", theirs)), record=ours, scope=ours)
        (stream,) = {row.stream for row in await rows(source, HeardCopy)}
        await until(lambda: whole(late, stream, 7), "the whole stream")
        await once_and_in_order(late)


async def has_read(network: Network, group: str) -> bool:
    """Whether a service has read the source's events to their end."""
    return not await asyncio.to_thread(network.lag, group, [events_of(network.territory)])


async def whole(runtime: Runtime, stream: str, length: int) -> bool:
    """Whether a stream is here from its first event to its last."""
    return await heard(runtime, stream) == list(range(1, length + 1))


async def test_who_was_away_catches_up(broker: EmbeddedBroker, tmp_path: Path) -> None:
    network = await a_network(broker, tmp_path)
    async with living(network) as life:
        await life.go_on([known := new_id()])
        await life.settled()
    async with network.alive(SERVICE, "sil") as source:
        for record in (known, *(new_id() for _ in range(10)), known):
            await happen(source, record)
    async with living(network) as life:
        await life.settled()
        for one in (life.sister, life.reporting):
            await once_and_in_order(one)
        assert len(await rows(life.sister, HeardCopy)) == 26


async def test_a_poisonous_event_holds_up_its_stream_until_an_operator_says_retry(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """INVARIANT: over the real broker too, a dead letter blocks one stream and nobody else; the word of
    another process releases it and those behind it, in order. Acting on it in two places breaks it."""
    network = await a_network(broker, tmp_path)
    async with living(network) as life:
        bad, good = new_id(), new_id()
        faults.poisonous.add("Veleno")
        try:
            for record in (bad, good):
                for name in ("Uno", "Veleno" if record == bad else "Due", "Tre"):
                    async with transaction(life.source) as session:
                        outbox.add(session, person(name), record=record, scope=record)
            streams = {row.record: row.stream for row in await rows(life.source, HeardCopy)}
            await until(lambda: whole(life.sister, streams[good], 3), "the others flow")
            await until(lambda: is_dead(life.sister), "the letter is dead")
            assert await heard(life.sister, streams[bad]) == [1]
        finally:
            faults.poisonous.clear()
        (letter,) = await rows(life.sister, DeadLetter)
        operator = Database(network.url("sil", PLACEMENT), CHASSIS_TABLES)
        async with operator.write() as session:
            await dead_letters.decide(session, letter.number or 0, "retry")
            await session.commit()
        await operator.dispose()
        await until(lambda: whole(life.sister, streams[bad], 3), "released, and those behind it")
        assert await everywhere(life.source, life.sister, life.reporting)
        await once_and_in_order(life.sister)


async def is_dead(runtime: Runtime) -> bool:
    """Whether there is a dead letter."""
    return bool(await rows(runtime, DeadLetter))
