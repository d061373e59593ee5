"""Words of names as they are compared: without accents, in Latin letters, and by how they sound. Pure."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        **{
            "ß": "ss",
            "æ": "ae",
            "œ": "oe",
            "ø": "o",
            "ł": "l",
            "đ": "d",
            "ð": "d",
            "þ": "th",
            "ı": "i",
            "ħ": "h",
        },
        **dict(zip("абвгґдезийклмнопрстуф", "abvggdeziiklmnoprstuf", strict=True)),
        **{"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ы": "y"},
        **{
            "э": "e",
            "ю": "iu",
            "я": "ia",
            "є": "ie",
            "і": "i",
            "ї": "i",
            "ё": "e",
            "ј": "j",
            "љ": "lj",
            "њ": "nj",
        },
        **{"ћ": "c", "ђ": "d", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz"},
    }
)
_SOUNDS = (
    ("sch|sh|sc(?=[ei])|zh", "s"),
    ("ch|ck|kh|q|k", "c"),
    ("ph", "f"),
    ("th", "t"),
    ("gi(?=[aou])", "g"),
    ("ou", "u"),
    ("[yj]", "i"),
    ("w", "v"),
    ("[xz]", "s"),
    ("h", ""),
)
_VOWELS = "aeiou"


def words_of(name: str | None) -> tuple[str, ...]:
    """The words of a name, in small Latin letters: `D'Àgostini` is one word, `Di-Maio` are two."""
    low = (name or "").casefold()
    # Ё and й fall apart into letter and mark as é does; their letters are put over before.
    latin = unicodedata.normalize("NFC", low).translate(_LETTERS)
    whole = unicodedata.normalize("NFKD", latin).casefold().translate(_LETTERS)
    kept = (" " if not character.isalnum() else character for character in _without_marks(whole))
    return tuple("".join(kept).split())


def _without_marks(text: str) -> str:
    return "".join(one for one in text if unicodedata.combining(one) == 0 and one not in "'’`ʼʹ")


def sound_of(word: str) -> str:
    """A word by how it sounds: first letter and consonants, however an alphabet or an ear spells them."""
    for written, heard in _SOUNDS:
        word = re.sub(written, heard, word)
    word = re.sub(r"(.)\1+", r"\1", word)
    return word[:1] + "".join(letter for letter in word[1:] if letter not in _VOWELS)


def is_slip(one: str, other: str) -> bool:
    """Whether two words differ by one slip of the hand: a letter more, less, other, or two exchanged.

    Short words do not count: `Ana` and `Ada` are two names.
    """
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, others = one[start:], other[start:]
    return (
        rest[1:] == others[1:]
        or rest[1:] == others
        or rest == others[1:]
        or (rest[:2] == others[:2][::-1] and rest[2:] == others[2:])
    )
