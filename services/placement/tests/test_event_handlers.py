"""What is kept of others' events: once, of our own registry only, and at the host only what it may know."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import select
from sqlmodel import SQLModel
from trama_caseload import EpisodeCopy, PersonCopy
from trama_chassis import access
from trama_chassis.links import RecordLink
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.tables import AuthorisationHeld
from trama_chassis.testing import Peer, Territory, deliver, published
from trama_contracts.placement import HostPlacementClosed, HostPlacementOpened, HostPlacementStarted
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)
from trama_placement.models import EvaluationCopy, HostPlacementCopy

REPORTING_ID = "A" * 43


async def rows(runtime: Runtime, table: type[SQLModel]) -> list[Any]:
    async with runtime.database.read() as session:
        return [row.model_dump() for row in await session.scalars(select(table))]


def opened(episode: str) -> TakingInChargeOpened:
    return TakingInChargeOpened(
        episode=episode, sector="work-integration", opened_on=date(2013, 2, 4), need="Un lavoro"
    )


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


async def test_a_name_is_kept_and_corrected(stage: Any) -> None:
    record = str(uuid4())
    for name in ("Esempia", "Esempio"):
        await deliver(stage.runtime, stage.registry, PersonRegistered(family_name=name), record=record)
    assert await rows(stage.runtime, PersonCopy) == [
        {"record": record, "given_name": None, "family_name": "Esempio"}
    ]


async def test_a_second_delivery_changes_nothing(stage: Any) -> None:
    record, episode = str(uuid4()), str(uuid4())
    written = [
        await deliver(stage.runtime, stage.registry, PersonRegistered(family_name="Esempio"), record=record),
        await deliver(stage.runtime, stage.registry, opened(episode), record=record, scope=episode),
    ]
    before = [await rows(stage.runtime, table) for table in (PersonCopy, EpisodeCopy)]
    await stage.runtime.inbox.deliver(written)
    await stage.runtime.inbox.deliver(list(reversed(written)))
    assert [await rows(stage.runtime, table) for table in (PersonCopy, EpisodeCopy)] == before


async def test_a_closing_read_before_its_opening_waits_for_it(stage: Any) -> None:
    record, episode = str(uuid4()), str(uuid4())
    first = stage.registry.write(opened(episode), record=record, scope=episode)
    closed = TakingInChargeClosed(episode=episode, closed_on=date(2013, 10, 1), reason="moved")
    second = stage.registry.write(closed, record=record, scope=episode)
    await stage.registry.grant(stage.runtime, stage.registry.stream(closed, record, episode))
    await stage.runtime.inbox.deliver([second])
    assert await rows(stage.runtime, EpisodeCopy) == []
    await stage.runtime.inbox.deliver([first])
    assert await rows(stage.runtime, EpisodeCopy) == [
        {
            "episode": episode,
            "record": record,
            "opened_on": date(2013, 2, 4),
            "suspended_on": None,
            "closed_on": date(2013, 10, 1),
        }
    ]


async def test_who_rests_is_not_in_charge_until_they_go_on_and_who_is_reopened_is_again(stage: Any) -> None:
    record, episode, day = str(uuid4()), str(uuid4()), date(2013, 10, 1)
    steps = [
        (opened(episode), True),
        (TakingInChargeSuspended(episode=episode, suspended_on=day, reason="away"), False),
        (TakingInChargeResumed(episode=episode, resumed_on=day), True),
        (TakingInChargeClosed(episode=episode, closed_on=day, reason="moved"), False),
        (TakingInChargeReopened(episode=episode, reopened_on=day, reason="Non era finita"), True),
    ]
    for event, is_in_charge in steps:
        await deliver(stage.runtime, stage.registry, event, record=record, scope=episode)
        async with stage.runtime.database.read() as session:
            assert await caseload.is_in_charge(session, record) is is_in_charge, event


async def test_another_members_registry_puts_nobody_in_charge_here(stage: Any, territory: Territory) -> None:
    other, record, episode = Peer(territory, "ambito-urbano.registry"), str(uuid4()), str(uuid4())
    await deliver(stage.runtime, other, PersonRegistered(family_name="Esempio"), record=record)
    await deliver(stage.runtime, other, opened(episode), record=record, scope=episode)
    await deliver(stage.runtime, other, ReportingIdAssigned(reporting_id=REPORTING_ID), record=record)
    assert await rows(stage.runtime, PersonCopy) == []
    assert await rows(stage.runtime, EpisodeCopy) == []
    async with stage.runtime.database.read(runtime=stage.runtime) as session:
        assert await access.reporting_id_of(session, record) is None


async def test_the_pseudonym_links_and_authorisations_are_learnt(stage: Any, territory: Territory) -> None:
    other, record, theirs = Peer(territory, "ambito-urbano.registry"), str(uuid4()), str(uuid4())
    await deliver(
        stage.runtime, stage.registry, ReportingIdAssigned(reporting_id=REPORTING_ID), record=record
    )
    linked = RecordsLinked(
        link=str(uuid4()),
        a={"member": "ambito-urbano", "record": theirs},
        b={"member": "sil", "record": record},
        certainty="certain",
        decided_by="op-livia",
    )
    await deliver(stage.runtime, stage.registry, linked, record=record)
    given = AuthorisationGiven(
        authorisation=str(uuid4()),
        purpose="work-integration",
        basis={"kind": "law", "act": "L.R. 18/2005", "article": "36"},
        circles=("care",),
        recipients=("sil",),
        controllers=("comune-urbano",),
        starts_on=date(2013, 2, 4),
        notice_given_on=date(2013, 2, 4),
    )
    await deliver(stage.runtime, other, given, record=theirs)
    async with stage.runtime.database.read(runtime=stage.runtime) as session:
        assert await access.reporting_id_of(session, record) == REPORTING_ID
        assert await access.component(session, record) == {("sil", record), ("ambito-urbano", theirs)}
    (held,) = await rows(stage.runtime, AuthorisationHeld)
    assert (held["member"], held["record"], held["terms"]) == ("ambito-urbano", theirs, given.payload())
    (link,) = await rows(stage.runtime, RecordLink)
    assert link["link"] == linked.link


def link_of(*edges: tuple[str, str]) -> RecordsLinked:
    a, b = ({"member": member, "record": record} for member, record in edges)
    return RecordsLinked(link=str(uuid4()), a=a, b=b, certainty="certain", decided_by="op-altrui")


async def test_no_other_member_links_our_persons_or_makes_two_of_theirs_one(
    stage: Any, territory: Territory
) -> None:
    """INVARIANT: a link leads to grants; believed from anybody, it would open our persons to whoever asks."""
    other = Peer(territory, "ambito-urbano.registry")
    ours, theirs, stranger, second = (str(uuid4()) for _ in range(4))
    ours_and_theirs = link_of(("sil", ours), ("ambito-urbano", theirs))
    await deliver(stage.runtime, other, ours_and_theirs, record=theirs)
    assert await rows(stage.runtime, RecordLink) == []
    await deliver(stage.runtime, stage.registry, ours_and_theirs, record=ours)
    two_of_theirs = link_of(("ambito-urbano", theirs), ("ambito-urbano", second))
    of_a_stranger = link_of(("cpi", stranger), ("provincia", second))
    for untrue in (two_of_theirs, of_a_stranger):
        await deliver(stage.runtime, other, untrue, record=theirs)
    of_theirs = link_of(("ambito-urbano", theirs), ("cpi", stranger))
    await deliver(stage.runtime, other, of_theirs, record=theirs)
    async with stage.runtime.database.read(runtime=stage.runtime) as session:
        assert await access.component(session, ours) == {
            ("sil", ours),
            ("ambito-urbano", theirs),
            ("cpi", stranger),
        }


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
