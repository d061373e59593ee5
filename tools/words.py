"""Gather the interface texts of every package and bring its translations up to date: `python tools/words.py`.

`locale/<language>.po` stands beside the package's templates; no compiled file is kept. With `--check` nothing
is written: it tells what is missing or out of date, and fails if there is any.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en",)
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "NavigationEntry": (1,)}


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
    return found


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
