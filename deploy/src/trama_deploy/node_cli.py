"""`trama node`: run one node in the foreground; take one down and bring it back in a running network."""

import asyncio
import os
from typing import Annotated

import typer
from trama_chassis import logs
from trama_chassis.account_file import DemoAccounts
from trama_chassis.lease import LeaseHeld
from trama_chassis.settings import SecretUnsafe

from trama_deploy.hosting import ServiceUnknown, StateMissing
from trama_deploy.node import MigrationFailed, PortTaken, run_node
from trama_deploy.on_demand import application
from trama_deploy.options import DEFAULT_STATE, StateOption, running_network
from trama_deploy.processes import supervisor_of
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, Exit, console, fail, refusals

app = application("Un nodo: il processo che ospita uno o più membri.")

NodeOption = Annotated[str, typer.Option("--node", help="Nome del nodo nel file della rete.")]


@app.command(epilog=EXIT_CODES)
def run(
    name: NodeOption,
    state: StateOption = DEFAULT_STATE,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="Termina anche quando finisce lo standard input.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="Livello dei messaggi.")] = "INFO",
) -> None:
    """Esegue un nodo in primo piano; SIGTERM o Ctrl-C lo fermano in meno di 10 secondi."""
    network, kept = running_network(state)
    _known(name, tuple(network.nodes))
    os.umask(0o077)  # databases hold what is told to one member: nobody else on this machine reads them
    logs.configure(log_level)
    missing = (ServiceUnknown, StateMissing, SecretUnsafe, DemoAccounts)
    with refusals(PortTaken, MigrationFailed, LeaseHeld, *missing):
        asyncio.run(run_node(network, kept, name, with_parent=with_parent))


@app.command(epilog=EXIT_CODES)
def stop(name: NodeOption, state: StateOption = DEFAULT_STATE) -> None:
    """Ferma un nodo di una rete in esecuzione, finché non si chiede di riavviarlo."""
    network, kept = running_network(state)
    _known(name, tuple(network.nodes))
    _supervised(kept)
    kept.node_stopped(name).touch()
    console.print(f"Il nodo {name} si ferma. Per riavviarlo: trama node start --node {name}")


@app.command(epilog=EXIT_CODES)
def start(name: NodeOption, state: StateOption = DEFAULT_STATE) -> None:
    """Riavvia un nodo fermato con «trama node stop»."""
    network, kept = running_network(state)
    _known(name, tuple(network.nodes))
    _supervised(kept)
    kept.node_stopped(name).unlink(missing_ok=True)
    console.print(f"Il nodo {name} riparte.")


def _known(name: str, nodes: tuple[str, ...]) -> None:
    if name not in nodes:
        fail(f"«{name}» non c'è. Nodi: {', '.join(nodes)}.", Exit.WRONG_USE)


def _supervised(state: State) -> None:
    if supervisor_of(state) is None:
        fail("La rete non è in esecuzione: avviarla con «trama network run».", Exit.NOT_RUNNING)
