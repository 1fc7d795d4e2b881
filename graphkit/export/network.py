"""Conversion of the graph to a networkx multigraph, written as GraphML or GEXF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.build import Graph
from graphkit.export.tables import TradeNetwork

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
