"""What the tests of faults share: a word about each run, so that a green one says what it has survived."""

from collections.abc import Callable

import pytest


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write the figures of a run into the report (shown by `-rA`, kept as a property in JUnit's XML)."""

    def tell(figures: str) -> None:
        request.node.user_properties.append(("figures", figures))
        request.node.add_report_section("call", "figures", figures)

    return tell
