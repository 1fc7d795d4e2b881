"""Outputs of the site, made while it is built.

A block ``console`` that begins with ``$ graphkit`` is run again: its page shows what the command
prints now, and a difference from what the file shows is a warning. A picture whose command stands
in the recipes is drawn again. A comment ``<!-- generated: NAME -->`` is replaced by a part of a
page. All commands run in this process, on the default database.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import typer
from mornings_page import play
from pygments.lexer import inherit
from pygments.lexers.graph import CypherLexer
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Name, Operator
from query_values import WITHOUT_DEFAULT
from refresh_readme import COLUMNS, on_a_terminal
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

import graphkit
from graphkit.answers.figures import short_text
from graphkit.cli.app import command_line, run
from graphkit.names import in_other_languages
from graphkit.pages.columns import TextColumn
from graphkit.pages.markdown import MarkdownPage, markdown
from graphkit.queries import Query, find_query, query_names, run_query
from graphkit.questions.registry import VERBS
from graphkit.render.formats import written

LOG = logging.getLogger(__name__)
BLOCK = re.compile(r"(?ms)^```console\n\$ graphkit ([^\n]*)\n(.*?)^```$")
DRAWN = re.compile(r"(?m)^graphkit (.* -o docs/(pictures/\w+\.svg))$")
GALLERY = (
    "depends KOR --on CHN",
    'depends KOR --for "rare earths" --period 2024',
    "suppliers KOR --for magnets-metal --period 2024",
    "dependents CHN --for magnets-metal --min-share 0.01",
    "origins JPN --for magnets-metal --period 2024",
    "spof KOR",
    "disrupt CHN --for magnets-metal --loss 0.5 --slack 0.1",
    "stocks CHN --for magnets-metal --of KOR --stock-days 60",
    'diversify KOR --for "rare earths" --slack 0.5',
    "targets EU27",
    'concentration --for "rare earths"',
    "trend KOR --for ree-compounds",
    "trend KOR --for lithium",
    "compare 2019 2024 --of KOR --for lithium",
    "flows --for lithium-hydroxide --period 2024",
    "centrality --for magnets-metal --period 2024",
    'claims check --of KOR --for "rare earths"',
    "reliance USA",
    "controls CHN",
    "plants COD --for cobalt",
)
"""Commands whose pictures a page shows, each in all shapes."""
SHAPES = {"phone": " --narrow", "page": "", "slide": " --slide"}
"""Options of the shapes of a picture."""
PART = re.compile(r"<!-- generated: (\w+) -->")
SHOWN = 16
"""Lines of an output that the page of commands shows."""
ROWS = 3
"""Rows of a query file's result that its page shows."""
EXAMPLES = {
    "brief": "brief --for lithium --period 2024",
    "check": "check",
    "cypher": 'cypher "MATCH (s:Stage) RETURN s.key AS stage ORDER BY s.position"',
    "doctor": "doctor --digest",
    "help": "help names",
    "query": "query suppliers-of-country -P consumer=korea -P product=ree-metals",
    "schema": "schema",
}
"""Commands that ask no question and need no file or server of the reader's, with an example."""


class Cypher(CypherLexer):
    """Cypher with parameters."""

    tokens = {  # noqa: RUF012
        "root": [
            (r"//.*$", Comment.Single), (r"\$\w+", Name.Variable), (r"[-+/*%^]", Operator), inherit,
        ]
    }  # fmt: skip


@cache
def printed(command: str) -> str:
    """Run a command line, once for all pages that show it, and return what a terminal shows.

    Raises
    ------
    ExtensionError
        The command fails; the message is the command's own.
    """
    out, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.enter_context(chdir(folder))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(errors))
        words = shlex.split(command)
        patience = ["--timeout", "600"] * (
            words[0] in ("query", "cypher")
        )  # builds run on busy machines
        code = run(on_a_terminal([*words, *patience]))
    texts = []
    for stream in (out, errors):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    if code != 0:
        raise ExtensionError(f"graphkit {command}: {texts[1].strip()}")
    return texts[0]


