"""Descriptions of exported tables for those who harvest data: Frictionless and Croissant."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import parquet

from graphkit._version import __version__
from graphkit.build import Graph
from graphkit.kinds import Kind, Prop, Type

NAME = "graphkit-minerals"
TITLE = "graphkit: who depends on whom for critical minerals"
ABOUT = (
    "Sourced facts by country, element, stage, product and period: trade, production, reserves, "
    "capacity, owners, controls, claims. A table for each kind of node and relationship. Every "
    "fact names its source, whose licence and evidence stand in Source.parquet; conflicting "
    "figures stand side by side, and what is not known is empty."
)
HOMEPAGE = "https://pypi.org/project/graphkit-minerals/"
CITE = "graphkit, built from the sources named in Source.parquet"
PARQUET = "application/vnd.apache.parquet"
FRICTIONLESS = {
    Type.TEXT: "string", Type.NUMBER: "number", Type.INTEGER: "integer", Type.FLAG: "boolean",
    Type.PERIOD: "string", Type.DATE: "string", Type.TEXTS: "array",
}  # fmt: skip
"""Types of fields of a data package; a date may be a year or a month alone, and so is text."""
CROISSANT = {
    Type.TEXT: "sc:Text", Type.NUMBER: "sc:Float", Type.INTEGER: "sc:Integer",
    Type.FLAG: "sc:Boolean", Type.PERIOD: "sc:Text", Type.DATE: "sc:Text", Type.TEXTS: "sc:Text",
}  # fmt: skip
CONTEXT: Mapping[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/", "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs", "column": "cr:column", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "examples": {
        "@id": "cr:examples", "@type": "@json",
    }, "equivalentProperty": "cr:equivalentProperty", "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
    "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
"""Meanings of Croissant 1.0's own words, as its specification gives them."""


@dataclass(frozen=True)
class _Table:
    """Exported table, as both descriptions tell it."""

    kind: Kind
    columns: Sequence[Prop]
    size: int
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.kind.name}.parquet"

    @property
    def name(self) -> str:
        return _slug(self.kind.name)


def describe(folder: Path, graph: Graph) -> None:
    """Write ``datapackage.json`` and ``croissant.json`` beside the tables of a graph.

    Fields, units, keys, limits and references are those of the declaration of the graph; each
    table has its length and SHA-256.

    Parameters
    ----------
    folder : Path
        Holds a Parquet table for each kind with rows.
    graph : Graph
        What the tables were written from.

    References
    ----------
    Data Package (Frictionless Standards, version 2); Croissant Format Specification 1.0
    (MLCommons).
    """
    tables = [
        _table(kind, folder / f"{kind.name}.parquet")
        for kind in graph.schema.kinds
        if (folder / f"{kind.name}.parquet").exists()
    ]
    licences = _licences(graph)
    for name, description in (
        ("datapackage.json", _package(tables, licences)),
        ("croissant.json", _croissant(tables, licences)),
    ):
        text = json.dumps(description, indent=1, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def _table(kind: Kind, path: Path) -> _Table:
    known = {prop.name: prop for prop in (*kind.columns, *kind.stored)} | {
        f"{end.name}_kind": Prop(
            f"{end.name}_kind", Type.TEXT, "Kind of node.", required=True, one_of=end.kinds
        )
        for end in kind.ends
    }
    columns = [known[name] for name in parquet.read_schema(path).names]
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return _Table(kind, columns, path.stat().st_size, sha256)


def _licences(graph: Graph) -> list[str]:
    """List the licences of the sources, that of most sources first."""
    counts = Counter(
        licence
        for part in graph.parts
        if part.kind.name == "Source"
        for licence in part.rows()["licence"].to_pylist()
        if licence
    )
    return [licence for licence, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _said(prop: Prop) -> str:
    """Say what a field is, and in which unit."""
    return f"{prop.doc} Unit: {prop.unit}." if prop.unit else prop.doc


def _package(tables: Sequence[_Table], licences: Sequence[str]) -> dict[str, Any]:
    there = {table.kind.name: table for table in tables}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME, "title": TITLE, "description": ABOUT, "version": __version__,
        "homepage": HOMEPAGE,
        "licenses": [{"name": _slug(text), "title": text} for text in licences],
        "resources": [_resource(table, there) for table in tables],
    }  # fmt: skip


def _resource(table: _Table, there: Mapping[str, _Table]) -> dict[str, Any]:
    references = [
        {
            "fields": [prop.name],
            "reference": {
                "resource": there[prop.ref[0]].name, "fields": [there[prop.ref[0]].kind.key],
            },
        }
        for prop in table.columns
        if len(prop.ref) == 1 and prop.type is Type.TEXT and prop.ref[0] in there
    ]  # fmt: skip
    return {
        "name": table.name, "title": table.kind.name, "description": table.kind.doc,
        "path": table.file, "format": "parquet", "mediatype": PARQUET, "bytes": table.size,
        "hash": f"sha256:{table.sha256}",
        "schema": {
            "fields": [_field(prop) for prop in table.columns],
            "primaryKey": [table.kind.key],
            **({"foreignKeys": references} if references else {}),
        },
    }  # fmt: skip


def _field(prop: Prop) -> dict[str, Any]:
    limits = {
        "required": True if prop.required else None, "minimum": prop.minimum,
        "maximum": prop.maximum, "enum": list(prop.one_of) or None, "pattern": prop.pattern,
    }  # fmt: skip
    if prop.type is Type.TEXTS:  # its limits are those of each text in it
        limits = {"required": limits["required"]}
    constraints = {name: limit for name, limit in limits.items() if limit is not None}
    return {
        "name": prop.name, "type": FRICTIONLESS[prop.type], "description": _said(prop),
        **({"unit": prop.unit} if prop.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }  # fmt: skip


def _croissant(tables: Sequence[_Table], licences: Sequence[str]) -> dict[str, Any]:
    return {
        "@context": CONTEXT, "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME, "description": f"{TITLE}. {ABOUT}", "version": __version__,
        "url": HOMEPAGE, "citeAs": CITE, "license": list(licences),
        "distribution": [
            {
                "@type": "cr:FileObject", "@id": table.file, "name": table.file,
                "contentUrl": table.file, "contentSize": f"{table.size} B",
                "encodingFormat": "application/x-parquet", "sha256": table.sha256,
            }
            for table in tables
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet", "@id": table.kind.name, "name": table.kind.name,
                "description": table.kind.doc,
                "key": {"@id": f"{table.kind.name}/{table.kind.key}"},
                "field": [_croissant_field(table, prop) for prop in table.columns],
            }
            for table in tables
        ],
    }  # fmt: skip


def _croissant_field(table: _Table, prop: Prop) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field", "@id": f"{table.kind.name}/{prop.name}", "name": prop.name,
        "description": _said(prop), "dataType": CROISSANT[prop.type],
        "source": {"fileObject": {"@id": table.file}, "extract": {"column": prop.name}},
    }  # fmt: skip
    if prop.type is Type.TEXTS:
        described["repeated"] = True
    return described
