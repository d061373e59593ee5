"""`trama network`: provision, run, up, down, status of a whole network on this machine."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from typing import Annotated, ClassVar

import typer
from confluent_kafka import KafkaException
from rich.table import Table
from trama_chassis.clock import machine_now
from trama_chassis.settings import SecretUnsafe

from trama_deploy.broker import BrokerFailed, admin_access
from trama_deploy.coordinator import DirectoryAhead, DirectoryNotPublished
from trama_deploy.jars import JarsAltered, JarsMissing
from trama_deploy.java import JavaMissing
from trama_deploy.network import LOOPBACK, Network, NetworkFileWrong
from trama_deploy.on_demand import OnDemand, application
from trama_deploy.options import (
    DEFAULT_STATE,
    DryRunOption,
    JsonOption,
    NetworkOption,
    StateOption,
    read_network,
)
from trama_deploy.processes import lives, supervisor_of
from trama_deploy.provisioning import Plan, apply, plan
from trama_deploy.secrets import DemoRefused, demo_password
from trama_deploy.state import State, has_published
from trama_deploy.supervisor import AlreadyRunning, AnotherNetwork, NodeNotReady, Supervisor
from trama_deploy.terminal import EXIT_CODES, Exit, console, fail, print_json, refusals


class NetworkGroup(OnDemand):
    """`status` asks databases; the other commands need not know how."""

    modules: ClassVar = {"status": "status_cli"}


app = application("Una rete intera su questa macchina.", NetworkGroup)

SIMULATION = "trama_simulation"
START_SECONDS = 180.0
STOP_SECONDS = 60.0
EXPECTED = (
    AlreadyRunning,
    AnotherNetwork,
    BrokerFailed,
    DemoRefused,
    DirectoryAhead,
    DirectoryNotPublished,
    JarsAltered,
    JarsMissing,
    JavaMissing,
    NetworkFileWrong,
    NodeNotReady,
    SecretUnsafe,
)
CheckOption = Annotated[
    bool, typer.Option("--check", help="Non cambia nulla; esce con 1 se il broker differisce dal file.")
]
PeopleOption = Annotated[int, typer.Option(help="Persone da far vivere se il territorio è vuoto; 0 nessuna.")]


@app.command(epilog=EXIT_CODES)
def run(file: NetworkOption, state: StateOption = DEFAULT_STATE, people: PeopleOption = 49) -> None:
    """Avvia la rete in primo piano e la fa vivere; Ctrl-C ferma tutto ciò che ha avviato, e nient'altro."""
    kept = State(state)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with refusals(*EXPECTED), Supervisor(file, kept, console.print) as supervisor:
        try:
            supervisor.start()
            _live_a_little(supervisor, people)
            _print_where_to_look(supervisor.network)
            console.print("Ctrl-C ferma la rete; la prossima volta riprende da qui.")
            for _ in supervisor.watch():
                pass
        except KeyboardInterrupt:
            console.print("Fermo la rete…")
        finally:
            # A second Ctrl-C must not leave half of it running.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
    console.print("Rete ferma. Per riprenderla: lo stesso comando.")


