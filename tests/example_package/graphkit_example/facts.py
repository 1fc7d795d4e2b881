"""The whole graph as lines of JSON, a fact each."""

from __future__ import annotations

from pathlib import Path

from graphkit.build import Graph
from graphkit.export.write import GraphFormat
from graphkit.render.json import json_text, objects_of


def write(graph: Graph, path: Path) -> None:
    """Write the facts of every kind."""
    with path.open("w", encoding="utf-8") as stream:
        for part in graph.parts:
            for row in objects_of(part.rows()):
                stream.write(json_text({"kind": part.kind.name, **row}) + "\n")


FORMAT = GraphFormat("file", write)
