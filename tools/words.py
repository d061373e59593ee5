"""Gather the interface texts of every package and bring its translations up to date: `python tools/words.py`.

They are the texts of templates, sentences that are said (`say`), what refusals say, the tables of words named
here, and labels given in calls.
`locale/<language>.po` stands beside the package's templates; no compiled file is kept. With `--check` nothing
is written: it tells what is missing or out of date, and fails if there is any.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en",)
METHODS = [("**/templates/**.html", "jinja2")]
TABLES = {
    "trama_chassis": {"audit_page": "WORDS", "errors": "KINDS:1 MESSAGES"},
    "trama_registry": {
        "queries.told.looking": "KINDS SERVICES OTHER_ROLES",
        "__main__": "service.roles",
        "errors": "NotInCircle.NAMES",
        "models.identifier": "FORM_WORDS",
        "models.likeness": "_NAMES _BIRTHS",
        "models.referral": "ANSWERED DONE",
        "queries.document": "STATES:0",
        "queries.offer": "KINDS",
        "queries.erasure": "GROUNDS SUBJECTS",
        "queries.told.document": "KINDS CIRCLES",
        "queries.told.identity": (
            "IDENTIFIERS VERIFICATIONS IDENTIFIER_ENDINGS CERTIFICATES CERTIFICATE_ENDINGS GROUPS"
        ),
        "queries.told.kinds": "KINDS",
        "queries.told.relation": (
            "DOORS CHANNELS RISK_FACTORS OUTCOMES SUSPENSIONS ACCESS_STATES "
            "GRADES KINDS STATES COMPETENCES GROUNDS"
        ),
        "queries.told.note": "KINDS READERS",
        "queries.told.referral": "NOTED",
        "queries.told.reasons": "PLAIN WITH_DAY WITH_NAME",
        "queries.told.sharing": "PURPOSES CONTENTS PARTIES ASKED RESTRICTIONS",
        "queries.told.words": (
            "RELATIONS CLOSINGS REFUSALS OUTCOMES FAILURES ENDINGS CIRCLES STATES TEAMS PATHS PARTIES "
            "WITHDRAWALS REVIEWS REVIEW_OUTCOMES SERVICES ROLES"
        ),
    },
    "trama_evaluation": {
        "__main__": "service.roles",
        "migrations.versions.0001_evaluation": "RULES",
        "models.evaluation": "STATE_LABELS ARRIVAL_LABELS DISCIPLINE_LABELS STABILITY_LABELS",
        "models.instrument": "PROFILE HEALTH SCORE_LABELS SUPPORTS BAND_LABELS",
        "models.path": "PATH_LABELS RULE_LABELS",
        "models.project": "PROJECT_LABELS ROLE_LABELS REVIEW_LABELS OUTCOME_LABELS",
        "models.team": "SECTOR_LABELS",
    },
    "trama_placement": {
        "__main__": "service.roles",
        "migrations.versions.0001_placement": "RULES",
        "migrations.versions.0002_placement": "CONDITIONS",
        "migrations.versions.0005_report": "REPORTS",
        "models.approval": "PARTY_LABELS APPROVAL_LABELS AGREEMENT_OF",
        "models.hosted": "HOSTED_LABELS",
        "models.placement": "STATE_LABELS ENDING_LABELS WITHDRAWAL_LABELS",
    },
    "trama_reporting": {
        "__main__": "service.roles",
        "models.indicators": "INDICATORS",
        "queries": "KINDS DIVISIONS GROUPS LABELS",
    },
}
"""Words that reach pages from Python, where templates write them with the filter `translated`."""
SINGLE = {
    "trama_chassis": (
        "Un sollecito alla settimana",
        "Prima la valutazione, poi il percorso",
        "Durata minima del percorso",
        "Durata massima del percorso",
        "Avvio dentro le date previste",
        "Nessuna segnalazione mentre i dati della persona sono limitati",
        "Presa in carico integrata solo con un protocollo in vigore",
    ),
    "trama_registry": (
        "Stesso codice",
        "Stesso telefono",
        "Stesso comune",
        "ma il nome è diverso: uno dei due è da correggere",
        "I codici fiscali sono diversi: forse due persone, forse un codice sbagliato",
        "non firmato",
        "bozza condivisa",
    ),
}
"""Words that reach pages from the midst of a function."""
SHOWN = (
    *("label", "title", "definition", "unit", "to_agree", "baseline", "question", "items"),
    *("genus", "source", "conditions_source"),
)
"""What pages show of a row that is not words alone."""


def packages() -> list[Path]:
    """The packages that have pages, and the one that has words for those of others."""
    return sorted(
        {path.parent for kind in ("templates", "locale") for path in ROOT.glob(f"*/src/*/{kind}")}
    ) + sorted(path.parent for path in ROOT.glob("services/*/src/*/templates"))


@cache
def refusals() -> frozenset[str]:
    """What the refusals of all packages are called: whoever raises one may say in which words."""
    above: dict[str, set[str]] = {}
    for tree in (tree for package in packages() for tree in trees(package)):
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
            bases = {one.id for one in node.bases if isinstance(one, ast.Name)}
            above.setdefault(node.name, set()).update(bases)
    found, more = set[str](), {"Refused"}
    while more - found:
        found |= more
        more = {name for name, bases in above.items() if bases & found}
    return frozenset(found)


def trees(package: Path) -> Iterator[ast.Module]:
    """The modules of a package."""
    for path in sorted(package.rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"), str(path))


def speaking_calls(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Every call whose first argument is a text for people: who is called, and the text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("say", "NavigationEntry") or name in refusals():
                yield name, node.args[0]


def gathered(package: Path) -> Catalog:
    """Every text a package shows."""
    found = Catalog()
    for _, _, message, comments, _ in extract_from_dir(package, METHODS):
        found.add(message, auto_comments=comments)
    for text in (*_tabled(package.name), *_said(package), *SINGLE.get(package.name, ())):
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
    elif isinstance(table, Mapping) and not {"label", "conditions_source"} & table.keys():
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
    """What is said by calls, what refusals say otherwise, and labels."""
    for tree in trees(package):
        for said in (*(text for _, text in speaking_calls(tree)), *_named(tree)):
            if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value:
                yield said.value


def _named(tree: ast.Module) -> Iterator[ast.expr | None]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("label", "detail", "what"):
            yield node.value
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == "detail" for one in targets):
                yield node.value


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
