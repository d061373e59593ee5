"""The reader that the corpus is written for, as a real service, with the state that each case needs.

It reads every topic of the corpus, also those the directory would not let it; the rest is the real thing.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel
from trama_chassis import clock
from trama_chassis.directory import DirectoryCopy
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import Erased, GrantReceived, InboxEvent, Position
from trama_chassis.testing import Territory
from trama_contracts.catalogue import CatalogueRecord
from trama_contracts.event import Event
from trama_contracts.golden.case import Case, Granted
from trama_contracts.golden.fixtures import NETWORK, ROOTS, SIL_KEY, Noted, NotedFact
from trama_contracts.outcomes import Outcome
from trama_contracts.outcomes import Position as WirePosition
from trama_contracts.record import Record

READER = "sil.registry"


class NotedCopy(SQLModel, table=True):
    """A note of the corpus that was applied."""

    __tablename__ = "noted_copy"
    event_id: str = Field(primary_key=True)
    stream: str
    seq: int


handlers = EventHandlers()


@handlers.copy(Noted, NotedFact)
async def copy_note(session: AsyncSession, _: Event, origin: Origin) -> None:
    """Keep what was applied; a second time would break the primary key."""
    session.add(NotedCopy(event_id=origin.event_id, stream=origin.stream, seq=origin.seq))


SERVICE = Service(
    name="registry",
    routers=[],
    handlers=handlers,
    tables=[NotedCopy],
    migrations=Path("nowhere"),
    settings=ServiceSettings,
)


class CorpusTerritory(Territory):
    """The imaginary network of the golden files, as far as its reader has to know it."""

    def __init__(self) -> None:
        super().__init__(network=NETWORK)

    @property
    def roots(self) -> list[Ed25519PrivateKey]:
        """The roots that signed the corpus' directory."""
        return list(ROOTS)

    def signing_seed(self, principal: str) -> bytes:
        """The reader's own signing key."""
        assert principal == READER
        return SIL_KEY.private_bytes_raw()


class WatchedDirectory(DirectoryCopy):
    """The directory copy, which reads all topics, says what became of each record, and can be set back."""

    def __init__(self, settings: ServiceSettings, topics: Iterable[str]) -> None:
        self._read = frozenset(topics)
        self.seen: list[Outcome] = []
        super().__init__(settings)

    def topics_to_read(self, reads: str) -> set[str]:
        """Every topic of the corpus."""
        return set(self._read)

    async def apply(self, session: AsyncSession, record: Record) -> Outcome:
        """Take a record of the directory, and note the outcome."""
        self.seen.append(await super().apply(session, record))
        return self.seen[-1]

    async def apply_catalogue(self, session: AsyncSession, record: Record) -> Outcome:
        """Take a record of a catalogue, and note the outcome."""
        self.seen.append(await super().apply_catalogue(session, record))
        return self.seen[-1]

    def set_back(self, records: Iterable[Record], case: Case | None = None) -> None:
        """As if only these records, and what the case says of the catalogue, had been read."""
        self._begin()
        self.seen.clear()
        for record in records:
            self._reader.apply(record)
        if case is not None and case.held is not None and case.record.key is not None:
            held = CatalogueRecord("held", "", case.held.version, clock.machine_now(), {}, case.held.hash, ())
            self._catalogue[(case.record.topic, case.record.key.decode())] = held


async def hold(runtime: Runtime, cases: Sequence[Case]) -> None:
    """Give the reader the keys, erasures and positions that these cases ask for."""
    async with runtime.bookkeeping() as session:
        for case in cases:
            for gone in case.erased:
                session.add(Erased(topic=gone.topic, stream=gone.stream, hash=gone.hash or ""))
            for grant in case.grants:
                session.add_all(_held(runtime, grant, case.position or WirePosition.start()))
        await session.commit()


def _held(runtime: Runtime, grant: Granted, at: WirePosition) -> Iterator[SQLModel]:
    """The rows that stand for a stream which was granted and read up to a position."""
    held = grant.held
    yield GrantReceived(
        topic=grant.topic,
        stream=grant.stream,
        source="dsm.registry",
        sealed_key=runtime.keystore.seal(held.key, grant.stream),
        circle=held.circle,
        scope="record:of-the-case",
        record=held.record,
        terms={},
        from_seq=at.seq + 1,
        from_prevhash=at.hash,
    )
    if at.stopped or at.held:
        yield Position(topic=grant.topic, stream=grant.stream, seq=at.seq, hash=at.hash, stopped=at.stopped)
    for seq, hash_ in at.held.items():
        yield InboxEvent(
            topic=grant.topic,
            stream=grant.stream,
            seq=seq,
            hash=hash_,
            value=b"",
            signature=b"",
            outcome="held",
            received_at=clock.machine_now(),
        )
