"""`trama rebuild`: wipe one service's copies and replay what it keeps, while its node is down."""

import asyncio
import time
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from trama_chassis import migrations
from trama_chassis import rebuild as rebuilding
from trama_chassis.lease import LeaseHeld
from trama_chassis.runtime import Runtime

from trama_deploy.hosting import load_service, settings_of
from trama_deploy.network import Network
from trama_deploy.on_demand import single
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
from trama_deploy.terminal import EXIT_CODES, complaints, console, fail, print_json, refusals

app = single()


@app.command(epilog=EXIT_CODES)
def rebuild(
    principal: PrincipalArgument,
    state: StateOption = DEFAULT_STATE,
    from_network: Annotated[
        bool, typer.Option("--from-network", help="Dimentica anche i byte ricevuti e li richiede alle fonti.")
    ] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ricostruisce le copie di un servizio dai byte che conserva; il suo nodo deve essere fermo."""
    network, kept = running_network(state)
    known_principal(network, principal)
    if not (kept.service(principal) / "service.db").exists():
        fail(f"{principal} non ha ancora una base dati.")
    try:
        with refusals(rebuilding.ChainBroken):
            answer = asyncio.run(
                _rebuild(network, kept, principal, from_network=from_network, dry_run=dry_run)
            )
    except LeaseHeld as held:
        node = network.members[principal.partition(".")[0]].node
        fail(f"{principal} è in funzione ({held}). Fermare prima il nodo: trama node stop --node {node}")
    if as_json:
        print_json(answer)
        return
    for name, value in answer.items():
        console.print(f"{name}: {value}", highlight=False, soft_wrap=True)


async def _rebuild(
    network: Network, state: State, principal: str, *, from_network: bool, dry_run: bool
) -> dict[str, str | int | float]:
    service = load_service(principal.partition(".")[2])
    settings = settings_of(network, state, principal, service)
    await asyncio.to_thread(migrations.upgrade, settings.database_url, service)
    runtime = Runtime(service, settings)
    began = time.monotonic()
    await runtime.start()
    try:
        if dry_run:
            tables = sorted(table.__name__ for table in rebuilding.copies_of(runtime))
            return {"copie che verrebbero ricostruite": ", ".join(tables) or "nessuna"}
        if from_network:
            return {"flussi richiesti alle fonti": await rebuilding.ask_network(runtime)}
        digest = await _with_a_bar(runtime, principal)
        return {"impronta": digest, "secondi": round(time.monotonic() - began, 1)}
    finally:
        await runtime.stop()


async def _with_a_bar(runtime: Runtime, principal: str) -> str:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, transient=True) as bar:
        task = bar.add_task(f"Ricostruisco {principal}")
        return await rebuilding.rebuild(
            runtime, lambda done, total: bar.update(task, completed=done, total=total)
        )
