"""Who is in the territory and how its operators get in, read from the network file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

NETWORK_FILE = "network.yaml"
"""The copy of the network file in a state directory."""


class NotATerritory(Exception):
    """The network file cannot be read, or lacks what a story needs."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member, and the operator who works there in the demonstration."""

    name: str
    title: str
    url: str
    token: str | None


@dataclass(frozen=True, slots=True)
class Territory:
    """All members, by name."""

    title: str
    members: Mapping[str, Member]

    def member(self, name: str) -> Member:
        """One member where somebody works. Raises NotATerritory."""
        member = self.members.get(name)
        if member is None:
            raise NotATerritory(f"Nel file della rete non c'è «{name}», che la storia richiede.")
        if member.token is None:
            raise NotATerritory(f"A «{name}» non lavora nessun operatore dimostrativo.")
        return member


def read_territory(file: Path) -> Territory:
    """The territory of a network file. Raises NotATerritory."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not content.get("demo"):
            raise NotATerritory(f"{file}: non è una rete dimostrativa; altrove non si inventano persone.")
        members = {name: _member(name, described) for name, described in content["members"].items()}
        return Territory(content["title"], members)
    except OSError as error:
        raise NotATerritory(f"{file}: non si può leggere ({error.strerror}).") from error
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise NotATerritory(f"{file}: non è un file di rete.") from error


def demo_token(login: str) -> str:
    """How an operator gets in: in demonstrations anyone can tell it, elsewhere it is refused."""
    return f"demo-token-{login}"


def _member(name: str, described: Mapping[str, Any]) -> Member:
    operators = described.get("operators") or []
    token = demo_token(operators[0]["login"]) if operators else None
    return Member(name, described["title"], f"http://127.0.0.1:{int(described['port'])}", token)
