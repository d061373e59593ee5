"""A referral from one real registry to another: sent, answered, linked, and what each side sees of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis import access, rebuild
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.registry import (
    PersonRegistered,
    RecordsLinked,
    ReferralDeclined,
    ReferralSent,
    TakingInChargeOpened,
)
from trama_registry import commands, errors, queries
from trama_registry.models import EntryCopy, Person
from trama_registry.schemas import AcceptReferral, DeclineReferral, RegisterPerson, TimelineView

Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]


def told(view: TimelineView) -> list[tuple[str, str]]:
    return [(entry.member, entry.type.split(".")[3]) for entry in view.entries]


async def test_a_referral_accepted_makes_both_see_the_same_way(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: the loop closes. Both sides hold the answer, one edge, and after it the same story in the
    same order; neither sees more than a preview before. Losing the regrant on either side breaks it."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = await desk.refer(ambito, record)
    await exchange(ambito, sil)
    async with sil.database.read(runtime=sil) as session:
        (received,) = await queries.received_referrals(session)
        kept = {entry.type for entry in await session.scalars(select(EntryCopy))}
    assert kept == {ReferralSent.wire_type}
    assert (received.state, received.preview.need) == ("received", "Inserimento con sostegno")
    async with transaction(sil) as session:
        _, answer = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    answered = await desk.sent(ambito, referral.referral)
    assert (answered.state, answered.contact) == ("accepted", "Livia Demo")
    assert answer.record is not None
    here, there = await desk.story(ambito, record), await desk.story(sil, answer.record)
    assert [entry.event_id for entry in here.entries] == [entry.event_id for entry in there.entries]
    assert told(here) == [
        ("ambito-urbano", "person-registered"),
        ("ambito-urbano", "taking-in-charge-opened"),
        ("ambito-urbano", "authorisation-given"),
        ("ambito-urbano", "referral-sent"),
        ("sil", "person-registered"),
        ("sil", "taking-in-charge-opened"),
        ("sil", "referral-accepted"),
        ("sil", "records-linked"),
        ("ambito-urbano", "records-linked"),
    ]
    async with ambito.database.read(runtime=ambito) as session:
        edges = await access.component(session, record)
    assert edges == {("ambito-urbano", record), ("sil", answer.record)}
    links = [one.event for runtime in both for one in await published(runtime, RecordsLinked)]
    assert {link.link for link in links if isinstance(link, RecordsLinked)} == {referral.referral}


async def test_a_person_the_receiver_follows_already_keeps_one_record(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    ambito, sil = both
    own = await desk.register(sil, anna)
    referral = await desk.refer(ambito, await desk.register(ambito, anna))
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        _, answer = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    assert answer.record == own
    assert len(await published(sil, PersonRegistered)) == 1
    assert len(await published(sil, TakingInChargeOpened)) == 1
    (linked,) = await published(sil, RecordsLinked)
    assert isinstance(linked.event, RecordsLinked)
    assert linked.event.certainty == "certain"


async def test_without_tax_code_the_operator_may_say_who_it_is_and_nobody_else_is_taken(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    ambito, sil = both
    nameless = RegisterPerson(family_name="Esempio", taking_in_charge=anna.taking_in_charge)
    other, own = await desk.register(sil, anna), await desk.register(sil, nameless)
    with_code = await desk.refer(ambito, await desk.register(ambito, anna))
    without = await desk.refer(ambito, await desk.register(ambito, nameless))
    await exchange(ambito, sil)
    with pytest.raises(errors.OtherPerson):
        async with transaction(sil) as session:
            await commands.accept_referral(session, with_code.referral, AcceptReferral(record=own), livia)
    async with transaction(sil) as session:
        _, answer = await commands.accept_referral(
            session, without.referral, AcceptReferral(record=own), livia
        )
    assert answer.record == own != other
    (linked,) = await published(sil, RecordsLinked)
    assert isinstance(linked.event, RecordsLinked)
    assert (linked.event.certainty, linked.event.decided_by) == ("decided", "op-livia")


async def test_a_second_referral_of_a_linked_person_finds_the_record_and_makes_no_second_edge(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    ambito, sil = both
    nameless = RegisterPerson(family_name="Esempio", taking_in_charge=anna.taking_in_charge)
    record = await desk.register(ambito, nameless)
    found = []
    for _ in range(2):
        referral = await desk.refer(ambito, record)
        await exchange(ambito, sil)
        async with transaction(sil) as session:
            _, answer = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
        found.append(answer.record)
        await exchange(ambito, sil)
        assert (await desk.sent(ambito, referral.referral)).state == "accepted"
    assert found[0] == found[1]
    assert [len(await published(runtime, RecordsLinked)) for runtime in both] == [1, 1]


async def test_a_refusal_comes_back_with_reason_and_alternative_and_shares_nothing(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = await desk.refer(ambito, record)
    await exchange(ambito, sil)
    refusal = DeclineReferral(reason="not-competent", alternative="Unità di progettazione")
    async with transaction(sil) as session:
        await commands.decline_referral(session, referral.referral, refusal)
    await exchange(ambito, sil)
    answered = await desk.sent(ambito, referral.referral)
    assert (answered.state, answered.declining_reason) == ("declined", "not-competent")
    view = await desk.story(ambito, record)
    assert told(view)[-1] == ("sil", "referral-declined")
    assert view.entries[-1].happened == (
        "Segnalazione non accolta dal sil: il servizio non è competente. Alternativa: Unità di progettazione."
    )
    async with ambito.database.read(runtime=ambito) as session:
        assert await access.component(session, record) == {("ambito-urbano", record)}
    async with sil.database.read() as session:
        assert list(await session.scalars(select(Person))) == []
    with pytest.raises(errors.AlreadyAnswered):
        async with transaction(sil) as session:
            await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)


async def test_a_refusal_looks_the_same_whether_the_person_is_known_or_not(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: who asks cannot learn from a refusal whether the person is followed. Publishing it on the
    person's own record would tell two refusals of one person from two of strangers."""
    ambito, sil = both
    own = await desk.register(sil, anna)
    record = await desk.register(ambito, anna)
    for _ in range(2):
        referral = await desk.refer(ambito, record)
        await exchange(ambito, sil)
        async with transaction(sil) as session:
            await commands.decline_referral(session, referral.referral, DeclineReferral(reason="no-capacity"))
    refusals = await published(sil, ReferralDeclined)
    assert len({one.record for one in refusals} | {own}) == 3


async def test_rebuilt_copies_are_the_same_and_publish_nothing(
    both: Both, exchange: Exchange, anna: RegisterPerson, desk: Any, livia: Caller
) -> None:
    """INVARIANT: copies depend on events alone. A clock or a drawn id in them breaks it."""
    ambito, sil = both
    record = await desk.register(ambito, anna)
    referral = await desk.refer(ambito, record)
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    for runtime in both:
        async with runtime.database.read() as session:
            before = await rebuild.digest(session, runtime)
        rows = len(await published(runtime))
        view = await desk.story(ambito, record)
        assert await rebuild.rebuild(runtime) == before
        assert len(await published(runtime)) == rows
        assert (await desk.story(ambito, record)).entries == view.entries
