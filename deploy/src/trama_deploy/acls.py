"""Who may read and write what on the broker, derived from the network file. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from trama_contracts.names import KINDS, directory_topic, topic_of

from trama_deploy.network import COORDINATOR, REPORTING, Network

Operation: TypeAlias = Literal["READ", "WRITE"]
EVERYONE = "*"
"""Every principal that has logged in; for what is open and signed."""


@dataclass(frozen=True, order=True, slots=True)
class Acl:
    """One permission, of a literal resource, from any host. Kafka adds DESCRIBE to both operations."""

    principal: str
    resource: Literal["topic", "group"]
    name: str
    operation: Operation


def acls(network: Network) -> set[Acl]:
    """Every permission of the network; what is not here is denied (wire section 3).

    A mailbox is read by its owner alone. Events are read by whom the file lists, never by reporting, which
    reads facts only. A service reads its own events and facts: after a restore it compares its heads with
    them.
    """
    granted = {Acl(COORDINATOR, "topic", directory_topic(network.network), "WRITE")}
    granted.add(Acl(EVERYONE, "topic", directory_topic(network.network), "READ"))
    for principal in network.principals:
        granted |= _own(network, principal)
        granted |= _of_others(network, principal)
    return granted


def may(granted: set[Acl], principal: str, topic: str, operation: Operation) -> bool:
    """Whether a principal may do that on a topic."""
    return any(Acl(who, "topic", topic, operation) in granted for who in (principal, EVERYONE))


def readers(network: Network, owner: str) -> set[str]:
    """The principals that may read an owner's events: sister services and those of members in read_by."""
    member, _, _ = owner.partition(".")
    named = {member, *network.members[member].read_by}
    others = {p for p in network.principals if p.partition(".")[0] in named and p != owner}
    return {principal for principal in others if not _reports(principal)}


def fact_readers(network: Network, owner: str) -> set[str]:
    """The reporting services: who counts reads the facts of all, by law and not by being listed."""
    return {principal for principal in network.principals if principal != owner and _reports(principal)}


def writers(network: Network, owner: str) -> set[str]:
    """The principals that may put a message into a mailbox: sisters, those who know its member, and who
    counts with those whose facts it counts.
    """
    member, _, _ = owner.partition(".")
    known = {other for other in network.members if other == member or network.know_each_other(member, other)}
    others = {p for p in network.principals if p != owner}
    return {p for p in others if p.partition(".")[0] in known or _reports(p) or _reports(owner)}


def _own(network: Network, principal: str) -> set[Acl]:
    own = {kind: topic_of(network.network, principal, kind) for kind in KINDS}
    granted = {Acl(principal, "topic", own[kind], "WRITE") for kind in ("events", "facts", "catalogue")}
    granted |= {Acl(principal, "topic", own[kind], "READ") for kind in ("events", "facts", "mailbox")}
    granted.add(Acl(principal, "group", principal, "READ"))
    granted.add(Acl(EVERYONE, "topic", own["catalogue"], "READ"))
    return granted


def _of_others(network: Network, owner: str) -> set[Acl]:
    events, facts, mailbox = (topic_of(network.network, owner, k) for k in ("events", "facts", "mailbox"))
    granted = {Acl(reader, "topic", events, "READ") for reader in readers(network, owner)}
    granted |= {Acl(reader, "topic", facts, "READ") for reader in fact_readers(network, owner)}
    return granted | {Acl(writer, "topic", mailbox, "WRITE") for writer in writers(network, owner)}


def _reports(principal: str) -> bool:
    return principal.partition(".")[2] == REPORTING
