"""A service's secrets are changed without losing what was signed, and a stolen old one signs nothing new."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from trama_chassis import lease, migrations
from trama_chassis.database import Database
from trama_chassis.hpke_keys import EPOCH
from trama_chassis.keystore import Keystore, KeystoreDamaged
from trama_chassis.runtime import Runtime
from trama_chassis.safekeeping import write_private
from trama_chassis.tables import CHASSIS_TABLES, OutboxRow, OwnHpkeKey
from trama_contracts.catalogue import open_catalogue
from trama_contracts.directory import Directory, DirectoryReader, is_cross_signed
from trama_contracts.directory_entries import Entry
from trama_contracts.encoding import b64u
from trama_contracts.names import directory_topic
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of
from trama_deploy.coordinator import keep_directory, next_directory
from trama_deploy.hosting import database_url, load_service, settings_of
from trama_deploy.keys import (
    KeyUnknown,
    change_broker_password,
    public_keys,
    revoke_signing_key,
    revoked_keys,
    rotate_signing_key,
)
from trama_deploy.keys_cli import app
from trama_deploy.network import Network, load
from trama_deploy.options import read_network
from trama_deploy.safety import key_findings
from trama_deploy.secrets import ensure_secrets, kafka_password, public_bytes, root_keys, signing_key
from trama_deploy.state import State
from typer.testing import CliRunner, Result

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
SIL = "sil.registry"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def network() -> Network:
    return load(FIRST)


@pytest.fixture
def state(network: Network, tmp_path: Path) -> State:
    """A state directory whose secrets are drawn and whose first directory is signed."""
    found = State(tmp_path / "state")
    ensure_secrets(network, found)
    keep_directory(found, next_directory(network, found, NOW))
    return found


def read(network: Network, state: State, reader: DirectoryReader, now: datetime) -> Directory:
    """What a member that has read it knows, after the coordinator has signed what is there now."""
    signed = next_directory(network, state, now)
    keep_directory(state, signed)
    topic = directory_topic(network.network)
    for key, one in sorted(signed.items(), key=lambda item: item[0] == "manifest"):
        record = Record(topic, key.encode(), one.value, headers_of(one.signature, PLAIN_JSON))
        assert reader.apply(record) in (Outcome.OK, Outcome.DUPLICATE, Outcome.GAP)
    return reader.directory


def test_a_new_key_is_vouched_for_and_the_old_one_still_verifies(network: Network, state: State) -> None:
    """INVARIANT: history stays readable. Breaks if the directory forgets a key that has signed."""
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    before = read(network, state, reader, NOW)
    first, second = rotate_signing_key(network, state, SIL)
    assert before.signer(SIL, first) is not None
    assert before.signer(SIL, second) is None
    after = read(network, state, reader, NOW + timedelta(minutes=1))
    old, new = after.signer(SIL, first), after.signer(SIL, second)
    assert old is not None
    assert new is not None
    assert (old.state, new.state) == ("retired", "active")
    entry: Entry = after.members["sil"]
    assert is_cross_signed(entry.services["registry"], second, network=network.network, principal=SIL)
    _, third = rotate_signing_key(network, state, SIL)
    last = read(network, state, reader, NOW + timedelta(minutes=2)).members["sil"].services["registry"]
    assert [(key.kid, key.state) for key in last.signing] == [
        (third, "active"),
        *sorted([(first, "retired"), (second, "retired")], key=lambda one: one[0] != second),
    ]
    assert all(is_cross_signed(last, kid, network="pn", principal=SIL) for kid in (second, third))
    assert not is_cross_signed(last, first, network="pn", principal=SIL)


def test_a_key_that_was_only_put_there_is_listed_and_vouched_for_by_nobody(
    network: Network, state: State
) -> None:
    """As from a backup, or by a thief of the file: the others' operators must see it."""
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    read(network, state, reader, NOW)
    (state.service(SIL) / "signing.key").write_bytes(os.urandom(32))
    service = read(network, state, reader, NOW).members["sil"].services["registry"]
    assert [key.state for key in service.signing] == ["active", "retired"]
    assert not is_cross_signed(service, service.signing[0].kid, network="pn", principal=SIL)