def _again(page: str, block: re.Match[str]) -> str:
    """Return a block with the present output; lines after a line ``...`` stay out."""
    command, shown = block[1], block[2].splitlines()
    lines = printed(command).splitlines()
    if shown[-1:] == ["..."]:
        lines = [*lines[: len(shown) - 1], "..."]
    if "..." not in shown[:-1] and lines != shown:
        LOG.warning("graphkit %s: prints what the file does not show", command, location=page)
    return _console(command, lines)


def _console(command: str, lines: list[str]) -> str:
    return "\n".join([f"```console\n$ graphkit {command}", *lines, "```"])


def _drawn_again(app: Sphinx, page: str, text: str) -> None:
    """Compare the pictures of a page with those that its commands draw now."""
    for command, path in DRAWN.findall(text):
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder, "picture.svg")
            printed(command.replace(f"docs/{path}", str(drawn)))
            if drawn.read_bytes() != Path(app.srcdir, path).read_bytes():
                LOG.warning("graphkit %s: draws another picture", command, location=page)


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace the outputs and the generated parts of a page."""
    text = source[0]
    if page.startswith("notebooks/"):
        return
    _drawn_again(app, page, text)
    if page == "mornings":
        # Its blocks follow one another in a folder.
        with tempfile.TemporaryDirectory() as folder:
            text = play(text, Path(folder))
    else:
        text = BLOCK.sub(lambda block: _again(page, block), text)
    source[0] = PART.sub(lambda part: _generated(app, part[1]), text)


def _generated(app: Sphinx, name: str) -> str:
    """Write a generated part of a page; pictures become files of the site."""
    return gallery(Path(app.outdir, "gallery")) if name == "gallery" else PARTS[name]()


def gallery(folder: Path) -> str:
    """Draw pictures in all shapes to a folder of the site, and show each with its command."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, command in enumerate(GALLERY, 1):
        images = []
        for shape, option in SHAPES.items():
            path = folder / f"{number:02}-{shape}.svg"
            printed(f"{command}{option} -o {shlex.quote(str(path))}")
            title = re.search("<title>(.*?)</title>", path.read_text("utf-8"))
            images.append(
                f'<img class="picture {shape}" loading="lazy" src="gallery/{path.name}" '
                f'alt="{title[1] if title else command}">'
            )
        parts.append("\n".join([f"```bash\ngraphkit {command}\n```\n", *images, ""]))
    return "\n".join(parts)


def commands() -> str:
    """Describe every command: help, parameters, and an example with its output."""
    return "\n".join(_command(name, command) for name, command in _leaves("", _root()))


def _root() -> Any:
    return typer.main.get_command(command_line())


def _leaves(before: str, group: Any) -> Iterator[tuple[str, Any]]:
    """Walk the commands, a group only if it asks a question itself."""
    for word, command in group.commands.items():
        name = f"{before}{word}"
        below = getattr(command, "commands", {})
        if not below or any(verb.name == name for verb in VERBS):
            yield name, command
        if below:
            yield from _leaves(f"{name} ", command)


def _command(name: str, command: Any) -> str:
    text, _, examples = (command.help or "").partition("\n\n\b\n")
    rows = [row for parameter in command.params if (row := _parameter(command, parameter))]
    parts = [f"## graphkit {name}\n", text, "", "| parameter | meaning |\n|---|---|", *rows, ""]
    if lines := [line[2:] for line in examples.splitlines()[1:]]:
        parts += ["```bash", *lines, "```", ""]
    if example := _example(name):
        lines = printed(example).splitlines()
        parts += [_console(example, lines[:SHOWN] + ["..."] * (len(lines) > SHOWN)), ""]
    return "\n".join(parts)


def _parameter(command: Any, parameter: Any) -> str:
    """Write one parameter as a row of a table; the help of the help is left out."""
    if parameter.name == "help":
        return ""
    wanted = parameter.make_metavar(None) if parameter.param_type_name == "argument" else " ".join(
        [", ".join(parameter.opts), parameter.metavar or ""]
    ).strip()  # fmt: skip
    help = getattr(parameter, "help", "") or ""
    if "{choices}" in help:
        slow = next(p for v in VERBS for p in v.parameters if p.name == parameter.name
                    and callable(p.choices))  # fmt: skip
        help = help.format(choices=", ".join(slow.allowed))
    return f"| `{wanted.replace('|', chr(92) + '|')}` | {markdown(' '.join(help.split()))} |"


