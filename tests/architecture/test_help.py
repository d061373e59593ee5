"""The help on the pages says the words of the glossary, in every language, to roles that somebody has."""

import re
from pathlib import Path

import pytest
import yaml
from trama_chassis import language
from trama_chassis.help_pages import Help
from trama_deploy.hosting import load_service

ROOT = Path(__file__).parents[2]
SERVICES = [path.name for path in sorted((ROOT / "services").iterdir())]
FOLDERS = sorted([*ROOT.glob("*/src/*/help"), *ROOT.glob("services/*/src/*/help")])
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
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
