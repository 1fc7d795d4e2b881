"""Writes seeds: a YAML description and the Parquet table beside it, both or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from graphkit.errors import GraphkitError
from graphkit.importers.report import FailedCheck
from graphkit.importers.seedfile import mapping, write_seed
from graphkit.paths import shipped
from graphkit.schema import GRAPH
from graphkit.seeds.check import check_all
from graphkit.seeds.files import read_file


@dataclass(frozen=True)
class SeedTable:
    """One seed that is a table: what is true of all its rows, and the rows."""

    name: str
    """Of the files, without ending."""
    kind: str
    rows: pa.Table
    defaults: Mapping[str, str]
    units: Mapping[str, str]
    comment: str


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder to write into; its files go into the other one together, at the end.

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


def write_reference(folder: Path, draft: Path) -> bool:
    """Put the shipped reference seeds into a new folder of seeds; whether that was needed.

    A folder that holds products already has its own reference.
    """
    if any((folder / "reference").glob("*.yaml")) or (folder / "products.yaml").exists():
        return False
    shutil.copytree(shipped("seeds") / "reference", draft / "reference")
    return True


def check_draft(draft: Path, folder: Path) -> None:
    """Refuse a draft that the seeds of its folder could not be read with.

    Raises
    ------
    FailedCheck
        Something is wrong with both together, such as a figure that a file already has.
    """
    new = sorted(draft.rglob("*.yaml"))
    replaced = {folder / path.relative_to(draft) for path in new}
    old = [p for p in sorted(folder.rglob("*.yaml"))
           if p not in replaced and not p.is_relative_to(draft)]  # fmt: skip
    files = [
        *(read_file(p, folder, GRAPH) for p in old),
        *(read_file(p, draft, GRAPH) for p in new),
    ]
    problems = sorted({*(p for f in files for p in f.problems), *check_all(files, GRAPH)})
    if problems:
        more = f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
        raise FailedCheck(
            f"{folder} could not be read with what is imported: {problems[0]}{more}. "
            "Nothing is written"
        )


def known_sources(folder: Path) -> set[str]:
    """Keys of the sources that a folder of seeds has, or gets with the shipped reference."""
    read = [read_file(path, folder, GRAPH) for path in sorted(folder.rglob("*.yaml"))]
    if not any(f.kind and f.kind.name == "Product" for f in read):
        reference = shipped("seeds") / "reference"
        read.append(read_file(reference / "sources.yaml", reference, GRAPH))
    sources = [f.rows["key"].to_pylist() for f in read
               if f.kind and f.kind.name == "Source" and f.rows is not None]  # fmt: skip
    return {key for keys in sources for key in keys if key}


def write_table(seed: SeedTable, folder: Path, *, level: int = 9) -> None:
    """Write the Parquet table and the YAML that describes it; the same rows, the same bytes.

    ``level`` is of the compression, at most 19: smaller files that take longer to write.
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
    """Write a small seed whose rows stand in the YAML itself."""
    write_seed(folder / f"{name}.yaml", comment, kind, rows)
