"""Two records of one service that are of the same person: shown as one, kept as two, taken apart whole."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published, transaction
from trama_contracts.facts import ReportingIdReplacedFact
from trama_contracts.registry import RecordsLinked
from trama_registry import commands, errors, queries
from trama_registry.schemas import (
    AcceptReferral,
    AssignIdentifier,
    CorrectEntry,
    LinkRecord,
    OpenTakingInCharge,
    RegisterPerson,
    Unlink,
)
from trama_reporting.models import REPLACED, FactCopy, once_each

Both = tuple[Runtime, Runtime]
MakeCode = Callable[[str], str]
TWICE = RegisterPerson(
    given_name="Ana",
    family_name="Esempio",
    birth_date="1972-02-04",  # type: ignore[arg-type]  # as JSON has it
    town="Pordenone",
    taking_in_charge=OpenTakingInCharge(need="Cerca un corso"),
)
WRONG = Unlink(reason="Sono due persone")
HTML = {"Accept": "text/html"}


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """The rules are the same on each kind of database: one is enough."""
    return fresh_database("sqlite")


async def join(runtime: Runtime, record: str, other: str, by: Caller) -> str:
    target = LinkRecord(member=runtime.settings.member, record=other)
    async with transaction(runtime) as session:
        return (await commands.link_records(session, record, target, by)).link


async def part(runtime: Runtime, record: str, link: str, by: Caller) -> None:
    async with transaction(runtime) as session:
        await commands.unlink(session, record, link, WRONG, by)


async def way(runtime: Runtime, record: str) -> set[tuple[str, str]]:
    async with runtime.database.read(runtime=runtime) as session:
        return await access.component(session, record)


async def listed(runtime: Runtime, sought: str = "") -> list[tuple[str, list[str]]]:
    """The list of persons: each line's record, and those beside it."""
    async with runtime.database.read(runtime=runtime) as session:
        found = await queries.persons_by_name(session, sought)
    return [(one.record, [other.record for other in one.also]) for one in found.persons]


async def entries(desk: Any, runtime: Runtime, record: str) -> set[str]:
    return {entry.event_id for entry in (await desk.story(runtime, record)).entries}


