"""What is kept of registries' events: once, names and episodes of our own registry only."""

from datetime import date
from typing import Any
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import select
from sqlmodel import SQLModel
from trama_caseload import EpisodeCopy, PersonCopy
from trama_chassis import access
from trama_chassis.language import speaking
from trama_chassis.links import RecordLink
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.tables import AuthorisationHeld
from trama_chassis.testing import Peer, deliver, published
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    RecordsUnlinked,
    ReportingIdAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

REPORTING_ID = "A" * 43


async def rows(runtime: Runtime, table: type[SQLModel]) -> list[Any]:
    async with runtime.database.read() as session:
        return [row.model_dump() for row in await session.scalars(select(table))]


def opened(episode: str) -> TakingInChargeOpened:
    return TakingInChargeOpened(
        episode=episode, sector="work-integration", opened_on=date(2013, 2, 4), need="Un lavoro"
    )


def link_of(*edges: tuple[str, str]) -> RecordsLinked:
    a, b = ({"member": member, "record": record} for member, record in edges)
    return RecordsLinked(link=str(uuid4()), a=a, b=b, certainty="certain", decided_by="op-altrui")


def given(authorisation: str, **terms: Any) -> AuthorisationGiven:
    said: dict[str, Any] = {
        "purpose": "work-integration",
        "basis": {"kind": "law", "act": "L.R. 18/2005", "article": "36"},
        "circles": ("care",),
        "recipients": ("sil",),
        "controllers": ("comune-urbano",),
        "starts_on": date(2013, 2, 4),
        "notice_given_on": date(2013, 2, 4),
    }
    return AuthorisationGiven(authorisation=authorisation, **said | terms)


async def test_a_name_is_kept_and_corrected(sil: Runtime, registry: Peer) -> None:
    record = str(uuid4())
    for name in ("Esempia", "Esempio"):
        await deliver(sil, registry, PersonRegistered(family_name=name), record=record)
    assert await rows(sil, PersonCopy) == [{"record": record, "given_name": None, "family_name": "Esempio"}]
    async with sil.database.read(runtime=sil) as session:
        assert await caseload.person_name(session, record) == "Esempio"
        unknown = await caseload.person_name(session, str(uuid4()))
        with speaking("en"):
            english = await caseload.person_name(session, str(uuid4()))
        assert (unknown, english) == (
            "Persona non ancora ricevuta dal registro",
            "Person not yet received from the registry",
        )
        assert await caseload.person_names(session, [record, str(uuid4())]) == {record: "Esempio"}


async def test_a_second_delivery_changes_nothing(sil: Runtime, registry: Peer) -> None:
    record, episode = str(uuid4()), str(uuid4())
    written = [
        await deliver(sil, registry, PersonRegistered(family_name="Esempio"), record=record),
        await deliver(sil, registry, opened(episode), record=record, scope=episode),
    ]
    before = [await rows(sil, table) for table in caseload.TABLES]
    await sil.inbox.deliver(written)
    await sil.inbox.deliver(list(reversed(written)))
    assert [await rows(sil, table) for table in caseload.TABLES] == before


async def test_a_closing_read_before_its_opening_waits_for_it(sil: Runtime, registry: Peer) -> None:
    record, episode = str(uuid4()), str(uuid4())
    first = registry.write(opened(episode), record=record, scope=episode)
    closed = TakingInChargeClosed(episode=episode, closed_on=date(2013, 10, 1), reason="moved")
    second = registry.write(closed, record=record, scope=episode)
    await registry.grant(sil, registry.stream(closed, record, episode))
    await sil.inbox.deliver([second])
    assert await rows(sil, EpisodeCopy) == []
    await sil.inbox.deliver([first])
    assert await rows(sil, EpisodeCopy) == [
        {
            "episode": episode,
            "record": record,
            "opened_on": date(2013, 2, 4),
            "suspended_on": None,
            "closed_on": date(2013, 10, 1),
        }
    ]


async def test_who_rests_is_not_in_charge_until_they_go_on_and_who_is_reopened_is_again(
    sil: Runtime, registry: Peer
) -> None:
    record, episode, day = str(uuid4()), str(uuid4()), date(2013, 10, 1)
    steps = [
        (opened(episode), True),
        (TakingInChargeSuspended(episode=episode, suspended_on=day, reason="away"), False),
        (TakingInChargeResumed(episode=episode, resumed_on=day), True),
        (TakingInChargeClosed(episode=episode, closed_on=day, reason="moved"), False),
        (TakingInChargeReopened(episode=episode, reopened_on=day, reason="Non era finita"), True),
    ]
    for event, is_in_charge in steps:
        await deliver(sil, registry, event, record=record, scope=episode)
        async with sil.database.read() as session:
            assert await caseload.is_in_charge(session, record) is is_in_charge, event


