"""Oggi: one's own people, those of whom one stands in for, all for a supervisor; relations that sleep."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlmodel import col
from trama_chassis.accounts import Caller
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.registry import NextStepSet
from trama_registry import commands
from trama_registry.queries.today import today_view
from trama_registry.schemas import (
    CaseManagerAsked,
    CompleteNextStep,
    QuestionReferral,
    RecordInterview,
    RegisterPerson,
    SetNextStep,
    Suspend,
)
from trama_registry.schemas.today import TodayView

from services.registry.tests.conftest import TODAY

SLEEPS = 180


async def seen(runtime: Runtime, by: Caller) -> TodayView:
    async with runtime.database.read(runtime=runtime) as session:
        return await today_view(session, by)


async def do(runtime: Runtime, command: Any, *asked: Any) -> Any:
    async with transaction(runtime) as session:
        return await command(session, *asked)


@pytest.fixture
async def record(ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller) -> str:
    """Anna, of whom Sara is the referente."""
    found: str = await desk.register(ambito, anna)
    await do(ambito, commands.assign_case_manager, found, CaseManagerAsked(), sara)
    return found


async def test_the_worklist_is_one_s_own_that_of_who_is_replaced_or_all_for_a_supervisor(
    ambito: Runtime, record: str, sara: Caller
) -> None:
    """INVARIANT: who stands in for a colleague sees what awaits the colleague; who does not, sees nothing."""
    step = SetNextStep.model_validate({"what": "Telefonare", "due_on": "2013-10-14"})
    await do(ambito, commands.set_next_step, record, step, sara)
    rita = Caller("op-rita", "Rita Demo", "ambito-urbano", frozenset({"caseworker"}), "caseworker")
    standing_in = replace(rita, on_behalf_of=sara.operator, replaces=sara.name)
    chief = replace(rita, roles=frozenset({"supervisor"}))
    for by, expected in ((sara, 1), (rita, 0), (standing_in, 1), (chief, 1)):
        steps = (await seen(ambito, by)).steps
        assert [(one.record, one.what, one.referente) for one in steps] == [
            (record, "Telefonare", "Sara Demo")
        ] * expected, by
    await do(ambito, commands.complete_next_step, record, CompleteNextStep(), sara)
    assert (await seen(ambito, sara)).steps == []


async def test_a_relation_sleeps_when_nothing_was_written_for_long_and_wakes_with_the_next_word(
    ambito: Runtime, record: str, sara: Caller
) -> None:
    ambito.clock.move(TODAY + timedelta(days=SLEEPS))
    assert (await seen(ambito, sara)).sleeping == []
    ambito.clock.move(TODAY + timedelta(days=SLEEPS + 1))
    (one,) = (await seen(ambito, sara)).sleeping
    assert (one.record, one.days, one.referente) == (record, SLEEPS + 1, "Sara Demo")
    kept = {"kind": "desk", "present": "Anna", "summary": "Tutto bene", "circle": "own"}
    await do(ambito, commands.record_interview, record, RecordInterview.model_validate(kept), sara)
    assert (await seen(ambito, sara)).sleeping == [], "also by what we keep to ourselves"


async def test_what_was_suspended_is_not_said_to_sleep(ambito: Runtime, record: str, sara: Caller) -> None:
    await do(ambito, commands.suspend, record, Suspend.model_validate({"reason": "away"}), sara)
    ambito.clock.move(TODAY + timedelta(days=2 * SLEEPS))
    assert (await seen(ambito, sara)).sleeping == []


async def test_what_a_substitute_does_says_so_in_the_event_in_the_story_and_in_the_record_of_looks(
    ambito: Runtime, record: str
) -> None:
    """INVARIANT: an act in a colleague's stead is never told as one's own. An actor without it breaks it."""
    async with client(ambito, "caseworker") as http:
        path = ambito.settings.accounts_file
        kept = yaml.safe_load(path.read_text())
        days = {"operator": "op-test", "first": TODAY.date(), "last": TODAY.date()}
        kept["operators"].append({"id": "op-sara", "name": "Sara", "roles": [], "substitutes": [days]})
        path.write_text(yaml.safe_dump(kept))
        step = {"what": "Telefonare", "due_on": "2013-10-14"}
        for_sara = {"Trama-On-Behalf-Of": "op-sara"}
        done = await http.put(f"/api/registry/persons/{record}/next-step", json=step, headers=for_sara)
        assert done.status_code == 200, done.text
        worklist = (await http.get("/api/registry/today", headers=for_sara)).json()["steps"]
        assert [one["record"] for one in worklist] == [record]
        story = await http.get(f"/persone/{record}/storia", headers={"accept": "text/html"})
    (told,) = await published(ambito, NextStepSet)
    actor = told.inner.actor
    assert (actor.operator, actor.on_behalf_of) == ("op-test", "ambito-urbano")
    assert actor.ground == "substitution:op-sara"
    assert story.text.count("in sostituzione di un collega") == 1
    async with ambito.database.read() as session:
        looks = list(await session.scalars(select(AuditEntry).where(col(AuditEntry.kind) == "change")))
    assert [(one.operator, one.on_behalf_of) for one in looks] == [("op-test", "op-sara")]


async def test_the_page_and_the_api_say_the_same(ambito: Runtime, record: str) -> None:
    ambito.clock.move(TODAY + timedelta(days=SLEEPS + 2))
    async with client(ambito, "supervisor") as http:
        answer = (await http.get("/api/registry/today")).json()
        page = await http.get("/oggi", headers={"accept": "text/html"})
    assert [(one["name"], one["days"]) for one in answer["sleeping"]] == [("Anna Esempio", SLEEPS + 2)]
    assert "Relazioni ferme" in page.text
    assert f"/persone/{record}/relazioni" in page.text


async def test_a_person_without_a_next_step_is_named_until_one_is_set_or_the_relation_rests(
    ambito: Runtime, record: str, sara: Caller
) -> None:
    async def without() -> list[str]:
        return [one.record for one in (await seen(ambito, sara)).without_step]

    assert await without() == [record]
    step = SetNextStep.model_validate({"what": "Telefonare", "due_on": "2013-10-21"})
    await do(ambito, commands.set_next_step, record, step, sara)
    assert await without() == []
    await do(ambito, commands.complete_next_step, record, CompleteNextStep(), sara)
    assert await without() == [record]
    await do(ambito, commands.suspend, record, Suspend.model_validate({"reason": "away"}), sara)
    assert await without() == []


async def test_a_referral_waits_with_who_has_the_next_word(
    both: tuple[Runtime, Runtime],
    exchange: Callable[..., Awaitable[None]],
    anna: RegisterPerson,
    desk: Any,
    sara: Caller,
    livia: Caller,
) -> None:
    """Who receives it answers; who sent it hears what is asked, and that the term has passed."""
    social, sil = both
    found = await desk.register(social, anna)
    await do(social, commands.assign_case_manager, found, CaseManagerAsked(), sara)
    referral = (await desk.refer(social, found)).referral
    await exchange(*both)
    at_sil = await seen(sil, livia)
    assert [(one.referral, one.name, one.member_name) for one in at_sil.received] == [
        (referral, "Anna Esempio", "ambito-urbano")
    ]
    assert at_sil.to_answer == 1
    assert (await seen(social, sara)).unanswered == []
    social.clock.move(TODAY + timedelta(days=8))
    assert [one.referral for one in (await seen(social, sara)).unanswered] == [referral]
    rita = Caller("op-rita", "Rita Demo", "ambito-urbano", frozenset({"caseworker"}), "caseworker")
    assert (await seen(social, rita)).unanswered == [], "she is nobody's referente"
    question = QuestionReferral.model_validate({"question": "Ha la patente?"})
    await do(sil, commands.question_referral, referral, question)
    await exchange(*both)
    at_social = await seen(social, sara)
    assert [one.referral for one in at_social.asked_more] == [referral]
    assert at_social.unanswered == []
    assert (await seen(sil, livia)).received == []


async def test_first_contacts_wait_for_everybody_but_those_of_the_listening_centre(
    ambito: Runtime, record: str
) -> None:
    door = {"channel": "phone", "need": "Una casa", "received_on": "2013-10-14"}
    async with client(ambito, "caseworker", "listening-specialist") as http:
        for reserved in (False, True):
            asked = await http.post("/api/registry/accesses", json=door | {"reserved": reserved})
            assert asked.status_code == 201, asked.text
    ambito.clock.move(TODAY + timedelta(days=9))
    for roles, expected in ((("caseworker",), 1), (("caseworker", "listening-specialist"), 2)):
        async with client(ambito, *roles) as http:
            answer = (await http.get("/api/registry/today")).json()
            page = (await http.get("/oggi", headers={"accept": "text/html"})).text
        assert (answer["to_route"], answer["to_route_late"]) == (expected, expected)
        assert ("1 accesso da indirizzare" in page) == (expected == 1)
