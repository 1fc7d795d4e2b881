"""Hubs, sources and destinations of trade, in one period or over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.network.centrality import (
    UNIT,
    centrality_over_time,
    layered_graph,
    with_its_network,
)
from graphkit.analysis.network.centrality import centrality as scores_of
from graphkit.analysis.network.scores import MEASURES, STRENGTH
from graphkit.answer import COUNT, NUMBER, Answer, Column
from graphkit.catalog import FIT, Catalog, Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period, listed, newest
from graphkit.questions import checked
from graphkit.questions.origins import uncounted
from graphkit.questions.supply import supply_of
from graphkit.questions.trade import (
    SERIES,
    Taken,
    Trade,
    border_of,
    coverage_of,
    data_set_notes,
    in_sentence,
    of_code,
    periods_by_product,
    product_notes,
    series_of,
    trade_of,
)


@dataclass(frozen=True)
class Networks:
    """Flows of all products in scope, period by period."""

    scope: Scope
    held: Mapping[str, set[str]]
    """Periods with trade, by product in scope."""
    periods: tuple[str, ...]
    flows: pa.Table
    notes: tuple[str, ...]
    left_out: int = 0
    """Number of flows left out: of groups of countries, or of a country to itself."""
    pieces: Mapping[str, Taken] = field(default_factory=dict)
    """Periods of the data that make up the only one, by product."""

    @property
    def when(self) -> str:
        """The period, or the first and the last one."""
        first, last = self.periods[0], self.periods[-1]
        return f"in {first}" if first == last else f"from {first} to {last}"

    @property
    def basis(self) -> str | None:
        """The basis of the masses."""
        known = self.flows.filter(pc.is_valid(self.flows["tonnes"]))["basis"]
        return "+".join(sorted({*known.to_pylist()} - {None})) or None

    @property
    def missing_tonnes(self) -> dict[str, float | None]:
        """The share of the value of all flows without a mass, by period."""
        usd, tonnes = self.flows["usd"], self.flows["tonnes"]
        unweighed = pc.if_else(pc.is_null(tonnes), usd, 0.0)
        table = pa.table({"period": self.flows["period"], "usd": usd, "unweighed": unweighed})
        # In a fixed order, so that sums do not depend on that of the database.
        table = table.sort_by([("period", "ascending"), ("usd", "ascending")])
        sums = table.group_by("period", use_threads=False)
        found = sums.aggregate([("usd", "sum"), ("unweighed", "sum")]).to_pylist()
        return {r["period"]: r["unweighed_sum"] / r["usd_sum"] if r["usd_sum"] else None
                for r in found}  # fmt: skip

    def coverage(self) -> dict[str, Any]:
        """Summarise the flows and their gaps; many periods count as one series."""
        flows = self.flows
        if len(self.periods) > 1:
            place = flows.column_names.index("period")
            flows = flows.set_column(place, "period", _spans(flows))
        trade = Trade(flows, series_of(flows), flows, periods=self.pieces)
        found = coverage_of(trade, self.scope)
        lacking = [key for key in found["products_without_trade_data"] if key not in self.held]
        found["products_without_trade_data"] = lacking
        return {**found, **({"flows_left_out": self.left_out} if self.left_out else {})}


def network_of(catalog: Catalog, scope: Scope, period: str | None, by: str) -> Networks:
    """Read the network of one period, by default the newest that any product has.

    Raises
    ------
    GraphkitError
        No trade is in scope, two series count the same goods, or masses have two bases.
    """
    held = _held(catalog, scope)
    chosen = period or (newest(set().union(*held.values())) if held else None)
    trade = trade_of(catalog, scope, chosen)
    if trade.lacking:
        raise _as_error(trade.lacking)
    lacking = sorted(set(held) - set(trade.flows["product"].to_pylist()))
    notes = list(trade.notes)
    if lacking:
        notes.append(f"No trade in {chosen} of {catalog.materials.in_text(*lacking)}.")
    found = Networks(scope, held, (str(chosen),), trade.flows, tuple(notes), pieces=trade.periods)
    return _checked(catalog, found, by)


def networks_over_time(catalog: Catalog, scope: Scope, by: str) -> Networks:
    """Read the networks of every period, for the products that have data in all of them.

    The periods are those of the product with the most, of the most common length. A product
    without data in one of them is left out of all, to keep the periods comparable.

    Raises
    ------
    GraphkitError
        As :func:`network_of`.
    """
    held = _held(catalog, scope)
    if not held:
        raise _as_error(trade_of(catalog, scope, None).lacking)
    series = {product: _of_one_length(periods) for product, periods in held.items()}
    periods = max(series.values(), key=lambda found: (len(found), found))
    kept = sorted(product for product, have in series.items() if set(periods) <= set(have))
    flows = catalog.flows("trade", products=kept, periods=list(periods))
    flows = of_code(flows, scope)
    label = catalog.materials.label
    notes = [
        f"{label(product)}: left out, with data only in {_listed(held[product])}; with it the "
        "periods would not be comparable."
        for product in sorted(set(held) - set(kept))
    ]
    notes += data_set_notes(catalog, flows)
    return _checked(catalog, Networks(scope, held, periods, flows, tuple(notes)), by)


def _held(catalog: Catalog, scope: Scope) -> dict[str, set[str]]:
    """Read the periods with trade of each product in scope."""
    return periods_by_product(catalog.traded, scope)


def _of_one_length(periods: set[str]) -> tuple[str, ...]:
    """Select the periods of the most common length, the longer one on a tie, in order of time."""
    lengths = [Period(text).months for text in periods]
    length = max(lengths, key=lambda months: (lengths.count(months), months))
    kept = (text for text in periods if Period(text).months == length)
    return tuple(sorted(kept, key=lambda text: Period(text).start))


def _checked(catalog: Catalog, found: Networks, by: str) -> Networks:
    """Drop totals and groups, and check that the other flows may be added up."""
    flows, notes = catalog.countries_only(found.flows)
    flows = flows.filter(pc.not_equal(flows["supplier"], flows["consumer"]))
    _check_counted_once(catalog, flows)
    if by == "tonnes":
        _check_one_basis(catalog, flows.filter(pc.is_valid(flows["tonnes"])))
    left_out = len(found.flows) - len(flows)
    return replace(found, flows=flows, left_out=left_out, notes=(*found.notes, *notes))


def _check_counted_once(catalog: Catalog, flows: pa.Table) -> None:
    """Refuse two figures of the same goods, such as those of a code and its subcode."""
    names = [*SERIES, "hs"]
    rows = flows.select(names).group_by(names).aggregate([]).to_pylist()
    rows.sort(key=lambda row: [row[name] or "" for name in names])
    for one, other in combinations(rows, 2):
        if one["period"] == other["period"] and _same_goods(one, other):
            raise GraphkitError(
                f"{_series(catalog, one)} and {_series(catalog, other)} count the same goods of "
                f"{one['period']}, which are not added up; name one of them with `scope`, "
                "or load one"
            )


def _same_goods(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["hs"] and other["hs"]:
        return bool(one["hs"].startswith(other["hs"]) or other["hs"].startswith(one["hs"]))
    return bool(one["product"] == other["product"])


def _series(catalog: Catalog, row: Mapping[str, Any]) -> str:
    code = f" HS {row['hs']}" if row["hs"] else ""
    product = catalog.materials.in_text(row["product"])
    return f"{product}{code} ({row['dataset']}, {row['reporter']})"


def _check_one_basis(catalog: Catalog, flows: pa.Table) -> None:
    bases: dict[str, set[str]] = {}
    for row in (
        flows.select(["product", "basis"]).group_by(["product", "basis"]).aggregate([]).to_pylist()
    ):
        bases.setdefault(row["basis"] or "unknown", set()).add(row["product"])
    if len(bases) > 1:
        in_text = catalog.materials.in_text
        said = "; ".join(f"{basis}: {in_text(*sorted(of))}" for basis, of in sorted(bases.items()))
        raise GraphkitError(
            f"masses of several bases are not added up ({said}); ask for one of them, or `by=usd`"
        )


def _spans(flows: pa.Table) -> pa.Array:
    """Write the periods of each flow's series."""
    of: dict[tuple[str, ...], set[str]] = {}
    names = [name for name in SERIES if name != "period"]
    keys = list(zip(*(flows[name].to_pylist() for name in names), strict=True))
    for key, period in zip(keys, flows["period"].to_pylist(), strict=True):
        of.setdefault(key, set()).add(period)
    said = {key: _listed(periods) for key, periods in of.items()}
    return pa.array([said[key] for key in keys], pa.string())


