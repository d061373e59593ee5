"""The control event that ends a stream for ever: no key and no byte is left, and none is taken again."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from trama_chassis.runtime import Runtime
from trama_chassis.tables import (
    CHASSIS_TABLES,
    DeadLetter,
    Erased,
    GrantReceived,
    InboxEvent,
    Position,
    Waiting,
)
from trama_chassis.testing import Peer, PeerStream, Territory, running
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash

from chassis.tests.peer_writing import erasure, granted, written
from chassis.tests.small_registry import SERVICE, faults, heard, rows


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


BEFORE = {
    "applied": 0,
    "waiting": 1,
    "dead letter": 0,
    "never granted": 0,
    "same batch": 3,
    "nothing read": 3,
}
"""From which of three events on the stream has been read, when its end comes."""
HOLDING = (InboxEvent, Waiting, DeadLetter, Position)


async def everything_kept_of(runtime: Runtime, stream: PeerStream, records: Sequence[Record]) -> list[str]:
    """The chassis' tables in which a key, a byte or a position of a stream is left."""
    left = []
    for table in CHASSIS_TABLES:
        for row in await rows(runtime, table):
            values = list(row.model_dump().values())
            if any(record.value in values for record in records):
                left.append(table.__name__)
            if isinstance(row, HOLDING) and row.stream == stream.stream:
                left.append(table.__name__)
            if isinstance(row, GrantReceived) and row.stream == stream.stream and row.sealed_key:
                left.append("key")
    return left


@pytest.mark.parametrize("state", BEFORE)
async def test_an_erasure_destroys_key_and_bytes_for_ever(runtime: Runtime, peer: Peer, state: str) -> None:
    """INVARIANT: whatever state a stream is in, its control event leaves no key and no byte of it, and no key
    for it is ever taken again. A new table that keeps bytes and is not emptied here breaks it."""
    stream, records = written(peer, "Uno", "Due", "Tre")
    end = erasure(peer, stream)
    if state != "never granted":
        await peer.grant(runtime, stream)
    if state == "dead letter":
        faults.poisonous.add("Uno")
    try:
        await runtime.inbox.deliver(records[BEFORE[state] :])
    finally:
        faults.poisonous.clear()
    await runtime.inbox.deliver([*records, end] if state == "same batch" else [end])
    assert await everything_kept_of(runtime, stream, records) == []
    assert [(row.stream, row.hash) for row in await rows(runtime, Erased)] == [
        (stream.stream, value_hash(end.value or b""))
    ]
    await peer.grant(runtime, stream)
    await runtime.inbox.deliver([*records, end])
    assert await everything_kept_of(runtime, stream, records) == []
    assert runtime.inbox.outcomes[Outcome.ERASED] >= 4, "three events and one grant"


async def test_a_control_event_of_somebody_else_erases_nothing(runtime: Runtime, peer: Peer) -> None:
    stream, records = await granted(runtime, peer, "Uno")
    await runtime.inbox.deliver(records)
    liar = Peer(Territory(), "cpi.registry")
    forged = erasure(peer, stream)
    stolen = liar.signed(stream, forged.value or b"")
    await runtime.inbox.deliver([stolen])
    assert await heard(runtime, stream.stream) == [1]
    assert await rows(runtime, Erased) == []
    assert runtime.inbox.outcomes[Outcome.UNKNOWN_SIGNER] == 1
