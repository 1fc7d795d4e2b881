"""Facts of folders of seeds, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphkit.arrow import fingerprints, lean_memory
from graphkit.errors import Problem, SeedError
from graphkit.schema import GRAPH, SUPERSEDED, Kind, Schema
from graphkit.seeds.check import IN_NO_FILE, Facts, check_all, empty_table
from graphkit.seeds.files import SeedFile, find_files, read_file
from graphkit.seeds.warnings import doubts


def read_seeds(
    folder: Path | str, schema: Schema = GRAPH, *, own: Path | str | None = None
) -> Facts:
    """Read and check every seed file of a folder.

    Parameters
    ----------
    folder : Path or str
        Folder of ``.yaml`` files, searched through all its subfolders; or one such file. Hidden
        files and folders, whose name begins with a dot, are left out.
    schema : Schema
        The kinds that seeds may hold.
    own : Path or str, optional
        Folder of a user's own facts, which stand on top of the others.

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
        facts = _facts(_read_files(folder, schema), schema)
        return facts if own is None else read_own(own, schema).upon(facts)


def check_seeds(folder: Path | str, schema: Schema = GRAPH) -> tuple[Facts, list[Problem]]:
    """Read seeds as :func:`read_seeds` does, and find what can be right but looks wrong."""
    with lean_memory():
        files = _read_files(folder, schema)
        return _facts(files, schema), doubts(files)


@dataclass(frozen=True)
class OwnSeeds:
    """Seed files of a user's own folder, which stand on top of other facts."""

    files: Sequence[SeedFile]
    problems: Sequence[Problem]
    """Of paths that are not files."""
    schema: Schema = GRAPH

    @property
    def markets(self) -> set[tuple[str, str]]:
        """Products and periods of the flows."""
        pairs: set[tuple[str, str]] = set()
        for flows in self._rows("EXPORTS"):
            columns = (flows[name].to_pylist() for name in ("product", "period"))
            pairs |= {pair for pair in zip(*columns, strict=True) if None not in pair}
        return pairs

    @property
    def recoded(self) -> set[str]:
        """Products of which a code is said to hold only a remnant, in any period."""
        rows = (row for table in self._rows("TRADED_AS") for row in table.to_pylist())
        return {row["product"] for row in rows if row["remnant_since"]} - {None}

    @property
    def kinds(self) -> set[str]:
        """Kinds of which the files have rows, or on which these may have an effect."""
        given = {f.kind for f in self.files if f.kind is not None and f.rows}
        names = {kind.name for kind in given}
        effects = {prop.edge for kind in given for prop in kind.columns if prop.edge}
        if any(table["edition_of"].null_count < len(table) for table in self._rows("Source")):
            # A newer edition supersedes others.
            effects |= {kind.name for kind in self.schema.kinds if SUPERSEDED in kind.props}
        if names & {"EXPORTS", "TRADED_AS"}:
            effects |= {"EXPORTS", "COVERS", "DEPENDS_ON"}
        return names | effects

    def _rows(self, kind: str) -> list[pa.Table]:
        return [f.rows for f in self.files if f.kind and f.kind.name == kind and f.rows is not None]

    def upon(self, base: Facts) -> Facts:
        """Check the files on top of other facts, and put them together.

        A row that is among those facts, word for word, is passed over.

        Raises
        ------
        SeedError
            With every problem of every file of the folder.
        """
        files = [_without_rows_of(base, file) for file in self.files]
        _raise_problems(files, self.problems, self.schema, base)
        tables = {
            kind.name: pa.concat_tables([base[kind.name], _one_table(kind, files)]).combine_chunks()
            for kind in self.schema.seeded
        }
        own = (key for f in files if f.kind and f.kind.name == "Source" and f.rows is not None
               for key in f.rows["key"].to_pylist())  # fmt: skip
        traded = base.traded
        if not base.own and "EXPORTS" in tables:
            traded |= {*base["EXPORTS"]["product"].unique().to_pylist()}
        return Facts(self.schema, tables, base.own.union(own), traded)

    def doubts(self, base: Facts) -> list[Problem]:
        """Find what can be right but looks wrong in the files alone."""
        areas = SeedFile(IN_NO_FILE, [], self.schema["Area"], base["Area"])
        files = [_without_rows_of(base, file) for file in self.files]
        return sorted({*doubts([areas, *files]), *_without_effect(files)})


def read_own(folder: Path | str, schema: Schema = GRAPH) -> OwnSeeds:
    """Read the seed files of a folder that stands on top of other facts.

    Raises
    ------
    GraphkitError
        There are no seeds at that place.
    """
    root, paths, problems = find_files(Path(folder))
    return OwnSeeds([read_file(path, root, schema) for path in paths], problems, schema)


def _without_effect(files: Sequence[SeedFile]) -> Iterator[Problem]:
    """Doubt each preference of a data set, which on top of others is taken where it is named."""
    for file in files:
        if file.kind is None or file.kind.name != "Dataset" or file.rows is None:
            continue
        for place, row in enumerate(file.rows.to_pylist()):
            if row["preference"] is not None:
                message = (
                    f"found {row['preference']}, which does nothing on top of other facts; answers "
                    f"take the data set where it is named: --dataset {row['key']}"
                )
                yield file.locations.problem(place, "preference", message)


def _without_rows_of(base: Facts, file: SeedFile) -> SeedFile:
    """Drop the rows that are among other facts, word for word."""
    if file.kind is None or file.rows is None or not len(base[file.kind.name]):
        return file
    old, new = (fingerprints(rows) for rows in (base[file.kind.name], file.rows))
    places = np.flatnonzero(~np.isin(new, old))
    if len(places) == len(new):
        return file
    numbers = tuple(places.tolist())
    locations = replace(file.locations, places=numbers)
    return replace(file, locations=locations, rows=file.rows.take(pa.array(numbers, pa.int64())))


def _facts(files: list[SeedFile], schema: Schema) -> Facts:
    return Facts(schema, {k.name: _one_table(k, files) for k in schema.seeded})


def _read_files(folder: Path | str, schema: Schema) -> list[SeedFile]:
    """Read every file of a folder, and raise their problems."""
    root, paths, problems = find_files(Path(folder))
    files = [read_file(path, root, schema) for path in paths]
    _raise_problems(files, problems, schema)
    return files


def _raise_problems(
    files: Sequence[SeedFile],
    problems: Sequence[Problem],
    schema: Schema,
    base: Facts | None = None,
) -> None:
    every = {*problems, *(p for f in files for p in f.problems), *check_all(files, schema, base)}
    if every:
        raise SeedError(sorted(every))


def _one_table(kind: Kind, files: list[SeedFile]) -> pa.Table:
    tables = [f.rows for f in files if f.kind is kind and f.rows is not None]
    if not tables:
        return empty_table(kind)
    return pa.concat_tables(tables).combine_chunks()
