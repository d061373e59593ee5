"""Secrets are drawn once, private, never a reporting body's where they must not be, and demo stays demo."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
import yaml
from argon2 import PasswordHasher
from trama_chassis.account_file import AccountFile
from trama_chassis.safekeeping import DEMO_MARK, write_private
from trama_chassis.settings import SecretUnsafe
from trama_deploy.network import Network, Substitution, load
from trama_deploy.secrets import (
    DemoRefused,
    ensure_secrets,
    kafka_password,
    public_bytes,
    root_keys,
    secret_files,
)
from trama_deploy.state import State

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"


@pytest.fixture
def network() -> Network:
    return load(FIRST)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


def _contents(state: State) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in state.root.rglob("*") if path.is_file()}


def test_second_run_draws_nothing_and_changes_nothing(network: Network, state: State) -> None:
    assert ensure_secrets(network, state)
    before = _contents(state)
    assert ensure_secrets(network, state) == []
    assert _contents(state) == before


def test_every_secret_is_readable_by_its_owner_alone(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    files = list(secret_files(network, state))
    assert {path for path in state.root.rglob("*") if path.is_file()} == set(files)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)


def test_secret_that_others_can_read_is_refused(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    (state.service("sil.registry") / "kek").chmod(0o640)
    with pytest.raises(SecretUnsafe):
        ensure_secrets(network, state)


def test_keys_are_32_raw_bytes_and_all_different(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    keys = [path for path in secret_files(network, state) if path.name in ("kek", "signing.key")]
    assert len(keys) == 2 * len(network.principals)
    assert {len(path.read_bytes()) for path in keys} == {32}
    assert len({path.read_bytes() for path in keys}) == len(keys)
    assert len({public_bytes(key) for key in root_keys(network, state)}) == 3


def test_reporting_key_reaches_public_registries_and_nobody_else(network: Network, state: State) -> None:
    """INVARIANT: no reporting body can invert a pseudonym. Breaks if the key lands in its folder."""
    ensure_secrets(network, state)
    key = state.reporting_key.read_bytes()
    holders = {path.relative_to(state.root).as_posix() for path in state.root.rglob("*")
               if path.is_file() and key in path.read_bytes()}  # fmt: skip
    assert holders == {"coordinator/custodian/reporting.key"} | {
        f"members/{member}/registry/reporting.key" for member in ("ambito-urbano", "sil", "cpi")
    }


def test_demo_operator_can_log_in_and_keeps_the_id(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    (sara,) = yaml.safe_load(state.accounts("ambito-urbano").read_text())["operators"]
    PasswordHasher().verify(sara["password_hash"], "demo-sara")
    assert sara["token_sha256"] == hashlib.sha256(b"demo-token-sara").hexdigest()
    assert sara["password_hash"].startswith("$argon2id$")
    members = network.members | {
        "ambito-urbano": network.members["ambito-urbano"].model_copy(
            update={
                "operators": (*network.members["ambito-urbano"].operators, *network.members["sil"].operators)
            }
        )
    }
    ensure_secrets(network.model_copy(update={"members": members}), state)
    both = yaml.safe_load(state.accounts("ambito-urbano").read_text())["operators"]
    assert [account["id"] for account in both][:1] == [sara["id"]]
    assert [account["login"] for account in both] == ["sara", "livia"]


def test_who_stands_in_for_an_operator_of_the_demonstration_is_named_by_id(
    network: Network, state: State
) -> None:
    away = Substitution(login="livia", first=date(2013, 5, 6), last=date(2013, 8, 4))
    sara = network.members["ambito-urbano"].operators[0].model_copy(update={"substitutes": (away,)})
    there = network.members["ambito-urbano"].model_copy(
        update={"operators": (sara, *network.members["sil"].operators)}
    )
    members = network.members | {"ambito-urbano": there}
    ensure_secrets(network.model_copy(update={"members": members}), state)
    file = AccountFile.model_validate(yaml.safe_load(state.accounts("ambito-urbano").read_text()))
    first, livia = file.operators
    assert [one.model_dump() for one in first.substitutes] == [
        {"operator": livia.id, "first": away.first, "last": away.last}
    ]
    assert livia.substitutes == ()


def test_demo_accounts_are_refused_outside_the_demo(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    with pytest.raises(DemoRefused):
        ensure_secrets(network.model_copy(update={"demo": False}), state)


@pytest.fixture
def state_made_real(network: Network, state: State) -> State:
    """A state directory of a demonstration whose marks and accounts somebody has taken away."""
    ensure_secrets(network, state)
    for path in (*state.root.rglob(DEMO_MARK), *state.root.rglob("accounts.yaml")):
        path.unlink()
    return state


def _real(network: Network) -> Network:
    members = {name: one.model_copy(update={"operators": ()}) for name, one in network.members.items()}
    return network.model_copy(update={"demo": False, "members": members})


@pytest.mark.parametrize("folder", ["coordinator", "coordinator/custodian", "members/sil/registry"])
def test_keys_of_a_demonstration_are_refused_outside_it(
    network: Network, state_made_real: State, folder: str
) -> None:
    """Root keys, the custodian's key, and those of each service: each folder says what its keys are."""
    ensure_secrets(_real(network), state_made_real)
    write_private(state_made_real.root / folder / DEMO_MARK, "x")
    with pytest.raises(DemoRefused, match=folder):
        ensure_secrets(_real(network), state_made_real)


def test_each_folder_of_demonstration_keys_is_marked(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    folders = {path.parent for path in secret_files(network, state) if path.suffix == ".key"}
    assert all((folder / DEMO_MARK).is_file() for folder in folders)


def test_root_key_that_nobody_drew_is_refused(network: Network, state_made_real: State) -> None:
    write_private(state_made_real.root_key(1), bytes(32))
    with pytest.raises(SecretUnsafe, match="not a random key"):
        ensure_secrets(_real(network), state_made_real)
    with pytest.raises(SecretUnsafe, match="not a random key"):
        root_keys(_real(network), state_made_real)


def test_broker_passwords_are_random_even_in_the_demo(network: Network, state: State) -> None:
    ensure_secrets(network, state)
    passwords = {
        kafka_password(state, principal) for principal in (*network.principals, "network.coordinator")
    }
    assert len(passwords) == len(network.principals) + 1
    assert all(len(password) >= 32 for password in passwords)
