"""Write migrations: `python -m trama_chassis.migrations chassis|<service> ["what changes"]`.

Without a message the first migration of that branch is written anew, which is right until the first release
and never after it. It compares the models with a new database migrated to what is already written.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from tempfile import TemporaryDirectory

from alembic import command

from trama_chassis.migrations import BRANCH, HERE, _config, _connected
from trama_chassis.service import Service


def main(branch: str, message: str = "") -> None:
    """Write one migration file for a branch."""
    service = None if branch == BRANCH else _service(branch)
    folder = (service.migrations if service else HERE) / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.glob("[0-9]*.py"))) + 1 if message else 1
    if not message:
        for old in folder.glob("[0-9]*.py"):
            old.unlink()
    with TemporaryDirectory() as temporary, _connected(f"sqlite:///{temporary}/empty.db") as connection:
        config = _config(connection, service)
        config.set_main_option("file_template", "%%(rev)s")
        command.upgrade(config, "heads")
        command.revision(
            config,
            message or f"The tables of {branch}",
            autogenerate=True,
            head=f"{branch}@head" if message else "base",
            branch_label=None if message else branch,
            version_path=str(folder),
            rev_id=f"{number:04}_{branch}",
        )
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", folder], check=True)  # noqa: S603 - our own tool


def _service(name: str) -> Service:
    found = next(iter(entry_points(group="trama.services", name=name)))
    service: Service = found.load()
    return service


if __name__ == "__main__":
    main(*sys.argv[1:])
