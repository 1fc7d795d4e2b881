"""Mirror reports: what both sides of a flow report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.mirror import FLOW, MIRROR, RATIO, SIDES
from graphkit.analysis.mirror import mirror as measure
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column
from graphkit.arrow import VALUED
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.scopes import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity, capitalized
from graphkit.period import Period
from graphkit.questions.fit import FIT
from graphkit.questions.periods import (
    choose_periods,
    gaps,
    in_chosen_periods,
    in_periods,
    periods_by_product,
)
from graphkit.questions.question import checked
from graphkit.questions.trade import of_code, series_of

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
WHY = (
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

    Parameters
    ----------
    country : str, optional
        Only trade of this country or group, on either side.
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything.
    period : str, optional
        Default: for each product, the newest that both sides report.

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
    wanted = catalog.materials.scope(scope)
    flows = _reports(catalog, place, wanted)
    every = measure(flows)
    both = every.filter(pc.equal(every["reported_by"], "both"))
    whose = f" of {place.said}" if place else ""
    about = f"trade{whose} in {wanted.meaning}" if wanted.text else f"trade{whose}"
    held = periods_by_product(both.select(["product", "period"]))
    periods = choose_periods(held, period)
    if not periods:
        raise GraphkitError(_lacking(flows, both, about, period))
    pieces = {product: of.pieces for product, of in periods.items()}
    used = in_periods(flows, pieces)
    rows = measure(in_chosen_periods(_alike(used, in_periods(both, pieces)), periods))
    stages = [catalog.materials.products[p]["stage"] for p in rows["product"].to_pylist()]
    rows = rows.add_column(len(FLOW), "stage", pa.array(stages, pa.string()))
    return Answer(
        f"How far do exporters and importers differ on {about}?",
        {
            "country": place.key if place else None,
            "for": wanted.text,
            "meaning": wanted.meaning,
            "hs": wanted.code,
            "products": sorted(periods),
            "period": period or "newest that both sides report",
            "measure": "value (USD) and mass (tonnes), as either side reports them",
        },
        rows.select([*FLOW[2:], *FLOW[:1], "stage", FLOW[1], *MIRROR.names[len(FLOW) + 1 :]]),
        REPORTS,
        {
            **_coverage_of_reports(in_periods(every, pieces), rows),
            **gaps("reports_of_both_sides", periods),
            "series": series_of(in_chosen_periods(used, periods)),
        },
        catalog.sources(used, wanted.elsewhere),
        elsewhere=wanted.elsewhere,
        notes=(*wanted.notes, *_notes_on_reports(rows)),
        caption=f"{_valued(rows)} A ratio is the {RATIO}.",
    )


def _reports(catalog: Catalog, place: Entity | None, scope: Scope) -> pa.Table:
    """Read the reports of both sides in a scope."""
    flows = catalog.rows("reported-trade", products=sorted(scope.products))
    flows = of_code(flows, scope)
    if place:
        grouped = place.is_group
        own = pa.array(catalog.members(place) if grouped else [place.key])
        ends = (pc.is_in(flows[end], value_set=own) for end in ("supplier", "consumer"))
        flows = flows.filter(pc.or_(*ends))
    return flows


def _alike(flows: pa.Table, both: pa.Table) -> pa.Table:
    """Select the reports of flows that both sides report in the same period of the data."""
    keys = [list(zip(*(t[n].to_pylist() for n in FLOW), strict=True)) for t in (flows, both)]
    there = set(keys[1])
    return flows.filter(pa.array([key in there for key in keys[0]], pa.bool_()))


def _lacking(flows: pa.Table, both: pa.Table, about: str, period: str | None) -> str:
    if len(both):
        there = sorted(set(both["period"].to_pylist()), key=lambda p: (Period(p).start, p))
        return f"no {about} is reported by both sides in {period}; there are {', '.join(there)}"
    if len(flows):
        sides = " and ".join(sorted({f"{side}s" for side in flows["reporter"].to_pylist()}))
        return f"no {about} is reported by both sides; there are reports of {sides} alone"
    return (
        f"no {about} is known as one side reported it: the data that ship are reconciled. Needed: "
        "UN Comtrade's reports, which 'graphkit fetch comtrade' gets with a key of yours "
        "and 'graphkit import comtrade' makes seeds of"
    )


def _coverage_of_reports(every: pa.Table, rows: pa.Table) -> dict[str, Any]:
    """Count what both sides report, and what only one of them does."""
    ratios = {m: [r for r in rows[f"{m}_ratio"].to_pylist() if r is not None]
              for m in ("usd", "tonnes")}  # fmt: skip
    found: dict[str, Any] = {"flows_that_both_sides_report": len(rows)}
    for side in SIDES:
        alone = every.filter(pc.equal(every["reported_by"], side))
        found[f"flows_that_only_the_{side}_reports"] = len(alone)
        found[f"USD_of_these_by_the_{side}"] = pc.sum(alone[f"usd_{side}"]).as_py()
    for name, said in (("usd", "value"), ("tonnes", "weight")):
        found[f"comparable_by_{said}"] = len(ratios[name])
        found[f"of_these_within_10_%_by_{said}"] = sum(map(_near, ratios[name]))
    return found


def _near(ratio: float) -> bool:
    return abs(ratio - 1) <= WIDE + 1e-9


def _valued(rows: pa.Table) -> str:
    """Name the borders at which both sides value the goods."""
    said = []
    for side in SIDES:
        kinds = {v for text in rows[f"valuation_{side}"].to_pylist()
                 for v in (text.split("+") if text else [None])}  # fmt: skip
        words = " or ".join(VALUED[kind] for kind in sorted(kinds, key=str))
        said.append(f"{side}s' {words}")
    return f"Values are {said[0]}, {said[1]}."


def _notes_on_reports(rows: pa.Table) -> Sequence[str]:
    notes = [WHY]
    for name, what in (("hs_revision", "revisions of the HS"), ("hs", "HS codes")):
        unlike = _unlike(rows, name)
        if unlike:
            notes.append(f"{capitalized(what)} of the two sides differ: {unlike}.")
    flags = (rows[f"tonnes_estimated_{side}"].to_pylist() for side in SIDES)
    estimated = sum(any(pair) for pair in zip(*flags, strict=True))
    if estimated:
        notes.append(f"Weights estimated by the publisher: in {estimated} of {len(rows)} rows.")
    return notes


def _unlike(rows: pa.Table, name: str) -> str:
    """List the products for which both sides differ in a column, with both values."""
    columns = ("product", *(f"{name}_{side}" for side in SIDES))
    pairs: Collection[tuple[str, ...]] = {
        (row["product"], *(row[c] or "none" for c in columns[1:]))
        for row in rows.select(columns).to_pylist()
        if row[columns[1]] != row[columns[2]]
    }
    return "; ".join(f"{product} {x} and {m}" for product, x, m in sorted(pairs))
