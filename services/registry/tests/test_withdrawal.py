"""A referral taken back: by its sender alone, seen by its receiver, and never at odds with an answer."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from trama_chassis import rebuild
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, client, deliver, published, transaction
from trama_contracts.facts import ReferralWithdrawnFact
from trama_contracts.outcomes import Outcome
from trama_contracts.registry import RecordsLinked, ReferralWithdrawn
from trama_registry import commands, errors, queries
from trama_registry.models import Referral
from trama_registry.schemas import AcceptReferral, DeclineReferral, RegisterPerson, WithdrawReferral

API = "/api/registry"
PAGE = {"Accept": "text/html"}
Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]


async def withdraw(runtime: Runtime, referral: str, reason: str | None = None) -> Referral:
    async with transaction(runtime) as session:
        return await commands.withdraw_referral(session, referral, WithdrawReferral(reason=reason))


async def received(runtime: Runtime, referral: str) -> Any:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.received_referral_view(session, referral)


async def test_a_withdrawn_referral_cannot_be_answered_any_more(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: what was taken back is not acted upon. An answer that ignores the withdrawal breaks it."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = (await desk.refer(ambito, record)).referral
    await exchange(ambito, sil)
    await withdraw(ambito, referral, "Ha trovato lavoro")
    await exchange(ambito, sil)
    theirs = await received(sil, referral)
    assert (theirs.state, theirs.withdrawal_reason) == ("withdrawn", "Ha trovato lavoro")
    for answer in (
        lambda session: commands.accept_referral(session, referral, AcceptReferral(), livia),
        lambda session: commands.decline_referral(session, referral, DeclineReferral(reason="other")),
    ):
        with pytest.raises(errors.WithdrawnBySender) as refused:
            async with transaction(sil) as session:
                await answer(session)
        assert "ha ritirato la segnalazione il 14 ottobre 2013" in refused.value.detail
    assert (await desk.sent(ambito, referral)).state == "withdrawn"
    story = await desk.story(ambito, record)
    assert story.entries[-1].happened == (
        "Segnalazione ritirata dall'ambito-urbano il 14 ottobre 2013. Motivo: Ha trovato lavoro."
    )
    async with sil.database.read() as session:
        before = await rebuild.digest(session, sil)
    assert await rebuild.rebuild(sil) == before
    assert (await received(sil, referral)).state == "withdrawn"


async def test_an_answer_that_crosses_a_withdrawal_counts_on_both_sides(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: sender and receiver end in the same state. Whoever answered did so before knowing and acts
    upon it, so the answer wins; dropping it at the sender leaves a person followed and not known to be."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    first = (await desk.refer(ambito, record)).referral
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.accept_referral(session, first, AcceptReferral(), livia)
    await withdraw(ambito, first)
    await exchange(ambito, sil)
    assert ((await desk.sent(ambito, first)).state, (await received(sil, first)).state) == (
        *("accepted", "accepted"),
    )
    assert [len(await published(runtime, RecordsLinked)) for runtime in both] == [1, 1]
    second = (await desk.refer(ambito, record)).referral
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.decline_referral(session, second, DeclineReferral(reason="no-capacity"))
    await withdraw(ambito, second)
    await exchange(ambito, sil)
    sent = await desk.sent(ambito, second)
    assert (sent.state, sent.declining_reason) == ("declined", "no-capacity")
    assert (await received(sil, second)).state == "declined"


async def test_what_was_answered_or_withdrawn_is_not_withdrawn_again(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    ambito, sil = both
    record = await desk.register(ambito, anna)
    answered, taken_back = [(await desk.refer(ambito, record)).referral for _ in range(2)]
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.accept_referral(session, answered, AcceptReferral(), livia)
    await exchange(ambito, sil)
    await withdraw(ambito, taken_back)
    rows = len(await published(ambito))
    with pytest.raises(errors.AlreadyAnswered) as refused:
        await withdraw(ambito, answered)
    assert "già stata accettata il 14 ottobre 2013" in refused.value.detail
    with pytest.raises(errors.AlreadyWithdrawn):
        await withdraw(ambito, taken_back)
    with pytest.raises(errors.NotTheSender):
        await withdraw(sil, answered)
    with pytest.raises(errors.ReferralNotHere):
        await withdraw(ambito, str(uuid4()))
    assert len(await published(ambito)) == rows


async def test_a_withdrawal_of_another_members_referral_changes_nothing(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any
) -> None:
    """INVARIANT: a referral is its sender's to take back. Trusting the id in the payload breaks it."""
    ambito, sil = both
    referral = await desk.refer(ambito, await desk.register(ambito, anna))
    await exchange(ambito, sil)
    forged = ReferralWithdrawn(referral=referral.referral, withdrawn_on=referral.sent_on)
    cpi = Peer(Territory(), "cpi.registry")
    await deliver(sil, cpi, forged, record=referral.record, scope=referral.referral)
    assert sil.inbox.outcomes[Outcome.OK] > 0
    assert (await received(sil, referral.referral)).state == "received"


async def test_it_is_withdrawn_over_http_and_on_the_page_and_counted(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    record = await desk.register(ambito, anna)
    first, second = [(await desk.refer(ambito, record)).referral for _ in range(2)]
    async with client(ambito, "caseworker") as http:
        page = (await http.get(f"/segnalazioni/{second}", headers=PAGE)).text
        assert "Ritira la segnalazione" in page
        answer = await http.post(f"{API}/referrals/{first}/withdraw", json={})
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
        assert answer.json()["withdrawn_on"] == "2013-10-14"
        path = f"/segnalazioni/{second}/ritiro"
        assert (await http.post(path, data={"reason": "Non serve"}, headers=PAGE)).status_code == 303
        again = await http.post(path, data={"reason": ""}, headers=PAGE)
        page = (await http.get(f"/segnalazioni/{second}", headers=PAGE)).text
        problem = await http.post(f"{API}/referrals/{first}/withdraw", json={})
    assert (again.status_code, problem.status_code) == (409, 409)
    assert "è già stata ritirata" in again.text
    assert problem.json()["type"].endswith("already-withdrawn")
    assert "Ritira la segnalazione" not in page
    assert "Segnalazione ritirata dall&#39;ambito-urbano il 14 ottobre 2013. Motivo: Non serve." in page
    assert len(await published(ambito, ReferralWithdrawn)) == 2
    assert len(await published(ambito, ReferralWithdrawnFact)) == 2
