"""Schemas of services: the chassis' own branch of migrations and each service's, run together by command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, event, text
from sqlmodel import SQLModel

from trama_chassis.tables import CHASSIS_TABLES

if TYPE_CHECKING:
    from trama_chassis.service import Service

HERE = Path(__file__).parent
BRANCH = "chassis"
LOCK = 7_021_965


def upgrade(url: str, service: Service) -> None:
    """Bring a service's database to the newest schema, all of it or nothing; two at once wait for each other."""
    with _locked(url) as connection:
        command.upgrade(_config(connection, service), "heads")


def is_current(url: str, service: Service) -> bool:
    """Whether every migration of the chassis and of the service has run: asked before a service starts."""
    with _connected(url) as connection:
        script = ScriptDirectory.from_config(_config(connection, service))
        return set(MigrationContext.configure(connection).get_current_heads()) == set(script.get_heads())


def check(url: str, service: Service) -> list[str]:
    """What differs between the models and the schema of an upgraded database; nothing, if nobody forgot one."""
    with _connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, tables_of(service))]


def tables_of(service: Service | None) -> MetaData:
    """The tables of the chassis, and of a service, as one set apart from all others in this process."""
    metadata = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for model in (*CHASSIS_TABLES, *(service.tables if service else ())):
        SQLModel.metadata.tables[str(model.__tablename__)].to_metadata(metadata)
    return metadata


def _config(connection: Connection, service: Service | None) -> Config:
    places = [HERE / "versions", *([service.migrations / "versions"] if service else [])]
    config = Config(stdout=StringIO(), attributes={"connection": connection, "metadata": tables_of(service)})
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(place) for place in places))
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _manual_transactions)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    with _connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection


def _manual_transactions(dbapi: Any, _: object) -> None:
    # sqlite3 commits by itself before each DDL statement; a migration that fails half-way would stay.
    dbapi.isolation_level = None
    for pragma in ("journal_mode=WAL", "busy_timeout=60000", "secure_delete=ON"):
        dbapi.execute(f"PRAGMA {pragma}")
