"""One real Apache Kafka on loopback, for the demo and the tests. Never for production: one node, no TLS."""

import fcntl
import json
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from trama_chassis.safekeeping import write_private
from trama_chassis.settings import SecretUnsafe, read_secret

from trama_deploy.access import Access
from trama_deploy.broker_properties import server_properties
from trama_deploy.jars import PINNED, ensure_jars
from trama_deploy.java import find_java
from trama_deploy.network import LOOPBACK

ADMIN = "admin"
START_TIMEOUT = 90.0

# The shell becomes the broker; its child waits on a pipe that only we hold, and when we die, for whatever
# reason, the pipe closes and the whole process group goes. (PR_SET_PDEATHSIG would fire with our *thread*.)
_LAUNCH = 'exec 3<&0; (read -r _ <&3; kill -9 0) & exec "$@" </dev/null 3<&-'


class BrokerFailed(Exception):
    """The broker did not come up, or ended by itself; the message carries the end of its log."""


def _new_cluster_id() -> str:
    """A Kafka Uuid. None begins with a hyphen: the formatter would take it for an option."""
    while (drawn := urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()).startswith("-"):
        pass
    return drawn


class EmbeddedBroker:
    """A broker with SASL and ACLs on, all in one directory: configuration, data, logs, admin.json (0600).

    It dies with the process that started it. Restarting keeps ports, data and credentials.
    """

    def __init__(self, directory: Path, partitions: int = 1, heap: str = "256m") -> None:
        self.directory = Path(directory).absolute()
        self.partitions = partitions
        self.heap = heap
        self.logs = self.directory / "logs"
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._admin: AdminClient | None = None

    @property
    def bootstrap(self) -> str:
        """host:port of the client listener."""
        return str(self._identity()["bootstrap"])

    @property
    def admin_username(self) -> str:
        """The break-glass super user; services never get it."""
        return ADMIN

    @property
    def admin_password(self) -> str:
        """The super user's password, drawn when the directory was first formatted."""
        return str(self._identity()["password"])

    @property
    def pid(self) -> int | None:
        """The broker's process, while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def client_config(self, username: str | None = None, password: str | None = None) -> dict[str, Any]:
        """confluent-kafka settings for one principal; the super user's when none is named."""
        return self.access(username, password).confluent()

    def access(self, username: str | None = None, password: str | None = None) -> Access:
        """How one principal reaches this broker; the super user when none is named."""
        return Access(self.bootstrap, username or self.admin_username, password or self.admin_password)

    def admin(self) -> AdminClient:
        """The super user's admin client (confluent-kafka, synchronous, safe between threads)."""
        if self._admin is None:
            self._admin = self.access().admin()
        return self._admin

    def start(self) -> Self:
        """Start and wait until an admin call is answered. Raises BrokerFailed, JarsMissing, JavaMissing."""
        if self.pid is not None:
            return self
        self._forget_process()
        java, classpath = find_java(), f"{ensure_jars()}/*"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._take_directory()
        try:
            self._settle_identity()
            write_private(self.directory / "server.properties", server_properties(self._identity(), self))
            if not (self.directory / "data" / "meta.properties").exists():
                self._format(java, classpath)
            self._launch(java, classpath)
            self._await_answer()
        except BaseException:
            self.kill()
            raise
        self.starts += 1
        return self

    def stop(self, timeout: float = 20.0) -> None:
        """Ask the broker to end, and end it if it does not."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._forget_process()

    def kill(self) -> None:
        """SIGKILL: what a power cut looks like to the clients."""
        if self._process is not None:
            self._process.kill()
        self._forget_process()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self._living().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause`."""
        self._living().send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start on the same ports and data."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Lose all that the broker held (topics, offsets, SCRAM users, ACLs); keep ports and super user.

        A running broker is killed and stays down: `start` brings up an empty one.
        """
        self.kill()
        shutil.rmtree(self.directory / "data", ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            raise BrokerFailed(f"Il broker in {self.directory} non è in esecuzione.")
        return self._process

    def _forget_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.stdin:
                process.stdin.close()
            process.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_directory(self) -> None:
        self._lock = (self.directory / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            self._forget_process()
            raise BrokerFailed(f"Un altro processo sta già usando il broker in {self.directory}.") from held

    def _identity(self) -> dict[str, Any]:
        try:
            identity: dict[str, Any] = json.loads((self.directory / "admin.json").read_text())
        except FileNotFoundError as missing:
            raise BrokerFailed(f"Il broker in {self.directory} non è mai stato avviato.") from missing
        return identity

    def _settle_identity(self) -> None:
        """Draw names, ports and passwords once; only at the first start may a taken port change."""
        drawn = (self.directory / "admin.json").exists()
        identity = self._identity() if drawn else self._new_identity()
        for listener in ("bootstrap", "controller") if self.starts == 0 else ():
            _, _, port = str(identity.get(listener, "")).partition(":")
            if not port or not is_free(int(port)):
                identity[listener] = f"{LOOPBACK}:{free_port()}"
        write_private(self.directory / "admin.json", json.dumps(identity, indent=1))

    def _new_identity(self) -> dict[str, Any]:
        return {
            "username": ADMIN,
            "password": secrets.token_urlsafe(24),
            "controller_password": secrets.token_urlsafe(24),
            "cluster_id": _new_cluster_id(),
        }

    def _format(self, java: Path, classpath: str) -> None:
        identity = self._identity()
        arguments = self.directory / "format.args"
        scram = f"SCRAM-SHA-512=[name={ADMIN},password={identity['password']}]"
        where = self.directory / "server.properties"
        lines = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f'"{classpath}"', "kafka.tools.StorageTool"]
        lines += ["format", "--config", f'"{where}"', "--cluster-id", identity["cluster_id"]]
        # An argument file keeps the password out of the process list.
        write_private(arguments, "\n".join([*lines, "--add-scram", f'"{scram}"']))
        answer = subprocess.run(  # noqa: S603 - our own argument file, no shell
            [java, f"@{arguments}"], capture_output=True, text=True
        )
        arguments.unlink()
        if answer.returncode != 0:
            raise BrokerFailed(f"Formattazione non riuscita:\n{answer.stdout}{answer.stderr}")

    def _launch(self, java: Path, classpath: str) -> None:
        command = [
            str(java), "-Xms64m", f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError", f"-Dlog4j2.configurationFile={PINNED / 'log4j2.xml'}",
            f"-Dtrama.broker.logs={self.logs}", "-cp", classpath, "kafka.Kafka",
            str(self.directory / "server.properties"),
        ]  # fmt: skip
        with (self.logs / "console.log").open("ab") as console:
            self._process = subprocess.Popen(  # noqa: S603 - a constant script, its values as arguments
                ["/bin/sh", "-c", _LAUNCH, "broker", *command],
                stdin=subprocess.PIPE,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    def _await_answer(self) -> None:
        """An open port proves nothing (another process may hold it): ask for the cluster by name."""
        deadline = time.monotonic() + START_TIMEOUT
        cluster = self._identity()["cluster_id"]
        admin = self.admin()
        while time.monotonic() < deadline:
            if self._living_or_failed() and _answers(admin, cluster):
                return
            time.sleep(0.1)
        raise BrokerFailed(f"Il broker non risponde dopo {START_TIMEOUT:.0f} s.\n{self.log_tail()}")

    def _living_or_failed(self) -> bool:
        if self.pid is None:
            raise BrokerFailed(f"Il broker è terminato da solo.\n{self.log_tail()}")
        return True

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of what the broker wrote."""
        written = [path.read_text(errors="replace") for path in sorted(self.logs.glob("*.log"))]
        return "\n".join("\n".join(written).splitlines()[-lines:])


def admin_access(directory: Path) -> Access | None:
    """How the super user reaches the broker of a directory; None if there has never been one."""
    try:
        identity = json.loads(read_secret(directory / "admin.json"))
    except SecretUnsafe:
        return None
    return Access(identity["bootstrap"], identity["username"], identity["password"])


def is_free(port: int) -> bool:
    """Whether nobody listens on a loopback port; connections that are just ending do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


_GIVEN: set[int] = set()


def free_port() -> int:
    """A free loopback port below the ephemeral range, never the same twice in a process.

    From within it, a client that retries while the broker is down can be given the broker's own port.
    """
    for _ in range(200):
        port = random.randint(15000, 32000)  # noqa: S311 - a port, no secret
        if port not in _GIVEN and is_free(port):
            _GIVEN.add(port)
            return port
    raise BrokerFailed("Nessuna porta libera tra 15000 e 32000.")


def _answers(admin: AdminClient, cluster: str) -> bool:
    try:
        seen = admin.list_topics(timeout=1.0)
    except KafkaException:
        return False
    return bool(seen.cluster_id == cluster and seen.brokers)
