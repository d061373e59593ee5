"""How one principal reaches the broker, in the words of each of the two Kafka libraries."""

import logging
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka.admin import AdminClient

quiet = logging.getLogger("trama_deploy.librdkafka")
quiet.addHandler(logging.NullHandler())
quiet.propagate = False
# Where nobody has set up logging, a broker that is down would be told on the terminal, many times.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Access:
    """Address, name and password; the password is never shown."""

    bootstrap: str
    username: str
    password: str = field(repr=False)

    def confluent(self) -> dict[str, Any]:
        """Settings of a confluent-kafka client."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.username,
            "sasl.password": self.password,
        }

    def aiokafka(self) -> dict[str, Any]:
        """Arguments of an aiokafka client."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    def admin(self) -> AdminClient:
        """A confluent-kafka admin client that keeps its complaints out of the terminal."""
        return AdminClient(self.confluent(), logger=quiet)
