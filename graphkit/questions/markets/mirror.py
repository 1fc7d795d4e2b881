"""Mirror reports: what both sides of a flow report."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.mirror import FLOW, MIRROR, RATIO, SIDES
from graphkit.analysis.mirror import mirror as measure
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import Coverage, Lacking, Line, Value, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Code, Measure, Places, Products, Role, Time, terms
from graphkit.arrow import VALUED
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity, capitalized
from graphkit.period import Period
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.periods import (
    choose_periods,
    gaps,
    in_chosen_periods,
    in_periods,
    periods_by_product,
)
from graphkit.questions.shared.trade import of_code, series_of

REPORTS = (
    Column("supplier", "Exporter"),
    Column("consumer", "Importer"),
    Column("product", "Product"),
    Column("stage", "Stage"),
    Column("period", "Period"),
    Column("usd_exporter", "USD, exporter says",
           "US dollars, at the border in valuation_exporter", type=NUMBER),
    Column("usd_importer", "importer says",
           "US dollars, at the border in valuation_importer", type=NUMBER),
    Column("usd_difference", doc="US dollars, the importer's figure minus the exporter's",
           type=NUMBER),
    Column("usd_ratio", "Ratio", RATIO, type=NUMBER),
    Column("tonnes_exporter", "Tonnes, exporter says",
           "metric tons, on the basis in basis_exporter", type=NUMBER),
    Column("tonnes_importer", "importer says", "metric tons, on the basis in basis_importer",
           type=NUMBER),
    Column("tonnes_difference", doc="metric tons, the importer's figure minus the exporter's",
           type=NUMBER),
    Column("tonnes_ratio", "Ratio", RATIO, type=NUMBER),
)  # fmt: skip
WHY_REPORTS_DIFFER = Note(
    "Two reports of one flow also differ if goods pass through a third country, cross the end of a "
    "year, are classified differently, or are kept confidential: a difference does not prove an "
    "error."
)
WIDE = 0.1
"""Largest distance from 1 of a ratio that counts as near it."""


@checked(REPORTS, (FIT,))
def mirror(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
) -> Answer:
    """Compare what exporters and importers report of the same trade.

    Returns
    -------
    Answer
        One row for each flow that both sides report, largest difference in value first. The
        coverage counts what only one side reports.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        Both sides report no flow in this scope; the message lists what is known.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    flows = _reports(catalog, place, goods)
    reports = measure(flows)
    both_sides = reports.filter(pc.equal(reports["reported_by"], "both"))
    whose = f" of {place.in_text}" if place else ""
    trade = f"trade{whose} in {goods.meaning}" if goods.text else f"trade{whose}"
    available = periods_by_product(both_sides.select(["product", "period"]))
    choices = choose_periods(available, period)
    if not choices:
        raise GraphkitError(_lacking(flows, both_sides, trade, period))
    pieces = {product: choice.pieces for product, choice in choices.items()}
    used = in_periods(flows, pieces)
    matching = _matching_reports(used, in_periods(both_sides, pieces))
    rows = measure(in_chosen_periods(matching, choices))
    stages = [catalog.materials.products[key]["stage"] for key in rows["product"].to_pylist()]
    rows = rows.add_column(len(FLOW), "stage", pa.array(stages, pa.string()))
    return Answer(
        f"How far do exporters and importers differ on {trade}?",
        terms(
            Places(Role.COUNTRY, place.key if place else None),
            goods.material,
            Code(goods.code),
            Products(tuple(sorted(choices))),
            Time(period or "newest that both sides report"),
            Measure("value (USD) and mass (tonnes), as either side reports them"),
        ),
        rows.select([*FLOW[2:], *FLOW[:1], "stage", FLOW[1], *MIRROR.names[len(FLOW) + 1 :]]),
        REPORTS,
        Coverage(
            counts=_count_reports(in_periods(reports, pieces), rows),
            missing_years=gaps(Lacking.REPORTS, choices),
            series=tuple(series_of(in_chosen_periods(used, choices))),
        ),
        catalog.sources(used, goods.elsewhere),
        elsewhere=goods.elsewhere,
        notes=(*goods.notes, *_notes_on_reports(rows)),
        caption=f"{_valued(rows)} A ratio is the {RATIO}.",
    )


