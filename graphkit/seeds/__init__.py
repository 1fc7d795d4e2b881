"""Seeds: reviewable YAML files (and tables beside them) that hold every sourced fact.

:func:`read_seeds` turns a folder of them into :class:`Facts`, one typed Arrow table a kind, or
raises :class:`~graphkit.errors.SeedError` with every problem of every file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from graphkit.errors import SeedError
from graphkit.schema import GRAPH, Kind, Schema
from graphkit.seeds.check import check_all
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.records import FACTS

__all__ = ["Facts", "empty_table", "read_seeds"]


@dataclass(frozen=True)
class Facts:
    """Checked facts: for each seeded kind a table of its columns, in the order of the schema.

    Text columns are dictionary-encoded.
    """

    schema: Schema
    tables: Mapping[str, pa.Table]

    def __getitem__(self, kind: str) -> pa.Table:
        return self.tables[kind]

    @property
    def rows(self) -> int:
        """Number of facts."""
        return sum(len(table) for table in self.tables.values())


def empty_table(kind: Kind) -> pa.Table:
    """Return a table with a kind's columns and no rows."""
    return pa.table({p.name: pa.array([], FACTS[p.type]) for p in kind.columns})


def read_seeds(folder: Path | str, schema: Schema = GRAPH) -> Facts:
    """Read and check every seed file of a folder.

    Parameters
    ----------
    folder : Path or str
        Folder of ``.yaml`` files, searched through all its subfolders; or one such file. Hidden
        files and folders, whose name begins with a dot, are no seeds.
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
    root, paths, problems = find_files(Path(folder))
    files = [read_file(path, root, schema) for path in paths]
    problems += (p for f in files for p in f.problems)
    problems += check_all(files, schema)
    if problems:
        raise SeedError(sorted(set(problems)))
    return Facts(schema, {k.name: _one_table(k, files) for k in schema.seeded})


def _one_table(kind: Kind, files: list[SeedFile]) -> pa.Table:
    tables = [f.rows for f in files if f.kind is kind and f.rows is not None]
    if not tables:
        return empty_table(kind)
    return pa.concat_tables(tables).combine_chunks()