async def test_another_members_registry_puts_nobody_in_charge_here(sil: Runtime, other: Peer) -> None:
    """INVARIANT: a record id means nothing without its member. Breaks if others' people are copied."""
    record, episode = str(uuid4()), str(uuid4())
    await deliver(sil, other, PersonRegistered(family_name="Esempio"), record=record)
    await deliver(sil, other, opened(episode), record=record, scope=episode)
    await deliver(sil, other, ReportingIdAssigned(reporting_id=REPORTING_ID), record=record)
    assert await rows(sil, PersonCopy) == []
    assert await rows(sil, EpisodeCopy) == []
    async with sil.database.read(runtime=sil) as session:
        assert await access.reporting_id_of(session, record) is None


async def test_the_pseudonym_links_and_authorisations_are_learnt(
    sil: Runtime, registry: Peer, other: Peer
) -> None:
    record, theirs = str(uuid4()), str(uuid4())
    await deliver(sil, registry, ReportingIdAssigned(reporting_id=REPORTING_ID), record=record)
    linked = link_of(("ambito-urbano", theirs), ("sil", record))
    await deliver(sil, registry, linked, record=record)
    told = given(str(uuid4()))
    await deliver(sil, other, told, record=theirs)
    async with sil.database.read(runtime=sil) as session:
        assert await access.reporting_id_of(session, record) == REPORTING_ID
        assert await access.component(session, record) == {("sil", record), ("ambito-urbano", theirs)}
    (held,) = await rows(sil, AuthorisationHeld)
    assert (held["member"], held["record"], held["terms"]) == ("ambito-urbano", theirs, told.payload())
    (link,) = await rows(sil, RecordLink)
    assert link["link"] == linked.link


async def test_an_authorisation_stays_with_the_record_it_was_first_heard_of(
    sil: Runtime, other: Peer
) -> None:
    first, second, told = str(uuid4()), str(uuid4()), given(str(uuid4()))
    for record, circles in ((first, ("care",)), (second, ("care", "clinical")), (first, ("social",))):
        said = given(told.authorisation, circles=circles)
        await deliver(sil, other, said, record=record)
    (held,) = await rows(sil, AuthorisationHeld)
    assert (held["record"], held["terms"]["circles"]) == (first, ["social"])


async def test_no_other_member_links_our_persons_or_makes_two_of_a_third_one(
    sil: Runtime, registry: Peer, other: Peer
) -> None:
    """INVARIANT: a link leads to grants; believed from anybody, it would open our persons to whoever asks.

    Of two records of its own a member says it itself.
    """
    ours, theirs, second, third, fourth = (str(uuid4()) for _ in range(5))
    ours_and_theirs = link_of(("sil", ours), ("ambito-urbano", theirs))
    await deliver(sil, other, ours_and_theirs, record=theirs)
    assert await rows(sil, RecordLink) == []
    await deliver(sil, registry, ours_and_theirs, record=ours)
    two_of_theirs = link_of(("ambito-urbano", theirs), ("ambito-urbano", second))
    with_a_third = link_of(("ambito-urbano", theirs), ("cpi", third))
    two_of_a_third = link_of(("ambito-urbano", theirs), ("cpi", fourth))
    of_a_stranger = link_of(("cpi", third), ("provincia", fourth))
    for said in (two_of_theirs, with_a_third, two_of_a_third, of_a_stranger):
        await deliver(sil, other, said, record=theirs)
    async with sil.database.read(runtime=sil) as session:
        assert await access.component(session, ours) == {
            ("sil", ours),
            ("ambito-urbano", theirs),
            ("ambito-urbano", second),
            ("cpi", third),
        }


async def test_records_found_to_be_of_two_people_part(sil: Runtime, registry: Peer, other: Peer) -> None:
    ours, theirs = str(uuid4()), str(uuid4())
    linked = link_of(("sil", ours), ("ambito-urbano", theirs))
    await deliver(sil, registry, linked, record=ours)
    parted = RecordsUnlinked(
        link=linked.link,
        a=linked.a,
        b=linked.b,
        unlinked_on=date(2013, 10, 14),
        reason="Due persone",
        decided_by="op-livia",
    )
    for _ in range(2):
        await deliver(sil, other, parted, record=theirs, scope=linked.link)
    async with sil.database.read(runtime=sil) as session:
        assert await access.component(session, ours) == {("sil", ours)}


async def test_copies_wiped_and_rebuilt_are_the_same_and_publish_nothing(
    sil: Runtime, registry: Peer
) -> None:
    record, episode = str(uuid4()), str(uuid4())
    await deliver(sil, registry, PersonRegistered(family_name="Esempio"), record=record)
    await deliver(sil, registry, opened(episode), record=record, scope=episode)
    before = [await rows(sil, table) for table in caseload.TABLES]
    await rebuild(sil)
    assert [await rows(sil, table) for table in caseload.TABLES] == before
    assert await published(sil) == []


async def test_a_service_is_known_by_the_directorys_name_or_by_its_short_one(sil: Runtime) -> None:
    async with sil.database.read(runtime=sil) as session:
        assert caseload.own_member(session) == "sil"
        assert caseload.own_entry(session).member == "sil"
        assert caseload.member_name(session, "coop-filo") == caseload.directory(session)["coop-filo"].name
        assert caseload.member_name(session, "nobody-we-know") == "nobody-we-know"
        assert caseload.today(session) == date(2013, 10, 14)
