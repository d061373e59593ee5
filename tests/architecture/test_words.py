"""The interface texts of the pages are in English whole; every vendored file is what its list says."""

import runpy
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "tools"
# Packages whose pages are translated whole; the others fall back to Italian, text by text.
WHOLE = ("trama_chassis", "trama_evaluation", "trama_placement", "trama_reporting")


def test_no_text_of_a_translated_package_is_without_its_english() -> None:
    words = runpy.run_path(str(TOOLS / "words.py"))
    for package in words["packages"]():
        if package.name in WHOLE:
            catalogue = words["renewed"](package, "en")
            assert len(catalogue) > 1
            assert [one.id for one in catalogue if one.id and not any(one.string)] == []


def test_vendored_files_are_those_of_the_list() -> None:
    vendor = runpy.run_path(str(TOOLS / "vendor_ui.py"))
    assert vendor["SUMS"].read_text() == vendor["sums"]()
    listed = {line.split("  ")[1] for line in vendor["SUMS"].read_text().splitlines()}
    held = {str(path.relative_to(vendor["VENDOR"])) for path in vendor["VENDOR"].rglob("*") if path.is_file()}
    assert held - {"SHA256SUMS"} == listed
