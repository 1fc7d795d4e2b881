"""Networks of trade that questions measure, in one period or over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unlisted import unlisted_schema
from graphkit.answers.columns import Column
from graphkit.answers.coverage import Coverage, Span
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.period import Period, listed, newest
from graphkit.questions.shared.periods import PeriodChoice, periods_by_product
from graphkit.questions.shared.trade import (
    TRADE_SERIES,
    ImportsInScope,
    coverage_of,
    data_set_notes,
    in_sentence,
    of_code,
    series_of,
    trade_of,
)


@dataclass(frozen=True)
class Networks:
    """Flows of all products in scope, period by period."""

    scope: Scope
    available: Mapping[str, set[str]]
    """Periods with trade, by product in scope."""
    periods: tuple[str, ...]
    flows: pa.Table
    notes: tuple[Note, ...]
    left_out: int = 0
    """Number of flows left out: of groups of countries, or of a country to itself."""
    pieces: Mapping[str, PeriodChoice] = field(default_factory=dict)
    """Periods of the data that make up the only one, by product."""
    unlisted: pa.Table = field(default_factory=unlisted_schema("consumer").empty_table)
    """The most that partial data sets lack of each importer's trade in the only period."""

    @property
    def when(self) -> str:
        """The period, or the first and the last one."""
        first, last = self.periods[0], self.periods[-1]
        return f"in {first}" if first == last else f"from {first} to {last}"

    @property
    def basis(self) -> str | None:
        """The basis of the masses."""
        bases = self.flows.filter(pc.is_valid(self.flows["tonnes"]))["basis"]
        return "+".join(sorted({*bases.to_pylist()} - {None})) or None

    @property
    def missing_tonnes(self) -> dict[str, float | None]:
        """The share of the value of all flows without a mass, by period."""
        usd, tonnes = self.flows["usd"], self.flows["tonnes"]
        unweighed = pc.if_else(pc.is_null(tonnes), usd, 0.0)
        table = pa.table({"period": self.flows["period"], "usd": usd, "unweighed": unweighed})
        # In a fixed order, so that sums do not depend on that of the database.
        table = table.sort_by([("period", "ascending"), ("usd", "ascending")])
        sums = table.group_by("period", use_threads=False)
        rows = sums.aggregate([("usd", "sum"), ("unweighed", "sum")]).to_pylist()
        return {
            row["period"]: row["unweighed_sum"] / row["usd_sum"] if row["usd_sum"] else None
            for row in rows
        }

    def coverage(self) -> Coverage:
        """Summarise the flows and their gaps; many periods count as one series."""
        flows = self.flows
        series = series_of(flows, _spans(flows) if len(self.periods) > 1 else ())
        trade = ImportsInScope(flows, series, flows, periods=self.pieces)
        coverage = coverage_of(trade, self.scope)
        lacking = tuple(key for key in coverage.without_trade if key not in self.available)
        return replace(coverage, without_trade=lacking, flows_left_out=self.left_out)


def network_of(catalog: Catalog, scope: Scope, period: str | None, amount: str) -> Networks:
    """Read the network of one period, by default the newest that any product has.

    Raises
    ------
    GraphkitError
        No trade is in scope, two series count the same goods, or masses have two bases.
    """
    available = periods_by_product(catalog.traded, scope)
    if not period and available:
        period = newest(set().union(*available.values()))
    trade = trade_of(catalog, scope, period)
    if trade.lacking:
        raise GraphkitError(in_sentence(trade.lacking.words))
    lacking = sorted(set(available) - set(trade.flows["product"].to_pylist()))
    notes = list(trade.notes)
    if lacking:
        notes.append(Note(f"No trade in {period} of {catalog.materials.in_text(*lacking)}."))
    networks = Networks(
        scope, available, (str(period),), trade.flows, tuple(notes), pieces=trade.periods,
        unlisted=trade.unlisted,
    )  # fmt: skip
    return _checked(catalog, networks, amount)


def networks_over_time(catalog: Catalog, scope: Scope, amount: str) -> Networks:
    """Read the networks of every period, for the products that have data in all of them.

    The periods are those of the product with the most, of the most common length. A product
    without data in one of them is left out of all, to keep the periods comparable.

    Raises
    ------
    GraphkitError
        As :func:`network_of`.
    """
    available = periods_by_product(catalog.traded, scope)
    if not available:
        lacking = trade_of(catalog, scope, None).lacking
        raise GraphkitError(in_sentence(lacking.words if lacking else "no trade is known"))
    comparable = {product: _of_one_length(periods) for product, periods in available.items()}
    periods = max(comparable.values(), key=lambda texts: (len(texts), texts))
    products = sorted(key for key, texts in comparable.items() if set(periods) <= set(texts))
    flows = catalog.flows("trade", products=products, periods=list(periods))
    flows = of_code(flows, scope)
    label = catalog.materials.label
    notes = [
        Note(
            f"{label(product)}: left out, with data only in {_listed(available[product])}; with it "
            "the periods would not be comparable.",
            (product,),
        )
        for product in sorted(set(available) - set(products))
    ]
    notes += data_set_notes(catalog, flows)
    return _checked(catalog, Networks(scope, available, periods, flows, tuple(notes)), amount)


def _of_one_length(periods: set[str]) -> tuple[str, ...]:
    """Select the periods of the most common length, the longer one on a tie, in order of time."""
    lengths = [Period(text).months for text in periods]
    length = max(lengths, key=lambda months: (lengths.count(months), months))
    alike = (text for text in periods if Period(text).months == length)
    return tuple(sorted(alike, key=lambda text: Period(text).start))


