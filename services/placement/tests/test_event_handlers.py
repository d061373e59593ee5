"""What is kept of others' events: once, of our own registry only, and at the host only what it may know."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import SQLModel
from trama_caseload import EpisodeCopy, PersonCopy
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, deliver, published
from trama_contracts.placement import HostPlacementClosed, HostPlacementOpened, HostPlacementStarted
from trama_placement.models import EvaluationCopy, HostPlacementCopy


async def rows(runtime: Runtime, table: type[SQLModel]) -> list[Any]:
    async with runtime.database.read() as session:
        return [row.model_dump() for row in await session.scalars(select(table))]


def arrival(placement: str, **values: Any) -> HostPlacementOpened:
    said: dict[str, Any] = {
        "given_name": "Carla",
        "family_name": "Dimostri",
        "task": "Assemblaggio",
        "weekly_hours": 16,
    }
    return HostPlacementOpened(
        placement=placement,
        planned_from=date(2013, 5, 6),
        planned_to=date(2013, 12, 31),
        **(said | values),
    )


async def test_the_host_sees_who_comes_and_that_they_left_but_not_why(
    placement_of: Callable[[str], Any], territory: Territory
) -> None:
    promoter, record, placement = Peer(territory, "sil.placement"), str(uuid4()), str(uuid4())
    async with placement_of("coop-filo") as runtime:
        await deliver(runtime, promoter, arrival(placement), record=record, scope=placement)
        came = HostPlacementStarted(placement=placement, started_on=date(2013, 5, 6))
        await deliver(runtime, promoter, came, record=record, scope=placement)
        closed = HostPlacementClosed(placement=placement, ended_on=date(2013, 10, 7))
        await deliver(runtime, promoter, closed, record=record, scope=placement)
        assert await rows(runtime, HostPlacementCopy) == [
            {
                "promoter": "sil",
                "placement": placement,
                "given_name": "Carla",
                "family_name": "Dimostri",
                "task": "Assemblaggio",
                "weekly_hours": 16,
                "planned_from": date(2013, 5, 6),
                "planned_to": date(2013, 12, 31),
                "started_on": date(2013, 5, 6),
                "ended_on": date(2013, 10, 7),
            }
        ]


async def test_no_promoter_can_start_or_end_anothers_placement(
    placement_of: Callable[[str], Any], territory: Territory
) -> None:
    sil, cpi = Peer(territory, "sil.placement"), Peer(territory, "cpi.placement")
    record, placement = str(uuid4()), str(uuid4())
    async with placement_of("coop-filo") as runtime:
        await deliver(runtime, sil, arrival(placement), record=record, scope=placement)
        closed = HostPlacementClosed(placement=placement, ended_on=date(2013, 10, 7))
        came = HostPlacementStarted(placement=placement, started_on=date(2013, 5, 6))
        await deliver(runtime, cpi, closed, record=record, scope=placement)
        await deliver(runtime, cpi, came, record=record, scope=placement)
        (hosted,) = await rows(runtime, HostPlacementCopy)
        assert (hosted["started_on"], hosted["ended_on"]) == (None, None)


async def test_copies_wiped_and_rebuilt_are_the_same_and_publish_nothing(stage: Any) -> None:
    placement = await stage.agreed()
    await stage.start(placement.placement)
    await stage.host_says((await stage.propose(await stage.in_charge())).placement)
    copies = (PersonCopy, EpisodeCopy, EvaluationCopy)
    before = [await rows(stage.runtime, table) for table in copies]
    told = len(await published(stage.runtime))
    await rebuild(stage.runtime)
    assert [await rows(stage.runtime, table) for table in copies] == before
    assert len(await published(stage.runtime)) == told
