"""Holds one network together on this machine: broker, provisioning, nodes. What it starts, it stops."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, TypeAlias

import httpx
from confluent_kafka import KafkaException
from trama_chassis.clock import machine_now, write_clock
from trama_chassis.safekeeping import write_private
from trama_contracts.encoding import b64u

from trama_deploy.broker import BrokerFailed, EmbeddedBroker
from trama_deploy.coordinator import DirectoryNotPublished
from trama_deploy.logins import BrokerSilent
from trama_deploy.network import LOOPBACK, Network, load
from trama_deploy.processes import NodeProcess
from trama_deploy.provisioning import apply, plan
from trama_deploy.secrets import ensure_secrets, public_bytes, root_keys
from trama_deploy.state import State

READY_SECONDS = 120.0
"""A busy laptop needs a minute for 23 services."""
LOOK_EVERY = 0.5
LOOK_AT_BROKER_EVERY = 3600.0
"""Drift is looked for hourly, and the directory signed again when it is a day old."""
BROKER_PAUSE = 5.0
EXPECTED_OF_BROKER = (BrokerFailed, BrokerSilent, DirectoryNotPublished, KafkaException)
Phase: TypeAlias = Literal["starting", "ready"]
Tell: TypeAlias = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another process holds this state directory."""


class AnotherNetwork(Exception):
    """The state directory belongs to a network of another name."""


class NodeNotReady(Exception):
    """A node did not come up; its log says why."""


class Supervisor:
    """One network, alive, until `stop`. As a context manager it leaves nothing behind, whatever happens."""

    def __init__(self, file: Path, state: State, tell: Tell) -> None:
        self.network = load(file)
        self.state = state
        self._file = file
        self._tell = tell
        self._lock: IO[str] | None = None
        self._look_at_broker_at = 0.0
        self.broker = EmbeddedBroker(state.broker, partitions=1)
        self.nodes = [NodeProcess(state, node) for node in self.network.nodes]

    def __enter__(self) -> "Supervisor":
        self._take_state()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bring everything up and wait until every service answers. Raises what any step raises."""
        self._mark("starting")
        if made := ensure_secrets(self.network, self.state):
            self._tell(f"Create {len(made)} chiavi e password in {self.state.root}.")
        self._tell("Avvio il broker…")
        self.broker.start()
        self._write_what_nodes_read()
        self._provision()
        self._tell(f"Avvio {len(self.nodes)} nodi…")
        for node in self.nodes:
            self.state.node_stopped(node.node).unlink(missing_ok=True)
            node.start()
        self._await_ready()
        self._mark("ready")

    def watch(self) -> Iterator[None]:
        """Look after broker and nodes; yields after each look, so that the caller may end it."""
        while True:
            if self.broker.pid is None or time.monotonic() > self._look_at_broker_at:
                self._look_after_broker()
            for node in self.nodes:
                if told := node.look_after():
                    self._tell(told)
            yield
            time.sleep(LOOK_EVERY)

    def _look_after_broker(self) -> None:
        """Bring it back if it fell, and put it right: it may have lost everything, or have been changed."""
        try:
            if self.broker.pid is None:
                self._tell("Il broker è caduto: lo riavvio.")
                self.broker.start()
            self._provision()
        except EXPECTED_OF_BROKER as error:
            self._tell(f"Il broker non risponde ancora: {error}")
            time.sleep(BROKER_PAUSE)

    def stop(self) -> None:
        """Nodes first, all at once, then the broker; then nothing of ours is left."""
        for node in self.nodes:
            node.ask_to_end()
        for node in self.nodes:
            node.await_end()
        self.broker.stop()
        self.state.supervisor.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    def _take_state(self) -> None:
        self.state.root.mkdir(parents=True, exist_ok=True)
        self.state.root.chmod(0o700)
        self._lock = self.state.lock.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self._lock.close()
            raise AlreadyRunning(f"La rete in {self.state.root} è già in esecuzione.") from held
        self._keep_file()

    def _keep_file(self) -> None:
        kept = self.state.network_file
        if kept.exists() and load(kept).network != self.network.network:
            raise AnotherNetwork(f"{self.state.root} è della rete «{load(kept).network}».")
        if self._file.resolve() != kept.resolve():
            shutil.copyfile(self._file, kept)

    def _mark(self, phase: Phase) -> None:
        write_private(self.state.supervisor, json.dumps({"pid": os.getpid(), "phase": phase}))

    def _write_what_nodes_read(self) -> None:
        write_private(self.state.bootstrap, self.broker.bootstrap)
        publics = [b64u(public_bytes(key)) for key in root_keys(self.network, self.state)]
        write_private(self.state.roots, "\n".join(publics))
        if self.network.clock and not self.state.clock.exists():
            write_clock(self.state.clock, self.network.clock)

    def _provision(self) -> None:
        access = self.broker.access()
        changes = plan(self.network, self.state, access, machine_now())
        for sentence in changes.drift:
            self._tell(f"Attenzione: {sentence}")
        done = len(list(changes.sentences()))
        apply(self.network, self.state, access, changes)
        self._look_at_broker_at = time.monotonic() + LOOK_AT_BROKER_EVERY
        self._tell(f"Broker configurato: {done} modifiche." if done else "Broker già configurato.")

    def _await_ready(self) -> None:
        waiting = set(health_urls(self.network))
        deadline = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=2.0) as client:
            while waiting:
                for node in self.nodes:
                    if node.pid is None:
                        raise NodeNotReady(self._why(node.node))
                waiting = {url for url in waiting if not _answers(client, url)}
                if waiting and time.monotonic() > deadline:
                    raise NodeNotReady(f"Non rispondono dopo {READY_SECONDS:.0f} s: {', '.join(waiting)}")
                time.sleep(0.1 if waiting else 0)

    def _why(self, node: str) -> str:
        log = self.state.node_log(node)
        tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
        return "\n  ".join([f"Il nodo {node} è terminato. Fine di {log}:", *tail])


def health_urls(network: Network) -> Iterator[str]:
    """Where each service says whether it is ready."""
    for member in network.members.values():
        for service in member.services:
            yield f"http://{LOOPBACK}:{member.port}/api/{service}/health/ready"


@contextmanager
def supervised(file: Path, state: State, tell: Tell) -> Iterator[Supervisor]:
    """A network that is up inside the block and gone after it."""
    with Supervisor(file, state, tell) as supervisor:
        supervisor.start()
        yield supervisor


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
