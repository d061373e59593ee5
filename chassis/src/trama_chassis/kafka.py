"""How this service's Kafka clients are set up, and what it asks of the log. Nothing here sends or reads."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaError
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON

from trama_chassis.settings import ServiceSettings

STOP_SECONDS = 5
FETCH_WAIT_MS, IDLE_FETCH_WAIT_MS = 100, 2_000
FETCH_APART_SECONDS = 0.04


def content_type(kind: str) -> bytes:
    """The content-type header of a kind of outbox row (wire section 4)."""
    return PLAIN_JSON if kind == "catalogue" else CLOUDEVENT


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


class PatientFetcher(Fetcher):  # type: ignore[misc]  # aiokafka has no types
    """Lets the broker hold a fetch for long, but only one that leaves no partition out; and asks not for each
    record by itself.

    A client has one fetch under way. What comes meanwhile for a partition left out of it, because its last
    records are still at hand, waits for its end. aiokafka knows one waiting time for both. And a fetch names
    every partition, in question and answer, whatever has come: a moment between two of them lets each bring
    more, and what is at hand be taken meanwhile.
    """

    is_patient = False
    _next_fetch_at = 0.0

    def _get_actions_per_node(self, assignment: Any) -> tuple[Any, Any, Any, bool, Any]:  # noqa: ANN401 - aiokafka's
        now = time.monotonic()
        if now < self._next_fetch_at:
            return [], {}, self._next_fetch_at - now, False, []
        actions: tuple[Any, Any, Any, bool, Any] = super()._get_actions_per_node(assignment)
        if actions[0]:
            self._next_fetch_at = now + FETCH_APART_SECONDS
        return actions

    @property
    def _fetch_max_wait_ms(self) -> int:
        return IDLE_FETCH_WAIT_MS if self.is_patient and not self._records else FETCH_WAIT_MS

    @_fetch_max_wait_ms.setter
    def _fetch_max_wait_ms(self, _: int) -> None:
        """Set by aiokafka when it begins; not ours to keep."""


def set_patience(client: AIOKafkaConsumer, is_patient: bool) -> None:
    """Whether a started client may ask seldom: for one that has heard nothing for a while.

    A hundred idle services that ask ten times a second keep a small broker busy with saying no; but behind a
    fetch that is held whatever else is asked on the connection waits, such as where a topic ends.
    """
    fetcher = client._fetcher
    fetcher.__class__ = PatientFetcher
    fetcher.is_patient = is_patient


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
    """Stop a client within five seconds, or leave it: one that hangs must not hang its service.

    It has a task of its own. aiokafka swallows the cancellation of some of its waits, and a time limit round
    those never ends; and while the broker is away it lets a CancelledError of its own fetches out, which
    would end the loop that stops it without a word, with the connection still open.
    """
    if client is None:
        return
    stopping = asyncio.create_task(_stop(client))
    ended, _ = await asyncio.wait([stopping], timeout=STOP_SECONDS)
    if not ended:
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.result()


async def _stop(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError, TimeoutError):
        try:
            await client.stop()
        finally:
            connections = client._client if isinstance(client, AIOKafkaConsumer) else client.client
            await connections.close()
