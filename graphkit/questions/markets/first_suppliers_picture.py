"""Pictures of the first suppliers of buyers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.plot.canvas import Framed, Layout, framed
from graphkit.plot.drawing import colour_of, name_of
from graphkit.plot.network import MOST_NODES, Arrow, Node, network
from graphkit.plot.series import written_amount
from graphkit.questions.markets.first_suppliers import Expanded

MOST_OPENED = 6
"""Further suppliers, and further buyers, of one expanded country."""
ELSEWHERE = "Elsewhere"
"""Group of places that have no region, such as unspecified areas."""
REGIONS = ("Americas", "Africa", "Europe", "Asia", "Oceania", ELSEWHERE)
"""Groups at the sides, from west to east."""


def first_suppliers(answer: Answer, layout: Layout) -> Framed:
    """Draw who depends first on whom: countries by region and trade, arrows with shares.

    Of more countries than fit, those with the largest imports are drawn, and the others are said.
    """
    rows = answer.rows.to_pylist()
    if any(row["period"] != rows[0]["period"] or row["products"] != rows[0]["products"]
           for row in rows):  # fmt: skip
        names = ("period", "products")
        rows = [row for row in rows if all(row[name] == rows[0][name] for name in names)]
    opened = answer.scope.the(Expanded).expand
    drawn = rows_to_draw(rows, opened, layout.most(MOST_NODES))
    measure = rows[0]["by"]
    most = max(row[measure] for row in drawn)
    nodes = sorted(
        _countries(drawn, opened, measure),
        key=lambda node: (REGIONS.index(node.group), -(node.size or 0.0), node.key),
    )
    arrows = [
        Arrow(
            row["supplier"],
            row["consumer"],
            "" if row["share"] is None else percent(row["share"]),
            _dependence(row, measure),
            row[measure] / most,
            colour_of(row["supplier"]),
            dashed=row["place"] > 1,
        )
        for row in drawn
    ]
    note = " ".join(_reading(rows, drawn, opened, measure))
    shown = replace(answer, rows=pa.Table.from_pylist(rows, answer.rows.schema))
    return framed(shown, network(nodes, arrows, layout.width), drawn=len(drawn), note=note)


def rows_to_draw(
    rows: Sequence[Mapping[str, Any]], opened: Sequence[str], most_nodes: int = MOST_NODES
) -> list[Mapping[str, Any]]:
    """Select rows until the nodes are as many as a picture holds: those expanded come first."""
    keys: set[str] = set()
    counts: dict[tuple[str, str], int] = {}
    drawn = []
    ends = ("consumer", "supplier")
    for row in rows:
        if row["place"] > 1:
            # A row is of the first country to expand that it names.
            country, end = next((key, end) for key in opened for end in ends if row[end] == key)
            counts[country, end] = counts.get((country, end), 0) + 1
            if counts[country, end] > MOST_OPENED:
                continue
        if len(keys | {row[end] for end in ends}) <= most_nodes:
            keys |= {row[end] for end in ends}
            drawn.append(row)
    return drawn


def _countries(
    rows: Iterable[Mapping[str, Any]], opened: Sequence[str], measure: str
) -> list[Node]:  # fmt: skip
    """Make the nodes of the countries in rows."""
    trade: dict[str, tuple[float, str]] = {}
    for row in rows:
        for end, amount, region in (("consumer", "trade", "region"),
                                    ("supplier", "supplier_trade", "supplier_region")):  # fmt: skip
            trade[row[end]] = row[amount], row[region] or ELSEWHERE
    return [
        Node(
            key,
            name_of(key),
            region if region in REGIONS else ELSEWHERE,
            amount,
            colour_of(key),
            ringed=key in opened,
            about=f"buys and sells {written_amount(amount, measure)}",
        )
        for key, (amount, region) in trade.items()
    ]


def _dependence(row: Mapping[str, Any], measure: str) -> str:
    """Say in words what an arrow is."""
    consumer, supplier = name_of(row["consumer"]), name_of(row["supplier"])
    share = "an unknown part" if row["share"] is None else percent(row["share"])
    place = "the first supplier" if row["place"] == 1 else f"supplier {row['place']}"
    amount = written_amount(row[measure], measure)
    return f"{consumer} buys {share} from {supplier}, {place}: {amount}"


def _reading(
    rows: Sequence[Mapping[str, Any]], drawn: Sequence[Mapping[str, Any]], opened: Sequence[str],
    measure: str,
) -> Iterator[str]:  # fmt: skip
    """Say how to read the picture, and what the countries that are not drawn come to."""
    counted = "value" if measure == "usd" else "weight"
    yield (
        f"An arrow runs from a country’s first supplier to it, with the share of what it buys by "
        f"{counted}. Circles and arrows: by {counted} of trade."
    )
    if opened:
        names = ", ".join(map(name_of, opened))
        yield f"Dashed: further suppliers and buyers of {names}, the largest {MOST_OPENED} of each."
    firsts = [row for row in rows if row["place"] == 1]
    shown = {row["consumer"] for row in drawn if row["place"] == 1}
    rest = [row for row in firsts if row["consumer"] not in shown]
    if rest:
        total = sum(row["imports"] for row in firsts)
        part = sum(row["imports"] for row in rest) / total
        counts: dict[str, int] = {}
        for row in rest:
            counts[row["supplier"]] = counts.get(row["supplier"], 0) + 1
        supplier, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        yield (
            f"{len(rest):,} more countries, with {percent(part)} of all imports, are not drawn; "
            f"the first supplier of {count:,} of them is {name_of(supplier)}."
        )
