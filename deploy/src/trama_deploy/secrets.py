"""Keys, passwords and accounts of a network that lives on this machine: drawn once, 0600, never printed.

In production every member draws its own and sends the coordinator only public keys.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any
from uuid import uuid4

import yaml
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_chassis.safekeeping import (
    DEMO_MARK,
    DEMO_PASSWORD,
    DEMO_TOKEN,
    refuse_published_key,
    write_private,
)
from trama_chassis.settings import read_secret

from trama_deploy.network import COORDINATOR, Network, Operator
from trama_deploy.state import State

REGISTRY = "registry"
"""The one service that turns a tax code into a reporting id."""
DEMO_SAYS = """Le chiavi di questa cartella sono state fatte per una dimostrazione.
Fuori dalla dimostrazione Trama le rifiuta: una rete vera comincia in una cartella nuova.
"""


class DemoRefused(Exception):
    """Demonstration passwords asked for, or found, in a network that is not a demonstration."""


def ensure_secrets(network: Network, state: State) -> list[Path]:
    """Draw what is missing and leave what is there; the files made. Raises DemoRefused, SecretUnsafe."""
    if not network.demo:
        _refuse_published(network, state)
    made = [path for path, draw in _wanted(network, state) if _drawn(path, draw)]
    made += [mark for mark in _demo_marks(network, state) if _drawn(mark, DEMO_SAYS.encode)]
    reporting_key = read_secret(state.reporting_key)
    copies = _reporting_key_copies(network, state)
    made += [copy for copy in copies if _drawn(copy, lambda: reporting_key)]
    made += [state.accounts(name) for name in network.members if _accounts_grew(network, state, name)]
    return made


def root_keys(network: Network, state: State) -> list[Ed25519PrivateKey]:
    """The coordinator's root keys; outside the demo none that others may know. Raises SecretUnsafe."""
    files = [state.root_key(number) for number in range(1, network.roots.keys + 1)]
    keys = [signing_key(file) for file in files]
    for file in files if not network.demo else ():
        refuse_published_key(file)
    return keys


def signing_key(path: Path) -> Ed25519PrivateKey:
    """An Ed25519 key from its file of 32 raw bytes. Raises SecretUnsafe."""
    return Ed25519PrivateKey.from_private_bytes(read_secret(path))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def kafka_password(state: State, principal: str) -> str:
    """A principal's password at the broker. Raises SecretUnsafe."""
    return read_secret(_kafka_password_file(state, principal)).decode()


def secret_files(network: Network, state: State) -> Iterator[Path]:
    """Every file that nobody else on the machine may read."""
    yield from (path for path, _ in _wanted(network, state))
    yield from (state.accounts(name) for name in network.members)
    yield from _reporting_key_copies(network, state)
    yield from _demo_marks(network, state)


def demo_password(operator: Operator) -> str:
    """What the demonstration prints; every such password begins with `demo-` and is refused elsewhere."""
    return f"{DEMO_PASSWORD}{operator.login}"


def demo_token(operator: Operator) -> str:
    """The bearer token of a demonstration operator, for the simulation and for trying the API."""
    return f"{DEMO_TOKEN}{operator.login}"


def _wanted(network: Network, state: State) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    for number in range(1, network.roots.keys + 1):
        yield state.root_key(number), _key
    yield state.reporting_key, _key
    yield _kafka_password_file(state, COORDINATOR), _password
    for principal in network.principals:
        yield state.service(principal) / "signing.key", _key
        yield state.service(principal) / "kek", _key
        yield _kafka_password_file(state, principal), _password


def _demo_marks(network: Network, state: State) -> list[Path]:
    """Beside the keys of a demonstration, so that they are known for what they are wherever they go."""
    folders = {path.parent for path, _ in _wanted(network, state)} if network.demo else set()
    return sorted(folder / DEMO_MARK for folder in folders)


def _refuse_published(network: Network, state: State) -> None:
    """Raises DemoRefused for what was drawn for a demonstration, SecretUnsafe for what nobody drew."""
    for path, draw in _wanted(network, state):
        if (path.parent / DEMO_MARK).exists():
            raise DemoRefused(
                f"{path.parent}: chiavi di una dimostrazione. Una rete vera comincia in una cartella nuova: "
                "indicatela con --state."
            )
        if path.exists() and draw is _key:
            refuse_published_key(path)


def _reporting_key_copies(network: Network, state: State) -> list[Path]:
    """Only where facts are due: who holds the key can try all tax codes, so a host never gets it."""
    members = [name for name, member in network.members.items() if "accountability" in member.circles]
    registries = [f"{name}.{REGISTRY}" for name in members if REGISTRY in network.members[name].services]
    return [state.service(registry) / "reporting.key" for registry in registries]


def _kafka_password_file(state: State, principal: str) -> Path:
    folder = state.coordinator if principal == COORDINATOR else state.service(principal)
    return folder / "kafka.password"


def _key() -> bytes:
    return token_bytes(32)


def _password() -> bytes:
    return token_urlsafe(24).encode()


def _drawn(path: Path, draw: Callable[[], bytes]) -> bool:
    if path.exists():
        read_secret(path)
        return False
    write_private(path, draw())
    return True


def _accounts_grew(network: Network, state: State, member: str) -> bool:
    """Add the demonstration operators that are missing; those there keep their id and password."""
    file = state.accounts(member)
    accounts = yaml.safe_load(read_secret(file)) if file.exists() else {"operators": []}
    if accounts.get("demo") and not network.demo:
        raise DemoRefused(f"{file}: contiene password dimostrative e la rete non è dimostrativa.")
    known = {account["login"] for account in accounts["operators"]}
    missing = [operator for operator in network.members[member].operators if operator.login not in known]
    if file.exists() and not missing:
        return False
    accounts["operators"] += [_account(operator) for operator in missing]
    _let_substitutes_in(accounts["operators"], missing)
    if missing:
        accounts["demo"] = True
    write_private(file, yaml.safe_dump(accounts, allow_unicode=True, sort_keys=False))
    return True


def _let_substitutes_in(accounts: list[dict[str, Any]], operators: list[Operator]) -> None:
    """Name who stands in for these operators, by the ids that were drawn."""
    by_login = {account["login"]: account for account in accounts}
    for operator in operators:
        named = [
            {"operator": by_login[one.login]["id"], "first": one.first, "last": one.last}
            for one in operator.substitutes
        ]
        if named:
            by_login[operator.login]["substitutes"] = named


def _account(operator: Operator) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "login": operator.login,
        "name": operator.name,
        "roles": list(operator.roles),
        "password_hash": PasswordHasher().hash(demo_password(operator)),
        "token_sha256": hashlib.sha256(demo_token(operator).encode()).hexdigest(),
    }
