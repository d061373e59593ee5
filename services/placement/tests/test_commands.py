"""Commands: the row and its events, or neither; the host learns who comes and nothing else."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from trama_chassis.outbox import PersonNotYetKnown
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, deliver, published, transaction
from trama_contracts.event import Event
from trama_contracts.facts import PlacementEndedFact, PlacementProposedFact, PlacementStartedFact
from trama_contracts.placement import (
    ApprovalGiven,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
)
from trama_contracts.registry import PersonRegistered, TakingInChargeClosed
from trama_placement.errors import (
    AlreadyStarted,
    NotAHost,
    NotStarted,
    PersonNotInCharge,
    PlacementNotHere,
    PlanTooLong,
    PlanTooShort,
    ReportMissing,
    StartNotYetReached,
    UnknownPathType,
)
from trama_placement.models import PathTypeRule, Placement

Refused = Callable[..., Awaitable[Any]]
NEW_VERSION: dict[str, Any] = {
    "valid_from": date(2013, 10, 21),
    "label": "Borsa lavoro terapeutica breve",
    "needs_host": True,
    "needs_evaluation": False,
    "max_months": 2,
    "source": "Delibera di prova",
    "conditions_source": "Delibera di prova",
}


async def stored(runtime: Runtime) -> list[Placement]:
    async with runtime.database.read() as session:
        return list(await session.scalars(select(Placement)))


async def events(runtime: Runtime, *classes: type[Event]) -> list[Any]:
    return [one.event for one in await published(runtime, *classes)]


async def test_a_proposal_is_kept_and_told_in_its_own_scope(stage: Any) -> None:
    record = await stage.in_charge()
    placement = await stage.propose(record)
    event, arrival, fact = await published(stage.runtime)
    assert isinstance(arrival.event, HostPlacementOpened)
    assert event.event == PlacementProposed(
        placement=placement.placement,
        path_type="work-grant-therapeutic",
        host="coop-filo",
        task="Assemblaggio",
        weekly_hours=16,
        planned_from=date(2013, 10, 1),
        planned_to=date(2014, 3, 31),
    )
    assert (event.record, event.scope) == (record, f"placement:{placement.placement}")
    assert event.granted_to == ("sil.evaluation", "sil.registry")
    assert isinstance(fact.event, PlacementProposedFact)
    assert fact.granted_to == ("provincia.reporting",)
    assert [row.placement for row in await stored(stage.runtime)] == [placement.placement]


async def test_the_whole_way_is_told_to_care_and_counted_in_one_stream_each(stage: Any) -> None:
    placement = await stage.agreed()
    await stage.start(placement.placement)
    await stage.end(placement.placement)
    told = await published(stage.runtime)
    care = [one for one in told if one.circle == "care"]
    facts = [one for one in told if one.circle == "accountability"]
    assert [type(one.event) for one in care] == [
        *(PlacementProposed, ApprovalGiven, ApprovalGiven, ApprovalGiven),
        *(PlacementAgreed, PlacementStarted, PlacementEnded),
    ]
    assert [type(one.event) for one in facts] == [
        *(PlacementProposedFact, PlacementStartedFact, PlacementEndedFact)
    ]
    for way in (care, facts):
        assert [one.seq for one in way] == list(range(1, len(way) + 1))
        assert len({one.stream for one in way}) == 1
    assert care[5].inner.payload["confirmed_by"] == "op-livia"
    assert facts[2].inner.payload["reason"] == "hired"


async def test_the_host_is_asked_at_the_proposal(stage: Any) -> None:
    placement = await stage.propose(await stage.in_charge())
    (arrival,) = await published(stage.runtime, HostPlacementOpened)
    assert arrival.event == HostPlacementOpened(
        placement=placement.placement,
        given_name="Anna",
        family_name="Esempio",
        task="Assemblaggio",
        weekly_hours=16,
        planned_from=date(2013, 10, 1),
        planned_to=date(2014, 3, 31),
    )
    assert arrival.granted_to == ("coop-filo.placement", "sil.evaluation", "sil.registry")


async def test_nothing_the_host_can_open_names_path_type_or_ending(stage: Any) -> None:
    """INVARIANT: a host is granted host streams alone; a key of a care stream would tell it the path type."""
    placement = await stage.agreed()
    await stage.start(placement.placement)
    await stage.end(placement.placement, reason="health")
    given_up = await stage.agreed()
    await stage.withdraw(given_up.placement, reason="person-choice")
    opened = [one for one in await published(stage.runtime) if "coop-filo.placement" in one.granted_to]
    assert [type(one.event) for one in opened] == [
        *(HostPlacementOpened, HostPlacementStarted, HostPlacementClosed),
        *(HostPlacementOpened, HostPlacementClosed),
    ]
    told = str([one.inner.payload for one in opened])
    assert "work-grant" not in told
    assert "health" not in told
    assert "choice" not in told
    assert "evaluation" not in told


async def test_a_lab_at_our_own_service_tells_no_host(stage: Any) -> None:
    record = await stage.in_charge()
    lab = await stage.propose(
        record, path_type="observation-lab", host="sil", planned_from="2013-07-01", planned_to="2013-10-31"
    )
    await stage.agree(lab.placement)
    await stage.start(lab.placement, "2013-07-01")
    await stage.end(lab.placement)
    withdrawn = await stage.propose(
        record, path_type="observation-lab", host="sil", planned_from="2013-07-01", planned_to="2013-10-31"
    )
    await stage.withdraw(withdrawn.placement)
    assert not [one for one in await published(stage.runtime) if one.circle == "host"]
    assert [event.party for event in await events(stage.runtime, ApprovalGiven)] == ["person", "promoter"]


OBSERVED = "Tiene il ritmo; quando qualcosa cambia chiede aiuto."


@pytest.mark.parametrize(
    ("path_type", "host"), [("work-grant-observational", "coop-filo"), ("observation-lab", "sil")]
)
async def test_an_observation_ends_with_what_was_observed_and_who_follows_reads_it(
    stage: Any, refused: Refused, path_type: str, host: str
) -> None:
    """INVARIANT: nothing that is there to observe is concluded without a report, signed like all that is
    published, which no host reads. An ending that takes none, or tells it in another circle, breaks it."""
    plan = {"planned_from": "2013-07-01", "planned_to": "2013-10-31"}
    placement = (
        await stage.propose(await stage.in_charge(), path_type=path_type, host=host, **plan)
    ).placement
    await refused(NotStarted, stage.end(placement, report=None))
    await stage.agree(placement)
    await stage.start(placement, "2013-07-01")
    refusal = await refused(ReportMissing, stage.end(placement, report=None))
    assert (refusal.field, refusal.allowed_by) == ("report", "supervisor")
    await refused(ValidationError, stage.end(placement, report="  "))
    assert await published(stage.runtime, PlacementEnded, HostPlacementClosed) == []
    ended = await stage.end(placement, reason="completed", report=OBSERVED)
    assert (ended.ending, ended.report) == ("completed", OBSERVED)
    (told,) = await published(stage.runtime, PlacementEnded)
    assert (told.inner.circle, told.event.report) == ("care", OBSERVED)
    beside = [one for one in await published(stage.runtime) if one.circle in ("host", "accountability")]
    assert beside
    assert [one for one in beside if OBSERVED in json.dumps(one.event.payload())] == []


async def test_other_paths_end_without_a_report(stage: Any) -> None:
    placement = (await stage.agreed()).placement
    await stage.start(placement)
    assert (await stage.end(placement, report=None)).report is None


async def test_nobody_is_placed_without_an_open_taking_in_charge(stage: Any, refused: Refused) -> None:
    """INVARIANT: nothing is recorded outside an open relation of this very member; no other's counts."""
    nobody, registered, left = str(uuid4()), await stage.person(), await stage.person()
    episode = await stage.open_episode(left)
    closed = TakingInChargeClosed(episode=episode, closed_on=date(2013, 10, 1), reason="moved")
    await deliver(stage.runtime, stage.registry, closed, record=left, scope=episode)
    for record in (nobody, registered, left):
        refusal = await refused(PersonNotInCharge, stage.propose(record))
        assert "presa in carico" in refusal.detail
    assert await published(stage.runtime) == []
    assert await stored(stage.runtime) == []


