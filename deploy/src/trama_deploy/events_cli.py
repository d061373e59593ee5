"""`trama events`: what a service has published and applied, opened at its member, with its keys."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from trama_chassis.clock import ZONE
from trama_chassis.database import Database
from trama_chassis.keystore import Keystore
from trama_chassis.settings import SecretUnsafe
from trama_chassis.tables import CHASSIS_TABLES

from trama_deploy.hosting import database_url
from trama_deploy.kept_events import KeptEvent, newest
from trama_deploy.on_demand import application
from trama_deploy.options import (
    DEFAULT_STATE,
    JsonOption,
    StateOption,
    known_principal,
    running_network,
)
from trama_deploy.state import State
from trama_deploy.terminal import EXIT_CODES, console, fail, print_json, print_json_line

app = application("Gli eventi che un servizio conserva, aperti con le sue chiavi.")
LOOK_EVERY = 0.5
AT_ONCE = 10_000
PREFIX = "it.trama."
ARROWS = {"published": "[green]→[/green]", "applied": "[cyan]←[/cyan]"}

ServiceOption = Annotated[str, typer.Option("--service", help="Servizio, per esempio «sil.registry».")]
NumberOption = Annotated[int, typer.Option("-n", "--number", min=1, max=AT_ONCE, help="Quanti.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Attende i prossimi; Ctrl-C termina.")]
PayloadOption = Annotated[bool, typer.Option("--payload", help="Mostra anche il contenuto: dati di persone.")]


@app.callback()
def events() -> None:
    """Gli eventi che un servizio conserva, aperti con le sue chiavi."""


@app.command(epilog=EXIT_CODES)
def tail(
    service: ServiceOption,
    state: StateOption = DEFAULT_STATE,
    number: NumberOption = 20,
    follow: FollowOption = False,
    payload: PayloadOption = False,
    as_json: JsonOption = False,
) -> None:
    """Gli ultimi eventi pubblicati (→) e applicati (←): ora, fonte, tipo, ambito, numero. Legge soltanto."""
    network, kept = running_network(state)
    keystore = _keys(kept, known_principal(network, service))
    if not (kept.service(service) / "service.db").exists():
        fail(f"{service} non ha ancora una base dati.")
    try:
        database = Database(database_url(kept, service), CHASSIS_TABLES)
        asyncio.run(_tail(database, keystore, number, Told(follow, payload, as_json)))
    except KeyboardInterrupt:
        raise typer.Exit from None


class Told:
    """How events are told: as lines or as JSON, with or without what they say of persons."""

    def __init__(self, follow: bool, payload: bool, as_json: bool) -> None:
        self.follow = follow
        self._payload = payload
        self._json = as_json

    def tell(self, found: Sequence[KeptEvent]) -> None:
        """A document when all is there, one document a line when more may come."""
        hidden = () if self._payload else ("payload",)
        documents = [{k: v for k, v in asdict(one).items() if k not in hidden} for one in found]
        if self._json and not self.follow:
            return print_json(documents)
        for event, document in zip(found, documents, strict=True):
            print_json_line(document) if self._json else self._line(event)

    def _line(self, event: KeptEvent) -> None:
        moment = f"{(event.occurred_at or event.at).astimezone(ZONE):%d/%m/%Y %H:%M:%S}"
        kind = event.type.removeprefix(PREFIX)
        outcome = "" if event.outcome in ("", "ok") else f"  [yellow]{event.outcome}[/yellow]"
        line = f"{moment} {ARROWS[event.direction]} {event.source:25} {kind:45} {event.scope} {event.seq}"
        console.print(line + outcome, highlight=False, soft_wrap=True)
        if self._payload:
            console.print_json(data=event.payload)


async def _tail(database: Database, keystore: Keystore, number: int, told: Told) -> None:
    try:
        async with database.read() as session:
            found, marks = await newest(session, keystore, number)
        told.tell(found)
        while told.follow:
            await asyncio.sleep(LOOK_EVERY)
            async with database.read() as session:
                found, marks = await newest(session, keystore, AT_ONCE, marks)
            told.tell(found)
    finally:
        await database.dispose()


def _keys(state: State, principal: str) -> Keystore:
    """The service's keys, which only who runs its node may read: nobody else opens anything."""
    try:
        return Keystore(state.service(principal))
    except (SecretUnsafe, PermissionError) as error:
        fail(
            f"Le chiavi di {principal} qui non si possono leggere ({error}). Gli eventi si aprono solo "
            "presso il membro che li conserva, con l'utente che esegue il suo nodo."
        )
