"""The glossary has one word per idea, and has every word of the event contracts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from trama_contracts.event import Event, Fact
from trama_contracts.events import EVENTS
from trama_contracts.names import CIRCLES
from trama_contracts.outcomes import Outcome
from trama_contracts.schemas import reader_schema

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
PUBLISHED = [event for event in EVENTS.values() if not issubclass(event, Fact)]


def rows(columns: int) -> list[list[str]]:
    """The cells of every table of that many columns, without heads and rules."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if len(row) == columns and row[0] not in ("word", "code", "---")]


WORDS = [word for row in rows(4) for word in row[0].split(", ")]
AVOIDED = {word for row in rows(4) for word in row[3].split(", ") if word != "–"}
CODES = {code for row in rows(3) for code in re.findall("`([^`]+)`", row[0])}


def test_there_is_one_row_per_word_and_no_empty_cell() -> None:
    assert len(WORDS) > 80
    assert len(set(WORDS)) == len(WORDS)
    assert all(cell for columns in (3, 4) for row in rows(columns) for cell in row)


def test_every_line_of_a_table_is_read() -> None:
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    heads_and_rules = [line for line in lines if line.startswith(("| word", "| code", "|---"))]
    assert len(rows(3)) + len(rows(4)) == len(lines) - len(heads_and_rules)


@pytest.mark.parametrize("event", PUBLISHED, ids=lambda event: event.__name__)
def test_the_noun_of_every_event_is_a_word(event: type[Event]) -> None:
    *noun, _participle = event.wire_type.split(".")[3].split("-")
    known = " ".join(noun)
    assert known in WORDS or known.removesuffix("s") in WORDS


def test_every_circle_is_a_word() -> None:
    assert {circle for circle in CIRCLES if circle not in WORDS} == set()


def test_every_kind_of_scope_is_a_word() -> None:
    assert {event.scope for event in EVENTS.values() if event.scope.replace("-", " ") not in WORDS} == set()


def test_every_owner_is_a_word() -> None:
    assert {event.wire_type.split(".")[2] for event in EVENTS.values()} <= set(WORDS)


def codes_of(schema: dict[str, Any]) -> Iterator[str]:
    yield from (code for code in schema.get("enum", []) if isinstance(code, str))
    for part in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]:
        yield from codes_of(part)
    if "items" in schema:
        yield from codes_of(schema["items"])


def test_every_code_of_an_event_and_every_outcome_is_explained_and_no_other() -> None:
    said = {code for event in EVENTS.values() for code in codes_of(reader_schema(event))}
    assert said | {outcome.value for outcome in Outcome} == CODES


def without_known_words(noun: str) -> str:
    """What is left of a name without words of the glossary: `case manager` is one, `case` is none."""
    for word in sorted(WORDS, key=len, reverse=True):
        noun = re.sub(rf"\b{word}\b", "", noun)
    return noun


def test_no_word_to_avoid_is_a_word_or_names_an_event_or_a_field() -> None:
    fields = {name.replace("_", " ") for event in EVENTS.values() for name in event.model_fields}
    names = {event.wire_type.split(".")[3].replace("-", " ") for event in EVENTS.values()}
    left = " ".join(without_known_words(name) for name in fields | names)
    assert AVOIDED & set(WORDS) == set()
    assert [word for word in AVOIDED if re.search(rf"\b{re.escape(word)}\b", left)] == []
