"""Export of the graph or its trade network, all or nothing; its tables in order, and a digest."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from graphkit.build import Graph, Part
from graphkit.errors import GraphkitError, UsageError
from graphkit.export import formats
from graphkit.export.formats import TradeNetwork
from graphkit.export.graph import StoredGraph, stored_graph, trade_network
from graphkit.files.output import check_place
from graphkit.plugins import EXPORTERS, Plugin, plugins
from graphkit.schema import Kind
from graphkit.seeds.files import refuse_seeds
from graphkit.stores.base import Progress, Store, no_progress

FORMATS: Mapping[str, str] = {
    "graphml": "file", "gexf": "file", "parquet": "folder", "neo4j-admin": "folder",
    "cypher": "file",
}  # fmt: skip
"""Output of each format: one file or a folder."""
ENDINGS = {".graphml": "graphml", ".gexf": "gexf", ".cypher": "cypher"}
OF_TRADE = ("graphml", "gexf")
"""Formats of the trade network."""


@dataclass(frozen=True)
class GraphFormat:
    """A format of another package for the whole graph."""

    output: Literal["file", "folder"]
    write: Callable[[Graph, Path], None]
    """Writer of a graph to a path that is not there yet."""


def added_formats() -> dict[str, Plugin]:
    """Find the formats of other packages by name; none takes the name of one of graphkit's."""
    return {name: plugin for name, plugin in plugins(EXPORTERS).items() if name not in FORMATS}


def format_names() -> tuple[str, ...]:
    """List the names of all formats, those of other packages last."""
    return (*FORMATS, *sorted(added_formats()))


@dataclass(frozen=True)
class Exported:
    """Numbers of nodes and relationships written, and notes."""

    nodes: int
    edges: int
    notes: tuple[str, ...] = ()


def read(
    store: Store, scope: str | None = None, period: str | None = None, *, form: str = "parquet",
    progress: Progress = no_progress,
) -> Graph | StoredGraph | TradeNetwork:  # fmt: skip
    """Read the whole graph, or with a scope or period its trade network.

    A format that draws the graph reads it while it writes. Of the whole graph, ``progress`` is
    called with each kind and its number of rows.

    Scope and period are those of :func:`graphkit.questions.dependence.depends`.

    Raises
    ------
    UsageError
        A name is unknown, or the period is invalid.
    GraphkitError
        The database has no graph, or no trade in the scope.
    """
    if scope is None and period is None:
        if form in OF_TRADE:
            return StoredGraph(store, progress=progress)
        return stored_graph(store, progress=progress)
    return trade_network(store, scope, period)


def chosen_format(form: str | None, output: Path, *, of_trade: bool) -> str:
    """Return the format asked for or of the file's ending, and check the output.

    Raises
    ------
    UsageError
        The format is unknown or not one of the trade network, the folder has files in it, or a
        graph is built from the file.
    GraphkitError
        There is no folder for it.
    """
    if form is None:
        form = ENDINGS.get(output.suffix.lower())
        if form is None:
            raise UsageError(f"wanted --format, one of {', '.join(format_names())}")
    added = None if form in FORMATS else added_formats().get(form)
    if form not in FORMATS and added is None:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(format_names())}")
    if of_trade and form not in OF_TRADE:
        raise UsageError(
            f"--for and --period export the trade network alone, in {' or '.join(OF_TRADE)}, "
            f"not in {form}"
        )
    wanted = added.load(GraphFormat).output if added else FORMATS[form]
    if wanted == "file" and output.is_dir():
        raise UsageError(f"--output: {output} is a folder; {form} is one file")
    check_place(output)
    refuse_seeds(output)
    if not output.absolute().parent.is_dir():
        raise GraphkitError(f"cannot write {output}: No such file or directory")
    occupied = output.exists() and not (output.is_dir() and not any(output.iterdir()))
    if wanted == "folder" and occupied:
        raise UsageError(f"--output: {output} exists; {form} wants a new or empty folder")
    return form


def write(content: Graph | StoredGraph | TradeNetwork, output: Path, form: str) -> Exported:
    """Write a graph or trade network beside the output first, then into its place."""
    if not isinstance(content, Graph):
        with _replacing(output) as path:
            if isinstance(content, TradeNetwork):
                return Exported(*formats.write_trade(content, path, form), content.notes)
            return Exported(*formats.write_whole(content.parts, path, form))
    writers: Mapping[str, Callable[[Graph, Path], None]] = {
        "parquet": write_parquet_folder,
        "neo4j-admin": formats.write_import_folder,
        "cypher": formats.write_script,
    }
    with _replacing(output) as path:
        if form in writers:
            writers[form](content, path)
        else:
            added = added_formats()[form]
            with added.blamed():
                added.load(GraphFormat).write(content, path)
    nodes = sum(content.count(kind.name) for kind in content.schema.nodes)
    return Exported(nodes, content.rows - nodes)


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """Provide a path beside the output, and move it to the output when all is written.

    Raises
    ------
    GraphkitError
        It cannot be written.
    """
    try:
        draft = tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    try:
        path = Path(draft, output.name)
        yield path
        if output.is_dir():
            output.rmdir()
        path.replace(output)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_parquet_folder(graph: Graph, folder: Path) -> None:
    """Write one file per kind, with the unit and doc of each column in its metadata.

    Relationships have their two ends first, each followed by its kind of node. Beside the tables
    are their descriptions as a data package and in Croissant.
    """
    from pyarrow import parquet

    from graphkit.export.harvest import describe

    folder.mkdir()
    for kind in graph.schema.kinds:
        parts = [_with_kinds(part) for part in graph.parts if part.kind == kind]
        if parts:
            table = pa.concat_tables(parts)
            parquet.write_table(_described(table, kind), folder / f"{kind.name}.parquet")
    describe(folder, graph)


def _with_kinds(part: Part) -> pa.Table:
    table = part.rows()
    for end, kind in zip(part.kind.ends, part.ends, strict=True):
        column = pa.array([kind.name] * len(table), pa.string())
        place = table.column_names.index(end.name)
        table = table.add_column(place + 1, f"{end.name}_kind", column)
    return table


def _described(table: pa.Table, kind: Kind) -> pa.Table:
    docs = {p.name: (p.doc, p.unit) for p in (*kind.columns, *kind.stored)}
    fields = []
    for field in table.schema:
        doc, unit = docs.get(field.name, ("Kind of node.", None))
        fields.append(field.with_metadata({"doc": doc, **({"unit": unit} if unit else {})}))
    about = {"kind": kind.name, "doc": kind.doc}
    return table.cast(pa.schema(fields, metadata=about))
