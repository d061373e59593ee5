"""The help on the pages says the words of the glossary, in every language, to roles that somebody has."""

import re
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po
from trama_chassis import language
from trama_chassis.help_pages import Help
from trama_deploy.hosting import load_service

ROOT = Path(__file__).parents[2]
SERVICES = [path.name for path in sorted((ROOT / "services").iterdir())]
FOLDERS = sorted([*ROOT.glob("*/src/*/help"), *ROOT.glob("services/*/src/*/help")])
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
FILLED_IN = re.compile(r" ?%\(\w+\)s")
ITALIAN = {cell.strip().casefold() for cell in re.findall(r"^\|[^|]+\|([^|]+)\|", GLOSSARY, re.MULTILINE)}


def told(folder: Path, wanted: str) -> Help:
    return Help.model_validate(yaml.safe_load((folder / f"{wanted}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_help_is_the_same_in_every_language_and_in_the_words_of_the_glossary(folder: Path) -> None:
    own = told(folder, language.OWN)
    assert own.howtos
    assert {word.casefold() for word in own.words} <= ITALIAN
    for other in language.LANGUAGES:
        translated = told(folder, other)
        shape = [(how.roles, len(how.steps)) for how in translated.howtos]
        assert shape == [(how.roles, len(how.steps)) for how in own.howtos]
        assert list(translated.words) == list(own.words)


def test_every_role_that_is_spoken_of_has_a_name_on_pages() -> None:
    services = [load_service(name) for name in SERVICES]
    named = {role for service in services for role in service.roles}
    spoken = {role for service in services for entry in service.navigation for role in entry.roles}
    spoken |= {role for folder in FOLDERS for how in told(folder, language.OWN).howtos for role in how.roles}
    assert spoken <= named


def quoted(step: str) -> list[str]:
    """What a step names of a page: a command, or the way to it with commas between."""
    return [one for several in re.findall("[«“]([^»”]+)[»”]", step) for one in several.split(", ")]


def on_pages() -> dict[str, set[str]]:
    """Every text of the pages without what is filled in or comes after a colon, and how English puts it."""
    found: dict[str, set[str]] = {}
    for path in sorted(ROOT.glob("**/src/*/locale/en.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if isinstance(message.id, str) and isinstance(message.string, str):
                    text, other = (FILLED_IN.sub("", said).strip() for said in (message.id, message.string))
                    found.setdefault(text.partition(":")[0], set()).add(other.partition(":")[0])
                    found.setdefault(text, set()).add(other)
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_what_help_names_is_on_the_pages_in_both_languages(folder: Path) -> None:
    """A command that was renamed and not in the help sends people looking for what is not there."""
    known, wrong = on_pages(), []
    for how, other in zip(told(folder, "it").howtos, told(folder, "en").howtos, strict=True):
        for step, translated in zip(how.steps, other.steps, strict=True):
            names, others = quoted(step), quoted(translated)
            wrong += [name for name in names if name not in known]
            wrong += [f"{names}: {others}"] if len(names) != len(others) else []
            wrong += [
                f"{name}: {said}, not {sorted(known[name])}"
                for name, said in zip(names, others, strict=False)
                if name in known and said not in known[name]
            ]
    assert wrong == []
