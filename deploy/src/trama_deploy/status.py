"""How a running network is: processes, readiness, what waits to be sent, to be read, to be decided."""

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis.tables import DeadLetter, OutboxRow, SourceHeard

from trama_deploy.access import Access
from trama_deploy.hosting import database_of
from trama_deploy.lag import consumer_lags
from trama_deploy.network import LOOPBACK, Network
from trama_deploy.processes import node_process, supervisor_of
from trama_deploy.state import State

ANSWER_SECONDS = 5.0


@dataclass(slots=True)
class ServiceStatus:
    """One service: `ready` as it says itself, the rest as its database and the broker say."""

    principal: str
    ready: bool = False
    stalled: tuple[str, ...] = ()
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
    def services(self) -> list[ServiceStatus]:
        """Every service of every node."""
        return [service for node in self.nodes for service in node.services]

    @property
    def well(self) -> bool:
        """Whether nothing needs looking at."""
        return self.running and self.broker and all(s.ready and not s.dead_letters for s in self.services)

    @property
    def memory_mb(self) -> int:
        """What the nodes take together; memory they share is counted once."""
        return sum(node.memory_mb for node in self.nodes)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "well": self.well, "memory_mb": self.memory_mb}


async def network_status(network: Network, state: State, access: Access | None) -> NetworkStatus:
    """Ask processes, services, databases and the broker. `access` is the super user's, if ours."""
    asked = asyncio.create_task(consumer_lags(network, access)) if access else None
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
        services = await asyncio.gather(
            *(_service_status(client, network, state, principal) for principal in network.principals)
        )
    lags = await asked if asked else None
    nodes = {node: _node_status(state, node) for node in network.nodes}
    for service in services:
        service.lag = lags.get(service.principal) if lags is not None else None
        nodes[network.members[service.principal.partition(".")[0]].node].services.append(service)
    return NetworkStatus(supervisor_of(state) is not None, lags is not None, list(nodes.values()))


def _node_status(state: State, node: str) -> NodeStatus:
    process = node_process(state, node)
    memory = process.memory_full_info().pss // 2**20 if process else 0
    return NodeStatus(node, process.pid if process else None, memory)


async def _service_status(
    client: httpx.AsyncClient, network: Network, state: State, principal: str
) -> ServiceStatus:
    status = await database_figures(state, principal)
    member, _, service = principal.partition(".")
    url = f"http://{LOOPBACK}:{network.members[member].port}/api/{service}/health/ready"
    try:
        answer = await client.get(url)
        status.ready = answer.status_code == httpx.codes.OK
        status.stalled = tuple(answer.json().get("stalled", ()))
    except (httpx.HTTPError, ValueError):
        status.ready = False
    return status


async def database_figures(state: State, principal: str) -> ServiceStatus:
    """What a service's database says; zeros while there is none."""
    status = ServiceStatus(principal)
    async with database_of(state, principal) as database:
        if database is None:
            return status
        async with database.read() as session:
            count = select(func.count())
            own = count.select_from(OutboxRow).where(col(OutboxRow.kind) == "event")
            unsent = count.select_from(OutboxRow).where(col(OutboxRow.sent_at).is_(None))
            dead = count.select_from(DeadLetter).where(col(DeadLetter.state) == "open")
            status.published = await session.scalar(own) or 0
            status.to_send = await session.scalar(unsent) or 0
            status.dead_letters = await session.scalar(dead) or 0
            status.last_heard = await session.scalar(select(func.max(col(SourceHeard.heard_at))))
    return status
