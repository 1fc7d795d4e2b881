"""Runs the console blocks of the README and some pages and writes their output below them.

The blocks show what a terminal of 100 columns shows.
The rows of the questions in the page of commands are written from
``graphkit.questions.registry``, and the pictures are drawn again.

    python tools/refresh_readme.py

A block that ends with a line ``...`` keeps its length: as many lines, then ``...``.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from graphkit.cli.app import QUESTIONS
from graphkit.questions.registry import VERBS

PAGES = ("commands", "recipes", "seeds", "start")
"""Pages of the site whose blocks are written."""
COLUMNS = "100"
"""Width of the terminal that the blocks are of."""
BLOCK = re.compile(r"(?s)```console\n\$ (graphkit [^\n]*)\n(.*?)```")

PICTURE = re.compile(r"(?m)^(graphkit .* -o docs/pictures/\w+\.svg)$")

ROWS = re.compile(
    r"(\| command \| what it does \|\n\|---\|---\|\n)(?:.*\n)*?(?=\| `graphkit measure )"
)


def on_a_terminal(words: list[str]) -> list[str]:
    """Ask for the table that a terminal shows, if a command is a question in no other format."""
    formats = {"-f", "--format", "-o", "--output"}
    table = words[0] in QUESTIONS and not formats & set(words) and words[0] != "brief"
    return [*words, "--format", "table"] if table else words


def printed(words: list[str], folder: Path | None = None) -> list[str]:
    """Run a command of graphkit in a folder, and return the lines that a terminal shows.

    Raises
    ------
    RuntimeError
        The command fails; the message is the command's own.
    """
    return run([sys.executable, "-m", "graphkit", *on_a_terminal(words)], folder).splitlines()


def run(arguments: list[str], folder: Path | None = None) -> str:
    """Run a process in a folder, and return its output.

    Raises
    ------
    RuntimeError
        It fails; the message has what it wrote to stderr.
    """
    environment = {**os.environ, "COLUMNS": COLUMNS}
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    if done.returncode:
        raise RuntimeError(f"{shlex.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def shortened(lines: list[str], length: int) -> list[str]:
    """Cut an output to some lines and a mark, if it has more.

    >>> shortened(["a", "b", "c"], 2), shortened(["a"], 2)
    (['a', 'b', '...'], ['a'])
    """
    return [*lines[:length], "..."] if len(lines) > length else lines


def refreshed(match: re.Match[str]) -> str:
    """Return the block with the command's current output."""
    command, old = match[1], match[2].splitlines()
    lines = printed(shlex.split(command)[1:])
    if old[-1:] == ["..."] and len(old) > 1:
        lines = shortened(lines, len(old) - 1)
    return f"```console\n$ {command}\n" + "\n".join(lines) + "\n```"


def draw(text: str, folder: Path) -> None:
    """Draw the pictures of a text whose commands write to a file."""
    for command in PICTURE.findall(text):
        subprocess.run([sys.executable, "-m", *shlex.split(command)], check=True, cwd=folder)


def main() -> None:
    """Rewrite the pages in place."""
    root = Path(__file__).parents[1]
    rows = "".join(f"{verb.table_row}\n" for verb in VERBS)
    for name in ("README.md", *(f"docs/{name}.md" for name in PAGES)):
        page = root / name
        text = ROWS.sub(lambda table: table[1] + rows, page.read_text(encoding="utf-8"))
        page.write_text(BLOCK.sub(refreshed, text), encoding="utf-8")
        draw(text, root)


if __name__ == "__main__":
    main()
