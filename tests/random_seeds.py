"""Seeds made by chance of every kind that the schema knows: small, dense, and right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from graphkit.errors import SeedError
from graphkit.schema import GRAPH, Kind, Prop, Type
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

FACTS = 50
"""Rows of each kind of relationship, before those that are wrong are taken out."""
KEYS = {
    "Application": ("wind-turbines", "ev-motors"),
    "Area": ("WLD", "EU27", "S19"),
    "Company": ("a-mining", "b-holding", "government-chn"),
    "Claim": tuple(f"claim-{n}" for n in range(FACTS)),
    "Code": ("280530", "284690", "850511"),
    "Control": ("announcement-18", "regulation-11"),
    "Country": ("CHN", "JPN", "KOR", "DEU"),
    "Dataset": ("a", "b", "c"),
    "Element": ("Dy", "REE"),
    "Facility": ("a-mine", "b-plant", "c-group"),
    "Indicator": ("political-stability", "control-of-corruption"),
    "Ore": ("bayan-obo", "longnan"),
    "Product": ("rare-earth-ore", "dy-oxide", "ree-metals"),
    "ReportingGap": ("a-gap",),
    "Sector": ("C26", "C27"),
    "Source": ("customs", "usgs"),
    "Target": ("kor-one-country-graphite", "eu-extraction"),
    "Technology": ("wind-direct-drive", "ev-motor"),
    "Stage": ("mine", "separate", "metal"),
}
"""Those that the shipped queries begin with are among them."""
REPORTERS = {"a": "importer", "b": "exporter", "c": "reconciled"}
"""Whose reports each data set holds."""
PERIODS = ("2022", "2023", "2024", "2024-Q1")
DATES = ("2023-01-01", "2024-06-30", "2025-04-04")


ONE_SERIES = {
    "product": "dy-oxide", "reporter": "importer", "dataset": "a", "source": "customs",
    "hs": "284690", "hs_revision": "HS22", "basis": "gross", "valuation": "cif",
}  # fmt: skip
"""What all trade has in common where it may be added up."""


def random_facts(
    folder: Path, random: Random, *, sparse: bool = False, one_series: bool = False
) -> Facts:
    """Write seeds by chance and read them: without half of the kinds of relationships if sparse."""
    folder.mkdir()
    files = {kind.name: _rows(kind, random) for kind in GRAPH.seeded}
    if sparse:
        edges = [kind.name for kind in GRAPH.seeded if kind.is_edge]
        for name in random.sample(edges, len(edges) // 2):
            del files[name]
    if one_series and "EXPORTS" in files:
        files["EXPORTS"] = [row | ONE_SERIES for row in files["EXPORTS"]]
    while True:
        for name, rows in files.items():
            lines = [f"kind: {name}", "rows:", *(f"  - {json.dumps(row)}" for row in rows)]
            (folder / f"{name}.yaml").write_text("\n".join(lines) + "\n")
        try:
            return read_seeds(folder)
        except SeedError as error:
            wrong = {(p.file.removesuffix(".yaml"), p.line - 3) for p in error.problems}
            files = {
                name: [row for n, row in enumerate(rows) if (name, n) not in wrong]
                for name, rows in files.items()
            }


def _rows(kind: Kind, random: Random) -> list[dict[str, Any]]:
    keys = KEYS.get(kind.name) or [f"{kind.name.lower()}-{n}" for n in range(FACTS)]
    rows = []
    for key in keys:
        row = {
            prop.name: _value(prop, random)
            for prop in kind.columns
            if prop.required or (not prop.pattern and random.random() < 0.7)
        }
        if kind.name == "Dataset":
            row |= {"reporter": REPORTERS[key], "hs_revision": None, "valuation": None}
            # tests/test_unlisted.py draws data sets of which only some flows are listed
            row |= {"extent": None, "largest": None, "world_share": None}
            row["preference"] = row.get("preference") or random.randint(1, 9)
        if kind.name == "EXPORTS":
            row["reporter"] = REPORTERS[row["dataset"]]
        if kind.name == "Element":
            row |= {"type": "group" if key == "REE" else "element", "atomic_number": None}
        rows.append(row if kind.is_edge else {**row, kind.key: key})
    return rows


def _value(prop: Prop, random: Random) -> Any:
    """A value of a property, as seeds write it; numbers are whole, so that any sum is exact."""
    known = [key for name in prop.ref for key in KEYS[name]]
    if prop.type is Type.TEXTS:
        return random.sample(known or ["a", "b", "c"], random.randint(0, 2))
    choices: dict[Type, Callable[[], Any]] = {
        Type.TEXT: lambda: random.choice(known or prop.one_of or ("a", "b")),
        Type.PERIOD: lambda: random.choice(PERIODS),
        Type.DATE: lambda: random.choice(DATES),
        Type.NUMBER: lambda: _number(prop, random),
        Type.INTEGER: lambda: str(random.randint(1, 7)),
        Type.FLAG: lambda: random.choice(("true", "false")),
    }
    return choices[prop.type]()


def _number(prop: Prop, random: Random) -> str:
    return random.choice(("0", "0.25", "0.5")) if prop.maximum == 1 else str(random.randint(0, 400))
