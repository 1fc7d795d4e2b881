"""Commands that ask a question, made from their declarations in :mod:`graphkit.verbs`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import Parameter as Argument
from inspect import Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from graphkit.brief import BRIEF
from graphkit.cli.options import (
    Brief,
    Database,
    Format,
    Output,
    Top,
    Wide,
    opened,
    option_of,
    progress_bar,
    say,
)
from graphkit.errors import UsageError
from graphkit.parameters import REPEATED, Parameter, Verb
from graphkit.verbs import VERBS

if TYPE_CHECKING:
    from graphkit.render import View

FAILED = 3
"""Exit code if a claim that is expected to be borne out is not."""
TYPES: dict[str, Any] = {
    "number": float,
    "count": int,
    "switch": bool,
    **dict.fromkeys(REPEATED, list[str]),
}
LAST = {
    "top": Top, "wide": Wide, "brief": Brief, "db": Database, "form": Format, "output": Output
}  # fmt: skip
"""Options of every question; one that declares its own ``top`` limits its ranks by it."""


def add_question(app: typer.Typer, name: str) -> None:
    """Add the command that asks a question, with the commands below it."""
    if name == BRIEF.name:
        app.command(name, cls=_Command)(_command(BRIEF))
        return
    verbs = [verb for verb in VERBS if verb.name.partition(" ")[0] == name]
    if len(verbs) == 1:
        app.command(name, cls=_Question)(_command(verbs[0]))
        return
    group = typer.Typer(rich_markup_mode=None, cls=_Group)
    group.callback(invoke_without_command=True)(_command(verbs[0], context=True))
    for verb in verbs[1:]:
        group.command(verb.name.partition(" ")[2], cls=_Question)(_command(verb))
    app.add_typer(group, name=name)


class _Command(TyperCommand):
    """A command that loses no value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that is given twice and takes one value: the first would be lost."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option in order:
            if isinstance(option, TyperOption) and not option.multiple and order.count(option) > 1:
                raise UsageError(f"{max(option.opts, key=len)} is given twice; it takes one value")
        return super().parse_args(ctx, args)


class _Question(_Command):
    """A command that asks a question, and reads slow choices only for its own help."""

    def get_help(self, ctx: Any) -> str:
        """Write the help, with the names of all choices."""
        slow = {p.name: p for verb in VERBS for p in verb.parameters if callable(p.choices)}
        for option in self.params:
            if option.name in slow and isinstance(option, TyperOption):
                option.help = slow[option.name].help.format(
                    choices=", ".join(slow[option.name].allowed)
                )
        return f"{super().get_help(ctx)}\n\n{_glossary(ctx)}"


class _Group(TyperGroup):
    """A command with commands below it."""

    def get_help(self, ctx: Any) -> str:
        """Write the help, with the columns of its own answers."""
        return f"{super().get_help(ctx)}\n\n{_glossary(ctx)}"


def _glossary(ctx: Any) -> str:
    """Describe the columns of a command's tables, each with its name in JSON and CSV."""
    import shutil
    import textwrap

    from graphkit.questions import columns_of

    name = ctx.command_path.partition(" ")[2]
    verb = next(verb for verb in VERBS if verb.name == name)
    shown = (c for columns in columns_of(verb).values() for c in columns if c.header)
    lines = [
        "Columns, with their names in JSON and CSV. Tables show a share (0 to 1) in percent; "
        "docs/columns.md has all columns.",
        *(f"  {c.header} ({c.name}): {c.meaning}" for c in shown),
    ]
    to = min(100, shutil.get_terminal_size().columns) - 2
    return "\n".join(
        textwrap.fill(line, to, subsequent_indent="    " if line[0] == " " else "")
        for line in dict.fromkeys(lines)
    )


def _command(verb: Verb, *, context: bool = False) -> Callable[..., None]:
    """Make the function of a command, with the signature that typer reads."""

    def command(**given: Any) -> None:
        if context and (called := given["context"].invoked_subcommand):
            _refuse_options(given["context"], called)
            return
        run = _write_brief if verb is BRIEF else _run
        run(verb, given)

    last = LAST if verb is not BRIEF else {"db": Database, "output": Output}
    kinds = last | {p.name: _annotation(p) for p in verb.parameters}
    kinds = {
        name: kinds[name] for name in dict.fromkeys([*(p.name for p in verb.parameters), *last])
    }
    defaults: dict[str, Any] = {"wide": False, "brief": False}
    defaults |= {p.name: Argument.empty if p.default is ... else p.default for p in verb.parameters}
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

    form = given["form"]
    if (given["wide"] or given["brief"]) and form is None and given["output"] is None:
        form = "table"
    chosen = choose_format(form, given["output"], sys.stdout)
    view = _view(verb, given, chosen)
    question = prepare(verb, given, chosen)
    with opened(given["db"]) as store:
        from graphkit.catalog import Catalog

        found = question.ask(Catalog(store))
    show_answer(found, chosen, given["output"], view)
    if failed := found.coverage.get("expected_but_not_borne_out"):
        say(f"expected to be borne out and not: {', '.join(failed)}")
        raise typer.Exit(FAILED)


def _view(verb: Verb, given: dict[str, Any], form: str) -> View:
    """Choose the rows and columns to show: on a terminal not too many of them."""
    from graphkit.render import READ, SHORT, View

    asked = [f"--{name}" for name in ("wide", "brief") if given[name]]
    if asked and form not in READ:
        wanted = f"wanted one of {', '.join(READ)}"
        raise UsageError(f"{asked[0]} is of formats for people: found {form}, {wanted}")
    limits_itself = any(p.name == "top" for p in verb.parameters)
    on_terminal = form == "table" and given["output"] is None and sys.stdout.isatty()
    top = SHORT if on_terminal and given["top"] is None else given["top"] or 0
    return View(given["brief"], 0 if limits_itself else top, wide=given["wide"])


def _write_brief(verb: Verb, given: dict[str, Any]) -> None:
    """Write a brief to a file by its ending, or as Markdown to stdout."""
    from graphkit.brief import brief
    from graphkit.catalog import Catalog
    from graphkit.parameters import named_as_options
    from graphkit.render import write_text

    output: Path | None = given["output"]
    to_file = output is not None and output != Path("-")
    if output is not None and to_file and output.suffix.lower() not in (".html", ".md"):
        raise UsageError(f"--output: found the ending {output.suffix!r}; wanted .html or .md")
    with (
        opened(given["db"]) as store,
        named_as_options(verb.parameters),
        progress_bar("Writing the brief") as progress,
    ):
        found = brief(
            Catalog(store), given["country"], scope=",".join(given["scope"] or ()) or None,
            period=given["period"], progress=progress,
        )  # fmt: skip
    if output is not None and to_file:
        found.write(output)
    else:
        write_text(found.markdown())
