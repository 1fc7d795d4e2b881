"""Tells what is wrong with seeds whose bad places are marked in the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from saying import unsaid
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
    """Exactly these problems are told, in order, each at its mark, with what its message names."""
    plain: Files = {}
    places = []
    for name, text in sorted(files.items()):
        if isinstance(text, str):
            places += marks(name, text)
            text = text.replace(MARK, "")
        plain[name] = text
    assert_problems(problems(seeds(folder, plain)), places, messages)


def assert_problems(told: list[str], places: Sequence[str], messages: Sequence[str]) -> None:
    """Each problem stands at its place and names what its message does (`saying.unsaid`)."""
    lacking = [
        [place] * (not line.startswith(place)) + unsaid(line.removeprefix(place), message)
        for line, place, message in zip(told, places, messages, strict=False)
    ]
    assert not any(lacking), "\n".join(["told:", *told, f"lacking: {lacking}"])
    assert len(told) == len(places) == len(messages), "\n".join(["told:", *told])


def trade(*rows: str) -> str:
    """A file of flows."""
    return TRADE + "rows:\n" + "".join(f"  - {{{row}}}\n" for row in rows)
