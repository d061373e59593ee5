"""A service with nothing to read leaves the broker alone, and hears the next record at once."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka.cimpl import NewTopic
from trama_chassis.consumer import FETCH_WAIT_MS, IDLE_FETCH_WAIT_MS
from trama_chassis.kafka import set_fetch_wait
from trama_deploy.broker import EmbeddedBroker

QUIET, BUSY = TopicPartition("pn.idle.quiet", 0), TopicPartition("pn.idle.busy", 0)


async def test_an_idle_client_asks_seldom_and_hears_at_once(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in broker.admin().create_topics([NewTopic(t.topic, 1, 1) for t in (QUIET, BUSY)]).values():
        answer.result(10)
    access = broker.access().aiokafka()
    asked = 0
    async with AIOKafkaConsumer(**access, fetch_max_wait_ms=FETCH_WAIT_MS) as client:
        client.assign([QUIET, BUSY])
        await client.seek_to_beginning(QUIET, BUSY)
        set_fetch_wait(client, IDLE_FETCH_WAIT_MS)
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
            await producer.send_and_wait(BUSY.topic, b"now")
            sent = time.monotonic()
            assert list(await waiting) == [BUSY]
            assert time.monotonic() - sent < IDLE_FETCH_WAIT_MS / 4_000