def _listed(periods: set[str]) -> str:
    return listed(periods, 3) + (f" ({len(periods)} periods)" if len(periods) > 3 else "")


def _as_error(lacking: str) -> GraphkitError:
    return GraphkitError(in_sentence(lacking))


HEADERS = {name: measure.header for name, measure in MEASURES.items()}
NETWORK = (
    Column("rank", "Rank",
           "1 is the highest score of the first measure; equal scores share a rank", type=COUNT),
    Column("nodes", doc="number of nodes in the network; n in normalised scores", type=COUNT),
    Column("pairs", doc="number of pairs of nodes with a flow", type=COUNT),
    Column("min_flow", doc="smallest flow of a pair that is kept", type=NUMBER),
    Column("flow_share", doc="0 to 1, share of all flows that is kept", type=NUMBER),
    Column("missing_tonnes_share", "No weight",
           "0 to 1, share of the value of all flows without a mass", type=NUMBER),
)  # fmt: skip
LABELS = (
    Column("period", "Period"),
    Column("country", "Country"),
    Column("product", "Product"),
    Column("stage", "Stage"),
)
SCORES = (
    *(
        Column(name, measure.header, f"{measure.normalisation}; {measure.doc}", type=NUMBER)
        for name, measure in MEASURES.items()
    ),
    *NETWORK,
    *LABELS,
)
"""Every score, as in the answers, and the columns of the network."""
CLOSENESS = (
    "Closeness depends on the smallest flows on the way: give `min_flow`, or ask for "
    "harmonic_in or harmonic_out."
)


