"""The other end of the mailbox: what a peer reads of its mail, and mail with faults that it could send."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import col
from trama_chassis import clock, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow, OwnStream
from trama_chassis.testing import PeerStream, Territory, transaction
from trama_contracts.hpke import HpkePrivateKey, seal_message
from trama_contracts.messages import Grant, Grants, Message, encode_message, grant_key
from trama_contracts.names import source_of, topic_of
from trama_contracts.opening import StreamKey, open_message
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, headers_of, sign

from chassis.tests.peer_writing import WRITER
from chassis.tests.small_registry import new_id, person, record_of, rows

Sent = TypeVar("Sent", bound=Message)
SISTER = "sil.placement"
TERRITORY = Territory()


@dataclass
class Reader:
    """What a peer can open: its mail, and streams with keys from it."""

    principal: str
    keys: dict[tuple[str, str], StreamKey] = field(default_factory=dict)

    def hpke_key(self, hpkekey: str) -> HpkePrivateKey | None:
        own = TERRITORY.hpke(self.principal)
        return own if own.hpkekey == hpkekey else None

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        return self.keys.get((topic, stream))

    def is_erased(self, topic: str, stream: str) -> bool:
        return False

    def erased_hash(self, topic: str, stream: str) -> str | None:
        return None

    def learn(self, grant: Grant) -> None:
        self.keys[(grant.topic, grant.stream)] = StreamKey(grant.raw_key, grant.circle, grant.record)


async def mail(runtime: Runtime, to: str, kind: type[Sent]) -> list[Sent]:
    """The messages of one kind that the service under test has for a peer, opened by the peer."""
    topic = topic_of("pn", to, "mailbox")
    found = []
    sealed = await rows(runtime, OutboxRow, col(OutboxRow.topic) == topic)
    for row in sorted(sealed, key=lambda row: row.position or 0):
        outcome, message = open_message(
            record_of(row), Reader(to), runtime.directory.current, clock.machine_now()
        )
        assert outcome is Outcome.OK
        if isinstance(message, kind):
            found.append(message)
    return found


def sealed(runtime: Runtime, message: Message, **wrong: Any) -> Record:
    """A message of the municipality's registry to the one under test, perhaps old, perhaps to another key."""
    own = wrong.get("key") or next(iter(runtime.hpke_keys.values()))
    topic, key = topic_of("pn", "sil.registry", "mailbox"), WRITER.encode()
    value = seal_message(
        recipient_public=own.public,
        suite=own.suite,
        topic=topic,
        source=source_of("pn", WRITER),
        id=new_id(),
        recipient="sil.registry",
        inner=encode_message(message, wrong.get("sent_at") or clock.machine_now()),
    )
    return Record(
        topic, key, value, headers_of(sign(TERRITORY.signing(WRITER), topic, key, value), CLOUDEVENT)
    )


def grant_of(stream: PeerStream, key: bytes | None = None, **terms: Any) -> dict[str, Any]:
    """One grant of a stream, perhaps with another key."""
    return {
        "topic": stream.topic,
        "stream": stream.stream,
        "key": grant_key(key or stream.key),
        "circle": stream.circle,
        "scope": stream.scope,
        "record": stream.record,
        "authorisation": new_id(),
        "purpose": "work-integration",
        "basis": {"kind": "law"},
        "from": {"seq": 1},
    } | terms


def grants(*given: dict[str, Any]) -> Grants:
    """A message of grants."""
    return Grants.model_validate({"grants": given})


async def register(runtime: Runtime, *names: str) -> OwnStream:
    """Publish registrations of one person; gives the stream."""
    record = new_id()
    for name in names:
        async with transaction(runtime) as session:
            outbox.add(session, person(name), record=record, scope=record)
    (stream,) = await rows(runtime, OwnStream, col(OwnStream.record) == record)
    return stream
