"""What went wrong between offices elsewhere (complaints about SORMAS, of health offices), lived here."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from trama_chassis import access, rebuild, timers
from trama_chassis.accounts import Caller
from trama_chassis.errors import ChangedMeanwhile
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published, transaction
from trama_contracts.registry import (
    CaseManagerAssigned,
    ReferralCompleted,
    ReferralReminded,
    ReferralSent,
    ReferralUnanswered,
    TakingInChargeOpened,
)
from trama_registry import commands, errors, queries
from trama_registry.models import EntryCopy
from trama_registry.schemas import (
    AcceptReferral,
    CompleteReferral,
    DeclineReferral,
    FailReferral,
    NoteAnswer,
    RegisterPerson,
    RenewReferral,
    ReopenReferral,
    VersionSeen,
    WithdrawReferral,
)

Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]
TODAY = datetime.fromisoformat("2013-10-14T08:42:00+00:00")


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """The rules are the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


async def do(runtime: Runtime, command: Any, referral: str, *asked: Any) -> Any:
    async with transaction(runtime) as session:
        return await command(session, referral, *asked)


async def at(runtime: Runtime, referral: str) -> Any:
    """How a referral stands at one end."""
    async with runtime.database.read(runtime=runtime) as session:
        if await queries.find_sent_referral(session, referral) is not None:
            return await queries.sent_referral_view(session, referral)
        return await queries.received_referral_view(session, referral)


@pytest.fixture
async def referral(both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any) -> str:
    """A referral that has arrived."""
    ambito, sil = both
    found: str = (await desk.refer(ambito, await desk.register(ambito, anna))).referral
    await exchange(ambito, sil)
    return found


async def test_sormas_4423_the_receiver_decides_on_a_preview_has_a_term_and_the_sender_may_withdraw(
    both: Both, exchange: Exchange, referral: str
) -> None:
    ambito, sil = both
    async with sil.database.read() as session:
        circles = {entry.circle for entry in await session.scalars(select(EntryCopy))}
    assert circles == {"referral"}
    shown = await at(sil, referral)
    assert shown.answer_by - shown.sent_on == timedelta(days=7)
    await do(ambito, commands.withdraw_referral, referral, WithdrawReferral(reason="Non serve più"))
    await exchange(ambito, sil)
    assert (await at(sil, referral)).withdrawal_reason == "Non serve più"


async def test_sormas_6639_what_was_shared_can_be_shared_again_to_update_it(
    both: Both, exchange: Exchange, referral: str
) -> None:
    ambito, sil = both
    renewed = RenewReferral(need="Inserimento part-time", answer_by="2013-10-30")  # type: ignore[arg-type]
    await do(ambito, commands.renew_referral, referral, renewed)
    await exchange(ambito, sil)
    shown = await at(sil, referral)
    assert (shown.preview.need, str(shown.answer_by)) == ("Inserimento part-time", "2013-10-30")
    async with sil.database.read(runtime=sil) as session:
        assert len(await queries.received_referrals(session)) == 1


async def test_sormas_6999_what_was_handed_over_can_still_be_revoked(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    ambito, sil = both
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    with pytest.raises(errors.AlreadyAnswered):
        await do(ambito, commands.withdraw_referral, referral, WithdrawReferral())
    revoked = WithdrawReferral(reason="Si è trasferita", accepted_too=True)
    await do(ambito, commands.withdraw_referral, referral, revoked)
    await exchange(ambito, sil)
    for runtime in both:
        shown = await at(runtime, referral)
        assert (shown.state, shown.withdrawal_reason) == ("withdrawn", "Si è trasferita")
    assert (await at(sil, referral)).record is not None


async def test_sormas_6067_what_was_refused_can_be_shared_again(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    ambito, sil = both
    for _ in range(2):
        await do(sil, commands.decline_referral, referral, DeclineReferral(reason="no-capacity"))
        await exchange(ambito, sil)
        await do(ambito, commands.renew_referral, referral, RenewReferral())
        await exchange(ambito, sil)
        assert ((await at(ambito, referral)).state, (await at(sil, referral)).state) == ("sent", "received")
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    assert (await at(ambito, referral)).state == "accepted"
    assert len(await published(sil, TakingInChargeOpened)) == 1


async def test_sormas_4107_after_a_hand_over_both_sides_still_read_their_own(
    both: Both, exchange: Exchange, referral: str, livia: Caller, desk: Any
) -> None:
    ambito, sil = both
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    await do(ambito, commands.withdraw_referral, referral, WithdrawReferral(accepted_too=True))
    await exchange(ambito, sil)
    for runtime in both:
        shown = await at(runtime, referral)
        assert shown.record is not None
        story = await desk.story(runtime, shown.record)
        assert any(entry.type.endswith("person-registered.v1") for entry in story.entries)


async def test_sormas_6941_what_else_happens_hands_nothing_back(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    """A second referral of the same person, answered otherwise, leaves the first as it is."""
    ambito, sil = both
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    async with client(ambito, "caseworker") as http:
        first = await at(ambito, referral)
        body = {"to": "sil", "reason": "Altro", "need": "Corso", "authorisation": first.authorisation}
        second = (await http.post(f"/api/registry/persons/{first.record}/referrals", json=body)).json()
    assert second["answer_by"] == "2013-10-21"
    await exchange(ambito, sil)
    await do(sil, commands.decline_referral, second["referral"], DeclineReferral(reason="no-capacity"))
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"accepted"}
    assert {(await at(runtime, second["referral"])).state for runtime in both} == {"declined"}


async def test_a_change_of_mind_after_accepting_reaches_the_sender_by_itself(
    both: Both, exchange: Exchange, referral: str, livia: Caller, desk: Any
) -> None:
    """Late refusals that nobody was told of are what every network of referrals complains of first."""
    ambito, sil = both
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await do(sil, commands.start_referral, referral, VersionSeen())
    given_up = FailReferral(reason="no-capacity", alternative="Unità di progettazione")
    await do(sil, commands.fail_referral, referral, given_up)
    await exchange(ambito, sil)
    shown = await at(ambito, referral)
    assert (shown.state, shown.failing_reason, shown.failing_alternative) == (
        *("failed", "no-capacity", "Unità di progettazione"),
    )
    happened = [entry.happened for entry in (await desk.story(ambito, shown.record)).entries]
    assert any(one.startswith("Segnalazione non riuscita presso il sil") for one in happened)
    await do(sil, commands.reopen_referral, referral, ReopenReferral(reason="Si è liberato un posto"))
    await do(sil, commands.complete_referral, referral, CompleteReferral(outcome="goals-reached"))
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"completed"}


async def test_an_answer_on_paper_is_typed_once_and_gives_way_to_the_receivers_own(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    ambito, sil = both
    await do(ambito, commands.note_answer, referral, NoteAnswer(answer="declined", by="Livia Demo"))
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"noted-declined"}
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"accepted"}


