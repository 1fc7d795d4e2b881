"""Facts of folders of seeds, read and checked."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from graphkit.arrow import lean_memory
from graphkit.errors import Problem, SeedError
from graphkit.schema import GRAPH, Kind, Schema
from graphkit.seeds.check import Facts, check_all, empty_table
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.warnings import doubts


def read_seeds(folder: Path | str, schema: Schema = GRAPH) -> Facts:
    """Read and check every seed file of a folder.

    Parameters
    ----------
    folder : Path or str
        Folder of ``.yaml`` files, searched through all its subfolders; or one such file. Hidden
        files and folders, whose name begins with a dot, are left out.
    schema : Schema
        The kinds that seeds may hold.

    Returns
    -------
    Facts
        One Arrow table for every seeded kind; masses in tonnes, money in USD, shares 0 to 1.

    Raises
    ------
    SeedError
        With every problem of every file; nothing is returned then.
    GraphkitError
        There are no seeds at that place.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "codes.yaml").write_text(
    ...     "kind: Code\\nrows:\\n  - {code: 0102, description: Bovine animals, source: hs}\\n")
    >>> read_seeds(folder)
    Traceback (most recent call last):
        ...
    graphkit.errors.SeedError: codes.yaml:3:55: source: unknown source 'hs'; nothing is near it
    >>> _ = (folder / "sources.yaml").write_text(
    ...     "kind: Source\\nrows:\\n  - {key: hs, title: HS, publisher: WCO, licence: PDDL}\\n")
    >>> read_seeds(folder)["Code"]["code"].to_pylist()
    ['0102']
    """
    with lean_memory():
        return _facts(_read_files(folder, schema), schema)


def check_seeds(folder: Path | str, schema: Schema = GRAPH) -> tuple[Facts, list[Problem]]:
    """Read seeds as :func:`read_seeds` does, and find what can be right but looks wrong."""
    with lean_memory():
        files = _read_files(folder, schema)
        return _facts(files, schema), doubts(files)


def _facts(files: list[SeedFile], schema: Schema) -> Facts:
    return Facts(schema, {k.name: _one_table(k, files) for k in schema.seeded})


def _read_files(folder: Path | str, schema: Schema) -> list[SeedFile]:
    """Read every file of a folder, and raise their problems."""
    root, paths, problems = find_files(Path(folder))
    files = [read_file(path, root, schema) for path in paths]
    problems += (p for f in files for p in f.problems)
    problems += check_all(files, schema)
    if problems:
        raise SeedError(sorted(set(problems)))
    return files


def _one_table(kind: Kind, files: list[SeedFile]) -> pa.Table:
    tables = [f.rows for f in files if f.kind is kind and f.rows is not None]
    if not tables:
        return empty_table(kind)
    return pa.concat_tables(tables).combine_chunks()
