"""Italian tax codes that are well formed and can belong to nobody. Pure."""

from datetime import date

NOWHERE = "Z999"
"""A birthplace that does not exist: codes of foreign states end long before it."""

_MONTHS = "ABCDEHLMPRST"
_VOWELS = "AEIOU"
# Values of characters in odd places, DM 23 December 1976; in even places a character is worth its rank.
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def nobodys_tax_code(given_name: str, family_name: str, birth_date: date, *, woman: bool) -> str:
    """The code that a person of this name would have, had they been born nowhere.

    DM 23 December 1976, with the right check letter: only the birthplace makes it nobody's.
    """
    day = birth_date.day + (40 if woman else 0)
    born = f"{birth_date.year % 100:02}{_MONTHS[birth_date.month - 1]}{day:02}"
    code = f"{_family_letters(family_name)}{_given_letters(given_name)}{born}{NOWHERE}"
    return code + check_letter(code)


def nobodys_provisional_code(number: int) -> str:
    """Eleven digits as are given until the tax code is issued, with the right check digit.

    An office that does not exist, 000, gave it.
    """
    code = f"{number % 10_000_000:07}000"
    return code + check_digit(code)


def check_digit(code: str) -> str:
    """The eleventh digit, from the ten before it (Luhn)."""
    doubled = [int(c) * 2 if place % 2 else int(c) for place, c in enumerate(code)]
    return str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def check_letter(code: str) -> str:
    """The sixteenth character, from the fifteen before it."""
    worth = [int(c) if c.isdigit() else ord(c) - ord("A") for c in code]
    return chr(ord("A") + sum(_ODD[w] if place % 2 == 0 else w for place, w in enumerate(worth)) % 26)


def _family_letters(name: str) -> str:
    consonants, vowels = _letters(name)
    return (consonants + vowels + "XXX")[:3]


def _given_letters(name: str) -> str:
    consonants, vowels = _letters(name)
    if len(consonants) > 3:
        return consonants[0] + consonants[2:4]
    return (consonants + vowels + "XXX")[:3]


def _letters(name: str) -> tuple[str, str]:
    letters = [letter for letter in name.upper() if "A" <= letter <= "Z"]
    consonants = "".join(letter for letter in letters if letter not in _VOWELS)
    return consonants, "".join(letter for letter in letters if letter in _VOWELS)
