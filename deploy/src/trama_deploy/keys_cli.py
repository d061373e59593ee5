"""`trama keys`: new secrets for a service whose own may be known to others, while its node is down."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from trama_chassis import key_changes, lease
from trama_chassis.database import Database
from trama_chassis.keystore import KEK, Keystore, KeystoreDamaged
from trama_chassis.lease import LeaseHeld

from trama_deploy.hosting import database_of, database_url
from trama_deploy.keys import (
    KeyUnknown,
    change_broker_password,
    next_kek,
    revoke_signing_key,
    revoked_keys,
    rotate_signing_key,
)
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
from trama_deploy.terminal import EXIT_CODES, Exit, console, fail, refusals

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


@app.command(epilog=EXIT_CODES)
def revoke(
    principal: PrincipalArgument,
    kid: Annotated[str, typer.Option("--key", help="Una chiave di prima; se manca, quella di adesso.")] = "",
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Revoca una chiave di firma che altri possono avere: tutto ciò che ha firmato è firmato di nuovo."""
    network, kept = running_network(state)
    known_principal(network, principal)
    with _still(network, kept, principal):
        if count := _signed_again(kept, principal):
            console.print(
                f"Una revoca era rimasta a metà: ora è finita ({count} registrazioni firmate di nuovo)."
            )
            console.print("Per revocare anche la chiave di adesso, ripetete il comando.")
        else:
            with refusals(KeyUnknown, code=Exit.WRONG_USE):
                gone, new = revoke_signing_key(kept, principal, kid)
            count = _signed_again(kept, principal)
            console.print(
                f"La chiave {gone} è revocata; firma {new}. Registrazioni firmate di nuovo: {count}."
            )
            console.print("Chi aveva la chiave può avere anche la password: trama keys password " + principal)
    _say_what_follows(network, kept, principal)


@app.command(epilog=EXIT_CODES)
def kek(principal: PrincipalArgument, state: StateOption = DEFAULT_STATE) -> None:
    """Cambia la chiave che sigilla tutte le altre: le copie della base dati fatte prima non si aprono più."""
    network, kept = running_network(state)
    known_principal(network, principal)
    folder = kept.service(principal)
    with _still(network, kept, principal), refusals(KeystoreDamaged):
        old, new = Keystore(folder), Keystore(folder, next_kek(kept, principal).name)
        count = _in_database(kept, principal, lambda database: key_changes.seal_again(database, old, new))
        next_kek(kept, principal).replace(folder / KEK)
    console.print(
        f"{count} chiavi sigillate di nuovo. Fate subito una copia di {folder / KEK}, e una della base"
    )
    console.print(
        "dati, in due posti diversi: le copie di prima non servono più, e la chiave di prima non c'è più."
    )
    node = network.members[principal.partition(".")[0]].node
    console.print(f"Ora: trama node start --node {node} --state {kept.root}")


def _signed_again(state: State, principal: str) -> int:
    """How many rows a revoked key had signed, and the key of now has signed again."""
    signing, revoked = Keystore(state.service(principal)).signing, revoked_keys(state, principal)
    return _in_database(state, principal, lambda kept: key_changes.sign_again(kept, signing, revoked))


def _in_database(state: State, principal: str, work: Callable[[Database], Awaitable[int]]) -> int:
    """Do something in a service's database, if it has one."""

    async def done() -> int:
        async with database_of(state, principal) as database:
            return await work(database) if database is not None else 0

    return asyncio.run(done())


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
