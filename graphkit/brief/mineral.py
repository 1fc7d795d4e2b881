"""The brief on a mineral: who mines, refines, makes, sells and buys it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, Column, schema_of
from graphkit.answers.figures import money, percent
from graphkit.arrow import SHARE
from graphkit.brief.country import act_in_words, claims_on, claims_part, ordered
from graphkit.brief.document import Brief, Section
from graphkit.brief.inquiry import Finding, Inquiry, Part
from graphkit.brief.plants import plants_parts
from graphkit.brief.wording import at_least, counted, listed, period_of
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.names import capitalized
from graphkit.questions.ores import BY_ORE
from graphkit.questions.production import figures_of
from graphkit.render.answer import shown_claims

Row = Mapping[str, Any]
MOST = 5
"""Number of countries and products that a sentence or a list names."""
COLUMNS = (
    Column("product", "Product"),
    Column("stage", "Stage"),
    Column("stage_order", type=COUNT),
    Column("country", "Country"),
    Column("period", "Period"),
    Column("tonnes", "Tonnes", "metric tons, of what the basis says", "t", NUMBER),
    Column("share", "Share", "0 to 1, of the published world total or, if larger, the sum", SHARE,
           NUMBER),
    Column("qualifier", "Qualifier"),
    Column("published_value", "As printed"),
    Column("basis", "Basis"),
    Column("source", "Source"),
)  # fmt: skip
"""Columns of the producers."""


def mineral_brief(inquiry: Inquiry, period: str | None, command: str) -> Brief:
    """Write the brief on an element, mineral, group, product or stage.

    Parameters
    ----------
    inquiry : Inquiry
        The database, and the scope that the brief is about.
    period : str, optional
        Default: the newest of each product.
    command : str
        The command that writes the brief.
    """
    scope = inquiry.catalog.materials.scope(inquiry.scope)
    parameters: dict[str, Any] = {"scope": [inquiry.scope]}
    if period:
        parameters["period"] = [period]
    concentration = inquiry.ask("concentration", **parameters)
    parts = [
        _makers(inquiry, scope, period, concentration), _markets(inquiry, concentration),
        _traders(inquiry, parameters),
        _points(inquiry, parameters), *plants_parts(inquiry, scope=[inquiry.scope]),
        _controls(inquiry), _prices(inquiry, parameters),
        claims_part(
            inquiry, inquiry.ask("claims check", scope=[inquiry.scope]), f"about {scope.meaning}"
        ),
    ]  # fmt: skip
    if not any(lead for _, lead in parts[:3]):
        nothing = f"Neither production of {scope.meaning} nor trade in it is in the database."
        parts[0] = (parts[0][0], [nothing if not period else f"{nothing[:-1]} for {period}."])
    period_text = f", {period}" if period else ""
    title = f"Who mines, refines, makes, sells and buys {scope.meaning}{period_text}"
    return inquiry.brief(title, parts, command)


def _first_shares(row: Row) -> str:
    """Write the shares of the first and of the first three."""
    return (
        f"{at_least(row['cr1'], row['cr1_high'])}, the first three "
        f"{at_least(row['cr3'], row['cr3_high'])}"
    )


def _makers(inquiry: Inquiry, scope: Scope, period: str | None, concentration: Finding) -> Part:
    """List the producers at each stage, and the claims on their shares."""
    title = "Who mines, refines and makes it"
    figures = figures_of(inquiry.catalog, scope, period)
    order = {key: row["stage_order"] for key, row in inquiry.catalog.materials.products.items()}
    rows = [
        {**row, "stage_order": order[row["product"]]}
        for row in figures.rows.to_pylist() if row["type"] in COUNTRIES
    ]  # fmt: skip
    rows.sort(key=lambda r: (
        r["stage_order"], r["product"], r["source"], -(r["tonnes"] or 0), -(r["share"] or 0),
        r["country"]
    ))  # fmt: skip
    lead = [
        f"{capitalized(inquiry.place(row['top']))} made {_first_shares(row)} of the published "
        f"world production of {inquiry.product(row['product'])} in {row['period']} "
        f"({'tonnes' if row['total_tonnes'] else 'shares alone'}, "
        f"{row['basis'] or 'basis not stated'}; {row['source']})."
        for row in sorted(concentration.rows, key=lambda r: (r["stage_order"], r["product"]))
        if row["market"] == "production" and row["top"] and row["cr1"] is not None
    ]
    lead = [*_by_ore(inquiry, concentration), *lead]
    text = (
        "The first in the published figures of each product; then shares that others published."
        if rows else f"No production figures of {scope.meaning} are in the database."
    )  # fmt: skip
    points = [*lead, *_claimed(inquiry, concentration)]
    if not rows:
        return Section(title, [text], points), lead[:2]
    periods = sorted({row["period"] for row in rows})
    products = sorted({row["product"] for row in rows})
    command = ["graphkit", "query", "production", "-P", f"products={','.join(products)}"]
    answer = Answer(
        f"Who produces {scope.meaning}?",
        {"for": scope.text, "period": None, "measure": "production by mass (tonnes)"},
        pa.Table.from_pylist(rows, schema_of(COLUMNS)), COLUMNS, figures.coverage(scope),
        inquiry.catalog.sources(figures.rows),
        caption="As published; the share is of the world total of the same source, where it gives "
        "one, or of the sum of its figures where that is larger. A withheld figure is unknown, not "
        "zero.", names=inquiry.labels,
    )  # fmt: skip
    query = shlex.join([*command, "-P", f"periods={','.join(periods)}"])
    return Section(title, [text], points, answer, [query], shown=30), lead[:2]


def _by_ore(inquiry: Inquiry, concentration: Finding) -> list[str]:
    """Write who mines an element, as the ranges that the ores of all countries leave."""
    return [
        f"{capitalized(inquiry.product(row['element']))} mined in {row['period']}, by its part in "
        f"the ores that may be a country's: {'; '.join(row['ranges'][:MOST])} of the world's "
        f"({row['source']})."
        for row in concentration.rows
        if row["market"] == BY_ORE and row["ranges"]
    ]


def _claimed(inquiry: Inquiry, concentration: Finding) -> list[str]:
    """Write the published shares of production and processing."""
    if concentration.answer is None:
        return []
    claims = concentration.answer.claims
    if "measure" not in claims.column_names:
        return []
    measures = pa.array(["production", "processing", "production of the first three"])
    selected = claims.filter(pc.is_in(claims["measure"].cast(pa.string()), measures))
    answer = replace(concentration.answer, claims=selected)
    return [inquiry.cited(claim) for claim in shown_claims(answer)]


def _markets(inquiry: Inquiry, concentration: Finding) -> Part:
    """Show how concentrated production and trade are."""
    sold = [
        f"{capitalized(inquiry.place(row['top']))} sold {_first_shares(row)} of world exports of "
        f"{inquiry.product(row['product'])} by value in {period_of(row)}, re-exports included; "
        f"HHI {row['hhi_low']:,.0f}."
        for row in sorted(concentration.rows, key=lambda r: -(r["total_usd"] or 0.0))
        if row["market"] == "exports"
        and row["measure"] == "usd"
        and row["top"]
        and row["hhi_low"] is not None
    ]
    sentences = ["Products of the largest trade first."] if sold else []
    section = concentration.section("How concentrated it is", sentences, points=sold)
    return section, [*sold[:2], *_baskets(inquiry, concentration)]


def _baskets(inquiry: Inquiry, concentration: Finding) -> list[str]:
    """Name the products in trade that hold more than what the brief is about."""
    mixed = [
        row["product"]
        for row in concentration.rows
        if row["market"] == "exports" and row["fit"] in ("basket", "proxy")
    ]
    if not mixed:
        return []
    products = listed(list(map(inquiry.product, dict.fromkeys(mixed))))
    return [f"Trade in {products} is counted with other elements that these goods hold."]


def _traders(inquiry: Inquiry, parameters: Mapping[str, Any]) -> Part:
    """Rank the exporters and importers of all its products together."""
    finding = inquiry.ask("centrality", **parameters, measures="strength_out,strength_in")
    title = "Who sells and buys it"
    rows = finding.rows
    if not rows:
        return finding.section(title), []
    period = period_of(rows[0])

    def first(column: str) -> str:
        largest = sorted(rows, key=lambda r: (-(r[column] or 0.0), r["country"]))[:MOST]
        return ", ".join(f"{inquiry.place(r['country'])} ({money(r[column])} USD)" for r in largest)

    text = (
        f"Of all its products with trade, by value in {period}, the largest exporters were "
        f"{first('strength_out')}; the largest importers were {first('strength_in')}. Goods that "
        "are sold on count each time."
    )
    return finding.section(title, [text], shown=15), [text]


def _points(inquiry: Inquiry, parameters: Mapping[str, Any]) -> Part:
    """List the countries on which many importers depend."""
    finding = inquiry.ask("spof", **parameters)
    title = "Single points of failure"
    if finding.answer is None or not finding.rows:
        return finding.section(title), []
    answer = ordered(finding.answer, "at_stake")
    rows: list[Row] = answer.rows.to_pylist()
    points = [
        f"{row['consumers']} of {counted(row['importers'], 'importer')} of "
        f"{inquiry.product(row['product'])} get at least half of it, by value in {period_of(row)}, "
        f"from {inquiry.place(row['supplier'])} ({row['definition']}{_to_stage(inquiry, row)}): "
        f"{percent(row['at_stake'])} of all imports of it{_possibly(row)}."
        for row in rows[:MOST]
    ]
    text = (
        "The largest parts of all imports first; what is looked through is as traced, not certain, "
        "and only possible where the product's code also holds goods of earlier stages."
    )
    sure = [point for point, row in zip(points, rows, strict=False) if not _possibly(row)]
    return finding.section(title, [text], points=points, answer=answer, shown=12), sure[:1]


def _to_stage(inquiry: Inquiry, row: Row) -> str:
    if not row["traced_to"]:
        return ""
    return f" to the stage {inquiry.catalog.materials.in_text(row['traced_to'])}"


def _possibly(row: Row) -> str:
    """Say why it is only possible that the stage's work was done there; empty where it is not."""
    if not row["traced_to"] or not row["earlier"]:
        return ""
    return f", possibly: its code also holds {row['earlier']}"


