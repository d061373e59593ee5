"""A node as a child process: started, watched, asked to end. It never outlives whoever started it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from trama_deploy.state import State

ENDING_SECONDS = 12.0
"""A little more than a node takes to cut itself off."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LIVED_WELL = 30.0
"""A node that lived so long before it died is started again as soon as one that never died."""


class NodeProcess:
    """One node's process; a node that dies of something is started again, after a growing pause."""

    def __init__(self, state: State, node: str) -> None:
        self.node = node
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE
        self._not_before = self._started = 0.0

    @property
    def pid(self) -> int | None:
        """The process, while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def wanted(self) -> bool:
        """Whether nobody has stopped this node on purpose."""
        return not self._state.node_stopped(self.node).exists()

    def start(self) -> None:
        """Start it, writing to its log."""
        log = self._state.node_log(self.node)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "trama_deploy", "node", "run", "--node", self.node]
        self._started = time.monotonic()
        with log.open("ab") as written:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself, no shell
                [*command, "--state", str(self._state.root), "--with-parent"],
                stdin=subprocess.PIPE,
                stdout=written,
                stderr=written,
                start_new_session=True,
                # glibc keeps a heap per thread; two are enough here and save tens of megabytes.
                env=os.environ | {"MALLOC_ARENA_MAX": "2"},
            )

    def look_after(self) -> str | None:
        """Start it again if it died; the sentence to tell, if something happened."""
        if self.pid is not None:
            return self._obey()
        if not self.wanted or time.monotonic() < self._not_before:
            return None
        code = self._process.returncode if self._process else 0
        lived = time.monotonic() - self._started
        self._pause = FIRST_PAUSE if code == 0 or lived > LIVED_WELL else min(LONGEST_PAUSE, self._pause * 2)
        self._not_before = time.monotonic() + self._pause
        self.start()
        return f"Nodo {self.node} riavviato" + (f" (era terminato con {code})." if code else ".")

    def _obey(self) -> str | None:
        if self.wanted:
            return None
        self.ask_to_end()
        self.await_end()
        return f"Nodo {self.node} fermato a richiesta."

    def ask_to_end(self) -> None:
        """SIGTERM; a paused process is woken to hear it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()

    def await_end(self) -> None:
        """Wait for it to end, and end it if it does not."""
        if self._process is None:
            return
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


@dataclass(frozen=True, slots=True)
class Running:
    """The supervisor of a state directory."""

    pid: int
    ready: bool


def supervisor_of(state: State) -> Running | None:
    """Who holds the network together, while it lives; asked of the lock, which the kernel frees."""
    if not lock_is_held(state.lock):
        return None
    try:
        marked = json.loads(state.supervisor.read_text())
        return Running(int(marked["pid"]), marked["phase"] == "ready")
    except (OSError, ValueError, KeyError):
        return None


def lives(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not yet buried does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def lock_is_held(lock: Path) -> bool:
    """Whether a living process holds the lock; looking does not take it from anyone."""
    try:
        with lock.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def node_process(state: State, node: str) -> psutil.Process | None:
    """A node's process, if it lives and is the one that wrote its pid file."""
    file = state.node_pid(node)
    try:
        process = psutil.Process(int(file.read_text()))
        wrote_it = process.create_time() <= file.stat().st_mtime + 1
    except (OSError, ValueError, psutil.Error):
        return None
    return process if wrote_it and process.status() != psutil.STATUS_ZOMBIE else None
