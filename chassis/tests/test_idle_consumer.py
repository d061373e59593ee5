"""A service with nothing to read leaves the broker alone, and hears the next record at once."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka.cimpl import NewTopic
from trama_chassis.kafka import IDLE_FETCH_WAIT_MS, set_patience
from trama_deploy.broker import EmbeddedBroker


@pytest.fixture
def partitions(broker: EmbeddedBroker) -> list[TopicPartition]:
    """Two topics of the test's own: one stays quiet, one is written to."""
    made = [TopicPartition(f"pn.idle.{uuid4().hex}", 0) for _ in range(2)]
    for answer in broker.admin().create_topics([NewTopic(one.topic, 1, 1) for one in made]).values():
        answer.result(10)
    return made


async def test_an_idle_client_asks_seldom_and_hears_at_once(
    broker: EmbeddedBroker, partitions: list[TopicPartition], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, busy = partitions
    access = broker.access().aiokafka()
    asked = 0
    async with AIOKafkaConsumer(**access) as client:
        set_patience(client, is_patient=True)
        client.assign(partitions)
        await client.seek_to_beginning(*partitions)
        await client.getmany(timeout_ms=500)
        send = client._client.send

        async def counted(*words: Any, **named: Any) -> Any:
            nonlocal asked
            asked += 1
            return await send(*words, **named)

        monkeypatch.setattr(client._client, "send", counted)
        assert await client.getmany(timeout_ms=1_500) == {}
        assert asked <= 2
        async with AIOKafkaProducer(**access) as producer:
            waiting = asyncio.create_task(client.getmany(timeout_ms=5_000))
            await producer.send_and_wait(busy.topic, b"now")
            sent = time.monotonic()
            assert list(await waiting) == [busy]
            assert time.monotonic() - sent < IDLE_FETCH_WAIT_MS / 4_000


async def test_who_reads_late_does_not_hear_late(
    broker: EmbeddedBroker, partitions: list[TopicPartition]
) -> None:
    """INVARIANT: a fetch that leaves a partition out is short. With one long wait for all, what comes for a
    partition whose last records were still at hand is heard two seconds later."""
    _, busy = partitions
    access = broker.access().aiokafka()
    async with AIOKafkaConsumer(**access) as client, AIOKafkaProducer(**access) as producer:
        set_patience(client, is_patient=True)
        client.assign(partitions)
        await client.seek_to_beginning(*partitions)
        await client.getmany(timeout_ms=500)
        await producer.send_and_wait(busy.topic, b"first")
        await asyncio.sleep(0.5)
        assert list(await client.getmany(timeout_ms=5_000)) == [busy]
        sent = time.monotonic()
        await producer.send_and_wait(busy.topic, b"second")
        assert list(await client.getmany(timeout_ms=5_000)) == [busy]
        assert time.monotonic() - sent < IDLE_FETCH_WAIT_MS / 4_000
