"""Commands that ask a question, made from their declarations in :mod:`graphkit.verbs`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import Parameter as Argument
from inspect import Signature
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from graphkit.cli.options import Database, Format, Output, opened, option_of, say
from graphkit.errors import UsageError
from graphkit.parameters import REPEATED, Parameter, Verb
from graphkit.verbs import VERBS

FAILED = 3
"""Exit code if a claim that is expected to be borne out is not."""
TYPES: dict[str, Any] = {
    "number": float,
    "count": int,
    "switch": bool,
    **dict.fromkeys(REPEATED, list[str]),
}
LAST = {"db": Database, "form": Format, "output": Output}


def add_question(app: typer.Typer, name: str) -> None:
    """Add the command that asks a question, with the commands below it."""
    verbs = [verb for verb in VERBS if verb.name.partition(" ")[0] == name]
    if len(verbs) == 1:
        app.command(name, cls=_Question)(_command(verbs[0]))
        return
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(_command(verbs[0], context=True))
    for verb in verbs[1:]:
        group.command(verb.name.partition(" ")[2], cls=_Question)(_command(verb))
    app.add_typer(group, name=name)


class _Question(TyperCommand):
    """A command that loses no value, and reads slow choices only for its own help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that is given twice and takes one value: the first would be lost."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option in order:
            if isinstance(option, TyperOption) and not option.multiple and order.count(option) > 1:
                raise UsageError(f"{max(option.opts, key=len)} is given twice; it takes one value")
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Write the help, with the names of all choices."""
        slow = {p.name: p for verb in VERBS for p in verb.parameters if callable(p.choices)}
        for option in self.params:
            if option.name in slow and isinstance(option, TyperOption):
                option.help = slow[option.name].help.format(
                    choices=", ".join(slow[option.name].allowed)
                )
        return super().get_help(ctx)


def _command(verb: Verb, *, context: bool = False) -> Callable[..., None]:
    """Make the function of a command, with the signature that typer reads."""

    def command(**given: Any) -> None:
        if context and (called := given["context"].invoked_subcommand):
            _refuse_options(given["context"], called)
            return
        _run(verb, given)

    kinds = {p.name: _annotation(p) for p in verb.parameters} | LAST
    defaults = {p.name: Argument.empty if p.default is ... else p.default for p in verb.parameters}
    if context:
        kinds = {"context": typer.Context, **kinds}
        defaults["context"] = Argument.empty
    command.__doc__ = verb.help
    command.__annotations__ = kinds
    arguments = [
        Argument(name, Argument.KEYWORD_ONLY, default=defaults.get(name), annotation=kind)
        for name, kind in kinds.items()
    ]
    command.__signature__ = Signature(arguments)  # type: ignore[attr-defined]
    return command


def _annotation(parameter: Parameter) -> Any:
    kind: Any = TYPES.get(parameter.type, str)
    return Annotated[kind | None if parameter.default is None else kind, option_of(parameter)]


def _refuse_options(context: typer.Context, command: str) -> None:
    """Refuse an option before the command, which would have no effect."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            option = max(parameter.opts, key=len)
            raise UsageError(f"{option} belongs behind the command: graphkit claims {command} ...")


def _run(verb: Verb, given: dict[str, Any]) -> None:
    """Ask the question of a verb and show its answer."""
    from graphkit.questions import prepare
    from graphkit.render import choose_format, show_answer

    chosen = choose_format(given["form"], given["output"], sys.stdout)
    question = prepare(verb, given, chosen)
    with opened(given["db"]) as store:
        from graphkit.catalog import Catalog

        found = question.ask(Catalog(store))
    show_answer(found, chosen, given["output"])
    if failed := found.coverage.get("expected_but_not_borne_out"):
        say(f"expected to be borne out and not: {', '.join(failed)}")
        raise typer.Exit(FAILED)
