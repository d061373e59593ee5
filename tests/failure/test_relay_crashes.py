"""The relay killed in each of its windows: nothing lost, nothing twice, nothing out of order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from trama_deploy.broker import EmbeddedBroker

from tests.harness.crashes import RELAY_FAILPOINTS, crash_relay
from tests.harness.territory import staged

KILLS = 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("failpoint", RELAY_FAILPOINTS)
async def test_a_relay_killed_in_its_window_loses_and_repeats_nothing(
    broker: EmbeddedBroker,
    tmp_path: Path,
    fresh_database: Callable[[str], str],
    told: Callable[[str], None],
    failpoint: str,
    kind: str,
) -> None:
    """INVARIANT: an event committed at the source is applied once at the recipient, in order, whenever the
    relay dies. A mark written before the broker's acknowledgement would lose it; an inbox that does not know
    what it has applied would apply it twice."""
    async with staged(broker, tmp_path, lambda: fresh_database(kind)) as stage:
        run = await crash_relay(stage, failpoint, KILLS)
    told(str(run))
    assert run.findings is not None
    assert run.tide is not None
    assert run.findings.faults == {}
    assert run.findings.written == run.findings.applied > 200
    assert all(crash.hit for crash in run.crashes if not crash.at_start), run.crashes
    assert len(run.crashes) == KILLS
    # What was sent again is what the recipient recognised, no more and no less.
    assert run.findings.duplicates == run.tide.on_log - run.findings.written
    if failpoint == "relay.after_ack":
        assert run.findings.duplicates > 0
    if failpoint in ("relay.before_send", "relay.after_mark"):
        assert run.findings.duplicates == 0
