"""Files for other tools: GraphML and GEXF, CSV for ``neo4j-admin``, and a Cypher script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkit.arrow import each_text, shortest, without_codes
from graphkit.build import Graph, Part
from graphkit.errors import GraphkitError
from graphkit.schema import MARK, Prop, Type

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML does not allow."""
SERIES_COLUMNS = (
    "product", "stage", "period", "basis", "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
FIGURE_COLUMNS = ("usd", "tonnes", "share_usd", "share_tonnes")


@dataclass(frozen=True)
class TradeNetwork:
    """Trade flows in scope, and the places they join."""

    shares: pa.Table
    """Sales of each supplier to each consumer in each series, summed over HS codes."""
    places: Mapping[str, Mapping[str, str | None]]
    """Name, kind and region of each place, by key."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Elements:
    """Nodes or edges of a drawing: names, of edges those of both ends, and attributes.

    No text holds a character that XML forbids, and no attribute is a list.
    """

    names: pa.ChunkedArray
    attributes: pa.Table
    ends: tuple[pa.ChunkedArray, ...] = ()


Drawing = Callable[[bool], Iterator[Elements]]
"""Elements of a drawing, nodes first; with True, some of each kind without their rows."""


class Parts(Protocol):
    """Function that reads the parts of a graph anew each time."""

    def __call__(self, *, empty: bool = False) -> Iterator[Part]:
        """Read all parts, or with ``empty`` one of each kind without its rows."""


ELEMENTS_AT_ONCE = 2**11
"""Nodes or edges that are drawn at once: each is some 20 texts meanwhile."""


def write_whole(parts: Parts, path: Path, form: str) -> tuple[int, int]:
    """Write the whole graph as GraphML or GEXF, and return the numbers of nodes and edges."""
    return _write_drawing(partial(_whole, parts), path, form)


def write_trade(trade: TradeNetwork, path: Path, form: str) -> tuple[int, int]:
    """Write the trade as GraphML or GEXF, and return the numbers of nodes and edges."""
    return _write_drawing(partial(_trade, trade), path, form)


def _whole(parts: Parts, empty: bool) -> Iterator[Elements]:
    """Draw every node, named by kind and key (``Country:KOR``), and every relationship.

    ``kind`` is the label or type, ``label`` the text in a drawing; a list becomes text with
    semicolons.
    """
    for part in parts(empty=empty):
        for start in range(0, max(len(part.table), 1), ELEMENTS_AT_ONCE):
            yield _elements(part, part.rows(start, ELEMENTS_AT_ONCE))


def _elements(part: Part, rows: pa.Table) -> Elements:
    attributes = {name: _attribute(rows[name]) for name in rows.column_names}
    key = attributes[part.kind.key].cast(pa.string())
    names = _named(part.kind.name, key)
    ends = tuple(
        _named(kind.name, attributes.pop(end.name))
        for end, kind in zip(part.kind.ends, part.ends, strict=False)
    )
    del attributes[MARK.name]
    if not ends:
        attributes["label"] = pc.coalesce(attributes.get("name", key), key)
    attributes["kind"] = pa.chunked_array([pa.repeat(part.kind.name, len(rows))])
    return Elements(names, pa.table(attributes), ends)


def _named(kind: str, keys: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(kind, keys, ":")


def _trade(trade: TradeNetwork, empty: bool) -> Iterator[Elements]:
    """Draw suppliers and consumers, with an edge for each product, period and data set.

    ``weight`` is the value in USD, by which tools lay out and rank; an edge of unknown value has
    none.
    """
    columns = ("label", "kind", "region")
    most = 0 if empty else None
    places = pa.table({
        name: pa.array([place[name] for place in trade.places.values()], pa.string())
        for name in columns
    }).slice(0, most)  # fmt: skip
    keys = pa.chunked_array([pa.array(trade.places, pa.string()).slice(0, most)])
    yield Elements(_attribute(keys), _drawable(places))
    names = ("product", "period", "dataset", "reporter", "source", "supplier", "consumer")
    rows = without_codes(
        trade.shares.sort_by([(name, "ascending") for name in names]).slice(0, most)
    )
    attributes = rows.select([*SERIES_COLUMNS, *FIGURE_COLUMNS])
    attributes = attributes.append_column("weight", rows["usd"])
    key = pc.binary_join_element_wise(*(_attribute(rows[name]) for name in names), "|")
    yield Elements(
        key, _drawable(attributes), (_attribute(rows["supplier"]), _attribute(rows["consumer"]))
    )


def _drawable(rows: pa.Table) -> pa.Table:
    return pa.table({name: _attribute(rows[name]) for name in rows.column_names})


def _attribute(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make a column of attributes: a list as text, text as XML allows."""
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "; ")
    return each_text(column, xml_text) if pa.types.is_string(column.type) else column


