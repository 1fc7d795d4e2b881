"""Reader of one seed file, and of the table beside it, into a typed Arrow table of one kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.arrow import coded
from graphkit.errors import GraphkitError, Problem, UsageError
from graphkit.files.input import TEXT, YAML, check_file
from graphkit.schema import Kind, Schema
from graphkit.seeds.records import (
    Locations,
    kind_of,
    read_header,
    row_columns,
    table_columns,
    typed_rows,
)
from graphkit.seeds.tables import TABLES, TableFile, read_table
from graphkit.seeds.text import LOST, YamlText, at_most, decode, shown


@dataclass(frozen=True)
class SeedFile:
    """One seed file, as far as it could be read, and everything that is wrong with it."""

    locations: Locations
    problems: list[Problem]
    kind: Kind | None = None
    rows: pa.Table | None = None
    """Every row, typed, wrong values null; None where the rows could not be read at all."""


def find_files(folder: Path) -> tuple[Path, list[Path], list[Problem]]:
    """Find the root folder for names, its seed files in order, and paths that are not files.

    Raises
    ------
    GraphkitError
        There is nothing at that place that could be seeds.
    """
    try:
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except OSError as error:
        raise GraphkitError(f"no seeds at {folder}: {error.strerror}") from error
    if is_file:
        return folder.parent, [folder], []
    if not is_folder:
        exists = folder.exists()
        reason = "it is not a regular file" if exists else "there is no such file or folder"
        raise GraphkitError(f"no seeds at {folder}: {reason}")
    problems: list[Problem] = []

    def refuse(path: Path, message: str) -> None:
        problems.append(Problem(name_of(path, folder), 1, 1, message))

    files = [path for path in _walk(folder, refuse) if _is_inside(path, folder, refuse)]
    if not files and not problems:
        raise GraphkitError(f"no seeds at {folder}: it holds no .yaml file")
    return folder, sorted(files), problems


Refuse = Callable[[Path, str], None]


def _walk(folder: Path, refuse: Refuse) -> Iterator[Path]:
    """Yield the paths that are named as seed files, in a folder and all below it."""

    def unreadable(error: OSError) -> None:
        refuse(Path(error.filename), f"cannot be read: {error.strerror}")

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(root, name) for name in folders):
            if os.path.islink(path):  # noqa: PTH114 - that of a path raises for a name too long
                refuse(path, "found a link to a folder, wanted the folder itself")
        for path in (Path(root, name) for name in names if not name.startswith(".")):
            if path.suffix.lower() in YAML:
                yield path


def _is_inside(path: Path, folder: Path, refuse: Refuse) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        refuse(path, "found no regular file, wanted one")
        return False
    if not path.resolve().is_relative_to(folder.resolve()):
        refuse(path, "found a link out of the seeds, wanted a file inside them")
        return False
    return True


def name_of(path: Path, root: Path) -> str:
    """Return the name of a file as problems show it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def read_file(path: Path, root: Path, schema: Schema) -> SeedFile:
    """Read one seed file; whatever is wrong is in its ``problems``."""
    yaml, problems = _read_text(path, name_of(path, root))
    if yaml is None:
        return SeedFile(Locations(YamlText("", "")), problems)
    return _read_yaml(yaml, problems, schema, partial(_table_beside, path, root, yaml))


def read_alone(text: str, schema: Schema) -> SeedFile:
    """Read the text of a seed file that stands in no folder: it has no table beside it."""

    def refuse(name: str) -> tuple[None, list[Problem]]:
        return None, [yaml.problem(f"table: found {shown(name)}, wanted rows", ("table",))]

    decoded, problems = decode(text.encode(), "draft")
    yaml = YamlText("draft", decoded)
    return _read_yaml(yaml, problems, schema, refuse)


