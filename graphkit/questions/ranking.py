"""A table of scores as an answer: its columns, and in words what its numbers are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.network.scores import MEASURES
from graphkit.errors import UsageError
from graphkit.questions.facts import Facts
from graphkit.questions.origins import check_measure

HEADS = {
    "strength_in": "Bought", "strength_out": "Sold", "pagerank": "PageRank",
    "cheirank": "CheiRank", "hub": "Hub", "authority": "Authority", "eigenvector": "Eigenvector",
    "closeness_in": "Closeness in", "closeness_out": "Closeness out",
    "harmonic_in": "Harmonic in", "harmonic_out": "Harmonic out", "betweenness": "Betweenness",
    "throughput": "Throughput",
}  # fmt: skip
NETWORK = {
    "rank": "1 is the highest score of the first measure; equal scores share a rank",
    "nodes": "how many nodes the network has; n where scores are normalised",
    "pairs": "how many pairs of nodes have a flow in it",
    "min_flow": "the smallest flow of a pair that is kept",
    "flow_share": "0 to 1, of all flows, what is kept",
    "missing_tonnes_share": "0 to 1, of the value of all flows, what gives no mass",
}
CLOSENESS = (
    "Closeness is decided by the smallest flows on the way: give --min-flow, or ask for "
    "harmonic_in or harmonic_out."
)


def check_asked(measures: Sequence[str], by: str, min_flow: float, top: int | None) -> None:
    """Refuse what is no measure, no amount or no number of ranks, before anything is read."""
    wrong = [name for name in measures if name not in MEASURES]
    if wrong or not measures:
        found = ", ".join(map(repr, wrong)) or "none"
        raise UsageError(f"--measure: found {found}, wanted some of {', '.join(MEASURES)}")
    if len(set(measures)) < len(measures):
        raise UsageError(f"--measure: found {', '.join(measures)}, wanted each once")
    check_measure(by)
    if not 0 <= min_flow < float("inf"):
        raise UsageError(f"--min-flow: found {min_flow:g}, wanted 0 or more")
    if top is not None and top < 1:
        raise UsageError(f"--top: found {top}, wanted 1 or more")


def with_names(facts: Facts, table: pa.Table) -> pa.Table:
    """With the name of each country after its code."""
    column = table["country"].to_pylist()
    names = {key: facts.places.with_key(key).name for key in set(column)}
    place = table.column_names.index("country") + 1
    return table.add_column(place, "name", pa.array([names[key] for key in column], pa.string()))


def with_labels(
    table: pa.Table, same: Mapping[str, str | float | None], of: pa.Table | None = None
) -> pa.Table:
    """With columns that are the same in each row, and those of a table by ``period``."""
    for name, value in same.items():
        kind = pa.float64() if isinstance(value, float) else pa.string()
        table = table.append_column(name, pa.array([value] * len(table), kind))
    if of is None:
        return table
    said = {row.pop("period"): row for row in of.to_pylist()}
    periods = table["period"].to_pylist()
    for name in of.column_names:
        if name != "period":
            column = [said[period][name] for period in periods]
            table = table.append_column(name, pa.array(column, pa.string()))
    return table


def behind_each_period(facts: Facts, flows: pa.Table) -> pa.Table:
    """Products, stages, codes, data sets and sources of all flows of a period, joined by ``+``."""
    found: dict[str, dict[str, set[str]]] = {}
    names = ("product", "hs", "reporter", "dataset", "source")
    rows = flows.select(["period", *names]).group_by(["period", *names]).aggregate([])
    for row in rows.to_pylist():
        said = found.setdefault(row["period"], {name: set() for name in ("stage", *names)})
        said["stage"].add(facts.materials.products[row["product"]]["stage"])
        for name in names:
            said[name].add(row[name])
    heads = {"product": "products", "stage": "stages"}
    return pa.Table.from_pylist([
        {"period": period,
         **{heads.get(n, n): "+".join(sorted(values - {None})) for n, values in said.items()}}
        for period, said in sorted(found.items())
    ])  # fmt: skip


def best(rows: pa.Table, top: int | None) -> pa.Table:
    """Only the first ranks; where there is no score, every row."""
    if top is None:
        return rows
    return rows.filter(pc.fill_null(pc.less_equal(rows["rank"], top), True))


def units_of(table: pa.Table, measures: Iterable[str]) -> dict[str, str]:
    """How each score is normalised, and what the other numbers are."""
    fields = {name: table.schema.field(name).metadata for name in measures}
    said = {n: f"{m[b'unit'].decode()}; {m[b'doc'].decode()}" for n, m in fields.items()}
    return {**said, **NETWORK}


def in_words(
    table: pa.Table, heads: Mapping[str, str], *, nodes: str, least: str, amounts: str
) -> str:
    """How large the networks are, what was left out of them, and what each score is.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of :data:`NETWORK`.
    heads : mapping
        Measures, the one that ranks first, and what people read for them.
    nodes, least, amounts : str
        What the nodes are, the smallest flow kept, and what strengths are sums of.
    """
    sizes = f"{_range(table, 'nodes')} {nodes} and {_range(table, 'pairs')} pairs with a flow"
    kept = f"smallest flow kept: {least}"
    share = table["flow_share"]
    low, high = (100 * f(share).as_py() for f in (pc.min, pc.max))
    if low < 100:
        part = f"{low:.1f} %" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f} %"
        kept += f" ({part} of all flows)"
    by: dict[str, list[str]] = {}
    for name, head in heads.items():
        how = amounts if name.startswith("strength") else MEASURES[name].normalisation
        by.setdefault(how, []).append(head)
    said = "".join(f" {', '.join(names)}: {how}." for how, names in by.items())
    return f"Rank by {next(iter(heads.values()))}. {sizes}; {kept}.{said}"


def hints(table: pa.Table, measures: Iterable[str], min_flow: float) -> list[str]:
    """What to know of a measure before it is cited."""
    found = [CLOSENESS] if not min_flow and any(m.startswith("closeness") for m in measures) else []
    if "eigenvector" in measures and table["eigenvector"].null_count:
        found.append("Eigenvector: where no flow goes in a circle, or two circles are equally "
                     "strong, there is no such score.")  # fmt: skip
    return found


def leaders(table: pa.Table, measures: Iterable[str]) -> list[str]:
    """Who is first in how many periods, by each measure."""
    periods = len(pc.unique(table["period"]))
    found = []
    for name in measures:
        most = table.group_by("period").aggregate([(name, "max")])
        highest = dict(
            zip(most["period"].to_pylist(), most[f"{name}_max"].to_pylist(), strict=True)
        )
        rows = table.select(["period", "country", name]).to_pylist()
        first = Counter(
            row["country"] for row in rows
            if row[name] is not None and row[name] == highest[row["period"]]
        )  # fmt: skip
        order = sorted(first.items(), key=lambda item: (-item[1], item[0]))
        said = ", ".join(f"{country} {count}" for country, count in order)
        if said:
            found.append(f"First by {HEADS[name]} in how many of {periods} periods: {said}.")
    return found


def _range(table: pa.Table, name: str) -> str:
    low, high = (f(table[name]).as_py() for f in (pc.min, pc.max))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
