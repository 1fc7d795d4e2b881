"""Random slices of the shipped seeds, and in plain Python what a database that holds one tells."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from chance import SEED

from graphkit.arrow import coded, without_codes
from graphkit.build import Graph
from graphkit.schema import REVISION_YEARS
from graphkit.seeds.check import Facts

FACTS = ("PRODUCES", "HOLDS", "REPORTS", "RATED", "TRADED_AS", "CONTAINS", "MADE_INTO")
"""Kinds of relationships that a slice has some, all or none of."""
LEAVES = ("Claim", "Control")
"""Kinds of nodes that nothing but claims on a control needs: they come and go with their edges."""
ADDED = ("Q01", "Q02", "Q03")
"""Codes of places that no shipped seed has: each is a country or an area, or is not there."""
NEVER = "1994"
"""A year without a shipped flow: that of the flows that are added."""


def slice_of(whole: Facts, number: int, most: int | None = None) -> Facts:
    """Return the slice of a number, always the same: some products and years, edited.

    Rows of every kind are removed, changed and added. With ``most``, it has about so few flows.
    """
    random = Random(SEED + number)
    tables = dict(whole.tables)
    trade = part_of_trade(_of_complete_data_sets(whole), random, most)
    lost = random.choice((0, 0, 0.01, 0.3))
    trade = _edited(trade.filter(_chosen(len(trade), lost, random, chosen=False)), random)
    for kind in FACTS:
        tables[kind] = _edited(_some(whole[kind], random), random)
    for kind in LEAVES:
        tables[kind] = _some(whole[kind], random)
    tables["Claim"] = _on_acts_there(tables["Claim"], tables["Control"])
    tables["Country"] = _renamed(whole["Country"], random)
    places = {code: random.choice(("Country", "Area", "")) for code in ADDED}
    for kind in ("Country", "Area"):
        codes = [code for code, is_a in places.items() if is_a == kind]
        tables[kind] = _with_places(tables[kind], codes)
    there = [code for code, is_a in places.items() if is_a]
    tables["EXPORTS"] = _with_flows(trade, there, random)
    return replace(whole, tables=tables)


def _of_complete_data_sets(whole: Facts) -> pa.Table:
    """Keep the trade of data sets that list every flow, whose shares are points."""
    sets = whole["Dataset"].to_pylist()
    complete = pa.array([row["key"] for row in sets if row["extent"] in (None, "all")])
    trade = whole["EXPORTS"]
    return trade.filter(pc.is_in(trade["dataset"].cast(pa.string()), complete))


def _on_acts_there(claims: pa.Table, controls: pa.Table) -> pa.Table:
    """Keep the claims that are on no control, or on one that is there."""
    acts = claims["control"].cast(pa.string())
    there = pc.is_in(acts, pc.unique(controls["key"].cast(pa.string())))
    return claims.filter(pc.or_(pc.is_null(acts), there))


def part_of_trade(trade: pa.Table, random: Random, most: int | None) -> pa.Table:
    """Keep the flows of some products and years: of few, if there are to be few flows."""
    products = sorted(trade["product"].unique().to_pylist())
    years = sorted(set(trade["period"].unique().to_pylist()))
    if most is None and random.random() < 0.4:
        return trade
    several = random.randint(len(products) // 4, len(products)) if most is None else 3
    first = random.randrange(len(years))
    last = random.randint(first, len(years) - 1) if most is None else first + random.randint(0, 9)
    wanted = random.sample(products, random.randint(1, several))
    rows = trade.filter(
        pc.and_(
            pc.is_in(trade["product"].cast(pa.string()), pa.array(wanted)),
            pc.is_in(trade["period"].cast(pa.string()), pa.array(years[first : last + 1])),
        )
    )
    if not len(rows):
        return part_of_trade(trade, random, most)
    return rows.slice(0, most)


def _chosen(rows: int, share: float, random: Random, *, chosen: bool = True) -> pa.Array:
    """Choose a share of rows by chance."""
    values = np.random.default_rng(random.randrange(2**32)).random(rows) < share
    return pa.array(values if chosen else ~values)


def _some(table: pa.Table, random: Random) -> pa.Table:
    share = random.choice((0, 0.01, 0.5, 0.99, 1, 1, 1))
    return table.filter(_chosen(len(table), share, random))


def _edited(table: pa.Table, random: Random) -> pa.Table:
    """Change a number of some rows."""
    names = [n for n in ("usd", "tonnes", "value") if n in table.column_names]
    if not names or random.random() < 0.4:
        return table
    name = random.choice(names)
    place = table.column_names.index(name)
    other = pc.multiply(table[name], random.choice((0.5, 2.0, 1000.25)))
    mask = _chosen(len(table), random.choice((0.001, 0.1, 1)), random)
    return table.set_column(place, name, pc.if_else(mask, other, table[name]))


def _renamed(countries: pa.Table, random: Random) -> pa.Table:
    """Change the aliases of some countries, or leave them without."""
    rows = countries.to_pylist()
    for row in random.sample(rows, random.randint(0, 5)):
        row["aliases"] = random.choice((None, ["One", "Two"], [*(row["aliases"] or ()), "More"]))
    return _table(rows, countries.schema)


def _table(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Make a table of rows with the columns of another."""
    types = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in schema]
    fields = [field.with_type(type_) for field, type_ in zip(schema, types, strict=True)]
    return coded(pa.Table.from_pylist(list(rows), pa.schema(fields)))


