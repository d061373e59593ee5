"""What the README shows to integrators runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACTS = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (CONTRACTS / "README.md").read_text(encoding="utf-8"), re.DOTALL)
PRINTED = [
    "ok it.trama.registry.conformance-noted.v1 però 1\n",
    "ok 1\n",
    "1649 43 ['content-type', 'trama-signature']\n",
]


EXAMPLES = list(zip(BLOCKS, PRINTED, strict=True))


@pytest.mark.parametrize(("block", "printed"), EXAMPLES, ids=["open", "grant", "write"])
def test_an_example_of_the_readme_runs(block: str, printed: str) -> None:
    command = [sys.executable, "-X", "utf8", "-c", block]
    done = subprocess.run(command, cwd=CONTRACTS.parent, capture_output=True, text=True, encoding="utf-8")
    assert (done.stderr, done.stdout) == ("", printed)


def test_opening_an_event_takes_about_twenty_lines() -> None:
    statements = [line for line in BLOCKS[0].splitlines() if line.strip() and "import" not in line]
    assert len(statements) <= 20
