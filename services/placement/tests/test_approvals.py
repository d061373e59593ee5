"""Agreeing: who is asked, whose word is believed, what each circle is told, what a refusal leaves behind."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from trama_chassis import access
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Published, Territory, client, published, transaction
from trama_contracts.event import Event
from trama_contracts.placement import (
    ApprovalGiven,
    ApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
)
from trama_placement.errors import (
    AlreadyApproved,
    AlreadyStarted,
    AlreadyWithdrawn,
    ApprovalNotAsked,
    ApprovalNotYetReached,
    EvaluationMissing,
    NotAgreed,
    PlacementNotHere,
)
from trama_placement.models import Approval, Placement

Refused = Callable[..., Awaitable[Any]]
TODAY = date(2013, 10, 14)
OWN: tuple[str, ...] = ("sil.evaluation", "sil.registry")
CIRCLE: tuple[str, ...] = ("ambito-urbano.evaluation", "ambito-urbano.registry", *OWN)
FOR_HOST: tuple[str, ...] = ("coop-filo.placement", *OWN)
LAB = {
    "path_type": "observation-lab",
    "host": "sil",
    "planned_from": "2013-10-01",
    "planned_to": "2013-12-31",
}


async def stored(runtime: Runtime) -> Placement:
    async with runtime.database.read() as session:
        return (await session.scalars(select(Placement))).one()


async def told_since(runtime: Runtime, seen: list[Published]) -> list[tuple[type[Event], tuple[str, ...]]]:
    """What was published since last asked, and to whom its keys went; facts apart."""
    now = await published(runtime)
    new, seen[:] = now[len(seen) :], now
    return [(type(one.event), one.granted_to) for one in new if one.circle != "accountability"]


def to(granted: tuple[str, ...], *classes: type[Event]) -> list[tuple[type[Event], tuple[str, ...]]]:
    return [(one, granted) for one in classes]


async def test_each_step_of_the_whole_way_is_told_to_whom_it_concerns(stage: Any) -> None:
    """INVARIANT: the host is told its own alone; a step told in the wrong circle would show it the path."""
    record, seen = await stage.in_charge(), list[Published]()
    await stage.followed(record)
    one = await stage.propose(record)
    told = await told_since(stage.runtime, seen)
    assert told == to(CIRCLE, PlacementProposed) + to(FOR_HOST, HostPlacementOpened)
    await stage.approve(one.placement, "person")
    await stage.host_says(one.placement)
    assert await told_since(stage.runtime, seen) == to(CIRCLE, ApprovalGiven, ApprovalGiven)
    await stage.approve(one.placement, "promoter")
    assert await told_since(stage.runtime, seen) == to(CIRCLE, ApprovalGiven, PlacementAgreed)
    await stage.start(one.placement)
    told = await told_since(stage.runtime, seen)
    assert told == to(CIRCLE, PlacementStarted) + to(FOR_HOST, HostPlacementStarted)
    await stage.end(one.placement)
    told = await told_since(stage.runtime, seen)
    assert told == to(CIRCLE, PlacementEnded) + to(FOR_HOST, HostPlacementClosed)
    given = [one.event for one in seen if isinstance(one.event, ApprovalGiven)]
    assert [(word.party, word.how) for word in given] == [
        *(("person", "signed"), ("host", "online"), ("promoter", "signed"))
    ]


async def test_the_last_approval_makes_it_agreed_whoever_gives_it(stage: Any) -> None:
    one = await stage.propose(await stage.in_charge(), planned_from="2013-11-04")
    for party in ("promoter", "person"):
        await stage.approve(one.placement, party, "2013-10-07")
    assert (await stored(stage.runtime)).state(TODAY) == "proposed"
    await stage.host_says(one.placement)
    (agreed,) = await published(stage.runtime, PlacementAgreed)
    assert agreed.inner.payload["agreed_on"] == "2013-10-14"
    assert agreed.inner.caused_by
    assert (await stored(stage.runtime)).state(TODAY) == "agreed"


async def test_nothing_starts_before_all_have_agreed(stage: Any, refused: Refused) -> None:
    one = await stage.propose(await stage.in_charge())
    await stage.approve(one.placement, "person")
    refusal = await refused(NotAgreed, stage.start(one.placement))
    assert "manca l'adesione del luogo di lavoro e del nostro servizio" in refusal.detail
    assert await published(stage.runtime, PlacementStarted, HostPlacementStarted) == []


@pytest.mark.parametrize(
    ("party", "reason"),
    [("person", "person-choice"), ("host", "host-refused"), ("promoter", "promoter-choice")],
)
async def test_a_refusal_withdraws_and_the_host_is_told_only_that(
    stage: Any, party: str, reason: str
) -> None:
    one = await stage.propose(await stage.in_charge())
    seen = await published(stage.runtime)
    await stage.refuse(one.placement, party)
    told = (await published(stage.runtime))[len(seen) :]
    assert [(type(one.event), one.granted_to) for one in told] == [
        (ApprovalRefused, OWN),
        (PlacementWithdrawn, OWN),
        (HostPlacementClosed, FOR_HOST),
    ]
    assert told[1].inner.payload["reason"] == reason
    assert set(told[2].inner.payload) == {"placement", "ended_on"}


async def test_a_host_that_cannot_withdraws_it_by_its_own_word(stage: Any) -> None:
    one = await stage.propose(await stage.in_charge())
    await stage.host_says(one.placement, given=False)
    (withdrawn,) = await published(stage.runtime, PlacementWithdrawn)
    assert withdrawn.inner.payload["reason"] == "host-refused"
    assert (await stored(stage.runtime)).state(TODAY) == "withdrawn"


async def test_a_withdrawal_is_possible_until_the_start_and_told_to_both(stage: Any) -> None:
    one = await stage.agreed()
    await stage.withdraw(one.placement, "not-started")
    (withdrawn,) = await published(stage.runtime, PlacementWithdrawn)
    (closed,) = await published(stage.runtime, HostPlacementClosed)
    assert withdrawn.inner.payload["reason"] == "not-started"
    assert (withdrawn.granted_to, closed.granted_to) == (OWN, FOR_HOST)


async def test_words_after_a_withdrawal_are_refused_and_publish_nothing(stage: Any, refused: Refused) -> None:
    one = await stage.propose(await stage.in_charge())
    await stage.refuse(one.placement, "person")
    before = len(await published(stage.runtime))
    for command in (
        stage.approve(one.placement, "promoter"),
        stage.approve(one.placement, "person"),
        stage.refuse(one.placement, "host"),
        stage.withdraw(one.placement),
        stage.start(one.placement),
        stage.end(one.placement),
    ):
        refusal = await refused(AlreadyWithdrawn, command)
        assert "serve una nuova proposta" in refusal.detail
    await stage.host_says(one.placement)
    assert len(await published(stage.runtime)) == before


async def test_words_too_many_are_refused_and_publish_nothing(stage: Any, refused: Refused) -> None:
    one = await stage.propose(await stage.in_charge())
    lab = await stage.propose(await stage.in_charge(), **LAB)
    started = await stage.agreed()
    await stage.start(started.placement)
    await stage.approve(one.placement, "person")
    before = len(await published(stage.runtime))
    conditions: list[tuple[type[Exception], Awaitable[Any]]] = [
        (AlreadyApproved, stage.approve(one.placement, "person")),
        (AlreadyApproved, stage.refuse(one.placement, "person")),
        (ApprovalNotAsked, stage.approve(lab.placement, "host")),
        (ApprovalNotAsked, stage.refuse(lab.placement, "host")),
        (ApprovalNotYetReached, stage.approve(one.placement, "host", "2013-10-15")),
        (AlreadyStarted, stage.withdraw(started.placement)),
        (PlacementNotHere, stage.approve(str(uuid4()), "person")),
        (PlacementNotHere, stage.refuse(str(uuid4()), "person")),
        (PlacementNotHere, stage.withdraw(str(uuid4()))),
    ]
    for condition, command in conditions:
        await refused(condition, command)
    assert len(await published(stage.runtime)) == before


async def test_four_who_record_one_approval_at_once_record_it_once(stage: Any) -> None:
    one = await stage.propose(await stage.in_charge())
    async with client(stage.runtime, "placement-officer") as http:
        path, body = f"/api/placement/placements/{one.placement}/approvals", {"party": "person"}
        answers = await asyncio.gather(*(http.post(path, json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await published(stage.runtime, ApprovalGiven)) == 1


async def test_three_who_approve_at_once_make_it_agreed_once(stage: Any) -> None:
    one = await stage.propose(await stage.in_charge())
    async with client(stage.runtime, "placement-officer") as http:
        path = f"/api/placement/placements/{one.placement}/approvals"
        words = [{"party": party} for party in ("person", "host", "promoter")]
        answers = await asyncio.gather(*(http.post(path, json=word) for word in words))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(await published(stage.runtime, PlacementAgreed)) == 1


async def test_only_the_host_of_a_placement_is_believed_about_it(stage: Any, territory: Territory) -> None:
    """INVARIANT: a host decides about its own paths; believed elsewhere, it would undo others' placements."""
    one = await stage.propose(await stage.in_charge())
    lab = await stage.propose(await stage.in_charge(), **LAB)
    before = len(await published(stage.runtime))
    another = Peer(territory, "mobili-campione.placement")
    for given in (True, False):
        await stage.host_says(one.placement, given=given, by=another)
        await stage.host_says(one.placement, given=given, promoter="cpi")
        await stage.host_says(lab.placement, given=given)
        await stage.host_says(str(uuid4()), given=given)
    assert len(await published(stage.runtime)) == before
    async with stage.runtime.database.read() as session:
        assert (await session.scalars(select(Approval))).all() == []


