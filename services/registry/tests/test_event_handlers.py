"""Referrals between two real registries, and what a registry makes of words that are not theirs to say."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col
from trama_chassis import access, outbox, rebuild
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, deliver, published, transaction
from trama_contracts.outcomes import Outcome
from trama_contracts.payload_fields import Basis, Party
from trama_contracts.placement import PlacementProposed
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    ReferralAccepted,
    ReferralDeclined,
    ReferralPreview,
    ReferralSent,
    TakingInChargeOpened,
)
from trama_registry import commands, errors, queries
from trama_registry.models import EntryCopy, Person, Referral
from trama_registry.schemas import (
    AcceptReferral,
    DeclineReferral,
    GiveAuthorisation,
    RegisterPerson,
    SendReferral,
    TimelineView,
)

Exchange = Callable[[Runtime, Runtime], Awaitable[None]]
Both = tuple[Runtime, Runtime]


async def refer(runtime: Runtime, record: str) -> Referral:
    """Consent and a referral to the SIL."""
    consent = GiveAuthorisation.model_validate(
        {
            "purpose": "work-integration",
            "basis": {"kind": "consent"},
            "circles": ["care"],
            "recipients": ["sil"],
            "notice_given_on": "2013-10-14",
        }
    )
    async with transaction(runtime) as session:
        given = await commands.give_authorisation(session, record, consent)
        asked = {
            "to": "sil",
            "reason": "Vuole tornare al lavoro",
            "need": "Inserimento con sostegno",
            "answer_by": "2013-10-21",
            "authorisation": given.authorisation,
        }
    async with transaction(runtime) as session:
        return await commands.send_referral(session, record, SendReferral.model_validate(asked))


async def register(runtime: Runtime, person: RegisterPerson, by: Caller) -> str:
    async with transaction(runtime) as session:
        return (await commands.register_person(session, person, by)).record


async def story(runtime: Runtime, record: str) -> TimelineView:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.timeline(session, record)


def told(view: TimelineView) -> list[tuple[str, str]]:
    return [(entry.member, entry.type.split(".")[3]) for entry in view.entries]


async def sent_by(runtime: Runtime, referral: str) -> Referral:
    async with runtime.database.read() as session:
        return await session.get_one(Referral, referral)


async def test_a_referral_accepted_makes_both_see_the_same_way(
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: the loop closes. Both sides hold the answer, one edge, and after it the same story in the
    same order; neither sees more than a preview before. Losing the regrant on either side breaks it."""
    ambito, sil = both
    record = await register(ambito, anna, sara)
    referral = await refer(ambito, record)
    await exchange(ambito, sil)
    async with sil.database.read(runtime=sil) as session:
        (received,) = await queries.received_referrals(session)
        kept = {entry.type for entry in await session.scalars(select(EntryCopy))}
    assert kept == {ReferralSent.wire_type}
    assert (received.state, received.preview.need) == ("received", "Inserimento con sostegno")
    async with transaction(sil) as session:
        _, answer = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    answered = await sent_by(ambito, referral.referral)
    assert (answered.state, answered.contact) == ("accepted", "Livia Demo")
    assert answer.record is not None
    here, there = await story(ambito, record), await story(sil, answer.record)
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
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, sil = both
    own = await register(sil, anna, livia)
    referral = await refer(ambito, await register(ambito, anna, sara))
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
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, sil = both
    nameless = RegisterPerson(family_name="Esempio", taking_in_charge=anna.taking_in_charge)
    other, own = await register(sil, anna, livia), await register(sil, nameless, livia)
    with_code = await refer(ambito, await register(ambito, anna, sara))
    without = await refer(ambito, await register(ambito, nameless, sara))
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
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, sil = both
    nameless = RegisterPerson(family_name="Esempio", taking_in_charge=anna.taking_in_charge)
    record = await register(ambito, nameless, sara)
    found = []
    for _ in range(2):
        referral = await refer(ambito, record)
        await exchange(ambito, sil)
        async with transaction(sil) as session:
            _, answer = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
        found.append(answer.record)
        await exchange(ambito, sil)
        assert (await sent_by(ambito, referral.referral)).state == "accepted"
    assert found[0] == found[1]
    assert [len(await published(runtime, RecordsLinked)) for runtime in both] == [1, 1]


