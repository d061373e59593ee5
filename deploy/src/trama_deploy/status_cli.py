"""`trama network status`: one table of how a running network is."""

import asyncio

import typer
from rich.table import Table

from trama_deploy.broker import admin_access
from trama_deploy.on_demand import single
from trama_deploy.options import DEFAULT_STATE, JsonOption, StateOption, running_network
from trama_deploy.processes import supervisor_of
from trama_deploy.status import NetworkStatus, network_status
from trama_deploy.terminal import EXIT_CODES, Exit, console, print_json

app = single()


@app.command(epilog=EXIT_CODES)
def status(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Come sta la rete: nodi, servizi, arretrati, comunicazioni ferme."""
    described, kept = running_network(state)
    access = admin_access(kept.broker) if supervisor_of(kept) else None
    found = asyncio.run(network_status(described, kept, access))
    if as_json:
        print_json(found.as_json())
    else:
        _print_status(found)
    if not found.running:
        raise typer.Exit(Exit.NOT_RUNNING)
    if not found.well:
        raise typer.Exit(Exit.SOMETHING_WRONG)


def _print_status(found: NetworkStatus) -> None:
    table = Table(
        title="La rete è in esecuzione" if found.running else "La rete è ferma", title_justify="left"
    )
    for heading in ("Nodo", "Servizio", "Stato"):
        table.add_column(heading, no_wrap=True)
    for heading in ("↑", "↓", "✉", "ore", "MB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for node in found.nodes:
        memory = str(node.memory_mb) if node.pid else "—"
        for number, service in enumerate(node.services):
            heard = service.last_heard.astimezone().strftime("%H:%M") if service.last_heard else "—"
            table.add_row(
                node.node if number == 0 else "",
                service.principal,
                "[green]pronto[/green]" if service.ready else "[red]muto[/red]",
                str(service.to_send),
                "—" if service.lag is None else str(service.lag),
                f"[red]{service.dead_letters}[/red]" if service.dead_letters else "0",
                heard,
                memory if number == 0 else "",
            )
    console.print(table)
    console.print(
        "[dim]↑ da inviare, ↓ da leggere, ✉ comunicazioni ferme (trama dead-letters list), "
        "ore: quando ha sentito un altro servizio l'ultima volta.[/dim]"
    )
