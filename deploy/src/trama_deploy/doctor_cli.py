"""`trama doctor`: what is wrong, and what to do."""

import asyncio
from dataclasses import asdict

import typer

from trama_deploy.doctor import examine, machine_findings
from trama_deploy.findings import Finding
from trama_deploy.on_demand import single
from trama_deploy.options import DEFAULT_STATE, JsonOption, StateOption, read_network
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, Exit, console, print_json

_MARKS = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "wrong": "[red]✗[/red]"}

app = single()


@app.command(epilog=EXIT_CODES)
def doctor(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Controlla Java, Kafka, chiavi, porte, orologio, broker, nodi, e dice che cosa fare."""
    kept = State(state)
    if kept.network_file.exists():
        findings = asyncio.run(examine(read_network(kept.network_file), kept))
    else:
        todo = Finding("warning", f"In {kept.root} non c'è ancora una rete", "trama network run")
        findings = [*machine_findings(), todo]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            console.print(f"{_MARKS[finding.level]} {finding.what}", highlight=False, soft_wrap=True)
            if finding.remedy and finding.level != "ok":
                console.print(f"  → {finding.remedy}", highlight=False, soft_wrap=True)
    if any(finding.level != "ok" for finding in findings):
        raise typer.Exit(Exit.SOMETHING_WRONG)
