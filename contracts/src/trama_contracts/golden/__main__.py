"""`python -m trama_contracts.golden write|check`: write the golden files, or see that they are as written.

Writing keeps the HPKE seals it finds; it draws new ones only for messages that changed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trama_contracts.golden import corpus, drawn_seals, vectors

ROOT: Final = Path(__file__).resolve().parents[3] / "golden"
"""The folder `golden` of a source tree of contracts."""


def made(root: Path, *, may_draw: bool) -> Iterator[tuple[str, str]]:
    """Name and text of every file, made anew."""
    seals = drawn_seals.DrawnSeals(root, may_draw=may_draw)
    yield from vectors.files(seals)
    yield corpus.FILE, corpus.write(seals)
    yield drawn_seals.FILE, seals.written()


def differences(root: Path = ROOT) -> list[str]:
    """Files that are not as they would be written now; raises NotDrawn for a message that changed."""
    return [
        name
        for name, text in made(root, may_draw=False)
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text
    ]


def write(root: Path = ROOT) -> None:
    """Write every file."""
    for name, text in list(made(root, may_draw=True)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Exit code 0 if all is well."""
    if arguments == ["write"]:
        write()
        return 0
    if arguments != ["check"]:
        sys.stderr.write("usage: python -m trama_contracts.golden write|check\n")
        return 2
    try:
        different = differences()
    except drawn_seals.NotDrawn:
        different = ["a sealed message changed"]
    for name in different:
        sys.stderr.write(f"{name}: not as it would be written now. If that is meant: write\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
