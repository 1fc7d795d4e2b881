"""Targets of governments, held against imports at face value and looked through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.shares import import_shares
from graphkit.analysis.supply.look_through import UNKNOWN, UNTRACEABLE
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.analysis.targets import (
    ABOVE,
    BELOW,
    EXCEEDED,
    MET,
    MISSED,
    ON_THE_WAY,
    UNMEASURED,
    judge,
    median_slope,
    needed_slope,
)
from graphkit.analysis.targets import UNKNOWN as CANNOT_BE_TOLD
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.figures import DIFFERENCE, IN_SOME_ROWS, UNFIT
from graphkit.answers.note import Note
from graphkit.answers.terms import (
    Measure,
    Places,
    Products,
    Role,
    Time,
    one_or_all,
    terms,
)
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.period import Period
from graphkit.questions.act.projects import STEPS, Projects, projects_in
from graphkit.questions.act.sourcing import Sourcing, elements_of, years_until
from graphkit.questions.act.wording import FACE_VALUE, ONE_COUNTRY
from graphkit.questions.question import checked
from graphkit.questions.shared.parties import own_flows, owner_named, periods_with_trade
from graphkit.questions.shared.supply import Supply, supply_of
from graphkit.questions.shared.trade import IMPORTS_BY, ImportsInScope, imports_of, product_notes

LOOKED_THROUGH = "looked through"
VERDICTS = (MISSED, ABOVE, BELOW, ON_THE_WAY, CANNOT_BE_TOLD, MET, UNMEASURED)
BEHIND = (MISSED, ABOVE, BELOW)
YEARS, STALE = 10, 3
"""Years of a trend, and those after which trade says nothing about today."""
SOME = IN_SOME_ROWS
TARGETS = (
    Column("country", "Whose"),
    Column("target", "", "key of the target"),
    Column("name", "Target for", "the material or benchmark, as its source names it"),
    Column("product", "Product", rank=0),
    Column("stage", rank=3),
    Column("period", "Period", rank=2),
    Column("definition", "Counted", "face value: by the last seller; looked through: by who did "
           "the work of the product's stage; sourced: by published shares of imports and own "
           "production together", rank=0),
    Column("supplier", "Largest", "country with the largest share; of what is made at home, whose "
           "target it is", rank=0),
    Column("share", "Share", "0 to 1, of the imports of the product; sourced, of imports and own "
           "production together", SHARE + SOME, NUMBER, rank=0),
    Column("low", "at least",
           "0 to 1, the least that the largest share can be, given all published data",
           SHARE + SOME, NUMBER, rank=3),
    Column("high", "at most", "0 to 1, the most that the share of any country can be", SHARE + SOME,
           NUMBER, rank=3),
    Column("threshold", "Target", "0 to 1, the share to reach: of one country at most, else at "
           "least", SHARE + SOME, NUMBER, rank=0),
    Column("until", "By", rank=3),
    Column("verdict", "Verdict",
           "met: all of the range keeps to the target; else, if none of it does, missed in the "
           "year of the target or later, and before on the way, if it would be at most the "
           "target in time at the pace of ten years, or above, or below one that is to be at "
           "least that; cannot be told, where the range holds the target or a figure is missing; "
           "no measure in the graph, of a target in money, amounts or prices", rank=0),
    Column("distance_usd", "Above by",
           "USD of today's imports above the target, if all of the range is",
           "USD" + SOME, NUMBER, rank=2),
    Column("distance_tonnes", "", "metric tons of today's imports above the target", "t" + SOME,
           NUMBER),
    Column("pace", "a year", "change of the share that was bought there, a year: median of all "
           "pairs of up to ten years", DIFFERENCE, NUMBER, rank=2),
    Column("needed_pace", "needed", "change of the share a year that reaches the target in time",
           DIFFERENCE, NUMBER, rank=2),
    Column("years_of_pace", "", "first and last year of the trend"),
    Column("missing", "Missing", "what is missing to tell", rank=3),
    Column("grade", "", "the grade of the material that alone the target is of"),
    Column("projects", "Projects", "number of strategic projects that work on the material at the "
           "step of the stage, at home; empty: no list names such", type=COUNT, rank=2),
    Column("project_names", "", "their names, with the states of their sites", type=TEXTS),
    Column("would_turn", "", "what is made and used at home, in USD a year, from which a share "
           "above the target would be met, if the target is of consumption", "USD" + SOME, NUMBER),
    Column("share_tonnes", "", "0 to 1, the share of the same country by weight", SHARE, NUMBER),
    Column("share_of", "", "what the target's share is of, in its source"),
    Column("aim", "", "one-country: the share of one other country, at most; the others: what is "
           "mined, processed, recycled or made at home, at least; stock, money, price, other"),
    Column("amount", "Aim", "what is to be reached, of a target that is no share",
           "see `amount_unit`" + SOME, NUMBER, rank=1),
    Column("amount_unit", "in", "what the amount is counted in, in words", rank=1),
    Column("act", "", "the act, strategy or agreement that has it"),
    Column("announced", "", "when it was announced"),
    Column("state", "", "how far it binds: draft, announced, in-force"),
    Column("element", "", "element or group whose published shares these are, where they are of no "
           "product"),
    *plain_columns("measure", "evidence", "hs", "dataset", "source", "trade_source"),
)  # fmt: skip
SHOWN = (
    "country", "name", "product", "period", "definition", "supplier", "share", "low", "high",
    "threshold", "amount", "amount_unit", "until", "verdict", "distance_usd", "pace",
    "needed_pace", "projects", "missing",
)  # fmt: skip
AT_HOME = (
    "consumption, and what is {work} at home, since no table of the graph has both on one basis"
)
WORK = {
    "extraction": "mined", "processing": "processed", "recycling": "recycled",
    "production": "made",
}  # fmt: skip
NO_LIST = "the list of the minerals that it is of"
NO_CODE = "trade of its own, since no traded product is bought for it alone"
OTHER_GOODS = "trade of its own, since the code also holds other goods"
ALL_GRADES = "trade of {grade} grade alone, since the codes hold all grades"
NO_COUNTRY = (UNKNOWN, UNTRACEABLE)


@checked(TARGETS)
def targets(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    by: str = "usd",
) -> Answer:
    """Hold the targets of governments against imports.

    Returns
    -------
    Answer
        One row for each target, product and way to count (at face value, and looked through to who
        did the work of the product's stage): first those that are missed or above, by value.
        Targets that no figure can be held against have one row that says what is missing.

    Raises
    ------
    UsageError
        Unknown name, or invalid period.
    """
    goods = catalog.materials.scope(scope)
    place = None if country is None else catalog.place(country)
    all_targets = [*catalog.rows("targets").to_pylist(), *_stocks_to_hold(catalog)]
    selected = [
        row for row in all_targets
        if place in (None, catalog.place(row["country"]))
        and (scope is None or _concerns(catalog, row, goods))
    ]  # fmt: skip
    rows: list[dict[str, Any]] = []
    trades: list[ImportsInScope] = []
    lists: list[pa.Table] = []
    notes: list[Note] = []
    for key in dict.fromkeys(row["country"] for row in selected):
        own = [row for row in selected if row["country"] == key]
        owner = catalog.place(key)
        projects = projects_in(catalog, catalog.members(owner))
        lists += [projects.table] if projects else []
        limits = [
            target for target in own if target["measure"] == ONE_COUNTRY and target["elements"]
        ]
        imports = _imports(catalog, owner, limits, period, by) if limits else None
        sourcing = Sourcing(catalog, owner, None if scope is None else _elements(catalog, goods))
        for target in own:
            judged = [
                *(imports.judged(target) if imports and target in limits else ()),
                *({**_of(target), **row} for row in sourcing.judged(target)),
            ] or [_untold(target)]
            rows += [{**row, **_work(projects, target, row)} for row in judged]
        notes += [*sourcing.notes(own), *_without_projects(catalog, owner, projects, rows)]
        if imports:
            trades.append(imports.trade)
            notes += imports.notes
    rows.sort(key=_order)
    table = pa.Table.from_pylist(rows, schema_of(TARGETS))
    sourced = pa.table({"source": table["trade_source"]})
    whose = f" of {place.in_text}" if place else ""
    about = f" for {goods.meaning}" if scope is not None else ""
    products = sorted(set(table["product"].to_pylist()) - {None})
    keys = list(dict.fromkeys(row["country"] for row in selected))
    return Answer(
        f"Are the targets{whose}{about} met?",
        terms(
            Places(Role.COUNTRY, one_or_all(keys)), goods.material, Products(tuple(products)),
            Time(period or "newest with data"), Measure(IMPORTS_BY[by]),
        ),
        table,
        TARGETS,
        Coverage(lines({
            "targets": len(selected),
            "flows_of_imports": sum(len(trade.flows) for trade in trades),
            "products_held_against_targets": len(products),
        })),
        catalog.sources(table, sourced, *(trade.flows for trade in trades), *lists),
        notes=(*notes, *_words(selected), *product_notes(catalog.materials, products)),
        nothing=_none(catalog, all_targets, place, goods),
        caption=f"Shares are of imports of the product, {IMPORTS_BY[by]}. Looked through: by who "
        "did the work of the product's stage. A verdict needs the whole range on one side.",
        shown=without_empty(table, SHOWN, "verdict"),
        grouped_by=("country", "name"),
    )  # fmt: skip


def _concerns(catalog: Catalog, target: Mapping[str, Any], goods: Scope) -> bool:
    """Return True if a target is of an element in scope, or of one that a product is bought for."""
    return bool(elements_of(catalog, target["elements"] or ()) & _elements(catalog, goods))


def _elements(catalog: Catalog, goods: Scope) -> set[str]:
    """List the elements in scope, or those that its products are bought for."""
    elements: set[str] = set(goods.elements)
    for product in () if goods.elements else goods.products:
        elements |= catalog.materials.main.get(product, set())
    return elements


def _stocks_to_hold(catalog: Catalog) -> list[dict[str, Any]]:
    """Read the days of stock that governments aim at as targets."""
    stocks = catalog.rows("stockpiles").to_pylist()
    none = dict.fromkeys(catalog.rows("targets").column_names)
    return [
        {**none, "target": row["key"], "country": row["country"], "name": row["covers"],
         "measure": "stock", "amount": row["target_days"], "elements": row["elements"],
         "unit": "days of use" + (f", {row['target_days_high']:g} where the risk is high"
                                  if row["target_days_high"] else ""),
         "announced": row["as_of"], "evidence": row["evidence"], "source": row["source"]}
        for row in stocks if row["target_days"] is not None
    ]  # fmt: skip


def _none(
    catalog: Catalog, all_targets: Sequence[Mapping[str, Any]], place: Entity | None, goods: Scope
) -> Absence:
    """Say that no target is known, and whose there are."""
    owners = sorted({catalog.place_in_text(row["country"]) for row in all_targets})
    whose = f" of {place.in_text}" if place else ""
    about, in_brief = (
        (f" for {goods.meaning}", f" for {goods.goods.phrase}") if goods.text else ("", "")
    )
    others = f"; there are targets of {' and '.join(owners)}" if owners else ""
    return Absence(
        f"Known to graphkit: no target{whose}{about}{others}.",
        f"Known to graphkit: no target{whose}{in_brief}",
    )


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    is_told = row.get("product") is not None
    return (
        row["country"], VERDICTS.index(row["verdict"]) if is_told else len(VERDICTS),
        -(row.get("distance_usd") or 0.0), row["target"], row.get("product") or "",
        row.get("definition") or "",
    )  # fmt: skip


def _of(target: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a target in a row."""
    names = ("country", "target", "name", "until", "grade", "share_of", "amount", "act",
             "announced", "state", "evidence", "source")  # fmt: skip
    return {
        **{name: target[name] for name in names}, "threshold": target["share"],
        "aim": target["measure"], "amount_unit": target["unit"], "verdict": CANNOT_BE_TOLD,
    }  # fmt: skip


def _untold(target: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a target that no figure can be held against, and what is missing."""
    work = WORK.get(target["measure"])
    if target["measure"] == ONE_COUNTRY:
        return {**_of(target), "missing": NO_CODE if target["elements"] else NO_LIST}
    if work is None or target["share"] is None:
        return {**_of(target), "verdict": UNMEASURED}
    return {**_of(target), "missing": AT_HOME.format(work=work)}


def _work(
    projects: Projects | None, target: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    """Find the strategic projects that work on a target, at the stage of a row."""
    measure = target["measure"]
    steps = STEPS.get(row.get("stage") or "") if measure == ONE_COUNTRY else (measure,)
    if projects is None or steps is None:
        return {}
    names = projects.working_on(target["elements"] or (), steps)
    return {"projects": len(names), "project_names": names}


def _without_projects(
    catalog: Catalog, owner: Entity, projects: Projects | None, rows: Sequence[Mapping[str, Any]]
) -> list[Note]:
    """Name the targets that imports are above, and not on the way, on which no project works."""
    own = [row for row in rows if row["country"] == owner.key]
    if projects is None:
        return (
            [Note(f"No list of strategic projects of {owner.in_text} is in the graph.")]
            if own
            else []
        )
    bare = dict.fromkeys(
        row["product"] for row in own if row["verdict"] in BEHIND and row.get("projects") == 0
    )
    unnamed = dict.fromkeys(
        row["product"] for row in own if row["verdict"] in BEHIND and row.get("projects") is None
    )
    in_text, notes = catalog.materials.in_text, []
    if bare:
        notes.append(
            Note(
                f"No strategic project of {owner.in_text} works on these, where imports are "
                f"above a target: {in_text(*bare)}."
            )
        )
    if unnamed:
        notes.append(
            Note(
                "The list of strategic projects names no step that makes these, where imports "
                f"are above a target: {in_text(*unnamed)}."
            )
        )
    return notes


@dataclass(frozen=True)
class Imports:
    """Imports of the owner of some targets: today's, their trend, and looked through."""

    catalog: Catalog
    buyer: Entity
    trade: ImportsInScope
    traced: Mapping[str, Sequence[Mapping[str, Any]]]
    """Origins of each product, at its own stage."""
    supply_period: str
    trend: Mapping[tuple[str, str], Sequence[tuple[int, float]]]
    """Share of a supplier in a product over the years."""
    measure: str
    notes: Sequence[Note]

    @property
    def newest(self) -> int:
        """The newest year of the imports."""
        return max((Period(series.period).year for series in self.trade.series), default=0)

    def judged(self, target: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Hold each product of a target against it, both ways."""
        scope = self.catalog.materials.scope(",".join(target["elements"]))
        products = {*scope.products} - {*(target["excluded"] or ())}
        fits = self.catalog.materials.fits(scope, [series.goods for series in self.trade.series])
        shares = [r for r in self.trade.shares.to_pylist() if r["product"] in products]
        name = f"share_{self.measure}"
        largest: dict[str, dict[str, Any]] = {}
        for row in shares:
            before = largest.get(row["product"])
            if row[name] is not None and (before is None or row[name] > before[name]):
                largest[row["product"]] = row
        for product, row in largest.items():
            missing = None if fits.get(product) not in UNFIT else OTHER_GOODS
            if missing is None and target["grade"] is not None:
                missing = ALL_GRADES.format(grade=target["grade"])
            if self.newest - Period(row["period"]).year > STALE:
                missing = f"trade after {row['period']}"
            total = fsum(r["usd"] or 0.0 for r in shares if r["product"] == product)
            tonnes = fsum(r["tonnes"] or 0.0 for r in shares if r["product"] == product)
            shared = {
                **_of(target), "product": product, "stage": row["stage"], "measure": self.measure,
                "hs": row["hs"], "dataset": row["dataset"], "trade_source": row["source"],
                "missing": missing,
            }  # fmt: skip
            for judged in (self._face_value(row, target), self._looked_through(product, target)):
                if judged is None:
                    continue
                if missing is not None:
                    judged["verdict"] = CANNOT_BE_TOLD
                if judged["verdict"] in EXCEEDED:
                    above = judged["share"] - target["share"]
                    judged["distance_usd"] = above * total
                    judged["distance_tonnes"] = above * tonnes if tonnes else None
                    if "consumption" in target["share_of"]:
                        judged["would_turn"] = total * above / target["share"]
                yield {**shared, **judged}

    def _face_value(self, row: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
        share, supplier = row[f"share_{self.measure}"], row["supplier"]
        return {
            "definition": FACE_VALUE, "supplier": supplier, "share": share, "low": share,
            "high": share, "share_tonnes": row["share_tonnes"],
            **self._verdict(target, row["product"], supplier, row["period"], (share, share)),
        }  # fmt: skip

    def _verdict(
        self, target: Mapping[str, Any], product: str, supplier: str, period: str,
        ends: tuple[float, float],
    ) -> dict[str, Any]:  # fmt: skip
        """Judge a range at the pace of what was bought of the country, whichever way is counted."""
        low, high = ends
        points = self.trend.get((product, supplier), ())
        pace, years = median_slope(points), years_until(target["until"], period)
        return {
            "period": period, "pace": pace,
            "needed_pace": needed_slope(high, target["share"], years),
            "years_of_pace": f"{points[0][0]}-{points[-1][0]}" if pace is not None else None,
            "verdict": judge(low, high, target["share"], pace, years),
        }  # fmt: skip

    def _looked_through(self, product: str, target: Mapping[str, Any]) -> dict[str, Any] | None:
        origins = [row for row in self.traced.get(product, ()) if row["origin"] not in NO_COUNTRY]
        known = [row for row in origins if row["origin"] != ANY_OTHER]
        if not known:
            return None
        largest = max(known, key=lambda row: (row["share"], row["origin"]))
        low, high = max(row["low"] for row in known), max(row["high"] for row in origins)
        return {
            "definition": LOOKED_THROUGH, "supplier": largest["origin"], "share": largest["share"],
            "low": low, "high": high,
            **self._verdict(target, product, largest["origin"], self.supply_period, (low, high)),
        }  # fmt: skip


def _imports(
    catalog: Catalog, buyer: Entity, own: Sequence[Mapping[str, Any]], period: str | None, by: str
) -> Imports:
    """Read what the owner of some targets imports of their materials."""
    catalog = catalog.complete()
    elements = sorted({element for target in own for element in target["elements"]})
    goods = catalog.materials.scope(",".join(elements))
    trade = imports_of(catalog, buyer, goods, period)
    notes = list(trade.notes)
    try:
        supply = supply_of(catalog, goods, period, measure=by,
                           merged=buyer if buyer.is_group else None)  # fmt: skip
        traced = _origins(supply, buyer, catalog)
        supply_period = supply.period
        notes += supply.notes
    except GraphkitError as error:
        traced, supply_period = {}, ""
        notes.append(Note(f"Not looked through: {error}."))
    trend = _trend(catalog, buyer, goods, trade, by)
    return Imports(catalog, buyer, trade, traced, supply_period, trend, by, notes)


def _origins(supply: Supply, buyer: Entity, catalog: Catalog) -> dict[str, list[Mapping[str, Any]]]:
    """Trace each product to its own stage; the buyer's own work is no other country's."""
    if buyer.key not in supply.network.countries:
        return {}
    members = {buyer.key, *(catalog.members(buyer) if buyer.is_group else ())}
    stages = dict(zip(supply.network.products, supply.network.stages, strict=True))
    origins: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in supply.traced([buyer.key]).to_pylist():
        if row["stage"] == stages[row["product"]] and row["origin"] not in members:
            origins[row["product"]].append(row)
    return origins


def _trend(
    catalog: Catalog, buyer: Entity, goods: Scope, trade: ImportsInScope, by: str
) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """Compute the shares of suppliers in the years up to today's, in today's data set.

    A year in which others sold and a supplier did not is one of a share of 0.
    """
    now = {series.product: series for series in trade.series}
    available, _ = periods_with_trade(catalog, goods)
    periods: dict[str, list[str]] = {}
    for product, series in now.items():
        last = Period(series.period).year
        years = (text for text in available.get(product, ()) if Period(text).months == 12)
        periods[product] = [text for text in years if 0 <= last - Period(text).year < YEARS]
    flows = own_flows(catalog, goods, owner_named(catalog, buyer.key, "supplier"), periods)
    datasets = {(product, series.dataset) for product, series in now.items()}
    rows = import_shares(flows).to_pylist()
    rows = [row for row in rows if (row["product"], row["dataset"]) in datasets]
    no_sales: dict[str, dict[int, float]] = defaultdict(dict)
    shares: dict[tuple[str, str], dict[int, float | None]] = defaultdict(dict)
    for row in rows:
        year, share = Period(row["period"]).year, row[f"share_{by}"]
        shares[row["product"], row["supplier"]][year] = share
        if share is not None:
            no_sales[row["product"]][year] = 0.0
    return {
        (product, supplier): sorted(
            (year, share) for year, share in (no_sales[product] | of_supplier).items()
            if share is not None
        )
        for (product, supplier), of_supplier in shares.items()
    }  # fmt: skip


def _words(selected: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Say what targets are of, where imports are not that."""
    notes = []
    of_imports = [row for row in selected if row["measure"] == ONE_COUNTRY and row["elements"]]
    for country in dict.fromkeys(row["country"] for row in of_imports):
        for base in dict.fromkeys(
            row["share_of"] for row in of_imports if row["country"] == country
        ):  # fmt: skip
            notes.append(Note(f"The targets of {country} are of {base}; held against are imports."))
    if any("consumption" in (row["share_of"] or "") for row in of_imports):
        notes.append(
            Note(
                "Consumption is also what is made at home, so that a share of imports above the "
                "line does not yet break the rule, and one below it keeps to it at that stage."
            )
        )
        notes.append(
            Note(
                "Would turn: a share s of imports is at most the target t in a consumption that "
                "also has what is made and used at home, from imports times (s - t) / t on."
            )
        )
    if of_imports:
        notes.append(
            Note(
                "Which one figure could turn a verdict that cannot be told: `graphkit unknowns` "
                "with the target as its threshold."
            )
        )
    return notes
