"""Every topic of a network with its partitions and settings, derived from the network file. Pure."""

from dataclasses import dataclass, field

from trama_contracts.names import KINDS, Kind, directory_topic, topic_of

from trama_deploy.network import Network

_DAY_MS = 24 * 3600 * 1000
LARGEST_BATCH = 300_000
"""Bytes of a record batch: a value of 262,144 with its key and headers (wire section 3)."""

_COMPACTED = {
    "cleanup.policy": "compact",
    "segment.ms": str(_DAY_MS),
    "min.cleanable.dirty.ratio": "0.1",
    "max.compaction.lag.ms": str(7 * _DAY_MS),
    "delete.retention.ms": str(30 * _DAY_MS),
}


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as it should be."""

    name: str
    partitions: int
    replication: int
    settings: dict[str, str] = field(default_factory=dict)


def topics(network: Network) -> dict[str, TopicPlan]:
    """Every topic of the network, by name."""
    plans = [_directory(network)]
    plans += [_of_service(network, principal, kind) for principal in network.principals for kind in KINDS]
    return {plan.name: plan for plan in plans}


def _directory(network: Network) -> TopicPlan:
    name = directory_topic(network.network)
    return TopicPlan(name, 1, network.topics.replication, _everywhere(network) | _COMPACTED)


def _of_service(network: Network, principal: str, kind: Kind) -> TopicPlan:
    """Only events have more than one partition: the rest is little, or must be read in one piece."""
    partitions = network.topics.event_partitions if kind == "events" else 1
    settings = _everywhere(network) | _kept(network, kind)
    return TopicPlan(
        topic_of(network.network, principal, kind), partitions, network.topics.replication, settings
    )


def _everywhere(network: Network) -> dict[str, str]:
    """The broker stamps the time: retention must not hang on a clock that a sender sets."""
    return {
        "max.message.bytes": str(LARGEST_BATCH),
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": str(max(1, network.topics.replication - 1)),
    }


def _kept(network: Network, kind: Kind) -> dict[str, str]:
    if kind == "catalogue":
        return dict(_COMPACTED)
    days = network.topics.mailbox_days if kind == "mailbox" else network.topics.retention_days
    return {"cleanup.policy": "delete", "retention.ms": str(days * _DAY_MS if days > 0 else -1)}
