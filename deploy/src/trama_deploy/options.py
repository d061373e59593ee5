"""Options that several commands share, and what they lead to."""

from pathlib import Path
from typing import Annotated

import typer

from trama_deploy.network import Network, NetworkFileWrong, load
from trama_deploy.state import State
from trama_deploy.terminal import Exit, fail, refusals

DEFAULT_STATE = Path(".var/pordenone")

StateOption = Annotated[
    Path, typer.Option("--state", envvar="TRAMA_STATE", help="Cartella di stato della rete.")
]
NetworkOption = Annotated[
    Path, typer.Option("--network", envvar="TRAMA_NETWORK_FILE", help="File della rete (YAML).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Risposta in JSON, per i programmi.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Dice che cosa farebbe, senza farlo.")]
PrincipalArgument = Annotated[str, typer.Argument(help="Servizio, per esempio «sil.registry».")]
MemberOption = Annotated[str, typer.Option("--member", help="Membro, per esempio «sil».")]


def read_network(file: Path) -> Network:
    """The network file, or a sentence and exit code 2."""
    with refusals(NetworkFileWrong, code=Exit.WRONG_USE):
        return load(file)


def running_network(state: Path) -> tuple[Network, State]:
    """The network a state directory was made for, or a sentence and exit code 3."""
    found = State(state)
    if not found.network_file.exists():
        fail(f"In {found.root} non c'è una rete: avviarla con «trama network run».", Exit.NOT_RUNNING)
    return read_network(found.network_file), found


def known_principal(network: Network, principal: str) -> str:
    """The principal, or a sentence that names those there are and exit code 2."""
    if principal not in network.principals:
        fail(f"«{principal}» non c'è. Servizi: {', '.join(network.principals)}.", Exit.WRONG_USE)
    return principal


def known_member(network: Network, member: str) -> str:
    """The member, or a sentence that names those there are and exit code 2."""
    if member not in network.members:
        fail(f"«{member}» non c'è. Membri: {', '.join(network.members)}.", Exit.WRONG_USE)
    return member
