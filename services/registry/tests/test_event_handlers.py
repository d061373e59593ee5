"""What a registry makes of the words of others: what counts, what is not theirs to say, what is told."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col
from trama_chassis import access, outbox
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
)
from trama_registry import commands, errors, queries
from trama_registry.models import EntryCopy
from trama_registry.schemas import AcceptReferral, RegisterPerson


def yes(referral: str, sender: Party, receiver: Party) -> ReferralAccepted:
    day: Any = "2013-10-14"
    return ReferralAccepted(
        referral=referral, sender=sender, receiver=receiver, accepted_on=day, contact="Qualcuno"
    )


def no(referral: str, sender: Party) -> ReferralDeclined:
    day: Any = "2013-10-14"
    return ReferralDeclined(referral=referral, sender=sender, declined_on=day, reason="other")


async def test_only_the_addressed_receivers_answer_counts(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    """INVARIANT: an answer counts only from the member asked, about the record asked, once. Trusting the
    payload, or the grant, breaks it: whoever knows the referral's id could link itself to the person."""
    record = await desk.register(ambito, anna)
    asked = (await desk.refer(ambito, record)).referral
    territory = Territory()
    cpi, sil = Peer(territory, "cpi.registry"), Peer(territory, "sil.registry")
    own, forged = Party(member="ambito-urbano", record=record), str(uuid4())
    true = Party(member="sil", record=str(uuid4()))
    of_sil, of_cpi = Party(member="sil", record=forged), Party(member="cpi", record=forged)
    not_theirs = [
        (cpi, yes(asked, own, of_cpi)),
        (cpi, yes(asked, own, of_sil)),
        (cpi, no(asked, own)),
        (sil, yes(asked, own, true)),  # of another record than the one it is written on
        (sil, yes(asked, Party(member="ambito-urbano", record=str(uuid4())), of_sil)),
        (sil, yes(asked, Party(member="cpi", record=record), of_sil)),
        (sil, yes(str(uuid4()), own, of_sil)),
    ]
    for peer, answer in not_theirs:
        await deliver(ambito, peer, answer, record=forged, scope=str(uuid4()))
        assert (await desk.sent(ambito, asked)).state == "sent"
    assert await published(ambito, RecordsLinked) == []
    await deliver(ambito, sil, yes(asked, own, true), record=true.record, scope=asked)
    await deliver(ambito, sil, no(asked, own), record=true.record, scope=str(uuid4()))
    assert (await desk.sent(ambito, asked)).state == "accepted"
    assert len(await published(ambito, RecordsLinked)) == 1
    assert set(ambito.inbox.outcomes) == {Outcome.OK}
    async with ambito.database.read(runtime=ambito) as session:
        known = await access.component(session, record)
    assert known == {("ambito-urbano", record), ("sil", true.record)}


async def linked_with_sil(desk: Any, ambito: Runtime, person: RegisterPerson, sil: Peer) -> tuple[str, str]:
    """A person of ours whom the SIL follows too; the ids of both records."""
    record, theirs = await desk.register(ambito, person), str(uuid4())
    referral = await desk.refer(ambito, record)
    parties = Party(member="ambito-urbano", record=record), Party(member="sil", record=theirs)
    accepted = yes(referral.referral, *parties)
    await deliver(ambito, sil, accepted, record=theirs, scope=referral.referral)
    return record, theirs


def link(a: tuple[str, str], b: tuple[str, str]) -> RecordsLinked:
    parties = [Party(member=member, record=record) for member, record in (a, b)]
    return RecordsLinked(
        link=str(uuid4()), a=parties[0], b=parties[1], certainty="certain", decided_by="op-1"
    )


async def test_a_link_of_others_lengthens_a_way_and_never_joins_two_people(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    """INVARIANT: no member can, by publishing a link, make two people of ours one, or itself part of a
    person it was not asked about. Believing any link that is heard breaks it."""
    territory = Territory()
    sil, cpi = Peer(territory, "sil.registry"), Peer(territory, "cpi.registry")
    other = RegisterPerson(family_name="Altra", taking_in_charge=anna.taking_in_charge)
    record, theirs = await linked_with_sil(desk, ambito, anna, sil)
    second, theirs_too = await linked_with_sil(desk, ambito, other, sil)
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
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    sil = Peer(Territory(), "sil.registry")
    record = await desk.register(ambito, anna)
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
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    territory = Territory()
    record, theirs = await linked_with_sil(desk, ambito, anna, Peer(territory, "sil.registry"))
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
    entry = next(one for one in (await desk.story(ambito, record)).entries if one.service == "placement")
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


async def test_an_event_delivered_twice_is_told_once(
    ambito: Runtime, anna: RegisterPerson, desk: Any
) -> None:
    sil = Peer(Territory(), "sil.registry")
    _, theirs = await linked_with_sil(desk, ambito, anna, sil)
    written = await deliver(ambito, sil, PersonRegistered(family_name="Esempio"), record=theirs)
    await ambito.inbox.deliver([written])
    async with ambito.database.read() as session:
        found = select(EntryCopy).where(col(EntryCopy.record) == theirs)
        told_once = [entry.type for entry in await session.scalars(found)]
    assert sorted(told_once) == [PersonRegistered.wire_type, ReferralAccepted.wire_type]
