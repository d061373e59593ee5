"""Secrets that are none are refused outside the demo, each with the command that mends it."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from trama_chassis.account_file import DemoAccounts, hash_password, token_digest
from trama_chassis.accounts import Accounts, WrongPassword
from trama_chassis.runtime import Runtime
from trama_chassis.safekeeping import DEMO_MARK, refuse_unsafe
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings, SecretUnsafe, ServiceSettings

PASSWORD_HASH = hash_password("demo-anna")


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., ServiceSettings]:
    """Settings of a service whose secrets are all as they should be, unless they are changed."""
    folder = tmp_path / "service"
    folder.mkdir()
    for name in ("kek", "signing.key", "reporting.key", "kafka.password"):
        (folder / name).write_bytes(os.urandom(32))
    for name in ("service.db", "service.db-wal"):
        (folder / name).write_bytes(b"SQLite format 3\0")
    for name in ("session.key", "sessions.db"):
        (tmp_path / name).write_bytes(os.urandom(32))
    (tmp_path / "accounts.yaml").write_text("operators: []\n")
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)

    def build(**changed: Any) -> ServiceSettings:
        given: dict[str, Any] = {
            "network": "pn",
            "member": "sil",
            "service": "notes",
            "database_url": f"sqlite:///{folder / 'service.db'}",
            "kafka": KafkaSettings(bootstrap="127.0.0.1:9", username="sil.notes", password="drawn"),
            "secrets_dir": folder,
            "accounts_file": tmp_path / "accounts.yaml",
            "reporting_key_file": folder / "reporting.key",
            "roots": ["A" * 43],
        }
        return ServiceSettings(**(given | changed))

    return build


def test_private_random_secrets_are_taken(settings: Callable[..., ServiceSettings]) -> None:
    refuse_unsafe(settings())


@pytest.mark.parametrize(
    "name",
    [
        *("service/kek", "service/signing.key", "service/reporting.key", "service/kafka.password"),
        *("service/service.db", "service/service.db-wal", "session.key", "sessions.db", "accounts.yaml"),
    ],
)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_is_refused_with_what_mends_it(
    settings: Callable[..., ServiceSettings], tmp_path: Path, name: str, mode: int
) -> None:
    (tmp_path / name).chmod(mode)
    with pytest.raises(SecretUnsafe) as refused:
        refuse_unsafe(settings())
    command = re.search(r"mend it with: (chmod .*)$", str(refused.value))
    assert command is not None
    subprocess.run(command.group(1).split(), check=True)
    refuse_unsafe(settings())


def test_a_service_whose_database_others_can_read_does_not_start_outside_the_demo(
    settings: Callable[..., ServiceSettings], tmp_path: Path, service: Service
) -> None:
    Runtime(service, settings())
    (tmp_path / "service" / "service.db").chmod(0o644)
    with pytest.raises(SecretUnsafe, match=r"chmod 600 .*service\.db$"):
        Runtime(service, settings())
    Runtime(service, settings(demo=True))


def test_a_folder_that_others_can_write_into_is_refused(
    settings: Callable[..., ServiceSettings], tmp_path: Path
) -> None:
    """They could put a file of theirs in the place of the key."""
    (tmp_path / "service").chmod(0o720)
    with pytest.raises(SecretUnsafe, match=r"chmod go-w .*/service$"):
        refuse_unsafe(settings())


@pytest.mark.parametrize("name", ["kek", "signing.key", "reporting.key"])
@pytest.mark.parametrize(
    "key",
    [bytes(32), b"\xff" * 32, bytes(range(32)), bytes(range(64, 0, -2)), b"changeme" * 4],
    ids=["zeros", "ones", "counted", "counted down", "written"],
)
def test_a_key_that_nobody_drew_is_refused(
    settings: Callable[..., ServiceSettings], tmp_path: Path, name: str, key: bytes
) -> None:
    (tmp_path / "service" / name).write_bytes(key)
    with pytest.raises(SecretUnsafe, match="not a random key"):
        refuse_unsafe(settings())


def test_keys_drawn_for_a_demonstration_are_refused(
    settings: Callable[..., ServiceSettings], tmp_path: Path
) -> None:
    (tmp_path / "service" / DEMO_MARK).touch(mode=0o600)
    with pytest.raises(SecretUnsafe, match="drawn for a demonstration"):
        refuse_unsafe(settings())


@pytest.mark.parametrize("password", ["", "changeme", "Demo", "secret", "demo-kafka"])
def test_a_placeholder_for_the_brokers_password_is_refused(
    settings: Callable[..., ServiceSettings], password: str
) -> None:
    kafka = KafkaSettings(bootstrap="127.0.0.1:9", username="sil.notes", password=password)
    with pytest.raises(ValueError, match="placeholder"):
        settings(kafka=kafka)
    assert settings(kafka=kafka, demo=True).demo


def accounts_file(folder: Path, **more: Any) -> Path:
    operator = {
        "id": "op-1",
        "login": "anna",
        "name": "Anna Prova",
        "roles": ["writer"],
        "password_hash": PASSWORD_HASH,
    }
    path = folder / "accounts.yaml"
    path.write_text(yaml.safe_dump({"operators": [operator | more.pop("operator", {})]} | more))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "more",
    [
        {"demo": True},
        {"operator": {"token_sha256": token_digest("demo-token-anna")}},
        {
            "provider": {
                "issuer": "https://accounts.test",
                "client_id": "x",
                "client_secret": "changeme",
                "origin": "https://sil.test",
                "title": "Identità",
            }
        },
    ],
    ids=["demo file", "demo token", "placeholder of the provider"],
)
def test_accounts_of_the_demonstration_are_refused_outside_it(tmp_path: Path, more: dict[str, Any]) -> None:
    path = accounts_file(tmp_path, **more)
    with pytest.raises(DemoAccounts):
        Accounts(path, "sil")
    Accounts(path, "sil", demo=True)


async def test_a_demo_password_opens_nothing_even_if_the_file_no_longer_says_demo(tmp_path: Path) -> None:
    path = accounts_file(tmp_path)
    assert await Accounts(path, "sil", demo=True).sign_in("anna", "demo-anna")
    with pytest.raises(WrongPassword):
        await Accounts(path, "sil").sign_in("anna", "demo-anna")


def test_accounts_that_others_can_read_are_refused(tmp_path: Path) -> None:
    path = accounts_file(tmp_path)
    path.chmod(0o644)
    with pytest.raises(SecretUnsafe, match="chmod 600"):
        Accounts(path, "sil")
