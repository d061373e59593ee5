"""For tests: peers that write to a service under test, and a look at what it publishes.

Everything here goes the real way (sealed, signed, through mailbox and inbox) but for the broker.
"""

import secrets
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.encoding import b64u
from trama_contracts.event import Event
from trama_contracts.hpke import seal_message
from trama_contracts.inner import Actor, Inner, encode_inner
from trama_contracts.messages import Grants, Message, encode_message, grant_key
from trama_contracts.names import Circle, Kind, source_of, topic_of
from trama_contracts.opening import Position, StreamKey, open_event
from trama_contracts.record import Record
from trama_contracts.sealing import seal_event, value_hash
from trama_contracts.signature import CLOUDEVENT, headers_of, raw_public, sign

from trama_chassis import clock, outbox
from trama_chassis.account_file import token_digest
from trama_chassis.app import build_app
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings
from trama_chassis.tables import GrantGiven, OutboxRow, OwnStream
from trama_chassis.testing_databases import create_tables
from trama_chassis.testing_territory import CARE, FIRST_PLACES, Place, Territory

__all__ = [
    "CARE",
    "FIRST_PLACES",
    "TOKEN",
    "OwnKeys",
    "Peer",
    "PeerStream",
    "Place",
    "Published",
    "Territory",
    "account_file",
    "client",
    "deliver",
    "event_classes",
    "published",
    "running",
    "transaction",
]

TOKEN = "synthetic-token-of-a-test"  # noqa: S105 - of tests only


@dataclass
class PeerStream:
    """A stream as the peer that writes it knows it."""

    stream: str
    key: bytes
    topic: str
    record: str
    circle: str
    scope: str
    seq: int = 0
    hash: str | None = None
    granted: bool = False


class Peer:
    """Another member's service, which writes events and gives keys to the service under test."""

    def __init__(self, territory: Territory, principal: str) -> None:
        self.territory = territory
        self.principal = principal
        self.member, _, self.service = principal.partition(".")
        self._streams: dict[tuple[str, str, str], PeerStream] = {}
        self._private = territory.signing(principal)

    @property
    def streams(self) -> list[PeerStream]:
        """Every stream this peer has begun."""
        return list(self._streams.values())

    def stream(self, event: Event | type[Event], record: str, scope: str) -> PeerStream:
        """The stream in which an event goes, begun if need be."""
        kind: Kind = "facts" if event.circle == "accountability" else "events"
        name = (record, event.circle, f"{event.scope}:{scope}")
        if name not in self._streams:
            topic = topic_of(self.territory.network, self.principal, kind)
            self._streams[name] = PeerStream(str(uuid.uuid4()), secrets.token_bytes(32), topic, *name)
        return self._streams[name]

    def write(self, event: Event, *, record: str, scope: str, **inner: Any) -> Record:  # noqa: ANN401 - of Inner
        """Seal and sign the next event of a stream. `inner` overrides what the sealed part says."""
        stream = self.stream(event, record, scope)
        event_id = str(uuid.uuid4())
        now = clock.machine_now()
        said: dict[str, Any] = {
            "type": event.wire_type,
            "circle": event.circle,
            "record": None if event.circle == "accountability" else record,
            "occurred_at": now,
            "recorded_at": now,
            "actor": Actor("caseworker", self.member, "op-peer"),
            "payload": event.payload(),
        }
        value = seal_event(
            key=stream.key,
            topic=stream.topic,
            source=source_of(self.territory.network, self.principal),
            id=event_id,
            subject=stream.stream,
            streamseq=stream.seq + 1,
            prevhash=stream.hash,
            inner=encode_inner(Inner(**(said | inner))),
        )
        stream.seq, stream.hash = stream.seq + 1, value_hash(value)
        return self.signed(stream, value)

    def signed(self, stream: PeerStream, value: bytes) -> Record:
        """The record of a value in a stream."""
        key = stream.stream.encode()
        return Record(
            stream.topic, key, value, headers_of(sign(self._private, stream.topic, key, value), CLOUDEVENT)
        )

    def message(self, runtime: Runtime, message: Message) -> Record:
        """A mailbox message to the service under test."""
        network, recipient = self.territory.network, runtime.settings.principal
        topic, key = topic_of(network, recipient, "mailbox"), self.principal.encode()
        own = next(iter(runtime.hpke_keys.values()))
        value = seal_message(
            recipient_public=own.public,
            suite=own.suite,
            topic=topic,
            source=source_of(network, self.principal),
            id=str(uuid.uuid4()),
            recipient=recipient,
            inner=encode_message(message, clock.machine_now()),
        )
        return Record(topic, key, value, headers_of(sign(self._private, topic, key, value), CLOUDEVENT))

    async def grant(self, runtime: Runtime, *streams: PeerStream) -> None:
        """Give the service under test the keys of streams, through its mailbox."""
        grants = [
            {
                "topic": one.topic,
                "stream": one.stream,
                "key": grant_key(one.key),
                "circle": one.circle,
                "scope": one.scope,
                "record": one.stream if one.circle == "accountability" else one.record,
                "authorisation": str(uuid.uuid4()),
                "purpose": "work-integration",
                "basis": {"kind": "law"},
                "from": {"seq": 1},
            }
            for one in streams
        ]
        await runtime.take_mail([self.message(runtime, Grants.model_validate({"grants": grants}))])
        for one in streams:
            one.granted = True


