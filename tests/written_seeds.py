"""A small market made by chance, as rows, and the many ways to write the same rows down."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from pyarrow import parquet

Rows = list[dict[str, Any]]
Seeds = Mapping[str, Rows]

COUNTRIES = {
    "CHN": ("China", "CN", ["People's Republic of China"]),
    "DEU": ("Germany", "DE", ["Deutschland"]),
    "JPN": ("Japan", "JP", ["Nippon"]),
    "KOR": ("South Korea", "KR", ["Korea"]),
    "MYS": ("Malaysia", "MY", []),
    "VNM": ("Viet Nam", "VN", ["Vietnam"]),
}
PRODUCTS = {
    "ore": ("Ores", "mine", "oxide", "253090"),
    "oxide": ("Oxides", "separate", "alloy", "284690"),
    "alloy": ("Alloys and metals", "metal", "magnet", "280530"),
    "magnet": ("Magnets", "component", None, "850511"),
}
PERIODS = ("2023", "2024")
AMOUNTS = ("usd", "tonnes")


def market(random: Random) -> dict[str, Rows]:
    """Rows of every kind that the questions read; all amounts are whole."""
    stages = ("mine", "separate", "metal", "component")
    seeds: dict[str, Rows] = {
        "Source": [{"key": "s", "title": "A source", "publisher": "P", "licence": "public domain"}],
        "Stage": [{"key": k, "name": k.title(), "position": n} for n, k in enumerate(stages, 1)],
        "Country": [
            {"iso3": key, "name": name, "iso2": iso2, "type": "country", "aliases": aliases}
            for key, (name, iso2, aliases) in COUNTRIES.items()
        ],
        "Area": [{"iso3": "WLD", "name": "World", "type": "world"}],
        "Element": [{"key": "REE", "name": "Rare earths", "type": "group", "aliases": ["REEs"]},
                    {"key": "Nd", "name": "Neodymium", "type": "element", "member_of": ["REE"]}],
        "Code": [{"code": code, "description": name} for name, _, _, code in PRODUCTS.values()],
        "Product": [
            {"key": key, "name": name, "stage": stage,
             "aliases": [f"rare-earth {key}"]}
            for key, (name, stage, _, _) in PRODUCTS.items()
        ],
        "CONTAINS": [{"product": key, "element": "Nd", "role": "main"} for key in PRODUCTS],
        "MADE_INTO": [
            {"input": key, "output": into, "process": "a process", "kind": "main"}
            for key, (_, _, into, _) in PRODUCTS.items() if into
        ],
        "TRADED_AS": [{"product": key, "code": code, "revision": "HS92", "fit": "exact"}
                      for key, (_, _, _, code) in PRODUCTS.items()],
        "Dataset": [{"key": "d", "name": "D", "reporter": "importer", "preference": "1"}],
        "EXPORTS": [], "PRODUCES": [],
        "Claim": [
            {"key": "kor-magnets", "kind": "share", "consumer": "KOR", "supplier": "CHN",
             "product": "magnet", "period": "2024", "value": 0.6, "measure": "imports",
             "basis": "usd", "statement": "q"},
        ],
    }  # fmt: skip
    for period in PERIODS:
        for product, (_, _, _, code) in PRODUCTS.items():
            for exporter in random.sample([*COUNTRIES], 4):
                for importer in random.sample(sorted(COUNTRIES.keys() - {exporter}), 4):
                    tonnes = None if random.random() < 0.1 else random.randint(1, 400)
                    seeds["EXPORTS"].append(
                        {"exporter": exporter, "importer": importer, "product": product,
                         "hs": code, "hs_revision": "HS92", "reporter": "importer",
                         "dataset": "d", "period": period, "usd": random.randint(1, 9000),
                         "tonnes": tonnes}
                    )  # fmt: skip
            makers = {c: random.randint(100, 3000) for c in random.sample([*COUNTRIES], 3)}
            makers["WLD"] = sum(makers.values())
            seeds["PRODUCES"] += [
                {"country": c, "product": product, "period": period, "tonnes": t, "basis": "gross"}
                for c, t in makers.items()
            ]
    return {
        kind: [row if kind == "Source" else {**row, "source": "s"} for row in rows]
        for kind, rows in seeds.items()
    }


def shuffled(seeds: Seeds, random: Random) -> dict[str, Rows]:
    """The same rows in another order, and so their keys."""
    kinds = random.sample([*seeds], len(seeds))
    return {
        kind: [
            {name: row[name] for name in random.sample([*row], len(row))}
            for row in random.sample(seeds[kind], len(seeds[kind]))
        ]
        for kind in kinds
    }


def as_yaml(kind: str, rows: Rows, table: str = "") -> str:
    """One kind as a seed file, or as the head of a table."""
    if table:
        return f"kind: {kind}\ntable: {table}\n"
    lines = [
        "  - " + json.dumps({k: v if isinstance(v, list) else str(v) for k, v in row.items()
                             if v is not None}, ensure_ascii=False)
        for row in rows
    ]  # fmt: skip
    return "\n".join([f"kind: {kind}", "rows:", *lines]) + "\n"


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: Rows) -> bytes:
    floats = dict.fromkeys(AMOUNTS, pa.float64())
    schema = pa.schema([(name, floats.get(name, pa.string())) for name in rows[0]])
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows, schema), buffer)
    return buffer.getvalue()


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a folder of seeds anew."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def plain(seeds: Seeds) -> dict[str, str | bytes]:
    """One file a kind."""
    return {f"{kind}.yaml": as_yaml(kind, rows) for kind, rows in seeds.items()}


def with_reference(seeds: Seeds) -> dict[str, str | bytes]:
    """One file a kind, in the folders where importers look for them."""
    facts = ("EXPORTS", "PRODUCES", "Claim")
    return {
        name if name.removesuffix(".yaml") in facts else f"reference/{name}": text
        for name, text in plain(seeds).items()
    }
