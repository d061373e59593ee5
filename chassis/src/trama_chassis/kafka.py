"""How this service's Kafka clients are set up, and what it asks of the log. Nothing here sends or reads."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from trama_chassis.settings import ServiceSettings

STOP_SECONDS = 5
STRUCTURED = b"application/cloudevents+json"
OPEN = b"application/json"
CONTENT_TYPES = {
    "event": STRUCTURED,
    "fact": STRUCTURED,
    "message": STRUCTURED,
    "control": STRUCTURED,
    "catalogue": OPEN,
}
"""The content-type header of each kind of outbox row (wire section 4)."""


def client_settings(settings: ServiceSettings) -> dict[str, Any]:
    """The arguments every aiokafka client of this service has."""
    kafka = settings.kafka
    return {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": kafka.security_protocol,
        "sasl_mechanism": kafka.mechanism,
        "sasl_plain_username": kafka.username,
        "sasl_plain_password": kafka.password.get_secret_value(),
        "request_timeout_ms": kafka.request_timeout_ms,
        "client_id": settings.principal,
        "metadata_max_age_ms": 60_000,
    }


def set_fetch_wait(client: AIOKafkaConsumer, milliseconds: int) -> None:
    """How long the broker may hold the client's next fetch; aiokafka has no public way to say it twice.

    A hundred idle services that ask ten times a second keep a small broker busy with saying no.
    """
    client._fetcher._fetch_max_wait_ms = milliseconds


async def partitions_of(settings: ServiceSettings, topics: Iterable[str]) -> list[TopicPartition]:
    """The partitions of those of the topics that exist and that this principal may see."""
    admin = AIOKafkaAdminClient(**client_settings(settings))
    await admin.start()
    try:
        described = await admin.describe_topics(sorted(topics))
    finally:
        await admin.close()
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        if topic["error_code"] == 0
        for partition in topic["partitions"]
    ]


async def log_ends(
    settings: ServiceSettings, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Where the log of each partition ends; one whose topic is gone counts as empty."""
    wanted = set(partitions)
    present = set(await partitions_of(settings, {partition.topic for partition in wanted}))
    consumer = AIOKafkaConsumer(**client_settings(settings))
    try:
        await consumer.start()
        ends = await consumer.end_offsets(sorted(wanted & present)) if wanted & present else {}
    finally:
        await consumer.stop()
    return {partition: ends.get(partition, 0) for partition in wanted}


async def stop(client: AIOKafkaConsumer | AIOKafkaProducer | None) -> None:
    """Stop a client within five seconds, or leave it: one that hangs must not hang its service."""
    if client is not None:
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await client.stop()
