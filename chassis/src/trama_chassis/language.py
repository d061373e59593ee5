"""The language of what a person reads: Italian as it is written, English where a translation is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from babel.dates import format_date
from babel.messages.pofile import read_po

LANGUAGES = {"it": "Italiano", "en": "English"}
OWN = "it"
COOKIE = "lingua"
_spoken: ContextVar[str] = ContextVar("language", default=OWN)
_MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)
_WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")


def spoken() -> str:
    """The language of the page that is being written."""
    return _spoken.get()


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Write in this language, or in Italian where it is not one of ours."""
    token = _spoken.set(wanted if wanted in LANGUAGES else OWN)
    try:
        yield
    finally:
        _spoken.reset(token)


class Words:
    """The translations of some packages; a text that none of them knows stays Italian."""

    everywhere: ClassVar[list[Path]] = []
    """Every folder there is: an entry of the navigation is another service's text."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self.everywhere.extend(folder for folder in folders if folder not in self.everywhere)

    def gettext(self, message: str) -> str:
        """An interface text in the language of the page."""
        return self._known(message) or message

    def ngettext(self, one: str, many: str, count: int) -> str:
        """An interface text that counts, in the language of the page."""
        return self._known((one, many), 0 if count == 1 else 1) or (one if count == 1 else many)

    def label(self, text: str) -> str:
        """A word from a table, a state or a refusal; what no translation knows is written as it is.

        Also the templates' filter `translated`. Unlike `_`, it takes texts that people typed: it makes no
        markup of them and fills nothing in.
        """
        if found := self._known(text):
            return found
        found = self._known(text[:1].lower() + text[1:]) if text[:1].isupper() else ""
        return found[:1].upper() + found[1:] or text

    def _known(self, message: str | tuple[str, str], form: int = 0) -> str:
        if spoken() == OWN:
            return ""
        for folder in (*self._folders, *self.everywhere):
            forms = _catalogue(folder / f"{spoken()}.po").get(message, ())
            if len(forms) > form and forms[form]:
                return forms[form]
        return ""


@lru_cache
def _catalogue(path: Path) -> Mapping[str | tuple[str, str], tuple[str, ...]]:
    """The translations of one file, read once; the sources are read, so that no compiled file is kept."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = [one for one in read_po(file, locale=path.stem) if one.id and not one.fuzzy]
    return {
        (one.id if isinstance(one.id, str) else (one.id[0], one.id[1])): (
            (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        )
        for one in messages
    }


def day(on: date) -> str:
    """A day as pages write it, also the templates' filter of that name: `1º aprile 2013`."""
    if spoken() != OWN:
        return format_date(on, "d MMMM y", locale=spoken())
    return f"{on.day}{'º' if on.day == 1 else ''} {_MONTHS[on.month - 1]} {on.year}"


_BEFORE_VOWEL = {"il": "l'", "dal": "dall'", "al": "all'", "del": "dell'"}
_VOWEL_FIRST = re.compile(rf"(?:8|11) (?:{'|'.join(_MONTHS)})")


def elided(text: str, filled: Mapping[str, object]) -> str:
    """A text that a day will fill, with the article as the day wants it: `dall'8 marzo`, `l'11 aprile`."""
    for name, value in filled.items():
        if isinstance(value, str) and _VOWEL_FIRST.match(value):
            for article, short in _BEFORE_VOWEL.items():
                for plain, before in ((article, short), (article.capitalize(), short.capitalize())):
                    text = re.sub(rf"\b{plain} (?=%\({name}\)s)", before, text)
    return text


def weekday(on: date) -> str:
    """A day with its name: `lunedì 14 ottobre 2013`."""
    name = format_date(on, "EEEE", locale=spoken()) if spoken() != OWN else _WEEKDAYS[on.weekday()]
    return f"{name} {day(on)}"
