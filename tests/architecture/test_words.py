"""The interface texts of the pages are in English whole; every vendored file is what its list says."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

TOOLS = Path(__file__).parents[2] / "tools"
WORDS = runpy.run_path(str(TOOLS / "words.py"))
PACKAGES: list[Path] = WORDS["packages"]()
LANGUAGES: tuple[str, ...] = WORDS["LANGUAGES"]
PLACE = re.compile(r"%\(\w+\)s|%%")
each_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, (list, tuple)) else ()


def kept(package: Path, language: str) -> Catalog:
    with (package / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(catalogue: Catalog) -> Iterator[Message]:
    return (one for one in catalogue if one.id)


@each_language
@each_package
def test_every_text_has_its_translation(package: Path, language: str) -> None:
    """`make words` gathers the texts; whoever writes a new one translates it in `locale/<language>.po`."""
    found = list(texts(WORDS["renewed"](package, language)))
    assert len(found) > 1
    assert [one.id for one in found if not forms(one.string) or not all(forms(one.string))] == []


@each_language
@each_package
def test_no_translation_is_uncertain_or_of_a_text_that_is_gone(package: Path, language: str) -> None:
    gathered = {one.id for one in texts(WORDS["gathered"](package))}
    catalogue = kept(package, language)
    assert {one.id for one in texts(catalogue)} - gathered == set()
    assert [one.id for one in texts(catalogue) if one.fuzzy] == []
    assert list(catalogue.obsolete) == []


@each_language
@each_package
def test_a_translation_says_all_that_the_text_says(package: Path, language: str) -> None:
    """The places filled in while the page is written are the same; "one" need not be written as a number."""
    wrong = []
    for one in texts(kept(package, language)):
        places = [set(PLACE.findall(form)) for form in forms(one.id)]
        for form, translated in enumerate(forms(one.string)):
            said = set(PLACE.findall(translated))
            unknown, left_out = said - places[-1], places[form] - said
            if unknown or left_out or translated.count("%") != len(PLACE.findall(translated)):
                wrong.append((one.id, translated))
    assert wrong == []


def test_vendored_files_are_those_of_the_list() -> None:
    vendor = runpy.run_path(str(TOOLS / "vendor_ui.py"))
    assert vendor["SUMS"].read_text() == vendor["sums"]()
    listed = {line.split("  ")[1] for line in vendor["SUMS"].read_text().splitlines()}
    held = {str(path.relative_to(vendor["VENDOR"])) for path in vendor["VENDOR"].rglob("*") if path.is_file()}
    assert held - {"SHA256SUMS"} == listed
