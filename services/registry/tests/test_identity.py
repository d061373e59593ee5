"""Who a person is, put right: numbers with history, a code corrected and counted once, certificates."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.errors import ChangedMeanwhile, NotAllowed
from trama_chassis.language import LANGUAGES, speaking
from trama_chassis.runtime import Runtime
from trama_chassis.testing import CARE, FIRST_PLACES, Place, Territory, client, published, transaction
from trama_contracts.facts import ReportingIdReplacedFact
from trama_contracts.registry import (
    CertificateRecorded,
    HealthTargetGroupsSet,
    IdentifierAssigned,
    IdentifierEnded,
    JudicialTargetGroupsSet,
    PersonRegistered,
    ReportingIdAssigned,
    TakingInChargeOpened,
    TargetGroupsSet,
)
from trama_registry import commands, errors, queries
from trama_registry.models import Identity, TargetGroup, verification_of
from trama_registry.queries.told.languages import languages
from trama_registry.schemas import (
    AssignIdentifier,
    AttestIdentifier,
    CorrectPerson,
    EndIdentifier,
    IdentityView,
    RecordCertificate,
    RegisterPerson,
    SetTargetGroups,
)

PROVISIONAL = "12345678903"


def assign(**values: Any) -> AssignIdentifier:
    return AssignIdentifier.model_validate({"kind": "tax-code"} | values)


async def identity_of(runtime: Runtime, record: str, by: Caller) -> IdentityView:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.identity_view(session, record, by)


async def test_a_definitive_code_takes_the_place_of_the_provisional_and_both_stay_with_their_days(
    ambito: Runtime, desk: Any, sara: Caller, tax_code: str
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello", tax_code=PROVISIONAL))
    async with transaction(ambito) as session:
        await commands.assign_identifier(session, record, assign(value=tax_code.lower()), sara)
    view = await identity_of(ambito, record, sara)
    now, before = view.identifiers
    assert (now.value, now.kind, now.in_force) == (tax_code, "tax-code", True)
    assert (before.value, before.kind, before.ending) == (PROVISIONAL, "provisional-tax-code", "replaced")
    assert str(before.ended_on) == "2013-10-14"
    assert now.replaces == before.identifier
    assert (view.tax_code, view.version) == (tax_code, 2)
    told = [one.event for one in await published(ambito)]
    assert [type(one) for one in told if isinstance(one, IdentifierAssigned | IdentifierEnded)] == [
        IdentifierEnded,
        IdentifierAssigned,
    ]
    registered = await published(ambito, PersonRegistered)
    assert registered[-1].inner.corrects == registered[0].event_id


async def test_a_code_that_changes_changes_the_pseudonym_and_reporting_is_told_which_gave_way(
    ambito: Runtime, desk: Any, sara: Caller, tax_code: str
) -> None:
    """INVARIANT: whoever counts can count the person once after a code changed. Publishing the new pseudonym
    without naming the old one breaks it."""
    record = await desk.register(ambito, RegisterPerson(family_name="Modello", tax_code=PROVISIONAL))
    async with transaction(ambito) as session:
        await commands.assign_identifier(session, record, assign(value=tax_code), sara)
    first, second = [
        one.event.payload()["reporting_id"] for one in await published(ambito, ReportingIdAssigned)
    ]
    (fact,) = await published(ambito, ReportingIdReplacedFact)
    assert first != second
    assert fact.event.payload() == {
        "reporting_id": second,
        "replaced": first,
        "was_theirs": True,
        "replaced_on": "2013-10-14",
    }
    async with ambito.database.read(runtime=ambito) as session:
        assert await access.reporting_id_of(session, record) == second


async def test_a_code_put_there_by_mistake_is_said_not_to_have_been_theirs(
    ambito: Runtime, desk: Any, sara: Caller, tax_code: str
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello", tax_code=tax_code))
    (number,) = (await identity_of(ambito, record, sara)).identifiers
    async with transaction(ambito) as session:
        await commands.end_identifier(
            session, record, number.identifier, EndIdentifier(reason="mistaken"), sara
        )
    (fact,) = await published(ambito, ReportingIdReplacedFact)
    assert fact.event.payload()["was_theirs"] is False
    assert (await identity_of(ambito, record, sara)).tax_code is None
    again = await desk.register(ambito, RegisterPerson(family_name="Vera", tax_code=tax_code))
    assert again != record
    with pytest.raises(errors.AlreadyEnded):
        async with transaction(ambito) as session:
            await commands.end_identifier(
                session, record, number.identifier, EndIdentifier(reason="expired"), sara
            )


async def test_a_number_in_use_on_another_record_is_refused_and_says_whose(
    ambito: Runtime, desk: Any, sara: Caller, tax_code: str
) -> None:
    await desk.register(ambito, RegisterPerson(given_name="Anna", family_name="Esempio", tax_code=tax_code))
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    with pytest.raises(errors.IdentifierTaken, match="identifier-taken") as refused:
        async with transaction(ambito) as session:
            await commands.assign_identifier(session, record, assign(value=tax_code), sara)
    assert "Anna Esempio" in refused.value.detail


async def test_stp_has_an_end_and_is_renewed_under_the_same_id(
    ambito: Runtime, desk: Any, sara: Caller
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    stp = {"kind": "stp", "value": "STP 060 120 0000001", "valid_from": "2013-05-01"}
    with pytest.raises(errors.ValidityMissing):
        async with transaction(ambito) as session:
            await commands.assign_identifier(session, record, assign(**stp), sara)
    async with transaction(ambito) as session:
        given = await commands.assign_identifier(session, record, assign(**stp, valid_to="2013-10-31"), sara)
    async with transaction(ambito) as session:
        renewal = AttestIdentifier.model_validate({"valid_to": "2014-04-30", "attested_by": "ASS 6"})
        await commands.attest_identifier(session, record, given.identifier, renewal, sara)
    (number,) = (await identity_of(ambito, record, sara)).identifiers
    assert (number.value, str(number.valid_to)) == ("STP0601200000001", "2014-04-30")
    assert number.verification == "verified"
    assert (
        len({one.event.payload()["identifier"] for one in await published(ambito, IdentifierAssigned)}) == 1
    )
    assert await published(ambito, ReportingIdReplacedFact) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [("stp", "ENI1234567890123"), ("eni", "ENI123"), ("provisional-tax-code", "123"), ("tax-code", "AB")],
)
async def test_a_number_that_cannot_be_of_its_kind_is_refused(
    ambito: Runtime, desk: Any, sara: Caller, kind: str, value: str
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    with pytest.raises(errors.IdentifierMalformed):
        async with transaction(ambito) as session:
            await commands.assign_identifier(session, record, assign(kind=kind, value=value), sara)


def test_there_are_four_levels_of_verification_and_only_an_archive_gives_the_last(
    make_tax_code: Callable[[str], str],
) -> None:
    born = Identity.of(
        RegisterPerson.model_validate(
            {"given_name": "Anna", "family_name": "Esempio", "birth_date": "1972-02-04"}
        )
    )
    right = make_tax_code("SMPNNA72B44")
    wrong_letter = right[:-1] + ("A" if right[-1] != "A" else "B")
    assert verification_of("tax-code", wrong_letter, born) == "well-formed"
    assert verification_of("tax-code", make_tax_code("RSSMRA80A01"), born) == "checked"
    assert verification_of("tax-code", right, born) == "plausible"
    assert verification_of("tax-code", make_tax_code("SMPNNATNB4Q"), born) == "plausible"  # omocodia
    assert verification_of("provisional-tax-code", PROVISIONAL, born) == "checked"
    assert verification_of("provisional-tax-code", "12345678904", born) == "well-formed"
    assert verification_of("stp", "STP0601200000001", born) == "well-formed"


async def test_the_second_of_two_operators_is_told_who_changed_what_they_saw(
    ambito: Runtime, desk: Any, sara: Caller, livia: Caller
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="Modello", town="Sacile"))
    async with transaction(ambito) as session:
        await commands.correct_person(session, record, CorrectPerson(family_name="Modelli", version=1), sara)
    late = CorrectPerson(family_name="Modello", phone="0434 123456", version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        async with transaction(ambito) as session:
            await commands.correct_person(session, record, late, livia)
    assert "Sara Demo" in refused.value.detail
    assert (await identity_of(ambito, record, sara)).family_name == "Modelli"


async def test_the_three_kinds_of_certificate_stand_each_for_itself(
    ambito: Runtime, desk: Any, sara: Caller
) -> None:
    """INVARIANT: a certificate of one law says nothing of another. Deducing one from another breaks it."""
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    titles: list[dict[str, Any]] = [
        {"kind": "targeted-placement", "issuer": "Commissione", "starts_on": "2012-05-02"},
        {"kind": "disadvantaged", "starts_on": "2013-01-01", "ends_on": "2013-06-30"},
    ]
    for title in titles:
        async with transaction(ambito) as session:
            await commands.record_certificate(session, record, RecordCertificate.model_validate(title), sara)
    held = (await identity_of(ambito, record, sara)).certificates
    assert [(one.kind, one.holds) for one in held] == [("disadvantaged", False), ("targeted-placement", True)]
    for refusal, title in (
        (errors.IssuerMissing, titles[0] | {"issuer": None, "kind": "disadvantaged-worker-eu"}),
        (errors.AlreadyCertified, titles[0] | {"starts_on": "2013-05-02"}),
        (errors.DayInFuture, titles[1] | {"starts_on": "2013-12-01", "ends_on": None}),
    ):
        with pytest.raises(refusal):
            async with transaction(ambito) as session:
                await commands.record_certificate(
                    session, record, RecordCertificate.model_validate(title), sara
                )
    told = [one.event.payload()["kind"] for one in await published(ambito, CertificateRecorded)]
    assert told == ["targeted-placement", "disadvantaged"]


async def test_target_groups_are_told_each_in_its_own_circle(
    ambito: Runtime, desk: Any, sara: Caller
) -> None:
    """INVARIANT: what tells of health or justice is told in its circle alone. One event of all breaks it."""
    record = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    async with transaction(ambito) as session:
        groups = SetTargetGroups(groups=["woman-in-difficulty", "migrant"])
        assert await commands.set_target_groups(session, record, groups, sara) == [
            "migrant",
            "woman-in-difficulty",
        ]
    judicial = SetTargetGroups(circle="justice", groups=["former-prisoner"])
    with pytest.raises(errors.NotInCircle):
        async with transaction(ambito) as session:
            await commands.set_target_groups(session, record, judicial, sara)
    async with transaction(ambito) as session:
        addiction = SetTargetGroups(circle="clinical", groups=["addiction"])
        await commands.set_target_groups(session, record, addiction, sara)
    told = [one.inner.circle for one in await published(ambito, TargetGroupsSet, HealthTargetGroupsSet)]
    assert told == ["care", "clinical"]
    with pytest.raises(errors.UnknownGroup):
        async with transaction(ambito) as session:
            await commands.set_target_groups(session, record, SetTargetGroups(groups=["addiction"]), sara)
    identity = await identity_of(ambito, record, sara)
    shown = {one.circle: one.chosen for one in identity.groups}
    assert shown == {"care": ["migrant", "woman-in-difficulty"], "clinical": ["addiction"]}
    assert identity.certificates == [], "a group is no title of any law"


async def test_judicial_groups_lie_apart_and_are_for_who_is_named_for_them(
    registry_of: Any, database_url: str, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: whoever is not named for judicial data finds no trace of them, in no view and in no count.
    Keeping or counting them with the other groups breaks it."""
    places = {
        **FIRST_PLACES,
        "ambito-urbano": Place(("registry",), "comune-urbano", circles=(*CARE, "justice")),
    }
    chief = replace(sara, roles=frozenset({"supervisor"}))
    judicial = SetTargetGroups(circle="justice", groups=["former-prisoner"])
    async with registry_of("ambito-urbano", database_url, territory=Territory(places=places)) as runtime:
        record = await desk.register(runtime, anna)
        with pytest.raises(NotAllowed):
            async with transaction(runtime) as session:
                await commands.set_target_groups(session, record, judicial, sara)
        async with transaction(runtime) as session:
            await commands.set_target_groups(session, record, judicial, chief)
        seen = {}
        for by in (sara, chief):
            async with runtime.database.read(runtime=runtime) as session:
                counted = [one.group for one in await queries.count_groups(session, by)]
                shown = (await queries.identity_view(session, record, by)).groups
                seen[by.roles] = counted, [one.circle for one in shown]
                assert list(await session.scalars(select(TargetGroup))) == []
        told = await published(runtime, JudicialTargetGroupsSet)
    assert seen[sara.roles] == ([], ["care", "clinical"])
    assert seen[chief.roles] == (["former-prisoner"], ["care", "clinical", "justice"])
    assert [one.inner.circle for one in told] == ["justice"]


