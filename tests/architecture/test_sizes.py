"""Small files, small functions, honest names. Every rule is shown to bite."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES = 400
FUNCTION_LINES = 40
POSITIONAL = 6
# Lines of code of the chassis without tests, test support and migrations (decisions 0014, 0020, 0021). What
# is in none of the three parts named moves things. Raising a budget needs an ADR.
MOVING = "how things move"
BUDGETS = {MOVING: 5_000, "who may know": 2_850, "who is calling": 1_000, "what people see": 1_200}
PARTS = {
    "who may know": {
        *("access", "audit", "audit_entry", "conflict", "entitlement", "erasure", "erasure_duties"),
        *("erasure_facts", "erasure_list", "erasure_mail", "erasure_rows", "erasure_tables", "file_custody"),
        *("file_duties", "file_mail", "files", "foreseen", "granting", "grounds", "hiding", "hpke_keys"),
        *("key_changes", "keystore", "knowledge", "leaving", "links", "looks", "safekeeping", "withdrawing"),
        "scrubbing",
    },
    "who is calling": {
        "account_file",
        "accounts",
        "guessing",
        "oidc",
        "password_page",
        "sessions",
        "substitutes",
        "tokens",
    },
    "what people see": {
        *("app", "assets", "audit_page", "bodies", "demo_clock", "forms", "front", "help_pages"),
        *("kept_forms", "language", "node_page", "shell", "web"),
    },
}
BANNED = frozenset(
    {*["utils", "helpers", "common", "misc", "base", "core", "manager", "processor", "data", "info", "impl"]}
)
# Words of the trade; the wire's own (record, stream, circle, scope, authorisation, link) are not in it.
NOUNS = re.compile(
    r"placement|referral|taking.?in.?charge|traineeship|internship|host.?compan|employer|cooperative|caseworker|"
    r"case.?manager|evaluation|diagnos|disabilit|municipalit|roundtable|allowance|tutor|attendance|citizen",
    re.IGNORECASE,
)
# Two circles of the wire are words of the trade as well; as values they are the wire's.
CIRCLE_VALUES = frozenset({"referral", "host"})

FOLDERS = ("contracts", "chassis", "caseload", "services", "deploy", "simulation", "tests")
FILES = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {".venv", "versions", "__pycache__", "golden"} & set(path.parts)  # golden: tables of cases
]
SOURCES = [path for path in FILES if "src" in path.parts]
CHASSIS = [path for path in SOURCES if "trama_chassis" in path.parts and not path.stem.startswith("testing")]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def long_functions(source: str, limit: int = FUNCTION_LINES) -> list[str]:
    """Functions longer than a screen, from `def` to their last line."""
    return [one.name for one in functions(source) if (one.end_lineno or 0) - one.lineno + 1 > limit]


def crowded_functions(source: str) -> list[str]:
    """Functions that take too much by position; what is named at the call does not count."""
    return [
        one.name for one in functions(source) if len(one.args.posonlyargs) + len(one.args.args) > POSITIONAL
    ]


def banned_classes(source: str) -> list[str]:
    """Classes named for their suffix, not for what they are."""
    classes = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    return [name for name in classes if re.fullmatch(r".+Service|.+Helper|.+Impl|I[A-Z][a-z]\w*", name)]


def banned_names(path: Path) -> list[str]:
    """Parts of a path that invite everything."""
    return [part for part in (*path.parent.parts, path.stem) if part in BANNED]


def lines_of_code(source: str) -> int:
    """Lines that do something: blank lines, comments and docstrings are not taxed."""
    silent: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node) is not None:
            silent |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(1 for number, line in lines if line.strip()[:1] not in ("", "#") and number not in silent)


def business_nouns(source: str) -> list[str]:
    """Words of the trade in names and values; docstrings may explain with them."""
    tree = ast.parse(source)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    words: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            words += [] if node.value in CIRCLE_VALUES else [node.value]
        words += [
            str(getattr(node, field)) for field in ("name", "id", "attr", "arg") if hasattr(node, field)
        ]
    return [word for word in words if NOUNS.search(word)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_and_says_what_it_is_for(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= FILE_LINES
    assert long_functions(source) == []
    assert crowded_functions(source) == []
    assert banned_classes(source) == []
    assert banned_names(path.relative_to(ROOT)) == []
    if path.stem != "__init__" or source.strip():
        assert ast.get_docstring(ast.parse(source)), "every module says what it is for"


def test_the_chassis_stays_small() -> None:
    part_of = {stem: part for part, stems in PARTS.items() for stem in stems}
    assert len(part_of) == sum(len(stems) for stems in PARTS.values()), "a module is of one part"
    assert part_of.keys() <= {path.stem for path in CHASSIS}, "no part names a module that is no more"
    sizes = dict.fromkeys(BUDGETS, 0)
    for path in CHASSIS:
        if "migrations" not in path.parts:
            sizes[part_of.get(path.stem, MOVING)] += lines_of_code(path.read_text())
    assert {part: size for part, size in sizes.items() if not BUDGETS[part] / 2 < size <= BUDGETS[part]} == {}


@pytest.mark.parametrize("path", CHASSIS, ids=lambda path: path.name)
def test_the_chassis_has_no_business_noun(path: Path) -> None:
    assert business_nouns(path.read_text()) == []


def test_the_rules_bite() -> None:
    long = "def f():\n" + "    pass\n" * FUNCTION_LINES
    assert long_functions(long) == ["f"]
    assert long_functions(long.removesuffix("    pass\n")) == []
    assert crowded_functions("def f(a, b, c, d, e, f, g): ...") == ["f"]
    assert crowded_functions("def f(a, b, c, d, e, f, *, g, h): ...") == []
    assert banned_classes("class PersonService: ...\nclass IStore: ...") == ["PersonService", "IStore"]
    assert banned_classes("class Service: ...\nclass Inner: ...") == []
    assert banned_names(Path("chassis/core/queue_utils.py")) == ["core"]
    assert banned_names(Path("chassis/utils.py")) == ["utils"]
    assert (
        lines_of_code('"""Doc."""\n\n# why\nx = 1\n\n\ndef f():\n    """Doc\n    more."""\n    return x\n')
        == 3
    )
    assert business_nouns("def send_referral(): ...") == ["send_referral"]
    assert business_nouns("x = 'taking-in-charge'") == ["taking-in-charge"]
    assert business_nouns("class TakingInCharge: ...") == ["TakingInCharge"]
    assert business_nouns('"""About a placement."""\nCIRCLES = {"referral", "host"}') == []
