"""How alike two descriptions of a person are: certain, probable or possible, and why. Pure; a person decides.

Names are compared as heard and as typed: accents, apostrophes, doubled letters, transliterations, swapped
and missing parts, one slip of the hand. Source of the grades: HL7 Patient $match; OpenCR's decision rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal, Protocol, TypeAlias

from trama_registry.models.spelling import is_slip, sound_of, words_of

Grade: TypeAlias = Literal["certain", "probable", "possible"]
GRADES: tuple[Grade, ...] = ("certain", "probable", "possible")
PHONE_DIGITS = 9
"""As many last digits of a telephone number are compared: prefixes are written or not."""


class Described(Protocol):
    """Whatever describes a person: a form, an event, a referral's preview, a record."""

    @property
    def given_name(self) -> str | None:
        """As it is written, if it is known."""

    @property
    def family_name(self) -> str | None:
        """As it is written; a person with one word for a name has it here."""

    @property
    def tax_code(self) -> str | None:
        """The code of 16 characters, or the provisional one of 11 digits."""

    @property
    def birth_date(self) -> date | None:
        """The day, if it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is known of who somebody is; any part may be missing."""

    given_name: str | None = None
    family_name: str | None = None
    tax_code: str | None = None
    birth_date: date | None = None
    town: str | None = None
    phone: str | None = None

    @classmethod
    def of(cls, described: Described) -> "Identity":
        """The identity in a form, an event or a record."""
        return cls(
            given_name=described.given_name,
            family_name=described.family_name,
            tax_code=described.tax_code,
            birth_date=described.birth_date,
            town=getattr(described, "town", None),
            phone=getattr(described, "phone", None),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the whole name, family name first."""
        return (*words_of(self.family_name), *words_of(self.given_name))

    @property
    def phone_end(self) -> str | None:
        """The digits by which telephone numbers are compared, or None if there are too few."""
        digits = "".join(filter(str.isdigit, self.phone or ""))
        return digits[-PHONE_DIGITS:] if len(digits) >= 6 else None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike, and in words why."""

    grade: Grade
    reasons: tuple[str, ...]


def traits_of(identity: Identity) -> set[str]:
    """What a record is looked up by, so that only records with something in common are compared."""
    traits = set()
    if identity.birth_date is not None:
        traits.add(f"d:{identity.birth_date.isoformat()}")
    if identity.phone_end is not None:
        traits.add(f"t:{identity.phone_end}")
    sounds = sorted({sound_of(word) for word in identity.words})[:6]
    if len(sounds) == 1:
        traits.add(f"n:{sounds[0]}")
    return traits | {f"n:{one}+{other}" for one, other in combinations(sounds, 2)}


Names: TypeAlias = Literal["same", "swapped", "heard", "slip", "part", "given", "other"]
_NAMES: dict[Names, str] = {
    "same": "Stesso nome e cognome",
    "swapped": "Stessi nome e cognome, scambiati di posto",
    "heard": "Nome e cognome che suonano uguali",
    "slip": "Nome e cognome quasi uguali: forse un errore di battitura",
    "part": "Una parte del nome o del cognome coincide, l'altra manca",
    "given": "Stesso nome, cognome diverso",
    "other": "Nome diverso",
}


def compare(sought: Identity, known: Identity, *, same_code: bool = False) -> Likeness | None:
    """How sure it is that two descriptions are of one person; None if nothing speaks for it.

    `same_code`: the number sought stands in the history of the record. Two whole tax codes that differ speak
    against it, by omocodia too: they are then two people (DM 23 December 1976, art. 6).
    """
    names = _names(sought, known)
    birth = _birth(sought.birth_date, known.birth_date)
    reasons = [_NAMES[names]] if names != "other" else []
    reasons += [_BIRTHS[birth]] if birth in _BIRTHS else []
    phone = sought.phone_end is not None and sought.phone_end == known.phone_end
    town = bool(words_of(sought.town)) and words_of(sought.town) == words_of(known.town)
    reasons += ["Stesso telefono"] if phone else []
    if same_code:
        doubt = (
            [] if names not in ("other", "given") else ["ma il nome è diverso: uno dei due è da correggere"]
        )
        return Likeness("certain", ("Stesso codice", *reasons, *doubt))
    apart = _apart(sought.tax_code, known.tax_code)
    grade = _grade(names, birth, phone=phone, town=town)
    if grade is None:
        return None
    if apart:
        reasons.append("I codici fiscali sono diversi: forse due persone, forse un codice sbagliato")
        return Likeness("possible", tuple(reasons)) if grade != "possible" else None
    reasons += ["Stesso comune"] if town else []
    return Likeness(grade, tuple(reasons))


def _grade(names: Names, birth: str, *, phone: bool, town: bool) -> Grade | None:
    alike = names in ("same", "swapped")
    near = names in ("heard", "slip", "part")
    if birth == "same":
        if alike:
            return "certain" if phone or town else "probable"
        if near:
            return "probable"
        return "possible" if phone or (names == "given" and town) else None
    if birth == "other":
        return "possible" if phone and alike else None
    if alike:
        return "probable" if phone else "possible"
    return "possible" if near and (phone or (birth == "close" and town)) else None


def _apart(one: str | None, other: str | None) -> bool:
    """Two codes of the same form that differ; a provisional one gives way to the code of 16 characters."""
    return one is not None and other is not None and len(one) == len(other) and one != other


_BIRTHS = {
    "same": "Stessa data di nascita",
    "close": "Data di nascita quasi uguale: forse un errore di battitura",
}


def _birth(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return "unknown"
    if one == other:
        return "same"
    swapped = one.year == other.year and (one.day, one.month) == (other.month, other.day)
    differing = sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True))
    return "close" if swapped or differing == 1 else "other"


def _names(sought: Identity, known: Identity) -> Names:
    family, given = words_of(sought.family_name), words_of(sought.given_name)
    their_family, their_given = words_of(known.family_name), words_of(known.given_name)
    if not (family or given):
        return "other"
    if (family, given) == (their_family, their_given):
        return "same"
    if sorted(sought.words) == sorted(known.words):
        return "swapped"
    if sorted(map(sound_of, sought.words)) == sorted(map(sound_of, known.words)):
        return "heard"
    if _slipped(sought.words, known.words):
        return "slip"
    if _is_part(sought.words, known.words) or _is_part(known.words, sought.words):
        return "part"
    return "given" if given and given == their_given else "other"


def _slipped(some: Sequence[str], others: Sequence[str]) -> bool:
    """Every word has its like among the others, none of them used twice."""
    left = list(others)
    for word in some:
        like = next((one for one in left if one == word), None)
        like = like or next((one for one in left if is_slip(word, one)), None)
        if like is None:
            return False
        left.remove(like)
    return not left


def _is_part(some: Sequence[str], whole: Sequence[str]) -> bool:
    """At least two words, all of them among the words of the other name."""
    left = [sound_of(word) for word in whole]
    sounds = [sound_of(word) for word in some]
    if len(sounds) < 2 or len(sounds) >= len(left):
        return False
    return all(sounds.count(sound) <= left.count(sound) for sound in sounds)
