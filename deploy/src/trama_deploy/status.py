"""How a running network is: processes, readiness, what waits to be sent, to be read, to be decided."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis.database import Database
from trama_chassis.tables import CHASSIS_TABLES, DeadLetter, OutboxRow, SourceHeard

from trama_deploy.access import Access
from trama_deploy.hosting import database_url
from trama_deploy.lag import consumer_lags
from trama_deploy.network import LOOPBACK, Network
from trama_deploy.processes import node_process, supervisor_of
from trama_deploy.state import State


@dataclass(slots=True)
class ServiceStatus:
    """One service: `ready` as it says itself, the rest as its database and the broker say."""

    principal: str
    ready: bool = False
    published: int = 0
    to_send: int = 0
    lag: int | None = None
    dead_letters: int = 0
    last_heard: datetime | None = None


@dataclass(slots=True)
class NodeStatus:
    """One node's process and the services it hosts."""

    node: str
    pid: int | None
    memory_mb: int
    services: list[ServiceStatus] = field(default_factory=list)


@dataclass(slots=True)
class NetworkStatus:
    """The whole network."""

    running: bool
    broker: bool
    nodes: list[NodeStatus]

    @property
    def well(self) -> bool:
        """Whether nothing needs looking at."""
        services = [service for node in self.nodes for service in node.services]
        return self.running and self.broker and all(s.ready and not s.dead_letters for s in services)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


async def network_status(network: Network, state: State, access: Access | None) -> NetworkStatus:
    """Ask processes, services, databases and the broker. `access` is the super user's, if ours."""
    lags = await consumer_lags(network, access) if access else None
    nodes = []
    async with httpx.AsyncClient(timeout=2.0) as client:
        for node in network.nodes:
            process = node_process(state, node)
            memory = process.memory_full_info().pss // 2**20 if process else 0
            status = NodeStatus(node, process.pid if process else None, memory)
            for principal in _hosted(network, node):
                service = await database_figures(state, principal)
                service.ready = await _is_ready(client, network, principal)
                service.lag = lags.get(principal) if lags is not None else None
                status.services.append(service)
            nodes.append(status)
    return NetworkStatus(supervisor_of(state) is not None, lags is not None, nodes)


async def database_figures(state: State, principal: str) -> ServiceStatus:
    """What a service's database says; zeros while there is none."""
    status = ServiceStatus(principal)
    if not (state.service(principal) / "service.db").exists():
        return status
    database = Database(database_url(state, principal), CHASSIS_TABLES)
    try:
        async with database.read() as session:
            count = select(func.count())
            own = count.select_from(OutboxRow).where(col(OutboxRow.kind) == "event")
            unsent = count.select_from(OutboxRow).where(col(OutboxRow.sent_at).is_(None))
            dead = count.select_from(DeadLetter).where(col(DeadLetter.state) == "open")
            status.published = await session.scalar(own) or 0
            status.to_send = await session.scalar(unsent) or 0
            status.dead_letters = await session.scalar(dead) or 0
            status.last_heard = await session.scalar(select(func.max(col(SourceHeard.heard_at))))
    finally:
        await database.dispose()
    return status


def _hosted(network: Network, node: str) -> list[str]:
    hosted = network.hosted_on(node)
    return [f"{name}.{service}" for name, member in hosted.items() for service in member.services]


async def _is_ready(client: httpx.AsyncClient, network: Network, principal: str) -> bool:
    member, _, service = principal.partition(".")
    url = f"http://{LOOPBACK}:{network.members[member].port}/api/{service}/health/ready"
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
