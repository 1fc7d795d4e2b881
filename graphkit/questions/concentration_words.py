"""What an answer about concentration says in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from graphkit.names import Named
from graphkit.questions.scope import Scope

UNITS = {
    "market": "production of the world, exports of the world, or imports of the consumer",
    "measure": "usd: by value, as the series is valued; tonnes: by mass, of what the basis says",
    "denominator": "what total_usd or total_tonnes, of which the shares are, is",
    "coverage": "0 to 1 and a little more, part of published world production with a producer",
    "unpublished": "named producers without a figure; upper bounds are then null",
    "estimated": "named producers whose figure is an estimate",
    "missing_tonnes_share": "0 to 1, of the value, what gives no mass",
    "suppliers": "named suppliers or producers with a share above 0",
    "unnamed_share": "0 to 1, of no one named country",
    "cr1": "0 to 1, share of the largest",
    "cr1_high": "the same if all that has no name is one country",
    "cr3": "0 to 1, share of the largest three",
    "cr3_high": "the same if all that has no name is one country",
    "hhi_low": "0 to 10,000, as if all that has no name were many small countries",
    "hhi_high": "0 to 10,000, as if it were one",
    "hhi_normalised": "0 to 1, 0 is equal shares; null where a part has no name",
    "effective_low": "suppliers of equal size that give hhi_high",
    "effective_high": "suppliers of equal size that give hhi_low",
    "shannon_low": "least Shannon index of the shares, natural logarithm",
    "shannon_high": "the largest; null where a part has no name",
    "band": "US Merger Guidelines 2023: moderate over 1,000, high over 1,800",
    "above_4000": "whether HHI is above that of an EU strategic dependency, SWD(2021) 352",
    "top_above_65": "whether one country has more than the EU Critical Raw Materials Act aims at",
}
HEADS = {
    "product": "Product",
    "stage": "Stage",
    "market": "Market",
    "consumer": "Consumer",
    "period": "Period",
    "measure": "Measure",
    "basis": "Basis",
    "top": "Largest",
    "cr1": "Its share",
    "cr3": "First three",
    "hhi_low": "HHI",
    "hhi_high": "HHI at most",
    "top_above_65": "Over 65 %",
}
COUNTS = (
    "Shares are of the whole market. HHI is from 0 to 10,000, at most: if all that has no name "
    "were one country (over 1,800 is high, US Merger Guidelines 2023; 4,000 an EU strategic "
    "dependency). 65 % from one country is the benchmark of the EU act; "
    "where it is blank, it cannot be told."
)


def question(buyer: Named | None, scope: Scope, by: str) -> str:
    """What was asked, as a sentence."""
    what = "everything with data" if scope.text is None else scope.meaning
    if by == "consumer":
        return f"How concentrated are the imports of {what} of every country?"
    of = f"and imports of {buyer.name}" if buyer else "and trade"
    return f"How concentrated are production {of} for {what}{', by stage' * (by == 'stage')}?"


def notes_on(rows: pa.Table) -> Iterator[str]:
    """What a reader of the indices must know of some products."""
    without: dict[str, list[str]] = defaultdict(list)
    over = []
    for row in rows.to_pylist():
        if row["note"] and row["product"] not in without[row["note"]]:
            without[row["note"]].append(row["product"])
        if row["coverage"] is not None and row["coverage"] > 1:
            over.append(row["product"])
    for why, products in without.items():
        yield f"No indices for {', '.join(products)}: {why}."
    if over:
        yield (
            f"Producers of {', '.join(dict.fromkeys(over))} add up to more than the world total, "
            "which is rounded: their shares are a little too large."
        )


def stages_in_words(rows: pa.Table) -> dict[str, str]:
    """For each stage, how many products have figures of production, and how many stand out."""
    held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.to_pylist():
        if row["market"] == "production" and row["hhi_low"] is not None:
            held[row["stage"]].append(row)
    said = {}
    for stage, some in held.items():
        tops = Counter(row["top"] for row in some)
        most = max(tops.values())
        first = "+".join(sorted(top for top, times in tops.items() if times == most))
        said[f"production_at_the_stage_{stage}"] = (
            f"{len(some)} series; HHI high in {sum(r['band'] == 'high' for r in some)}, over 4,000 "
            f"in {sum(r['above_4000'] is True for r in some)}; one country over 65 % in "
            f"{sum(r['top_above_65'] is True for r in some)}; most often the largest: {first} "
            f"({most})"
        )
    return said
