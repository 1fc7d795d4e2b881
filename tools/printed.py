"""Records what commands, addresses and tools print, and compares it with an earlier record.

    python tools/printed.py build/before
    python tools/printed.py build/after --against build/before

Before and after a change that moves code and means to change no answer. ``--db`` asks a database
other than the default one, such as a Neo4j. The lines of ``tools/printed.txt`` are commands of
graphkit, and what asks through other doors:

    GET ADDRESS         an address of the explorer
    TOOL NAME OBJECT    a tool for assistants, with its arguments as JSON; TOOL alone lists them
    TAB WORDS           what bash offers at the tab key
    HELP                the help of each question, and each topic

All is asked in one process, at 100 columns, without colour. Today's date is written as DAY, and
the place of the database as DATABASE. No headers of the explorer are recorded: its ETag is of the
bytes that are.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import unified_diff
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from refresh_readme import COLUMNS
from starlette.testclient import TestClient

from graphkit.brief.brief import BRIEF
from graphkit.cli.app import COMPLETION, run
from graphkit.cli.topics import TOPICS
from graphkit.database import open_database
from graphkit.errors import UsageError, visible
from graphkit.explore.answers import Answers
from graphkit.explore.app import make_app
from graphkit.mcp.tools import read_arguments, tools
from graphkit.mcp.work import do, job_of
from graphkit.questions.registry import VERBS

LIST = Path(__file__).with_name("printed.txt")
PORT = 8746
NO_FACTS = ("GRAPHKIT_WITH", "COMP_WORDS")
"""Variables that would change what is printed."""
PARTS = re.compile(r"(?<=[,{\[])(?=[\"{\[])|(?<=>)(?=<)")
"""Places where the parts of JSON and SVG begin, which stand on one line."""
LONGEST = 500
"""Characters of a line that a difference shows as it is."""


@dataclass(frozen=True)
class Printed:
    """Text of both streams, and the exit code or the status."""

    code: int
    out: str
    err: str = ""

    def text(self, line: str) -> str:
        """Write the record of a line."""
        return f"$ {line}\n[code {self.code}]\n{self.out}\n[stderr]\n{self.err}"


def lines_of(text: str) -> list[str]:
    """Return the lines of a list without its comments, and the helps one by one.

    >>> lines_of("# one\\n\\ndepends KOR\\nHELP\\n")[:2]
    ['depends KOR', 'depends --help']
    """
    helps = [f"{verb.name} --help" for verb in (*VERBS, BRIEF)] + [f"help {t}" for t in TOPICS]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [part for line in lines for part in (helps if line == "HELP" else [line])]


def file_of(line: str) -> str:
    """Name the file of a line.

    >>> file_of('GET /api/depends?country=KOR')
    'GET-api-depends-country-KOR.txt'
    """
    return re.sub(r"[^\w.+]+", "-", line).strip("-")[:120] + ".txt"


@contextmanager
def captured() -> Iterator[Callable[[], tuple[str, str]]]:
    """Catch what is written to both streams, and return what reads it."""
    streams = [TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n") for _ in range(2)]

    def read() -> tuple[str, str]:
        out, err = (_bytes(stream).decode() for stream in streams)
        return out, err

    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        yield read


def _bytes(stream: TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, BytesIO)
    return stream.buffer.getvalue()


def command(words: Sequence[str], variables: Mapping[str, str] | None = None) -> Printed:
    """Run a command of graphkit."""
    os.environ |= variables or {}
    try:
        with captured() as read:
            try:
                code = run(words)
            except SystemExit as end:  # after completion
                code = int(end.code or 0)
            return Printed(code, *read())
    finally:
        for name in variables or {}:
            del os.environ[name]


def tab(words: str) -> Printed:
    """Ask what bash is offered."""
    return command([], {
        COMPLETION: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")),
    })  # fmt: skip


def tool(db: str | None, rest: str) -> Printed:
    """Call a tool for assistants, or list all of them."""
    if not rest:
        return Printed(0, json.dumps([item.model_dump(mode="json") for item in tools()], indent=1))
    name, _, arguments = rest.partition(" ")
    try:
        reply: Mapping[str, Any] = do(job_of(db, name, read_arguments(name, json.loads(arguments))))
    except UsageError as error:
        reply = {"error": visible(str(error))}
    text = reply.get("text", "")
    rest_of_it = {key: value for key, value in reply.items() if key != "text"}
    out = f"{text}\n{json.dumps(rest_of_it, ensure_ascii=False, indent=1)}"
    return Printed(int("error" in reply), out)


def ask(line: str, db: str | None, client: TestClient) -> Printed:
    """Ask a line through its door."""
    door, _, rest = line.partition(" ")
    if door == "GET":
        response = client.get(rest)
        return Printed(response.status_code, response.text)
    if door == "TOOL":
        return tool(db, rest)
    return tab(rest) if door == "TAB" else command(shlex.split(line))


def record(lines: Sequence[str], folder: Path, db: str | None) -> None:
    """Write what each line prints into a file of a new folder."""
    folder.mkdir(parents=True)
    for name in NO_FACTS:
        os.environ.pop(name, None)
    os.environ["COLUMNS"] = COLUMNS
    if db:
        os.environ["GRAPHKIT_DB"] = db
    store = open_database(db)
    with Answers(store, lambda: open_database(db)) as answers:
        client = TestClient(make_app(answers, db, PORT), base_url=f"http://127.0.0.1:{PORT}")
        for line in lines:
            try:
                printed = ask(line, db, client)
            except Exception as error:  # which a user must never see; the other lines go on
                printed = Printed(-1, "", repr(error))
            text = printed.text(line).replace(store.label, "DATABASE")
            for day in {str(date.today()), str(datetime.now(UTC).date())}:
                text = text.replace(day, "DAY")
            (folder / file_of(line)).write_text(text, encoding="utf-8", newline="\n")


def readable(text: str) -> list[str]:
    """Split a text into lines, and long ones before their parts."""
    return [
        part
        for line in text.splitlines()
        for part in (PARTS.split(line) if len(line) > LONGEST else [line])
    ]


def compare(before: Path, after: Path) -> int:
    """Print how the files of two records differ, and return how many do."""
    names = sorted({path.name for folder in (before, after) for path in folder.glob("*.txt")})
    differing = 0
    for name in names:
        first, second = (
            path.read_bytes().decode() if (path := folder / name).exists() else ""
            for folder in (before, after)
        )
        if first != second:
            differing += 1
            print("\n".join(unified_diff(
                readable(first), readable(second), f"before/{name}", f"after/{name}", lineterm=""
            )))  # fmt: skip
    print(f"{len(names) - differing} equal, {differing} differ")
    return differing


def main(arguments: Sequence[str] | None = None) -> int:
    """Record, compare, and return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a new folder for the record")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="an earlier record")
    parser.add_argument("--db", help="a file or the address of a Neo4j")
    parser.add_argument("--list", type=Path, default=LIST, help="the lines to ask")
    given = parser.parse_args(arguments)
    lines = lines_of(given.list.read_text(encoding="utf-8"))
    names = Counter(map(file_of, lines))
    if several := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"{given.list}: several lines for {', '.join(several)}")
    record(lines, given.folder, given.db)
    return min(1, compare(given.against, given.folder)) if given.against else 0


if __name__ == "__main__":
    sys.exit(main())
