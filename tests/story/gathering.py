"""Everything that was ever published about one person, from the databases of a network that is at rest.

Each service's own keystore opens what that service wrote.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trama_chassis.keystore import Keystore
from trama_contracts.envelope import Envelope, parse_event
from trama_contracts.inner import Inner, complete, parse_head
from trama_contracts.names import parse_topic
from trama_contracts.placement import HostApprovalGiven, HostApprovalRefused
from trama_deploy.network import load
from trama_deploy.state import State

Edge = tuple[str, str]
HOSTS_OWN_WORDS = {HostApprovalGiven.wire_type, HostApprovalRefused.wire_type}


@dataclass(frozen=True, slots=True)
class Key:
    """Who got the key of a stream, or was judged and did not, and why."""

    recipient: str
    permitted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """One event as it lies on the broker, and as whoever has its key reads it."""

    principal: str
    kind: str
    committed_at: str
    partition: int
    offset: int
    value: bytes
    signature: bytes
    envelope: Envelope
    inner: Inner
    keys: tuple[Key, ...] = field(default=())


class Databases:
    """The service databases of a network, opened to look."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._principals = load(state.network_file).principals

    def services(self) -> Iterator[tuple[str, sqlite3.Connection, Keystore]]:
        """Each service with its database and its keystore."""
        for principal in self._principals:
            folder = self._state.service(principal)
            with sqlite3.connect(f"file:{folder / 'service.db'}?mode=ro", uri=True) as database:
                database.row_factory = sqlite3.Row
                yield principal, database, Keystore(folder)

    def records_of(self, name: str, member: str) -> set[Edge]:
        """The records of a person, found by family name at one member and followed from link to link.

        A host keeps a record of its own for each path it answered for; it is found by the placement.
        """
        edges: list[tuple[Edge, Edge]] = []
        found: set[Edge] = set()
        for principal, database, _ in self.services():
            edges += [
                ((row["a_member"], row["a_record"]), (row["b_member"], row["b_record"]))
                for row in database.execute("SELECT * FROM record_link")
            ]
            if principal == f"{member}.registry":
                people = database.execute("SELECT record FROM person WHERE family_name = ?", (name,))
                found |= {(member, row["record"]) for row in people}
        while reached := {edge for pair in edges for edge in pair if set(pair) & found} - found:
            found |= reached
        return found

    def published(self, records: set[Edge]) -> list[Published]:
        """What was written on these records, in the order in which it was committed."""
        told: list[Published] = []
        for principal, database, keystore in self.services():
            own = {record for member, record in records if member == principal.partition(".")[0]}
            told += _written(principal, database, keystore, own)
        placements = {one.inner.payload["placement"] for one in told if "placement" in one.inner.payload}
        for principal, database, keystore in self.services():
            if principal.endswith(".placement"):
                told += [
                    one
                    for one in _written(principal, database, keystore, None)
                    if one.inner.type in HOSTS_OWN_WORDS and one.inner.payload["placement"] in placements
                ]
        return sorted(told, key=lambda one: one.committed_at)


def _written(
    principal: str, database: sqlite3.Connection, keystore: Keystore, records: set[str] | None
) -> Iterator[Published]:
    rows = database.execute(
        "SELECT o.*, s.record, s.sealed_key FROM outbox o JOIN own_stream s ON s.stream = o.stream"
        " WHERE o.kind IN ('event', 'fact') ORDER BY o.position"
    )
    for row in rows:
        if records is not None and row["record"] not in records:
            continue
        topic = parse_topic(row["topic"])
        assert topic is not None
        envelope = parse_event(row["value"], topic)
        key = keystore.open(row["sealed_key"], row["stream"])
        yield Published(
            principal=principal,
            kind=row["kind"],
            committed_at=row["committed_at"],
            partition=row["partition"],
            offset=row["offset"],
            value=row["value"],
            signature=row["signature"],
            envelope=envelope,
            inner=complete(parse_head(envelope.unseal(key))),
            keys=tuple(_keys(database, row["stream"])),
        )


def _keys(database: sqlite3.Connection, stream: str) -> Iterator[Key]:
    """The last decision on each recipient, permits first."""
    decided = database.execute(
        "SELECT recipient, permitted, reason FROM decision WHERE stream = ? ORDER BY number", (stream,)
    )
    last = {row["recipient"]: Key(row["recipient"], bool(row["permitted"]), row["reason"]) for row in decided}
    yield from sorted(last.values(), key=lambda key: (not key.permitted, key.recipient))


def clear(value: bytes) -> dict[str, Any]:
    """What anybody who holds the broker's disk can read of an event."""
    document: dict[str, Any] = json.loads(value)
    return document
