"""The checker checked: a history in order has no fault, and every fault there can be is found."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlmodel import col
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import Territory, running, transaction
from trama_contracts.record import Record
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON, headers_of

from tests.harness.history import (
    Findings,
    Kept,
    Recipient,
    Said,
    Source,
    compare,
    read_recipient,
    read_source,
)
from tests.harness.ledger import LEDGER, NORTH, PLACES, SOUTH, LineEntered, enter
from tests.harness.territory import accounts

STREAM_A, STREAM_B = "a", "b"
SAID = [
    Said(f"event-{stream}{seq}", stream, seq, f"line-{stream}{seq}", f"account-{stream}", seq)
    for stream in (STREAM_A, STREAM_B)
    for seq in (1, 2, 3)
]
KEPT = [Kept(one.event_id, one.stream, one.seq, f"hash-{one.event_id}") for one in SAID]
LINES = [one.line for one in SAID]
SOURCE = Source(SAID, KEPT, frozenset(LINES))
RECIPIENT = Recipient(SAID, KEPT)
GHOST = Said("event-x", STREAM_A, 4, "line-x", "account-a", 9)


def test_a_history_in_order_has_no_fault() -> None:
    findings = compare(SOURCE, RECIPIENT, answered=LINES, duplicates=7)
    assert findings.faults == {}
    assert (findings.written, findings.applied, findings.duplicates) == (6, 6, 7)


def test_streams_may_be_applied_in_any_order_among_themselves() -> None:
    woven = [SAID[3], SAID[0], SAID[4], SAID[1], SAID[2], SAID[5]]
    assert compare(SOURCE, replace(RECIPIENT, applied=woven)).faults == {}


@pytest.mark.parametrize(
    ("fault", "source", "recipient"),
    [
        ("lost", SOURCE, Recipient(SAID[:5], KEPT[:5])),
        ("twice", SOURCE, Recipient([*SAID, SAID[-1]], KEPT)),
        ("ghosts", SOURCE, Recipient([*SAID[:3], GHOST, *SAID[3:]], KEPT)),
        ("altered", SOURCE, Recipient([*SAID[:5], replace(SAID[5], amount=0)], KEPT)),
        ("altered", SOURCE, Recipient([*SAID[:5], replace(SAID[5], account="account-a")], KEPT)),
        ("disorder", SOURCE, Recipient([SAID[1], SAID[0], *SAID[2:]], KEPT)),
        ("disorder", SOURCE, Recipient([SAID[0], SAID[2], *SAID[3:]], KEPT)),
        ("disorder", SOURCE, Recipient(SAID[1:], KEPT)),
        ("half_committed", replace(SOURCE, lines=SOURCE.lines - {"line-b3"}), RECIPIENT),
        ("half_committed", replace(SOURCE, lines=SOURCE.lines | {"line-y"}), RECIPIENT),
        ("broken_chains", replace(SOURCE, broken_chains=1), RECIPIENT),
        ("unkept", SOURCE, Recipient(SAID, KEPT[:5])),
        ("unkept", SOURCE, Recipient(SAID, [*KEPT, KEPT[0]])),
        ("unkept", SOURCE, Recipient(SAID, [*KEPT[:5], replace(KEPT[5], hash="other")])),
        ("dead_letters", SOURCE, replace(RECIPIENT, dead_letters=1)),
        ("waiting", SOURCE, replace(RECIPIENT, waiting=1)),
    ],
)
def test_every_fault_is_found(fault: str, source: Source, recipient: Recipient) -> None:
    assert compare(source, recipient).faults[fault] >= 1


def test_a_line_answered_as_committed_and_not_in_the_outbox_is_found() -> None:
    assert compare(SOURCE, RECIPIENT, answered=[*LINES, "line-z"]).faults == {"unanswered_for": 1}


# The same on real databases: what is read there is what is judged.


async def carry(source: Runtime, recipient: Runtime, kinds: tuple[str, ...]) -> None:
    """Hand a source's outbox to a recipient, as broker and consumer would."""
    async with source.database.read() as session:
        rows = select(OutboxRow).where(col(OutboxRow.kind).in_(kinds)).order_by(col(OutboxRow.position))
        for row in (await session.execute(rows)).scalars().all():
            content = PLAIN_JSON if row.kind == "catalogue" else CLOUDEVENT
            record = Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, content))
            match row.kind:
                case "catalogue":
                    await recipient.take_catalogue([record])
                case "message":
                    await recipient.take_mail([record])
                case _:
                    await recipient.inbox.deliver([record])


@asynccontextmanager
async def two_ledgers(new: Callable[[], str], folder: Path) -> AsyncIterator[tuple[Runtime, Runtime]]:
    """Two members that know each other, twelve lines of the one copied by the other."""
    territory = Territory(places=PLACES)
    async with (
        running(LEDGER, new(), folder, member=NORTH, territory=territory, known=False) as north,
        running(LEDGER, new(), folder, member=SOUTH, territory=territory, known=False) as south,
    ):
        for runtime in (north, south):
            await runtime.take_directory(territory.directory_records())
        await carry(south, north, ("catalogue",))
        of = accounts(3)
        for number in range(12):
            async with transaction(north) as session:
                line = LineEntered(line=accounts(1)[0], amount=number)
                enter(session, of[number % 3], line, (f"{SOUTH}.ledger",))
        await carry(north, south, ("message", "event"))
        yield north, south


async def judged(north: Runtime, south: Runtime) -> Findings:
    source = await read_source(north.database, north.settings.secrets_dir, Territory(places=PLACES))
    return compare(source, await read_recipient(south.database))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_damage_done_to_real_databases_is_found(
    fresh_database: Callable[[str], str], tmp_path: Path, kind: str
) -> None:
    copies = "SELECT {} FROM ledger_line_copy"
    first = copies.format("min(number)")
    damage = [
        (SOUTH, f"DELETE FROM ledger_line_copy WHERE number = ({copies.format('max(number)')})", "lost"),
        (
            SOUTH,
            "INSERT INTO ledger_line_copy (number, event_id, stream, seq, line, account, amount, note)"
            f" SELECT 1000, event_id, stream, seq, line, account, amount, note FROM ledger_line_copy"
            f" WHERE number = ({first})",
            "twice",
        ),
        (SOUTH, f"UPDATE ledger_line_copy SET amount = -1 WHERE number = ({first})", "altered"),
        (SOUTH, f"UPDATE ledger_line_copy SET number = 2000 WHERE number = ({first})", "disorder"),
        (SOUTH, f"UPDATE ledger_line_copy SET event_id = 'x' WHERE number = ({first})", "ghosts"),
        (SOUTH, "DELETE FROM inbox WHERE position = (SELECT min(position) FROM inbox)", "unkept"),
        (NORTH, "DELETE FROM ledger_line WHERE amount = 5", "half_committed"),
        (NORTH, "UPDATE outbox SET value = signature WHERE kind = 'event' AND seq = 2", "broken_chains"),
    ]
    async with two_ledgers(lambda: fresh_database(kind), tmp_path) as (north, south):
        findings = await judged(north, south)
        assert findings.faults == {}
        assert (findings.written, findings.applied) == (12, 12)
        for member, statement, fault in damage:
            async with {NORTH: north, SOUTH: south}[member].database.write() as session:
                await session.execute(text(statement))
                await session.commit()
            assert (await judged(north, south)).faults.get(fault, 0) >= 1, fault
