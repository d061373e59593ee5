"""Persons who do not exist: invented names, tax codes of nobody, towns on no map. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from zlib import crc32

from trama_simulation.tax_code import nobodys_provisional_code, nobodys_tax_code

TOWNS = ("Borgo Esempio", "Villa di Prova", "Castel Finzione", "San Modello", "Pieve Immaginaria")
OLDEST, YOUNGEST = date(1950, 1, 1), date(1994, 12, 31)

_CAST = (
    ("Anna", "Esempio", True, date(1972, 2, 4)),
    ("Bruno", "Finto", False, date(1990, 5, 17)),
    ("Carla", "Dimostri", True, date(1978, 9, 23)),
    ("Dario", "Campione", False, date(1961, 3, 8)),
    ("Elena", "Provetta", True, date(1967, 11, 30)),
    ("Farid", "Modello", False, date(1984, 7, 12)),
    ("Gina", "Fittizi", True, date(1975, 1, 26)),
    ("Ivo", "Provadati", False, date(1969, 6, 2)),
    ("Hugo", "Inventati", False, date(1994, 4, 19)),
)
_WOMEN = (
    *("Lucia", "Nadia", "Olga", "Paola", "Rita", "Silvia", "Teresa", "Ursula", "Vera", "Zaira"),
    *("Amina", "Bianca", "Chiara", "Delia", "Emma", "Flavia", "Giada", "Irma", "Leila", "Mirella"),
)
_MEN = (
    *("Luca", "Marco", "Nicola", "Omar", "Pietro", "Renzo", "Sandro", "Tullio", "Ugo", "Valerio"),
    *("Adil", "Bruno", "Ciro", "Davide", "Ettore", "Fabio", "Gino", "Hassan", "Italo", "Livio"),
)
_FAMILIES = (
    *("Dimostrativi", "Inventati", "Supposti", "Simulati", "Verosimili", "Ipotetici", "Figurati"),
    *("Presunti", "Prototipo", "Facsimile", "Campionari", "Fittizioni", "Provadati", "Modellini"),
    *("Fantasiosi", "Illusori", "Supposti", "Esemplari", "Apparenti", "Virtuali", "Sperimentali"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented."""

    given_name: str
    family_name: str
    birth_date: date
    tax_code: str
    town: str
    phone: str

    @property
    def name(self) -> str:
        """Given name first, as one speaks."""
        return f"{self.given_name} {self.family_name}"

    def code(self, known_by: str) -> str | None:
        """What they are known by: the tax code, the provisional one that they had before it, or nothing."""
        if known_by == "none":
            return None
        return self.tax_code if known_by == "tax-code" else self.provisional_code

    @property
    def provisional_code(self) -> str:
        """The eleven digits that they had before their tax code was issued."""
        return nobodys_provisional_code(crc32(self.tax_code.encode()))


def invented(count: int, seed: int) -> list[Person]:
    """So many persons, all with different tax codes: first the cast of the demonstration, then drawn ones."""
    return list(islice(_different(Random(seed)), count))  # noqa: S311 - a story to repeat, not a secret


def _different(drawn: Random) -> Iterator[Person]:
    taken = set()
    for given_name, family_name, woman, birth_date in _names(drawn):
        tax_code = nobodys_tax_code(given_name, family_name, birth_date, woman=woman)
        if tax_code in taken:
            continue
        taken.add(tax_code)
        # No number of the Italian plan has three zeros after its area code.
        phone = f"0434 000{drawn.randrange(1000):03}"
        yield Person(given_name, family_name, birth_date, tax_code, drawn.choice(TOWNS), phone)


def _names(drawn: Random) -> Iterator[tuple[str, str, bool, date]]:
    yield from _CAST
    while True:
        woman = drawn.random() < 0.5
        given_name = drawn.choice(_WOMEN if woman else _MEN)
        birth_date = OLDEST + timedelta(days=drawn.randrange((YOUNGEST - OLDEST).days + 1))
        yield given_name, drawn.choice(_FAMILIES), woman, birth_date
