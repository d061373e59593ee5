"""`trama network status`: one table of how a running network is."""

import asyncio
from datetime import datetime

import typer
from rich.table import Table
from trama_chassis.clock import machine_now

from trama_deploy.broker import admin_access
from trama_deploy.on_demand import single
from trama_deploy.options import DEFAULT_STATE, JsonOption, StateOption, running_network
from trama_deploy.processes import supervisor_of
from trama_deploy.status import NetworkStatus, ServiceStatus, network_status
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


def status_table(found: NetworkStatus, now: datetime) -> Table:
    """One line per service, by node; fits 80 columns, so that any terminal and a mail can show it."""
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="dim")
    for heading in ("Nodo", "Servizio", "Stato"):
        table.add_column(heading, no_wrap=True)
    for heading in ("da\ninviare", "da\nleggere", "\nferme", "sentito\nda", "\nMB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for node in found.nodes:
        table.add_row()
        memory = str(node.memory_mb) if node.pid else "—"
        for number, service in enumerate(node.services):
            first = number == 0
            table.add_row(node.node if first else "", *_figures(service, now), memory if first else "")
    return table


def _figures(service: ServiceStatus, now: datetime) -> tuple[str, ...]:
    dead = service.dead_letters
    unwell = "[red]fermo[/red]" if service.stalled else "[red]muto[/red]"
    return (
        service.principal,
        "[green]pronto[/green]" if service.ready else unwell,
        str(service.to_send),
        "—" if service.lag is None else str(service.lag),
        f"[red]{dead}[/red]" if dead else "0",
        ago(service.last_heard, now),
    )


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, in one short word."""
    if moment is None:
        return "mai"
    seconds = max(0, int((now - moment).total_seconds()))
    for size, name in ((86_400, "g"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def summary(found: NetworkStatus) -> str:
    """The whole in one sentence."""
    nodes = sum(1 for node in found.nodes if node.pid)
    ready = sum(1 for service in found.services if service.ready)
    broker = "il broker risponde" if found.broker else "il broker non risponde"
    return (
        f"La rete {'è in esecuzione' if found.running else 'è ferma'}: {broker}, "
        f"{nodes} nodi su {len(found.nodes)} ({found.memory_mb} MB), "
        f"{ready} servizi pronti su {len(found.services)}."
    )


def _print_status(found: NetworkStatus) -> None:
    console.print(summary(found), highlight=False, soft_wrap=True)
    console.print(status_table(found, machine_now()))
    console.print(
        "[dim]da leggere: ancora nel broker · ferme: attendono una decisione (trama dead-letters list) · "
        "sentito da: quando ha avuto l'ultima notizia da un altro servizio[/dim]",
        highlight=False,
    )
    if not found.well:
        console.print("Che cosa non va e che cosa fare: trama doctor")
