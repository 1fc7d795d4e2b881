"""Commands of other packages, which are found when one is asked for."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from graphkit.cli.options import say
from graphkit.errors import GraphkitError
from graphkit.plugins import Plugin


class WithAdded(TyperGroup):
    """Commands of graphkit, and behind them those of other packages."""

    def additions(self) -> dict[str, Plugin]:
        """Find the commands of other packages by name; none has the name of one of graphkit's."""
        raise NotImplementedError

    def make(self, plugin: Plugin) -> Any:
        """Make the command of another package.

        Raises
        ------
        GraphkitError
            The package does not work; the message names it.
        """
        raise NotImplementedError

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names, those of other packages last."""
        own = super().list_commands(ctx)
        return [*own, *sorted(self.additions().keys() - {*own})]

    def get_command(self, ctx: Any, name: str) -> Any:
        """Return a command; None with a line on stderr for one of a package that is broken."""
        own = super().get_command(ctx, name)
        if own is not None or (plugin := self.additions().get(name)) is None:
            return own
        try:
            return self.make(plugin)
        except GraphkitError as error:
            say(str(error))
            return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name, and the rest of them."""
        if super().get_command(ctx, args[0]) is None and args[0] in self.additions():
            return args[0], self.make(self.additions()[args[0]]), args[1:]
        return super().resolve_command(ctx, args)
