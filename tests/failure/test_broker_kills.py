"""The broker killed under load: commands go on, nothing is lost, and everything drains when it is back."""

from collections.abc import Callable
from pathlib import Path

from trama_deploy.broker import EmbeddedBroker

from tests.harness.outages import kill_broker
from tests.harness.territory import staged

DOWN = (0.0, 11.0)
"""Started again at once; and away for longer than the request timeout of 10 s."""


async def test_a_killed_broker_costs_time_and_no_event(
    tmp_path: Path, fresh_database: Callable[[str], str], told: Callable[[str], None]
) -> None:
    """INVARIANT: what is committed while the broker is away is delivered when it is back, once and in order.
    A producer kept after an error, or a wave marked because its error was swallowed, would break it."""
    folders = [tmp_path / kind for kind in ("sqlite", "postgresql")]
    for folder in folders:
        folder.mkdir()
    with EmbeddedBroker(tmp_path / "broker", partitions=3) as own:
        async with (
            staged(own, folders[0], lambda: fresh_database("sqlite")) as on_sqlite,
            staged(own, folders[1], lambda: fresh_database("postgresql")) as on_postgresql,
        ):
            runs = await kill_broker(own, [on_sqlite, on_postgresql], DOWN)
        assert own.starts == len(DOWN) + 1
    for folder, run in zip(folders, runs, strict=True):
        told(f"{folder.name}: {run}")
        assert len({outage.pid for outage in run.outages}) == len(DOWN)
        assert run.findings is not None
        assert run.findings.faults == {}
        assert run.findings.written == run.findings.applied > 500
        assert run.outages[1].backlog > 50
        assert all(min(outage.errors) > 0 for outage in run.outages)
