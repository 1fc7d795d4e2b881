"""Importers: turn published tables into seeds, each a YAML description and a Parquet table.

An importer writes only files, all or none, so that every load can be repeated from files that a
person can review. Equal input gives equal bytes.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.importers.report import FailedCheck
from graphkit.schema import GRAPH
from graphkit.seeds.check import check_all
from graphkit.seeds.files import read_file

_PLAIN = re.compile(r"[^\W_][\w .()/+'’–—-]*", re.UNICODE)


def scalar(value: object) -> str:
    """Format a value in YAML, quoted only where the syntax needs it.

    >>> scalar("NO"), scalar("0102"), scalar("a: b"), scalar(True), scalar(12.50)
    ('NO', '0102', '"a: b"', 'true', '12.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(scalar, value)) + "]"
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text == text.strip() and text.lower() != "null"
    return text if plain else json.dumps(text, ensure_ascii=False)


def mapping(row: Mapping[str, Any]) -> str:
    """Format a row as a YAML flow mapping, without missing values."""
    present = {k: v for k, v in row.items() if v not in (None, "", [], ())}
    return "{" + ", ".join(f"{k}: {scalar(v)}" for k, v in present.items()) + "}"


def write_seed(
    path: Path,
    comment: str,
    kind: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    defaults: Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
    sort: Sequence[str] = (),
) -> None:
    """Write one seed file; ``sort`` names the columns the rows are ordered by."""
    ordered = sorted(rows, key=lambda row: tuple(str(row.get(name) or "") for name in sort))
    lines = [f"# {line}".rstrip() for line in comment.strip().splitlines()]
    lines.append(f"kind: {kind}")
    if defaults:
        lines.append(f"defaults: {mapping(defaults)}")
    if units:
        lines.append(f"units: {mapping(units)}")
    lines.append("rows:")
    lines.extend(f"  - {mapping(row)}" for row in ordered)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class SeedTable:
    """Seed made of a table: the properties that all rows share, and the rows."""

    name: str
    """Name of its two files, without ending."""
    kind: str
    rows: pa.Table
    defaults: Mapping[str, str]
    units: Mapping[str, str]
    comment: str


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """Provide a draft folder, and move its files into ``folder`` together at the end.

    Raises
    ------
    GraphkitError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".import-", dir=folder))
    except OSError as error:
        raise GraphkitError(f"cannot write seeds into {folder}: {error.strerror}") from error
    try:
        yield draft
        written = [path for path in sorted(draft.rglob("*")) if path.is_file()]
        targets = [folder / path.relative_to(draft) for path in written]
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
        for path, target in zip(written, targets, strict=True):
            path.replace(target)
    except OSError as error:
        raise GraphkitError(f"cannot write seeds into {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):
            folder.rmdir()  # only if nothing was written


def new_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Make a folder with some files of text, all or none.

    Raises
    ------
    GraphkitError
        There is a file, or a folder that has anything, or it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GraphkitError(f"found {folder}, wanted a new or empty folder")
    with all_or_nothing(folder) as draft:
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8")


@contextmanager
def on_shipped(folder: Path, with_shipped: bool) -> Iterator[None]:
    """Copy the shipped seeds into a new folder for an import, if wanted; drop it if that fails.

    Raises
    ------
    UsageError
        The folder has seeds already.
    """
    if not with_shipped:
        yield
        return
    if any(folder.rglob("*.yaml")):
        raise UsageError(f"--with-shipped: found seeds in {folder}, wanted a new folder")
    shutil.copytree(shipped("seeds"), folder, dirs_exist_ok=True)
    try:
        yield
    except BaseException:
        for part in shipped("seeds").iterdir():
            shutil.rmtree(folder / part.name, ignore_errors=True)
        with suppress(OSError):
            folder.rmdir()
        raise


def write_reference(folder: Path, draft: Path) -> bool:
    """Copy the shipped reference seeds into the draft; return False if the folder has its own.

    A folder with products has its own reference.
    """
    if any((folder / "reference").glob("*.yaml")) or (folder / "products.yaml").exists():
        return False
    shutil.copytree(shipped("seeds") / "reference", draft / "reference")
    return True


def check_draft(draft: Path, folder: Path) -> None:
    """Refuse a draft that cannot be read together with the seeds of its folder.

    Raises
    ------
    FailedCheck
        Reading both finds a problem, such as a figure that another file already has.
    """
    new = sorted(draft.rglob("*.yaml"))
    replaced = {folder / path.relative_to(draft) for path in new}
    old = [p for p in sorted(folder.rglob("*.yaml"))
           if p.is_file() and p not in replaced and not p.is_relative_to(draft)]  # fmt: skip
    files = [
        *(read_file(p, folder, GRAPH) for p in old),
        *(read_file(p, draft, GRAPH) for p in new),
    ]
    problems = sorted({*(p for f in files for p in f.problems), *check_all(files, GRAPH)})
    if problems:
        rest = f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
        raise FailedCheck(
            f"{folder} could not be read with this import: {problems[0]}{rest}. Nothing is written"
        )


def known_keys(folder: Path, kind: str, besides: Path | None = None) -> set[str]:
    """Return the keys of one kind in a folder, those of its reference included.

    The file ``besides`` does not count.
    """
    # Only a file with one of these words can hold these kinds; other files have large tables.
    words = re.compile(rb"Source|Product|Dataset|Code")
    paths = [path for path in sorted(folder.rglob("*.yaml"))
             if path != besides and path.is_file() and words.search(path.read_bytes())]  # fmt: skip
    read = [read_file(path, folder, GRAPH) for path in paths]
    if not any(f.kind and f.kind.name == "Product" for f in read):
        reference = shipped("seeds") / "reference"
        read.append(read_file(reference / f"{kind.lower()}s.yaml", reference, GRAPH))
    keys = [f.rows[f.kind.key].to_pylist() for f in read
            if f.kind and f.kind.name == kind and f.rows is not None]  # fmt: skip
    return {key for file_keys in keys for key in file_keys if key}


def write_new(
    name: str,
    kind: str,
    rows: Sequence[Mapping[str, str]],
    comment: str,
    folder: Path,
    draft: Path,
    subfolder: str,
) -> None:
    """Write the seed of sources, data sets or codes, except those that another file has."""
    known = known_keys(folder, kind, folder / subfolder / f"{name}.yaml") if rows else set()
    key = "code" if kind == "Code" else "key"
    if new := [row for row in rows if row[key] not in known]:
        write_rows(name, kind, new, comment, draft / subfolder)


def write_trade(
    folder: Path,
    stem: str,
    source: Mapping[str, str],
    datasets: Sequence[Mapping[str, str]],
    seed: SeedTable,
    codes: Sequence[Mapping[str, str]] = (),
    *,
    checked: bool = True,
) -> None:
    """Write a table of trade with its source, data sets and national codes, all or none.

    Parameters
    ----------
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    stem : str
        Start of the names of the files of the source and the data sets.
    source : mapping
        Properties of the source. Like data sets and codes, it is written unless another file of
        the folder has it.
    datasets, codes : sequence of mapping
        Properties of the data sets, and of the codes that the reference lacks.
    seed : SeedTable
        The flows.
    checked : bool
        Read the result before it is kept.

    Raises
    ------
    FailedCheck
        The folder could not be read with this import; nothing is written.
    """
    with all_or_nothing(folder) as draft:
        if not write_reference(folder, draft) and not len(seed.rows):
            return
        for name, kind, rows in (
            (f"{stem}-source", "Source", [source]),
            (f"{stem}-datasets", "Dataset", datasets),
            (f"{seed.name}-codes", "Code", codes),
        ):
            write_new(
                name, kind, rows, f"{kind}s of the table beside this file.", folder, draft, "trade"
            )
        write_table(seed, draft / "trade")
        if checked:
            check_draft(draft, folder)


def write_table(seed: SeedTable, folder: Path, *, level: int = 9) -> None:
    """Write a Parquet table and the YAML that describes it; equal rows give equal bytes.

    ``level`` is the compression level, at most 19: higher is smaller and slower to write.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = [f.name for f in seed.rows.schema if pa.types.is_string(f.type)]
    parquet.write_table(
        seed.rows, folder / f"{seed.name}.parquet", compression="zstd", compression_level=level,
        use_dictionary=texts, row_group_size=max(len(seed.rows), 1), store_schema=False,
    )  # fmt: skip
    lines = [f"# {line}".rstrip() for line in seed.comment.strip().splitlines()]
    lines += [f"kind: {seed.kind}", f"defaults: {mapping(seed.defaults)}"]
    lines += [f"units: {mapping(seed.units)}"] if seed.units else []
    lines += [f"table: {seed.name}.parquet"]
    (folder / f"{seed.name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_rows(
    name: str, kind: str, rows: Sequence[Mapping[str, str]], comment: str, folder: Path
) -> None:
    """Write a small seed with its rows in the YAML itself."""
    write_seed(folder / f"{name}.yaml", comment, kind, rows)
