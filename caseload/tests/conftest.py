"""A service of the SIL that keeps the caseload alone, on Monday 14 October 2013, and its sister registry."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trama_caseload as caseload
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import Peer, Territory, running
from trama_chassis.testing_databases import Tables

TODAY = datetime(2013, 10, 14, 9, tzinfo=UTC)


@pytest.fixture
def database_tables() -> Tables:
    return (*CHASSIS_TABLES, *caseload.TABLES)


@pytest.fixture
def territory() -> Territory:
    return Territory()


@pytest.fixture
async def sil(database_url: str, tmp_path: Path, territory: Territory) -> AsyncIterator[Runtime]:
    """The service, running."""
    clock_file = tmp_path / "clock.json"
    write_clock(clock_file, TODAY)
    service = Service(
        name="placement",
        routers=[],
        handlers=caseload.handlers,
        tables=caseload.TABLES,
        migrations=tmp_path / "migrations",
        settings=ServiceSettings,
    )
    async with running(
        service, database_url, tmp_path, member="sil", territory=territory, clock_file=clock_file
    ) as runtime:
        yield runtime


@pytest.fixture
def registry(territory: Territory) -> Peer:
    """The SIL's own registry, which tells whom it has in charge."""
    return Peer(territory, "sil.registry")


@pytest.fixture
def other(territory: Territory) -> Peer:
    """The registry of another member."""
    return Peer(territory, "ambito-urbano.registry")