async def test_persons_are_counted_by_target_group_while_they_are_followed(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    followed = await desk.register(ambito, anna)
    known = await desk.register(ambito, RegisterPerson(family_name="Modello"))
    for record in (followed, known):
        async with transaction(ambito) as session:
            groups = SetTargetGroups(circle="clinical", groups=["addiction", "mental-health"])
            await commands.set_target_groups(session, record, groups, sara)
    async with ambito.database.read(runtime=ambito) as session:
        counted = await queries.count_groups(session, sara)
    assert [(one.group, one.persons) for one in counted] == [("addiction", 1), ("mental-health", 1)]


async def test_who_is_at_risk_of_exclusion_is_marked_so_and_followed_by_the_social_service(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    record = await desk.register(ambito, anna)
    async with transaction(ambito) as session:
        groups = SetTargetGroups(groups=["at-risk-of-exclusion"])
        await commands.set_target_groups(session, record, groups, sara)
    opened, told = await published(ambito, TakingInChargeOpened, TargetGroupsSet)
    assert (told.inner.circle, told.event.groups) == ("care", ("at-risk-of-exclusion",))
    assert (told.inner.record, opened.event.sector) == (opened.inner.record, "social")
    async with ambito.database.read(runtime=ambito) as session:
        counted = await queries.count_groups(session, sara)
    assert [(one.group, one.persons) for one in counted] == [("at-risk-of-exclusion", 1)]


async def test_at_risk_disadvantaged_and_protected_are_three_things_and_who_is_several_is_one_person(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    """INVARIANT: none of the three follows from another, and who is of several is counted once. Adding the
    three up, or counting a certificate that holds no longer, breaks it."""
    need = {"taking_in_charge": {"need": "Un lavoro"}}
    second = RegisterPerson.model_validate({"family_name": "Modello"} | need)
    everything, risk_alone = [await desk.register(ambito, one) for one in (anna, second)]
    for record in (everything, risk_alone):
        async with transaction(ambito) as session:
            at_risk = SetTargetGroups(groups=["at-risk-of-exclusion", "migrant"])
            await commands.set_target_groups(session, record, at_risk, sara)
    for record, title in (
        (everything, {"kind": "disadvantaged", "starts_on": "2013-01-01"}),
        (everything, {"kind": "targeted-placement", "issuer": "Commissione", "starts_on": "2012-05-02"}),
        (risk_alone, {"kind": "disadvantaged", "starts_on": "2013-01-01", "ends_on": "2013-06-30"}),
    ):
        async with transaction(ambito) as session:
            await commands.record_certificate(session, record, RecordCertificate.model_validate(title), sara)
    async with client(ambito, "caseworker") as http:
        counted = (await http.get("/api/registry/targets")).json()
    assert {one["target"]: one["persons"] for one in counted["targets"]} == {
        "at-risk-of-exclusion": 2,
        "disadvantaged": 1,
        "targeted-placement": 1,
    }
    assert counted["persons"] == 2


async def test_a_language_and_the_need_of_an_interpreter_are_told_and_stand_on_top_of_the_page(
    ambito: Runtime,
) -> None:
    async with client(ambito, "caseworker") as http:
        new = {"family_name": "Modello", "given_name": "Farid", "language": "fa"}
        record = (await http.post("/api/registry/persons", json=new)).json()["record"]
        right = {"family_name": "Modello", "given_name": "Farid", "language": "ps", "needs_interpreter": True}
        answer = await http.post(f"/api/registry/persons/{record}/correct", json=right)
        assert (answer.json()["language"], answer.json()["needs_interpreter"]) == ("ps", True)
        page = (await http.get(f"/persone/{record}", headers={"accept": "text/html"})).text
        refused = await http.post("/api/registry/persons", json=new | {"language": "Dari"})
    first, second = (one.event for one in await published(ambito, PersonRegistered))
    assert isinstance(first, PersonRegistered)
    assert isinstance(second, PersonRegistered)
    assert (first.language, first.needs_interpreter) == ("fa", None)
    assert (second.language, second.needs_interpreter) == ("ps", True)
    assert "Lingua: pashto" in page
    assert "serve un interprete" in page
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "language")


def test_every_language_offered_has_a_name_in_the_language_of_the_page() -> None:
    for spoken in LANGUAGES:
        with speaking(spoken):
            assert [code for code, name in languages("ise") if name == code] == ["ise"]
