"""Parties of trade: a country, a group or the world, and its partners."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import grouped
from graphkit.analysis.trade_change import CHANGE_SERIES, owner_of
from graphkit.analysis.unlisted import most_by_owner
from graphkit.answers.coverage import Coverage, Span
from graphkit.answers.note import Note
from graphkit.answers.terms import Places, Role, Term
from graphkit.catalog.catalog import TOTALS, Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import UsageError
from graphkit.names import Entity, possessive
from graphkit.period import listed, time_of
from graphkit.questions.shared.periods import in_periods, periods_by_product, query_parameters
from graphkit.questions.shared.trade import (
    SERIES_ATTRIBUTES,
    ImportsInScope,
    coverage_of,
    group_as_one,
    in_sentence,
    instead,
    no_trade,
    of_code,
    series_of,
)
from graphkit.questions.shared.unlisted import unlisted_in

WORLD = "WLD"
"""Key of the world, the owner of all trade."""
OF_TRADE = {"supplier": "imports", "consumer": "exports"}
"""Name of a party's trade, and of its query, by the kind of partner."""


@dataclass(frozen=True)
class TradeParty:
    """Owner of some trade: a country, a group or the world, and its kind of partners."""

    place: Entity | None
    members: tuple[str, ...]
    """Members of a group; trade among them is left out."""
    partner: str

    @property
    def key(self) -> str:
        """Its code, or that of the world."""
        return self.place.key if self.place else WORLD

    @property
    def terms(self) -> Sequence[Term]:
        """The consumer and the supplier of the question: one of them is the owner."""
        return [
            Places(role, self.key if self.side == role else None)
            for role in (Role.CONSUMER, Role.SUPPLIER)
        ]

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return self.place.in_text if self.place else "the world"

    @property
    def whose(self) -> str:
        """Its name in a sentence, in the possessive."""
        return possessive(self.name)

    @property
    def side(self) -> str:
        """The end of a flow it stands at."""
        return owner_of(self.partner)

    @property
    def notes(self) -> list[Note]:
        """Caveats about a group."""
        if not self.members:
            return []
        return [Note(f"{group_as_one(self.name, len(self.members))}.")]

    def select(self, flows: pa.Table) -> pa.Table:
        """Select its flows, under its code."""
        if self.place is None:
            return with_value(flows, self.side, self.key)
        if not self.members:
            return flows.filter(pc.equal(flows[self.side], self.key))
        members = pa.array(self.members, pa.string())
        ours = pc.is_in(flows[self.side], value_set=members)
        inside = pc.is_in(flows[self.partner], value_set=members)
        return with_value(flows.filter(pc.and_(ours, pc.invert(inside))), self.side, self.key)


def with_value(flows: pa.Table, name: str, value: str) -> pa.Table:
    """Set a column to one value."""
    column = pa.array([value] * len(flows), pa.string())
    return flows.set_column(flows.column_names.index(name), name, column)


def owner_named(catalog: Catalog, text: str | None, partner: str) -> TradeParty:
    """Find the party of a name; without one, the world.

    Raises
    ------
    UsageError
        The name is unknown, or that of an area without members.
    """
    place = None if text is None else catalog.place(text)
    if place is None or place.type == "world":
        return TradeParty(None, (), partner)
    grouped = place.is_group
    return TradeParty(place, tuple(catalog.members(place)) if grouped else (), partner)


TOWARDS = {"supplier": "from", "consumer": "to"}
"""Preposition between a party's trade and a partner."""


def partner_codes(
    catalog: Catalog, owner: TradeParty, counterpart: Entity | None, flows: pa.Table
) -> Sequence[str]:
    """Return the codes of a partner or of the members of a group, in the trade of an owner."""
    if counterpart is None:
        return ()
    if counterpart.is_group:
        codes = catalog.members(counterpart)
    elif (
        counterpart.type in TOTALS
        and counterpart.key not in flows[owner.partner].unique().to_pylist()
    ):
        raise UsageError(f"{counterpart} is not a {owner.partner} in trade data; name one country")
    else:
        codes = [counterpart.key]
    if owner.members and set(codes) <= set(owner.members):
        raise UsageError(f"{counterpart} is part of {owner.name}, whose trade within is left out")
    return codes


def periods_with_trade(catalog: Catalog, scope: Scope) -> tuple[dict[str, list[str]], str]:
    """Read each product's periods with trade, oldest first, or say why there are none."""
    traded = catalog.traded
    available = periods_by_product(traded, scope)
    products = sorted(set(traded["product"].to_pylist()))
    lacking = ""
    if not available and scope.elements:
        lacking = in_sentence(no_trade(catalog, scope, "trade flows", products).words)
    elif not available:
        alternatives = instead(catalog, scope, products)
        lacking = f"no trade is known for {scope.meaning}; there is for {alternatives}"
    in_order = {key: sorted(periods, key=time_of) for key, periods in sorted(available.items())}
    return in_order, lacking


def flows_in(catalog: Catalog, scope: Scope, periods: Mapping[str, Sequence[str]]) -> pa.Table:
    """Read all flows in scope of some products, each in its own periods."""
    return _read(catalog, "trade", scope, periods)


