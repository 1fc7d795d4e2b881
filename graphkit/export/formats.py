"""Files for other tools: GraphML and GEXF, CSV for ``neo4j-admin``, and a Cypher script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkit.build import Graph, Part
from graphkit.errors import GraphkitError
from graphkit.export.tables import TradeNetwork
from graphkit.schema import Prop, Type

if TYPE_CHECKING:
    import networkx as nx


NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML does not allow."""
SAID = ("product", "stage", "period", "basis", "hs", "hs_revision", "reporter", "dataset", "source")
MEASURED = ("usd", "tonnes", "share_usd", "share_tonnes")


def network_of(content: Graph | TradeNetwork) -> nx.MultiDiGraph:
    """Convert the whole graph or the trade alone to a multigraph, which keeps parallel edges."""
    return _whole(content) if isinstance(content, Graph) else _trade(content)


def _whole(graph: Graph) -> nx.MultiDiGraph:
    """Add every node, named by kind and key (``Country:KOR``), and every relationship as an edge.

    ``kind`` is the label or type, ``label`` the text in a drawing; a list becomes text with
    semicolons. A missing value has no attribute.
    """
    import networkx as nx

    network = nx.MultiDiGraph()
    for part in graph.parts:
        for row in part.rows().to_pylist():
            if part.start is None or part.end is None:
                key = row[part.kind.key]
                about = {"kind": part.kind.name, "label": row.get("name") or key}
                network.add_node(f"{part.kind.name}:{key}", **_given({**row, **about}))
                continue
            ends = [row.pop(end.name) for end in part.kind.ends]
            network.add_edge(
                f"{part.start.name}:{ends[0]}", f"{part.end.name}:{ends[1]}",
                f"{part.kind.name}:{row[part.kind.key]}",
                **_given({"kind": part.kind.name, **row, "key": None}),
            )  # fmt: skip
    return network


def _trade(trade: TradeNetwork) -> nx.MultiDiGraph:
    """Add suppliers and consumers, with an edge for each product, period and data set.

    ``weight`` is the value in USD, by which tools lay out and rank; an edge of unknown value has
    none.
    """
    import networkx as nx

    network = nx.MultiDiGraph()
    for key, about in trade.places.items():
        network.add_node(key, **_given(about))
    names = ("product", "period", "dataset", "reporter", "source", "supplier", "consumer")
    for row in trade.shares.sort_by([(name, "ascending") for name in names]).to_pylist():
        key = "|".join(row[name] for name in names)
        said = {name: row[name] for name in (*SAID, *MEASURED)}
        network.add_edge(
            row["supplier"], row["consumer"], key, **_given({**said, "weight": row["usd"]})
        )
    return network


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes that both formats can store: no lists, no missing values."""
    found = {}
    for name, value in row.items():
        if isinstance(value, list):
            value = "; ".join(value)
        if value is not None:
            found[name] = xml_text(value) if isinstance(value, str) else value
    return found


def xml_text(text: str) -> str:
    r"""Replace the characters that XML does not allow by their numbers.

    >>> xml_text("a\x00b")
    'a\\u0000b'
    """
    return NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_network(network: nx.MultiDiGraph, path: Path, form: str) -> None:
    """Write GraphML or GEXF."""
    import networkx as nx

    if form == "graphml":
        nx.write_graphml_xml(network, path)
    else:
        nx.write_gexf(network, path)


TYPES = {
    Type.TEXT: "string", Type.PERIOD: "string", Type.DATE: "string", Type.NUMBER: "double",
    Type.INTEGER: "long", Type.FLAG: "boolean", Type.TEXTS: "string[]",
}  # fmt: skip
DELIMITERS = ";|~^"
"""Candidates to separate the values of a list; the first that no value contains is used."""
ARGUMENTS = "import.args"
BATCH = 2**16
"""Rows converted to text at once."""


def write_import_folder(graph: Graph, folder: Path) -> None:
    """Write a header and a data file for each kind, and the arguments that name them all.

    In the folder, ``neo4j-admin database import full --overwrite-destination neo4j @import.args``
    fills a database, and ``cypher-shell -f constraints.cypher`` adds what an import leaves out.
    Text is quoted, which tells an empty text from a missing value.
    """
    from graphkit.stores.neo4j.load import ddl

    folder.mkdir()
    delimiter = _delimiter(graph)
    arguments = [f"--array-delimiter={delimiter}", "--multiline-fields=true"]
    written: Counter[str] = Counter()
    for part in graph.parts:
        name = "-".join([part.kind.name, *(kind.name for kind in part.ends)])
        written[name] += 1
        if written[name] > 1:  # links that two columns of seeds make, such as a claim's countries
            name = f"{name}-{written[name]}"
        (folder / f"{name}-header.csv").write_text(",".join(_header(part)) + "\n", encoding="utf-8")
        _write(part, folder / f"{name}.csv", delimiter)
        what = "relationships" if part.kind.is_edge else "nodes"
        # Neo4j 2026 does not find a file without a folder in its name.
        arguments.append(f"--{what}=./{name}-header.csv,./{name}.csv")
    constraints = "".join(f"{statement};\n" for statement in ddl(graph.schema))
    (folder / "constraints.cypher").write_text(constraints, encoding="utf-8")
    (folder / ARGUMENTS).write_text("\n".join(arguments) + "\n", encoding="utf-8")


def _delimiter(graph: Graph) -> str:
    used: set[str] = set()
    for part in graph.parts:
        for prop in part.kind.stored:
            if prop.type is Type.TEXTS:
                for values in part.table[prop.name].to_pylist():
                    used |= set("".join(values or ()))
    free = [mark for mark in DELIMITERS if mark not in used]
    if not free:
        raise GraphkitError(f"lists contain all of {DELIMITERS}: none can separate their values")
    return free[0]


def _header(part: Part) -> Iterator[str]:
    """Yield the typed columns, in the order of the part's table, then the label or type."""
    if part.start is None or part.end is None:
        for prop in part.kind.stored:
            is_key = prop.name == part.kind.key
            yield f"{prop.name}:ID({part.kind.name})" if is_key else _typed(prop)
        yield ":LABEL"
        return
    yield f":START_ID({part.start.name})"
    yield f":END_ID({part.end.name})"
    yield from map(_typed, part.kind.stored)
    yield ":TYPE"


