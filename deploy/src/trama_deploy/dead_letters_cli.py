"""`trama dead-letters`: what could not be applied, and an operator's word on it."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from trama_chassis import dead_letters
from trama_chassis.clock import ZONE
from trama_chassis.database import Database
from trama_chassis.errors import NotFound, Refused
from trama_chassis.tables import DeadLetter

from trama_deploy.hosting import database_of
from trama_deploy.on_demand import application
from trama_deploy.options import (
    DEFAULT_STATE,
    DryRunOption,
    JsonOption,
    PrincipalArgument,
    StateOption,
    known_principal,
    running_network,
)
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, console, print_json, refusals

app = application("Le comunicazioni ferme, che attendono una decisione.")

NumberArgument = Annotated[int, typer.Argument(help="Numero della comunicazione ferma.")]
ServiceOption = Annotated[str, typer.Option("--service", help="Solo questo servizio, es. «sil.registry».")]


@app.command("list", epilog=EXIT_CODES)
def list_all(
    service: ServiceOption = "", state: StateOption = DEFAULT_STATE, as_json: JsonOption = False
) -> None:
    """Elenca le comunicazioni ferme di tutti i servizi, o di uno."""
    network, kept = running_network(state)
    principals = [known_principal(network, service)] if service else list(network.principals)
    found = asyncio.run(_waiting(kept, principals))
    if as_json:
        print_json([_described(principal, letter) for principal, letter in found])
        return
    if not found:
        console.print("Nessuna comunicazione ferma.")
        return
    table = Table("Servizio", "Numero", "Da", "Codice", "Motivo", "Dal")
    for principal, letter in found:
        since = f"{letter.at.astimezone(ZONE):%d/%m %H:%M}"
        source = dead_letters.source(letter)
        table.add_row(principal, str(letter.number), source, letter.code, letter.reason, since)
    console.print(table)


@app.command(epilog=EXIT_CODES)
def show(
    principal: PrincipalArgument,
    number: NumberArgument,
    state: StateOption = DEFAULT_STATE,
    save: Annotated[Path | None, typer.Option(help="Scrive qui i byte esatti.")] = None,
) -> None:
    """Mostra una comunicazione ferma (in JSON); il contenuto resta sigillato."""
    network, kept = running_network(state)
    known_principal(network, principal)
    with refusals(Refused):
        letter = asyncio.run(_one(kept, principal, number))
    if save is not None:
        save.write_bytes(letter.value)
    described = _described(principal, letter) | {"value_base64": b64encode(letter.value).decode()}
    print_json(described)


@app.command(epilog=EXIT_CODES)
def retry(
    principal: PrincipalArgument,
    number: NumberArgument,
    state: StateOption = DEFAULT_STATE,
    dry_run: DryRunOption = False,
) -> None:
    """Riprova: se ora riesce, passano anche quelle che aspettavano dietro, in ordine."""
    _decide(principal, number, dead_letters.RETRY, state, dry_run)
    if not dry_run:
        console.print("Il servizio riprova entro pochi secondi.")


@app.command(epilog=EXIT_CODES)
def drop(
    principal: PrincipalArgument,
    number: NumberArgument,
    state: StateOption = DEFAULT_STATE,
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Non chiede conferma.")] = False,
) -> None:
    """Lascia cadere: non sarà mai applicata; quelle che aspettavano dietro passano."""
    if not (yes or dry_run):
        typer.confirm(
            f"La comunicazione {number} di {principal} non sarà mai applicata. Continuare?", abort=True
        )
    _decide(principal, number, dead_letters.DROP, state, dry_run)
    if not dry_run:
        console.print("Lasciata cadere: resta registrata, con i suoi byte.")


def _decide(principal: str, number: int, decision: str, state: Path, dry_run: bool) -> None:
    network, kept = running_network(state)
    known_principal(network, principal)
    with refusals(Refused):
        letter = asyncio.run(_write_down(kept, principal, number, decision, dry_run=dry_run))
    if dry_run:
        console.print(f"Riguarda l'evento {letter.seq} di un flusso di {dead_letters.source(letter)}.")


async def _waiting(state: State, principals: list[str]) -> list[tuple[str, DeadLetter]]:
    found = []
    for principal in principals:
        if not (state.service(principal) / "service.db").exists():
            continue
        async with _database(state, principal) as database, database.read() as session:
            letters_there = await dead_letters.waiting_for_an_operator(session)
            found += [(principal, letter) for letter in letters_there]
    return found


async def _one(state: State, principal: str, number: int) -> DeadLetter:
    async with _database(state, principal) as database, database.read() as session:
        return await dead_letters.show(session, number)


async def _write_down(
    state: State, principal: str, number: int, decision: str, *, dry_run: bool
) -> DeadLetter:
    async with _database(state, principal) as database, database.write() as session:
        await dead_letters.decide(session, number, decision)
        letter = await dead_letters.show(session, number)
        if not dry_run:
            await session.commit()
        return letter


@asynccontextmanager
async def _database(state: State, principal: str) -> AsyncIterator[Database]:
    async with database_of(state, principal) as database:
        if database is None:
            raise NotFound(f"{principal} non ha ancora una base dati.")
        yield database


def _described(principal: str, letter: DeadLetter) -> dict[str, Any]:
    shown = letter.model_dump(exclude={"value", "signature"})
    return {"service": principal, "source": dead_letters.source(letter), **shown}