def _controls(inquiry: Inquiry) -> Part:
    finding = inquiry.ask("controls", scope=[inquiry.scope])
    title = "Export controls"
    if not finding.rows:
        return finding.section(title, ["No recorded act of export control names it."]), []
    dates_by_act: dict[tuple[str, ...], list[str]] = {}
    for act in finding.rows:
        act_name, measure, dates = act_in_words(inquiry, act)
        names = [inquiry.product(key) for key in act["products"] or ()]
        products = listed(names, 4) or "none of the graph"
        dates_by_act.setdefault((act_name, measure, products), []).append(dates)
    points = [
        f"{act_name}: {measure}, {'; '.join(dates)}; products: {products}."
        for (act_name, measure, products), dates in dates_by_act.items()
    ]
    points += claims_on(inquiry, finding, finding.rows)
    acts = {(act["country"], act["announcement"]) for act in finding.rows}
    countries = inquiry.count_places(country for country, _ in acts)
    text = (
        f"{counted(len(acts), 'recorded act')} of export control "
        f"{'names' if len(acts) == 1 else 'name'} it: {countries}. Dates are as "
        "recorded: whether an act is in force on a later day is not told."
    )
    return finding.section(title, [text], points=points), [text]


def _prices(inquiry: Inquiry, parameters: Mapping[str, Any]) -> Part:
    """Show the newest unit values and published prices."""
    finding = inquiry.ask("prices", **parameters)
    newest: dict[tuple[str, str], Row] = {}
    for row in finding.rows:
        if row["usd_per_tonne"] is not None:
            newest[row["material"], row["figure"]] = row
    label = inquiry.catalog.materials.label
    points = [
        f"{label(row['material'])}, {row['figure']}: {row['usd_per_tonne']:,.0f} USD per tonne in "
        f"{row['period']}."
        for row in newest.values()
    ]
    text = "The newest of each series; a unit value is a mean over qualities and contracts."
    return finding.section("Prices", [text] if points else [], points=points[:20], shown=12), []
