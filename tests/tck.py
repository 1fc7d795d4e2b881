"""The scenarios of openCypher's Technology Compatibility Kit, and its notation of values.

``tests/data/tck`` has the feature files as published, with their licence and notice (Apache 2.0).
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FEATURES = Path(__file__).parent / "data" / "tck" / "features.tar.xz"
"""Folder ``tck/features`` of github.com/opencypher/openCypher at 677cbafabb8c (2026-03-20)."""

WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE)\b", re.IGNORECASE)
TEXTS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//.*", re.DOTALL)
PLACE = re.compile(r"<(\w+)>")


def writes(statement: str) -> bool:
    """Tell by its words outside of texts, names and comments if a statement writes."""
    return WRITES.search(TEXTS.sub("", statement)) is not None


@dataclass
class Scenario:
    """One statement and its rows, or the error that it must end in."""

    name: str
    given: str = ""
    setups: list[str] = field(default_factory=list)
    procedures: int = 0
    statements: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    ordered: bool = False
    lists_ordered: bool = True
    error: str = ""

    @property
    def left_out(self) -> str:
        """The reason why this cannot run on a graph that may not be changed, or nothing."""
        if any(map(writes, self.statements)):
            return "the statement writes"
        if self.setups or self.given.startswith("the "):
            return "the kit makes a graph with labels, types and properties that the schema lacks"
        return "it calls a procedure that the kit declares" if self.procedures else ""

    @property
    def rows(self) -> list[list[Any]]:
        """The rows wanted."""
        return [[value(cell) for cell in row] for row in self.cells]


def scenarios() -> Iterator[Scenario]:
    """Every scenario; of an outline, one for each of its examples."""
    with tarfile.open(FEATURES) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if file := member.isfile() and archive.extractfile(member):
                yield from _of_feature(
                    Path(member.name).stem, file.read().decode().expandtabs(6).replace("\r", "")
                )


def _of_feature(feature: str, text: str) -> Iterator[Scenario]:
    background, *parts = re.split(r"^  Scenario(?: Outline)?: ", text, flags=re.MULTILINE)
    common = "".join(re.split(r"^  Background:\n", background, flags=re.MULTILINE)[1:])
    for part in parts:
        title, _, steps = part.partition("\n")
        whole = f"{title}\n{common}{steps}"
        lines, *examples = re.split(r"^ *Examples:\n", whole, flags=re.MULTILINE)
        if not examples:
            yield _scenario(feature, lines, {})
        for table in examples:
            names, *rows = map(_cells, re.findall(r"^ *\|.*$", table, re.MULTILINE))
            for row in rows:
                yield _scenario(feature, lines, dict(zip(names, row, strict=True)))


def _scenario(feature: str, text: str, example: dict[str, str]) -> Scenario:
    """Read the steps of one scenario, with the values of an example."""
    text = PLACE.sub(lambda found: example.get(found[1], found[0]), text)
    title, *steps = re.split(r"^ {4}(?:Given|And|When|Then|But) ", text, flags=re.MULTILINE)
    made = Scenario(f"{feature} {title.strip().splitlines()[0]}")
    for step in steps:
        _take(made, step)
    return made


def _take(made: Scenario, step: str) -> None:
    head, _, body = step.partition("\n")
    table = [_cells(line) for line in re.findall(r"^ *\|.*$", body, re.MULTILINE)]
    quoted = re.search(r'"""\n(.*?)\n *"""', body, re.DOTALL)
    said = re.sub(r"^ {6}", "", quoted[1], flags=re.MULTILINE) if quoted else ""
    if head.startswith(("any graph", "an empty graph", "the binary")):
        made.given = head
    elif head.startswith("having executed"):
        made.setups.append(said)
    elif head.startswith("there exists a procedure"):
        made.procedures += 1
    elif head.startswith("parameters are"):
        made.parameters = {name: value(text) for name, text in table}
    elif head.startswith("executing"):
        made.statements.append(said)
    elif head.startswith("the result should be") and len(made.statements) == 1:
        made.columns, *made.cells = table or [[]]
        made.ordered = ", in order" in head
        made.lists_ordered = "ignoring element order" not in head
    elif found := re.match(r"an? (\w+) should be raised", head):
        made.error = found[1]
    else:
        assert head.startswith(("no side effects", "the side effects")) or made.statements, head


def _cells(line: str) -> list[str]:
    """The cells of a row of a table; in a cell, a bar is escaped."""
    cells = re.split(r"(?<!\\)\|", line.strip())[1:-1]
    return [re.sub(r"\\([|\\])", r"\1", cell.strip()) for cell in cells]


TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[\w`]+)|(?P<sign>[\[\]{},:]))"
)
WORDS = {"null": None, "true": True, "false": False, "NaN": float("nan"), "Infinity": float("inf")}


def value(text: str) -> Any:
    """The value that a cell stands for, which is not a node, relationship or path."""
    tokens = [match for match in TOKEN.finditer(text) if match[0]]
    found, at = _value(tokens, 0)
    assert at == len(tokens), text
    return found


def _value(tokens: list[re.Match[str]], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token["text"]:
        return re.sub(r"\\(['\\])", r"\1", token["text"][1:-1]), at + 1
    if token["number"]:
        return json.loads(token["number"].lstrip("+")), at + 1
    if token["word"]:
        return WORDS[token["word"]], at + 1
    closing = "]" if token["sign"] == "[" else "}"
    items, at = [], at + 1
    while tokens[at]["sign"] != closing:
        key = ""
        if closing == "}":
            key, at = tokens[at]["word"] or tokens[at]["text"], at + 2
        item, at = _value(tokens, at)
        items.append((key.strip("`'"), item))
        at += tokens[at]["sign"] == ","
    return (dict(items) if closing == "}" else [item for _, item in items]), at + 1