async def test_a_start_after_the_taking_in_charge_closed_is_refused_but_an_end_is_not(
    stage: Any, refused: Refused
) -> None:
    record = await stage.person()
    episode = await stage.open_episode(record)
    await stage.evaluated(record)
    running, waiting = await stage.propose(record), await stage.propose(record)
    for one in (running, waiting):
        await stage.agree(one.placement)
    await stage.start(running.placement)
    closed = TakingInChargeClosed(episode=episode, closed_on=date(2013, 10, 10), reason="moved")
    await deliver(stage.runtime, stage.registry, closed, record=record, scope=episode)
    await refused(PersonNotInCharge, stage.start(waiting.placement))
    await stage.end(running.placement, reason="moved-on")
    assert len(await events(stage.runtime, PlacementStarted)) == 1
    assert len(await events(stage.runtime, PlacementEnded)) == 1


async def test_a_refused_proposal_publishes_nothing(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    conditions: list[tuple[type[Exception], dict[str, str]]] = [
        (UnknownPathType, {"path_type": "traineeship-social-inclusion"}),
        (UnknownPathType, {"path_type": "never-heard-of"}),
        (PlanTooShort, {"path_type": "observation-lab", "planned_to": "2013-12-30"}),
        (NotAHost, {"host": "cpi"}),
        (NotAHost, {"host": "nessuno"}),
    ]
    for condition, terms in conditions:
        await refused(condition, stage.propose(record, **terms))
    assert await published(stage.runtime) == []
    assert await stored(stage.runtime) == []


async def test_rules_are_those_of_the_first_planned_day(stage: Any) -> None:
    record = await stage.in_charge()
    later = {"planned_from": "2015-01-22", "planned_to": "2015-12-31"}
    placement = await stage.propose(record, path_type="traineeship-social-inclusion", **later)
    assert placement.path_type == "traineeship-social-inclusion"


async def test_a_path_that_runs_keeps_the_rules_it_was_planned_under(
    stage: Any, refused: Refused, rules: list[PathTypeRule]
) -> None:
    """INVARIANT: a rule that changes holds for what is planned from then on. Judging or showing what runs by
    the rule of today breaks it."""
    running = await stage.agreed()
    await stage.start(running.placement)
    old = next(rule for rule in rules if rule.path_type == running.path_type)
    async with transaction(stage.runtime) as session:
        (await session.get_one(PathTypeRule, (old.path_type, old.valid_from))).valid_to = date(2013, 10, 20)
        session.add(
            PathTypeRule(**NEW_VERSION, path_type=old.path_type, genus=old.genus, approvals=["person"])
        )
    later = {"planned_from": "2013-10-21", "planned_to": "2014-03-31"}
    await refused(PlanTooLong, stage.propose(await stage.in_charge(), **later))
    async with client(stage.runtime, "placement-officer") as http:
        shown = (await http.get(f"/api/placement/placements/{running.placement}")).json()
    assert shown["path_type_label"] == old.words()["label"]
    assert (await stage.end(running.placement)).ending == "hired"


async def test_a_refused_start_or_end_changes_and_publishes_nothing(stage: Any, refused: Refused) -> None:
    placement = await stage.agreed()
    before = len(await published(stage.runtime))
    await refused(StartNotYetReached, stage.start(placement.placement, "2013-10-15"))
    await refused(NotStarted, stage.end(placement.placement))
    await refused(PlacementNotHere, stage.start(str(uuid4())))
    await refused(PlacementNotHere, stage.end(str(uuid4())))
    assert len(await published(stage.runtime)) == before
    (row,) = await stored(stage.runtime)
    assert (row.started_on, row.confirmed_by, row.ended_on, row.ending) == (None, None, None, None)


async def test_a_second_confirmation_is_refused_and_counts_nobody_twice(stage: Any, refused: Refused) -> None:
    placement = await stage.agreed()
    await stage.start(placement.placement)
    await refused(AlreadyStarted, stage.start(placement.placement))
    assert len(await events(stage.runtime, PlacementStarted, PlacementStartedFact)) == 2


async def test_two_who_confirm_at_once_confirm_once(stage: Any) -> None:
    placement = await stage.agreed()
    async with client(stage.runtime, "placement-officer") as http:
        path, body = f"/api/placement/placements/{placement.placement}/start", {"started_on": "2013-10-01"}
        answers = await asyncio.gather(*(http.post(path, json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await events(stage.runtime, PlacementStarted)) == 1


async def test_without_a_reporting_id_nothing_is_published_until_it_arrives(
    stage: Any, refused: Refused
) -> None:
    record = str(uuid4())
    await deliver(stage.runtime, stage.registry, PersonRegistered(family_name="Finto"), record=record)
    await stage.open_episode(record)
    await stage.evaluated(record)
    refusal = await refused(PersonNotYetKnown, stage.propose(record))
    assert refusal.status == 503
    assert await published(stage.runtime) == []


async def test_an_authorised_member_that_follows_the_person_gets_the_placement(stage: Any) -> None:
    record = await stage.in_charge()
    placement = await stage.propose(record)
    await stage.followed(record)
    (proposed,) = await published(stage.runtime, PlacementProposed)
    assert proposed.inner.payload["placement"] == placement.placement
    assert "ambito-urbano.registry" in proposed.granted_to
    assert "cpi.registry" not in proposed.granted_to
