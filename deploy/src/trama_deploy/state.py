"""Where a running network keeps what: one directory, every path named once. Creates nothing."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """The state directory of one network (default `.var/<name>`)."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.absolute())

    @property
    def network_file(self) -> Path:
        """The network file this state was made from."""
        return self.root / "network.yaml"

    @property
    def broker(self) -> Path:
        """The embedded broker's directory."""
        return self.root / "broker"

    @property
    def bootstrap(self) -> Path:
        """Where the broker listens: all that a node needs to know of it."""
        return self.root / "bootstrap"

    @property
    def roots(self) -> Path:
        """The public root keys that every node pins, one b64u key a line."""
        return self.root / "roots.pub"

    @property
    def clock(self) -> Path:
        """Business time for every node."""
        return self.root / "clock.json"

    @property
    def coordinator(self) -> Path:
        """What only the coordinator holds: root keys, its Kafka password, the directory as published."""
        return self.root / "coordinator"

    @property
    def reporting_key(self) -> Path:
        """The custodian's key of pseudonyms; only registries are handed a copy, never a reporting body."""
        return self.coordinator / "custodian" / "reporting.key"

    def root_key(self, number: int) -> Path:
        """One of the keys that sign the directory, counted from 1."""
        return self.coordinator / f"root-{number}.key"

    def member(self, member: str) -> Path:
        """A member's folder."""
        return self.root / "members" / member

    def accounts(self, member: str) -> Path:
        """A member's local accounts."""
        return self.member(member) / "accounts.yaml"

    def service(self, principal: str) -> Path:
        """A service's folder: service.db, kek, signing.key, kafka.password."""
        member, _, service = principal.partition(".")
        return self.member(member) / service

    def node_log(self, node: str) -> Path:
        """What a node's process writes."""
        return self.root / "nodes" / f"{node}.log"

    def node_pid(self, node: str) -> Path:
        """A node's process id, while it runs."""
        return self.root / "nodes" / f"{node}.pid"

    def node_stopped(self, node: str) -> Path:
        """Present while an operator wants the node down: nobody starts it again meanwhile."""
        return self.root / "nodes" / f"{node}.stopped"

    @property
    def supervisor(self) -> Path:
        """Which process holds broker and nodes together, and how far it has come."""
        return self.root / "network.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while it lives."""
        return self.root / "network.lock"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor writes when it runs in the background."""
        return self.root / "network.log"


def has_published(state: State, principal: str) -> bool:
    """Whether a service has ever published an event; its database is opened for reading alone."""
    file = state.service(principal) / "service.db"
    if not file.exists():
        return False
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT 1 FROM outbox WHERE kind = 'event' LIMIT 1").fetchone() is not None
