"""The language of what a person reads: Italian as it is written, English where a translation is known.

Whoever asks says in which, a page by its cookie and a program by `Accept-Language`, and is answered in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

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


class Speaking:
    """Answers each request in the language that it asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, speaking the language of whoever asks."""
        with speaking(asked_for(scope) if scope["type"] == "http" else OWN):
            await self._app(scope, receive, send)


def asked_for(scope: Scope) -> str:
    """The language of a request: that chosen on the pages; at the API, the first of `Accept-Language`."""
    headers = Headers(scope=scope)
    if not scope["path"].startswith("/api/"):
        return cookie_parser(headers.get("cookie", "")).get(COOKIE, OWN)
    wanted = [one.partition(";q=") for one in headers.get("accept-language", OWN).replace(" ", "").split(",")]
    known = [(_weight(weight), tag[:2].lower()) for tag, _, weight in wanted if tag[:2].lower() in LANGUAGES]
    return max(known, key=lambda one: one[0], default=(0.0, OWN))[1]


def _weight(said: str) -> float:
    try:
        return float(said or 1)
    except ValueError:
        return 0.0


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


class Named(str):
    """A proper name that takes an article in Italian: `il SIL`, `dalla Provincia`, `all'ambito`."""

    __slots__ = ()

    @property
    def article(self) -> str:
        """The article of the name's first word; none for a name that begins with its own."""
        first = self.split()[0].strip(",«»") if self.split() else ""
        low, is_acronym = first.casefold(), first.isupper()
        if low in ("", "il", "lo", "la", "i", "gli", "le"):
            return ""
        if low[0] in "aeiouàèéìòù":
            return "l'"
        if low.endswith(("a", "ione")) and not is_acronym:
            return "la"
        is_impure = low[0] in "zxy" or (low[0] == "s" and low[1:2] not in tuple("aeiouàèéìòù"))
        return "lo" if is_impure and not is_acronym else "il"


_ARTICLES = {
    "lo": {"il": "lo ", "al": "allo ", "dal": "dallo ", "del": "dello "},
    "la": {"il": "la ", "al": "alla ", "dal": "dalla ", "del": "della "},
    "l'": {"il": "l'", "al": "all'", "dal": "dall'", "del": "dell'"},
    "": {"il": "", "al": "a ", "dal": "da ", "del": "di "},
}
_VOWEL_FIRST = re.compile(rf"(?:8|11) (?:{'|'.join(_MONTHS)})")


def elided(text: str, filled: Mapping[str, object]) -> str:
    """A text with its articles as what will fill it wants: `dall'8 marzo`, `alla Provincia`."""
    for name, value in filled.items() if spoken() == OWN else ():
        article = value.article if isinstance(value, Named) else "il"
        if isinstance(value, str) and _VOWEL_FIRST.match(value):
            article = "l'"
        text = _fitted(text, name, article)
    return text


@lru_cache(maxsize=4096)
def _fitted(text: str, name: str, article: str) -> str:
    """A text, not yet filled, with the article that one of its values wants; there are few of either."""
    for plain, fitting in _ARTICLES.get(article, {}).items():
        for before, after in ((plain, fitting), (plain.capitalize(), fitting.capitalize())):
            text = re.sub(rf"\b{before} (?=%\({name}\)s)", after, text)
    return text


def say(text: str, /, **values: object) -> str:
    """A sentence in the language of whoever reads it, with its values: days as days, typed words as typed.

    The text is the translation's key, so it is written out where it is said: `make words` gathers it there.
    """
    known = {name: day(value) if isinstance(value, date) else value for name, value in values.items()}
    said = _EVERYWHERE.label(text)
    return elided(said, known) % known if known else said


_EVERYWHERE = Words(())


def language_name(code: str) -> str:
    """A language, by its code of ISO 639, as the language of the page calls it; unknown, the code itself."""
    return Locale.parse(spoken()).languages.get(code) or code


def weekday(on: date) -> str:
    """A day with its name: `lunedì 14 ottobre 2013`."""
    name = format_date(on, "EEEE", locale=spoken()) if spoken() != OWN else _WEEKDAYS[on.weekday()]
    return f"{name} {day(on)}"
