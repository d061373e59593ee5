"""Whatever is typed into any text is kept or refused by name, shown as text, never run nor logged."""

import io
import json
import logging
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from trama_chassis import logs

from tests.security.everything import LIFE
from tests.security.life import PNG, Step, filled, free_texts, harmless, kept, take
from tests.security.origins import Answer, Town, routes_of, token_of, town
from tests.security.test_access_matrix import ELSEWHERE, GIVEN, NAME, ROWS

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD = "Qtesto"
RUNS = f'=1+1\'");DROP TABLE person;--<q-evil onq={WORD}>{{{{7*7}}}}%s%(a)s" onq="{WORD}'
FORMULA = f"@SUM(1)</textarea></title><!--{WORD}' onq='1"
LOOKS = f"\u202eoiraM\u202c \u2066x\u2069 Ma\u200brio Аnna \U0001f469\u200d\U0001f467 e\u0301 {WORD}"
COMMAND = f"-1+1|cmd' /C calc'!A0 ${{jndi:x}} ../../etc/passwd {WORD}\\"
ACCEPTED = {"runs": RUNS, "formula": FORMULA, "looks like another": LOOKS, "command": COMMAND}
REFUSED = {
    "nul": f"{WORD}\x00",
    "lone surrogate": f"{WORD}\ud800",
    "noncharacter": f"{WORD}\uffff",
    "escape": f"\x1b[31m{WORD}",
    "too long": WORD * 700,
}
LINES = f"{WORD}\r\n\r\nHTTP/1.1 200 OK\nlevel=error"
OF_TWENTY_LETTERS = {"value"}
"""A number of a person is not a text: 40 characters, and letters and digits of its kind."""
CODED = {
    "district", "discipline", "operator", "given_on", "phone", "language", "tax_code", "role", "team",
    "path_type", "purpose", "channel", "item", "supports", "risk_factors", "groups", "kind", "circle",
    "dated", "file",
}  # fmt: skip
"""Fields in which only a code, a number or a day of a known form may stand."""


@dataclass
class Told:
    """How the fields took a text."""

    accepted: set[tuple[str, str]] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


NOTHING: Mapping[str, Told] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Four members, and nobody in their registers."""
    folder = tmp_path_factory.mktemp("texts")
    async with town(folder, lambda _: f"sqlite:///{folder}/{uuid4()}.db") as built:
        yield built


@dataclass
class Lived:
    """A life with several lines in every text, and what became of what no text may hold, tried before."""

    told: dict[str, Told]
    ids: dict[str, str]
    printed: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(place: Town) -> Lived:
    """One life for all of the texts that are refused: of them nothing stays."""
    told, ids = {name: Told() for name in (*REFUSED, "lines")}, {**GIVEN}
    with all_that_is_printed() as printed:
        await live_with(
            place, LINES, ids, told["lines"], {text: told[name] for name, text in REFUSED.items()}
        )
    return Lived(told, ids, printed.getvalue().splitlines())


@contextmanager
def all_that_is_printed() -> Iterator[io.StringIO]:
    """What the services write to their logs, however little it matters."""
    root = logging.getLogger()
    with redirect_stderr(io.StringIO()) as printed, redirect_stdout(printed):
        logs.configure("DEBUG", as_json=True)
        try:
            yield printed
        finally:
            root.handlers[:] = []


async def live_with(
    place: Town, typed: str, ids: dict[str, str], told: Told, before: Mapping[str, Told] = NOTHING
) -> None:
    """Everything once, one text in all fields that take it, a harmless one in those that do not.

    Each of the texts `before` is tried in all fields first.
    """
    ids |= {"offer": f"o-{uuid4().hex[:8]}", "stranger": str(uuid4())}
    for step in LIFE:
        if step.carried:
            await place.carry()
        for refused, how in before.items():
            await _take(place, step, refused, ids, how, until_none_is_left=True)
        answer = await _take(place, step, typed, ids, told)
        if answer is None or answer.status >= 300:
            told.broken.append(f"{step.method} {step.path}: {answer and answer.text[:300]}")
            return
        ids.update({name: kept(answer, where) for name, where in step.keeps.items()})
    await place.carry()


async def _take(
    place: Town, step: Step, typed: str, ids: dict[str, str], told: Told, *, until_none_is_left: bool = False
) -> Answer | None:
    """Type a text in all fields, in those that are left after each refusal; perhaps never a harmless one."""
    tried = set(free_texts(step.body))
    if step.file is not None and "\ud800" in typed:
        tried = set()  # a form of bytes cannot hold half a character; whatever bytes it holds are some text

    def text(at: str, otherwise: str) -> str:
        return typed if at in tried else f"{otherwise} {ids['offer'][2:]}"

    answer = None
    while tried or not until_none_is_left:
        answer = await take(place[step.at], step, filled(step.body, ids, text), ids)
        if answer.status != 422 or not tried:
            break
        named = {one["field"] for one in answer.json().get("errors", [])}
        unlike = named - tried
        if unlike or not named:
            told.broken.append(f"{step.path} names {named} for {tried}")
            break
        told.refused |= {(step.path, one) for one in named}
        tried -= named
    told.accepted |= {(step.path, one) for one in tried}
    return answer


def of_each_write(place: Town) -> Iterator[tuple[str, dict[str, Any]]]:
    """The path of each command of the APIs with what its body may hold."""
    for member in place.members.values():
        for app in member.apps.values():
            schema = app.openapi()
            for path, deeds in schema["paths"].items():
                for method, deed in deeds.items():
                    for media in deed.get("requestBody", {}).get("content", {}).values():
                        if method != "get":
                            yield path, _whole(media["schema"], schema)


def _whole(part: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to put in its place."""
    if isinstance(part, list):
        return [_whole(one, schema) for one in part]  # type: ignore[return-value]  # a part of a schema
    if not isinstance(part, dict):
        return part  # type: ignore[no-any-return]  # as above
    if "$ref" in part:
        return _whole(schema["components"]["schemas"][part["$ref"].rpartition("/")[2]], schema)
    return {name: _whole(one, schema) for name, one in part.items()}


