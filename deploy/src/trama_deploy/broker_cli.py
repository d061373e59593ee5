"""`trama broker`: fetch the broker's archives, or run one alone in the foreground."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from trama_deploy.broker import BrokerFailed, EmbeddedBroker
from trama_deploy.jars import KAFKA_VERSION, JarsAltered, JarsMissing, cache_directory, ensure_jars, fetched
from trama_deploy.java import JavaMissing
from trama_deploy.on_demand import application
from trama_deploy.terminal import EXIT_CODES, console, refusals

app = application("Il broker Kafka incorporato (dimostrazione e prove).")


@app.command(epilog=EXIT_CODES)
def fetch() -> None:
    """Scarica una volta per tutte gli archivi di Kafka."""
    if fetched():
        console.print(f"Kafka {KAFKA_VERSION} c'è già: {cache_directory()}", soft_wrap=True)
        return
    with refusals(JarsMissing, JarsAltered, JavaMissing), console.status(f"Scarico Kafka {KAFKA_VERSION}…"):
        directory = ensure_jars()
    console.print(f"Kafka {KAFKA_VERSION} scaricato: {directory}", soft_wrap=True)


@app.command(epilog=EXIT_CODES)
def run(
    state: Annotated[Path, typer.Option(help="Cartella del broker.")] = Path(".var/broker"),
    partitions: Annotated[int, typer.Option(help="Partizioni dei nuovi argomenti.")] = 1,
) -> None:
    """Avvia un broker vuoto in primo piano; Ctrl-C lo ferma. Le credenziali sono in admin.json."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with refusals(BrokerFailed, JarsMissing, JarsAltered, JavaMissing):
        with EmbeddedBroker(state, partitions=partitions) as running:
            console.print(f"Broker su {running.bootstrap}; credenziali in {running.directory / 'admin.json'}")
            while running.pid is not None and not ended.wait(1.0):
                pass
            if running.pid is None:
                raise BrokerFailed(f"Il broker è terminato da solo.\n{running.log_tail()}")
