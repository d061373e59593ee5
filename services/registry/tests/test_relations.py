"""What becomes of a taking in charge: states, competence, the service pact, protocols, the one referente."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trama_chassis.accounts import Caller
from trama_chassis.clock import Clock, write_clock
from trama_chassis.errors import ChangedMeanwhile, Refused
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published, transaction
from trama_chassis.timers import run_due
from trama_contracts.event import Event
from trama_contracts.placement import PlacementProposed, PlacementStarted
from trama_contracts.registry import (
    CompetenceDisputed,
    CompetenceMoved,
    CompetenceSettled,
    ServicePactSigned,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)
from trama_registry import commands, errors, queries
from trama_registry.models import Word, case_manager_at
from trama_registry.schemas import (
    CaseManagerAsked,
    CloseTakingInCharge,
    RegisterPerson,
    Suspend,
)

from .conftest import TODAY

PERSONS = "/api/registry/persons"


async def registered(runtime: Runtime, person: RegisterPerson, by: Caller) -> str:
    async with transaction(runtime) as session:
        return (await commands.register_person(session, person, by)).record


async def accepted(runtime: Runtime, referral: str) -> str:
    """The receiver's record of who was referred."""
    async with client(runtime, "caseworker") as http:
        answer = await http.post(f"/api/registry/referrals/{referral}/accept", json={})
    return str(answer.json()["record"])


