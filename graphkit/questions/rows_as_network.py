"""Nodes and relationships among the rows of a statement, as a network that a picture draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa

from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, FLAG, NUMBER, Column
from graphkit.answers.coverage import Coverage
from graphkit.answers.figures import number_of
from graphkit.answers.note import Note
from graphkit.answers.sentence import Sentence
from graphkit.answers.terms import Terms
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement
from graphkit.render.json import objects_of

LINKS = (
    Column("start", "From", "name of the node at the start", rank=0),
    Column("start_kind", "", "kind of this node"),
    Column("start_key", "", "key of this node"),
    Column("type", "Relationship", "type of the relationships; none of a node without one", rank=0),
    Column("end", "To", "name of the node at the end", rank=0),
    Column("end_kind", "", "kind of this node"),
    Column("end_key", "", "key of this node"),
    Column("directed", "", "false if the statement does not say which end is the start",
           type=FLAG),
    Column("number", "Number", "number of relationships of this type between the two",
           type=COUNT),
    Column("measure", "Measure", "property that the amounts are of"),
    Column("low", "Least", "the smallest amount", type=NUMBER),
    Column("high", "Most", "the largest amount", type=NUMBER),
    Column("goods", "Goods", "product, element or material of the relationships"),
    Column("period", "Period"),
    Column("source", "Source"),
)  # fmt: skip
MEASURES = ("share_usd", "share_tonnes", "share", "usd", "tonnes", "amount")
"""Properties that may be the main amount of a relationship, the first that it has."""
KEYS = ("iso3", "key", "symbol", "name")
"""Properties that name a node, the first that it has."""
Identity = tuple[str, str]
"""Kind and key of a node."""


@dataclass
class Network:
    """Nodes and relationships found in rows, each once."""

    statement: Statement
    nodes: dict[Identity, Mapping[str, Any]] = field(default_factory=dict)
    links: dict[tuple[Any, ...], tuple[Identity, Identity, bool, Mapping[str, Any]]] = field(
        default_factory=dict
    )
    loose: int = 0
    """Number of relationships whose ends the row does not have."""

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Add what one row holds."""
        for name, value in row.items():
            for node in _nodes(value):
                self.add_node(node)
            if _is_path(value):
                self.add_path(value, self.statement.directions.get(name, ()))
            elif _is_link(value):
                start, end, directed = self.statement.ends.get(name, ("", "", False))
                if _is_node(row.get(start)) and _is_node(row.get(end)):
                    self.add_link(row[start], row[end], value, directed=directed)
                else:
                    self.loose += 1

    def add_node(self, node: Mapping[str, Any]) -> Identity:
        """Add a node, unless it is known."""
        properties = node["properties"]
        key = next((str(properties[name]) for name in KEYS if name in properties), "?")
        identity = (node["label"], key)
        self.nodes.setdefault(identity, properties)
        return identity

    def add_path(self, path: Mapping[str, Any], signs: tuple[str, ...]) -> None:
        """Add the nodes and relationships of a path."""
        links = path["relationships"]
        if len(signs) != len(links):
            signs = (signs[0] if len(signs) == 1 else "",) * len(links)
        for link, sign, (one, other) in zip(links, signs, pairwise(path["nodes"]), strict=True):
            start, end = (other, one) if sign == "<" else (one, other)
            self.add_link(start, end, link, directed=sign in ("<", ">") and sign != "")

    def add_link(
        self, start: Mapping[str, Any], end: Mapping[str, Any], link: Mapping[str, Any], *,
        directed: bool,
    ) -> None:  # fmt: skip
        """Add a relationship between two nodes, unless it is known."""
        ends = self.add_node(start), self.add_node(end)
        properties = link["properties"]
        identity = (*ends, link["type"], str(properties.get("key", sorted(properties.items(),
                                                                          key=str))))  # fmt: skip
        self.links.setdefault(identity, (*ends, directed, link))


