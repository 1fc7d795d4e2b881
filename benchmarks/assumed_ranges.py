"""Widths of the ranges of origins, without and under assumptions, on the shipped data.

    python benchmarks/assumed_ranges.py

Every product with trade in 2024, by value; Korea, Japan, Germany and the United States; origins of
5 % and more as traced. Wanted under both assumptions, at the stages before a product's own: a
median of at most .45, and at most a tenth of the rows wider than .95. Then the drift of the lists:
shares of the EU study (2016-2020) against the tables of 2024, for products with both.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any

import graphkit
from graphkit.api import Session
from graphkit.errors import GraphkitError

COUNTRIES = ("KOR", "JPN", "DEU", "USA")
ASSUMPTIONS = (("makers",), ("inputs",), ("makers", "inputs"))
LEAST, WIDEST, NEWCOMER = 0.05, 0.95, 0.01
EU = "eu-crm-2023-annex-7"


def rows_of(graph: Session, assume: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the traced origins of every product that the countries buy."""
    for product in sorted(set(graph.catalog.traded["product"].to_pylist())):
        for country in COUNTRIES:
            try:
                answer = graph.origins(
                    country, scope=f"product:{product}", period="2024", assume=list(assume)
                )
            except GraphkitError:  # no trade in 2024, or none of the country
                continue
            for row in answer.rows.to_pylist():
                if row["low"] is not None and row["share"] >= LEAST:
                    yield row


def print_widths(label: str, rows: list[dict[str, Any]], low: str, high: str) -> None:
    widths = [
        row["high"] - row["low"] if row[low] is None else row[high] - row[low] for row in rows
    ]
    wide = sum(width > WIDEST for width in widths) / len(widths)
    print(f"  {label:16} median {median(widths):.3f}, above .95: {100 * wide:.1f} %")


def print_drift(graph: Session) -> None:
    tables: dict[tuple[str, str], dict[str, float]] = {}
    products = sorted(set(graph.catalog.rows("production-periods")["product"].to_pylist()))
    rows = graph.catalog.rows("production", products=products, periods=["2016-2020", "2024"])
    for row in rows.to_pylist():
        is_list = row["source"] == EU or row["tonnes"] is not None
        if row["type"] == "country" and row["share"] and is_list:
            tables.setdefault((row["product"], row["period"]), {})[row["country"]] = row["share"]
    print("list of 2016-2020 against 2024: largest moves in points, newcomers of 1 % and more")
    for product in products:
        old, new = tables.get((product, "2016-2020")), tables.get((product, "2024"))
        if old and new:
            moves = {c: 100 * (new[c] - old.get(c, 0.0)) for c in new}
            country = max(moves, key=lambda name: abs(moves[name]))
            late = [c for c in new if c not in old and new[c] >= NEWCOMER]
            print(f"  {product:22} {country} {moves[country]:+5.1f}  {', '.join(late)}")


def main() -> None:
    with graphkit.open() as graph:
        for assume in ASSUMPTIONS:
            rows = list(rows_of(graph, assume))
            own = [row for row in rows if row["traced_to"] == row["stage"]]
            earlier = [row for row in rows if row["traced_to"] != row["stage"]]
            for stage, some in (("own stage", own), ("earlier stages", earlier)):
                if assume == ASSUMPTIONS[0]:
                    print(f"{stage}: {len(some)} rows")
                    print_widths("free", some, "low", "high")
                else:
                    print(stage)
                print_widths("+".join(assume), some, "assumed_low", "assumed_high")
        print_drift(graph)


if __name__ == "__main__":
    main()
