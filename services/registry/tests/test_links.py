"""Records of two members joined and separated: timelines and keys follow; nothing joins by itself."""

from typing import Any

import pytest
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.registry import RecordsLinked, RecordsUnlinked
from trama_registry import commands, errors, queries
from trama_registry.schemas import (
    AcceptReferral,
    FailReferral,
    LinkRecord,
    RegisterPerson,
    RenewReferral,
    Unlink,
)

from services.registry.tests.conftest import follow

Both = tuple[Runtime, Runtime]
WRONG = Unlink(reason="Sono due persone con lo stesso nome")


async def way(runtime: Runtime, record: str) -> set[tuple[str, str]]:
    async with runtime.database.read(runtime=runtime) as session:
        return await access.component(session, record)


async def readers(runtime: Runtime, record: str) -> list[str]:
    """Which other members have keys in the care circle of this record's streams now."""
    async with runtime.database.read(runtime=runtime) as session:
        return await access.seen_by(session, record, "care")


async def separate(runtime: Runtime, record: str, link: str, by: Caller) -> str:
    async with transaction(runtime) as session:
        return (await commands.unlink(session, record, link, WRONG, by)).detail


async def test_a_separation_is_told_ends_the_keys_and_is_followed_by_both_timelines(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: after a separation neither reads what the other writes, and both know why. Ending the keys
    before the separation is told, or at one end alone, breaks it."""
    ambito, sil = both
    record, theirs, link = (await follow(both, desk, anna, livia))[:3]
    assert await readers(ambito, record) == ["sil.placement", "sil.registry"]
    await separate(ambito, record, link, sara)
    await exchange(*both)
    assert await way(ambito, record) == {("ambito-urbano", record)}
    assert await way(sil, theirs) == {("sil", theirs)}
    assert await readers(ambito, record) == await readers(sil, theirs) == []
    assert [len(await published(runtime, RecordsUnlinked)) for runtime in both] == [1, 1]
    ours, others = await desk.story(ambito, record), await desk.story(sil, theirs)
    assert "sil" not in {
        one.member for one in ours.entries if one.type != "it.trama.registry.referral-accepted.v1"
    }
    assert any("separato" in one.happened for one in others.entries)
    assert {one.member for one in others.entries} == {"sil"}


async def test_nothing_joins_again_what_was_separated_until_a_person_decides(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: a split is never silently undone: a new referral about the same person, accepted on the same
    record, does not join the two; a decision does, at both ends. Linking whatever is accepted breaks it."""
    ambito, sil = both
    record, theirs, link = (await follow(both, desk, anna, livia))[:3]
    await separate(sil, theirs, link, livia)
    await exchange(*both)
    again = await desk.refer(ambito, record)
    await exchange(*both)
    async with transaction(sil) as session:
        await commands.accept_referral(session, again.referral, AcceptReferral(), livia)
    await exchange(*both)
    assert await way(ambito, record) == {("ambito-urbano", record)}
    assert await way(sil, theirs) == {("sil", theirs)}
    async with transaction(ambito) as session:
        await commands.link_records(session, record, LinkRecord(member="sil", record=theirs), sara)
    await exchange(*both)
    assert await way(ambito, record) == {("ambito-urbano", record), ("sil", theirs)}
    async with ambito.database.read(runtime=ambito) as session:
        (shown,) = (await queries.identity_view(session, record, sara)).links
    assert (shown.member, shown.removed) == ("sil", False)


async def test_two_records_of_one_service_are_not_joined_through_ours(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, sil = both
    record, _, _ = (await follow(both, desk, anna, livia))[:3]
    other = await desk.register(sil, RegisterPerson(family_name="Altra"))
    for target in ({"member": "sil", "record": other}, {"member": "ambito-urbano", "record": other}):
        with pytest.raises(errors.CannotLink):
            async with transaction(ambito) as session:
                await commands.link_records(session, record, LinkRecord.model_validate(target), sara)
    assert len(await published(ambito, RecordsLinked)) == 1


async def test_a_link_that_is_gone_is_not_removed_twice(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    ambito, _ = both
    record, _, link = (await follow(both, desk, anna, livia))[:3]
    await separate(ambito, record, link, sara)
    with pytest.raises(errors.LinkNotHere):
        await separate(ambito, record, link, sara)


async def test_who_accepts_again_after_a_separation_links_under_a_new_name_in_any_order(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: the id of a link that was removed never joins anybody again: others may still hold it, and
    would not believe it of other records. Naming every link after its referral breaks it."""
    ambito, sil = both
    nameless = RegisterPerson(family_name="Esempio", taking_in_charge=anna.taking_in_charge)
    record, wrong, link = (await follow(both, desk, nameless, livia))[:3]
    await separate(sil, wrong, link, livia)
    async with transaction(sil) as session:
        await commands.fail_referral(session, link, FailReferral(reason="other"))
    await exchange(*both)
    async with transaction(ambito) as session:
        await commands.renew_referral(session, link, RenewReferral())
    await exchange(*both)
    async with transaction(sil) as session:
        _, course = await commands.accept_referral(session, link, AcceptReferral(), livia)
    await exchange(*both)
    assert course.record not in (None, wrong)
    joined = {("ambito-urbano", record), ("sil", course.record)}
    assert await way(ambito, record) == await way(sil, str(course.record)) == joined
    assert await way(sil, wrong) == {("sil", wrong)}
    names = [{one.event.link for one in await published(runtime, RecordsLinked)} for runtime in both]  # type: ignore[attr-defined]  # all are links
    assert names[0] == names[1]
    assert len(names[0] - {link}) == 1
    for runtime, own in ((ambito, record), (sil, str(course.record))):
        (held,) = [one for one in (await shown(runtime, own, sara)) if not one.removed]
        await separate(runtime, own, held.link, sara)
        assert await way(runtime, own) == {(runtime.settings.member, own)}


async def shown(runtime: Runtime, record: str, by: Caller) -> Any:
    """The links as a page has them."""
    async with runtime.database.read(runtime=runtime) as session:
        return (await queries.identity_view(session, record, by)).links