async def deliver(
    runtime: Runtime,
    peer: Peer,
    event: Event,
    *,
    record: str,
    scope: str | None = None,
    **inner: Any,  # noqa: ANN401 - any field of Inner
) -> Record:
    """Have a peer write an event and the service under test consume it, its key first. Returns the record."""
    scope_id = scope or record
    stream = peer.stream(event, record, scope_id)
    written = peer.write(event, record=record, scope=scope_id, **inner)
    if not stream.granted:
        await peer.grant(runtime, stream)
    await runtime.inbox.deliver([written])
    return written


@dataclass(frozen=True, slots=True)
class Published:
    """One event as the service under test has sealed it into its outbox, opened with its own keys."""

    event: Event
    event_id: str
    record: str
    circle: str
    scope: str
    stream: str
    seq: int
    inner: Inner
    granted_to: tuple[str, ...]


async def published(runtime: Runtime, *classes: type[Event]) -> list[Published]:
    """What the service has published, oldest first: every row opened and its chain checked."""
    async with runtime.database.read() as session:
        streams = {row.stream: row for row in (await session.execute(select(OwnStream))).scalars()}
        grants = list(
            (await session.execute(select(GrantGiven).where(col(GrantGiven.ended_at).is_(None)))).scalars()
        )
        rows = await session.execute(
            select(OutboxRow)
            .where(col(OutboxRow.kind).in_(("event", "fact")))
            .order_by(col(OutboxRow.position))
        )
        return [
            _opened(runtime, row, streams, grants)
            for row in rows.scalars()
            if _is(row, runtime, streams, classes)
        ]


class OwnKeys:
    """The keys of a service's own streams, for tests that open what it wrote."""

    def __init__(self, runtime: Runtime, streams: Mapping[str, OwnStream]) -> None:
        self._runtime = runtime
        self._streams = streams

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        """The key of an own stream."""
        row = self._streams.get(stream)
        if row is None:
            return None
        key = self._runtime.keystore.open(row.sealed_key, stream)
        return StreamKey(key, cast(Circle, row.circle), row.record)

    def is_erased(self, topic: str, stream: str) -> bool:
        """Nothing is."""
        return False

    def erased_hash(self, topic: str, stream: str) -> str | None:
        """Nothing is."""
        return None


def _is(
    row: OutboxRow, runtime: Runtime, streams: Mapping[str, OwnStream], classes: Sequence[type[Event]]
) -> bool:
    return not classes or _inner_of(runtime, row, streams).type in {one.wire_type for one in classes}


