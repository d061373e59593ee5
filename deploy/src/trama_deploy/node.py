"""One node: one process that hosts one or more members, each on its own origin, databases and keys."""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import structlog
import uvicorn
from trama_chassis.app import MemberOrigin, build_app
from trama_chassis.runtime import Runtime
from trama_chassis.safekeeping import write_private
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings

from trama_deploy.hosting import load_service, settings_of
from trama_deploy.network import LOOPBACK, Network
from trama_deploy.state import State

REQUESTS_MAY_TAKE = 4
DRAIN_SECONDS = 9.0
log = structlog.get_logger("trama.node")


class PortTaken(Exception):
    """Another process listens where a member's origin should."""


class MigrationFailed(Exception):
    """The database of some service has not come to the newest schema."""


class Server(uvicorn.Server):
    """A server that leaves signals to the node: there are several in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


@dataclass(slots=True)
class Hosted:
    """One member on this node."""

    member: str
    port: int
    runtimes: list[Runtime]


async def run_node(network: Network, state: State, node: str, *, with_parent: bool = False) -> None:
    """Host the node's members until SIGTERM or SIGINT; then finish what is under way and end within 10 s.

    With `with_parent` the end of standard input counts as SIGTERM: a node does not outlive its supervisor.
    Raises PortTaken, MigrationFailed, LeaseHeld, and whatever a service's tasks died of.
    """
    sockets = {name: _listening(name, member.port) for name, member in network.hosted_on(node).items()}
    _migrate(network, state, node)
    ended = _ending(with_parent)
    # What has not ended by then is cut: all that it did is committed or undone.
    cut = threading.Timer(DRAIN_SECONDS, os._exit, args=(1,))
    cut.daemon = True
    async with AsyncExitStack() as held:
        held.callback(cut.cancel)
        hosted = [await _start_member(network, state, name, held) for name in sockets]
        write_private(state.node_pid(node), str(os.getpid()))
        held.callback(state.node_pid(node).unlink, missing_ok=True)
        log.info("node started", node=node, pid=os.getpid())
        servers = {member.member: _server(member) for member in hosted}
        settle()
        async with asyncio.TaskGroup() as tasks:
            alive = [tasks.create_task(runtime.run()) for member in hosted for runtime in member.runtimes]
            serving = [tasks.create_task(server.serve([sockets[name]])) for name, server in servers.items()]
            await ended.wait()
            log.info("node stopping", node=node)
            cut.start()
            for server in servers.values():
                server.should_exit = True
            await asyncio.wait(serving)
            for task in alive:
                task.cancel()
    log.info("node stopped", node=node)


def settle() -> None:
    """Take what lives as long as the process out of the garbage collector's way, when all has been loaded.

    Else it looks through all of it now and then, for a sixth of a second, in the middle of somebody's page.
    """
    gc.collect()
    gc.freeze()


def _migrate(network: Network, state: State, node: str) -> None:
    """Bring the databases of the node's members to the newest schema, in a process that ends with that.

    What migrating loads (ten megabytes) would stay in the node as long as it lives. This process is copied
    for it, which is safe as long as it has one thread.
    """
    found = [hosted for member in network.hosted_on(node) for hosted in _services(network, state, member)]
    child = multiprocessing.get_context("fork").Process(target=_upgrade, args=(found,))
    child.start()
    child.join()
    if child.exitcode:
        raise MigrationFailed(
            f"Le banche dati del nodo {node} non si sono aggiornate: il motivo è scritto qui sopra. "
            "Nessuna è rimasta a metà; il nodo parte quando il motivo è rimosso."
        )


def _upgrade(found: list[tuple[Service, ServiceSettings]]) -> None:
    from trama_chassis import migrations  # noqa: PLC0415 - this process alone is to carry what it loads

    for service, settings in found:
        migrations.upgrade(settings.database_url, service)


def _services(network: Network, state: State, member: str) -> Iterator[tuple[Service, ServiceSettings]]:
    for name in network.members[member].services:
        service = load_service(name)
        yield service, settings_of(network, state, f"{member}.{name}", service)


async def _start_member(network: Network, state: State, member: str, held: AsyncExitStack) -> Hosted:
    runtimes = []
    for service, settings in _services(network, state, member):
        runtime = Runtime(service, settings)
        await runtime.start()
        held.push_async_callback(runtime.stop)
        runtimes.append(runtime)
    return Hosted(member, network.members[member].port, runtimes)


def _server(hosted: Hosted) -> Server:
    origin = MemberOrigin([build_app(runtime) for runtime in hosted.runtimes])
    config = uvicorn.Config(
        origin,
        host=LOOPBACK,
        port=hosted.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=REQUESTS_MAY_TAKE,
    )
    return Server(config)


def _listening(member: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except OSError as error:
        listening.close()
        raise PortTaken(f"La porta {port} di {member} è occupata da un altro processo.") from error
    return listening


def _ending(with_parent: bool) -> asyncio.Event:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if with_parent:

        def outlive_nobody() -> None:
            # Not through sys.stdin: a thread inside its buffer aborts the interpreter when it ends.
            while os.read(sys.stdin.fileno(), 1024):
                pass
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=outlive_nobody, daemon=True).start()
    return ended
