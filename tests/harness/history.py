"""The checker: what one member has published against what another has applied. It believes tables alone.

`compare` is pure; `read_source` and `read_recipient` read the two databases and open every committed row.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis.database import Database
from trama_chassis.keystore import Keystore
from trama_chassis.tables import DeadLetter, InboxEvent, OutboxRow, OwnStream, Waiting
from trama_chassis.testing import Territory
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.inner import Inner
from trama_contracts.opening import Position, StreamKey, open_event
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash
from trama_contracts.signature import CLOUDEVENT, headers_of, raw_public

from tests.harness.ledger import Line, LineCopy


@dataclass(frozen=True, slots=True)
class Said:
    """One line, as an event says it: where it stands and what it tells."""

    event_id: str
    stream: str
    seq: int
    line: str
    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One event whose exact bytes were kept, at either end."""

    event_id: str
    stream: str
    seq: int
    hash: str


@dataclass(frozen=True)
class Source:
    """What a member has committed."""

    said: Sequence[Said] = ()
    kept: Sequence[Kept] = ()
    lines: frozenset[str] = frozenset()
    broken_chains: int = 0


@dataclass(frozen=True)
class Recipient:
    """What another member has applied, in the order in which it did."""

    applied: Sequence[Said] = ()
    kept: Sequence[Kept] = ()
    dead_letters: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Findings:
    """What is wrong between the two, and, first, how much there was to judge."""

    written: int
    applied: int
    duplicates: int
    """Redelivered events that the recipient recognised: not a fault, the proof that a fault was survived."""
    lost: int
    """Committed at the source, without effect at the recipient."""
    twice: int
    """Effects beyond the first of an event."""
    ghosts: int
    """Effects of events that their source never committed."""
    altered: int
    """Effects that say something else than the event."""
    disorder: int
    """Effects that did not follow the one before them in their stream."""
    unanswered_for: int
    """Lines that a command answered as committed and that are not in the outbox."""
    half_committed: int
    """Lines without their event, or events without their line, at the source."""
    broken_chains: int
    """Streams whose outbox rows do not verify from 1 without a gap."""
    unkept: int
    """Effects whose exact bytes the recipient has not kept once, or kept bytes without an effect."""
    dead_letters: int
    waiting: int

    @property
    def faults(self) -> dict[str, int]:
        """Everything that should be nought and is not."""
        judged = [one.name for one in fields(self)][3:]
        return {name: getattr(self, name) for name in judged if getattr(self, name)}


def compare(
    source: Source, recipient: Recipient, *, answered: Iterable[str] = (), duplicates: int = 0
) -> Findings:
    """Judge what was applied against what was committed."""
    written = {one.event_id: one for one in source.said}
    effects = Counter(one.event_id for one in recipient.applied)
    published_lines = {one.line for one in source.said}
    return Findings(
        written=len(source.said),
        applied=len(recipient.applied),
        duplicates=duplicates,
        lost=sum(event_id not in effects for event_id in written),
        twice=sum(count - 1 for count in effects.values()),
        ghosts=sum(event_id not in written for event_id in effects),
        altered=sum(one != written.get(one.event_id, one) for one in recipient.applied),
        disorder=_disorder(recipient.applied),
        unanswered_for=len(set(answered) - published_lines),
        half_committed=len(source.lines ^ published_lines),
        broken_chains=source.broken_chains,
        unkept=_unkept(source.kept, recipient, set(effects)),
        dead_letters=recipient.dead_letters,
        waiting=recipient.waiting,
    )


def _disorder(applied: Iterable[Said]) -> int:
    """Effects not one after the one before them; an effect repeated at once is counted as `twice` alone."""
    last: dict[str, int] = defaultdict(int)
    out_of_order = 0
    for one in applied:
        if one.seq != last[one.stream]:
            out_of_order += one.seq != last[one.stream] + 1
        last[one.stream] = one.seq
    return out_of_order


