"""Every sentence of the story, in both languages, from the golden events of the contracts."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from trama_chassis.language import Named, speaking
from trama_contracts.events import EVENTS
from trama_registry import pages  # noqa: F401 - with its pages come its translations
from trama_registry.queries import told

GOLDEN = Path(__file__).parents[3] / "contracts" / "golden" / "events"
EXAMPLES = [path for wire_type in told.ORDER for path in sorted((GOLDEN / wire_type).glob("*.json"))]
BOTH = {"a", "in", "no", "n", "trama"}
"""Words that are in both languages, or are nobody's to translate."""
UNCHANGED = {"comidis", "anpr", "stp", "eni", "curriculum", "pdf"}
"""Proper names, and words that Italian took over."""


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def happened(wire_type: str, payload: dict[str, Any], language: str) -> str:
    with speaking(language):
        return told.happened(wire_type, payload, "sil", Named, corrected=True)


def test_every_event_of_the_registry_and_its_sisters_is_told() -> None:
    assert len(told.ORDER) == len(set(told.ORDER)) > 60
    assert set(told.ORDER) <= set(EVENTS)
    assert {path.parent.name for path in EXAMPLES if path.stem == "full"} == set(told.ORDER)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_story_in_english_has_no_italian_but_what_was_typed(path: Path) -> None:
    """What both tellings have in common is names and what people wrote: a word of ours in it was left out."""
    payload = json.loads(path.read_text(encoding="utf-8"))
    italian, english = (happened(path.parent.name, payload, language) for language in ("it", "en"))
    typed = words(json.dumps(payload, ensure_ascii=False).replace(r"\n", " ")) | {"sil"}
    assert italian.startswith("Correzione. ")
    assert english.startswith("Correction. ")
    assert words(italian) & words(english) - typed - BOTH <= UNCHANGED
    assert "%(" not in italian + english


def test_silence_is_told_with_its_hour_yesterday_or_its_day() -> None:
    now = datetime(2013, 10, 14, 10, tzinfo=UTC)
    at = [datetime(2013, 10, day, 8, 42, tzinfo=UTC) for day in (14, 13, 11)]
    assert [told.silent(Named("DSM"), one, now) for one in at] == [
        "Il DSM non trasmette dalle 10:42.",
        "Il DSM non trasmette da ieri.",
        "Il DSM non trasmette dall'11 ottobre 2013.",
    ]
    with speaking("en"):
        assert told.silent(Named("DSM"), at[2], now) == "DSM has sent nothing since 11 October 2013."
