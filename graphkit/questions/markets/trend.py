"""Trade of a country from period to period."""

from __future__ import annotations

from collections.abc import Mapping, Set
from math import fsum, inf

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis import trade_change as analysis
from graphkit.analysis.shares import grouped
from graphkit.analysis.trade_change import CHANGE_SERIES, MEASURES
from graphkit.analysis.unlisted import POINT, TOGETHER, one_share
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, NUMBERS, TEXT, TEXTS, Column
from graphkit.answers.note import Note
from graphkit.answers.terms import Code, Places, Products, Role, Since, terms
from graphkit.arrow import SHARE, number
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.period import Period, gap, time_of
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import products_by_stake, value_by_product
from graphkit.questions.shared.parties import (
    OF_TRADE,
    TOWARDS,
    TradeParty,
    coverage_in,
    nothing_of,
    own_flows,
    owner_named,
    partner_codes,
    periods_with_trade,
    unlisted_of,
    with_joined_series,
    with_scope,
)
from graphkit.questions.shared.trade import FACE_VALUE, data_set_notes, product_notes
from graphkit.questions.shared.unlisted import counting_together

PARTIES = (
    Column("consumer", "Consumer"),
    Column("supplier", "Supplier"),
)
STEP = Column("step", "Step", "codes or data set of the periods before, where these make no series "
              "with the row and those after it", rank=0)  # fmt: skip