def test_the_old_private_key_is_gone_and_all_stays_private(network: Network, state: State) -> None:
    old = (state.service(SIL) / "signing.key").read_bytes()
    first = public_bytes(signing_key(state.service(SIL) / "signing.key"))
    rotate_signing_key(network, state, SIL)
    files = [path for path in state.root.rglob("*") if path.is_file()]
    assert not [path for path in files if old in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert public_keys(state, SIL)[1:] == [first]


def test_a_new_password_takes_the_place_of_the_old_one(state: State) -> None:
    before = kafka_password(state, SIL)
    change_broker_password(state, SIL)
    assert kafka_password(state, SIL) != before
    assert len(kafka_password(state, SIL)) >= 32


def test_a_revoked_key_is_believed_by_nobody_and_vouches_for_nobody(network: Network, state: State) -> None:
    """Who has it could have vouched as well: the new key stands on the roots' word alone."""
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    read(network, state, reader, NOW)
    stolen = (state.service(SIL) / "signing.key").read_bytes()
    first, second = revoke_signing_key(state, SIL)
    after = read(network, state, reader, NOW + timedelta(minutes=1)).members["sil"].services["registry"]
    assert {key.kid: key.state for key in after.signing} == {first: "revoked", second: "active"}
    assert not is_cross_signed(after, second, network="pn", principal=SIL)
    assert not [path for path in state.root.rglob("*") if path.is_file() and stolen in path.read_bytes()]
    _, third = rotate_signing_key(network, state, SIL)
    assert revoke_signing_key(state, SIL, second) == (second, third)
    last = read(network, state, reader, NOW + timedelta(minutes=2)).members["sil"].services["registry"]
    states = {key.kid: key.state for key in last.signing}
    assert states == {first: "revoked", second: "revoked", third: "active"}
    assert len(public_keys(state, SIL)) == 3, "the record of looks goes on being checked with them"
    for kid in (first, "A" * 22):
        with pytest.raises(KeyUnknown, match=third):
            revoke_signing_key(state, SIL, kid)


def test_a_revocation_that_was_cut_short_leaves_the_old_key_revoked(network: Network, state: State) -> None:
    """The mark is written first: a key that should go is never one that signs and is believed."""
    file = state.service(SIL) / "signing.key"
    before = file.read_bytes()
    first, _ = revoke_signing_key(state, SIL)
    file.write_bytes(before)  # as if the machine had stopped between the two files
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    service = read(network, state, reader, NOW).members["sil"].services["registry"]
    assert {key.kid: key.state for key in service.signing} == {first: "revoked"}
    assert revoke_signing_key(state, SIL)[0] == first
    assert revoked_keys(state, SIL) == {first}


async def run(command: str, state: State) -> Result:
    """The command, in a thread: it has a loop of its own."""
    words = [command, SIL, "--state", str(state.root)]
    return await asyncio.to_thread(CliRunner().invoke, app, words)


@pytest.mark.parametrize("command", ["rotate", "password", "revoke", "kek"])
async def test_secrets_are_not_changed_under_a_service_that_runs(
    network: Network, state: State, command: str
) -> None:
    state.network_file.write_text(FIRST.read_text())
    assert read_network(state.network_file).network == network.network
    before = {path: path.read_bytes() for path in state.service(SIL).iterdir()}
    held = await lease.take(database_url(state, SIL))
    try:
        answer = await run(command, state)
        assert answer.exit_code != 0
        assert "trama node stop --node" in answer.output
        assert {path: path.read_bytes() for path in before} == before
    finally:
        await held.release()
    answer = await run(command, state)
    assert answer.exit_code == 0, answer.output
    assert ("trama network provision" in answer.output) is (command != "kek")
    assert {path: path.read_bytes() for path in before} != before


@pytest.fixture
async def database(network: Network, state: State) -> AsyncIterator[Database]:
    """The database of sil's registry, as its first start leaves it: a catalogue record and a sealed seed."""
    state.network_file.write_text(FIRST.read_text())
    state.bootstrap.write_text("127.0.0.1:1")
    state.roots.write_text("\n".join(b64u(public_bytes(root)) for root in root_keys(network, state)))
    service = load_service("registry")
    settings = settings_of(network, state, SIL, service)
    await asyncio.to_thread(migrations.upgrade, settings.database_url, service)
    runtime = Runtime(service, settings)
    await runtime.start()
    await runtime.stop()
    found = Database(settings.database_url, CHASSIS_TABLES)
    yield found
    await found.dispose()


async def test_what_a_stolen_key_signed_is_refused_and_comes_again_under_the_new_one(
    network: Network, state: State, database: Database
) -> None:
    """INVARIANT: revoking loses nothing. Breaks if something that was signed is not signed again."""
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    (row,) = await outbox_of(database)
    assert open_catalogue(row, read(network, state, reader, NOW), None)[0] is Outcome.OK
    assert (await run("revoke", state)).exit_code == 0
    (again,) = await outbox_of(database)
    assert again.value == row.value
    after = read(network, state, reader, NOW + timedelta(minutes=1))
    assert open_catalogue(row, after, None)[0] is Outcome.REVOKED_SIGNER
    assert open_catalogue(again, after, None)[0] is Outcome.OK


async def test_a_revocation_that_was_cut_short_is_finished_and_takes_no_second_key(
    network: Network, state: State, database: Database
) -> None:
    revoke_signing_key(state, SIL)
    key = (state.service(SIL) / "signing.key").read_bytes()
    assert [one.level for one in await key_findings(network, state)] == ["wrong"]
    answer = await run("revoke", state)
    assert "rimasta a metà" in answer.output
    assert (state.service(SIL) / "signing.key").read_bytes() == key
    (again,) = await outbox_of(database)
    reader = DirectoryReader(network.network, [public_bytes(root) for root in root_keys(network, state)])
    assert open_catalogue(again, read(network, state, reader, NOW), None)[0] is Outcome.OK
    assert [one.level for one in await key_findings(network, state)] == []


async def test_a_new_kek_opens_what_the_old_one_sealed_and_the_old_one_is_gone(
    network: Network, state: State, database: Database
) -> None:
    """Also when the machine stops between the database and the file: the command is given again."""
    folder = state.service(SIL)
    old = Keystore(folder)
    (kept,) = await seeds_of(database)
    assert (await run("kek", state)).exit_code == 0
    (sealed,) = await seeds_of(database)
    opened = Keystore(folder).open(sealed.sealed_seed, sealed.hpkekey)
    assert opened == old.open(kept.sealed_seed, kept.hpkekey)
    with pytest.raises(KeystoreDamaged):
        old.open(sealed.sealed_seed, sealed.hpkekey)
    new = (folder / "kek").read_bytes()
    assert not next_kek_is_there(state)
    write_private(folder / "kek.next", new)
    write_private(folder / "kek", bytes(range(32)))  # the database is through, its file is not
    assert [one.level for one in await key_findings(network, state)] == ["wrong"]
    assert (await run("kek", state)).exit_code == 0
    assert (folder / "kek").read_bytes() == new
    assert await key_findings(network, state) == []


async def test_a_kek_of_a_real_network_is_to_be_changed_every_epoch(network: Network, state: State) -> None:
    kek = state.service(SIL) / "kek"
    month_ago = time.time() - EPOCH.total_seconds() - 3600
    os.utime(kek, (month_ago, month_ago))
    assert await key_findings(network, state) == [], "a demonstration does not last so long"
    (found,) = await key_findings(network.model_copy(update={"demo": False}), state)
    assert (found.level, found.remedy) == ("warning", f"trama keys kek {SIL} (il suo nodo fermo)")


def next_kek_is_there(state: State) -> bool:
    return (state.service(SIL) / "kek.next").exists()


async def outbox_of(database: Database) -> list[Record]:
    """What the service has to send, as its receivers read it."""
    async with database.read() as session:
        rows = (await session.scalars(select(OutboxRow))).all()
    return [
        Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON)) for row in rows
    ]


async def seeds_of(database: Database) -> list[OwnHpkeKey]:
    async with database.read() as session:
        return list(await session.scalars(select(OwnHpkeKey)))