def with_names(catalog: Catalog, table: pa.Table) -> pa.Table:
    """Add the name of each country after its code."""
    column = table["country"].to_pylist()
    names = {key: catalog.places.with_key(key).name for key in set(column)}
    place = table.column_names.index("country") + 1
    return table.add_column(place, "name", pa.array([names[key] for key in column], pa.string()))


def with_labels(
    table: pa.Table, same: Mapping[str, str | float | None], of: pa.Table | None = None
) -> pa.Table:
    """Add columns with one value in every row, and those of a table by ``period``."""
    for name, value in same.items():
        kind = pa.float64() if isinstance(value, float) else pa.string()
        table = table.append_column(name, pa.array([value] * len(table), kind))
    if of is None:
        return table
    said = {row.pop("period"): row for row in of.to_pylist()}
    periods = table["period"].to_pylist()
    for name in of.column_names:
        if name != "period":
            column = [said[period][name] for period in periods]
            table = table.append_column(name, pa.array(column, pa.string()))
    return table


def behind_each_period(catalog: Catalog, flows: pa.Table) -> pa.Table:
    """Join the products, stages, codes, data sets and sources of each period by ``+``."""
    found: dict[str, dict[str, set[str]]] = {}
    names = ("product", "hs", "reporter", "dataset", "source")
    rows = flows.select(["period", *names]).group_by(["period", *names]).aggregate([])
    for row in rows.to_pylist():
        said = found.setdefault(row["period"], {name: set() for name in ("stage", *names)})
        said["stage"].add(catalog.materials.products[row["product"]]["stage"])
        for name in names:
            said[name].add(row[name])
    heads = {"product": "products", "stage": "stages"}
    return pa.Table.from_pylist([
        {"period": period,
         **{heads.get(n, n): "+".join(sorted(values - {None})) for n, values in said.items()}}
        for period, said in sorted(found.items())
    ])  # fmt: skip


