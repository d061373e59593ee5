"""`make new-service NAME=...`: writes a small whole service from the template, and edits nothing else."""

import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

from trama_contracts.names import is_service

TEMPLATE = Path(__file__).with_name("service_template")
TAKEN = ("network", "chassis", "caseload", "contracts", "deploy", "simulation")
NEXT = """\
Written: {folder} ({files} files). Nothing else was changed. Now, in this order:

1. Makefile: add services/{name} to PACKAGES and services/{name}/src to the mypy line of `check`.
2. pyproject.toml: services/{name}/src in mypy_path; trama_{name} in every list of import-linter
   that names trama_placement.
3. make lock, then any target of make: it installs the package.
4. deploy/networks/*.yaml: {name} in the `services` of each member that runs it.
5. services/{name}/README.md: say in one sentence what it is for. Then its first event:
   a class in contracts/src/trama_contracts/{name}.py, `make schemas`, a command, a test (CONTRIBUTING.md).
6. make check, and .venv/bin/python -m pytest services/{name}
"""


class NameUnfit(Exception):
    """The name cannot be that of a service and of a Python package."""


class NameTaken(Exception):
    """There is something of that name already; nothing is overwritten."""


def write_service(name: str, services: Path) -> list[Path]:
    """Write the service under `services`; the files written. Raises NameUnfit, NameTaken."""
    if not is_service(name) or name in TAKEN:
        raise NameUnfit(
            f"«{name}» cannot name a service: lower-case letters alone, and few, such as «mentoring»"
        )
    folder = services / name
    if folder.exists():
        raise NameTaken(f"{folder} exists: nothing was written")
    planned = list(_planned(name, folder))
    for path, content in planned:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return [path for path, _ in planned]


def _planned(name: str, folder: Path) -> Iterator[tuple[Path, str]]:
    words = {"name": name, "Name": name.capitalize()}
    for source in sorted(TEMPLATE.rglob("*.txt")):
        parts = source.relative_to(TEMPLATE).with_suffix("").parts
        named = [
            f"trama_{name}" if part == "package" else part.replace("0001_name", f"0001_{name}")
            for part in parts
        ]
        yield folder.joinpath(*named), Template(source.read_text(encoding="utf-8")).substitute(words)


def main() -> None:
    """Write the service named on the command line, in the folder `services` of the working directory."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        written = write_service(name, Path("services"))
    except (NameUnfit, NameTaken) as refused:
        sys.exit(f"{refused}\nUse: make new-service NAME=mentoring")
    sys.stdout.write(NEXT.format(name=name, folder=Path("services") / name, files=len(written)))


if __name__ == "__main__":
    main()
