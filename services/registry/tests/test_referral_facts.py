"""What reporting learns of a referral: every answer with its dates, what came of it, never whose it is."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from trama_chassis import timers
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.event import Fact
from trama_contracts.facts import (
    ReferralAcceptedFact,
    ReferralCompletedFact,
    ReferralDeclinedFact,
    ReferralFailedFact,
    ReferralNotedFact,
    ReferralReconsideredFact,
    ReferralRenewedFact,
    ReferralReopenedFact,
    ReferralUnansweredFact,
    TakingInChargeReopenedFact,
)
from trama_registry import commands
from trama_registry.errors import DayTooEarly
from trama_registry.schemas import (
    AcceptReferral,
    CloseTakingInCharge,
    CompleteReferral,
    DeclineReferral,
    FailReferral,
    NoteAnswer,
    RegisterPerson,
    RenewReferral,
    Reopen,
    ReopenReferral,
    VersionSeen,
)

Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]
TODAY = datetime.fromisoformat("2013-10-14T08:42:00+00:00")


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """The rules are the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


async def do(runtime: Runtime, command: Any, referral: str, *asked: Any) -> None:
    async with transaction(runtime) as session:
        await command(session, referral, *asked)


async def the(runtime: Runtime, kind: type[Fact]) -> Any:
    """The one fact of a kind that a service told."""
    (found,) = await published(runtime, kind)
    return found


async def test_every_answer_is_told_with_the_sending_it_answers(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: how long an answer took is in its own fact, counted from the last sending. Telling the first
    sending's days of a referral sent again breaks it."""
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    await exchange(*both)
    await do(sil, commands.decline_referral, referral, DeclineReferral(reason="no-capacity"))
    await do(sil, commands.reconsider_referral, referral, VersionSeen())
    await do(sil, commands.decline_referral, referral, DeclineReferral(reason="not-competent"))
    await exchange(*both)
    ambito.clock.move(TODAY + timedelta(days=2))
    await do(ambito, commands.renew_referral, referral, RenewReferral(answer_by=date(2013, 10, 30)))
    await exchange(*both)
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    declined = [one.event for one in await published(sil, ReferralDeclinedFact)]
    accepted = (await the(sil, ReferralAcceptedFact)).event
    told = [(one.sent_on, one.answer_by) for one in (*declined, accepted)]  # type: ignore[attr-defined]  # answers
    assert told == [
        *[(date(2013, 10, 14), date(2013, 10, 21))] * 2,
        (date(2013, 10, 16), date(2013, 10, 30)),
    ]
    assert (await the(sil, ReferralReconsideredFact)).event.sender == "ambito-urbano"
    renewed = await the(ambito, ReferralRenewedFact)
    assert renewed.event.reporting_id == accepted.reporting_id


async def test_what_becomes_of_an_accepted_referral_stands_in_the_stream_of_its_acceptance(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: what was undone is found in one stream. A stream of its own for each would undo nothing."""
    ambito, sil = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    await exchange(*both)
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await do(sil, commands.fail_referral, referral, FailReferral(reason="unreachable"))
    await do(sil, commands.reopen_referral, referral, ReopenReferral())
    await do(sil, commands.complete_referral, referral, CompleteReferral(outcome="partly-reached"))
    kinds = (ReferralAcceptedFact, ReferralFailedFact, ReferralReopenedFact, ReferralCompletedFact)
    facts = [await the(sil, kind) for kind in kinds]
    assert len({one.stream for one in facts}) == 1
    assert (facts[1].event.reason, facts[3].event.outcome) == ("unreachable", "partly-reached")


async def test_a_term_that_passed_is_told_to_who_counts(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    ambito, _ = both
    await desk.refer(ambito, await desk.register(ambito, anna))
    for days in (8, 11, 11.2):
        ambito.clock.move(TODAY + timedelta(days=days))
        await timers.run_due(ambito)
    told = (await the(ambito, ReferralUnansweredFact)).event
    assert (told.answer_by, told.passed_on) == (date(2013, 10, 21), date(2013, 10, 25))


async def test_a_closing_that_was_reopened_is_told_to_who_counts(
    ambito: Runtime, anna: RegisterPerson, desk: Any, sara: Caller
) -> None:
    record = await desk.register(ambito, anna)
    await do(ambito, commands.close_taking_in_charge, record, CloseTakingInCharge(reason="moved"))
    again = Reopen(reason="È tornata")
    await do(ambito, commands.reopen, record, again, sara)
    assert (await the(ambito, TakingInChargeReopenedFact)).event.reopened_on == date(2013, 10, 14)


async def test_an_answer_on_paper_is_told_with_the_sending_it_answers_and_without_its_words(
    both: Both, anna: RegisterPerson, desk: Any
) -> None:
    ambito, _ = both
    referral = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    ambito.clock.move(TODAY + timedelta(days=2))
    early = NoteAnswer(answer="accepted", answered_on=date(2013, 10, 13), by="Ufficio protocollo")
    with pytest.raises(DayTooEarly):
        await do(ambito, commands.note_answer, referral, early)
    given = early.model_copy(update={"answered_on": date(2013, 10, 15), "note": "Lettera"})
    await do(ambito, commands.note_answer, referral, given)
    told = (await the(ambito, ReferralNotedFact)).event
    assert told.model_dump(mode="json", exclude={"reporting_id"}) == {
        "answer": "accepted",
        "answered_on": "2013-10-15",
        "to": "sil",
        "sent_on": "2013-10-14",
        "answer_by": "2013-10-21",
    }
