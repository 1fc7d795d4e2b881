"""The graph in the formats of other tools, whole or the trade network alone; never half-written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import GraphkitError, UsageError
from graphkit.export.stored import stored_graph
from graphkit.export.trade import TradeNetwork, trade_network
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
    chosen = _format(form, output)
    if FORMATS[chosen] == "folder" and output.exists() and (
        not output.is_dir() or any(output.iterdir())
    ):  # fmt: skip
        raise UsageError(f"--output: {output} is there already; {chosen} wants a new folder")
    if FORMATS[chosen] == "file" and output.is_dir():
        raise UsageError(f"--output: {output} is a folder; {chosen} is one file")
    if scope is None and period is None:
        return _export_graph(store, output, chosen)
    if chosen not in OF_TRADE:
        raise UsageError(
            f"--for and --period ask for the trade network alone, which goes to "
            f"{' or '.join(OF_TRADE)}, not to {chosen}"
        )
    return _export_trade(trade_network(store, scope, period), output, chosen)


def _format(form: str | None, output: Path) -> str:
    if form is None:
        form = ENDINGS.get(output.suffix.lower())
        if form is None:
            raise UsageError(f"which format? --format {', '.join(FORMATS)}")
    if form not in FORMATS:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(FORMATS)}")
    return form


def _export_graph(store: Store, output: Path, form: str) -> Exported:
    graph = stored_graph(store)
    if form in OF_TRADE:
        from graphkit.export.network import network_of, write_network

        network = network_of(graph)
        with _replacing(output) as path:
            write_network(network, path, form)
    else:
        with _replacing(output) as path:
            _writer(form)(graph, path)
    nodes = sum(graph.count(kind.name) for kind in graph.schema.nodes)
    return Exported(nodes, graph.rows - nodes)


def _writer(form: str) -> Callable[..., None]:
    from graphkit.export import admin, script, tables

    writers: Mapping[str, Callable[..., None]] = {
        "parquet": tables.write_parquet_folder,
        "neo4j-admin": admin.write_import_folder,
        "cypher": script.write_script,
    }
    return writers[form]


def _export_trade(trade: TradeNetwork, output: Path, form: str) -> Exported:
    from graphkit.export.network import network_of_trade, write_network

    network = network_of_trade(trade)
    with _replacing(output) as path:
        write_network(network, path, form)
    return Exported(network.number_of_nodes(), network.number_of_edges(), trade.notes)


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