def _unkept(committed: Iterable[Kept], recipient: Recipient, effects: set[str]) -> int:
    """Each effect has its bytes in the inbox, once, the same bytes as at the source."""
    kept = Counter(recipient.kept)
    exact = set(committed)
    repeated = sum(count - 1 for count in kept.values())
    foreign = sum(one not in exact for one in kept)
    return repeated + foreign + len({one.event_id for one in kept} ^ effects)


# Reading the two ends


class _OwnKeys:
    """The keys of a service's own streams, read from its database and its key files."""

    def __init__(self, keys: dict[str, StreamKey]) -> None:
        self._keys = keys

    def stream_key(self, topic: str, stream: str) -> StreamKey | None:
        return self._keys.get(stream)

    def is_erased(self, topic: str, stream: str) -> bool:
        return False

    def erased_hash(self, topic: str, stream: str) -> str | None:
        return None


async def read_source(database: Database, secrets_dir: Path, territory: Territory) -> Source:
    """Open every event of an outbox, stream by stream from its beginning."""
    async with database.read() as session:
        streams = (await session.execute(select(OwnStream))).scalars().all()
        rows = (
            (
                await session.execute(
                    select(OutboxRow)
                    .where(col(OutboxRow.kind) == "event")
                    .order_by(col(OutboxRow.stream), col(OutboxRow.seq))
                )
            )
            .scalars()
            .all()
        )
        lines = frozenset((await session.execute(select(Line.line))).scalars())  # type: ignore[call-overload]
    keystore = Keystore(secrets_dir)
    keys = _OwnKeys(
        {
            one.stream: StreamKey(keystore.open(one.sealed_key, one.stream), one.circle, one.record)  # type: ignore[arg-type]
            for one in streams
        }
    )
    return _opened(rows, keys, _directory(territory), lines)


def _opened(rows: Iterable[OutboxRow], keys: _OwnKeys, directory: Directory, lines: frozenset[str]) -> Source:
    positions: dict[str, Position | None] = {}
    said: list[Said] = []
    kept: list[Kept] = []
    for row in rows:
        stream, seq = str(row.stream), int(row.seq or 0)
        kept.append(Kept(row.event_id, stream, seq, value_hash(row.value)))
        position = positions.setdefault(stream, Position.start())
        record = Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, CLOUDEVENT))
        outcome, inner, after = open_event(record, keys, directory, position)
        if position is None or outcome != "ok" or inner is None:
            positions[stream] = None
            continue
        positions[stream] = after
        said.append(_said(row.event_id, stream, seq, inner))
    broken = sum(position is None for position in positions.values())
    return Source(said, kept, lines, broken)


def _said(event_id: str, stream: str, seq: int, inner: Inner) -> Said:
    payload = inner.payload
    return Said(event_id, stream, seq, payload["line"], inner.record or "", payload["amount"])


def _directory(territory: Territory) -> Directory:
    reader = DirectoryReader(territory.network, [raw_public(root) for root in territory.roots])
    for record in territory.directory_records():
        reader.apply(record)
    return reader.directory


async def read_recipient(database: Database) -> Recipient:
    """The copies in the order in which they were made, and the bytes that were kept."""
    async with database.read() as session:
        copies = (await session.execute(select(LineCopy).order_by(col(LineCopy.number)))).scalars().all()
        inbox = (await session.execute(select(InboxEvent).order_by(col(InboxEvent.position)))).scalars().all()
        dead = await session.scalar(select(func.count()).select_from(DeadLetter))
        waiting = await session.scalar(select(func.count()).select_from(Waiting))
    return Recipient(
        [Said(one.event_id, one.stream, one.seq, one.line, one.account, one.amount) for one in copies],
        [
            Kept(json.loads(one.value)["id"], one.stream, one.seq, value_hash(one.value))
            for one in inbox
            if one.hash == value_hash(one.value)
        ],
        dead or 0,
        waiting or 0,
    )
