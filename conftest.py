"""What the tests of every package share: one real broker for the whole run, databases of both kinds."""

from collections.abc import Iterator

import pytest
from trama_deploy.broker import EmbeddedBroker

pytest_plugins = ["trama_chassis.testing_databases"]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """A running broker, ACLs on, 3 partitions by default. Who kills or wipes one starts their own."""
    with EmbeddedBroker(tmp_path_factory.mktemp("broker"), partitions=3) as running:
        yield running
        running.kill()  # nobody reads its files again: a calm end takes half a minute
