"""One active holder per service, never taken from a living one: a paused holder blocks until ended."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from trama_chassis.clock import machine_now

SIGN_OF_LIFE_SECONDS = 2.0
SILENT_SECONDS = 10.0
TAKE_ATTEMPTS = 3
LOCK_KEY = int.from_bytes(hashlib.sha256(b"trama/lease").digest()[:8], "big", signed=True)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease, and how many seconds ago it last showed that it lives."""

    pid: int
    host: str
    silent_for: float

    def __str__(self) -> str:
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        text = f"held by pid {self.pid}{where}, last sign of life {self.silent_for:.0f} s ago"
        if self.silent_for < SILENT_SECONDS:
            return text
        return f"{text}: paused or stuck; end it with kill {self.pid}{where}"


class LeaseHeld(Exception):
    """Another process is this service's active holder."""

    def __init__(self, holder: Holder | None) -> None:
        self.holder = holder
        super().__init__(str(holder) if holder else "held by a process that cannot be named")


class LeaseLost(Exception):
    """No longer ours: the file was replaced, or the database session ended. Stop sending at once."""


class Lease(ABC):
    """What relay and consumer hold while they run."""

    @abstractmethod
    async def still_held(self) -> bool:
        """Whether nobody can have taken it meanwhile; asking is also a sign of life."""

    @abstractmethod
    async def release(self) -> None:
        """Give it up."""

    async def assert_held(self) -> None:
        """Raise LeaseLost unless it is still held; asked before anything is sent or applied."""
        if not await self.still_held():
            raise LeaseLost

    async def keep(self) -> None:
        """Show a sign of life every two seconds, until the lease is lost (raises LeaseLost)."""
        while True:
            await self.assert_held()
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)


async def take(url: str) -> Lease:
    """Become the active holder for this database's service. Raises LeaseHeld while another one lives."""
    return await _SessionLease.take(url) if url.startswith("postgresql") else await _FileLease.take(url)


async def holder_of(url: str) -> Holder | None:
    """Who holds the lease of this database now, without taking it (for `doctor` and alarms)."""
    if not url.startswith("postgresql"):
        return _file_holder(_lease_path(url))
    async with await _connect(url, "trama doctor") as connection:
        return await _session_holder(connection)


class _FileLease(Lease):
    """flock on a file beside the database; its content names the holder, its mtime is the sign of life."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    async def take(cls, url: str) -> _FileLease:
        path = _lease_path(url)
        for attempt in range(TAKE_ATTEMPTS):
            # Somebody who only looks holds the lock for an instant: one refusal is not yet an answer.
            await asyncio.sleep(0.1 * attempt)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            lease = cls(path, descriptor)
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if lease._is_our_file():
                    lease._sign()
                    return lease
            os.close(descriptor)
        raise LeaseHeld(_file_holder(path))

    def _sign(self) -> None:
        content = json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, content, 0)

    def _is_our_file(self) -> bool:
        """A lease file that was deleted and made again would let two processes hold one lock each."""
        try:
            ours, there = os.fstat(self._descriptor), os.stat(self._path)
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)

    async def still_held(self) -> bool:
        if not self._is_our_file():
            return False
        os.utime(self._descriptor)
        return True

    async def release(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


def _lease_path(url: str) -> Path:
    return Path(f"{Path(str(make_url(url).database)).resolve()}.lease")


def _file_holder(path: Path) -> Holder | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        age = machine_now().timestamp() - os.fstat(descriptor).st_mtime
        return _parsed_holder(os.pread(descriptor, 1000, 0), max(0.0, age))
    else:
        return None
    finally:
        os.close(descriptor)


def _parsed_holder(content: bytes, age: float) -> Holder | None:
    try:
        signed = json.loads(content)
        return Holder(int(signed["pid"]), str(signed["host"]), age)
    except (ValueError, KeyError, TypeError):
        return None


class _SessionLease(Lease):
    """A PostgreSQL session advisory lock on a connection of its own; the last query is the sign of life.

    The server frees it when the process dies (the kernel closes the socket) and not while it is paused.
    """

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    async def take(cls, url: str) -> _SessionLease:
        connection = await _connect(url, f"trama {os.getpid()} {socket.gethostname()}"[:63])
        try:
            if await _one(connection, "SELECT pg_try_advisory_lock(%s)", LOCK_KEY):
                return cls(connection)
            raise LeaseHeld(await _session_holder(connection))
        except BaseException:
            await connection.close()
            raise

    async def still_held(self) -> bool:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                return bool(await _one(self._connection, _OURS, LOCK_KEY))
        except (psycopg.Error, TimeoutError):
            return False

    async def release(self) -> None:
        await self._connection.close()


_MATCHES = """l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = %s"""
_OURS = f"SELECT count(*) FROM pg_locks l WHERE l.pid = pg_backend_pid() AND {_MATCHES}"  # noqa: S608 - constants
_THEIRS = f"""SELECT a.application_name, extract(epoch FROM clock_timestamp() - a.state_change)::float
    FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE {_MATCHES}"""  # noqa: S608 - constants


async def _connect(url: str, name: str) -> psycopg.AsyncConnection:
    """A connection that notices a dead peer in about half a minute, on both ends."""
    connection = await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        application_name=name,
        connect_timeout=10,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=25_000,
        options="-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
    )
    return connection


async def _one(connection: psycopg.AsyncConnection, query: str, *values: object) -> object:
    cursor = await connection.execute(query.encode(), values)
    row = await cursor.fetchone()
    return row[0] if row else None


async def _session_holder(connection: psycopg.AsyncConnection) -> Holder | None:
    cursor = await connection.execute(_THEIRS.encode(), (LOCK_KEY,))
    row = await cursor.fetchone()
    name = str(row[0]).split(" ", 2) if row else []
    if row is None or len(name) != 3 or not name[1].isdigit():
        return None
    return Holder(int(name[1]), name[2], max(0.0, float(row[1])))
