"""Tells what is wrong with seeds whose bad places are marked in the text itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from seed_texts import write_seeds

from graphkit.errors import SeedError
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

Files = dict[str, str | bytes | None]

MARK = "▶"
"""Stands before what a test expects to be told as a problem."""

TRADE = """\
kind: EXPORTS
defaults: {product: ree-metals, reporter: importer, dataset: d, source: customs}
"""


def seeds(folder: Path, files: Files) -> Path:
    """The small seeds with some files changed or added; bytes as they are."""
    write_seeds(folder, {n: t for n, t in files.items() if not isinstance(t, bytes)})
    for name, raw in files.items():
        if isinstance(raw, bytes):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)
    return folder


def read(folder: Path, **files: str | bytes | None) -> Facts:
    """The facts of the small seeds with some files changed or added."""
    return read_seeds(seeds(folder, {f"{name}.yaml": text for name, text in files.items()}))


def problems(folder: Path) -> list[str]:
    """List the problems of the seeds of a folder, as a person reads them."""
    with pytest.raises(SeedError) as failed:
        read_seeds(folder)
    return str(failed.value).splitlines()


def marks(name: str, text: str) -> list[str]:
    """The places of the marks in a text, as problems give them."""
    places = []
    lines = re.split("\r\n|\r|\n", text)
    for number, line in enumerate(lines, 1):
        parts = line.split(MARK)
        places += [f"{name}:{number}:{len(''.join(parts[:n])) + 1}: " for n in range(1, len(parts))]
    return places


def assert_told(folder: Path, files: Files, *messages: str) -> None:
    """Exactly these problems are told, in order, each at its mark; ``...`` ends a beginning."""
    plain: Files = {}
    places = []
    for name, text in sorted(files.items()):
        if isinstance(text, str):
            places += marks(name, text)
            text = text.replace(MARK, "")
        plain[name] = text
    found = problems(seeds(folder, plain))
    wanted = [place + message for place, message in zip(places, messages, strict=True)]
    shortened = [
        line[: len(goal) - 3] + "..." if goal.endswith("...") else line
        for line, goal in zip(found, wanted, strict=False)
    ]
    assert shortened + found[len(wanted) :] == wanted, "\n".join(["told:", *found])


def trade(*rows: str) -> str:
    """A file of flows."""
    return TRADE + "rows:\n" + "".join(f"  - {{{row}}}\n" for row in rows)
