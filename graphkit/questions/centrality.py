"""Who is central in the trade of something: in a network of flows, or of shares over all stages."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from graphkit.analysis.network.centrality import (
    UNIT,
    centrality_over_time,
    layered_graph,
    with_its_network,
)
from graphkit.analysis.network.centrality import centrality as scores_of
from graphkit.answer import Answer
from graphkit.errors import UsageError
from graphkit.questions import ranking
from graphkit.questions.baskets import basket_notes
from graphkit.questions.claims import COMPARISON
from graphkit.questions.facts import Facts
from graphkit.questions.networks import Networks, network_of, networks_over_time
from graphkit.questions.supply import supply_of
from graphkit.questions.trade import border_of, check_period

DEFAULT = ("betweenness", "throughput", "pagerank", "cheirank", "strength_in", "strength_out")
"""What is asked without a choice; the rank is by the first."""
BY = {"usd": "flows by value (USD)", "tonnes": "flows by mass (tonnes)"}
MISSING = pa.field("missing_tonnes_share", pa.float64(), metadata={"unit": "0 to 1"})
UNITS = {"usd": "USD", "tonnes": "t"}
LAYERED = ("strength_out", "throughput", "betweenness", "cheirank", "pagerank")
"""The same over all stages: first who feeds the largest share of the pools."""
LAYERED_HEADS = {**ranking.HEADS, "strength_in": "In", "strength_out": "Out"}
LAYERS = (
    "Every edge is a share of all pools of a product; the pool of a country is what it makes and "
    "buys of it. It is bought from another country, or made out of the country's own pool of an "
    "earlier product. Stages have units of their own, so that only shares cross them: every "
    "product counts alike."
)


def centrality(
    facts: Facts,
    *,
    scope: str | None = None,
    period: str | None = None,
    measures: Sequence[str] = DEFAULT,
    by: str = "usd",
    min_flow: float = 0.0,
    over_time: bool = False,
    top: int | None = None,
) -> Answer:
    """Which countries are central in the trade of something.

    The network has one edge for each pair of countries: the sum of the flows of all products in
    scope, which are the ``series`` of the answer's coverage.

    Parameters
    ----------
    scope : str, optional
        Product, HS code, element, mineral, stage or group; otherwise everything with trade.
    period : str, optional
        Otherwise the newest one with data of any product in scope.
    measures : sequence of str
        Of :data:`~graphkit.analysis.network.scores.MEASURES`; the rank is by the first.
    by : {"usd", "tonnes"}
        What is summed; masses only of one basis.
    min_flow : float
        Smaller sums of a pair are left out; in the unit of ``by``.
    over_time : bool
        One network a period, of the products that have data in every period.
    top : int, optional
        Only those with this rank or a better one, in each period.

    Returns
    -------
    Answer
        In order of period, rank and country. How scores are normalised stands in the units.

    Raises
    ------
    UsageError
        A name, period or measure that is none.
    GraphkitError
        There is no trade in the scope, no flow is large enough, or flows must not be added up;
        the message says which.
    """
    ranking.check_asked(measures, by, min_flow, top)
    check_period(period)
    if over_time and period:
        raise UsageError("--over-time asks for every period; leave out --period")
    asked = facts.materials.scope(scope)
    if over_time:
        found = networks_over_time(facts, asked, by)
    else:
        found = network_of(facts, asked, period, by)
    flows = found.flows.select(["supplier", "consumer", "period", by])
    table = centrality_over_time(flows, measures, measure=by, min_flow=min_flow, name="country")
    table = _with_pairs(table)
    basis = border_of(found.flows) if by == "usd" else found.basis
    rows = ranking.with_labels(
        ranking.with_names(facts, table), {"by": by, "basis": basis, "min_flow": float(min_flow)},
        ranking.behind_each_period(facts, found.flows),
    )  # fmt: skip
    lacking = found.missing_tonnes
    column = pa.array([lacking[period] for period in rows["period"].to_pylist()], pa.float64())
    rows = rows.append_column(MISSING, column)
    products = sorted(set(found.flows["product"].to_pylist()))
    notes = [
        *asked.notes, *found.notes, *_adding_up(found, products, by),
        *ranking.hints(table, measures, min_flow),
        *(ranking.leaders(table, measures) if over_time else ()),
        *basket_notes(facts.materials, asked, products),
    ]  # fmt: skip
    heads = {"rank": "Rank", "country": "Country", "name": "Name"}
    scores = {name: ranking.HEADS[name] for name in measures}
    weighed = {MISSING.name: "No weight"} if by == "tonnes" else {}
    return Answer(
        f"Which countries are central in the trade of {asked.meaning} {found.when}?",
        {
            "for": asked.text, "meaning": asked.meaning, "hs": asked.code, "products": products,
            "period": found.when, "measure": BY[by], "measures": list(measures),
            "min_flow": min_flow,
        },
        ranking.best(rows, top), ranking.units_of(table, measures), found.coverage(),
        facts.claims.slice(0, 0), COMPARISON.empty_table(), facts.sources(found.flows),
        tuple(notes),
        {**({"period": "Period"} if over_time else {}), **heads, **scores, **weighed},
        ranking.in_words(
            table, scores, nodes="countries", least=_least(min_flow, UNITS[by]),
            amounts=f"{UNITS[by]}, {basis}",
        ),
    )  # fmt: skip


def layered_centrality(
    facts: Facts,
    *,
    scope: str | None = None,
    period: str | None = None,
    measures: Sequence[str] = LAYERED,
    by: str = "usd",
    min_share: float = 0.0,
    top: int | None = None,
) -> Answer:
    """Which countries are central at which stage, in one network over all stages of a chain.

    Nodes are a country with its pool of a product. Edges are shares of all pools of the product
    they lead to, because only shares cross a stage: see
    :func:`~graphkit.analysis.network.centrality.layered_graph`.

    Parameters
    ----------
    by : {"usd", "tonnes"}
        What flows are counted in before they become shares.
    min_share : float
        Smaller shares are left out.
    scope, period, measures, top
        As for :func:`centrality`; the chain also has what the products in scope are made from.

    Returns
    -------
    Answer
        In order of rank, country and product.

    Raises
    ------
    UsageError, GraphkitError
        As :func:`centrality`.
    """
    ranking.check_asked(measures, by, min_share, top)
    asked = facts.materials.scope(scope)
    supply = supply_of(facts, asked, period, measure=by)
    graph = layered_graph(supply.network)
    table = scores_of(graph, measures, min_flow=min_share, names=("country", "product"))
    table = _with_pairs(with_its_network(table))
    stages = dict(zip(supply.network.products, supply.network.stages, strict=True))
    column = pa.array([stages[product] for product in table["product"].to_pylist()], pa.string())
    rows = ranking.with_names(facts, table)
    rows = rows.add_column(rows.column_names.index("product") + 1, "stage", column)
    rows = ranking.with_labels(
        rows.add_column(0, "period", pa.array([supply.period] * len(rows), pa.string())),
        {"by": by, "min_flow": float(min_share)},
    )
    products = list(supply.network.products)
    heads = {"rank": "Rank", "country": "Country", "name": "Name", "product": "Product",
             "stage": "Stage"}  # fmt: skip
    scores = {name: LAYERED_HEADS[name] for name in measures}
    return Answer(
        f"Which countries are central in the chain of {asked.meaning} in {supply.period}?",
        {
            "for": asked.text, "meaning": asked.meaning, "products": list(supply.asked),
            "chain": products, "period": supply.period, "measure": f"shares of {BY[by]}",
            "measures": list(measures), "min_flow": min_share,
        },
        ranking.best(rows, top), ranking.units_of(table, measures), supply.coverage(),
        facts.claims.slice(0, 0), COMPARISON.empty_table(),
        facts.sources(supply.flows, supply.made),
        (LAYERS, *asked.notes, *supply.notes, *ranking.hints(table, measures, min_share),
         *basket_notes(facts.materials, asked, products)),
        {**heads, **scores},
        ranking.in_words(
            table, scores, nodes="pools (a country and a product)", least=_least(min_share, ""),
            amounts=UNIT,
        ),
    )  # fmt: skip


def _with_pairs(table: pa.Table) -> pa.Table:
    """What the network counts as flows are sums, one a pair."""
    return table.rename_columns(["pairs" if n == "flows" else n for n in table.column_names])


def _least(min_flow: float, unit: str) -> str:
    return f"{min_flow:,g} {unit}".strip() if min_flow else "any above 0"


def _adding_up(found: Networks, products: Sequence[str], by: str) -> list[str]:
    """What it means that flows of several products are one network."""
    if len(products) == 1:
        return []
    how = "value" if by == "usd" else f"weight ({found.basis})"
    return [
        f"Flows of {', '.join(products)} are added up by {how}: what is sold on as another of "
        "them counts each time."
    ]
