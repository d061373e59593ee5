"""Invented persons: as many as asked, the same for a seed, and nobody's."""

from datetime import date

import pytest
from stdnum import luhn
from stdnum.it import codicefiscale
from trama_simulation.persons import OLDEST, YOUNGEST, invented
from trama_simulation.tax_code import NOWHERE, nobodys_tax_code


def test_names_shorten_as_the_decree_says() -> None:
    born = date(1972, 2, 4)
    assert nobodys_tax_code("Anna", "Esempio", born, woman=True).startswith("SMPNNA72B44Z999")
    assert nobodys_tax_code("Gianfranco", "Rossi", born, woman=False).startswith("RSSGFR72B04Z999")
    assert nobodys_tax_code("Bo", "Fo", born, woman=False).startswith("FOXBOX72B04Z999")


@pytest.mark.parametrize("seed", [1, 2])
def test_codes_are_well_formed_all_different_and_nobodys(seed: int) -> None:
    people = invented(400, seed)
    codes = {person.tax_code for person in people}
    assert len(codes) == 400
    assert all(codicefiscale.is_valid(code) and code[11:15] == NOWHERE for code in codes)
    assert all(OLDEST <= person.birth_date <= YOUNGEST for person in people)


def test_provisional_codes_are_well_formed_and_of_an_office_that_does_not_exist() -> None:
    codes = [person.provisional_code for person in invented(400, 1)]
    assert all(len(code) == 11 and luhn.is_valid(code) and code[7:10] == "000" for code in codes)
    assert len(set(codes)) == len(codes)
    assert codes == [person.provisional_code for person in invented(400, 1)]


def test_the_same_seed_invents_the_same_people_and_more_people_begin_with_the_fewer() -> None:
    assert invented(20, 7) == invented(20, 7)
    assert invented(40, 7)[:20] == invented(20, 7)
    assert invented(20, 7)[8:] != invented(20, 8)[8:]
    assert [person.name for person in invented(2, 3)] == ["Anna Esempio", "Bruno Finto"]
