"""A service's secrets are changed without losing what was signed, and a stolen old one signs nothing new."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from trama_chassis import lease
from trama_contracts.directory import Directory, DirectoryReader, is_cross_signed
from trama_contracts.directory_entries import Entry
from trama_contracts.names import directory_topic
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of
from trama_deploy.coordinator import keep_directory, next_directory
from trama_deploy.hosting import database_url
from trama_deploy.keys import change_broker_password, public_keys, rotate_signing_key
from trama_deploy.keys_cli import app
from trama_deploy.network import Network, load
from trama_deploy.options import read_network
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


async def run(command: str, state: State) -> Result:
    """The command, in a thread: it has a loop of its own."""
    words = [command, SIL, "--state", str(state.root)]
    return await asyncio.to_thread(CliRunner().invoke, app, words)


@pytest.mark.parametrize("command", ["rotate", "password"])
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
    assert "trama network provision" in answer.output
    assert {path: path.read_bytes() for path in before} != before
