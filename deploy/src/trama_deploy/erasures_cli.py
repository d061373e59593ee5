"""`trama erasures`: what was ordered to be erased and is not over, and whether the list outside is whole."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table
from trama_chassis.clock import ZONE

from trama_deploy.erasures import OpenOrder, Standing, standings
from trama_deploy.on_demand import single
from trama_deploy.options import DEFAULT_STATE, JsonOption, StateOption, known_principal, running_network
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, Exit, console, print_json

app = single()
ServiceOption = Annotated[str, typer.Option("--service", help="Solo questo servizio, es. «sil.registry».")]


@app.command(epilog=EXIT_CODES)
def erasures(
    service: ServiceOption = "", state: StateOption = DEFAULT_STATE, as_json: JsonOption = False
) -> None:
    """Gli ordini di cancellazione ancora aperti, chi non ha risposto, l'elenco fuori dalla base dati."""
    network, kept = running_network(state)
    principals = [known_principal(network, service)] if service else list(network.principals)
    found = asyncio.run(_gathered(kept, principals))
    if as_json:
        print_json([one.as_json() | {"well": one.well} for one in found])
    else:
        _show(found)
    if not all(one.well for one in found):
        raise typer.Exit(Exit.SOMETHING_WRONG)


async def _gathered(state: State, principals: list[str]) -> list[Standing]:
    return [one async for one in standings(state, principals)]


def _show(found: list[Standing]) -> None:
    opened = [(one.principal, order) for one in found for order in one.open]
    if opened:
        console.print(open_table(opened))
    else:
        console.print("Nessun ordine di cancellazione aperto.")
    told = Table("Servizio", "Ordini chiusi", "Da eseguire per altri", "Elenco fuori dalla base dati")
    for one in found:
        told.add_row(one.principal, str(one.closed), str(len(one.owed)), _list_of(one))
    console.print(told)


def open_table(opened: list[tuple[str, OpenOrder]]) -> Table:
    """One line for each order that is open, and in it each service that has not answered."""
    table = Table("Servizio", "Ordine", "Del", "Che cosa", "Risposte", "Chi manca")
    for principal, order in opened:
        table.add_row(
            principal,
            order.order[:8],
            f"{order.ordered_at.astimezone(ZONE):%d/%m %H:%M}",
            "scheda intera" if order.whole else f"{order.streams} flussi",
            f"{order.recipients - len(order.waiting)} di {order.recipients}",
            _missing(order),
        )
    return table


def _missing(order: OpenOrder) -> str:
    lines = [f"{one.recipient} ({_asked(one.times_asked)})" for one in order.waiting]
    return "\n".join(lines if order.scrubbed else ["i file non sono ancora riscritti", *lines])


def _asked(times: int) -> str:
    return {0: "non ancora chiesto", 1: "chiesto una volta"}.get(times, f"chiesto {times} volte")


def _list_of(one: Standing) -> str:
    if one.damaged:
        return f"NON si legge: {one.list_file}"
    if one.unlisted:
        return f"mancano {one.unlisted} di {one.listed + one.unlisted} righe"
    return f"integro, {one.listed} righe"