def xml_text(text: str) -> str:
    r"""Replace the characters that XML does not allow by their numbers.

    >>> xml_text("a\x00b")
    'a\\u0000b'
    """
    return NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _write_drawing(drawing: Drawing, path: Path, form: str) -> tuple[int, int]:
    return _write_graphml(drawing, path) if form == "graphml" else _write_gexf(drawing, path)


def _write_gexf(drawing: Drawing, path: Path) -> tuple[int, int]:
    """Write GEXF with networkx, which holds all of it in memory."""
    import networkx as nx

    network = nx.MultiDiGraph()
    for elements in drawing(False):
        ends = [end.to_pylist() for end in elements.ends]
        rows = zip(*ends, elements.names.to_pylist(), elements.attributes.to_pylist(), strict=True)
        add = network.add_edge if ends else network.add_node
        for *names, row in rows:
            add(*names, **{name: value for name, value in row.items() if value is not None})
    nx.write_gexf(network, path)
    return network.number_of_nodes(), network.number_of_edges()


GRAPHML = """\
<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
GRAPHML_TYPES = {
    pa.string(): "string", pa.float64(): "double", pa.int64(): "long", pa.bool_(): "boolean",
}  # fmt: skip


def _write_graphml(drawing: Drawing, path: Path) -> tuple[int, int]:
    """Write GraphML, some rows at a time."""
    keys: dict[tuple[str, pa.Field], str] = {}
    count = {"node": 0, "edge": 0}
    with path.open("wb") as file:
        file.write(GRAPHML.encode())
        for elements in drawing(True):
            for field in elements.attributes.schema:
                declared = ("edge" if elements.ends else "node", field)
                if declared not in keys:
                    keys[declared] = f"d{len(keys)}"
                    file.write(_declared(keys[declared], *declared).encode())
        file.write(b'<graph edgedefault="directed">\n')
        for elements in drawing(False):
            element = "edge" if elements.ends else "node"
            count[element] += len(elements.names)
            file.write("".join(_markup(element, elements, keys).to_pylist()).encode())
        file.write(b"</graph>\n</graphml>\n")
    return count["node"], count["edge"]


def _declared(key: str, element: str, field: pa.Field) -> str:
    kind = GRAPHML_TYPES[field.type]
    return f'<key id="{key}" for="{element}" attr.name="{field.name}" attr.type="{kind}"/>\n'


def _markup(
    element: str, elements: Elements, keys: Mapping[tuple[str, pa.Field], str]
) -> pa.ChunkedArray:
    """Write each node or edge as one element; a missing value has no attribute."""
    opening: list[Any] = [f"<{element}"]
    for name, column in zip(
        ("id", "source", "target"), (elements.names, *elements.ends), strict=False
    ):
        opening += [f' {name}="', _escaped(column), '"']
    data = [
        pc.binary_join_element_wise(
            f'<data key="{keys[element, field]}">', _escaped(elements.attributes[field.name]),
            "</data>", "",
        )
        for field in elements.attributes.schema
    ]  # fmt: skip
    return pc.binary_join_element_wise(
        *opening, ">", *data, f"</{element}>\n", "", null_handling="skip"
    )


def _escaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write values as text of XML; null stays null."""
    if pa.types.is_string(column.type):
        return each_text(column, lambda text: escape(text, XML_MARKS))
    return shortest(column) if pa.types.is_floating(column.type) else column.cast(pa.string())


XML_MARKS = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
"""Characters that a parser would take for an end or for a space."""

IMPORT_TYPES = {
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
    from graphkit.stores.neo4j.rules import ddl

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
        group = "relationships" if part.kind.is_edge else "nodes"
        # Neo4j 2026 does not find a file without a folder in its name.
        arguments.append(f"--{group}=./{name}-header.csv,./{name}.csv")
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
    return f"{prop.name}:{IMPORT_TYPES[prop.type]}"


def _write(part: Part, path: Path, delimiter: str) -> None:
    """Write rows as CSV: text in quotes, nothing for a missing value."""
    without_codes = csv.WriteOptions(include_header=False)
    with csv.CSVWriter(
        path, _columns(part, 0, 0, delimiter).schema, write_options=without_codes
    ) as file:
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
    from graphkit.stores.neo4j.load import create_statement
    from graphkit.stores.neo4j.rules import ddl

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
