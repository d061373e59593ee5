"""The embedded broker's server.properties: small, closed, loopback only."""

from pathlib import Path
from typing import Any, Protocol

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


class Shape(Protocol):
    """What of a broker its configuration depends on."""

    directory: Path
    partitions: int


def server_properties(identity: dict[str, Any], shape: Shape) -> str:
    """The whole file. `identity` is admin.json: addresses, names and passwords."""
    settings = _addresses(identity, shape.directory) | _security(identity) | _SMALL | _DURABLE_ENOUGH
    settings["num.partitions"] = shape.partitions
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _addresses(identity: dict[str, Any], directory: Path) -> dict[str, Any]:
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{identity['controller']}",
        "listeners": f"CLIENT://{identity['bootstrap']},CONTROLLER://{identity['controller']}",
        "advertised.listeners": f"CLIENT://{identity['bootstrap']}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "log.dirs": directory / "data",
    }


def _security(identity: dict[str, Any]) -> dict[str, Any]:
    """SCRAM for clients; PLAIN for the controller, so that nobody is ANONYMOUS and super user."""
    admin, password = identity["username"], identity["password"]
    controller = identity["controller_password"]
    return {
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            f'{_SCRAM} required username="{admin}" password="{password}";'
        ),
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{_PLAIN} required username="controller" password="{controller}" user_controller="{controller}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{admin};User:controller",
        "auto.create.topics.enable": "false",
    }


_SMALL = {
    # Defaults preallocate 10 MB of index per segment and 128 MB of heap for the cleaner.
    "log.index.size.max.bytes": 65536,
    "log.cleaner.dedupe.buffer.size": 4194304,
    "log.cleaner.io.buffer.size": 524288,
    "log.cleaner.threads": 1,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 1,
    "background.threads": 2,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.num.partitions": 1,
}

_DURABLE_ENOUGH = {
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "group.initial.rebalance.delay.ms": 0,
    # A killed broker may come back only when its former self is given up.
    "broker.heartbeat.interval.ms": 500,
    "broker.session.timeout.ms": 3000,
}
