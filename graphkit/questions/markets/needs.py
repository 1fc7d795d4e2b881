"""Needs of technologies: metal for an amount of one, beside supply of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.needs import UNITS, tonnes_needed
from graphkit.analysis.production import published_interval
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.terms import Measure, Places, Role, Term, Time, terms
from graphkit.arrow import texts
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity, Names, uncapitalized
from graphkit.questions.shared.ores import mined_elements
from graphkit.questions.shared.production import figures_of
from graphkit.questions.shared.trade import imports_of

NEED, MINED, MADE, BOUGHT = "need", "mined, by ore", "production", "imports"
NEEDS = (
    Column("figure", "Figure", "need: of the technology; mined, by ore, production and imports: "
           "supply beside it", rank=0),
    Column("element", "Element"),
    Column("technology", "", "technology of the graph, by key"),
    Column("country", "Country"),
    Column("product", "Product"),
    Column("period", "Period", "of a need, the year of the technology, one to come as studies "
           "expect it; of supply, the year of the figure"),
    Column("per_unit_low", "kg per unit, least", "kg of metal for one unit, the least of the "
           "studies", type=NUMBER, rank=4),
    Column("per_unit", "mean", "kg of metal for one unit, their mean or the one figure",
           type=NUMBER, rank=5),
    Column("per_unit_high", "most", "kg of metal for one unit, the most of the studies",
           type=NUMBER, rank=4),
    Column("tonnes_low", "At least (t)", "metric tons, of what the basis says", "t", NUMBER,
           rank=0),
    Column("tonnes", "Figure (t)", "metric tons: mean of the studies, or as published", "t", NUMBER,
           rank=0),
    Column("tonnes_high", "At most (t)", "metric tons, of what the basis says", "t", NUMBER,
           rank=0),
    Column("basis", "Basis"),
    Column("counts", "Counts", "what the figure counts besides the element", rank=3),
    Column("studies", "Studies", "number of studies that the range is of", type=COUNT, rank=5),
    Column("source", "Source"),
)  # fmt: skip
NAMING = pa.schema([*texts("key", "name"), pa.field("aliases", TEXTS)])
"""Columns that technologies are named by."""
CAPTION = (
    "A need is kg of metal for one unit times the amount: between the least and the most of the "
    "published studies, and nothing certain for a plant of today. Supply is as published, in its "
    "own basis: oxide holds less metal than it weighs, and figures of two stages do not add up."
)


@dataclass(frozen=True)
class Technology(Term):
    """The thing that is built, its unit, and the amount of it."""

    technology: str
    technology_name: str
    unit: str
    amount: float | None
    size: str


def needs(
    catalog: Catalog, goods: Scope, elements: Sequence[str], technology: str,
    amounts: Mapping[str, float | None], buyer: Entity | None, period: str | None,
) -> Answer:  # fmt: skip
    """Compute the metal that an amount of a technology needs, beside supply of it.

    Raises
    ------
    UsageError
        Unknown technology, or an amount in another unit than it has; the message lists what is.
    GraphkitError
        The technology is not known to need any of the elements.
    """
    known = catalog.rows("technologies")
    kind = _technology(known, technology)
    amount, size = _amount(kind, amounts)
    of_elements = [row for row in known.to_pylist() if row["element"] in elements]
    of_technology = [row for row in of_elements if row["technology"] == kind["technology"]]
    if not of_technology:
        others = sorted({row["name"] for row in of_elements})
        listed = f"; there are figures for {'; '.join(others)}" if others else ""
        raise GraphkitError(f"no need of {goods.meaning} is known for {kind['name']}{listed}")
    rows = [_need(row, amount) for row in of_technology]
    if amount is not None or buyer is not None:
        rows += _supply(catalog, goods, elements, buyer, period)
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in NEEDS} for row in rows], schema_of(NEEDS)
    )
    beside = f", beside the supply of {buyer.in_text}" if buyer else ""
    built = uncapitalized(kind["name"])
    return Answer(
        f"How much {goods.meaning} does {built} need ({size or 'one unit'}){beside}?",
        terms(
            goods.material,
            Technology(kind["technology"], kind["name"], kind["unit"], amount, size),
            Places(Role.OF, buyer.key if buyer else None), Time(period),
            Measure("mass of metal (t), and supply in its own basis"),
        ),
        table,
        NEEDS,
        Coverage(lines({
            "needs": len(of_technology), "figures_of_supply": len(rows) - len(of_technology),
        })),
        catalog.sources(table),
        notes=goods.notes,
        caption=f"One unit of {built} is one {kind['unit']}. {CAPTION}",
        shown=without_empty(
            table, [column.name for column in NEEDS if column.header], "figure"
        ),
        picture="graphkit.questions.markets.needs_picture:needs",
    )  # fmt: skip


def _technology(known: pa.Table, text: str) -> dict[str, Any]:
    """Find a technology by name.

    Raises
    ------
    UsageError
        It is unknown; the message lists those that are known.
    """
    rows: dict[str, dict[str, Any]] = {row["technology"]: row for row in known.to_pylist()}
    keyed = pa.Table.from_pylist([{**row, "key": key} for key, row in rows.items()], NAMING)
    names = Names({"Technology": lambda: keyed})
    if (entity := next(names.all(text, ("Technology",)), None)) is None:
        listed = "; ".join(sorted(row["name"] for row in rows.values()))
        raise UsageError(f"`technology`: found {text!r}, wanted one of {listed or 'none known'}")
    return rows[entity.key]


def _amount(
    kind: Mapping[str, Any], amounts: Mapping[str, float | None]
) -> tuple[float | None, str]:
    """Return the units of a technology that an amount is, and the amount in words.

    Raises
    ------
    UsageError
        The amount is in another unit.
    """
    given = {name: value for name, value in amounts.items() if value is not None}
    if not given:
        return None, ""
    wanted, size = UNITS.get(kind["unit"], ("", 1.0))
    if set(given) != {wanted}:
        use = f"use `{wanted}`" if wanted else "leave out the amount"
        names = " and ".join(f"`{name}`" for name in given)
        raise UsageError(f"{names}: {kind['name']} is counted in {kind['unit']}; {use}")
    return given[wanted] * size, f"{given[wanted]:,g} {'GWh' if wanted == 'gwh' else 'MW'}"


def _need(row: Mapping[str, Any], amount: float | None) -> dict[str, Any]:
    """Build the row of a need, in tonnes where an amount is given."""
    low, mean, high = (None,) * 3 if amount is None else tonnes_needed(row, amount)
    return {
        "figure": NEED, "element": row["element"], "technology": row["technology"],
        "period": row["period"], "per_unit_low": row["low"], "per_unit": row["mean"],
        "per_unit_high": row["high"], "tonnes_low": low, "tonnes": mean, "tonnes_high": high,
        "basis": "metal",
        "studies": row["studies"], "source": row["source"],
    }  # fmt: skip


def finite(bound: float) -> float | None:
    """Return a bound, or None for one that bounds nothing."""
    return bound if bound < inf else None


def _supply(
    catalog: Catalog, goods: Scope, elements: Sequence[str], buyer: Entity | None,
    period: str | None,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield what a country, or the world, mines, makes and buys of the elements."""
    figures = figures_of(catalog, goods, period)
    places = ["WLD", *([buyer.key] if buyer else [])]
    for mined in mined_elements(catalog, figures, goods):
        for place in places:
            outputs = [o for o in mined.outputs if place in ("WLD", o.country)]
            if outputs:
                yield {
                    "figure": MINED, "element": mined.element, "country": place,
                    "product": mined.series["product"], "period": mined.series["period"],
                    "tonnes_low": fsum(o.low for o in outputs),
                    "tonnes_high": finite(fsum(o.high for o in outputs)),
                    "basis": f"{mined.series['basis']}, of the element",
                    "source": "+".join([mined.series["source"], *mined.sources]),
                }  # fmt: skip
    main = catalog.materials.main
    for row in figures.rows.to_pylist():
        is_alone = main.get(row["product"], set()) <= set(elements)
        bounds = published_interval(row)
        if row["country"] in places and bounds is not None and is_alone:
            yield {
                "figure": MADE, "country": row["country"], "product": row["product"],
                "period": row["period"], "tonnes_low": bounds[0], "tonnes": row["tonnes"],
                "tonnes_high": finite(bounds[1]), "basis": row["basis"], "source": row["source"],
            }  # fmt: skip
    if buyer is None:
        return
    # Masses of which only some are listed say nothing of how much a country has.
    imports = imports_of(catalog.complete(), buyer, goods, period).flows
    keys = ["product", "period", "basis", "dataset", "source"]
    sums = imports.filter(pc.is_valid(imports["tonnes"])).group_by(keys)
    for row in (
        sums.aggregate([("tonnes", "sum")]).sort_by([(k, "ascending") for k in keys]).to_pylist()
    ):
        others = goods.mixed.get(row["product"], ())
        yield {
            "figure": BOUGHT, "country": buyer.key, "product": row["product"],
            "period": row["period"], "tonnes": row["tonnes_sum"],
            "basis": f"{row['basis'] or 'gross'} weight of the goods",
            "counts": catalog.materials.in_text(*others) if others else None,
            "source": row["source"],
        }  # fmt: skip