async def test_a_hosts_second_word_changes_nothing(stage: Any) -> None:
    one = await stage.propose(await stage.in_charge())
    await stage.host_says(one.placement)
    before = len(await published(stage.runtime))
    await stage.host_says(one.placement, given=False)
    await stage.host_says(one.placement)
    await stage.approve(one.placement, "person")
    await stage.approve(one.placement, "promoter")
    await stage.host_says(one.placement, given=False)
    assert len(await published(stage.runtime)) == before + 3
    assert (await stored(stage.runtime)).agreed_on == TODAY


async def test_a_path_type_that_needs_an_evaluation_is_refused_without_one(
    stage: Any, refused: Refused
) -> None:
    record = await stage.person()
    await stage.open_episode(record)
    for path_type in ("work-grant-therapeutic", "work-grant-observational", "traineeship-disability"):
        refusal = await refused(EvaluationMissing, stage.propose(record, path_type=path_type))
        assert "serve una valutazione conclusa" in refusal.detail
    assert await published(stage.runtime) == []
    await stage.propose(record, path_type="hiring-support")
    assert len(await published(stage.runtime, PlacementProposed)) == 1


async def test_an_evaluation_of_a_linked_record_counts_and_one_of_a_strangers_does_not(
    stage: Any, territory: Territory, refused: Refused
) -> None:
    record, theirs, stranger = await stage.person(), str(uuid4()), str(uuid4())
    await stage.open_episode(record)
    urbano = Peer(territory, "ambito-urbano.evaluation")
    await stage.evaluated(stranger, by=urbano)
    await stage.evaluated(record, by=urbano)  # an id that only looks like ours: it is of their member
    evaluation = await stage.evaluated(theirs, by=urbano)
    await refused(EvaluationMissing, stage.propose(record))
    async with transaction(stage.runtime) as session:
        await access.learn_link(session, link=str(uuid4()), a=("sil", record), b=("ambito-urbano", theirs))
    one = await stage.propose(record)
    assert (one.evaluation_member, one.evaluation) == ("ambito-urbano", evaluation)