def rows_as_network(catalog: Catalog, table: pa.Table, statement: Statement) -> Answer:
    """Collect the nodes of rows, with the relationships whose ends the rows have too.

    A row names the ends of a relationship in a path; elsewhere the pattern of the statement says
    between which columns it stands. Relationships of one type between the same two nodes are one
    row, with their least and largest amount: amounts of different sets of data are not added up.

    Returns
    -------
    Answer
        One row for each pair of nodes and type, then for each node without a relationship; no
        rows if the table holds no node.
    """
    network = Network(statement)
    for row in objects_of(table):
        network.add_row(row)
    names = _names(catalog, network)
    rows = [*_joined(catalog, network, names), *_single(network, names)]
    links = pa.Table.from_pylist(rows, pa.schema([column.described for column in LINKS]))
    kinds = Counter(kind for kind, _ in network.nodes)
    types = Counter(link["type"] for *_, link in network.links.values())
    notes = [
        Note(f"{network.loose:,} more relationships have no ends in their rows: return the nodes "
             "at both ends too, as in RETURN a, r, b.")
    ] * bool(network.loose)  # fmt: skip
    counted = [
        number_of(sum(kinds.values()), "node"),
        number_of(sum(types.values()), "relationship"),
    ]
    parts = [
        ", ".join(f"{name} {count:,}" for name, count in some.items()) for some in (kinds, types)
    ]
    title = " and ".join(
        f"{count} ({part})" for count, part in zip(counted, parts, strict=True) if part
    )
    return Answer(
        " ".join(statement.text.split()), Terms(), links, LINKS, Coverage(), catalog.sources(links),
        notes=tuple(notes), sentence=Sentence(f"{title}." if rows else ""),
        picture="graphkit.plot.rows:nodes_of_rows", nothing=Absence("No row holds a node."),
    )  # fmt: skip


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and {*value} == {"label", "properties"}


def _is_link(value: Any) -> bool:
    return isinstance(value, dict) and {*value} == {"type", "properties"}


def _is_path(value: Any) -> bool:
    return isinstance(value, dict) and {*value} == {"nodes", "relationships"}


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the nodes in a value: itself, in a list, or of a path."""
    if _is_node(value):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif _is_path(value):
        yield from value["nodes"]


def _names(catalog: Catalog, network: Network) -> dict[Identity, str]:
    """Name the nodes: as the graph does in short, else by their own name or title."""
    names = {}
    for (kind, key), properties in network.nodes.items():
        own = next((properties[name] for name in ("short", "name", "title") if name in properties),
                   None)  # fmt: skip
        names[kind, key] = str(catalog.label(key) or own or key)
    return names


def _joined(
    catalog: Catalog, network: Network, names: Mapping[Identity, str]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield one row for the relationships of one type between the same two nodes."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for start, end, directed, link in network.links.values():
        groups.setdefault((start, end, link["type"], directed), []).append(link["properties"])
    for (start, end, kind, directed), several in groups.items():
        measure = next((name for name in MEASURES if name in several[0]), None)
        amounts = [some[measure] for some in several if measure and some.get(measure) is not None]
        goods = [some[name] for some in several for name in ("product", "element") if name in some]
        yield {
            "start": names[start], "start_kind": start[0], "start_key": start[1], "type": kind,
            "end": names[end], "end_kind": end[0], "end_key": end[1], "directed": directed,
            "number": len(several), "measure": measure, "low": min(amounts, default=None),
            "high": max(amounts, default=None),
            "goods": " + ".join(dict.fromkeys(catalog.label(key) or key for key in goods)) or None,
            "period": _joined_texts(several, "period"), "source": _joined_texts(several, "source"),
        }  # fmt: skip


def _joined_texts(several: list[Mapping[str, Any]], name: str) -> str | None:
    texts = sorted({str(some[name]) for some in several if some.get(name) is not None})
    return "+".join(texts) or None


def _single(network: Network, names: Mapping[Identity, str]) -> Iterator[dict[str, Any]]:
    """Yield one row for each node that no relationship ends at."""
    linked = {identity for start, end, *_ in network.links.values() for identity in (start, end)}
    for identity, properties in network.nodes.items():
        if identity not in linked:
            kind, key = identity
            yield {
                "start": names[identity], "start_kind": kind, "start_key": key,
                "source": properties.get("source"),
            }  # fmt: skip