async def test_who_was_not_quick_enough_is_told_what_changed(
    both: Both, exchange: Exchange, referral: str
) -> None:
    ambito, sil = both
    seen = (await at(sil, referral)).version
    await do(ambito, commands.renew_referral, referral, RenewReferral(need="Altro"))
    await exchange(ambito, sil)
    with pytest.raises(ChangedMeanwhile):
        await do(sil, commands.decline_referral, referral, DeclineReferral(reason="other", version=seen))


async def test_a_term_that_passes_is_told_once_however_often_the_clock_moves(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    """INVARIANT: what time does is published once. First a reminder, three days later no answer in time,
    which both sides see and an answer still mends. A timer that looks at the clock alone publishes again."""
    ambito, sil = both
    for days, told in ((7, (0, 0)), (8, (1, 0)), (8.2, (1, 0)), (9, (1, 0)), (11, (1, 1)), (11.2, (1, 1))):
        ambito.clock.move(TODAY + timedelta(days=days))
        await timers.run_due(ambito)
        found = [len(await published(ambito, kind)) for kind in (ReferralReminded, ReferralUnanswered)]
        assert tuple(found) == told, days
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"no-answer"}
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    assert {(await at(runtime, referral)).state for runtime in both} == {"accepted"}


async def test_a_reminder_is_sent_once_a_week(both: Both, referral: str) -> None:
    ambito, _ = both
    await do(ambito, commands.remind, referral, VersionSeen())
    with pytest.raises(errors.RemindedLately):
        await do(ambito, commands.remind, referral, VersionSeen())


async def test_the_course_is_rebuilt_the_same(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    ambito, sil = both
    await do(sil, commands.see_referral, referral)
    await do(sil, commands.decline_referral, referral, DeclineReferral(reason="other"))
    await do(sil, commands.reconsider_referral, referral, VersionSeen())
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    for runtime in both:
        before = await at(runtime, referral)
        async with runtime.database.read() as session:
            digest = await rebuild.digest(session, runtime)
        assert await rebuild.rebuild(runtime) == digest
        assert await at(runtime, referral) == before


async def test_an_outcome_reaches_who_holds_the_referente_at_a_third_member(
    both: Both, exchange: Exchange, referral: str, livia: Caller
) -> None:
    """INVARIANT: what came of it goes to the sender and to the referente by itself. The preview does not: it
    stands in the stream of the sender, which has one receiver."""
    ambito, sil = both
    await do(sil, commands.accept_referral, referral, AcceptReferral(), livia)
    record = (await at(sil, referral)).record
    cpi, theirs = Peer(Territory(), "cpi.registry"), str(uuid4())
    async with transaction(sil) as session:
        await access.learn_link(session, link=str(uuid4()), a=("sil", record), b=("cpi", theirs))
    named = CaseManagerAssigned(
        episode=str(uuid4()), operator="op-irene", name="Irene Demo", since=TODAY.date()
    )
    await deliver(sil, cpi, named, record=theirs, scope=named.episode)
    await do(sil, commands.complete_referral, referral, CompleteReferral(outcome="goals-reached"))
    (completed,) = await published(sil, ReferralCompleted)
    assert {"ambito-urbano.registry", "cpi.registry"} <= set(completed.granted_to)
    for one in await published(ambito, ReferralSent):
        assert "cpi.registry" not in one.granted_to