def texts_of(part: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a writer may choose a text in a body of this schema."""
    for choice in [part, *part.get("anyOf", []), *part.get("allOf", [])]:
        is_chosen = choice.get("type") == "string" and not {"format", "enum", "const"} & set(choice)
        if is_chosen and "\\x7f" in choice.get("pattern", "\\x7f"):
            yield at
        for name, inner in choice.get("properties", {}).items():
            yield from texts_of(inner, f"{at}.{name}".lstrip("."))
        if "items" in choice:
            yield from texts_of(choice["items"], f"{at}.0")


def shape(path: str) -> str:
    """A path, whatever its ids are called."""
    return re.sub(r"\{\w+\}", "{}", path)


async def test_each_text_of_each_command_is_in_the_life_that_is_lived(place: Town) -> None:
    """INVARIANT: no text can be written that these tests have not tried; a new field breaks this."""
    tried = {(shape(step.path), text) for step in LIFE for text in free_texts(step.body)}
    missing = set()
    for path, body in of_each_write(place):
        for text in set(texts_of(body)):
            last = [part for part in text.split(".") if not part.isdecimal()][-1]
            if last not in CODED and (shape(path), text) not in tried:
                missing.add((path, text))
    assert sorted(missing) == []


@pytest.mark.parametrize("name", ACCEPTED)
async def test_what_could_be_run_is_kept_as_typed_and_shown_as_text(place: Town, name: str) -> None:
    typed, ids, told = ACCEPTED[name], {**GIVEN}, Told()
    with all_that_is_printed() as printed:
        await live_with(place, typed, ids, told)
        assert told.broken == []
        assert {text.rpartition(".")[2] for _, text in told.refused} <= OF_TWENTY_LETTERS
        assert len(told.accepted) > 60
        found = await _pages_and_answers(place, ids)
    assert [where for where, answer in found if answer.status != 200] == []
    expected = unicodedata.normalize("NFC", typed)
    assert [where for where, answer in found if _runs(answer)] == []
    shows = [where for where, answer in found if expected in _as_read(answer)]
    assert len(shows) > 20
    assert_says_nothing(printed.getvalue().splitlines())


def assert_says_nothing(printed: list[str]) -> None:
    """Each line of a log is one of ours, and holds nothing of what was typed."""
    assert len(printed) > 100
    assert [line for line in printed if WORD in line or not isinstance(json.loads(line), dict)] == []


async def _pages_and_answers(place: Town, ids: dict[str, str]) -> list[tuple[str, Answer]]:
    """Everything that can be read of this life, by who may see most."""
    found, sil = [], place["sil"]
    known = {**ids, "entry": ids["note"], "one": ids["identifier"]}
    for row in ROWS:
        served = row.service in sil.apps and row.method == "GET" and row.may[0] != "anyone"
        if not served or any(row.path.startswith(path) for path in ELSEWHERE):
            continue
        path = NAME.sub(lambda name: known.get(name[1], str(uuid4())), row.path)
        by = "supervisor" if "supervisor" in row.may else row.may[0]
        headers = {"accept": "text/html"} if row.is_page else {}
        found.append((row.path, await sil.ask("GET", path, by=by, headers=headers)))
    return found


class _Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self.read: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.strange += [name for name in (tag, *(name for name, _ in attrs)) if name in ("q-evil", "onq")]
        self.read += [value for _, value in attrs if value]

    def handle_comment(self, data: str) -> None:
        self.strange += [data] if WORD in data else []

    def handle_data(self, data: str) -> None:
        self.read.append(data)


def _runs(answer: Answer) -> bool:
    """Whether a browser would take what was typed for more than text."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/"):
        return answer.headers.get("x-content-type-options") != "nosniff"
    page = _Elements()
    page.feed(answer.text)
    unsafe = "unsafe" in answer.headers.get("content-security-policy", "unsafe")
    return bool(page.strange) or unsafe


