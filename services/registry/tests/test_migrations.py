"""Who was registered before a migration is found, and has a history, after it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text
from trama_chassis import migrations
from trama_chassis.testing_databases import Tables
from trama_registry.__main__ import service


@pytest.fixture
def database_tables() -> Tables:
    """What is migrated begins empty."""
    return ()


async def test_persons_of_before_have_their_code_in_the_history_and_are_found(
    database_url: str, tax_code: str
) -> None:
    record = str(uuid4())
    with migrations._locked(database_url) as connection:
        command.upgrade(migrations._config(connection, service), "0001_registry")
    before: dict[str, Any] = {"record": record, "tax_code": tax_code, "at": datetime(2013, 2, 4, tzinfo=UTC)}
    with migrations._locked(database_url) as connection:
        connection.execute(
            text(
                "INSERT INTO person"
                " (record, given_name, family_name, tax_code, birth_date, sort_name, registered_at)"
                " VALUES (:record, 'Anna', 'Esempio', :tax_code, '1972-02-04', 'esempio anna', :at)"
            ),
            before,
        )
    migrations.upgrade(database_url, service)
    with migrations._connected(database_url) as connection:
        number = connection.execute(
            text("SELECT record, kind, value, verification FROM person_identifier")
        ).one()
        traits = set(connection.execute(text("SELECT trait FROM person_trait")).scalars())
        version = connection.execute(text("SELECT version FROM person")).scalar_one()
    assert tuple(number) == (record, "tax-code", tax_code, "plausible")
    assert "d:1972-02-04" in traits
    assert any(trait.startswith("n:") for trait in traits)
    assert version == 1
