"""First suppliers: the network of who depends on whom for some goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unlisted import POINT, most_by_owner
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, Column
from graphkit.answers.terms import By, Code, Measure, Products, Term, Time, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.markets.networks import (
    BY,
    adding_up,
    behind_each_period,
    network_of,
    with_labels,
)
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.trade import FACE_VALUE, border_of, product_notes
from graphkit.questions.shared.unlisted import unlisted_in

NETWORK = (
    Column("period", "Period"),
    Column("consumer", "Consumer"),
    Column("region", "", "UN region of the consumer", rank=3),
    Column("supplier", "Supplier"),
    Column("supplier_region", "", "UN region of the supplier"),
    Column("place", "Place",
           "1 is the first supplier of the consumer, by the measure; equal ones by code",
           type=COUNT),
    Column("share", "Share", "0 to 1, of the consumer's imports of the goods by the measure; none "
           "where trade that is not listed may move it by a percentage point", SHARE, type=NUMBER),
    Column("usd", "Value", "USD, all products in scope added up", "USD", type=NUMBER),
    Column("tonnes", "Weight", "t, of the flows that give a mass", "t", rank=2, type=NUMBER),
    Column("imports", "Its imports", "USD or t, by the measure: what the consumer buys of all",
           type=NUMBER),
    Column("trade", "", "USD or t, by the measure: what the consumer buys and sells", type=NUMBER),
    Column("supplier_trade", "", "USD or t, by the measure: what the supplier buys and sells",
           type=NUMBER),
    Column("missing_tonnes_share", "No weight",
           "0 to 1, share of the value without a mass; where mass is counted", SHARE, type=NUMBER),
)  # fmt: skip
AMOUNTS = ("imports", "trade", "supplier_trade")
"""Columns in the unit of the measure."""


@dataclass(frozen=True)
class Expanded(Term):
    """Countries whose own suppliers are shown."""

    expand: tuple[str, ...]


@checked(NETWORK, (FIT,))
def network(
    catalog: Catalog,
    *,
    scope: str | None = None,
    period: str | None = None,
    by: str = "usd",
    expand: Sequence[str] = (),
    dataset: str | None = None,
) -> Answer:
    """Show the first supplier of every country, and its share of what the country buys.

    Returns
    -------
    Answer
        One row for each country that buys, the largest imports first: its largest supplier. The
        further suppliers and the buyers of each country to ``expand`` come before them, its
        suppliers first.

    Raises
    ------
    UsageError
        Unknown name or invalid period, or a group to expand.
    GraphkitError
        No trade is in scope, or flows must not be added up.
    """
    catalog = catalog.using(dataset)
    goods = catalog.materials.scope(scope)
    opened = _countries(catalog, expand)
    trade = network_of(catalog, goods, period, by)
    pairs = _by_pair(catalog, trade.flows, by)
    rows = _selected(pairs, opened, by)
    if not rows:
        raise GraphkitError(f"no trade of {goods.meaning} {trade.when} has a known amount")
    regions = {row["iso3"]: row["region"] for row in catalog.nodes("Country").to_pylist()}
    rows = [
        {"period": trade.periods[0], **row, "region": regions.get(row["consumer"]),
         "supplier_region": regions.get(row["supplier"])}
        for row in rows
    ]  # fmt: skip
    unit = {"usd": "USD", "tonnes": "t"}[by]
    columns = [
        replace(column, unit=unit) if column.name in AMOUNTS else column for column in NETWORK
    ]
    table = pa.Table.from_pylist(rows, pa.schema([column.described for column in columns]))
    basis = border_of(trade.flows) if by == "usd" else trade.basis
    table = with_labels(table, {"by": by, "basis": basis}, behind_each_period(catalog, trade.flows))
    products = sorted(set(trade.flows["product"].to_pylist()))
    notes = [
        *goods.notes, *trade.notes, *adding_up(catalog, trade, products, by), FACE_VALUE,
        *product_notes(catalog.materials, products),
    ]  # fmt: skip
    return Answer(
        f"Who depends on whom for {goods.meaning} {trade.when}?",
        terms(
            goods.material, Code(goods.code), Products(tuple(products)), Time(trade.when),
            Measure(BY[by]), By(by), Expanded(tuple(opened)),
        ),
        table, columns, trade.coverage(), catalog.sources(trade.flows, goods.elsewhere),
        elsewhere=goods.elsewhere, notes=tuple(notes),
        shown=("consumer", "supplier", *(["place"] if opened else []), "share", "imports", "usd",
               "tonnes", *(["missing_tonnes_share"] if by == "tonnes" else [])),
        caption=f"Counted: {BY[by]}, {basis}. Shares are of what the consumer imports of the goods "
        "from all countries.",
    )  # fmt: skip


def _countries(catalog: Catalog, names: Sequence[str]) -> list[str]:
    """Find the countries to expand; a group has no first supplier of its own here."""
    keys = []
    for text in names:
        for name in catalog.places_in(text):
            place = catalog.place(name)
            if place.is_group:
                raise UsageError(f"`expand`: found {place.in_text}, wanted one country")
            keys.append(place.key)
    return list(dict.fromkeys(keys))


def _by_pair(catalog: Catalog, flows: pa.Table, measure: str) -> list[dict[str, Any]]:
    """Add up the flows of each pair, and rank the suppliers of each consumer by the measure.

    Consumers with the largest imports come first.
    """
    unweighed = pc.if_else(pc.is_null(flows["tonnes"]), flows["usd"], 0.0)
    names = ("consumer", "supplier")
    table = pa.table({
        **{name: flows[name] for name in (*names, "usd", "tonnes")}, "unweighed": unweighed,
    })  # fmt: skip
    # In a fixed order, so that sums do not depend on that of the database.
    table = table.sort_by([(name, "ascending") for name in table.column_names])
    sums = table.group_by(list(names), use_threads=False).aggregate(
        [(name, "sum") for name in ("usd", "tonnes", "unweighed")]
    )
    rows = [row for row in sums.to_pylist() if row[f"{measure}_sum"]]
    rows.sort(key=lambda row: (-row[f"{measure}_sum"], row["supplier"]))
    bought: dict[str, float] = {}
    traded: dict[str, float] = {}
    for row in rows:
        amount = row[f"{measure}_sum"]
        bought[row["consumer"]] = bought.get(row["consumer"], 0.0) + amount
        for name in names:
            traded[row[name]] = traded.get(row[name], 0.0) + amount
    unlisted = _unlisted(catalog, flows)
    places: dict[str, int] = {}
    pairs = []
    for row in rows:
        consumer, amount = row["consumer"], row[f"{measure}_sum"]
        places[consumer] = places.get(consumer, 0) + 1
        share = amount / bought[consumer]
        pairs.append({
            "consumer": consumer, "supplier": row["supplier"], "place": places[consumer],
            "share": share if _is_point(share, bought[consumer], unlisted, consumer, measure)
            else None,
            "usd": row["usd_sum"], "tonnes": row["tonnes_sum"], "imports": bought[consumer],
            "trade": traded[consumer], "supplier_trade": traded[row["supplier"]],
            "missing_tonnes_share": row["unweighed_sum"] / row["usd_sum"]
            if row["usd_sum"] and measure == "tonnes" else None,
        })  # fmt: skip
    pairs.sort(key=lambda row: (-row["imports"], row["consumer"], row["place"]))
    return pairs


def _unlisted(catalog: Catalog, flows: pa.Table) -> dict[str, float]:
    """Bound what data sets do not list of each consumer's imports, in USD; infinite: no bound."""
    most: dict[str, float] = {}
    for (*_, consumer), (usd, _) in most_by_owner(unlisted_in(catalog, flows), "consumer").items():
        most[consumer] = most.get(consumer, 0.0) + usd
    return most


def _is_point(
    share: float, total: float, unlisted: Mapping[str, float], consumer: str, measure: str
) -> bool:
    """Check that unlisted trade cannot move a share by a percentage point; by mass it may."""
    most = unlisted.get(consumer, 0.0)
    if not most:
        return True
    least = 0.0 if most == inf or measure == "tonnes" else total / (total + most)
    return share * (1 - least) < POINT


def _selected(
    pairs: Sequence[dict[str, Any]], opened: Sequence[str], measure: str
) -> list[dict[str, Any]]:
    """Select first suppliers, after all suppliers and buyers of the countries to expand."""
    rows = []
    for country in opened:
        rows += [row for row in pairs if row["consumer"] == country]
        bought = [row for row in pairs if row["supplier"] == country]
        rows += sorted(bought, key=lambda row: -row[measure])
    rows += [row for row in pairs if row["place"] == 1]
    return list({(row["consumer"], row["supplier"]): row for row in rows}.values())
