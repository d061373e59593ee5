"""Whoever runs a node finds in the runbook every failure that a log can name."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
LOUD = {"warning", "error", "critical"}
PACKAGES = [*ROOT.glob("*/src"), *ROOT.glob("services/*/src")]
SOURCES = [path for package in PACKAGES for path in package.rglob("*.py") if "simulation" not in str(package)]


def said(source: str) -> Iterator[str]:
    """What a module says to its log and calls a trouble."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOUD:
            whose = ast.unparse(node.func.value)
            if whose == "log" or whose.endswith((".log", "get_logger('trama.crash')")):
                yield ast.literal_eval(node.args[0])


def test_each_trouble_that_a_log_names_stands_in_the_runbook() -> None:
    named = {line: path.stem for path in SOURCES for line in said(path.read_text())}
    assert [f"{path}: {line}" for line, path in named.items() if f"`{line}`" not in RUNBOOK] == []
    assert len(named) > 40


def test_the_rule_bites() -> None:
    assert list(said("self._runtime.log.warning('x', y=1)\nlog.info('z')")) == ["x"]
