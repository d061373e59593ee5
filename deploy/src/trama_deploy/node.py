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
from typing import TypeAlias

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
Services: TypeAlias = list[tuple[Service, ServiceSettings]]
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


async def run_node(network: Network, state: State, node: str, *, with_parent: bool = False) -> None:
    """Host the node's members until SIGTERM or SIGINT; then finish what is under way and end within 10 s.

    With `with_parent` the end of standard input counts as SIGTERM: a node does not outlive its supervisor.
    Raises PortTaken, MigrationFailed, LeaseHeld, and whatever a service's tasks died of.
    """
    ended = _ending(with_parent)
    sockets = {name: _listening(name, member.port) for name, member in network.hosted_on(node).items()}
    services = {name: _services(network, state, name) for name in sockets}
    _migrate(node, [one for of_member in services.values() for one in of_member])
    # What has not ended by then is cut: all that it did is committed or undone.
    cut = threading.Timer(DRAIN_SECONDS, os._exit, args=(1,))
    cut.daemon = True
    async with AsyncExitStack() as held:
        held.callback(cut.cancel)
        runtimes = {name: await _started(found, held) for name, found in services.items()}
        write_private(state.node_pid(node), str(os.getpid()))
        held.callback(state.node_pid(node).unlink, missing_ok=True)
        log.info("node started", node=node, pid=os.getpid())
        servers = {name: _server(of_member) for name, of_member in runtimes.items()}
        settle()
        async with asyncio.TaskGroup() as tasks:
            alive = [
                tasks.create_task(runtime.run()) for of_member in runtimes.values() for runtime in of_member
            ]
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


def _services(network: Network, state: State, member: str) -> Services:
    loaded = {name: load_service(name) for name in network.members[member].services}
    return [
        (service, settings_of(network, state, f"{member}.{name}", service))
        for name, service in loaded.items()
    ]


def _migrate(node: str, services: Services) -> None:
    """Bring the databases of a node to the newest schema, in a process that ends with that.

    What migrating loads (ten megabytes) would stay in the node as long as it lives. The node is copied for
    it, which is safe here: its only other thread waits for standard input, and holds nothing.
    """
    child = multiprocessing.get_context("fork").Process(target=_upgrade, args=(services,))
    child.start()
    child.join()
    if child.exitcode:
        raise MigrationFailed(
            f"Le banche dati del nodo {node} non si sono aggiornate: il motivo è scritto qui sopra. "
            "Nessuna è rimasta a metà; il nodo parte quando il motivo è rimosso."
        )


def _upgrade(services: Services) -> None:
    from trama_chassis import migrations  # noqa: PLC0415 - this process alone is to carry what it loads

    for service, settings in services:
        migrations.upgrade(settings.database_url, service)


async def _started(services: Services, held: AsyncExitStack) -> list[Runtime]:
    runtimes = []
    for service, settings in services:
        runtime = Runtime(service, settings)
        await runtime.start()
        held.push_async_callback(runtime.stop)
        runtimes.append(runtime)
    return runtimes


def _server(runtimes: list[Runtime]) -> Server:
    origin = MemberOrigin([build_app(runtime) for runtime in runtimes])
    config = uvicorn.Config(
        origin,
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
