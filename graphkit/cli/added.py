"""Commands of other packages, which are found when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from typer.core import TyperGroup

from graphkit.cli.groups import grouped
from graphkit.cli.options import say
from graphkit.errors import GraphkitError
from graphkit.plugins import Plugin


def with_added(
    additions: Callable[[], Mapping[str, Plugin]], make: Callable[[Plugin], Any]
) -> type[TyperGroup]:
    """Make the class of a group of commands that has those of other packages too.

    Parameters
    ----------
    additions : callable
        Finds the commands of other packages by name.
    make : callable
        Makes the command of one; raises GraphkitError if the package does not work.
    """

    class Commands(TyperGroup):
        """Commands of graphkit, and behind them those of other packages."""

        def list_commands(self, ctx: Any) -> list[str]:
            """List the names, those of other packages last."""
            own = super().list_commands(ctx)
            return [*own, *sorted(additions().keys() - {*own})]

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Write the commands in their groups, each with a line."""
            names = self.list_commands(ctx)
            least = formatter.width - 6 - max(map(len, names))
            for title, group in grouped(names).items():
                commands = {name: self.get_command(ctx, name) for name in group}
                with formatter.section(title):
                    formatter.write_dl([
                        (name, command.get_short_help_str(least))
                        for name, command in commands.items() if command is not None
                    ])  # fmt: skip

        def get_command(self, ctx: Any, name: str) -> Any:
            """Return a command; None with a line on stderr for one of a package that is broken."""
            own = super().get_command(ctx, name)
            if own is not None or (plugin := additions().get(name)) is None:
                return own
            try:
                return make(plugin)
            except GraphkitError as error:
                say(str(error))
                return None

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Return the command that the arguments name, and the rest of them."""
            if super().get_command(ctx, args[0]) is None and args[0] in additions():
                return args[0], make(additions()[args[0]]), args[1:]
            return super().resolve_command(ctx, args)

    return Commands