async def test_two_records_joined_are_one_line_one_story_and_come_apart_as_they_were(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: joining changes neither record; separating gives both back whole. Moving what is on one to
    the other, or keeping one line for two people, breaks it."""
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    before = [await entries(desk, ambito, one) for one in (record, other)]
    lines = await listed(ambito)
    link = await join(ambito, record, other, sara)
    assert await listed(ambito) == [(record, [other])]
    assert await listed(ambito, "Esempio") == [(record, [other])]
    assert await listed(ambito, "Esempio Ana") == [(other, [record])]
    told = {one.event_id for one in await published(ambito, RecordsLinked)}
    assert len(told) == 2
    for one in (record, other):
        assert await entries(desk, ambito, one) == before[0] | before[1] | told
    await part(ambito, other, link, sara)
    assert await listed(ambito) == lines == [(other, []), (record, [])]
    after = [await entries(desk, ambito, one) for one in (record, other)]
    assert not after[0] & before[1]
    assert not after[1] & before[0]
    assert [before[0] <= after[0], before[1] <= after[1]] == [True, True]


async def test_a_name_that_finds_the_second_alone_still_finds_the_person(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    married = TWICE.model_copy(update={"family_name": "Rossi"})
    record, other = await desk.register(ambito, anna), await desk.register(ambito, married)
    await join(ambito, other, record, sara)
    assert await listed(ambito, "Rossi") == [(other, [record])]
    assert await listed(ambito, "Esempio") == [(record, [other])]
    assert await listed(ambito) == [(record, [other])]


async def test_the_pages_offer_to_join_say_so_and_offer_to_separate(
    ambito: Runtime, desk: Any, anna: RegisterPerson
) -> None:
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    page = f"/persone/{record}/dati"
    async with client(ambito, "caseworker") as http:
        offered = await http.get(page, headers=HTML)
        assert "È la stessa persona: collega le due schede" in offered.text
        body = {"member": "ambito-urbano", "record": other}
        made = await http.post(f"/api/registry/persons/{record}/links", json=body)
        assert made.status_code == 201
        joined = await http.get(page, headers=HTML)
        overview = (await http.get(f"/api/registry/persons/{other}/overview")).json()
        shown = await http.get(f"/persone/{other}", headers=HTML)
        story = await http.get(f"/persone/{other}/storia", headers=HTML)
        lines = await http.get("/persone", headers=HTML)
        identity = (await http.get(f"/api/registry/persons/{record}/identity")).json()
        following = (await http.get(f"/api/registry/persons/{record}/relations")).json()["others"]
    assert "collega le due schede" not in joined.text
    assert "Un'altra scheda del nostro registro" in joined.text.replace("&#39;", "'")
    assert [one["record"] for one in overview["also_here"]] == [record]
    assert f'href="/persone/{record}"' in shown.text
    assert "altra scheda del nostro registro" in shown.text
    assert story.status_code == 200
    assert lines.text.count("<tr>") == 2
    assert (identity["alike"], identity["links"][0]["name"]) == ([], "Ana Esempio")
    assert [one["name"] for one in following] == ["ambito-urbano (altra scheda)"]


async def test_who_was_separated_is_not_offered_again_and_may_be_joined_by_decision(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    await part(ambito, record, await join(ambito, record, other, sara), sara)
    async with ambito.database.read(runtime=ambito) as session:
        view = await queries.identity_view(session, record, sara)
    assert (view.alike, [one.removed for one in view.links]) == ([], [True])
    await join(ambito, record, other, sara)
    assert await way(ambito, record) == {("ambito-urbano", record), ("ambito-urbano", other)}
    with pytest.raises(errors.CannotLink):
        await join(ambito, other, record, sara)
    with pytest.raises(errors.CannotLink):
        await join(ambito, record, record, sara)


async def test_an_entry_of_the_other_record_is_corrected_where_it_stands(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    (opened,) = [
        entry.event_id
        for entry in (await desk.story(ambito, other)).entries
        if entry.type.endswith("taking-in-charge-opened.v1")
    ]
    await join(ambito, record, other, sara)
    async with transaction(ambito) as session:
        await commands.correct_entry(session, record, opened, CorrectEntry(reason="Altro giorno"), sara)
    for one in (record, other):
        story = (await desk.story(ambito, one)).entries
        assert [entry.corrected_by is not None for entry in story if entry.event_id == opened] == [True]


async def test_who_follows_the_person_with_us_sees_them_joined_and_parted(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: a link between two records of one member is believed of that member alone, and then given
    back whole. Refusing it for making two records one, or believing it of others, breaks it."""
    ambito, sil = both
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    referral = await desk.refer(ambito, record)
    await exchange(*both)
    async with transaction(sil) as session:
        _, course = await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
    await exchange(*both)
    theirs = str(course.record)
    before = await way(sil, theirs)
    link = await join(ambito, other, record, sara)
    await exchange(*both)
    assert await way(sil, theirs) == before | {("ambito-urbano", other)}
    needs = [entry.happened for entry in (await desk.story(sil, theirs)).entries]
    assert any("Cerca un corso" in one for one in needs)
    await part(ambito, record, link, sara)
    await exchange(*both)
    assert await way(sil, theirs) == before
    assert not any("Cerca un corso" in one.happened for one in (await desk.story(sil, theirs)).entries)


async def test_no_link_of_ours_makes_two_records_of_another_service_one(
    both: Both, exchange: Any, desk: Any, anna: RegisterPerson, sara: Caller, livia: Caller
) -> None:
    """INVARIANT: whether two of a service's records are of one person is that service's to say."""
    ambito, sil = both
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    for one in (record, other):
        referral = await desk.refer(ambito, one)
        await exchange(*both)
        async with transaction(sil) as session:
            await commands.accept_referral(session, referral.referral, AcceptReferral(), livia)
        await exchange(*both)
    with pytest.raises(errors.CannotLink):
        await join(ambito, record, other, sara)


def copied(event: str, kind: str, person: str, stream: str, seq: int = 1, **attributes: Any) -> FactCopy:
    """A fact of the social service as reporting keeps it."""
    return FactCopy(
        event_id=event,
        kind=kind,
        reporting_id=person,
        member="ambito-urbano",
        service="registry",
        stream=stream,
        seq=seq,
        day=date(2013, 10, 14),
        attributes=attributes,
    )


async def counted(runtime: Runtime, *records: str, told_as: str | None = None) -> list[int]:
    """How many persons reporting counts of what these records told, after each word on pseudonyms; `told_as`
    is under what one of them told something before."""
    ids: list[str | None] = [told_as] if told_as is not None else []
    for record in records:
        async with runtime.database.read() as session:
            ids.append(await access.reporting_id_of(session, record))
    told = [copied(uuid4().hex, "told", str(one), stream=str(one)) for one in ids]
    said = [
        copied(one.event_id, REPLACED, one.event.reporting_id, one.stream, one.seq, **one.event.payload())
        for one in await published(runtime, ReportingIdReplacedFact)
        if isinstance(one.event, ReportingIdReplacedFact)
    ]
    return [len({one.reporting_id for one in once_each(told, said[:n])}) for n in range(len(said) + 1)]


async def test_two_records_joined_are_counted_once_and_apart_again_when_they_are_two_people(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: figures count a person once however many records we have of them, and two people twice.
    Giving both records one pseudonym breaks it: what they tell could never be told apart again."""
    record, other = await desk.register(ambito, anna), await desk.register(ambito, TWICE)
    link = await join(ambito, other, record, sara)  # whichever is joined to which, the one with a code counts
    assert await counted(ambito, record, other) == [2, 1]
    await part(ambito, record, link, sara)
    assert (await counted(ambito, record, other))[-1] == 2
    joined, *undone = (one.event for one in await published(ambito, ReportingIdReplacedFact))
    async with ambito.database.read() as session:
        own, pseudonym = [await access.reporting_id_of(session, one) for one in (record, other)]
    said = {"reporting_id": own, "replaced": pseudonym, "was_theirs": False}
    assert said.items() <= joined.payload().items()
    assert {one.payload()["replaced"] for one in undone if one.payload()["undone"]} == {own, pseudonym}


async def test_three_records_joined_are_one_person_and_the_one_taken_out_another(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    first, second = (
        await desk.register(ambito, TWICE),
        await desk.register(
            ambito, TWICE.model_copy(update={"another_person": "Non si sa ancora", "town": "Cordenons"})
        ),
    )
    coded = await desk.register(ambito, anna)
    await join(ambito, first, second, sara)
    link = await join(ambito, second, coded, sara)
    assert (await counted(ambito, first, second, coded))[-1] == 1
    await part(ambito, coded, link, sara)
    assert (await counted(ambito, first, second, coded))[-1] == 2
    assert (await counted(ambito, first, second))[-1] == 1


async def test_two_codes_of_one_person_count_once_and_each_again_when_they_are_two_people(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller, make_tax_code: MakeCode
) -> None:
    """INVARIANT: whoever is on two records counts once whatever codes these have; what another service told
    under the second stays as told, since it may be somebody else's. Joining only those without a code, or
    letting a code give way for all, breaks it."""
    record = await desk.register(ambito, anna)
    other = await desk.register(ambito, TWICE.model_copy(update={"tax_code": make_tax_code("SMPNAA72B44")}))
    link = await join(ambito, other, record, sara)
    assert await counted(ambito, record, other) == [2, 1]
    (joined,) = (one.event for one in await published(ambito, ReportingIdReplacedFact))
    assert isinstance(joined, ReportingIdReplacedFact)
    assert joined.was_theirs is False
    await part(ambito, record, link, sara)
    assert (await counted(ambito, record, other))[-1] == 2


@pytest.mark.parametrize("changed", [0, 1])
async def test_a_code_that_changes_while_records_are_joined_leaves_nothing_behind_when_they_part(
    *,
    ambito: Runtime,
    desk: Any,
    anna: RegisterPerson,
    sara: Caller,
    make_tax_code: MakeCode,
    changed: int,
) -> None:
    """INVARIANT: what is told under a pseudonym that a joined record had is of that record again when they
    part. Leaving the old word standing beside the new breaks it."""
    both = [await desk.register(ambito, one) for one in (anna, TWICE)]
    async with ambito.database.read() as session:
        had = await access.reporting_id_of(session, both[changed])
    link = await join(ambito, both[1], both[0], sara)
    code = AssignIdentifier(kind="tax-code", value=make_tax_code("SMPNNN72B44"), replaced_was="mistaken")
    async with transaction(ambito) as session:
        await commands.assign_identifier(session, both[changed], code, sara)
    assert (await counted(ambito, *both, told_as=had))[-1] == 1
    await part(ambito, both[0], link, sara)
    assert (await counted(ambito, *both, told_as=had))[-1] == 2
    assert (await counted(ambito, both[changed], told_as=had))[-1] == 1