def _typed(prop: Prop) -> str:
    return f"{prop.name}:{TYPES[prop.type]}"


def _write(part: Part, path: Path, delimiter: str) -> None:
    """Write rows as CSV: text in quotes, nothing for a missing value."""
    plain = csv.WriteOptions(include_header=False)
    with csv.CSVWriter(path, _columns(part, 0, 0, delimiter).schema, write_options=plain) as file:
        for start in range(0, len(part.table), BATCH):
            file.write_table(_columns(part, start, BATCH, delimiter))


def _columns(part: Part, start: int, length: int, delimiter: str) -> pa.Table:
    """Return some rows with their lists joined, and the label or type."""
    rows = part.rows(start, length)
    for place, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(place, field.name, pc.binary_join(rows[field.name], delimiter))
    return rows.append_column("", pa.array([part.kind.name] * len(rows), pa.string()))


STATEMENT_ROWS = 500
"""Rows per statement, few enough for a server to parse at once."""
FORGET = "CALL db.clearQueryCaches()"
"""Without it a server caches statements, rows included, until its memory is full."""
FORGET_AFTER = 10
HEAD = """\
// The graph of graphkit, for an empty Neo4j 5.26 or later: cypher-shell -f FILE
// Each statement ends with a semicolon at the end of a line, and runs on its own.
"""
ESCAPED = str.maketrans({
    "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    **{chr(c): f"\\u{c:04x}" for c in (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)
       if chr(c) not in "\n\r\t"},
})  # fmt: skip


def write_script(graph: Graph, path: Path) -> None:
    """Write constraints and indexes, then nodes, relationships and last the load marker."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        file.writelines(f"{statement};\n" for statement in statements(graph))


def statements(graph: Graph) -> Iterator[str]:
    """Yield the statements of the script, each on one line."""
    from graphkit.stores.neo4j.load import create_statement, ddl

    yield from ddl(graph.schema)
    written = 0
    for part in graph.parts:
        create = create_statement(part)
        for start in range(0, len(part.table), STATEMENT_ROWS):
            if written and written % FORGET_AFTER == 0:
                yield FORGET
            yield create.replace("$rows", _rows(part, start), 1)
            written += 1


def _rows(part: Part, start: int) -> str:
    columns = [column.to_pylist() for column in part.rows(start, STATEMENT_ROWS).columns]
    rows = zip(*columns, strict=True)
    return "[" + ", ".join(literal(list(row)) for row in rows) + "]"


def literal(value: Any) -> str:
    r"""Format a value as a Cypher literal.

    >>> literal([None, True, 1.5, 2, "it's a \\ and a ;", ["x"]])
    "[null, true, 1.5, 2, 'it\\'s a \\\\ and a ;', ['x']]"
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value.translate(ESCAPED)}'"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
