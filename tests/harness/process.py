"""A member's process as a test holds it: started, given orders, listened to, paused, killed, always ended."""

import asyncio
import multiprocessing
import os
import signal
import time
from asyncio.streams import FlowControlMixin
from collections import defaultdict
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tests.harness.member import born
from tests.harness.orders import MemberFile, Publish, Stop, Tell

PATIENCE = 120.0
"""Seconds after which a test gives up waiting for a word or an end."""

_WORDS: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class MemberEnded(Exception):
    """A process ended while a word of it was waited for; the message has the end of its log."""


_nursery = multiprocessing.get_context("forkserver")
"""One process that has imported everything and forks members: a start costs a tenth of a second, not two."""
_nursery.set_forkserver_preload(["tests.harness.member"])


class MemberProcess:
    """One started process of a member."""

    def __init__(self, process: BaseProcess, log: Path, orders: asyncio.StreamWriter) -> None:
        self.process = process
        self.log = log
        self.answered: list[str] = []
        self.failures: list[str] = []
        self._failed = asyncio.Event()
        self._orders = orders
        self._words: dict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._listening: asyncio.Task[None]

    @classmethod
    async def start(cls, file: MemberFile, folder: Path, *, failpoint: str | None = None) -> "MemberProcess":
        """Start a process from a settings file, its fail-point (if any) armed from the first moment."""
        path, log = _written(file, folder)
        order_ends, word_ends = _nursery.Pipe(duplex=False), _nursery.Pipe(duplex=False)
        process = _nursery.Process(target=born, args=(path, order_ends[0], word_ends[1], log, failpoint))
        await asyncio.to_thread(process.start)
        order_ends[0].close()
        word_ends[1].close()
        started = cls(process, log, await _writer(order_ends[1]))
        started._listening = asyncio.create_task(started._listen(await _reader(word_ends[0])))
        return started

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.pid is not None
        return self.process.pid

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            words = _WORDS.validate_json(line)
            if words["said"] == "committed":
                self.answered += words["lines"]
            elif words["said"] == "failed":
                self.failures.append(words["error"])
                self._failed.set()
            else:
                self._words[words["said"]].put_nowait(words)

    async def order(self, order: BaseModel) -> None:
        """Give an order."""
        self._orders.write(order.model_dump_json().encode() + b"\n")
        await self._orders.drain()

    async def hear(self, said: str, within: float = PATIENCE) -> dict[str, Any]:
        """The next word of a kind. Raises MemberEnded when there will be none."""
        word = asyncio.create_task(self._words[said].get())
        failed = asyncio.create_task(self._failed.wait())
        waited = {word, failed, self._listening}
        try:
            await asyncio.wait(waited, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if word.done():
                return word.result()
            if not self._words[said].empty():
                return self._words[said].get_nowait()
            raise MemberEnded(f"no word {said!r} from pid {self.pid} {self.failures}\n{self.log_tail()}")
        finally:
            word.cancel()
            failed.cancel()

    async def ready(self) -> None:
        """Wait until it knows the directory and its peers' keys."""
        await self.hear("ready")

    async def publish(self, order: Publish) -> dict[str, Any]:
        """Have it publish, and wait until it has."""
        await self.order(order)
        return await self.hear("published")

    async def _outcomes(self) -> dict[str, int]:
        await self.order(Tell())
        outcomes: dict[str, int] = (await self.hear("told"))["outcomes"]
        return outcomes

    async def duplicates(self) -> int:
        """How many events its inbox recognised as applied before."""
        return (await self._outcomes()).get("duplicate", 0)

    async def events_taken(self) -> int:
        """How many events its inbox has judged, one way or another."""
        return sum((await self._outcomes()).values())

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to this process alone."""
        os.kill(self.pid, number)

    def is_paused(self) -> bool:
        """Whether the kernel has stopped it."""
        return (Path("/proc") / str(self.pid) / "stat").read_text().rpartition(")")[2].split()[0] == "T"

    async def paused(self, within: float = PATIENCE) -> None:
        """Wait until it is stopped."""
        async with asyncio.timeout(within):
            while not self.is_paused():
                if self.process.exitcode is not None:
                    raise MemberEnded(self.log_tail())
                await asyncio.sleep(0.01)

    async def death(self, within: float = PATIENCE) -> int:
        """Wait for its end; the exit code, negative if a signal ended it."""
        async with asyncio.timeout(within):
            await _readable(self.process.sentinel)
            await self._listening
        self._orders.close()
        self.process.join()
        assert self.process.exitcode is not None
        return self.process.exitcode

    async def stop(self) -> int:
        """Have it stop in order."""
        await self.order(Stop())
        return await self.death()

    async def end(self) -> None:
        """End it whatever it is doing: what every test does at last with every process it started."""
        if self.process.exitcode is None:
            self.process.kill()
        await self.death()

    def log_tail(self, lines: int = 15) -> str:
        """The last of what it logged."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def logged(self, phrase: str) -> int:
        """How many lines of its log hold a phrase."""
        return sum(phrase in line for line in self.log.read_text(errors="replace").splitlines())

    def errors_since(self, at: datetime) -> int:
        """How many warnings and errors it has logged since a moment."""
        written = (_WORDS.validate_json(line) for line in self.log.read_bytes().splitlines())
        return sum(
            line["level"] in ("warning", "error") and datetime.fromisoformat(line["timestamp"]) >= at
            for line in written
        )


def _written(file: MemberFile, folder: Path) -> tuple[Path, Path]:
    stem = f"{file.member}-{time.monotonic_ns()}"
    path = folder / f"{stem}.json"
    path.touch(mode=0o600)
    path.write_text(file.model_dump_json())
    return path, folder / f"{stem}.log"


async def _reader(end: Connection) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    file = os.fdopen(os.dup(end.fileno()), "rb", 0)
    end.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader


async def _writer(end: Connection) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    file = os.fdopen(os.dup(end.fileno()), "wb", 0)
    end.close()
    transport, protocol = await loop.connect_write_pipe(FlowControlMixin, file)
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def _readable(descriptor: int) -> None:
    """Wait until something can be read: of a sentinel, the end of its process."""
    loop = asyncio.get_running_loop()
    there = asyncio.Event()
    loop.add_reader(descriptor, there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(descriptor)
