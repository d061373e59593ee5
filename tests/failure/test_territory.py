"""The whole territory lives while its nodes and its broker are killed; then every member is asked."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trama_simulation.simulation import desks_of, judge, live_all
from trama_simulation.stories import crowd
from trama_simulation.territory import read_territory

from tests.end_to_end.territory import Territory, described
from tests.harness.reaper import BROKER, Reaper

PEOPLE, DAYS = 50, 20
"""A day is over when all that happened on it has arrived: fewer of them take less time."""
AT_ONCE = 12
PATIENCE = 180.0


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    """Six nodes and eleven members on ports of their own, in which nobody has lived."""
    made = described(tmp_path)
    try:
        made.up()
        yield made
    finally:
        made.trama("network", "down")


@pytest.mark.timeout(1800)
async def test_fifty_people_live_while_nodes_and_the_broker_are_killed(
    territory: Territory, told: Callable[[str], None]
) -> None:
    """INVARIANT: whatever process dies, every timeline at every entitled member and every figure is the
    truth, and who is not entitled holds nothing. Broken by a command done twice when it is asked again, by an
    effect outside the transaction of its position, by a reaction that drops what comes early."""
    reaper = Reaper(territory.state, tuple(territory.network.nodes))
    async with desks_of(read_territory(territory.file), patience=PATIENCE) as desks:
        await asyncio.gather(*(desk.get("/api/clock") for desk in desks.values()))
        killing = asyncio.create_task(reaper.run())
        try:
            lived = await live_all(crowd(PEOPLE, 7, days=DAYS), desks, at_once=AT_ONCE)
        finally:
            killing.cancel()
        told(f"killed while {PEOPLE} people lived: {dict(reaper.kills)}")
        assert await judge(lived, desks, patience=PATIENCE) == []
    assert reaper.kills[BROKER] >= 1
    assert all(reaper.kills[node] >= 1 for node in territory.network.nodes), reaper.kills
