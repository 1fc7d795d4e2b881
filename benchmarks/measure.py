"""``graphkit measure`` on a folder of Parquet files against a loop over networkx graphs.

``python benchmarks/measure.py [MEASURE ...] [--edges 4000] [--products 360]``: each product (an
element at a stage) has 30 years of a network of 230 countries. Both go from files to a file: ours
with all products, networkx with one before and one after ours. Its time is scaled to all, and its
results are compared with ours.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from graphkit import measure_flows
from graphkit.analysis.network.scores import is_fast

COUNTRIES, YEARS = 230, 30
NAMES = pa.array([f"C{i:03}" for i in range(COUNTRIES)])


def write_flows(folder: Path, products: int, edges: int) -> None:
    """Write one file per product, unordered; sizes are spread over five orders of magnitude."""
    random = np.random.default_rng(5)
    years = np.repeat(np.arange(1995, 1995 + YEARS), edges).astype(str)
    for number in range(products):
        pairs = [random.choice(COUNTRIES**2, edges, replace=False) for _ in range(YEARS)]
        seller, buyer = np.divmod(np.concatenate(pairs), COUNTRIES)
        table = pa.table({
            "supplier": NAMES.take(pa.array(seller)), "consumer": NAMES.take(pa.array(buyer)),
            "period": years, "usd": random.lognormal(0, 2.5, len(seller)),
        })  # fmt: skip
        product = folder / f"product=p{number:03}"
        product.mkdir(parents=True)
        parquet.write_table(table, product / "flows.parquet")


def graph_of(flows: pa.Table, *, distance: bool = False) -> Any:
    graph = nx.DiGraph()
    amounts = pc.divide(1.0, flows["usd"]) if distance else flows["usd"]
    columns = (flows["supplier"], flows["consumer"], amounts)
    graph.add_weighted_edges_from(zip(*(c.to_pylist() for c in columns), strict=True))
    return graph


def shares(flows: pa.Table) -> dict[Any, float]:
    graph, found = graph_of(flows), {}
    for node, total in graph.in_degree(weight="weight"):
        for seller, _, flow in graph.in_edges(node, data="weight"):
            found[node, seller] = flow / total
    return found


def concentration(flows: pa.Table) -> dict[Any, float]:
    graph, found = graph_of(flows), {}
    for node, total in graph.in_degree(weight="weight"):
        if total:
            edges = graph.in_edges(node, data="weight")
            found[node,] = 10_000 * sum((flow / total) ** 2 for *_, flow in edges)
    return found


def pagerank(flows: pa.Table, **settling: float) -> dict[Any, float]:
    return {(node,): score for node, score in nx.pagerank(graph_of(flows), **settling).items()}


def betweenness(flows: pa.Table) -> dict[Any, float]:
    scores = nx.betweenness_centrality(graph_of(flows, distance=True), weight="weight")
    return {(node,): score for node, score in scores.items()}


RIVALS: dict[str, tuple[Callable[[pa.Table], dict[Any, float]], str, tuple[str, ...]]] = {
    "shares": (shares, "share_usd", ("consumer", "supplier")),
    "concentration": (concentration, "hhi", ("consumer",)),
    "pagerank": (pagerank, "pagerank", ("country",)),
    "betweenness": (betweenness, "betweenness", ("country",)),
}


def same(ours: pa.Table, theirs: dict[Any, float], column: str, keys: tuple[str, ...]) -> None:
    found = dict(zip(
        zip(*(ours[key].to_pylist() for key in keys), strict=True),
        ours[column].to_pylist(), strict=True,
    ))  # fmt: skip
    assert found.keys() == theirs.keys()
    for key, value in theirs.items():
        assert abs(found[key] - value) <= 1e-7 * abs(value) + 1e-12, (key, found[key], value)


def timed(work: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work(*given)
    return time.perf_counter() - start, found


def loop(name: str, flows: Path, out: Path) -> dict[str, dict[Any, float]]:
    """networkx, year by year, from a file to a file as ours."""
    rival, column, keys = RIVALS[name]
    table = parquet.read_table(flows, partitioning=None)
    years = table["period"].unique().to_pylist()
    results = {year: rival(table.filter(pc.equal(table["period"], year))) for year in years}
    labels = [[year, *key] for year, found in results.items() for key in found]
    names = dict(zip(("period", *keys), zip(*labels, strict=True), strict=True))
    scores = [score for found in results.values() for score in found.values()]
    parquet.write_table(pa.table({**names, column: scores}), out)
    return results


def race(name: str, folder: Path, scratch: Path, edges: int) -> None:
    """Ours on all products, networkx on one before and on one after that, and the ratio."""
    _, column, keys = RIVALS[name]
    files, out = sorted(folder.glob("*/*.parquet")), scratch / "out.parquet"
    plain = scratch / "networkx.parquet"
    small = parquet.read_table(files[0], partitioning=None).slice(0, edges)
    parquet.write_table(small.append_column("product", pa.array(["p"] * edges)), plain)
    measure_flows(plain, name, out)  # compiles what is compiled
    before, first = timed(loop, name, files[0], plain)
    ours, _ = timed(measure_flows, folder, name, out)
    after, second = timed(loop, name, files[1], plain)
    theirs = (before + after) / 2 * len(files)
    compiled = ", compiled" if name == "betweenness" and is_fast() else ""
    what = f"{name}{compiled}, {len(files) * YEARS:,} networks of {COUNTRIES} countries"
    print(f"{what}, {edges:,} flows each: {ours:.1f} s\nnetworkx, scaled: {theirs:.0f} s")
    print(f"{what}: {theirs / ours:.0f} times as fast\n", flush=True)
    for file, results in ((files[0], first), (files[1], second)):
        product = file.parent.name.removeprefix("product=")
        written = parquet.read_table(out, filters=[("product", "=", product)])
        table = parquet.read_table(file, partitioning=None)
        for year, result in results.items():
            if name == "pagerank":  # networkx stops early unless it is asked not to
                flows = table.filter(pc.equal(table["period"], year))
                result = pagerank(flows, tol=1e-12, max_iter=1000)
            same(written.filter(pc.equal(written["period"], year)), result, column, keys)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("measures", nargs="*", default=[], choices=[*RIVALS, []])
    parser.add_argument("--edges", type=int, default=4_000)
    parser.add_argument("--products", type=int, default=360)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "flows"
        write_flows(folder, given.products, given.edges)
        for name in given.measures or RIVALS:
            race(name, folder, Path(scratch), given.edges)


if __name__ == "__main__":
    main()
