"""Keys that others may have are given up without losing what stood under them."""

from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import update
from trama_chassis import access, clock, key_changes, outbox
from trama_chassis.files import File, Place, begun
from trama_chassis.keystore import KEK, Keystore, KeystoreDamaged, SigningKey
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES, GrantReceived, OutboxRow, OwnHpkeKey, OwnStream, table_of
from trama_chassis.testing import running, transaction
from trama_chassis.testing_territory import Territory
from trama_contracts.signature import kid_of, parse_signature, signed_bytes, verify

from chassis.tests.small_registry import SERVICE, assignment, consent, new_id, opening, rows

TERRITORY = Territory()


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil with events, facts, mail and catalogue in its outbox, all of it sent."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        record = new_id()
        for event in (consent("cpi"), assignment(record), opening(record)):
            async with transaction(started) as session:
                await access.learn_reporting_id(session, record, "A" * 43)
                outbox.add(session, event, record=record, scope=record)
        async with started.database.write() as session:
            await session.execute(
                update(OutboxRow).values(sent_at=clock.machine_now(), partition=0, offset=7)
            )
            await session.commit()
        yield started


def another() -> SigningKey:
    """A signing key that is not the service's own."""
    private = TERRITORY.signing("provincia.reporting")
    kid = kid_of(public := private.public_key().public_bytes_raw())
    return SigningKey(private, public, kid)


async def sent(runtime: Runtime) -> list[OutboxRow]:
    """The outbox, in its order."""
    return sorted(await rows(runtime, OutboxRow), key=lambda row: row.position or 0)


def signer(row: OutboxRow) -> str:
    return parse_signature(row.signature)[0]


async def test_what_a_revoked_key_signed_is_signed_again_and_goes_out_again(runtime: Runtime) -> None:
    """The bytes stay as they are: chains hold, and who has applied them drops them as known."""
    own, new = runtime.keystore.signing, another()
    before = await sent(runtime)
    assert {row.kind for row in before} >= {"event", "fact", "message", "catalogue"}
    assert {signer(row) for row in before} == {own.kid}
    assert await key_changes.signed_by(runtime.database, {own.kid}) == len(before)
    assert await key_changes.sign_again(runtime.database, new, {own.kid}) == len(before)
    after = await sent(runtime)
    assert [(row.position, row.value) for row in after] == [(row.position, row.value) for row in before]
    for row in after:
        kid, signature = parse_signature(row.signature)
        assert verify(
            new.private.public_key(), signature, signed_bytes(row.topic, row.key.encode(), kid, row.value)
        )
        assert (row.sent_at, row.partition, row.offset) == (None, None, None)
    assert await key_changes.signed_by(runtime.database, {own.kid}) == 0


async def test_what_other_keys_signed_stays_as_it_is_and_where_it_is(runtime: Runtime) -> None:
    before = [(row.signature, row.sent_at) for row in await sent(runtime)]
    assert await key_changes.sign_again(runtime.database, another(), {"A" * 22}) == 0
    assert [(row.signature, row.sent_at) for row in await sent(runtime)] == before


@pytest.fixture
async def both(runtime: Runtime, tmp_path: Path) -> tuple[Keystore, Keystore]:
    """The key that seals all others, and the one that is to take its place; every kind of sealed row."""
    folder = runtime.settings.secrets_dir
    (folder / "kek.next").touch(mode=0o600)
    (folder / "kek.next").write_bytes(token_bytes(32))
    old, new = Keystore(folder), Keystore(folder, "kek.next")
    async with runtime.database.write() as session:
        stream = new_id()
        session.add(begun(old, ("cpi", new_id()), Place(new_id(), "care", f"record:{new_id()}")))
        session.add(
            GrantReceived(
                topic="pn.cpi.registry.events.v1",
                stream=stream,
                source="cpi.registry",
                sealed_key=old.seal(token_bytes(32), stream),
                circle="care",
                scope=f"record:{new_id()}",
                record=new_id(),
                from_seq=1,
            )
        )
        await session.commit()
    return old, new


async def sealed(runtime: Runtime) -> list[tuple[bytes, str]]:
    """Every sealed key with what it is sealed for."""
    return [
        (getattr(row, column), context_of(row))
        for table, column, context_of in key_changes.SEALED
        for row in sorted(await rows(runtime, table), key=context_of)
        if getattr(row, column)
    ]


async def test_every_key_is_sealed_under_the_new_one_and_the_old_one_opens_none(
    runtime: Runtime, both: tuple[Keystore, Keystore]
) -> None:
    """INVARIANT: today's database and yesterday's key open nothing. A table that is left out breaks it."""
    old, new = both
    before = await sealed(runtime)
    opened = [old.open(key, context) for key, context in before]
    assert len(before) >= 5
    assert await key_changes.seal_again(runtime.database, old, new) == len(before)
    after = await sealed(runtime)
    assert [new.open(key, context) for key, context in after] == opened
    for key, context in after:
        with pytest.raises(KeystoreDamaged):
            old.open(key, context)
    assert await key_changes.seal_again(runtime.database, old, new) == 0, "once more, as after a crash"


async def test_a_key_that_neither_opens_changes_nothing(
    runtime: Runtime, both: tuple[Keystore, Keystore]
) -> None:
    before = await sealed(runtime)
    (runtime.settings.secrets_dir / KEK).write_bytes(token_bytes(32))
    with pytest.raises(KeystoreDamaged):
        await key_changes.seal_again(runtime.database, Keystore(runtime.settings.secrets_dir), both[1])
    assert await sealed(runtime) == before


def test_no_sealed_column_is_forgotten() -> None:
    named = {
        (table.__tablename__, column.name)
        for table in CHASSIS_TABLES
        for column in table_of(table).columns
        if column.name.startswith("sealed_")
    }
    assert named == {(table.__tablename__, column) for table, column, _ in key_changes.SEALED}
    assert {OwnStream, GrantReceived, OwnHpkeKey, File} == {table for table, _, _ in key_changes.SEALED}
