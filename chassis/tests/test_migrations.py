"""Migrations: chassis' and service's branch together, all or nothing, and never different from the models."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from trama_chassis.migrations import check, is_current, upgrade
from trama_chassis.service import Service
from trama_chassis.testing_databases import Tables

NOTE = """
import sqlalchemy as sa
from alembic import op

revision = "0001_notes"
down_revision = None
branch_labels = ("notes",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String({length}), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("text", name=op.f("uq_note_text")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    {failing}
"""


@pytest.fixture
def database_tables() -> Tables:
    """What is migrated begins empty."""
    return ()


@pytest.fixture
def migrated(service: Service, tmp_path: Path) -> Service:
    return service_with(service, tmp_path, length="")


def service_with(service: Service, folder: Path, *, length: str = "", failing: str = "pass") -> Service:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (versions / "0001_notes.py").write_text(NOTE.format(length=length, failing=failing))
    return replace(service, migrations=versions.parent)


def tables_in(url: str) -> set[str]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_an_upgraded_database_is_what_the_models_say(database_url: str, migrated: Service) -> None:
    assert not is_current(database_url, migrated)
    upgrade(database_url, migrated)
    assert is_current(database_url, migrated)
    assert check(database_url, migrated) == []
    assert {"note", "counter", "outbox", "own_stream"} <= tables_in(database_url)
    upgrade(database_url, migrated)
    assert check(database_url, migrated) == []


def test_a_forgotten_migration_is_named(database_url: str, service: Service, tmp_path: Path) -> None:
    forgetful = replace(service, migrations=tmp_path)
    (tmp_path / "versions").mkdir()
    upgrade(database_url, forgetful)
    differences = check(database_url, forgetful)
    assert any("add_table" in difference and "'note'" in difference for difference in differences)


def test_a_migration_that_says_something_else_than_the_model_is_named(
    database_url: str, service: Service, tmp_path: Path
) -> None:
    shorter = service_with(service, tmp_path, failing='op.drop_column("counter", "value")')
    upgrade(database_url, shorter)
    assert any("add_column" in difference for difference in check(database_url, shorter))


def test_a_failed_migration_leaves_nothing_behind(
    database_url: str, service: Service, tmp_path: Path
) -> None:
    """INVARIANT: an upgrade is all or nothing. A driver that commits before DDL breaks it on SQLite."""
    broken = service_with(service, tmp_path, failing="raise RuntimeError('half-way')")
    with pytest.raises(RuntimeError, match="half-way"):
        upgrade(database_url, broken)
    assert tables_in(database_url) == set()


def test_two_upgrades_at_once_wait_for_each_other(database_url: str, migrated: Service) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(database_url, migrated)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert is_current(database_url, migrated)