def _reports(catalog: Catalog, place: Entity | None, scope: Scope) -> pa.Table:
    """Read the reports of both sides in a scope."""
    flows = catalog.rows("reported-trade", products=sorted(scope.products))
    flows = of_code(flows, scope)
    if place:
        members = catalog.members(place) if place.is_group else [place.key]
        countries = pa.array(members)
        sides = (pc.is_in(flows[side], value_set=countries) for side in ("supplier", "consumer"))
        flows = flows.filter(pc.or_(*sides))
    return flows


def _matching_reports(flows: pa.Table, both_sides: pa.Table) -> pa.Table:
    """Select the reports of flows that both sides report in the same period of the data."""
    keys = zip(*(flows[name].to_pylist() for name in FLOW), strict=True)
    matched = set(zip(*(both_sides[name].to_pylist() for name in FLOW), strict=True))
    return flows.filter(pa.array([key in matched for key in keys], pa.bool_()))


def _lacking(flows: pa.Table, both_sides: pa.Table, trade: str, period: str | None) -> str:
    if len(both_sides):
        periods = sorted(set(both_sides["period"].to_pylist()), key=lambda p: (Period(p).start, p))
        return f"no {trade} is reported by both sides in {period}; there are {', '.join(periods)}"
    if len(flows):
        sides = " and ".join(sorted({f"{side}s" for side in flows["reporter"].to_pylist()}))
        return f"no {trade} is reported by both sides; there are reports of {sides} alone"
    return (
        f"no {trade} is known as one side reported it: the data that ship are reconciled. Needed: "
        "UN Comtrade's reports, which 'graphkit fetch comtrade' gets with a key of yours "
        "and 'graphkit import comtrade' makes seeds of"
    )


def _count_reports(reports: pa.Table, rows: pa.Table) -> tuple[Line, ...]:
    """Count what both sides report, and what only one of them does."""
    counts: dict[str, Value] = {"flows_that_both_sides_report": len(rows)}
    for side in SIDES:
        alone = reports.filter(pc.equal(reports["reported_by"], side))
        counts[f"flows_that_only_the_{side}_reports"] = len(alone)
        counts[f"USD_of_these_by_the_{side}"] = pc.sum(alone[f"usd_{side}"]).as_py()
    for unit, label in (("usd", "value"), ("tonnes", "weight")):
        ratios = [ratio for ratio in rows[f"{unit}_ratio"].to_pylist() if ratio is not None]
        counts[f"comparable_by_{label}"] = len(ratios)
        counts[f"of_these_within_10_%_by_{label}"] = sum(
            abs(ratio - 1) <= WIDE + 1e-9 for ratio in ratios
        )
    return lines(counts)


def _valued(rows: pa.Table) -> str:
    """Name the borders at which both sides value the goods."""
    borders = []
    for side in SIDES:
        kinds: set[str | None] = set()
        for text in rows[f"valuation_{side}"].to_pylist():
            kinds.update(text.split("+") if text else [None])
        names = " or ".join(VALUED[kind] for kind in sorted(kinds, key=str))
        borders.append(f"{side}s' {names}")
    return f"Values are {borders[0]}, {borders[1]}."


def _notes_on_reports(rows: pa.Table) -> Sequence[Note]:
    notes = [WHY_REPORTS_DIFFER]
    for column, label in (("hs_revision", "revisions of the HS"), ("hs", "HS codes")):
        differences = _differences(rows, column)
        if differences:
            notes.append(Note(f"{capitalized(label)} of the two sides differ: {differences}."))
    flags = (rows[f"tonnes_estimated_{side}"].to_pylist() for side in SIDES)
    estimated = sum(any(pair) for pair in zip(*flags, strict=True))
    if estimated:
        notes.append(
            Note(f"Weights estimated by the publisher: in {estimated} of {len(rows)} rows.")
        )
    return notes


def _differences(rows: pa.Table, column: str) -> str:
    """List the products for which both sides differ in a column, with both values."""
    names = [f"{column}_{side}" for side in SIDES]
    triples: set[tuple[str, str, str]] = set()
    for row in rows.select(["product", *names]).to_pylist():
        exported, imported = (row[name] for name in names)
        if exported != imported:
            triples.add((row["product"], exported or "none", imported or "none"))
    return "; ".join(f"{product} {x} and {m}" for product, x, m in sorted(triples))