def _read_yaml(
    yaml: YamlText,
    problems: list[Problem],
    schema: Schema,
    read_beside: Callable[[str], tuple[TableFile | None, list[Problem]]],
) -> SeedFile:
    document = yaml.read()
    text_problems = [*problems, *document.problems]
    kind = kind_of(document.value, schema)
    if not document.whole:
        return SeedFile(Locations(yaml), text_problems, kind)
    header, value_problems = read_header(yaml, document.value, schema)
    table = rows = None
    if header is not None and header.table is not None:
        table, unreadable = read_beside(header.table)
        text_problems += unreadable
    locations = Locations(yaml, header, table)
    if header is not None and (table is not None or header.table is None):
        raw, odd = table_columns(yaml, header, table) if table else row_columns(yaml, header)
        typed, wrong = typed_rows(locations, header, raw)
        rows = coded(typed)
        value_problems += odd + wrong
    if text_problems:
        # Those of values that could not be read only follow from the problems of the text.
        lost = (LOST, f"U+{ord(LOST):04X}")
        value_problems = [p for p in value_problems if not any(m in p.message for m in lost)]
    return SeedFile(locations, at_most([*text_problems, *value_problems]), kind, rows)


def refuse_seeds(output: Path) -> None:
    """Refuse to write over a file that a graph is built from: a seed file, or the table of one.

    The seed file of a table is looked for in the table's folder and the one above.

    Raises
    ------
    UsageError
        The message names the seed file.
    """
    file = output.resolve()
    if file.suffix.lower() in YAML:
        parts = _top(file).keys()
        seeds = [file] if "kind" in parts and parts & ROWS else []
        label = "a seed file"
    elif file.suffix.lower() in TABLES:
        folders = (file.parent, file.parent.parent)
        beside = (path for folder in folders for path in sorted(folder.glob("*.y*ml")))
        seeds = [path for path in beside if _has_table(path, file)]
        label = f"the table of the seed file {seeds[0].name}" if seeds else ""
    else:
        return
    if seeds:
        raise UsageError(
            f"{output}: found {label}, which a graph is built from; wanted another place"
        )


ROWS = {"rows", "table"}
"""Parts of a seed file, one of which has its rows; a mapping of an import has neither."""


def _has_table(seed: Path, table: Path) -> bool:
    name = _top(seed, table.name.encode()).get("table")
    with suppress(OSError, ValueError, RuntimeError):  # as of a table that is read
        return isinstance(name, str) and (seed.parent / name).resolve() == table
    return False


def _top(path: Path, word: bytes = b"kind") -> dict[str, Any]:
    """Read the mapping of a YAML file that has a word in it; of any other file none."""
    try:
        check_file(path, TEXT)
        raw = path.read_bytes()
    except (GraphkitError, OSError):
        return {}
    value = YamlText("", decode(raw, "")[0]).read().value if word in raw else None
    return value if isinstance(value, dict) else {}


def _read_text(path: Path, name: str) -> tuple[YamlText | None, list[Problem]]:
    try:
        with path.open("rb") as file:
            raw = file.read(TEXT + 1)
    except OSError as error:
        return None, [Problem(name, 1, 1, f"cannot be read: {error.strerror}")]
    if len(raw) > TEXT:
        message = f"found over {TEXT:,} bytes; wanted at most that (put rows in a table)"
        return None, [Problem(name, 1, 1, message)]
    text, problems = decode(raw, name)
    return (YamlText(name, text) if text or not problems else None), problems


def _table_beside(
    path: Path, root: Path, yaml: YamlText, name: str
) -> tuple[TableFile | None, list[Problem]]:
    yaml_path = ("table",)
    try:
        file = (path.parent / name).resolve()
        inside, exists = file.is_relative_to(root.resolve()), file.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, with a NUL, a ring of links
        inside, exists = True, False
    if not inside:
        message = f"table: found {shown(name)}, wanted a file inside the seeds"
        return None, [yaml.problem(message, yaml_path)]
    if not exists or file.suffix.lower() not in TABLES:
        message = f"table: found no .csv or .parquet file {shown(name)}"
        return None, [yaml.problem(message, yaml_path)]
    return read_table(file, name_of(file, root.resolve()))