def _checked(catalog: Catalog, networks: Networks, measure: str) -> Networks:
    """Drop totals and groups, and check that the other flows may be added up."""
    flows, notes = catalog.countries_only(networks.flows)
    flows = flows.filter(pc.not_equal(flows["supplier"], flows["consumer"]))
    _check_counted_once(catalog, flows)
    if measure == "tonnes":
        _check_one_basis(catalog, flows.filter(pc.is_valid(flows["tonnes"])))
    left_out = len(networks.flows) - len(flows)
    return replace(networks, flows=flows, left_out=left_out, notes=(*networks.notes, *notes))


def _check_counted_once(catalog: Catalog, flows: pa.Table) -> None:
    """Refuse two figures of the same goods, such as those of a code and its subcode."""
    names = [*TRADE_SERIES, "hs"]
    rows = flows.select(names).group_by(names).aggregate([]).to_pylist()
    rows.sort(key=lambda row: [row[name] or "" for name in names])
    for first, second in combinations(rows, 2):
        if first["period"] == second["period"] and _same_goods(first, second):
            raise GraphkitError(
                f"{_series(catalog, first)} and {_series(catalog, second)} count the same goods of "
                f"{first['period']}, which are not added up; name one of them with `scope`, "
                "or load one"
            )


def _same_goods(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    if first["hs"] and second["hs"]:
        return bool(first["hs"].startswith(second["hs"]) or second["hs"].startswith(first["hs"]))
    return bool(first["product"] == second["product"])


def _series(catalog: Catalog, row: Mapping[str, Any]) -> str:
    code = f" HS {row['hs']}" if row["hs"] else ""
    product = catalog.materials.in_text(row["product"])
    return f"{product}{code} ({row['dataset']}, {row['reporter']})"


def _check_one_basis(catalog: Catalog, flows: pa.Table) -> None:
    products_of_basis: dict[str, set[str]] = {}
    names = ["product", "basis"]
    for row in flows.select(names).group_by(names).aggregate([]).to_pylist():
        products_of_basis.setdefault(row["basis"] or "unknown", set()).add(row["product"])
    if len(products_of_basis) > 1:
        in_text = catalog.materials.in_text
        bases = "; ".join(
            f"{basis}: {in_text(*sorted(products))}"
            for basis, products in sorted(products_of_basis.items())
        )
        raise GraphkitError(
            f"masses of several bases are not added up ({bases}); ask for one of them, or `by=usd`"
        )


def _spans(flows: pa.Table) -> list[Span]:
    """Find the periods of each flow's series."""
    names = [name for name in TRADE_SERIES if name != "period"]
    keys = list(zip(*(flows[name].to_pylist() for name in names), strict=True))
    periods: dict[tuple[str, ...], set[str]] = {}
    for key, period in zip(keys, flows["period"].to_pylist(), strict=True):
        periods.setdefault(key, set()).add(period)
    spans = {key: Span(tuple(sorted(span)), _listed(span)) for key, span in periods.items()}
    return [spans[key] for key in keys]


def _listed(periods: set[str]) -> str:
    return listed(periods, 3) + (f" ({len(periods)} periods)" if len(periods) > 3 else "")


def adding_up(
    catalog: Catalog, networks: Networks, products: Sequence[str], amount: str
) -> list[Note]:
    """Note that flows of several products form one network."""
    if len(products) == 1:
        return []
    measure = "value" if amount == "usd" else f"weight ({networks.basis})"
    return [
        Note(
            f"Flows of {catalog.materials.in_text(*products)} are added up by {measure}: goods "
            "sold on as another of them count each time."
        )
    ]


LABELS = (
    Column("period", "Period"),
    Column("country", "Country"),
    Column("product", "Product"),
    Column("stage", "Stage"),
)


def with_names(catalog: Catalog, table: pa.Table) -> pa.Table:
    """Add the name of each country after its code."""
    column = table["country"].to_pylist()
    names = {key: catalog.places.with_key(key).name for key in set(column)}
    place = table.column_names.index("country") + 1
    return table.add_column(place, "name", pa.array([names[key] for key in column], pa.string()))


def with_labels(
    table: pa.Table,
    constants: Mapping[str, str | float | None],
    by_period: pa.Table | None = None,
) -> pa.Table:
    """Add columns with one value in every row, and those of a table by ``period``."""
    for name, value in constants.items():
        kind = pa.float64() if isinstance(value, float) else pa.string()
        table = table.append_column(name, pa.array([value] * len(table), kind))
    if by_period is None:
        return table
    labels = {row.pop("period"): row for row in by_period.to_pylist()}
    periods = table["period"].to_pylist()
    for name in by_period.column_names:
        if name != "period":
            column = [labels[period][name] for period in periods]
            table = table.append_column(name, pa.array(column, pa.string()))
    return table


def behind_each_period(catalog: Catalog, flows: pa.Table) -> pa.Table:
    """Join the products, stages, codes, data sets and sources of each period by ``+``."""
    values: dict[str, dict[str, set[str]]] = {}
    names = ["product", "hs", "reporter", "dataset", "source"]
    rows = flows.select(["period", *names]).group_by(["period", *names]).aggregate([])
    for row in rows.to_pylist():
        of_period = values.setdefault(row["period"], {name: set() for name in ("stage", *names)})
        of_period["stage"].add(catalog.materials.products[row["product"]]["stage"])
        for name in names:
            of_period[name].add(row[name])
    headers = {"product": "products", "stage": "stages"}
    table = []
    for period, of_period in sorted(values.items()):
        texts = {
            headers.get(name, name): "+".join(sorted(keys - {None}))
            for name, keys in of_period.items()
        }
        table.append({"period": period, **texts})
    return pa.Table.from_pylist(table)


BY = {"usd": "flows by value (USD)", "tonnes": "flows by mass (tonnes)"}
