"""What was copied before a migration is there after it."""

from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine, text
from trama_chassis.migrations import check, upgrade
from trama_chassis.testing_databases import Tables, migration
from trama_evaluation.__main__ import service

PERSON = {"record": "r1", "given_name": "Anna", "family_name": "Esempio"}
EPISODE = {"episode": "e1", "record": "r1", "opened_on": "2013-02-04", "closed_on": None}


@pytest.fixture
def database_tables() -> Tables:
    """What is migrated begins empty."""
    return ()


def run(connection: Connection, step: Callable[[], None]) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        step()


def test_persons_and_episodes_stay_under_their_common_name(database_url: str) -> None:
    upgrade(database_url, service)
    caseload = migration(service.migrations / "versions", "0003_caseload")
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        run(connection, caseload.downgrade)
        for table, row in (("person", PERSON), ("episode", EPISODE)):
            places = ", ".join(f":{column}" for column in row)
            into = f"evaluation_{table}_copy ({', '.join(row)})"
            connection.execute(text(f"INSERT INTO {into} VALUES ({places})"), row)
        run(connection, caseload.upgrade)
        (person,) = connection.execute(text("SELECT record, given_name, family_name FROM person_copy"))
        (episode,) = connection.execute(text("SELECT episode, record, closed_on FROM episode_copy"))
    engine.dispose()
    assert tuple(person) == ("r1", "Anna", "Esempio")
    assert tuple(episode) == ("e1", "r1", None)
    assert check(database_url, service) == []