@app.command(epilog=EXIT_CODES)
def up(file: NetworkOption, state: StateOption = DEFAULT_STATE, people: PeopleOption = 49) -> None:
    """Avvia la rete in secondo piano e torna quando risponde."""
    described, kept = read_network(file), State(state)
    if supervisor_of(kept):
        fail(f"La rete in {kept.root} è già in esecuzione.")
    kept.root.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "trama_deploy", "network", "run", "--network", str(file.absolute())]
    with kept.supervisor_log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this program itself, no shell
            [*command, "--state", str(kept.root), "--people", str(people)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    with console.status("Avvio la rete…"):
        _await_ready(kept, process)
    _print_where_to_look(described)
    console.print(f"Messaggi in {kept.supervisor_log}. Per fermarla: trama network down", soft_wrap=True)


@app.command(epilog=EXIT_CODES)
def down(state: StateOption = DEFAULT_STATE) -> None:
    """Ferma una rete avviata con run o con up."""
    kept = State(state)
    running = supervisor_of(kept)
    if running is None:
        console.print("La rete non è in esecuzione.")
        return
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    with console.status("Fermo la rete…"):
        while lives(running.pid) and time.monotonic() < deadline:
            time.sleep(0.2)
    if lives(running.pid):
        fail(f"Il processo {running.pid} non si è fermato in {STOP_SECONDS:.0f} secondi.")
    console.print("Rete ferma.")


@app.command(epilog=EXIT_CODES)
def provision(
    file: NetworkOption,
    state: StateOption = DEFAULT_STATE,
    dry_run: DryRunOption = False,
    check: CheckOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rende il broker in esecuzione uguale al file della rete; con --check dice solo se lo è."""
    described, kept = read_network(file), State(state)
    access = admin_access(kept.broker)
    if access is None or supervisor_of(kept) is None:
        fail("La rete non è in esecuzione: la configura «trama network run» all'avvio.", Exit.NOT_RUNNING)
    with refusals(*EXPECTED, KafkaException):
        changes = plan(described, kept, access, machine_now())
        sentences = list(changes.sentences())
        applied = not (dry_run or check)
        if applied:
            apply(described, kept, access, changes)
    equal = not sentences and not changes.drift
    if as_json:
        print_json({"applied": applied, "equal": equal, "changes": sentences, "drift": changes.drift})
    else:
        _tell_changes(changes, applied=applied)
    if check and not equal:
        raise typer.Exit(Exit.FAILED)


def _tell_changes(changes: Plan, *, applied: bool) -> None:
    sentences = list(changes.sentences())
    for sentence in sentences:
        console.print(("fatto: " if applied else "da fare: ") + sentence, soft_wrap=True, highlight=False)
    for sentence in changes.drift:
        console.print(f"[yellow]non previsto:[/yellow] {sentence}", soft_wrap=True, highlight=False)
    if not sentences and not changes.drift:
        console.print("Il broker è già come dice il file: niente da fare.")


def _live_a_little(supervisor: Supervisor, people: int) -> None:
    """Let synthetic people live through the public interfaces, if nobody has lived here yet."""
    if not people or importlib.util.find_spec(SIMULATION) is None or not _is_empty(supervisor):
        return
    file = str(supervisor.state.network_file)
    story = subprocess.Popen(  # noqa: S603 - a module of ours, no shell
        [sys.executable, "-m", SIMULATION, "--network", file, "--people", str(people)],
        stdin=subprocess.DEVNULL,
    )
    try:
        for _ in supervisor.watch():
            if story.poll() is not None:
                break
    finally:
        story.terminate()
        code = story.wait()
    if code:
        console.print(f"[yellow]La simulazione si è interrotta (codice {code}).[/yellow]")


def _is_empty(supervisor: Supervisor) -> bool:
    """Whether no service has ever published an event."""
    return not any(has_published(supervisor.state, p) for p in supervisor.network.principals)


def _await_ready(state: State, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = supervisor_of(state)
        if running and running.ready:
            return
        if process.poll() is not None:
            fail(f"La rete non è partita:\n{state.supervisor_log.read_text()[-2000:]}")
        time.sleep(0.2)
    fail(f"La rete non risponde dopo {START_SECONDS:.0f} secondi. Messaggi in {state.supervisor_log}")


def _print_where_to_look(described: Network) -> None:
    table = Table(title=described.title, title_justify="left", show_lines=True)
    table.add_column("Membro", overflow="fold")
    table.add_column("Da aprire per primo")
    table.add_column("Accesso\npassword", no_wrap=True)
    for name, member in described.members.items():
        origin = f"http://{LOOPBACK}:{member.port}"
        first = f"{origin}{member.look.path}\n[dim]{member.look.what}[/dim]" if member.look else origin
        logins = "\n".join(f"{one.login}\n{demo_password(one)}" for one in member.operators)
        table.add_row(name, first, logins)
    console.print(table)
    for line in tour_of(described):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print("A ogni indirizzo: /accedi entra, / apre la prima pagina, /api/…/docs descrive l'API.")


def tour_of(described: Network) -> list[str]:
    """The visitor's five minutes, stop by stop: who to be, where, and what there is to see."""
    if not described.tour:
        return []
    ports = {one.login: member.port for member in described.members.values() for one in member.operators}
    stops = [
        f"{number}. {stop.login}, http://{LOOPBACK}:{ports[stop.login]}{stop.path}\n   {stop.what}"
        for number, stop in enumerate(described.tour, 1)
    ]
    return ["Cinque minuti, a tappe:", *stops]
