"""The interface texts of the pages are in English whole; every vendored file is what its list says."""

import ast
import re
import runpy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes
from trama_chassis import language, web
from trama_chassis.errors import Refused

TOOLS = Path(__file__).parents[2] / "tools"
WORDS = runpy.run_path(str(TOOLS / "words.py"))
PACKAGES: list[Path] = WORDS["packages"]()
LANGUAGES: tuple[str, ...] = WORDS["LANGUAGES"]
PLACE = re.compile(r"%\(\w+\)s|%%")
TEMPLATES = [path for package in PACKAGES for path in sorted(package.glob("templates/**/*.html"))]
OWN_NAMES = {"Trama", "API"}
DEVELOPERS = {"docs.html"}
"""The page of the programs' documentation, which is English and third-party."""


def refusals(above: type[Refused] = Refused) -> set[type[Refused]]:
    """Every refusal of the packages with pages; their modules are loaded to gather the tables of words."""
    return {above}.union(*(refusals(one) for one in above.__subclasses__()))


WITHOUT_PAGES = {"trama_chassis": "trama_chassis.web", "trama_caseload": "trama_caseload"}
"""What is loaded of a package that has words for others' pages and none of its own."""
for package in PACKAGES:
    WORDS["gathered"](package)
    import_module(WITHOUT_PAGES.get(package.name, f"{package.name}.pages"))
REFUSALS = {Refused} | {
    one for one in refusals() if one.detail != Refused.detail and one.__module__.startswith("trama_")
}
"""Those with words of their own; the others are given them where they are raised, as the rule below wants.
Refusals that other tests make up are left out."""
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
    assert found
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


@pytest.mark.parametrize(
    "template", [path for path in TEMPLATES if path.name not in DEVELOPERS], ids=lambda path: path.name
)
def test_a_template_shows_no_word_that_is_not_marked_for_translation(template: Path) -> None:
    tree = web.environment(template.parent).parse(template.read_text(encoding="utf-8"))
    plain = "\0".join(node.data for node in tree.find_all(nodes.TemplateData))
    read_out = re.findall(r'(?:aria-label|placeholder|title|alt|data-label)="([^"\0]+)"', plain)
    shown = re.split(r"[\0\1\n]+", re.sub(r"<[^>]*>", "\1", plain))
    words = {
        text.strip() for text in (*read_out, *shown) if re.search(r"[^\W\d]{2}", text) and "=" not in text
    }
    assert words - OWN_NAMES - {"required"} == set()


@each_package
def test_what_is_said_is_written_out_with_its_values_beside_it(package: Path) -> None:
    """INVARIANT: every refusal and every sentence of the four services is known in every language. A text
    put together before it is said (an f-string, a sum) is no key of any translation, and breaks it."""
    joined = [
        f"{name}: {ast.unparse(text)}"
        for tree in WORDS["trees"](package)
        for name, text in WORDS["speaking_calls"](tree)
        if isinstance(text, ast.JoinedStr | ast.BinOp | ast.Call)
    ]
    assert joined == []


@pytest.mark.parametrize("refusal", sorted(REFUSALS, key=lambda one: f"{one.__module__}.{one.__name__}"))
def test_a_refusal_says_something_else_in_english(refusal: type[Refused]) -> None:
    with language.speaking("en"):
        english = language.say(refusal.detail)
    assert language.say(refusal.detail) == refusal.detail != english


def test_vendored_files_are_those_of_the_list() -> None:
    vendor = runpy.run_path(str(TOOLS / "vendor_ui.py"))
    assert vendor["SUMS"].read_text() == vendor["sums"]()
    listed = {line.split("  ")[1] for line in vendor["SUMS"].read_text().splitlines()}
    held = {str(path.relative_to(vendor["VENDOR"])) for path in vendor["VENDOR"].rglob("*") if path.is_file()}
    assert held - {"SHA256SUMS"} == listed
