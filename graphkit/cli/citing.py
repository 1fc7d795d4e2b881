"""Commands that cite an answer, and recheck citations."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from graphkit.cli.options import Database, Output, Own, opened
from graphkit.cli.questions import FAILED, add_question
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.registry import VERBS, added_names
from graphkit.verbs.verb import Verb

NAMES = tuple(dict.fromkeys(verb.name.partition(" ")[0] for verb in VERBS))
SHOWING = {
    "all": "--all", "long": "--long", "wide": "--wide", "shape": "--narrow or --slide",
    "help_columns": "--help-columns",
}  # fmt: skip
"""Options of questions that choose what a table or picture shows."""


def cite(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="VERB [ARGUMENT]...",
            help="A question as it is asked: depends KOR --on CHN.",
            autocompletion=lambda: list(NAMES),
        ),
    ],
    form: Annotated[
        str, typer.Option("-f", "--format", metavar="text|bibtex", help="Form of the citation.")
    ] = "text",
    output: Output = None,
    db: Database = None,
    own: Own = None,
) -> None:
    """Cite an answer: its sentence, sources, and an id.

    With the exact question, the versions of graphkit and its methods, the digest of the facts, and
    every source with version, licence and address. 'graphkit recheck' tells from the id whether
    the sentence still holds.

    \b
    Examples:
      graphkit cite depends KOR --on CHN --for magnets --period 2024
      graphkit cite suppliers JPN --for ree-metals --format bibtex -o metals.bib
    """
    from graphkit.render.citation import FORMS
    from graphkit.render.files import write_text

    if form not in FORMS:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(FORMS)}")

    def write(verb: Verb, given: dict[str, Any]) -> None:
        from graphkit.catalog.catalog import Catalog
        from graphkit.questions.claims.citing import cite
        from graphkit.questions.question import prepare

        shown = [option for name, option in SHOWING.items() if given[name] not in (None, False)]
        if given["top"] is not None and not any(p.name == "top" for p in verb.parameters):
            shown.append("--top")
        if shown:
            raise UsageError(
                f"{shown[0]} is of tables and pictures; a citation has the sentence alone"
            )
        question = prepare(verb, given, "json")
        with opened(db, own) as store:
            citation = cite(Catalog(store), question, db=db, own=own)
        write_text(f"{FORMS[form](citation)}\n", output)

    name, *others = words
    if name not in NAMES and name not in added_names():
        names = ", ".join((*NAMES, *sorted(added_names())))
        raise UsageError(f"found {name!r}, wanted a question: one of {names}")
    questions = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    questions.callback()(lambda: None)
    add_question(questions, name, write)
    questions(args=[name, *others], prog_name="graphkit", standalone_mode=False)


def recheck(
    citations: Annotated[
        str,
        typer.Argument(
            metavar="ID|FILE", help="An id, a text with ids in it, or - for standard input."
        ),
    ],
    db: Database = None,
    own: Own = None,
) -> None:
    """Tell whether cited answers still hold.

    Each id holds; moved, with the figures then and now and the sources that changed; is by a method
    that changed; or cannot be told any more, and why. Of a text, every id in it: the largest change
    first. Exit code 3 unless all hold.

    \b
    Examples:
      graphkit recheck paper.txt
    """
    from graphkit.answers.citation_id import CitationId, ids_in
    from graphkit.catalog.catalog import Catalog
    from graphkit.questions.claims.citing import recheck
    from graphkit.render.citation import Outcome
    from graphkit.render.files import write_text

    if citations == "-" or _is_file(citations):
        text = _text_of(citations)
        ids = list(ids_in(text))
        if not ids:
            raise UsageError(f"found no id of a citation in {citations}, wanted a text with one")
    else:
        ids = [(1, CitationId.read(citations))]
    damaged = [f"line {line}: {fault}" for line, fault in ids if isinstance(fault, GraphkitError)]
    unique = dict.fromkeys(cited for _, cited in ids if isinstance(cited, CitationId))
    order = list(Outcome)
    with opened(db, own) as store:
        catalog = Catalog(store)
        checks = [recheck(catalog, cited, db=db, own=own) for cited in unique]
    checks.sort(key=lambda check: (order.index(check.outcome), -check.size))
    write_text("".join(f"{part}\n" for part in (*checks, *damaged)))
    if len(ids) > 1:
        write_text(f"{_counted([str(check.outcome) for check in checks], len(damaged))}\n")
    if damaged or any(check.outcome != Outcome.HOLDS for check in checks):
        raise typer.Exit(FAILED)


def _is_file(text: str) -> bool:
    """Tell a file from an id; what is neither is taken for an id, which is then refused."""
    try:
        return Path(text).exists()
    except OSError:  # too long for the name of a file
        return False


def _text_of(place: str) -> str:
    """Read a text from a file or from standard input."""
    from graphkit.files.input import TEXT, check_text

    if place == "-":
        try:
            return sys.stdin.read(TEXT)
        except UnicodeDecodeError as error:
            raise UsageError("cannot read stdin: it is not UTF-8 text") from error
    check_text(Path(place), TEXT)
    return Path(place).read_text(encoding="utf-8", errors="replace")


def _counted(outcomes: Iterable[str], damaged: int) -> str:
    """Count the outcomes of several citations."""
    counts = Counter(outcomes)
    parts = [f"{count} {outcome.replace('holds', 'hold')}" for outcome, count in counts.items()]
    parts += [f"{damaged} damaged"] * bool(damaged)
    return f"{counts.total() + damaged} citations: {', '.join(parts)}"