def own_flows(
    catalog: Catalog, scope: Scope, owner: TradeParty, periods: Mapping[str, Sequence[str]]
) -> pa.Table:
    """Read a trade party's flows of some products in scope, each in its own periods."""
    if owner.place is None:
        return owner.select(flows_in(catalog, scope, periods))
    codes = {f"{owner.side}s": list(owner.members or (owner.key,))}
    return owner.select(_read(catalog, OF_TRADE[owner.partner], scope, periods, **codes))


def _read(
    catalog: Catalog,
    query: str,
    scope: Scope,
    periods: Mapping[str, Sequence[str]],
    **countries: list[str],
) -> pa.Table:
    flows = catalog.flows(query, **query_parameters(periods), **countries)
    return of_code(in_periods(flows, periods), scope)


def unlisted_of(
    catalog: Catalog, flows: pa.Table, owner: TradeParty
) -> dict[tuple[str, ...], tuple[float, int]]:
    """Return the most that a trade party's trade in some flows lacks, and in how many cells.

    By data set, product and period; infinite without a bound. Of the world, no cell is whole.
    """
    unlisted = unlisted_in(catalog, flows, owner.side, owner.members, owner.key)
    return {
        tuple(market): bound
        for (*market, place), bound in most_by_owner(unlisted, owner.side).items()
        if place == owner.key
    }


def with_joined_series(
    catalog: Catalog, flows: pa.Table
) -> tuple[pa.Table, dict[tuple[str, str, str], str]]:
    """Give the data sets of one publication one name, if one of them lists only some flows.

    What it lists and the full tables of other periods are the same figures.

    Returns
    -------
    flows : pyarrow.Table
        With the names of such data sets joined by ``+``.
    dataset_of : dict
        The data set of each product and period under such a name.
    """
    names = ("product", "period", "reporter", "source", "hs_revision", "dataset")
    keys = grouped(flows, names)[0]
    together: dict[tuple[str, ...], set[str]] = {}
    for _, _, *publication, dataset in keys:
        together.setdefault(tuple(publication), set()).add(dataset)
    label_of = {
        dataset: "+".join(sorted(datasets))
        for datasets in together.values() if datasets & catalog.extents.keys()
        for dataset in datasets
    }  # fmt: skip
    labels = [label_of.get(dataset, dataset) for dataset in flows["dataset"].to_pylist()]
    place = flows.column_names.index("dataset")
    labelled = flows.set_column(place, "dataset", pa.array(labels, pa.string()))
    dataset_of = {
        (product, period, label_of.get(dataset, dataset)): dataset
        for product, period, *_, dataset in keys
    }
    return labelled, dataset_of


def nothing_of(owner: TradeParty, scope: Scope) -> str:
    """Say that a trade party has no trade in scope."""
    about = f" for {scope.meaning}" if scope.text else ""
    return f"no {OF_TRADE[owner.partner]} of {owner.name} are known{about}"


def with_scope(catalog: Catalog, rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Add the stage of the product, and the basis and codes of the flows."""
    names = [*CHANGE_SERIES, *SERIES_ATTRIBUTES]
    values: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for flow in flows.select(names).group_by(names).aggregate([]).to_pylist():
        series = tuple(flow[name] for name in CHANGE_SERIES)
        attributes = values.setdefault(series, {name: set() for name in SERIES_ATTRIBUTES})
        for name in SERIES_ATTRIBUTES:
            attributes[name] |= {flow[name]} - {None}
    keys = list(zip(*(rows[name].to_pylist() for name in CHANGE_SERIES), strict=True))
    stages = [catalog.materials.products[key[0]]["stage"] for key in keys]
    rows = rows.append_column("stage", pa.array(stages, pa.string()))
    for name in SERIES_ATTRIBUTES:
        texts = ["+".join(sorted(values[key][name])) for key in keys]
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    return rows


def coverage_in(
    flows: pa.Table, scope: Scope, *, in_time: bool = False, besides: Collection[str] = ()
) -> Coverage:
    """Summarise flows and their gaps; ``in_time``: all periods of a data set are one series.

    Products ``besides`` have trade elsewhere, and do not count as products without.
    """
    series = series_of(flows, _spans(flows) if in_time else ())
    coverage = coverage_of(ImportsInScope(flows, series, flows), scope)
    lacking = tuple(key for key in coverage.without_trade if key not in besides)
    return replace(coverage, without_trade=lacking)


def _spans(flows: pa.Table) -> list[Span]:
    """Find the periods of each flow's data set, of which the first and the last are written."""
    periods: dict[str, set[str]] = {}
    datasets = flows["dataset"].to_pylist()
    for dataset, period in zip(datasets, flows["period"].to_pylist(), strict=True):
        periods.setdefault(dataset, set()).add(period)
    spans = {key: Span(tuple(sorted(texts)), listed(texts)) for key, texts in periods.items()}
    return [spans[dataset] for dataset in datasets]


def span(catalog: Catalog, periods: Mapping[str, Sequence[str]]) -> str:
    """Write the periods of each product."""
    in_text = catalog.materials.in_text
    return ", ".join(f"{in_text(key)} ({listed(texts, 3)})" for key, texts in periods.items())
