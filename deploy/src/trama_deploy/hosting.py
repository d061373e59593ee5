"""What a node reads from the state directory to run the services it hosts; it opens no root key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path

from trama_chassis.database import Database
from trama_chassis.service import Service
from trama_chassis.settings import KafkaSettings, ServiceSettings
from trama_chassis.tables import CHASSIS_TABLES

from trama_deploy.network import Network
from trama_deploy.secrets import kafka_password
from trama_deploy.state import State

ENTRY_POINTS = "trama.services"


class ServiceUnknown(Exception):
    """No installed package offers a service of that name."""


class StateMissing(Exception):
    """The state directory lacks what a node needs; provisioning makes it."""


def load_service(name: str) -> Service:
    """The service an installed package offers under that name. Raises ServiceUnknown."""
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        service = entry.load()
        if isinstance(service, Service):
            return service
    raise ServiceUnknown(f"Nessun pacchetto installato offre il servizio «{name}».")


def database_url(state: State, principal: str) -> str:
    """Where a service keeps its data."""
    return f"sqlite:///{state.service(principal) / 'service.db'}"


@asynccontextmanager
async def database_of(state: State, principal: str) -> AsyncIterator[Database | None]:
    """What the chassis keeps in a service's database, for commands; None before its first start."""
    if not (state.service(principal) / "service.db").exists():
        yield None
        return
    database = Database(database_url(state, principal), CHASSIS_TABLES)
    try:
        yield database
    finally:
        await database.dispose()


def settings_of(network: Network, state: State, principal: str, service: Service) -> ServiceSettings:
    """One service's settings, as its operator would set them. Raises StateMissing, SecretUnsafe."""
    member, _, name = principal.partition(".")
    folder, timings = state.service(principal), network.timings
    reporting_key = folder / "reporting.key"
    kafka = {
        "bootstrap": _line(state.bootstrap),
        "username": principal,
        "password": kafka_password(state, principal),
    }
    return service.settings(
        network=network.network,
        member=member,
        service=name,
        database_url=database_url(state, principal),
        kafka=KafkaSettings.model_validate(kafka),
        secrets_dir=folder,
        accounts_file=state.accounts(member),
        roots=_line(state.roots).split(),
        clock_file=state.clock if network.clock else None,
        reporting_key_file=reporting_key if reporting_key.exists() else None,
        demo=network.demo,
        receipts_every=timings.receipts_every,
        heads_every=timings.heads_every,
        sign_of_life_every=timings.sign_of_life_every,
        facts_delay=timings.facts_delay,
    )


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError as missing:
        raise StateMissing(f"{path} non c'è: avviare prima la rete con «trama network run».") from missing
