"""Hubs, sources and destinations of trade, in one period or over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, NUMBER, Column
from graphkit.answers.note import Note
from graphkit.answers.terms import Chain, Code, Measure, Products, Term, Time, terms
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.questions.markets.networks import (
    BY,
    LABELS,
    adding_up,
    behind_each_period,
    network_of,
    networks_over_time,
    with_labels,
    with_names,
)
from graphkit.questions.question import checked
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import supply_of
from graphkit.questions.shared.supply_answer import coverage_in
from graphkit.questions.shared.trade import border_of, product_notes

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
SCORES = (
    *(
        Column(name, measure.header, f"{measure.normalisation}; {measure.doc}", type=NUMBER)
        for name, measure in MEASURES.items()
    ),
    *NETWORK,
    *LABELS,
)
"""Every score, as in the answers, and the columns of the network."""
CLOSENESS = Note(
    "Closeness depends on the smallest flows on the way: give `min_flow`, or ask for "
    "harmonic_in or harmonic_out."
)


@dataclass(frozen=True)
class Scored(Term):
    """The measure of rank in a network, and the least flow or link in it."""

    measures: tuple[str, ...]
    min_flow: float


def best(rows: pa.Table, top: int | None) -> pa.Table:
    """Keep the first ranks, and rows without a score."""
    if top is None:
        return rows
    return rows.filter(pc.fill_null(pc.less_equal(rows["rank"], top), True))


def columns_of(table: pa.Table, headers: Mapping[str, str]) -> tuple[Column, ...]:
    """Describe the scores with their normalisation, and the columns of the network."""
    scores = []
    for place, (name, header) in enumerate(headers.items()):
        metadata = table.schema.field(name).metadata
        doc = f"{metadata[b'unit'].decode()}; {metadata[b'doc'].decode()}"
        scores.append(Column(name, header, doc, type=NUMBER, rank=min(place, 1)))
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
    smallest = f"smallest flow kept: {least}"
    share = table["flow_share"]
    low, high = (100 * f(share).as_py() for f in (pc.min, pc.max))
    if low < 100:
        part = f"{low:.1f} %" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f} %"
        smallest += f" ({part} of all flows)"
    heads_by_unit: dict[str, list[str]] = {}
    for name, head in heads.items():
        unit = MEASURES[name].normalisation
        heads_by_unit.setdefault(amounts if unit == STRENGTH else unit, []).append(head)
    units = "".join(f" {', '.join(names)}: {unit}." for unit, names in heads_by_unit.items())
    return f"Rank by {next(iter(heads.values()))}. {sizes}; {smallest}.{units}"


def hints(table: pa.Table, measures: Iterable[str], min_flow: float) -> list[Note]:
    """Write the caveats of the measures."""
    notes = [CLOSENESS] if not min_flow and any(m.startswith("closeness") for m in measures) else []
    if "eigenvector" in measures and table["eigenvector"].null_count:
        notes.append(
            Note(
                "Eigenvector: without a cycle of flows, or with two equally strong cycles, the "
                "score is undefined."
            )
        )
    return notes


def leaders(table: pa.Table, measures: Iterable[str]) -> list[Note]:
    """Count the periods in which each country is first, by measure."""
    periods = len(pc.unique(table["period"]))
    notes = []
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
        text = ", ".join(f"{country} {count}" for country, count in order)
        if text:
            notes.append(Note(f"First by {HEADERS[name]}, periods out of {periods}: {text}."))
    return notes


def _range(table: pa.Table, name: str) -> str:
    low, high = (f(table[name]).as_py() for f in (pc.min, pc.max))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


DEFAULT = ("betweenness", "throughput", "pagerank", "cheirank", "strength_in", "strength_out")
"""Default measures; the rank is by the first."""
MISSING = pa.field("missing_tonnes_share", pa.float64(), metadata={"unit": "0 to 1"})
UNITS = {"usd": "USD", "tonnes": "t"}
LAYERED = ("strength_out", "throughput", "betweenness", "cheirank", "pagerank")
"""Default measures over all stages; first the share of the pools that a node feeds."""
LAYERED_HEADERS = {**HEADERS, "strength_in": "In", "strength_out": "Out"}
LAYERS = Note(
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
    goods = catalog.materials.scope(scope)
    if over_time:
        networks = networks_over_time(catalog.complete(), goods, by)
    else:
        networks = network_of(catalog.complete(), goods, period, by)
    flows = networks.flows.select(["supplier", "consumer", "period", by])
    table = centrality_over_time(flows, measures, measure=by, min_flow=min_flow, name="country")
    table = _with_pairs(table)
    basis = border_of(networks.flows) if by == "usd" else networks.basis
    rows = with_labels(
        with_names(catalog, table), {"by": by, "basis": basis, "min_flow": float(min_flow)},
        behind_each_period(catalog, networks.flows),
    )  # fmt: skip
    by_period = networks.missing_tonnes
    missing = [by_period[period] for period in rows["period"].to_pylist()]
    rows = rows.append_column(MISSING, pa.array(missing, pa.float64()))
    products = sorted(set(networks.flows["product"].to_pylist()))
    notes = [
        *goods.notes, *networks.notes, *adding_up(catalog, networks, products, by),
        *hints(table, measures, min_flow),
        *(leaders(table, measures) if over_time else ()),
        *product_notes(catalog.materials, products),
    ]  # fmt: skip
    scores = {name: HEADERS[name] for name in measures}
    return Answer(
        f"Which countries are central in the trade of {goods.meaning} {networks.when}?",
        terms(
            goods.material, Code(goods.code), Products(tuple(products)), Time(networks.when),
            Measure(BY[by]), Scored(tuple(measures), min_flow),
        ),
        best(rows, top), columns_of(table, scores), networks.coverage(),
        catalog.sources(networks.flows, goods.elsewhere), elsewhere=goods.elsewhere,
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
    goods = catalog.materials.scope(scope)
    supply = supply_of(catalog, goods, period, measure=by, uses=False)
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
        f"Which countries are central in the chain of {goods.meaning} in {supply.period}?",
        terms(
            goods.material, Products(tuple(supply.products_in_scope)), Chain(tuple(products)),
            Time(supply.period), Measure(f"shares of {BY[by]}"),
            Scored(tuple(measures), min_share),
        ),
        best(rows, top), columns_of(table, scores),
        coverage_in(catalog, goods, supply),
        catalog.sources(supply.flows, supply.production, goods.elsewhere),
        elsewhere=goods.elsewhere,
        notes=(LAYERS, *goods.notes, *supply.notes, *hints(table, measures, min_share),
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
