"""The brief on a mineral: who mines, refines, makes, sells and buys it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage
from graphkit.answers.figures import UNFIT, number_of
from graphkit.answers.sentence import Sentence
from graphkit.answers.terms import Material, Measure, Time, terms
from graphkit.arrow import SHARE
from graphkit.brief.chart import MOST_BARS, BarRow, bars
from graphkit.brief.claims import claims_part
from graphkit.brief.controls import act_in_words, claims_on, suspended_of
from graphkit.brief.document import Brief, Section
from graphkit.brief.inquiry import (
    NOTHING,
    VERB,
    Finding,
    Form,
    Inquiry,
    Part,
    command_of,
    is_first,
    ordered,
)
from graphkit.brief.plants import plants_parts
from graphkit.brief.stop import MOST_LOSSES
from graphkit.brief.wording import first_of, joined, period_of
from graphkit.catalog.tables import COUNTRIES
from graphkit.headlines.wording import OTHER_GOODS, worth
from graphkit.names import capitalized
from graphkit.questions.shared.ores import BY_ORE
from graphkit.questions.shared.production import figures_of
from graphkit.render.answer import shown_claims

Row = Mapping[str, Any]
MOST = 5
"""Number of countries and products that a sentence or a list names."""
POINT = ("product", "supplier", "definition", "traced_to")
"""Columns that tell one single point of failure from the others."""
MOST_TRADERS = 3
"""Number of exporters and of importers in a sentence."""
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


def mineral_brief(inquiry: Inquiry, period: str | None, form: Form) -> Brief:
    """Write the brief on minerals, products or stages.

    Parameters
    ----------
    inquiry : Inquiry
        The database, and the scope that the brief is about.
    period : str, optional
        Default: the newest of each product.
    form : Form
        Length, command and title.
    """
    parameters: dict[str, Any] = {"scope": inquiry.names}
    if period:
        parameters["period"] = [period]
    concentration = inquiry.ask("concentration", **parameters)
    traders, seller = _traders(inquiry, parameters)
    stop, losses = _stop(inquiry, parameters, seller)
    parts = [
        _makers(inquiry, period, concentration), _markets(concentration, inquiry),
        _points(inquiry, parameters), _controls(inquiry), traders, (losses, []),
        *plants_parts(inquiry, scope=inquiry.names), _prices(inquiry, parameters),
        claims_part(
            inquiry, inquiry.ask("claims check", scope=inquiry.names),
            f"about {inquiry.meaning}".replace("{", "{{").replace("}", "}}"),
        ),
    ]  # fmt: skip
    period_text = f", {period}" if period else ""
    if not any(lead for _, lead in [*parts[:2], traders]):
        when = f" for {period}" if period else ""
        nothing = (
            f"Neither production of {inquiry.meaning} nor trade in it is in the database{when}."
        )
        parts.insert(0, (None, [nothing]))
    return inquiry.brief(
        f"Who mines, refines, makes, sells and buys {inquiry.meaning}{period_text}", form,
        parts=parts, chart=_chart(inquiry, concentration), stop=stop,
        steps=_steps(inquiry, parameters, seller), limits=_limits(inquiry, concentration),
    )  # fmt: skip


def _makers(inquiry: Inquiry, period: str | None, concentration: Finding) -> Part:
    """List the producers at each stage, and the claims on their shares."""
    figures = [figures_of(inquiry.catalog, scope, period) for scope in inquiry.scopes]
    order = {key: row["stage_order"] for key, row in inquiry.catalog.materials.products.items()}
    rows = [
        {**row, "stage_order": order[row["product"]]}
        for some in figures for row in some.rows.to_pylist() if row["type"] in COUNTRIES
    ]  # fmt: skip
    rows.sort(key=lambda r: (
        r["stage_order"], r["product"], r["source"], -(r["tonnes"] or 0), -(r["share"] or 0),
        r["country"]
    ))  # fmt: skip
    lead = [
        f"{_sentence(concentration, row).words.removesuffix('.')} "
        f"({row['basis'] or 'basis not stated'}; {row['source']})."
        for row in sorted(concentration.rows, key=lambda r: (r["stage_order"], r["product"]))
        if row["market"] == "production" and row["top"] and row["cr1"] is not None
    ]
    lead = [*_by_ore(inquiry, concentration), *lead]
    points = [*lead, *_claimed(inquiry, concentration)]
    if not rows:
        return (Section("Who makes it", points=points) if points else None), lead[:2]
    periods = sorted({row["period"] for row in rows})
    products = sorted({row["product"] for row in rows})
    command = ["graphkit", "query", "production", "-P", f"products={','.join(products)}"]
    sources = pa.concat_tables(inquiry.catalog.sources(some.rows) for some in figures)
    answer = Answer(
        f"Who produces {inquiry.meaning}?",
        terms(Material(inquiry.scope), Time(None), Measure("production by mass (tonnes)")),
        pa.Table.from_pylist(rows, schema_of(COLUMNS)), COLUMNS, Coverage(), sources,
        caption="As published; the share is of the world total of the same source, where it gives "
        "one, or of the sum of its figures where that is larger. A withheld figure is unknown, not "
        "zero.", names=inquiry.labels,
    )  # fmt: skip
    query = shlex.join([*command, "-P", f"periods={','.join(periods)}"])
    return Section("Who makes it", points=points, answer=answer, command=query), lead[:2]


def _sentence(concentration: Finding, row: Row) -> Sentence:
    """Write the sentence on one market."""
    market = {name: row[name] for name in ("product", "market", "measure", "period", "source")}
    return concentration.told(**market)


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


def _markets(concentration: Finding, inquiry: Inquiry) -> Part:
    """Show how concentrated production and trade are."""
    sold = [
        _sentence(concentration, row).words
        for row in sorted(concentration.rows, key=lambda r: -(r["total_usd"] or 0.0))
        if row["market"] == "exports" and row["measure"] == "usd" and row["top"]
    ]
    if not concentration.rows:
        return NOTHING
    return concentration.section("How concentrated it is", points=sold), sold[:1]


def _limits(inquiry: Inquiry, concentration: Finding) -> list[str]:
    """Write what limits the figures, by what the data lack."""
    if concentration.answer is None or not concentration.rows:
        return []
    texts = []
    mixed = [
        row["product"] for row in concentration.rows
        if row["market"] == "exports" and row["fit"] in UNFIT
    ]  # fmt: skip
    if mixed:
        goods = first_of([inquiry.product(key) for key in dict.fromkeys(mixed)])
        texts.append(f"Trade in {goods} is counted with other goods that their codes hold.")
    parts = concentration.answer.coverage.parts.values()
    without = [key for part in parts for key in part.without_trade]
    if without:
        number, goods = len(without), first_of([inquiry.product(key) for key in without])
        texts.append(
            f"{capitalized(number_of(number, 'product'))} in scope "
            f"{'has' if number == 1 else 'have'} no trade data: {goods}."
        )
    periods = sorted({row["period"] for row in concentration.rows})
    return [
        *texts,
        "Production counts the published figures of each product alone, by the basis that is "
        "named; a withheld figure is unknown, not zero.",
        "Exports name the last seller, and goods that are sold on count each time.",
        f"Figures are of the newest period of each: {first_of(periods, 6)}.",
    ]


def _chart(inquiry: Inquiry, concentration: Finding) -> Answer | None:
    """Choose the rows of the picture: the first maker and the first seller at each stage."""
    markets = (("production", "tonnes"), ("exports", "usd"))
    rows = [
        row for row in concentration.rows
        if row["top"] and row["cr1"] is not None and (row["market"], row["measure"]) in markets
        and is_first(_sentence(concentration, row))
    ]  # fmt: skip
    rows.sort(key=lambda r: -(r["total_usd"] or 0.0))
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        first.setdefault((row["product"], row["market"]), row)
    chosen = sorted(
        list(first.values())[:MOST_BARS],
        key=lambda r: (r["stage_order"], r["product"], r["market"]),
    )
    if concentration.answer is None or not chosen:
        return None
    bar_rows = [
        BarRow(row["product"], row["top"], row["cr1"], row.get("fit"), row.get("extent"),
               f"{'sold' if row['market'] == 'exports' else 'made'} in {period_of(row)}")
        for row in chosen
    ]  # fmt: skip
    return bars(
        concentration.answer, f"Who comes first: {inquiry.meaning}", bar_rows,
        "Made: share of published world production. Sold: share of world exports by value (USD)",
        sorted({row["source"] for row in chosen}),
    )  # fmt: skip


def _steps(
    inquiry: Inquiry, parameters: Mapping[str, Any], seller: str | None
) -> list[tuple[str, str]]:
    """Write what to ask next."""
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("Who depends on one country for it?", "spof", {}),
        ("How has the trade changed since 1995?", "trend", {}),
    ]
    if seller is not None:
        by_month = {"who": seller, "stock_days": 60}
        name = inquiry.place(seller)
        questions.insert(
            1, (f"How far would stocks of 60 days reach if {name} stopped?", "stocks", by_month)
        )
    scoped = {"scope": inquiry.names}
    return [
        (text, command_of(VERB[verb], {**({} if verb == "trend" else parameters), **scoped, **own}))
        for text, verb, own in questions
    ]


def _traders(inquiry: Inquiry, parameters: Mapping[str, Any]) -> tuple[Part, str | None]:
    """Name the largest exporters and importers of its products together, and the first seller."""
    finding = inquiry.ask("centrality", **parameters, measures="strength_out,strength_in")
    rows = finding.rows
    if finding.answer is None or not rows:
        return NOTHING, None
    period = period_of(rows[0])

    def first(column: str) -> Sequence[Row]:
        return sorted(rows, key=lambda r: (-(r[column] or 0.0), r["country"]))[:MOST_TRADERS]

    def named(column: str) -> str:
        return joined(f"{inquiry.place(r['country'])} ({worth(r[column])})" for r in first(column))

    traded = {series.product: series for part in finding.answer.coverage.parts.values()
              for series in part.series}  # fmt: skip
    fit = OTHER_GOODS if any(series.fit in UNFIT for series in traded.values()) else ""
    text = (
        f"In {period}, by value, of {first_of([inquiry.product(key) for key in traded], MOST)}"
        f"{fit}: sold by {named('strength_out')}; bought by "
        f"{named('strength_in')}; goods that are sold on count each time."
    )
    seller = first("strength_out")[0]["country"]
    part = finding.section("Who sells and buys it", [text]), [text]
    return part, seller if seller in inquiry.countries else None


def _stop(
    inquiry: Inquiry, parameters: Mapping[str, Any], seller: str | None
) -> tuple[Section | None, Section | None]:
    """Say what a stop of the largest exporter costs: for page 1, and as a table of the annex."""
    if seller is None:
        return None, None
    finding = inquiry.ask("disrupt", who=seller, **parameters)
    if finding.answer is None or not finding.rows:
        return None, None
    answer = ordered(finding.answer, "lost_imports")
    name = inquiry.place(seller)
    points = [
        finding.told(consumer=row["consumer"], product=row["product"]).words
        for row in answer.rows.to_pylist()[:MOST_LOSSES]
    ]
    text = (
        f"Without the exports of {name}, and with nobody to replace them, these would lose most "
        "(estimates):"
    )
    front = Section(f"If {name} stopped", [text], points=points, command=finding.command)
    return front, finding.section(f"What is lost if {name} stopped", answer=answer)


def _points(inquiry: Inquiry, parameters: Mapping[str, Any]) -> Part:
    """List the countries on which many importers depend."""
    finding = inquiry.ask("spof", **parameters)
    if finding.answer is None or not finding.rows:
        return NOTHING
    answer = ordered(finding.answer, "at_stake")
    rows: list[Row] = answer.rows.to_pylist()[:MOST]
    points = [finding.told(**{name: row[name] for name in POINT}).words for row in rows]
    text = (
        "The largest parts of all imports first; what is looked through is as traced, not certain, "
        "and only possible where the product's code also holds goods of earlier stages."
    )
    sure = [point for point, row in zip(points, rows, strict=True) if not row["earlier"]]
    section = finding.section("Single points of failure", [text], points=points, answer=answer)
    return section, sure[:1]


def _controls(inquiry: Inquiry) -> Part:
    finding = inquiry.ask("controls", scope=inquiry.names)
    if not finding.rows:
        return NOTHING
    dates_by_act: dict[tuple[str, ...], list[str]] = {}
    for act in finding.rows:
        act_name, measure, dates = act_in_words(inquiry, act)
        names = [inquiry.product(key) for key in act["products"] or ()]
        products = first_of(names, 4) or "none of the graph"
        dates_by_act.setdefault((act_name, measure, products), []).append(dates)
    points = [
        f"{act_name}: {measure}, {'; '.join(dates)}; products: {products}."
        for (act_name, measure, products), dates in dates_by_act.items()
    ]
    points += claims_on(inquiry, finding, finding.rows)
    acts = {(act["country"], act["announcement"]) for act in finding.rows}
    countries = inquiry.count_places(country for country, _ in acts)
    lead = (
        f"{capitalized(number_of(len(acts), 'export control'))} on {inquiry.meaning} "
        f"{'is' if len(acts) == 1 else 'are'} on record, whatever the day: "
        f"{countries}{suspended_of(finding.rows)}."
    )
    text = "Dates are as recorded: whether an act is in force on a later day is not told."
    return finding.section("Export controls", [lead, text], points=points, shown=0), [lead]


def _prices(inquiry: Inquiry, parameters: Mapping[str, Any]) -> Part:
    """Show the newest unit values and published prices."""
    finding = inquiry.ask("prices", **parameters)
    series = dict.fromkeys((row["material"], row["figure"]) for row in finding.rows
                           if row["usd_per_tonne"] is not None)  # fmt: skip
    points = [finding.told(material=material, figure=figure).words for material, figure in series]
    if not points:
        return NOTHING
    text = "The newest of each series; a unit value is a mean over qualities and contracts."
    return finding.section("Prices", [text], points=points, shown=0), []
