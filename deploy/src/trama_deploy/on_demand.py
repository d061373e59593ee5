"""Groups of commands that are read when they are called, so that a small command does not pay for all."""

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class OnDemand(TyperGroup):
    """A group some of whose commands live in other modules of this package, each with its `app`."""

    modules: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer keeps its own copy of click
        """Its own commands and those elsewhere."""
        return [*super().list_commands(ctx), *self.modules]

    def get_command(self, ctx: Any, name: str) -> Any:  # noqa: ANN401 - as above
        """A command, its module read if need be."""
        if name not in self.modules:
            return super().get_command(ctx, name)
        found = typer.main.get_command(import_module(f"trama_deploy.{self.modules[name]}").app)
        found.name = name
        return found


def application(summary: str, group: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A command or group of `trama`: plain tracebacks, and the help when nothing is asked."""
    return typer.Typer(help=summary, cls=group, no_args_is_help=True, pretty_exceptions_enable=False)


def single() -> typer.Typer:
    """A command that stands alone in its module."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False)
