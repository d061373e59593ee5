"""What must not be in the tree: the place it was written in, unfinished work, tests that prove nothing."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file does not contain what it looks for.
PLACES = re.compile(r"/work" + r"/(main|shared|plan|\.)|/root" + "/")
REGISTRIES = re.compile(
    r"(?i)https?://[\w.-]*("
    + "|".join(
        ("pypi" + r"\.", "python" + "hosted", "npm" + "js", "repo1?" + r"\.maven", "proxy" + r"\.golang")
    )
    + ")"
)
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")) + r")\b")
EMPTY_TESTS = re.compile(
    r"(pytest\.(skip|xfail|mark\.skip|mark\.xfail))|(unittest\.mock)|(Magic" + r"Mock)|\bmocker\b"
)
BARE_DANGER = re.compile(r"# noqa: S\d+\b(?! - \S)")
BARE_IGNORE = re.compile(r"# type: ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]\s+# \S)")


def tracked() -> list[Path]:
    """Every text file that git has, or would have."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    paths = [ROOT / name for name in names]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


TEXTS = {path: path.read_text(errors="replace") for path in tracked()}
PYTHON = {path: text for path, text in TEXTS.items() if path.suffix == ".py"}


def found(pattern: re.Pattern[str], texts: dict[Path, str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_names_the_place_it_was_written_in() -> None:
    assert found(PLACES, TEXTS) == []


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRIES, TEXTS) == []


def test_nothing_is_left_unfinished() -> None:
    assert found(UNFINISHED, PYTHON) == []


def test_no_test_is_skipped_and_none_replaces_our_own_code() -> None:
    assert (
        found(
            EMPTY_TESTS, {path: text for path, text in PYTHON.items() if "test_clean_tree" not in path.name}
        )
        == []
    )


def test_every_type_error_that_is_ignored_has_a_code_and_a_reason() -> None:
    assert found(BARE_IGNORE, {path: text for path, text in PYTHON.items() if "src" in path.parts}) == []


def test_every_warning_of_danger_that_is_set_aside_has_a_reason() -> None:
    assert found(BARE_DANGER, PYTHON) == []


@pytest.mark.parametrize(
    ("pattern", "bad", "good"),
    [
        (BARE_DANGER, "run(command)  # noqa" + ": S603", "run(command)  # noqa: S603 - a constant"),
        (PLACES, "see /work" + "/main/README.md", "how they work/main things"),
        (REGISTRIES, "https://" + "pypi.org/simple", "https://kafka.apache.org"),
        (UNFINISHED, "# TO" + "DO later", "todo list"),
        (EMPTY_TESTS, "@pytest.mark.skip", "pytest.mark.parametrize"),
        (BARE_IGNORE, "x = 1  # type: ignore", "x = 1  # type: ignore[arg-type]  # why"),
        (BARE_IGNORE, "x = 1  # type: ignore[arg-type]", "x = 1"),
    ],
)
def test_the_rules_bite(pattern: re.Pattern[str], bad: str, good: str) -> None:
    assert pattern.search(bad)
    assert not pattern.search(good)
