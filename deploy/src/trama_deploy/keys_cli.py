"""`trama keys`: new secrets for a service whose own may be known to others, while its node is down."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from trama_chassis import lease
from trama_chassis.lease import LeaseHeld

from trama_deploy.hosting import database_url
from trama_deploy.keys import change_broker_password, rotate_signing_key
from trama_deploy.network import Network
from trama_deploy.on_demand import application
from trama_deploy.options import (
    DEFAULT_STATE,
    PrincipalArgument,
    StateOption,
    known_principal,
    running_network,
)
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, console, fail

app = application("Chiavi e password di un servizio: cambiarle, quando altri possono conoscerle.")


@app.callback()
def keys() -> None:
    """Chiavi e password di un servizio: cambiarle, quando altri possono conoscerle."""


@app.command(epilog=EXIT_CODES)
def rotate(principal: PrincipalArgument, state: StateOption = DEFAULT_STATE) -> None:
    """Dà a un servizio una nuova chiave di firma, garantita da quella di prima; il nodo deve essere fermo."""
    network, kept = running_network(state)
    known_principal(network, principal)
    with _still(network, kept, principal):
        old, new = rotate_signing_key(network, kept, principal)
    console.print(f"La chiave {new} prende il posto di {old}, che resta buona per ciò che ha già firmato.")
    _say_what_follows(network, kept, principal)


@app.command(epilog=EXIT_CODES)
def password(principal: PrincipalArgument, state: StateOption = DEFAULT_STATE) -> None:
    """Dà a un servizio una nuova password presso il broker; il suo nodo deve essere fermo."""
    network, kept = running_network(state)
    known_principal(network, principal)
    with _still(network, kept, principal):
        change_broker_password(kept, principal)
    console.print("La nuova password è scritta; quella di prima vale finché non aggiornate il broker.")
    _say_what_follows(network, kept, principal)


def _say_what_follows(network: Network, state: State, principal: str) -> None:
    node = network.members[principal.partition(".")[0]].node
    console.print(f"Ora: trama network provision --network {state.network_file} --state {state.root}")
    console.print(f"Poi: trama node start --node {node} --state {state.root}")


@contextmanager
def _still(network: Network, state: State, principal: str) -> Iterator[None]:
    """Nobody runs the service meanwhile: it would go on signing with what it has read at start."""
    url = database_url(state, principal)
    try:
        held = asyncio.run(lease.take(url))
    except LeaseHeld as running:
        node = network.members[principal.partition(".")[0]].node
        fail(f"{principal} è in funzione ({running}). Fermare prima il nodo: trama node stop --node {node}")
    try:
        yield
    finally:
        asyncio.run(held.release())