def _inner_of(runtime: Runtime, row: OutboxRow, streams: Mapping[str, OwnStream]) -> Inner:
    record = Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, CLOUDEVENT))
    seq = row.seq or 0
    prevhash = yaml.safe_load(row.value.decode()).get("prevhash")
    outcome, inner, _ = open_event(
        record, OwnKeys(runtime, streams), runtime.directory.current, Position(seq - 1, prevhash)
    )
    if inner is None:
        raise AssertionError(f"the service published what does not open: {outcome}")
    return inner


def _opened(
    runtime: Runtime, row: OutboxRow, streams: Mapping[str, OwnStream], grants: Sequence[GrantGiven]
) -> Published:
    inner = _inner_of(runtime, row, streams)
    stream = streams[row.stream or ""]
    return Published(
        event=event_classes()[inner.type].from_payload(inner.payload),
        event_id=row.event_id,
        record=stream.record,
        circle=stream.circle,
        scope=stream.scope,
        stream=stream.stream,
        seq=row.seq or 0,
        inner=inner,
        granted_to=tuple(sorted(grant.recipient for grant in grants if grant.stream == stream.stream)),
    )


def event_classes() -> dict[str, type[Event]]:
    """Every event class that has been imported, by wire type."""
    found: dict[str, type[Event]] = {}
    todo = list(Event.__subclasses__())
    while todo:
        one = todo.pop()
        todo += one.__subclasses__()
        if "wire_type" in one.__dict__:
            found[one.wire_type] = one
    return found


@asynccontextmanager
async def running(
    service: Service,
    database_url: str,
    folder: Path,
    *,
    member: str,
    territory: Territory | None = None,
    kafka: KafkaSettings | None = None,
    known: bool = True,
    **settings: Any,  # noqa: ANN401 - any field of the settings
) -> AsyncIterator[Runtime]:
    """A service of a member, started, not connected: its tables exist, it knows directory and peers' keys.

    With `known=False` it has read no directory yet (it will from the broker).
    """
    territory = territory or Territory()
    principal = f"{member}.{service.name}"
    territory.write_secrets(folder / principal, principal)
    common: dict[str, Any] = {
        "network": territory.network,
        "member": member,
        "service": service.name,
        "database_url": database_url,
        "kafka": kafka or nowhere(principal),
        "secrets_dir": folder / principal,
        "accounts_file": account_file(folder / f"{member}.accounts.yaml", ()),
        "roots": [b64u(raw_public(root)) for root in territory.roots],
        "demo": True,
    }
    runtime = Runtime(service, service.settings(**common, **settings))
    create_tables(runtime.database)
    await runtime.start()
    try:
        if known:
            await runtime.take_directory(territory.directory_records())
            await runtime.take_catalogue(territory.hpke_records(without=[principal]))
        yield runtime
    finally:
        await runtime.stop()


def nowhere(principal: str) -> KafkaSettings:
    """A broker that is not there, for what runs without one."""
    return KafkaSettings(bootstrap="127.0.0.1:9", username=principal, password="demo-none")  # noqa: S106 - opens nothing


def account_file(path: Path, roles: Iterable[str]) -> Path:
    """An account file with one operator, known by `TOKEN`."""
    operator = {
        "id": "op-test",
        "name": "Operatrice di prova",
        "roles": sorted(roles),
        "token_sha256": token_digest(TOKEN),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"operators": [operator], "demo": True}))
    path.chmod(0o600)
    return path


@asynccontextmanager
async def client(runtime: Runtime, *roles: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the service's application, in process, signed in as an operator with these roles."""
    account_file(runtime.settings.accounts_file, roles)
    transport = httpx.ASGITransport(build_app(runtime))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://member.test", headers=headers) as http:
        yield http


@asynccontextmanager
async def transaction(runtime: Runtime, role: str = "caseworker") -> AsyncIterator[AsyncSession]:
    """A session as a request has it: commands may publish, and it commits at the end."""
    actor = Actor(role, runtime.settings.member, "op-test")
    async with runtime.database.write(runtime=runtime, actor=actor) as session:
        yield session
        await outbox.commit(session)
