"""`trama audit`: whether the record of who looked is whole, and nobody has touched it."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import audit
from trama_chassis.audit_entry import Chain

from trama_deploy.hosting import database_of
from trama_deploy.keys import public_keys
from trama_deploy.on_demand import application
from trama_deploy.options import DEFAULT_STATE, JsonOption, StateOption, known_principal, running_network
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, Exit, console, print_json

app = application("Il registro degli accessi: chi ha guardato, e se il registro è integro.")
ServiceOption = Annotated[str, typer.Option("--service", help="Solo questo servizio, es. «sil.registry».")]
BREAKS = {
    "missing": "manca",
    "does not follow the one before": "non segue la riga prima di essa",
    "changed after it was written": "è stata cambiata dopo essere stata scritta",
    "not signed by this service": "non porta la firma di questo servizio",
}


@app.callback()
def accesses() -> None:
    """Il registro degli accessi: chi ha guardato, e se il registro è integro."""


@app.command(epilog=EXIT_CODES)
def verify(
    service: ServiceOption = "", state: StateOption = DEFAULT_STATE, as_json: JsonOption = False
) -> None:
    """Controlla ogni riga di ogni registro: dice quale è la prima che non torna."""
    network, kept = running_network(state)
    principals = [known_principal(network, service)] if service else list(network.principals)
    found = asyncio.run(_followed(kept, principals))
    broken = any(chain.broken for _, chain in found)
    if as_json:
        print_json([_described(principal, chain) for principal, chain in found])
    else:
        table = Table("Servizio", "Righe", "Esito")
        for principal, chain in found:
            table.add_row(principal, str(chain.length), _said(chain))
        console.print(table)
    if broken:
        raise typer.Exit(Exit.SOMETHING_WRONG)


def _said(chain: Chain) -> str:
    if chain.broken is None:
        return "integro"
    return f"NON integro: la riga {chain.broken.number} {BREAKS[chain.broken.what]}"


def _described(principal: str, chain: Chain) -> dict[str, object]:
    broken = {"number": chain.broken.number, "what": chain.broken.what} if chain.broken else None
    return {"service": principal, "entries": chain.length, "head": chain.head, "broken": broken}


async def _followed_one(session: AsyncSession, keys: list[bytes]) -> Chain:
    """The last entries may be signed with a key that the service had before."""
    chain = Chain()
    for key in keys:
        chain = await audit.follow(session, key)
        if chain.broken is None:
            break
    return chain


async def _followed(state: State, principals: list[str]) -> list[tuple[str, Chain]]:
    found = []
    for principal in principals:
        async with database_of(state, principal) as database:
            if database is None:
                continue
            async with database.read() as session:
                found.append((principal, await _followed_one(session, public_keys(state, principal))))
    return found
