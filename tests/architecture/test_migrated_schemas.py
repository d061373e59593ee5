"""The migrated schema of every service is what its models say, on both databases."""

from importlib.metadata import entry_points

import pytest
from trama_chassis.migrations import check, is_current, upgrade
from trama_chassis.service import Service

ENTRIES = {entry.name: entry for entry in entry_points(group="trama.services")}


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_nobody_forgot_a_migration(database_url: str, name: str) -> None:
    service: Service = ENTRIES[name].load()
    upgrade(database_url, service)
    assert is_current(database_url, service)
    assert check(database_url, service) == []
