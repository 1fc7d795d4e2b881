"""Elements in mine output: who mines an element that no table of producers gives by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.hhi import index_table
from graphkit.analysis.ores import ElementOutput, element_outputs, element_ranges
from graphkit.answers.figures import ceiling_percent, floor_percent
from graphkit.answers.note import Note
from graphkit.arrow import texts
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.names import capitalized
from graphkit.questions.shared.production import Figures, figures_of

BY_ORE = "production by ore"
"""Market of an element in the mine output of all countries, by the ores that they may mine."""
SERIES = ("product", "stage", "period", "basis", "source")
NAMED, MANY = 6, 8
"""Countries that a note names, and ores from which it counts them instead."""
LEAST_NAMED = 0.01
"""Upper end of a share from which a country is named."""


@dataclass(frozen=True)
class MinedElement:
    """An element in the mine output of one table of producers, country by country."""

    element: str
    series: Mapping[str, Any]
    """Product, stage, period, basis and source of the table."""
    outputs: Sequence[ElementOutput]
    sources: tuple[str, ...]
    """Keys of the sources of the ores, of their elements and of what a country mines."""
    ore_names: Mapping[str, str] = field(default_factory=dict)

    def range_of(self, catalog: Catalog, output: ElementOutput) -> str:
        """Write the range of a country's share."""
        place = capitalized(catalog.place_in_text(output.country))
        return f"{place} {in_percent(output.share_low, output.share_high)}"

    def ranges(self, catalog: Catalog) -> list[str]:
        """Write the range of each country that may have a hundredth, the largest first."""
        return [self.range_of(catalog, output) for output in self.named]

    @property
    def named(self) -> list[ElementOutput]:
        """The countries that may have a hundredth."""
        return [o for o in self.outputs if o.is_named and o.share_high >= LEAST_NAMED]

    @property
    def first(self) -> ElementOutput | None:
        """The country that surely mines most; None where it cannot be told."""
        most = max(self.outputs, key=lambda output: output.low)
        others = (output.high for output in self.outputs if output is not most)
        return most if most.is_named and most.low >= max(others, default=0.0) > 0 else None


def in_percent(low: float, high: float) -> str:
    """Write a range of shares in whole percent, rounded outwards.

    >>> in_percent(0.0591, 0.7789), in_percent(0.0, 0.207)
    ('5 to 78 %', 'up to 21 %')
    """
    least, most = floor_percent(low), min(ceiling_percent(high), 100)
    return f"{least} to {most} %" if least else f"up to {most} %"


def mined_elements(catalog: Catalog, figures: Figures, scope: Scope) -> list[MinedElement]:
    """Bound each single element in scope in the mine output of every country.

    None for a scope of groups, products or stages, and where no ore's elements are known.
    """
    elements = sorted(scope.elements) if catalog.materials.are_single(scope.elements) else []
    products = sorted(set(figures.rows["product"].to_pylist())) if elements else []
    if not products:
        return []
    composition = catalog.rows("ores", products=products).to_pylist()
    mined = catalog.rows("mined-ores", products=products).to_pylist()
    tables: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in figures.rows.to_pylist():
        tables[tuple(row[name] for name in SERIES)].append(row)
    results = []
    for element in elements:
        for key, table in tables.items():
            series = dict(zip(SERIES, key, strict=True))
            ores = [row for row in composition if row["product"] == series["product"]]
            ranges = element_ranges(ores, element)
            if not ranges:
                continue
            outputs = element_outputs(table, ranges, mined)
            used = [row for row in ores if row["element"] == element]
            makers = {output.country for output in outputs}
            cited = [*used, *(row for row in mined if row["country"] in makers)]
            sources = tuple(sorted({row["source"] for row in cited}))
            names = {row["ore"]: row["name"] for row in used}
            if outputs:
                results.append(MinedElement(element, series, outputs, sources, names))
    return results


def rows_by_ore(catalog: Catalog, mined: Sequence[MinedElement]) -> list[dict[str, Any]]:
    """Build a row of concentration for each element in each table of producers.

    Where it cannot be told who mines most, the row has no index: its range would say nothing.
    """
    labels, shares, rest = [], [], []
    for table in mined:
        first = table.first
        named = [output for output in table.outputs if output.is_named]
        labels.append({
            **table.series, "element": table.element, "ranges": table.ranges(catalog),
            "basis": f"{table.series['basis']}, of the element",
            "source": "+".join([table.series["source"], *table.sources]),
            "denominator": "all countries, each at the other end of its range",
        })  # fmt: skip
        shares.append([(o.country, o.share_low, o.share_high) for o in named] if first else [])
        rest.append(max(0.0, 1 - fsum(output.share_low for output in named)))
    fields = texts(*SERIES, "element", "denominator")
    fields.append(pa.field("ranges", pa.list_(pa.string())))
    rows = index_table(labels, shares, rest, fields).to_pylist()
    return [{**row, "market": BY_ORE, "measure": "tonnes", "unnamed_share": None} for row in rows]


def notes_by_ore(catalog: Catalog, mined: Sequence[MinedElement]) -> Iterator[Note]:
    """Write who mines each element, as ranges, and the ore that stands for each country."""
    in_text = catalog.materials.in_text
    for table in mined:
        element, period = in_text(table.element), table.series["period"]
        countries = "; ".join(
            f"{table.range_of(catalog, output)} ({_ores(table, output)})"
            for output in table.named[:NAMED]
        )
        more = len(table.named) - NAMED
        rest = f"; and {more} more that may have a hundredth" if more > 0 else ""
        yield Note(
            f"{capitalized(element)} mined in {period}, as shares of the world, by the element's "
            f"part in the ores that may be a country's: {countries}{rest}. The low end of one "
            "country goes with the high ends of all others."
        )
    if mined:
        yield Note(
            "A part that the table of ores does not give is taken to be between none and the "
            "largest of the same mineral. The limits of China's two kinds of ore are those of its "
            "published quotas; what is mined outside of them is not counted."
        )


def notes_beside_trade(catalog: Catalog, scope: Scope, period: str) -> list[Note]:
    """Write who mines each element in scope, beside trade that is not counted by element."""
    mined = mined_elements(catalog, figures_of(catalog, scope, period), scope)
    if not mined:
        return []
    beside = Note(
        "The rows above are of all that their codes count together: they do not tell whose "
        f"{' and '.join(sorted({catalog.materials.in_text(m.element) for m in mined}))} it is, for "
        "plants that separate the elements of an ore sell each to others."
    )
    return [*notes_by_ore(catalog, mined), beside]


def _ores(table: MinedElement, output: ElementOutput) -> str:
    """Name the ores that may be a country's, or count them where they are many."""
    if len(output.ores) >= MANY:
        return f"any of {len(output.ores)} ores"
    return ", ".join(table.ore_names[ore].partition(" (")[0] for ore in output.ores)
