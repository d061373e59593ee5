"""The consumer killed just before and just after its commit: each event has its effect once, in order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from trama_deploy.broker import EmbeddedBroker

from tests.harness.crashes import CONSUMER_FAILPOINTS, crash_consumer
from tests.harness.territory import staged

KILLS = 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("failpoint", CONSUMER_FAILPOINTS)
async def test_a_consumer_killed_around_its_commit_applies_each_event_once(
    broker: EmbeddedBroker,
    tmp_path: Path,
    fresh_database: Callable[[str], str],
    told: Callable[[str], None],
    failpoint: str,
    kind: str,
) -> None:
    """INVARIANT: effect and position commit together, and the offset after them. An offset committed first
    would lose what was read when the process dies; a position committed apart would apply it twice."""
    async with staged(broker, tmp_path, lambda: fresh_database(kind)) as stage:
        run = await crash_consumer(stage, failpoint, KILLS)
    told(str(run))
    assert run.findings is not None
    assert run.tide is not None
    assert run.findings.faults == {}
    assert run.findings.written == run.findings.applied > 100
    assert [crash.hit for crash in run.crashes] == [True] * KILLS, run.crashes
    assert run.tide.on_log == run.findings.written
    # Only the last life can be asked what it recognised, and only what it read again.
    reread = run.crashes[-1].after.applied - run.crashes[-1].after.taken
    assert run.findings.duplicates == reread
    if failpoint == "consumer.after_commit":
        assert reread > 0