def best(rows: pa.Table, top: int | None) -> pa.Table:
    """Keep the first ranks, and rows without a score."""
    if top is None:
        return rows
    return rows.filter(pc.fill_null(pc.less_equal(rows["rank"], top), True))


def columns_of(table: pa.Table, headers: Mapping[str, str]) -> tuple[Column, ...]:
    """Describe the scores with their normalisation, and the columns of the network."""
    scores = []
    for name, header in headers.items():
        told = table.schema.field(name).metadata
        doc = f"{told[b'unit'].decode()}; {told[b'doc'].decode()}"
        scores.append(Column(name, header, doc, type=NUMBER))
    return (*scores, *NETWORK, *LABELS)


def in_words(
    table: pa.Table, heads: Mapping[str, str], *, nodes: str, least: str, amounts: str
) -> str:
    """Describe the size of the networks, the flows left out, and each score.

    Parameters
    ----------
    table : pyarrow.Table
        With the columns of :data:`NETWORK`.
    heads : mapping
        Measures, the one to rank by first, and their headers.
    nodes, least, amounts : str
        Text for the nodes, the smallest flow kept, and the unit of strengths.
    """
    sizes = f"{_range(table, 'nodes')} {nodes} and {_range(table, 'pairs')} pairs with a flow"
    kept = f"smallest flow kept: {least}"
    share = table["flow_share"]
    low, high = (100 * f(share).as_py() for f in (pc.min, pc.max))
    if low < 100:
        part = f"{low:.1f} %" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f} %"
        kept += f" ({part} of all flows)"
    by: dict[str, list[str]] = {}
    for name, head in heads.items():
        unit = MEASURES[name].normalisation
        by.setdefault(amounts if unit == STRENGTH else unit, []).append(head)
    said = "".join(f" {', '.join(names)}: {how}." for how, names in by.items())
    return f"Rank by {next(iter(heads.values()))}. {sizes}; {kept}.{said}"


def hints(table: pa.Table, measures: Iterable[str], min_flow: float) -> list[str]:
    """Write the caveats of the measures."""
    found = [CLOSENESS] if not min_flow and any(m.startswith("closeness") for m in measures) else []
    if "eigenvector" in measures and table["eigenvector"].null_count:
        found.append("Eigenvector: without a cycle of flows, or with two equally strong cycles, "
                     "the score is undefined.")  # fmt: skip
    return found


def leaders(table: pa.Table, measures: Iterable[str]) -> list[str]:
    """Count the periods in which each country is first, by measure."""
    periods = len(pc.unique(table["period"]))
    found = []
    for name in measures:
        most = table.group_by("period").aggregate([(name, "max")])
        highest = dict(
            zip(most["period"].to_pylist(), most[f"{name}_max"].to_pylist(), strict=True)
        )
        rows = table.select(["period", "country", name]).to_pylist()
        first = Counter(
            row["country"] for row in rows
            if row[name] is not None and row[name] == highest[row["period"]]
        )  # fmt: skip
        order = sorted(first.items(), key=lambda item: (-item[1], item[0]))
        said = ", ".join(f"{country} {count}" for country, count in order)
        if said:
            found.append(f"First by {HEADERS[name]}, periods out of {periods}: {said}.")
    return found


def _range(table: pa.Table, name: str) -> str:
    low, high = (f(table[name]).as_py() for f in (pc.min, pc.max))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


