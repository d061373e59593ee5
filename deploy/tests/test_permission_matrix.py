"""Every principal tries every topic, to read and to write, on the real broker; a no must be a refusal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.cimpl import NewTopic
from trama_deploy.access import Access, quiet
from trama_deploy.acls import acls, may
from trama_deploy.broker import EmbeddedBroker
from trama_deploy.network import COORDINATOR, load
from trama_deploy.provisioning import apply, plan
from trama_deploy.secrets import ensure_secrets, kafka_password
from trama_deploy.state import State
from trama_deploy.topics import topics

TERRITORY = load(Path(__file__).parents[1] / "networks" / "pordenone.yaml")
PRINCIPALS = (*TERRITORY.principals, COORDINATOR)
TOPICS = sorted(topics(TERRITORY))
GRANTED = acls(TERRITORY)
REFUSED = KafkaError.TOPIC_AUTHORIZATION_FAILED
DEADLINE = 20.0


@pytest.fixture(scope="module")
def accesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Access]]:
    """A provisioned broker of its own, one record in every topic, and each principal's log-in."""
    state = State(tmp_path_factory.mktemp("state"))
    ensure_secrets(TERRITORY, state)
    with EmbeddedBroker(state.broker) as broker:
        apply(
            TERRITORY,
            state,
            broker.access(),
            plan(TERRITORY, state, broker.access(), datetime(2026, 11, 22, tzinfo=UTC)),
        )
        assert _try_to_write(broker.access()) == (set(TOPICS), set())
        _wake_coordinator(broker.access())
        yield {
            "admin": broker.access(),
            **{p: Access(broker.bootstrap, p, kafka_password(state, p)) for p in PRINCIPALS},
        }
        broker.kill()


@pytest.mark.parametrize("principal", PRINCIPALS)
async def test_reads_are_those_of_the_file_and_no_other(accesses: dict[str, Access], principal: str) -> None:
    allowed = {topic for topic in TOPICS if may(GRANTED, principal, topic, "READ")}
    read, refused = await _try_to_read(accesses[principal])
    assert read == allowed
    assert refused == set(TOPICS) - allowed


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_writes_are_those_of_the_file_and_no_other(accesses: dict[str, Access], principal: str) -> None:
    allowed = {topic for topic in TOPICS if may(GRANTED, principal, topic, "WRITE")}
    written, refused = _try_to_write(accesses[principal])
    assert written == allowed
    assert refused == set(TOPICS) - allowed


@pytest.mark.parametrize("principal", TERRITORY.principals)
async def test_offsets_are_kept_in_the_own_group_alone(accesses: dict[str, Access], principal: str) -> None:
    commits = [_commit(group, f"pn.{principal}.mailbox.v1") for group in TERRITORY.principals]
    answers = await _ask(accesses[principal], *commits)
    errors = [error for answer in answers for _, ((_, error),) in answer.topics]
    refused = KafkaError.GROUP_AUTHORIZATION_FAILED
    assert errors == [0 if group == principal else refused for group in TERRITORY.principals]


def test_services_cannot_change_the_broker(accesses: dict[str, Access]) -> None:
    admin, own, new = (
        accesses["sil.registry"].admin(),
        "pn.sil.registry.events.v1",
        "pn.sil.registry.notes.v1",
    )
    for answer in (admin.create_topics([NewTopic(new, 1, 1)])[new], admin.delete_topics([own])[own]):
        with pytest.raises(KafkaException) as refused:
            answer.result(10)
        assert refused.value.args[0].code() == REFUSED


async def _ask(access: Access, *requests: Any) -> list[Any]:
    """Send bare requests as that principal: the broker's own answers, with no client's retries about them."""
    client = AIOKafkaAdminClient(**access.aiokafka())
    await client.start()
    try:
        return [await client._send_request(request) for request in requests]
    finally:
        await client.close()


async def _try_to_read(access: Access) -> tuple[set[str], set[str]]:
    fetch = FetchRequest(500, 1, 1_000_000, 0, [(topic, [(0, 0, 10_000)]) for topic in TOPICS])
    read, refused = set[str](), set[str]()
    (answer,) = await _ask(access, fetch)
    for topic, ((_, error, *_, records),) in answer.topics:
        assert error in (0, REFUSED), error
        assert bool(records) == (error == 0)
        (refused if error else read).add(topic)
    return read, refused


def _try_to_write(access: Access) -> tuple[set[str], set[str]]:
    written, refused = set[str](), set[str]()

    def hear(error: KafkaError | None, message: Message) -> None:
        assert error is None or error.code() == REFUSED, (message.topic(), error)
        (refused if error else written).add(message.topic() or "")

    producer = Producer(access.confluent() | {"acks": "all", "linger.ms": 0}, logger=quiet)
    for topic in TOPICS:
        producer.produce(topic, value=b"try", key=b"try", on_delivery=hear)
    assert producer.flush(DEADLINE) == 0
    return written, refused


def _wake_coordinator(access: Access) -> None:
    """The first commit on a broker makes the topic of offsets; until then every answer is "not yet"."""
    consumer = Consumer(access.confluent() | {"group.id": access.username}, logger=quiet)
    consumer.commit(offsets=[TopicPartition(TOPICS[0], 0, 1)], asynchronous=False)
    consumer.close()


def _commit(group: str, topic: str) -> Any:
    return OffsetCommitRequest(group, -1, "", -1, [(topic, [(0, 1, "")])])
