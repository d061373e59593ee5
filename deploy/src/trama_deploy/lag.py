"""How much each service has still to read, as the broker's own bookkeeping says.

Groups through aiokafka: confluent-kafka 2.16 was seen to crash the process when it asked for the offsets of a
group on a broker that had none yet. Ends of logs through confluent-kafka, all in one question: aiokafka needs
a tenth of a second for each topic.
"""

import asyncio
from collections.abc import Iterable

import confluent_kafka
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError
from confluent_kafka.admin import OffsetSpec
from trama_contracts.names import topic_of

from trama_deploy.access import Access
from trama_deploy.acls import fact_readers, readers
from trama_deploy.network import Network

ANSWER_SECONDS = 10.0


async def consumer_lags(network: Network, access: Access) -> dict[str, int] | None:
    """How many records of mail, events and facts each service has still to read; None if nobody answers."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _lags(network, access)
    except (KafkaError, confluent_kafka.KafkaException, TimeoutError, OSError):
        return None


def readable(network: Network, principal: str) -> set[str]:
    """The topics whose offsets a service keeps: its mailbox, others' events, others' facts."""
    name, owners = network.network, set(network.principals) - {principal}
    events = {topic_of(name, owner, "events") for owner in owners if principal in readers(network, owner)}
    facts = {topic_of(name, owner, "facts") for owner in owners if principal in fact_readers(network, owner)}
    return {topic_of(name, principal, "mailbox"), *events, *facts}


async def _lags(network: Network, access: Access) -> dict[str, int]:
    read = {principal: readable(network, principal) for principal in network.principals}
    admin = AIOKafkaAdminClient(**access.aiokafka())
    try:
        await admin.start()
        places = await _places(admin, set().union(*read.values()))
        # Where readers stand is asked first: asked last, a busy one would seem to be ahead of the log.
        committed = {principal: await _committed(admin, principal) for principal in read}
        ends = await asyncio.to_thread(_ends, access, places)
    finally:
        await admin.close()
    return {
        principal: sum(
            end - committed[principal].get(place, 0) for place, end in ends.items() if place.topic in topics
        )
        for principal, topics in read.items()
    }


async def _places(admin: AIOKafkaAdminClient, topics: Iterable[str]) -> list[TopicPartition]:
    """The partitions of those of the topics that exist."""
    return [
        TopicPartition(described["topic"], partition["partition"])
        for described in await admin.describe_topics(sorted(topics))
        if described["error_code"] == 0
        for partition in described["partitions"]
    ]


def _ends(access: Access, places: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the logs end now."""
    end = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the library's own stubs
    latest = {confluent_kafka.TopicPartition(*place): end for place in places}
    admin = access.admin()  # kept until the answers are here: a client nobody holds gives none
    answers = admin.list_offsets(latest, request_timeout=ANSWER_SECONDS) if latest else {}
    return {
        TopicPartition(place.topic, place.partition): answer.result(ANSWER_SECONDS).offset
        for place, answer in answers.items()
    }


async def _committed(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, int]:
    try:
        kept = await admin.list_consumer_group_offsets(group)
    except GroupCoordinatorNotAvailableError:
        return {}
    return {place: max(0, found.offset) for place, found in kept.items()}