DEFAULT = ("betweenness", "throughput", "pagerank", "cheirank", "strength_in", "strength_out")
"""Default measures; the rank is by the first."""
BY = {"usd": "flows by value (USD)", "tonnes": "flows by mass (tonnes)"}
MISSING = pa.field("missing_tonnes_share", pa.float64(), metadata={"unit": "0 to 1"})
UNITS = {"usd": "USD", "tonnes": "t"}
LAYERED = ("strength_out", "throughput", "betweenness", "cheirank", "pagerank")
"""Default measures over all stages; first the share of the pools that a node feeds."""
LAYERED_HEADERS = {**HEADERS, "strength_in": "In", "strength_out": "Out"}
LAYERS = (
    "Each edge is a share of all pools of a product; the pool of a country is what it makes and "
    "buys of it. It is bought from another country, or made from the country's own pool of an "
    "earlier product. Stages have different units, so that only shares cross them: every product "
    "counts alike."
)


@checked(SCORES, (FIT,))
def centrality(
    catalog: Catalog,
    *,
    scope: str | None = None,
    period: str | None = None,
    measures: Sequence[str] = DEFAULT,
    by: str = "usd",
    min_flow: float = 0.0,
    over_time: bool = False,
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """Rank countries by their centrality in the trade of something.

    The network has one edge for each pair of countries: the sum of the flows of all products in
    scope, which are the ``series`` of the answer's coverage.

    Parameters
    ----------
    scope : str, optional
        Product, HS code, element, mineral, stage or group. Default: everything with trade.
    period : str, optional
        Default: the newest with data of any product in scope.
    measures : sequence of str
        Names in :data:`~graphkit.analysis.network.scores.MEASURES`; the rank is by the first.
    by : {"usd", "tonnes"}
        Amounts to add up; masses only of one basis.
    min_flow : float
        Leave out pairs with a smaller sum, in the unit of ``by``.
    over_time : bool
        One network for each period, of the products that have data in all of them.
    top : int, optional
        Only the first ``top`` ranks of each period.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        Rows by period, rank and country. The units state how scores are normalised.

    Raises
    ------
    UsageError
        Unknown name or measure, or invalid period.
    GraphkitError
        No trade is in scope, no flow is large enough, or flows must not be added up.
    """
    catalog = catalog.using(dataset)
    if over_time and period:
        raise UsageError("`over_time` asks for every period; leave out `period`")
    asked = catalog.materials.scope(scope)
    if over_time:
        found = networks_over_time(catalog, asked, by)
    else:
        found = network_of(catalog, asked, period, by)
    flows = found.flows.select(["supplier", "consumer", "period", by])
    table = centrality_over_time(flows, measures, measure=by, min_flow=min_flow, name="country")
    table = _with_pairs(table)
    basis = border_of(found.flows) if by == "usd" else found.basis
    rows = with_labels(
        with_names(catalog, table), {"by": by, "basis": basis, "min_flow": float(min_flow)},
        behind_each_period(catalog, found.flows),
    )  # fmt: skip
    lacking = found.missing_tonnes
    column = pa.array([lacking[period] for period in rows["period"].to_pylist()], pa.float64())
    rows = rows.append_column(MISSING, column)
    products = sorted(set(found.flows["product"].to_pylist()))
    notes = [
        *asked.notes, *found.notes, *adding_up(catalog, found, products, by),
        *hints(table, measures, min_flow),
        *(leaders(table, measures) if over_time else ()),
        *product_notes(catalog.materials, products),
    ]  # fmt: skip
    scores = {name: HEADERS[name] for name in measures}
    return Answer(
        f"Which countries are central in the trade of {asked.meaning} {found.when}?",
        {
            "for": asked.text, "meaning": asked.meaning, "hs": asked.code, "products": products,
            "period": found.when, "measure": BY[by], "measures": list(measures),
            "min_flow": min_flow,
        },
        best(rows, top), columns_of(table, scores), found.coverage(),
        catalog.sources(found.flows, asked.elsewhere), elsewhere=asked.elsewhere,
        notes=tuple(notes),
        shown=[*(["period"] if over_time else []), "rank", "country", *measures,
               *([MISSING.name] if by == "tonnes" else [])],
        caption=in_words(
            table, scores, nodes="countries", least=_least(min_flow, UNITS[by]),
            amounts=f"{UNITS[by]}, {basis}",
        ),
        in_time=over_time,
    )  # fmt: skip


@checked(SCORES, (FIT,))
def layered_centrality(
    catalog: Catalog,
    *,
    scope: str | None = None,
    period: str | None = None,
    measures: Sequence[str] = LAYERED,
    by: str = "usd",
    min_share: float = 0.0,
    top: int | None = None,
    dataset: str | None = None,
) -> Answer:
    """Rank countries by centrality at each stage, in one network over all stages of a chain.

    A node is a country with its pool of a product. An edge is a share of all pools of the product
    it leads to, because only shares cross a stage: see
    :func:`~graphkit.analysis.network.centrality.layered_graph`.

    Parameters
    ----------
    by : {"usd", "tonnes"}
        Amounts of the flows, before they become shares.
    min_share : float
        Leave out smaller shares.
    scope, period, measures, top
        As for :func:`centrality`; the chain includes the inputs of the products in scope.
    dataset : str, optional
        Data set of trade. Default: the preferred one of each product and period.

    Returns
    -------
    Answer
        Rows by rank, country and product.

    Raises
    ------
    UsageError, GraphkitError
        As :func:`centrality`.
    """
    catalog = catalog.using(dataset)
    asked = catalog.materials.scope(scope)
    supply = supply_of(catalog, asked, period, measure=by, uses=False)
    graph = layered_graph(supply.network)
    table = scores_of(graph, measures, min_flow=min_share, names=("country", "product"))
    table = _with_pairs(with_its_network(table))
    stages = dict(zip(supply.network.products, supply.network.stages, strict=True))
    column = pa.array([stages[product] for product in table["product"].to_pylist()], pa.string())
    rows = with_names(catalog, table)
    rows = rows.add_column(rows.column_names.index("product") + 1, "stage", column)
    rows = with_labels(
        rows.add_column(0, "period", pa.array([supply.period] * len(rows), pa.string())),
        {"by": by, "min_flow": float(min_share)},
    )
    products = list(supply.network.products)
    scores = {name: LAYERED_HEADERS[name] for name in measures}
    return Answer(
        f"Which countries are central in the chain of {asked.meaning} in {supply.period}?",
        {
            "for": asked.text, "meaning": asked.meaning, "products": list(supply.asked),
            "chain": products, "period": supply.period, "measure": f"shares of {BY[by]}",
            "measures": list(measures), "min_flow": min_share,
        },
        best(rows, top), columns_of(table, scores),
        {**supply.coverage, **uncounted(catalog, asked, supply)},
        catalog.sources(supply.flows, supply.made, asked.elsewhere), elsewhere=asked.elsewhere,
        notes=(LAYERS, *asked.notes, *supply.notes, *hints(table, measures, min_share),
         *product_notes(catalog.materials, products)),
        shown=("rank", "country", "product", "stage", *measures),
        caption=in_words(
            table, scores, nodes="pools (a country and a product)", least=_least(min_share, ""),
            amounts=UNIT,
        ),
    )  # fmt: skip


def _with_pairs(table: pa.Table) -> pa.Table:
    """Rename the network's flows, which are sums, one a pair."""
    return table.rename_columns(["pairs" if n == "flows" else n for n in table.column_names])


def _least(min_flow: float, unit: str) -> str:
    return f"{min_flow:,g} {unit}".strip() if min_flow else "any above 0"


def adding_up(catalog: Catalog, found: Networks, products: Sequence[str], by: str) -> list[str]:
    """Note that flows of several products form one network."""
    if len(products) == 1:
        return []
    how = "value" if by == "usd" else f"weight ({found.basis})"
    return [
        f"Flows of {catalog.materials.in_text(*products)} are added up by {how}: goods sold on "
        "as another of them count each time."
    ]