def _with_places(table: pa.Table, codes: Sequence[str]) -> pa.Table:
    kept = {"iso3", "name", "type", "source"}
    first = {k: v if k in kept else None for k, v in table.slice(0, 1).to_pylist()[0].items()}
    rows = [first | {"iso3": code, "name": f"Place {code}"} for code in codes]
    return coded(
        pa.concat_tables([without_codes(table), without_codes(_table(rows, table.schema))])
    )


def _with_flows(trade: pa.Table, places: Sequence[str], random: Random) -> pa.Table:
    """Add flows to and from places, and of a year that the shipped ones lack."""
    models = trade.slice(0, 200).to_pylist()
    added = {}
    for row in random.sample(models, min(len(models), random.choice((0, 1, 100)))):
        row["period"] = NEVER
        if places:
            row[random.choice(("exporter", "importer"))] = random.choice(places)
        added[tuple(row[k] for k in ("exporter", "importer", "product", "hs", "hs_revision"))] = row
    rows = [row for row in added.values() if row["exporter"] != row["importer"]]
    return coded(
        pa.concat_tables([without_codes(trade), without_codes(_table(rows, trade.schema))])
    )


def expected_digest(graph: Graph) -> str:
    """Compute the digest that docs/guarantees.md defines, row by row."""
    lines = sorted(line.encode() for line in expected_lines(graph))
    return hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


def expected_lines(graph: Graph) -> Iterator[str]:
    """Write each node and relationship of a graph as docs/guarantees.md says."""
    for part in graph.parts:
        names = [p.name for p in part.kind.stored if p.name != "graphkit"]
        for row in part.rows().to_pylist():
            key = row[part.kind.key]
            fields = [part.kind.name, f"{key + 2**63:016x}" if part.kind.is_edge else key]
            for end, kind in zip(part.kind.ends, part.ends, strict=False):
                fields += [kind.name, row[end.name]]
            values = {name: row[name] for name in names if row[name] is not None}
            text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            yield "\t".join([*fields, text])


FLOWS = (
    "MATCH ()-[f:EXPORTS]->() RETURN f.product AS product, "
    "f.period AS period, count(*) AS flows, sum(f.usd) AS usd ORDER BY product, period"
)
SHARES = (
    "MATCH (c {iso3: $consumer})-[d:DEPENDS_ON {product: $product, period: $period}]->(s) "
    "RETURN s.iso3 AS supplier, d.share_usd AS share ORDER BY supplier"
)


def expected_flows(facts: Facts) -> dict[tuple[str, str], tuple[int, float]]:
    """Count the flows of each product and period, and add up their values."""
    flows: Counter[tuple[str, str]] = Counter()
    usd: dict[tuple[str, str], list[float]] = defaultdict(list)
    columns = [facts["EXPORTS"][name].to_pylist() for name in ("product", "period", "usd")]
    for product, period, value in zip(*columns, strict=True):
        flows[product, period] += 1
        usd[product, period].append(value or 0.0)
    return {key: (count, math.fsum(usd[key])) for key, count in flows.items()}


def any_imports(facts: Facts, random: Random) -> tuple[str, str, str]:
    """Return the importer, product and period of a flow."""
    trade = facts["EXPORTS"]
    row = trade.slice(random.randrange(len(trade)), 1).to_pylist()[0]
    return row["importer"], row["product"], row["period"]


def expected_shares(facts: Facts, importer: str, product: str, period: str) -> dict[str, float]:
    """Compute the shares by value of those whom a country imports a product from.

    Of two data sets the preferred one counts, which has the product in that period for whomever;
    a remnant of a code never does.
    """
    trade = facts["EXPORTS"]
    texts = {n: trade[n].cast(pa.string()) for n in ("product", "period")}
    rows = trade.filter(
        pc.and_(pc.equal(texts["product"], product), pc.equal(texts["period"], period))
    ).to_pylist()
    since = {
        (row["product"], row["code"]): REVISION_YEARS[row["remnant_since"]]
        for row in facts["TRADED_AS"].to_pylist() if row["remnant_since"]
    }  # fmt: skip
    rows = [row for row in rows if int(period[:4]) < since.get((product, row["hs"]), 9999)]
    if not rows:
        return {}
    order = {row["key"]: (row["preference"], row["key"]) for row in facts["Dataset"].to_pylist()}
    best = min((row["dataset"] for row in rows), key=order.__getitem__)
    usd: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["dataset"] == best and row["importer"] == importer:
            usd[row["exporter"]] += row["usd"] or 0.0
    total = math.fsum(usd.values())
    return {supplier: value / total for supplier, value in usd.items()} if total else {}