def _example(name: str) -> str:
    """Choose the example of a command whose output its page shows, or none."""
    verb = next((verb for verb in VERBS if verb.name == name), None)
    if verb is None:
        return EXAMPLES.get(name, "")
    plain = (e for e in verb.examples if not re.search(r" (-o|--format|--db) ", e))
    example = next(plain, "")
    return f"{example} --format table" if example else ""


def queries() -> str:
    """Show every shipped query file: its parameters, its text and its first rows."""
    with graphkit.open() as graph:
        return "\n".join(_query(graph, find_query(name)) for name in query_names())


def _query(graph: graphkit.Session, query: Query) -> str:
    given = WITHOUT_DEFAULT.get(query.name, {})
    rows = run_query(graph.store, query, query.values(given)).table
    asked = "".join(f" -P {name}={value}" for name, value in given.items())
    found = f"{rows.num_rows:,} row{'s' * (rows.num_rows != 1)}"
    first = f", the first {ROWS} of them" * (rows.num_rows > ROWS)
    return (
        f"## {query.name}\n\n{query.title}.\n\n```cypher\n{query.text.strip()}\n```\n\n"
        f"`graphkit query {query.name}{asked}`: {found}{first}\n\n"
        + written(rows.slice(0, ROWS), "markdown").decode()
    )


def _table(rows: list[Mapping[str, Any]]) -> str:
    """Write rows as a table, with a command in a cell as code and an address as a link."""
    page = MarkdownPage()
    page.table([TextColumn(name, [short_text(row[name]) for row in rows]) for name in rows[0]])
    text = re.sub(r"(?m)\| (graphkit [^|]*) \|$", r"| `\1` |", str(page))
    return re.sub(r"\| ([^|]*) (https?://\S+) \|", r"| [\1](\2) |", text)


def _rows(name: str) -> list[dict[str, Any]]:
    with graphkit.open() as graph:
        return graph.query(name).to_pylist()


def sources() -> str:
    """List every source with its publisher and licence, as the seeds have them."""
    return _table([
        {"source": row["key"], "publication": " ".join(filter(None, (row["title"], row["url"]))),
         "publisher": row["publisher"], "version": row["version"] or row["published"],
         "licence": row["licence"], "credit": row["attribution"]}
        for row in _rows("sources")
    ])  # fmt: skip


def datasets() -> str:
    """List the data sets of trade."""
    with graphkit.open() as graph:
        return written(graph.query("datasets"), "markdown").decode()


def countries() -> str:
    """List every country with its codes and the command that answers about it."""
    return _table([
        {"country": row["name"], "codes": ", ".join(filter(None, (row["key"], row["code"]))),
         "also": row["aliases"], "answer": f"graphkit depends {row['key']}"}
        for row in _rows("countries")
    ])  # fmt: skip


def products() -> str:
    """List every product with its key, stage and other names."""
    foreign = in_other_languages("Product")
    return _table([
        {"product": row["name"], "key": row["key"], "stage": row["stage"], "also": row["aliases"],
         "in other languages": foreign.get(row["key"]),
         "answer": f"graphkit concentration --for {row['key']}"}
        for row in _rows("products")
    ])  # fmt: skip


def elements() -> str:
    """List every element and mineral with its symbol and other names."""
    with graphkit.open() as graph:
        foreign = in_other_languages("Element")
        rows = graph.cypher(
            "MATCH (e:Element) RETURN e.key AS key, e.name AS name, e.aliases AS aliases "
            "ORDER BY name"
        ).to_pylist()
    return _table([
        {"mineral": row["name"], "symbol": row["key"], "also": row["aliases"],
         "in other languages": foreign.get(row["key"]),
         "answer": f"graphkit concentration --for {row['key']}"}
        for row in rows
    ])  # fmt: skip


PARTS: Mapping[str, Callable[[], str]] = {
    part.__name__: part
    for part in (commands, queries, sources, datasets, countries, products, elements)
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Run the commands of a page when it is read."""
    os.environ["COLUMNS"] = COLUMNS
    app.add_lexer("layers", TextLexer)
    app.add_lexer("mermaid", TextLexer)
    app.add_lexer("cypher", Cypher)
    app.connect("source-read", read)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
