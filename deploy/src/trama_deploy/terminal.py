"""How the `trama` command speaks: one console, one way to fail, documented exit codes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NoReturn

import typer
from rich.console import Console

console = Console()
complaints = Console(stderr=True)


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    NOT_RUNNING = 3
    SOMETHING_WRONG = 4


EXIT_CODES = (
    "Codici di uscita: 0 fatto, 1 non riuscito, 2 comando o file sbagliato, 3 la rete non è in esecuzione, "
    "4 funziona ma qualcosa va guardato."
)


def fail(sentence: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say in one sentence what is wrong, and end."""
    complaints.print(f"[red]✗[/red] {sentence}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def print_json(answer: Any) -> None:  # noqa: ANN401 - whatever json can write
    """For machines: one JSON document on standard output and nothing else."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1, default=str) + "\n")


def print_json_line(answer: Any) -> None:  # noqa: ANN401 - as above
    """One JSON document on one line, at once: for what goes on."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


@contextmanager
def refusals(*expected: type[Exception], code: Exit = Exit.FAILED) -> Iterator[None]:
    """Turn expected exceptions into one sentence; anything else stays a traceback."""
    try:
        yield
    except expected as error:
        fail(getattr(error, "detail", "") or str(error), code)
