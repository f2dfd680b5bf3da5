"""Commands that are imported when they run, not when they are listed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from answerable.cli.registry import COMMANDS, CommandLine
from answerable.core.garbage import importing

_PACKAGE = "answerable.cli.commands"


class LazyCommand(TyperCommand):
    """Stands for a command in the list of commands, and hands over to it as soon as it is called."""

    def __init__(self, name: str, line: CommandLine) -> None:
        super().__init__(name, help=line.summary)
        self._line = line

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the context of the command itself, so that it is what parses, helps and runs."""
        return self.load().make_context(*args, **kwargs)

    def load(self) -> TyperCommand | TyperGroup:
        """Import the command."""
        module, _, attribute = self._line.place.partition(":")
        with importing():
            target = getattr(import_module(f"{_PACKAGE}.{module}"), attribute)
        host = typer.Typer(add_completion=False)
        if isinstance(target, typer.Typer):
            host.add_typer(target, name=self.name)
        else:
            host.command(self.name)(target)
        loaded = typer.main.get_group(host).commands[str(self.name)]
        assert isinstance(loaded, TyperCommand | TyperGroup)
        return loaded


class RegisteredCommands(TyperGroup):
    """The registry's commands as one group."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update({name: LazyCommand(name, line) for name, line in COMMANDS.items()})
