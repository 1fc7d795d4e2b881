"""Commands of the declared questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import Parameter as Argument
from inspect import Signature
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from graphkit.brief.brief import BRIEF
from graphkit.cli.options import (
    All,
    Columns,
    Database,
    Format,
    Long,
    Output,
    Own,
    Shape,
    Top,
    Wide,
    form_and_view,
    opened,
    option_of,
    print_answer,
    progress_bar,
    say,
)
from graphkit.errors import UsageError
from graphkit.questions.registry import VERBS, added_names, added_verb
from graphkit.verbs.parameter import REPEATED, Parameter
from graphkit.verbs.verb import Verb

FAILED = 3
"""Exit code if a claim that is expected to be borne out is not."""
TYPES: dict[str, Any] = {
    "number": float,
    "count": int,
    "switch": bool,
    **dict.fromkeys(REPEATED, list[str]),
}
LAST = {
    "top": Top, "all": All, "long": Long, "wide": Wide, "shape": Shape,
    "db": Database, "own": Own, "form": Format, "output": Output, "help_columns": Columns,
}  # fmt: skip
"""Options of every question; one that declares its own ``top`` limits its ranks by it."""


Run: TypeAlias = Callable[[Verb, dict[str, Any]], None]
"""Function of a command, of the values of its arguments and options."""


def add_question(app: typer.Typer, name: str, run: Run | None = None) -> None:
    """Add the command that asks a question, or does something else with it, and those below it."""
    run = run or _run
    if name == BRIEF.name:
        app.command(name, cls=_Command)(_command(BRIEF, _write_brief))
        return
    verbs = [verb for verb in VERBS if verb.name.partition(" ")[0] == name]
    if not verbs:
        plugin = added_names()[name]
        verbs, run = [added_verb(plugin)], plugin.blamed()(run)
    if len(verbs) == 1:
        app.command(name, cls=_Question)(_command(verbs[0], run))
        return
    group = typer.Typer(rich_markup_mode=None, cls=_Group)
    group.callback(invoke_without_command=True)(_command(verbs[0], run, context=True))
    for verb in verbs[1:]:
        group.command(verb.name.partition(" ")[2], cls=_Question)(_command(verb, run))
    app.add_typer(group, name=name)


TERM_WIDTH = 22
"""Most columns of an option and its value that have their text beside them in a help."""


class _Command(TyperCommand):
    """A command that loses no value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that is given twice and takes one value: the first would be lost."""
        parser = self.make_parser(ctx)
        _, _, order = parser.parse_args(args=list(args))
        for option in order:
            if isinstance(option, TyperOption) and not option.multiple and order.count(option) > 1:
                raise UsageError(f"{max(option.opts, key=len)} is given twice; it takes one value")
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options with narrow terms, so that most texts take one line."""
        _write_options(self, ctx, formatter)


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
        return super().get_help(ctx)


class _Group(TyperGroup):
    """A command with commands below it."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write options with narrow terms, then the commands."""
        _write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


def _write_options(command: Any, ctx: Any, formatter: Any) -> None:
    for title, kind in (("Arguments", "argument"), ("Options", "option")):
        of_kind = (p for p in command.get_params(ctx) if p.param_type_name == kind)
        records = [record for p in of_kind if (record := p.get_help_record(ctx)) is not None]
        if records:
            with formatter.section(title):
                formatter.write_dl(records, col_max=TERM_WIDTH)


def _command(verb: Verb, run: Run, *, context: bool = False) -> Callable[..., None]:
    """Make the function of a command, with the signature that typer reads."""

    def command(**given: Any) -> None:
        if context and (called := given["context"].invoked_subcommand):
            _refuse_options(given["context"], called)
            return
        run(verb, _with_arguments(verb, given))

    last = LAST if verb is not BRIEF else {"db": Database, "own": Own, "output": Output}
    own: dict[str, Any] = {}
    switches = ("all", "long", "wide", "help_columns")
    defaults: dict[str, Any] = dict.fromkeys(switches, False)
    for parameter in verb.parameters:
        if parameter.also:
            term = parameter.metavar.strip("[].")
            parameter = replace(parameter, default=None)
            same = replace(
                parameter,
                option=parameter.also,
                metavar=term,
                help=f"The same as {term}.",
                default_text="",
            )
            own |= {parameter.name: _annotation(parameter), ALSO: _annotation(same)}
        else:
            own[parameter.name] = _annotation(parameter)
        required = parameter.default is ...
        defaults[parameter.name] = Argument.empty if required else parameter.default
    kinds = own | {name: kind for name, kind in last.items() if name not in own}
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


ALSO = "also"
"""Name of the option that takes the same values as an argument, in the function of a command."""


def _with_arguments(verb: Verb, given: Mapping[str, Any]) -> dict[str, Any]:
    """Take the values of an argument from its option, if that is used instead."""
    values = dict(given)
    for parameter in verb.parameters:
        if not parameter.also:
            continue
        value, other = values[parameter.name], values.pop(ALSO)
        term = parameter.metavar.strip("[].")
        if value and other:
            raise UsageError(
                f"{term} is given twice, as an argument and by {parameter.also}; give it once"
            )
        if not value and not other and parameter.default is ...:
            raise UsageError(
                f"missing argument {parameter.metavar!r}, such as: graphkit {verb.examples[0]}. "
                f"See 'graphkit {verb.name} --help'"
            )
        values[parameter.name] = value or other
    return values


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
    from graphkit.questions.question import prepare

    limits_itself = any(p.name == "top" for p in verb.parameters)
    form, view = form_and_view(
        given["form"], given["output"], given["top"],
        all=given["all"], long=given["long"], wide=given["wide"], shape=given["shape"],
    )  # fmt: skip
    if limits_itself:
        view = replace(view, all=given["all"] or bool(given["top"]), top=0)
    question = prepare(verb, given, form)
    with opened(given["db"], given["own"]) as store:
        from graphkit.catalog.catalog import Catalog

        answer = question.ask(Catalog(store))
    print_answer(answer, form, given["output"], view)
    if failed := answer.coverage.failed_claims:
        say(f"expected to be borne out and not: {', '.join(failed)}")
        raise typer.Exit(FAILED)


def _write_brief(verb: Verb, given: dict[str, Any]) -> None:
    """Write a brief to a file by its ending, or as Markdown to stdout."""
    from graphkit.brief.brief import brief
    from graphkit.brief.document import check_ending
    from graphkit.catalog.catalog import Catalog
    from graphkit.render.files import write_text
    from graphkit.verbs.parameter import named_as_options

    output: Path | None = given["output"]
    to_file = output is not None and output != Path("-")
    if output is not None and to_file:
        check_ending(output, "--output: ")
    with (
        opened(given["db"], given["own"]) as store,
        named_as_options(verb.parameters),
        progress_bar("Writing the brief") as progress,
    ):
        document = brief(
            Catalog(store), given["country"], scope=",".join(given["scope"] or ()) or None,
            period=given["period"], pages=given["pages"], title=given["title"],
            progress=progress,
        )  # fmt: skip
    if output is not None and to_file:
        document.write(output)
    else:
        write_text(document.markdown())
