"""Gather the interface texts of every package and bring its translations up to date: `python tools/words.py`.

They are the texts of templates, the tables of words named here, what refusals say, and labels given in calls.
`locale/<language>.po` stands beside the package's templates; no compiled file is kept. With `--check` nothing
is written: it tells what is missing or out of date, and fails if there is any.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en",)
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "NavigationEntry": (1,)}
TABLES = {
    "trama_chassis": {"errors": "KINDS:1 MESSAGES"},
    "trama_registry": {
        "__main__": "service.roles",
        "models.likeness": "_NAMES _BIRTHS",
        "queries.told.identity": (
            "IDENTIFIERS VERIFICATIONS IDENTIFIER_ENDINGS CERTIFICATES CERTIFICATE_ENDINGS GROUPS"
        ),
        "queries.told.kinds": "KINDS",
        "queries.told.relation": (
            "DOORS CHANNELS RISK_FACTORS OUTCOMES SUSPENSIONS ACCESS_STATES "
            "GRADES KINDS STATES COMPETENCES GROUNDS"
        ),
        "queries.told.words": "RELATIONS CLOSINGS REFUSALS OUTCOMES FAILURES STATES SERVICES ROLES",
    },
    "trama_evaluation": {
        "__main__": "service.roles",
        "migrations.versions.0001_evaluation": "RULES",
        "models.evaluation": "STATE_LABELS ARRIVAL_LABELS DISCIPLINE_LABELS STABILITY_LABELS",
        "models.instrument": "PROFILE HEALTH SCORE_LABELS SUPPORTS BAND_LABELS",
        "models.path": "PATH_LABELS RULE_LABELS",
        "models.project": "PROJECT_LABELS ROLE_LABELS REVIEW_LABELS",
    },
    "trama_placement": {
        "__main__": "service.roles",
        "migrations.versions.0001_placement": "RULES",
        "models.approval": "PARTY_LABELS APPROVAL_LABELS",
        "models.hosted": "HOSTED_LABELS",
        "models.placement": "STATE_LABELS ENDING_LABELS WITHDRAWAL_LABELS",
    },
    "trama_reporting": {
        "__main__": "service.roles",
        "models.indicator": "INDICATORS",
        "queries": "KINDS DIVISIONS LABELS",
    },
}
"""Words that reach pages from Python, where templates write them with the filter `translated`."""
SINGLE = {
    "trama_registry": (
        "Stesso codice",
        "Stesso telefono",
        "Stesso comune",
        "ma il nome è diverso: uno dei due è da correggere",
        "I codici fiscali sono diversi: forse due persone, forse un codice sbagliato",
        "registrato il",
        "non firmato",
        "bozza condivisa",
    ),
}
"""Words that reach pages from the midst of a function."""
SHOWN = ("label", "title", "definition", "unit", "to_agree", "baseline", "question", "items")
"""What pages show of a row that is not words alone."""


def packages() -> list[Path]:
    """The packages that have pages."""
    return sorted(path.parent for path in ROOT.glob("*/src/*/templates")) + sorted(
        path.parent for path in ROOT.glob("services/*/src/*/templates")
    )


def gathered(package: Path) -> Catalog:
    """Every text a package shows."""
    found = Catalog()
    for _, _, message, comments, _ in extract_from_dir(package, METHODS, keywords=KEYWORDS):
        found.add(message, auto_comments=comments)
    for text in (*_tabled(package.name), *_said(package), *SINGLE.get(package.name, ())):
        if "{" not in text:  # filled in before it reaches a page: no translation would know it
            found.add(text)
    return found


def _tabled(package: str) -> Iterator[str]:
    for module, names in TABLES.get(package, {}).items():
        for name, _, place in (one.partition(":") for one in names.split()):
            table: Any = import_module(f"{package}.{module}")
            for part in name.split("."):
                table = getattr(table, part)
            yield from _words(table, int(place or 0))


def _words(table: Any, place: int = 0) -> Iterator[str]:  # noqa: ANN401 - a table, a row or a word
    """The words of a table: of a pair the one in that place, of other rows what is shown."""
    if isinstance(table, str):
        yield table
    elif isinstance(table, Mapping) and "label" not in table:
        for row in table.values():
            yield from _words(row[place] if isinstance(row, tuple) else row)
    elif isinstance(table, (list, tuple)):
        for row in table:
            yield from _words(row)
    else:
        for name in SHOWN:
            yield from _words((table.get if isinstance(table, Mapping) else _of(table))(name) or ())


def _of(row: object) -> Any:  # noqa: ANN401 - as above
    return lambda name: getattr(row, name, None)


def _said(package: Path) -> Iterator[str]:
    """What refusals say, where it is one text, and labels given in calls."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("label", "detail", "what"):
                said: ast.expr | None = node.value
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                said = (
                    node.value
                    if any(isinstance(one, ast.Name) and one.id == "detail" for one in targets)
                    else None
                )
            else:
                continue
            if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value:
                yield said.value


def renewed(package: Path, language: str) -> Catalog:
    """The translations there are, for the texts there are now."""
    path = package / "locale" / f"{language}.po"
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(gathered(package), no_fuzzy_matching=True)
    return known


def written(catalogue: Catalog) -> bytes:
    """The file, the same for the same texts: no dates, no places."""
    file = BytesIO()
    write_po(
        file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
    )
    return file.getvalue()


def main() -> int:
    """Write, or only tell."""
    missing = 0
    for package in packages():
        for language in LANGUAGES:
            catalogue, path = renewed(package, language), package / "locale" / f"{language}.po"
            left = [
                one.id
                for one in catalogue
                if one.id and not any(one.string if one.pluralizable else [one.string])
            ]
            missing += len(left)
            counted = f"{len(catalogue)} texts, {len(left)} without a translation"
            sys.stdout.write(f"{package.name} {language}: {counted}\n")
            if "--check" in sys.argv:
                sys.stdout.writelines(f"  {text}\n" for text in left)
            elif len(catalogue):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(written(catalogue))
    return 1 if missing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
