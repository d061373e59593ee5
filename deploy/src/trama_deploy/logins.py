"""Whether principals can log in at the broker with the passwords in their files: nothing else can tell."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from trama_deploy.access import Access, quiet

_ANSWER_SECONDS = 10.0


class BrokerSilent(Exception):
    """The broker neither took nor refused a log-in."""


def refused_logins(accesses: Sequence[Access], topic: str) -> set[str]:
    """The users whose password the broker refuses. Raises BrokerSilent."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = pool.map(lambda access: can_log_in(access, topic), accesses)
        return {access.username for access, taken in zip(accesses, answers, strict=True) if not taken}


def can_log_in(access: Access, topic: str) -> bool:
    """Try it, by asking about a topic that everyone may read. Raises BrokerSilent."""
    refused: list[KafkaError] = []

    def hear(error: KafkaError) -> None:
        if error.code() == KafkaError._AUTHENTICATION:
            refused.append(error)

    client = AdminClient(access.confluent() | {"error_cb": hear}, logger=quiet)
    deadline = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < deadline:
        try:
            client.list_topics(topic=topic, timeout=0.5)
        except KafkaException:
            client.poll(0)
            if refused:
                return False
        else:
            return True
    raise BrokerSilent(f"{access.bootstrap} non risponde a {access.username}.")
