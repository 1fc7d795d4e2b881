"""Export of the graph, or of its trade network, in the formats of other tools; all or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphkit.build import Graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.export.tables import TradeNetwork, stored_graph, trade_network
from graphkit.stores import Store

FORMATS: Mapping[str, str] = {
    "graphml": "file", "gexf": "file", "parquet": "folder", "neo4j-admin": "folder",
    "cypher": "file",
}  # fmt: skip
"""Output of each format: one file or a folder."""
ENDINGS = {".graphml": "graphml", ".gexf": "gexf", ".cypher": "cypher"}
OF_TRADE = ("graphml", "gexf")
"""Formats of the trade network."""


@dataclass(frozen=True)
class Exported:
    """Numbers of nodes and relationships written, and notes."""

    nodes: int
    edges: int
    notes: tuple[str, ...] = ()


def read(store: Store, scope: str | None = None, period: str | None = None) -> Graph | TradeNetwork:
    """Read the whole graph, or with a scope or period its trade network.

    Scope and period are those of :func:`graphkit.questions.dependence.depends`.

    Raises
    ------
    UsageError
        A name is unknown, or the period is invalid.
    GraphkitError
        The database has no graph, or no trade in the scope.
    """
    if scope is None and period is None:
        return stored_graph(store)
    return trade_network(store, scope, period)


def chosen_format(form: str | None, output: Path, *, of_trade: bool) -> str:
    """Return the format asked for or of the file's ending, and check the output.

    Raises
    ------
    UsageError
        The format is unknown or not one of the trade network, or the folder has files in it.
    """
    if form is None:
        form = ENDINGS.get(output.suffix.lower())
        if form is None:
            raise UsageError(f"wanted --format, one of {', '.join(FORMATS)}")
    if form not in FORMATS:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(FORMATS)}")
    if of_trade and form not in OF_TRADE:
        raise UsageError(
            f"--for and --period export the trade network alone, in {' or '.join(OF_TRADE)}, "
            f"not in {form}"
        )
    if FORMATS[form] == "file" and output.is_dir():
        raise UsageError(f"--output: {output} is a folder; {form} is one file")
    occupied = output.exists() and not (output.is_dir() and not any(output.iterdir()))
    if FORMATS[form] == "folder" and occupied:
        raise UsageError(f"--output: {output} exists; {form} wants a new or empty folder")
    return form


def write(content: Graph | TradeNetwork, output: Path, form: str) -> Exported:
    """Write a graph or trade network beside the output first, then into its place."""
    from graphkit.export import formats, tables

    if form in OF_TRADE or not isinstance(content, Graph):
        with _replacing(output) as path:
            counted = formats.write_network(formats.drawing(content), path, form)
        return Exported(*counted, () if isinstance(content, Graph) else content.notes)
    writers: Mapping[str, Callable[[Graph, Path], None]] = {
        "parquet": tables.write_parquet_folder,
        "neo4j-admin": formats.write_import_folder,
        "cypher": formats.write_script,
    }
    with _replacing(output) as path:
        writers[form](content, path)
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
        beside = tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    try:
        path = Path(beside, output.name)
        yield path
        if output.is_dir():
            output.rmdir()
        path.replace(output)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
