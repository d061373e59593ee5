"""What some tests of deploy share: a broker of a file's own, which its tests provision, hurt and mend."""

from collections.abc import Iterator

import pytest
from trama_deploy.broker import EmbeddedBroker


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(tmp_path_factory.mktemp("own")) as running:
        yield running
        running.kill()
