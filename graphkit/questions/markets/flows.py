"""Flows of trade: the largest between countries, and all of a scope as a table."""

from __future__ import annotations

from math import isinf

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unlisted import POINT
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, Column
from graphkit.answers.note import Note
from graphkit.answers.terms import By, Code, Measure, Places, Products, Role, Time, terms
from graphkit.arrow import SHARE, UNIT, in_order, number
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.questions.markets.networks import (
    BY,
    adding_up,
    behind_each_period,
    network_of,
    with_labels,
)
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.parties import flows_in, periods_with_trade
from graphkit.questions.shared.price_bounds import PRICE_BOUND, with_price_bounds
from graphkit.questions.shared.trade import border_of, present_members, product_notes
from graphkit.questions.shared.unlisted import most_unlisted

FLOWS = (
    Column("period", "Period"),
    Column("rank", "Rank", "1 is the largest flow by the measure; flows without it come last",
           type=COUNT),
    Column("exporter", "Exporter", "country or area that sells", rank=0),
    Column("importer", "Importer", "country or area that buys", rank=0),
    Column("usd", "Value", "USD, all products in scope added up", "USD", type=NUMBER),
    Column("tonnes", "Weight", "t, of the flows that give a mass", "t", type=NUMBER),
    Column("share", "Of the trade", "0 to 1, share of the trade of all countries by the measure; "
           "none where trade that is not listed may move it by a percentage point",
           SHARE, type=NUMBER),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the value without a mass", SHARE,
           type=NUMBER),
)  # fmt: skip