async def test_a_taking_in_charge_rests_goes_on_is_closed_and_reopened(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    path = f"{PERSONS}/{record}/taking-in-charge"
    async with client(ambito, "caseworker") as http:
        rests = await http.post(f"{path}/suspend", json={"reason": "away", "resume_by": "2013-11-14"})
        assert rests.json()["state"] == "suspended"
        again = await http.post(f"{path}/suspend", json={"reason": "away"})
        assert again.json()["type"] == "urn:trama:problem:already-suspended"
        goes_on = await http.post(f"{path}/resume", json={})
        assert (goes_on.json()["state"], goes_on.json()["suspended_on"]) == ("open", None)
        closed = await http.post(f"{path}/close", json={"reason": "moved"})
        assert closed.json()["state"] == "closed"
        reopened = await http.post(f"{path}/reopen", json={"reason": "È tornata a chiedere aiuto"})
    found = reopened.json()
    assert (found["state"], found["closed_on"], found["closing_reason"]) == ("open", None, None)
    assert (found["reopened_on"], found["version"]) == ("2013-10-14", 4)
    wanted: list[type[Event]] = [TakingInChargeSuspended, TakingInChargeResumed, TakingInChargeReopened]
    (opened,) = await published(ambito, TakingInChargeOpened)
    for event_class in wanted:
        (told,) = await published(ambito, event_class)
        assert told.scope == opened.scope == f"taking-in-charge:{found['episode']}"


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (("taking-in-charge/resume", {}), ("not-suspended", None)),
        (("taking-in-charge/reopen", {"reason": "x"}), ("not-closed", None)),
        (
            ("taking-in-charge/suspend", {"reason": "away", "suspended_on": "2013-10-15"}),
            ("day-in-future", "suspended_on"),
        ),
        (
            ("taking-in-charge/suspend", {"reason": "away", "resume_by": "2013-10-14"}),
            ("day-too-early", "resume_by"),
        ),
        (("competence/settle", {"competent": "sil"}), ("competence-clear", None)),
        (("competence/move", {"to": "nessuno", "ground": "law"}), ("not-in-directory", "to")),
        (
            ("competence/move", {"to": "ambito-urbano", "ground": "law"}),
            ("competence-with-oneself", "to"),
        ),
        (("service-pact", {}), ("no-service-pact-here", None)),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(
    ambito: Runtime,
    anna: RegisterPerson,
    sara: Caller,
    asked: tuple[str, Any],
    refusal: tuple[str, str | None],
) -> None:
    (path, body), (code, field) = asked, refusal
    record = await registered(ambito, anna, sara)
    before = await published(ambito)
    async with client(ambito, "caseworker") as http:
        answer = await http.post(f"{PERSONS}/{record}/{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, f"urn:trama:problem:{code}")
    assert [error["field"] for error in answer.json().get("errors", [])] == ([field] if field else [])
    assert await published(ambito) == before


async def test_only_the_last_episode_is_reopened_and_only_if_none_is_open(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    path = f"{PERSONS}/{record}/taking-in-charge"
    async with client(ambito, "caseworker") as http:
        first = (await http.post(f"{path}/close", json={"reason": "moved"})).json()["episode"]
        await http.post(path, json={"need": "Di nuovo"})
        asked = {"reason": "x", "episode": first}
        over_an_open_one = await http.post(f"{path}/reopen", json=asked)
        unknown = await http.post(f"{path}/reopen", json=asked | {"episode": record})
    assert over_an_open_one.json()["type"] == "urn:trama:problem:already-in-charge"
    assert unknown.json()["type"] == "urn:trama:problem:episode-not-here"


async def test_competence_moves_is_disputed_and_settled_while_the_person_is_followed(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    path = f"{PERSONS}/{record}/competence"
    async with client(ambito, "caseworker") as http:
        moved = (await http.post(f"{path}/move", json={"to": "sil", "ground": "residence"})).json()
        disputed = (await http.post(f"{path}/dispute", json={"other": "sil", "reason": "Non risulta"})).json()
        settled = (await http.post(f"{path}/settle", json={"competent": "ambito-urbano"})).json()
    assert [one["competence"] for one in (moved, disputed, settled)] == ["moved", "disputed", "ours"]
    assert {one["state"] for one in (moved, disputed, settled)} == {"open"}
    for event_class in (CompetenceMoved, CompetenceDisputed, CompetenceSettled):
        assert len(await published(ambito, event_class)) == 1


async def test_an_employment_centre_registers_and_signs_a_pact(
    registry_of: Any, database_url: str, anna: RegisterPerson, sara: Caller
) -> None:
    async with registry_of("cpi", database_url, sector="employment") as cpi:
        record = await registered(cpi, anna, sara)
        async with client(cpi, "caseworker") as http:
            signed = await http.post(f"{PERSONS}/{record}/service-pact", json={"valid_until": "2014-10-13"})
        assert (signed.json()["kind"], signed.json()["pact_signed_on"]) == ("registration", "2013-10-14")
        (told,) = await published(cpi, ServicePactSigned)
        assert told.event.payload()["valid_until"] == "2014-10-13"


async def test_integrated_only_under_a_protocol_in_force_that_day(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    record = await registered(ambito, anna.model_copy(update={"taking_in_charge": None}), sara)
    terms = {
        "district": "urbano",
        "act": "Assemblea dei Sindaci 12",
        "members": ["ambito-urbano", "sil"],
    }
    path = f"{PERSONS}/{record}/taking-in-charge"
    async with client(ambito, "caseworker") as http:
        denied = await http.post("/api/registry/protocols", json=terms | {"valid_from": "2013-10-01"})
    assert denied.status_code == 403
    async with client(ambito, "supervisor") as http:
        entered = await http.post("/api/registry/protocols", json=terms | {"valid_from": "2013-10-10"})
        protocol = entered.json()["protocol"]
        assert [one["protocol"] for one in (await http.get("/api/registry/protocols?on=2013-10-10")).json()]
        assert (await http.get("/api/registry/protocols?on=2013-10-09")).json() == []
        asked = {"need": "Casa e lavoro", "protocol": protocol}
        early = await http.post(path, json=asked | {"opened_on": "2013-10-09"})
        stranger = await http.post(path, json=asked | {"integrated_with": ["dsm"]})
        together = await http.post(path, json=asked)
    assert early.json()["type"] == "urn:trama:problem:protocol-not-in-force"
    assert stranger.json()["type"] == "urn:trama:problem:not-party-to-protocol"
    assert together.json()["integration"] == {
        "district": "urbano",
        "act": terms["act"],
        "members": ["ambito-urbano", "sil"],
    }
    (told,) = await published(ambito, TakingInChargeOpened)
    assert told.event.payload()["integration"] == together.json()["integration"]


async def test_who_saw_the_episode_before_a_change_is_told_whose_it_was(
    ambito: Runtime, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    record = await registered(ambito, anna, sara)
    async with transaction(ambito) as session:
        await commands.suspend(session, record, Suspend(reason="away", version=0), livia)
    with pytest.raises(ChangedMeanwhile) as refused:
        async with transaction(ambito) as session:
            await commands.close_taking_in_charge(
                session, record, CloseTakingInCharge(reason="moved", version=0), sara
            )
    assert "Livia Demo" in refused.value.detail


async def test_both_members_name_the_same_one_referente(
    both: tuple[Runtime, Runtime],
    anna: RegisterPerson,
    desk: Any,
    exchange: Any,
    sara: Caller,
    livia: Caller,
) -> None:
    """INVARIANT: one referente del percorso at any instant, and every member that sees the words of all names
    the same. Naming the last of the own episode alone, or of a closed one, breaks it."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    async with transaction(ambito) as session:
        await commands.assign_case_manager(session, record, CaseManagerAsked(), sara)
    referral = (await desk.refer(ambito, record)).referral
    await exchange(ambito, sil)
    theirs = await accepted(sil, referral)
    await exchange(ambito, sil)

    async def named() -> list[str | None]:
        found = []
        for runtime, own in ((ambito, record), (sil, theirs)):
            async with runtime.database.read(runtime=runtime) as session:
                one = await queries.referente_of(session, own)
                found.append(one.name if one else None)
        return found

    async with transaction(sil) as session:
        await commands.assign_case_manager(session, theirs, CaseManagerAsked(), livia)
    await exchange(ambito, sil)
    handed_on = await named()
    async with transaction(sil) as session:
        await commands.close_taking_in_charge(
            session, theirs, CloseTakingInCharge(reason="goals-reached"), livia
        )
    await exchange(ambito, sil)
    assert handed_on[0] == handed_on[1]
    assert set(await named()) <= {"Sara Demo"}


START = datetime(2013, 10, 1, tzinfo=UTC)
WORDS = st.lists(
    st.builds(
        lambda what, member, day, minute, number: Word(
            what=what,
            member=member,
            episode=f"of {member}",
            day=date(2013, 10, 1) + timedelta(days=day),
            recorded_at=START + timedelta(minutes=minute),
            event_id=str(number),
        ),
        st.sampled_from(["assigned", "closed", "reopened"]),
        st.sampled_from(["ambito-urbano", "sil", "dsm"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 999),
    ),
    max_size=12,
    unique_by=lambda word: word.event_id,
)


@given(WORDS, st.integers(0, 10), st.randoms())
def test_the_referente_does_not_depend_on_the_order_of_arrival(
    words: list[Word], days: int, shuffler: Any
) -> None:
    """INVARIANT: the same words give the same one referente, in whatever order they came. Keeping the one
    that was heard last breaks it."""
    day = date(2013, 10, 1) + timedelta(days=days)
    first = case_manager_at(words, day)
    shuffler.shuffle(words)
    assert case_manager_at(words, day) == first
    if first is not None:
        assert first.what == "assigned"
        assert first.day <= day


async def test_others_that_follow_are_shown_with_their_state(
    both: tuple[Runtime, Runtime], anna: RegisterPerson, desk: Any, exchange: Any, livia: Caller
) -> None:
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = (await desk.refer(ambito, record)).referral
    await exchange(ambito, sil)
    theirs = await accepted(sil, referral)
    async with transaction(sil) as session:
        await commands.suspend(session, theirs, Suspend(reason="unreachable"), livia)
    await exchange(ambito, sil)
    async with sil.database.read(runtime=sil) as session:
        view = await queries.relations_of(session, theirs)
    (other,) = view.others
    assert (other.member, other.state, other.kind) == ("ambito-urbano", "open", "taking-in-charge")
    assert [(one.state, one.suspension_reason) for one in view.own] == [("suspended", "unreachable")]


def test_every_refusal_of_relations_names_what_to_do() -> None:
    named = (errors.NotClosed, errors.NotSuspended, errors.CompetenceClear, errors.NoServicePactHere)
    for refusal in named:
        assert issubclass(refusal, Refused)
        assert len(refusal.detail) > 40


async def test_first_contacts_and_hosts_stand_beside_a_taking_in_charge(
    sil: Runtime, anna: RegisterPerson, livia: Caller
) -> None:
    record = await registered(sil, anna, livia)
    placement = str(uuid4())
    plan = {"placement": placement, "path_type": "traineeship", "host": "coop-filo", "task": "Assemblaggio"}
    days = {"weekly_hours": 20, "planned_from": date(2013, 10, 1), "planned_to": date(2013, 12, 31)}
    began = {"placement": placement, "path_type": "traineeship", "started_on": date(2013, 10, 2)}
    promoter = Peer(Territory(), "sil.placement")
    told = [PlacementProposed.model_validate(plan | days), PlacementStarted(**began, confirmed_by="op-bice")]
    for event in told:
        await deliver(sil, promoter, event, record=record, scope=placement)
    asked = {"channel": "desk", "need": "Altro aiuto", "record": record, "outcome": "informed"}
    async with client(sil, "caseworker") as http:
        assert (await http.post("/api/registry/accesses", json=asked)).status_code == 201
        view = (await http.get(f"{PERSONS}/{record}/relations")).json()
        page = await http.get(f"/persone/{record}/relazioni", headers={"accept": "text/html"})
    (host,), (contact,) = view["hosts"], view["first_contacts"]
    assert (host["host"], host["started_on"], host["ended_on"]) == ("coop-filo", "2013-10-02", None)
    assert (contact["door"], contact["outcome"]) == ("desk", "informed")
    assert "Chi la ospita al lavoro" in page.text
    assert "Primi contatti" in page.text


async def test_a_dispute_that_lasts_is_put_before_who_coordinates_once(
    ambito: Runtime, anna: RegisterPerson, sara: Caller, clock_file: Path
) -> None:
    record = await registered(ambito, anna, sara)

    async def escalated_after(days: int) -> str | None:
        write_clock(clock_file, TODAY + timedelta(days=days))
        ambito.clock = Clock(clock_file)
        await run_due(ambito)
        async with ambito.database.read(runtime=ambito) as session:
            (own,) = (await queries.relations_of(session, record)).own
        return str(own.dispute_escalated_on) if own.dispute_escalated_on else None

    async with client(ambito, "caseworker") as http:
        asked = {"other": "sil", "reason": "Non risulta"}
        assert (await http.post(f"{PERSONS}/{record}/competence/dispute", json=asked)).status_code == 200
    assert await escalated_after(15) is None
    assert await escalated_after(16) == "2013-10-30"
    assert await escalated_after(18) == "2013-10-30"
    async with client(ambito, "caseworker") as http:
        path = f"{PERSONS}/{record}/competence/settle"
        assert (await http.post(path, json={"competent": "ambito-urbano"})).status_code == 200
    assert await escalated_after(40) is None