def _as_read(answer: Answer) -> str:
    """An answer as it is read: the texts of a page, the texts of a document in JSON."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        return json.dumps(answer.json(), ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\")
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return ""
    page = _Elements()
    page.feed(answer.text)
    return "\n".join(page.read)


@pytest.mark.parametrize("name", REFUSED)
async def test_what_no_text_may_hold_is_refused_in_every_field_by_name(lived: Lived, name: str) -> None:
    told = lived.told[name]
    assert told.broken == []
    assert sorted(told.accepted) == []
    assert len(told.refused) > 60


async def test_a_text_of_several_lines_forges_none(place: Town, lived: Lived) -> None:
    told = lived.told["lines"]
    assert told.broken == []
    assert len(told.accepted) > 20
    for where, answer in await _pages_and_answers(place, lived.ids):
        assert answer.status == 200, where
        assert not any("\n" in value or "\r" in value for value in answer.headers.values())
    assert_says_nothing(lived.printed)


async def test_whatever_is_sought_by_is_a_text(place: Town) -> None:
    """Every parameter of every address that takes a text, with all of the texts."""
    sil, asked, wrong = place["sil"], 0, []
    for app in sil.apps.values():
        for route in routes_of(app):
            if "GET" not in route.methods or "{" in route.path or not hasattr(route, "dependant"):
                continue
            for parameter in route.dependant.query_params:
                for typed in (*ACCEPTED.values(), *REFUSED.values(), LINES, "9" * 30, "-1"):
                    asked += 1
                    answer = await _sought(place, route.path, parameter.alias, typed)
                    if answer.status >= 500 or _runs(answer):
                        wrong.append(f"{route.path}?{parameter.alias}={typed[:20]!r}: {answer.status}")
    assert wrong == []
    assert asked > 100


async def _sought(place: Town, path: str, name: str, typed: str) -> Answer:
    written = "".join(f"%{byte:02X}" for byte in typed.encode("utf-8", "surrogatepass"))
    by = "token:" + token_of("sil", "supervisor")
    return await place["sil"].ask("GET", f"{path}?{name}={written}", by=by, headers={"accept": "text/html"})


async def test_a_name_of_a_file_is_a_text(place: Town) -> None:
    """What a file is called ends no header and leads nowhere when it is saved."""
    sil, ids = place["sil"], {**GIVEN, "offer": "sportello", "stranger": str(uuid4())}
    person = next(step for step in LIFE if step.path == "/api/registry/persons")
    answer = await take(sil, person, filled(person.body, ids, lambda at, text: f"{text} Filenames"), ids)
    ids["record"] = kept(answer, "record")
    filing = next(step for step in LIFE if step.file)
    for number, name in enumerate(
        (f"{RUNS[:80]}.png", "../../etc/passwd.png", "a\r\nX-Evil: 1.png", "\u202egnp.png")
    ):
        named = Step(filing.method, filing.path, filled(filing.body, ids, harmless), file=name)
        picture = _picture(number)
        filed = await take(sil, named, named.body, ids, picture)
        assert filed.status in (201, 409, 422), filed.text
        if filed.status == 201:
            path = f"/api/registry/persons/{ids['record']}/documents/sil/{kept(filed, 'document')}/content"
            content = await sil.ask("GET", path)
            said = content.headers["content-disposition"]
            assert "x-evil" not in content.headers
            assert said.startswith("attachment; ")
            assert not re.search(r"[\r\n<>]|\.\./", said)


def _picture(number: int) -> bytes:
    """A picture like no other: the same one is filed once."""

    return PNG + bytes([number])