async def test_a_refusal_comes_back_with_reason_and_alternative_and_shares_nothing(
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, sil = both
    record = await register(ambito, anna, sara)
    referral = await refer(ambito, record)
    await exchange(ambito, sil)
    refusal = DeclineReferral(reason="not-competent", alternative="Unità di progettazione")
    async with transaction(sil) as session:
        await commands.decline_referral(session, referral.referral, refusal)
    await exchange(ambito, sil)
    answered = await sent_by(ambito, referral.referral)
    assert (answered.state, answered.declining_reason) == ("declined", "not-competent")
    view = await story(ambito, record)
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
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: who asks cannot learn from a refusal whether the person is followed. Publishing it on the
    person's own record would tell two refusals of one person from two of strangers."""
    ambito, sil = both
    own = await register(sil, anna, livia)
    record = await register(ambito, anna, sara)
    for _ in range(2):
        referral = await refer(ambito, record)
        await exchange(ambito, sil)
        async with transaction(sil) as session:
            await commands.decline_referral(session, referral.referral, DeclineReferral(reason="no-capacity"))
    refusals = await published(sil, ReferralDeclined)
    assert len({one.record for one in refusals} | {own}) == 3


async def test_only_the_addressed_receivers_answer_counts(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: an answer counts only from the member asked, about the record asked, once. Trusting the
    payload, or the grant, breaks it: whoever knows the referral's id could link itself to the person."""
    record = await register(ambito, anna, sara)
    referral = await refer(ambito, record)
    territory = Territory()
    cpi, sil = Peer(territory, "cpi.registry"), Peer(territory, "sil.registry")
    own = Party(member="ambito-urbano", record=record)
    forged, true = str(uuid4()), str(uuid4())

    def yes(member: str, of: str, sender: Party = own, said: str = referral.referral) -> ReferralAccepted:
        receiver = Party(member=member, record=of)
        return ReferralAccepted(
            referral=said,
            sender=sender,
            receiver=receiver,
            accepted_on="2013-10-14",  # type: ignore[arg-type]  # as JSON has it
            contact="Qualcuno",
        )

    no = ReferralDeclined(
        referral=referral.referral,
        sender=own,
        declined_on="2013-10-14",  # type: ignore[arg-type]
        reason="other",
    )
    not_theirs: list[tuple[Peer, Any]] = [
        (cpi, yes("cpi", forged)),
        (cpi, yes("sil", forged)),
        (cpi, no),
        (sil, yes("sil", true)),  # of another record than the one it is written on
        (sil, yes("sil", forged, Party(member="ambito-urbano", record=str(uuid4())))),
        (sil, yes("sil", forged, Party(member="cpi", record=record))),
        (sil, yes("sil", forged, said=str(uuid4()))),
    ]
    for peer, answer in not_theirs:
        await deliver(ambito, peer, answer, record=forged, scope=str(uuid4()))
        assert (await sent_by(ambito, referral.referral)).state == "sent"
    assert await published(ambito, RecordsLinked) == []
    await deliver(ambito, sil, yes("sil", true), record=true, scope=referral.referral)
    await deliver(ambito, sil, no, record=true, scope=str(uuid4()))
    assert (await sent_by(ambito, referral.referral)).state == "accepted"
    assert len(await published(ambito, RecordsLinked)) == 1
    assert set(ambito.inbox.outcomes) == {Outcome.OK}
    async with ambito.database.read(runtime=ambito) as session:
        assert await access.component(session, record) == {("ambito-urbano", record), ("sil", true)}


async def linked_with_sil(
    ambito: Runtime, person: RegisterPerson, sara: Caller, sil: Peer
) -> tuple[str, str]:
    """A person of ours whom the SIL follows too; the ids of both records."""
    record, theirs = await register(ambito, person, sara), str(uuid4())
    referral = await refer(ambito, record)
    accepted = ReferralAccepted(
        referral=referral.referral,
        sender=Party(member="ambito-urbano", record=record),
        receiver=Party(member="sil", record=theirs),
        accepted_on="2013-10-14",  # type: ignore[arg-type]
        contact="Livia Demo",
    )
    await deliver(ambito, sil, accepted, record=theirs, scope=referral.referral)
    return record, theirs


def link(a: tuple[str, str], b: tuple[str, str]) -> RecordsLinked:
    parties = [Party(member=member, record=record) for member, record in (a, b)]
    return RecordsLinked(
        link=str(uuid4()), a=parties[0], b=parties[1], certainty="certain", decided_by="op-1"
    )


async def test_a_link_of_others_lengthens_a_way_and_never_joins_two_people(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: no member can, by publishing a link, make two people of ours one, or itself part of a
    person it was not asked about. Believing any link that is heard breaks it."""
    territory = Territory()
    sil, cpi = Peer(territory, "sil.registry"), Peer(territory, "cpi.registry")
    other = RegisterPerson(family_name="Altra", taking_in_charge=anna.taking_in_charge)
    record, theirs = await linked_with_sil(ambito, anna, sara, sil)
    second, theirs_too = await linked_with_sil(ambito, other, sara, sil)
    further, stranger = ("cpi", str(uuid4())), ("cpi", str(uuid4()))
    first_way = {("ambito-urbano", record), ("sil", theirs)}
    lies = [
        (sil, theirs, link(("ambito-urbano", second), ("sil", theirs))),  # ours to say
        (sil, theirs, link(("sil", theirs), ("sil", theirs_too))),  # two people of theirs
        (cpi, stranger[1], link(("sil", theirs), stranger)),  # from who is not known yet
        (sil, theirs, link(stranger, further)),  # of two others
    ]
    for peer, on, lie in lies:
        await deliver(ambito, peer, lie, record=on)
    async with ambito.database.read(runtime=ambito) as session:
        assert await access.component(session, record) == first_way
        assert len(await access.component(session, second)) == 2
    await deliver(ambito, sil, link(("sil", theirs), further), record=theirs)
    await deliver(ambito, sil, link(("sil", theirs_too), further), record=theirs_too)
    async with ambito.database.read(runtime=ambito) as session:
        assert await access.component(session, record) == first_way | {further}
        assert len(await access.component(session, second)) == 2
    assert set(ambito.inbox.outcomes) == {Outcome.OK}


async def test_an_authorisation_heard_of_opens_the_way_for_our_streams(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    sil = Peer(Territory(), "sil.registry")
    record = await register(ambito, anna, sara)
    (before,) = await published(ambito, PersonRegistered)
    assert before.granted_to == ()
    async with transaction(ambito) as session:
        await access.learn_link(
            session, link=str(uuid4()), a=("ambito-urbano", record), b=("sil", theirs := str(uuid4()))
        )
    given = AuthorisationGiven(
        authorisation=str(uuid4()),
        purpose="work-integration",
        basis=Basis(kind="law", act="L. 68/1999", article="art. 2"),
        circles=("care",),
        recipients=("ambito-urbano", "sil"),
        controllers=("ass6", "comune-urbano"),
        starts_on="2013-10-14",  # type: ignore[arg-type]
        notice_given_on="2013-10-14",  # type: ignore[arg-type]
    )
    await deliver(ambito, sil, given, record=theirs)
    (after,) = await published(ambito, PersonRegistered)
    assert after.granted_to == ("sil.placement", "sil.registry")
    # Nobody takes it over: the same id on another record changes nothing.
    empty = given.model_copy(update={"recipients": ("cpi",)})
    await deliver(ambito, Peer(Territory(), "cpi.registry"), empty, record=str(uuid4()))
    async with transaction(ambito) as session:
        outbox.regrant(session, record)
    (still,) = await published(ambito, PersonRegistered)
    assert still.granted_to == after.granted_to


async def test_placements_of_a_linked_record_are_on_the_timeline_in_words(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    territory = Territory()
    record, theirs = await linked_with_sil(ambito, anna, sara, Peer(territory, "sil.registry"))
    proposed = PlacementProposed(
        placement=str(uuid4()),
        path_type="work-grant",
        host="coop-filo",
        task="Cucito",
        weekly_hours=16,
        planned_from="2013-11-01",  # type: ignore[arg-type]
        planned_to="2014-01-31",  # type: ignore[arg-type]
    )
    at = datetime(2013, 10, 14, 9, 0, tzinfo=UTC)
    placement = Peer(territory, "sil.placement")
    await deliver(ambito, placement, proposed, record=theirs, scope=proposed.placement, occurred_at=at)
    entry = next(one for one in (await story(ambito, record)).entries if one.service == "placement")
    assert entry.happened == (
        "Inserimento proposto presso il coop-filo: Cucito, 16 ore alla settimana, "
        "dal 1º novembre 2013 al 31 gennaio 2014."
    )


async def test_a_referral_not_for_us_is_not_ours_to_see_or_answer(sil: Runtime, livia: Caller) -> None:
    ambito = Peer(Territory(), "ambito-urbano.registry")
    astray = ReferralSent(
        referral=str(uuid4()),
        to="cpi",
        sent_on="2013-10-14",  # type: ignore[arg-type]
        reason="Lavoro",
        preview=ReferralPreview(family_name="Esempio", need="Lavoro"),
        answer_by="2013-10-21",  # type: ignore[arg-type]
        authorisation=str(uuid4()),
    )
    await deliver(sil, ambito, astray, record=str(uuid4()), scope=astray.referral)
    async with sil.database.read(runtime=sil) as session:
        assert await queries.received_referrals(session) == []
    with pytest.raises(errors.NotTheReceiver):
        async with transaction(sil) as session:
            await commands.accept_referral(session, astray.referral, AcceptReferral(), livia)
    assert await published(sil) == []


async def test_rebuilt_copies_are_the_same_and_publish_nothing(
    both: Both, exchange: Exchange, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: copies depend on events alone. A clock or a drawn id in them breaks it."""
    ambito, sil = both
    record = await register(ambito, anna, sara)
    referral = await refer(ambito, record)
    await exchange(ambito, sil)
    async with transaction(sil) as session:
        await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchange(ambito, sil)
    for runtime in both:
        async with runtime.database.read() as session:
            before = await rebuild.digest(session, runtime)
        rows = len(await published(runtime))
        view = await story(ambito, record)
        assert await rebuild.rebuild(runtime) == before
        assert len(await published(runtime)) == rows
        assert (await story(ambito, record)).entries == view.entries


async def test_an_event_delivered_twice_is_told_once(
    ambito: Runtime, anna: RegisterPerson, sara: Caller
) -> None:
    sil = Peer(Territory(), "sil.registry")
    _, theirs = await linked_with_sil(ambito, anna, sara, sil)
    written = await deliver(ambito, sil, PersonRegistered(family_name="Esempio"), record=theirs)
    await ambito.inbox.deliver([written])
    async with ambito.database.read() as session:
        found = select(EntryCopy).where(col(EntryCopy.record) == theirs)
        told_once = [entry.type for entry in await session.scalars(found)]
    assert sorted(told_once) == [PersonRegistered.wire_type, ReferralAccepted.wire_type]
