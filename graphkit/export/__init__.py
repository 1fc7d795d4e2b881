"""The graph in the formats of other tools, whole or the trade network alone; never half-written."""

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
"""What each format is written as."""
ENDINGS = {".graphml": "graphml", ".gexf": "gexf", ".cypher": "cypher"}
OF_TRADE = ("graphml", "gexf")
"""The formats that the trade network alone can be written in."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    nodes: int
    edges: int
    notes: tuple[str, ...] = ()


def export(
    store: Store,
    output: Path,
    form: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
) -> Exported:
    """Write the whole graph, or with a scope or period the trade network alone.

    Parameters
    ----------
    store : Store
        The database.
    output : Path
        The file or, for ``parquet`` and ``neo4j-admin``, the folder to write. A file is replaced
        in one step when all is written; a folder must be new or empty.
    form : str, optional
        One of :data:`FORMATS`; otherwise what the end of the file's name says.
    scope, period : str, optional
        As for :func:`graphkit.questions.dependence.depends`; only in GraphML and GEXF.

    Returns
    -------
    Exported
        How many nodes and relationships were written.

    Raises
    ------
    UsageError
        There is no such format, the folder holds files, or a name or period is none.
    GraphkitError
        It cannot be written, or there is no trade in the scope.
    """
    chosen = chosen_format(form, output, of_trade=scope is not None or period is not None)
    return write(read(store, scope, period), output, chosen)


def read(store: Store, scope: str | None = None, period: str | None = None) -> Graph | TradeNetwork:
    """What is to be written: the whole graph, or with a scope or period its trade network."""
    if scope is None and period is None:
        return stored_graph(store)
    return trade_network(store, scope, period)


def chosen_format(form: str | None, output: Path, *, of_trade: bool) -> str:
    """The format asked for, or the one a file's name says, where the output can be written.

    Raises
    ------
    UsageError
        There is no such format, the folder holds files, or the trade network has no such format.
    """
    if form is None:
        form = ENDINGS.get(output.suffix.lower())
        if form is None:
            raise UsageError(f"which format? --format {', '.join(FORMATS)}")
    if form not in FORMATS:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(FORMATS)}")
    if of_trade and form not in OF_TRADE:
        raise UsageError(
            f"--for and --period ask for the trade network alone, which goes to "
            f"{' or '.join(OF_TRADE)}, not to {form}"
        )
    if FORMATS[form] == "file" and output.is_dir():
        raise UsageError(f"--output: {output} is a folder; {form} is one file")
    there = output.exists() and not (output.is_dir() and not any(output.iterdir()))
    if FORMATS[form] == "folder" and there:
        raise UsageError(f"--output: {output} is there already; {form} wants a new folder")
    return form


def write(content: Graph | TradeNetwork, output: Path, form: str) -> Exported:
    """Write what was read, beside the output first."""
    from graphkit.export import admin, network, tables
    from graphkit.export import admin as script

    if form in OF_TRADE or not isinstance(content, Graph):
        drawn = network.network_of(content)
        with _replacing(output) as path:
            network.write_network(drawn, path, form)
        notes = () if isinstance(content, Graph) else content.notes
        return Exported(drawn.number_of_nodes(), drawn.number_of_edges(), notes)
    writers: Mapping[str, Callable[[Graph, Path], None]] = {
        "parquet": tables.write_parquet_folder,
        "neo4j-admin": admin.write_import_folder,
        "cypher": script.write_script,
    }
    with _replacing(output) as path:
        writers[form](content, path)
    nodes = sum(content.count(kind.name) for kind in content.schema.nodes)
    return Exported(nodes, content.rows - nodes)


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A place beside the output, which takes the output's name when all is written.

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
