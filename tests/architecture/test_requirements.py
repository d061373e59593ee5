"""`tests/requirements.csv` says of each thing the founding documents name which test shows it, if any."""

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests" / "requirements.csv"
NAMED = {"000": 28, "001": 21, "002": 23, "003": 133, "004": 53}
"""How many things each of the five documents names."""


@dataclass(frozen=True)
class Requirement:
    id: str
    what: str
    tests: tuple[str, ...]
    state: str


def read(text: str) -> list[Requirement]:
    """The rows of the table; several tests are parted by blanks."""
    rows = csv.reader(text.splitlines())
    assert next(rows) == ["id", "what", "test", "state"]
    return [Requirement(id, what, tuple(test.split()), state) for id, what, test, state in rows]


def written_in(path: Path) -> Iterator[str]:
    """`name` or `Class::name` of every test of a file, by its syntax alone."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        methods = node.body if isinstance(node, ast.ClassDef) else []
        for name, test in [("", node), *((f"{getattr(node, 'name', '')}::", method) for method in methods)]:
            if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) and test.name.startswith("test_"):
                yield name + test.name


def faults(requirements: list[Requirement], root: Path) -> Iterator[str]:
    """What is wrong with the table, one sentence each."""
    ids = [requirement.id for requirement in requirements]
    if ids != [
        f"{document}-{number:02}" for document, last in NAMED.items() for number in range(1, last + 1)
    ]:
        yield "the ids are not those of the founding documents, each once and in order"
    for requirement in requirements:
        if requirement.state not in ("shown", "open"):
            yield f"{requirement.id} is {requirement.state}: write shown or open"
        if (requirement.state == "shown") != bool(requirement.tests):
            yield f"{requirement.id} is {requirement.state} with {len(requirement.tests)} tests"
        if not requirement.what:
            yield f"{requirement.id} does not say what it is"
        for test in requirement.tests:
            path, _, name = test.partition("::")
            file = root / path
            if not (file.is_file() and file.name.startswith("test_")):
                yield f"{requirement.id} names {path}, which is no file of tests"
            elif name.partition("[")[0] not in set(written_in(file)):
                yield f"{requirement.id} names {name}, which {path} does not have"


def test_each_requirement_is_there_once_and_each_named_test_exists() -> None:
    assert list(faults(read(TABLE.read_text(encoding="utf-8")), ROOT)) == []


HERE = "tests/architecture/test_requirements.py"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("000-01,Something,,shown", "000-01 is shown with 0 tests"),
        (f"000-01,Something,{HERE}::test_a_wrong_row_is_noticed,open", "000-01 is open with 1 tests"),
        ("000-01,Something,,done", "000-01 is done"),
        ("000-01,,,open", "does not say what it is"),
        ("000-01,Something,tests/architecture/test_gone.py::test_it,shown", "which is no file of tests"),
        (f"000-01,Something,{HERE}::test_gone,shown", "names test_gone, which"),
        (f"000-01,Something,{HERE}::faults,shown", "names faults, which"),
        ("000-02,Something,,open", "the ids are not those"),
    ],
)
def test_a_wrong_row_is_noticed(row: str, fault: str) -> None:
    text = TABLE.read_text(encoding="utf-8").splitlines()
    assert any(fault in sentence for sentence in faults(read("\n".join([text[0], row, *text[2:]])), ROOT))


def test_a_row_may_name_several_tests() -> None:
    text = TABLE.read_text(encoding="utf-8").splitlines()
    both = f"{HERE}::test_a_wrong_row_is_noticed[x] {HERE}::test_a_row_may_name_several_tests"
    assert list(faults(read("\n".join([text[0], f"000-01,Something,{both},shown", *text[2:]])), ROOT)) == []