@checked(FLOWS, PRICE_BOUND, (FIT,))
def flows(
    catalog: Catalog,
    *,
    scope: str | None = None,
    of: str | None = None,
    period: str | None = None,
    by: str = "usd",
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """List the flows of something between countries, largest first.

    Returns
    -------
    Answer
        One row for each pair of countries. Shares are of the trade of all countries, whatever
        ``of`` is.

    Raises
    ------
    UsageError
        Unknown name or invalid period.
    GraphkitError
        No trade is in scope, or flows must not be added up.
    """
    catalog = catalog.using(dataset)
    goods = catalog.materials.scope(scope)
    place = None if of is None else catalog.place(of)
    network = network_of(catalog, goods, period, by)
    pairs = _by_pair(network.flows, by, most_unlisted(network.unlisted))
    notes = [*goods.notes, *network.notes]
    if place is not None:
        keys = catalog.members(place) if place.is_group else [place.key]
        masks = (pc.is_in(pairs[end], pa.array(keys)) for end in ("exporter", "importer"))
        pairs = pairs.filter(pc.or_(*masks))
        if not len(pairs):
            raise GraphkitError(f"{place.in_text} has no trade of {goods.meaning} {network.when}")
        if place.is_group:
            notes.append(Note(f"{present_members(place.in_text, len(keys))}."))
    basis = border_of(network.flows) if by == "usd" else network.basis
    rank = pc.rank(pairs[by], sort_keys="descending", tiebreaker="min")
    rows = pairs.add_column(0, "rank", rank.cast(pa.int64()))
    rows = rows.add_column(0, "period", pa.array([network.periods[0]] * len(rows), pa.string()))
    rows = with_labels(rows, {"by": by, "basis": basis}, behind_each_period(catalog, network.flows))
    bounds = with_price_bounds(
        catalog, goods, rows if top is None else rows.slice(0, top), network.flows,
        {"exporter": "supplier", "importer": "consumer", "period": "period"},
    )  # fmt: skip
    products = sorted(set(network.flows["product"].to_pylist()))
    notes += [
        *adding_up(catalog, network, products, by),
        *product_notes(catalog.materials, products),
    ]
    owner = f" in the trade of {place.in_text}" if place else ""
    return Answer(
        f"Who sells {goods.meaning} to whom{owner} {network.when}?",
        terms(
            goods.material, Code(goods.code), Products(tuple(products)),
            Places(Role.OF, place.key if place else None), Time(network.when), Measure(BY[by]),
            By(by),
        ),
        bounds.rows, (*FLOWS, *bounds.columns), network.coverage(),
        catalog.sources(network.flows, goods.elsewhere, bounds.sources), elsewhere=goods.elsewhere,
        notes=tuple(notes),
        shown=("rank", "exporter", "importer", "usd", "tonnes", "share", "missing_tonnes_share",
               *(column.name for column in bounds.columns if column.header)),
        caption=" ".join(filter(None, [
            f"Counted: {BY[by]}, {basis}. Shares are of all trade between countries; goods that "
            "pass through a country count on each leg.", bounds.caption,
        ])),
    )  # fmt: skip


def _by_pair(flows: pa.Table, measure: str, unlisted: float) -> pa.Table:
    """Add up the flows of each pair of countries, largest first.

    A share that the unlisted trade of the world may move by a percentage point is null; by mass,
    every one.
    """
    unweighed = pc.if_else(pc.is_null(flows["tonnes"]), flows["usd"], 0.0)
    table = pa.table({
        "exporter": flows["supplier"], "importer": flows["consumer"], "usd": flows["usd"],
        "tonnes": flows["tonnes"], "unweighed": unweighed,
    })  # fmt: skip
    # In a fixed order, so that sums do not depend on that of the database.
    table = table.sort_by([(name, "ascending") for name in table.column_names])
    sums = table.group_by(["exporter", "importer"], use_threads=False).aggregate(
        [(name, "sum") for name in ("usd", "tonnes", "unweighed")]
    )
    usd, counted = sums["usd_sum"], sums[f"{measure}_sum"]
    total = pa.scalar(pc.sum(counted).as_py() or None, pa.float64())
    share = pc.divide(counted, total)
    if unlisted:
        least = (
            0.0
            if isinf(unlisted) or measure == "tonnes"
            else total.as_py() / (total.as_py() + unlisted)
        )
        share = pc.if_else(pc.less(pc.multiply(share, 1 - least), POINT), share, None)
    pairs = pa.table({
        "exporter": sums["exporter"], "importer": sums["importer"],
        "usd": usd, "tonnes": sums["tonnes_sum"],
        "share": share,
        "missing_tonnes_share": pc.divide(
            sums["unweighed_sum"], pc.if_else(pc.greater(usd, 0.0), usd, None)
        ),
    })  # fmt: skip
    return pairs.sort_by(
        [(measure, "descending"), ("exporter", "ascending"), ("importer", "ascending")]
    )


def trade(catalog: Catalog, scope: str | None = None, *, dataset: str | None = None) -> pa.Table:
    """Return all flows in a scope of all periods, one row each.

    Columns: ``period``, ``supplier``, ``consumer``, ``product``, then the HS code, who
    reported it, the data set and source, the basis, ``usd`` and ``tonnes`` with their units.
    A flow without a weight has null tonnes.

    Raises
    ------
    UsageError
        Unknown name or data set; the message suggests the nearest.
    GraphkitError
        Nothing in the scope is traded; the message says what is.

    Examples
    --------
    >>> import graphkit
    >>> with graphkit.open() as graph:
    ...     flows = graph.trade("ree-metals")
    >>> flows.column_names[:4], flows["period"][0].as_py()
    (['period', 'supplier', 'consumer', 'product'], '1995')
    """
    catalog = catalog.using(dataset)
    goods = catalog.materials.scope(scope)
    available, lacking = periods_with_trade(catalog, goods)
    if lacking:
        raise GraphkitError(lacking)
    flows = flows_in(catalog, goods, available)
    order = ("period", "supplier", "consumer", "product")
    names = [*order, *(name for name in flows.column_names if name not in order)]
    flows = in_order(flows.select(names), (*order, "hs", "dataset"))
    for name, unit in UNIT.items():
        position = flows.column_names.index(name)
        flows = flows.set_column(position, number(name, unit), flows[name])
    return flows