TREND_COLUMNS = (
    Column("product", "Product"),
    Column("stage"),
    Column("period", "Period"),
    Column("previous"),
    Column("gap", "Gap", "time between the previous period and this one that has no trade: "
           "changes go over it"),
    Column("usd", "USD",
           "US dollars; valuation fob is free on board, cif with insurance and freight",
           type=NUMBER, rank=0),
    Column("usd_change", "change",
           "change of usd since the previous period, as a share of it: 0.1 is 10 %", type=NUMBER),
    Column("tonnes", "Tonnes",
           "metric tons, on the stated basis, of the flows with a mass", type=NUMBER),
    Column("tonnes_change", "change", "the same for tonnes", type=NUMBER),
    Column("on", "With", "the partner of the question"),
    Column("on_usd", "USD with it",
           "US dollars of the trade with that partner; 0: none is recorded in the period",
           type=NUMBER, rank=0),
    Column("on_share_usd", "share", "0 to 1, its share of usd", type=NUMBER, rank=0),
    Column("on_share_usd_low", "at least", "0 to 1, the least that it can be beside trade that is "
           "not listed; none where all is", SHARE, type=NUMBER),
    Column("on_share_usd_high", "at most", "0 to 1, the most that it can be", SHARE, type=NUMBER),
    Column("on_tonnes", "Tonnes with it", "metric tons of the trade with it", type=NUMBER),
    Column("on_share_tonnes", "by weight", "0 to 1, its share of tonnes", type=NUMBER),
    Column("hhi_usd", "HHI by value",
           "Herfindahl-Hirschman index of the partners by value, 0 to 10,000", type=NUMBER),
    Column("hhi_tonnes", doc="the same by mass", type=NUMBER),
    Column("partners", "Partners", "number of countries that it traded the product with",
           type=COUNT),
    Column("largest", "Largest", rank=0),
    Column("largest_share_usd", "its share by value",
           "0 to 1, share of the value with the largest partner by value", type=NUMBER, rank=0),
    Column("largest_share_usd_low", "at least", "0 to 1, the least that it can be beside trade "
           "that is not listed; none where all is", SHARE, type=NUMBER),
    Column("largest_share_usd_high", "at most", "0 to 1, the most that it can be", SHARE,
           type=NUMBER),
    Column("largest_share_tonnes", "by weight", "0 to 1, its share of the trade with a mass",
           type=NUMBER),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the value without a mass",
           type=NUMBER),
    Column("new", doc="partners of the period that are absent in the previous one", type=TEXTS),
    Column("lost", doc="partners of the previous period that are absent in this one", type=TEXTS),
    Column("first_partners", doc="the partners of the largest trade by value over all periods, at "
           "most six, none without a value", type=TEXTS),
    Column("first_shares_usd", doc="0 to 1, the share of each of them in the usd of the period",
           type=NUMBERS),
    Column("unlisted_share", doc="0 to 1, the part of the period's trade that is not listed, at "
           "most; 0 where all is", type=NUMBER),
    STEP,
)  # fmt: skip
TREND = (
    "product", "stage", "period", "previous", "gap", "usd", "usd_change", "tonnes",
    "tonnes_change", "on", "on_usd", "on_share_usd", "on_share_usd_low", "on_share_usd_high",
    "on_tonnes", "on_share_tonnes",
    "missing_tonnes_share", "usd_per_month", "tonnes_per_month", "hhi_usd", "hhi_tonnes",
    "partners", "largest", "largest_share_usd", "largest_share_usd_low", "largest_share_usd_high",
    "largest_share_tonnes", "new", "lost", "first_partners", "first_shares_usd", "unlisted_share",
    "step", "basis",
    "valuation", "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
ONE_PARTNER = (
    "on",
    "on_usd",
    "on_share_usd",
    "on_share_usd_low",
    "on_share_usd_high",
    "on_tonnes",
    "on_share_tonnes",
)
"""Columns on one partner, which answers have that are asked for it."""
ANY_PARTNER = (
    "hhi_usd",
    "partners",
    "largest",
    "largest_share_usd",
    "largest_share_usd_low",
    "largest_share_usd_high",
    "largest_share_tonnes",
)
"""Columns on all partners, which tables about one of them leave out."""
SOMETIMES = (
    "gap",
    "step",
    "on_share_usd_low",
    "on_share_usd_high",
    "largest_share_usd_low",
    "largest_share_usd_high",
)
"""Columns that tables leave out where no row has a value."""


@checked(PARTIES, TREND_COLUMNS, (FIT,))
def trend(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    on: str | None = None,
    since: str | None = None,
    partner: str = "supplier",
    dataset: str | None = None,
) -> Answer:
    """Show how a country's trade changed from period to period, as far back as data go.

    Returns
    -------
    Answer
        One row for each product, data set and period with trade, products of the largest trade
        first, periods in order: totals and their change, concentration, partners, the largest with
        its share, new and lost partners; with ``on``, the value, weight and shares of the trade
        with that partner.

    Raises
    ------
    UsageError
        Unknown name, invalid period or partner, or a partner ``on`` within the group that trades;
        the message suggests the nearest.
    GraphkitError
        No trade is known in this scope, or none since then; the message lists what is.
    """
    catalog = catalog.using(dataset)
    owner = owner_named(catalog, country, partner)
    goods = catalog.materials.scope(scope)
    periods, lacking = periods_with_trade(catalog, goods)
    if lacking:
        raise GraphkitError(lacking)
    flows = own_flows(catalog, goods, owner, periods)
    if not len(flows):
        raise GraphkitError(nothing_of(owner, goods))
    counterpart = None if on is None else catalog.place(on)
    rows = _rows(catalog, owner, counterpart, flows)
    if since is not None:
        rows = _since(rows, since, nothing_of(owner, goods))
        flows = flows.filter(pc.is_in(flows["period"], rows["period"].unique()))
    rows = products_by_stake(rows, value_by_product(rows))
    products = list(dict.fromkeys(rows["product"].to_pylist()))
    own = [column for column in PARTIES if column.name == owner.side]
    columns = [*own, *(c for c in TREND_COLUMNS if counterpart or c.name not in ONE_PARTNER)]
    heads = [c.name for c in columns if c.header and not (counterpart and c.name in ANY_PARTNER)]
    whose = f"{owner.whose} {OF_TRADE[partner]} of {goods.meaning}"
    with_other = f" {TOWARDS[partner]} {counterpart.in_text}" if counterpart else ""
    return Answer(
        f"How did {whose}{with_other} change {f'since {since}' if since else 'over time'}?",
        terms(
            *owner.terms,
            goods.material,
            Code(goods.code),
            Products(tuple(sorted(products))),
            Places(Role.ON, counterpart.key if counterpart else None),
            Since(since),
        ),
        rows.select([owner.side, *(n for n in TREND if counterpart or n not in ONE_PARTNER)]),
        columns,
        coverage_in(flows, goods, in_time=True),
        catalog.sources(flows, goods.elsewhere),
        elsewhere=goods.elsewhere,
        notes=(
            *goods.notes,
            *owner.notes,
            *_within(owner, counterpart),
            FACE_VALUE,
            *data_set_notes(catalog, flows),
            *product_notes(catalog.materials, products),
        ),
        caption=f"Partners are the {partner}s, the largest by value; HHI runs from 0 to 10,000.",
        shown=without_empty(rows, heads, *(name for name in heads if name not in SOMETIMES)),
        in_time=True,
    )


def _rows(
    catalog: Catalog, owner: TradeParty, counterpart: Entity | None, flows: pa.Table
) -> pa.Table:
    """Compute the rows of each period, with their scope, gaps and the partner of the question."""
    partners = partner_codes(catalog, owner, counterpart, flows)
    joined, dataset_of = with_joined_series(catalog, flows)
    rows = _in_time(analysis.trend(joined, partner=owner.partner, on=partners))
    rows = with_scope(catalog, _with_missing(_as_shares(rows), joined), joined)
    datasets = [dataset_of[row["product"], row["period"], row["dataset"]] for row in rows.select(
        ["product", "period", "dataset"]).to_pylist()]  # fmt: skip
    place = rows.column_names.index("dataset")
    rows = rows.set_column(place, "dataset", pa.array(datasets, TEXT))
    rows = _with_ends(_with_steps(rows), unlisted_of(catalog, flows, owner), len(partners) == 1)
    rows = _without_together(rows, counting_together(catalog))
    key = counterpart.key if counterpart else None
    return _with_gaps(rows.append_column("on", pa.array([key] * len(rows), TEXT)))


def _in_time(rows: pa.Table) -> pa.Table:
    """Sort the series of each product by their first period."""
    names = ("product", "reporter", "dataset", "source")
    first: dict[tuple[str, ...], tuple[int, int, str]] = {}
    keys = []
    for row in rows.select([*names, "period"]).to_pylist():
        series = tuple(row[name] for name in names)
        start = time_of(row["period"])
        first[series] = min(first.get(series, start), start)
        keys.append(series)
    order = sorted(range(len(keys)), key=lambda n: (keys[n][0], first[keys[n]], keys[n]))
    return rows.take(pa.array(order, pa.int64()))


def _with_steps(rows: pa.Table) -> pa.Table:
    """Name the codes, or else the data set, of earlier periods that make no series with a row."""
    steps: list[str | None] = []
    earlier: dict[tuple[str, int], dict[str, str]] = {}
    for row in rows.to_pylist():
        length = row["product"], row["months"]
        before, step = earlier.get(length), None
        if (
            before
            and row["previous"] is None
            and time_of(before["period"]) < time_of(row["period"])
        ):
            differ = before["hs_revision"] and before["hs_revision"] != row["hs_revision"]
            step = f"{before['hs_revision' if differ else 'dataset']} before"
        steps.append(step)
        earlier[length] = row
    return rows.append_column("step", pa.array(steps, TEXT))


def _with_ends(
    rows: pa.Table, most: Mapping[tuple[str, ...], tuple[float, int]], one: bool
) -> pa.Table:
    """Give shares a range, and drop figures, that trade which is not listed may move.

    ``most`` is what the owner lacks at most, by data set, product and period.
    """
    table = []
    for row in rows.to_pylist():
        unlisted, cells = most.get((row["dataset"], row["product"], row["period"]), (0.0, 1))
        for name, amount, is_listed in (
            ("on_share_usd", row["on_usd"], one and cells == 1 and bool(row["on_usd"])),
            ("largest_share_usd", (row["largest_share_usd"] or 0) * (row["usd"] or 0), cells == 1),
        ):
            row[f"{name}_low"] = row[f"{name}_high"] = None
            if unlisted and row["usd"] and row[name] is not None:
                low, high = one_share(amount, row["usd"], unlisted, listed=is_listed)
                row |= {f"{name}_low": low, f"{name}_high": high}
                row[name] = row[name] if high - low < POINT else None
        whole = (row["usd"] or 0.0) + unlisted
        row["unlisted_share"] = 0.0 if not unlisted else unlisted / whole if whole < inf else 1.0
        if unlisted:
            row |= dict.fromkeys(("hhi_tonnes", "on_share_tonnes", "largest_share_tonnes"))
            row["hhi_usd"] = row["hhi_usd"] if row["largest_share_usd"] is not None else None
        table.append(row)
    partial = [most.get((r["dataset"], r["product"], r["period"]), (0.0, 1))[0] for r in table]
    lacks = {(r["product"], r["period"]): bool(u) for r, u in zip(table, partial, strict=True)}
    for row in table:
        if lacks[row["product"], row["period"]] or lacks.get((row["product"], row["previous"])):
            row |= {"new": None, "lost": None}
    ends = [number(f"{name}_{end}", SHARE) for name in ("on_share_usd", "largest_share_usd")
            for end in ("low", "high")]  # fmt: skip
    ends.append(number("unlisted_share", SHARE))
    return pa.Table.from_pylist(table, pa.schema([*rows.schema, *ends]))


def _without_together(rows: pa.Table, datasets: Set[str]) -> pa.Table:
    """Drop what the partners of data sets that count some of them together would have to tell."""
    unknown = dict.fromkeys(("hhi_usd", "hhi_tonnes", "partners", "new", "lost"))
    shares = ("share_usd", "share_usd_low", "share_usd_high", "share_tonnes")
    largest = dict.fromkeys(("largest", *(f"largest_{name}" for name in shares)))
    if datasets.isdisjoint(rows["dataset"].to_pylist()):
        return rows
    table = []
    for row in rows.to_pylist():
        if row["dataset"] in datasets:
            row |= unknown | (largest if row["largest"] in TOGETHER else {})
        table.append(row)
    return pa.Table.from_pylist(table, rows.schema)


def _within(owner: TradeParty, counterpart: Entity | None) -> list[Note]:
    """Note that the world's trade with a group includes that among its members."""
    if owner.place is not None or counterpart is None or not counterpart.is_group:
        return []
    return [Note(f"Trade with {counterpart.in_text} includes that among its members.")]


def _since(rows: pa.Table, since: str, nothing: str) -> pa.Table:
    """Select the periods that begin with a period or later."""
    start = Period(since).start
    mask = [Period(period).start >= start for period in rows["period"].to_pylist()]
    if not any(mask):
        newest = max(rows["period"].to_pylist(), key=time_of)
        raise GraphkitError(f"{nothing} since {since}; the newest period is {newest}")
    return rows.filter(pa.array(mask, pa.bool_()))


def _with_gaps(rows: pa.Table) -> pa.Table:
    """Add the time without trade between the previous period and that of each row."""
    pairs = zip(rows["previous"].to_pylist(), rows["period"].to_pylist(), strict=True)
    gaps = [gap(before, after) if before else None for before, after in pairs]
    return rows.append_column("gap", pa.array(gaps, pa.string()))


def _with_missing(rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Add the share of each period's value without a mass."""
    names = (*CHANGE_SERIES, "period")
    labels, order, spans = grouped(flows, names)
    values = pc.fill_null(flows["usd"], 0.0).take(order)
    without_mass = pc.if_else(pc.is_null(flows["tonnes"].take(order)), values, 0.0)
    usd, unweighed = values.to_pylist(), without_mass.to_pylist()
    shares = {}
    for label, (start, end) in zip(labels, spans, strict=True):
        total = fsum(usd[start:end])
        shares[label] = fsum(unweighed[start:end]) / total if total else None
    missing = [shares[label] for label in zip(*(rows[n].to_pylist() for n in names), strict=True)]
    field = number("missing_tonnes_share", SHARE)
    return rows.append_column(field, pa.array(missing, pa.float64()))


def _as_shares(rows: pa.Table) -> pa.Table:
    """Give changes their unit: a part of the previous total."""
    for name in (f"{measure}_change" for measure in MEASURES):
        field = number(name, f"{SHARE}, of the previous period's")
        rows = rows.set_column(rows.column_names.index(name), field, rows[name])
    return rows
