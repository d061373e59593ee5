"""Who may be here already: grades and reasons in words, and that a person decides."""

from datetime import date
from typing import Any

import pytest
from trama_chassis.accounts import Caller
from trama_chassis.runtime import Runtime
from trama_chassis.testing import transaction
from trama_registry import commands, errors, queries
from trama_registry.models import Identity, compare, traits_of
from trama_registry.schemas import CandidateView, RegisterPerson, TellApart

BORN = date(1972, 2, 4)
ANNA = Identity(
    given_name="Anna", family_name="D'Àgostini", birth_date=BORN, town="Sacile", phone="+39 0434 123456"
)


def like(**values: Any) -> Identity:
    given = {name: getattr(ANNA, name) for name in Identity.__dataclass_fields__}
    return Identity(**given | values)


@pytest.mark.parametrize(
    ("sought", "grade", "reason"),
    [
        (like(), "certain", "Stesso nome e cognome"),
        (like(family_name="DAGOSTINI", given_name="anna"), "certain", "Stesso nome e cognome"),
        (like(family_name="Anna", given_name="D’Agostini"), "certain", "scambiati di posto"),
        (like(town=None, phone=None), "probable", "Stessa data di nascita"),
        (like(family_name="Dagostino"), "probable", "suonano uguali"),
        (like(family_name="Dagosrini"), "probable", "errore di battitura"),
        (like(given_name="Anna Maria"), "probable", "Una parte del nome"),
        (like(birth_date=None), "probable", "Stesso telefono"),
        (like(birth_date=None, phone=None), "possible", "Stesso nome e cognome"),
        (like(birth_date=date(1972, 4, 2), phone=None), "possible", "Data di nascita quasi uguale"),
        (like(family_name="Sposata", phone=None), "possible", "cognome diverso"),
        (like(birth_date=date(1946, 5, 5)), "possible", "Stesso telefono"),
    ],
)
def test_likeness_is_graded_and_says_why(sought: Identity, grade: str, reason: str) -> None:
    found = compare(sought, ANNA)
    assert found is not None
    assert found.grade == grade
    assert reason in " ".join(found.reasons)
    assert traits_of(sought) & traits_of(ANNA)


@pytest.mark.parametrize(
    "other",
    [
        like(birth_date=date(1946, 5, 5), phone=None),  # of the same name
        like(given_name="Bruno", phone=None),  # a twin
        like(family_name="Altra", birth_date=None, phone=None),
        Identity(),
    ],
)
def test_what_is_not_alike_is_not_offered(other: Identity) -> None:
    assert compare(other, ANNA) is None


def test_omocodia_makes_two_people_however_alike_they_are() -> None:
    """INVARIANT: two whole codes that differ are of two people, also where omocodia alone tells them apart.
    Comparing codes after undoing omocodia breaks it."""
    one, other = like(tax_code="RSSMRA80A01H501U"), like(tax_code="RSSMRA80A01H50MM")
    found = compare(one, other)
    assert found is not None
    assert found.grade == "possible"
    assert "forse due persone" in " ".join(found.reasons)
    provisional = compare(like(tax_code="12345678903"), one)
    assert provisional is not None
    assert provisional.grade == "certain"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Мохаммед", "Mohamed"),
        ("Youssef", "Jusuf"),
        ("Жанна", "Zhanna"),
        ("Łukasz", "Lukasz"),
        ("𝒜nna", "Anna"),
        ("Šarić", "Шарић"),
    ],
)
def test_names_from_other_alphabets_are_known_again(one: str, other: str) -> None:
    found = compare(Identity(family_name=one, birth_date=BORN), Identity(family_name=other, birth_date=BORN))
    assert found is not None
    assert found.grade == "probable"


async def seek(runtime: Runtime, identity: Identity, **values: Any) -> list[CandidateView]:
    async with runtime.database.read(runtime=runtime) as session:
        return await queries.candidates(session, identity, **values)


def described(**values: Any) -> RegisterPerson:
    known = {"given_name": "Anna", "family_name": "Esempio", "birth_date": "1972-02-04", "town": "Pordenone"}
    return RegisterPerson.model_validate(known | values)


async def test_who_is_here_for_certain_is_registered_again_only_with_a_reason(
    ambito: Runtime, desk: Any, anna: RegisterPerson
) -> None:
    """INVARIANT: no second record of the same person is made unless somebody says how they know better, and
    what they said is kept. Refusing on the tax code alone breaks it."""
    record = await desk.register(ambito, anna)
    with pytest.raises(errors.SamePersonFound) as refused:
        await desk.register(ambito, described())
    assert f"/persone/{record}/" in refused.value.detail
    assert "stessa data di nascita" in refused.value.detail
    other = await desk.register(ambito, described(another_person="Ha mostrato un altro documento"))
    assert {one.record for one in await seek(ambito, Identity.of(described()))} == {record, other}
    assert await seek(ambito, Identity.of(described()), but=other) == []


async def test_a_doubt_is_offered_and_stops_nobody(ambito: Runtime, desk: Any, anna: RegisterPerson) -> None:
    record = await desk.register(ambito, anna)
    second = await desk.register(ambito, described(town=None))
    (found,) = await seek(ambito, Identity.of(described(town=None)), but=second)
    assert (found.record, found.grade) == (record, "probable")
    assert found.reasons == ["Stesso nome e cognome", "Stessa data di nascita"]


async def test_who_was_told_apart_is_not_offered_again(
    ambito: Runtime, desk: Any, anna: RegisterPerson, sara: Caller
) -> None:
    record = await desk.register(ambito, anna)
    second = await desk.register(ambito, described(town=None))
    async with transaction(ambito) as session:
        said = TellApart(other=record, reason="Le conosco tutte e due")
        await commands.tell_apart(session, second, said, sara)
    for one in (record, second):
        assert await seek(ambito, Identity.of(described(town=None)), but=one) == []


async def test_a_person_with_one_word_for_a_name_or_none_of_the_rest_is_found(
    ambito: Runtime, desk: Any
) -> None:
    record = await desk.register(ambito, RegisterPerson(family_name="𠮷田"))
    (found,) = await seek(ambito, Identity(family_name="𠮷田"))
    assert (found.record, found.grade) == (record, "possible")
    assert await seek(ambito, Identity()) == []
