"""The supply network: trade, production and inputs of the products of one chain.

Nodes are (country, product) pairs in a fixed order. All flows of one network are in one measure.
The network holds arrays; :meth:`SupplyNetwork.to_networkx` is the view of it for networkx.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import SHARE, counts, flags, number, texts
from graphkit.errors import GraphkitError

OBSERVED, INFERRED, MISSING = 0, 1, 2
STATES = ("observed", "inferred", "missing")
TOLERANCE = 1e-9
"""Relative excess of exports over production and imports that counts as rounding."""
UNITS = {"usd": "USD", "tonnes": "t"}
IN_WORDS = {"usd": "by value (USD)", "tonnes": "by mass (tonnes)"}
BASES = ("imports", "supply")
"""Totals that shares may refer to: imports, or imports and production."""


@dataclass(frozen=True, eq=False)
class Absent:
    """Products of a chain of which there are no data at all."""

    products: tuple[str, ...]
    orders: np.ndarray
    """Position of the stage of each in the chain; 0 where no table says."""
    outputs: np.ndarray
    """Each by the products with data: True where that is, or may be, made of it."""
    inputs: np.ndarray
    """Each by the products with data: True where it is, or may be, made of that."""


@dataclass(frozen=True, eq=False)
class SupplyNetwork:
    """Flows, production and conversions of the products of one chain, as arrays.

    Made by :func:`~graphkit.analysis.supply.build.supply_network`. Node ``i`` is the country
    ``countries[country[i]]`` with its pool of the product ``products[product[i]]``: its
    production and imports. Nodes are sorted by product (stage first), then country.
    """

    measure: str
    """Amount of all flows, ``usd`` or ``tonnes``."""
    countries: tuple[str, ...]
    products: tuple[str, ...]
    """Product keys in order of their stages, then by key."""
    stages: tuple[str, ...]
    """The stage of each product."""
    orders: tuple[int, ...]
    """Position of that stage in the chain, 1 is the mine."""
    traded: tuple[bool, ...]
    """True where any flow of the product is known."""
    absent: Absent
    country: np.ndarray
    product: np.ndarray
    source: np.ndarray
    """Node that sells, for each pair of nodes with a flow; sorted by target, then source."""
    target: np.ndarray
    amount: np.ndarray
    """Flow of the pair in the measure, more than zero."""
    produced: np.ndarray
    """Production of each node in the unit of the flows; for an untraded product, in its own."""
    least: np.ndarray
    """Lower bound of each node's production, where a source shows that it makes the product."""
    unseen: np.ndarray
    """Sales of the other nodes beyond their imports: of any origin, for all that is known."""
    published: np.ndarray
    """Published production in the same unit; NaN where missing."""
    most: np.ndarray
    """Upper bound of each node's unpublished production; infinite where nothing bounds it."""
    unnamed: np.ndarray
    """Most that countries without a node make of each product together; infinite if unknown."""
    listed: np.ndarray
    """True where the published shares of the node's product add up to the whole world."""
    state: np.ndarray
    """Grade of ``produced``: OBSERVED, INFERRED or MISSING."""
    output: np.ndarray
    """Nodes that make their product out of another one; sorted."""
    input: np.ndarray
    """Node of the same country whose pool each output node draws on."""
    weight: np.ndarray
    """Share of the input in the output node's inputs; sums to 1 for each output node."""
    covered: np.ndarray
    """Share of each node's production that its input pools can feed; 0 without an input."""
    covered_least: np.ndarray
    """The same if unpublished production of the inputs is the least that trade allows."""
    may_output: np.ndarray
    """Nodes that may make their product out of another one, in whatever split; sorted."""
    may_input: np.ndarray
    """Node of the same country whose pool each may draw on."""
    may_part: np.ndarray
    """Largest share of the node's production that the pool can feed."""
    host: np.ndarray
    """Nodes with a pool that a by-product of their country may come out of; sorted."""
    behind: np.ndarray
    """Products by products: True where the first is, or may be made of, the second."""
    facts: pa.Table
    """Rows that the flows were added up from."""
    own_alone: np.ndarray
    """True where a source says that the country's pool is its own production alone."""

    @property
    def unit(self) -> str:
        """Unit of the flows: USD or t."""
        return UNITS[self.measure]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.country)

    @cached_property
    def imports(self) -> np.ndarray:
        """Purchases of each node from other countries."""
        return np.asarray(np.bincount(self.target, self.amount, self.size))

    @cached_property
    def exports(self) -> np.ndarray:
        """Sales of each node to other countries."""
        return np.asarray(np.bincount(self.source, self.amount, self.size))

    @cached_property
    def supply(self) -> np.ndarray:
        """Pool of each node: its production and imports."""
        return np.asarray(self.produced + self.imports)

    @cached_property
    def own(self) -> np.ndarray:
        """Share of each node's pool that it makes itself."""
        return np.asarray(self.produced / np.where(self.supply > 0, self.supply, 1.0))

    @cached_property
    def traded_nodes(self) -> np.ndarray:
        """Mask of the nodes whose product has any known flow."""
        return np.asarray(np.asarray(self.traded, bool)[self.product])

    @cached_property
    def processed(self) -> np.ndarray:
        """Mask of the nodes whose product is made of another one, be there data of it or not."""
        processed = (self.behind.sum(axis=1) > 1) | self.absent.outputs.any(axis=0)
        return np.asarray(processed[self.product])

    @cached_property
    def passed_unseen(self) -> np.ndarray:
        """Products by products: True where the second may have gone into the first unseen.

        It, or a product made of it that went into the first, is in no known trade.
        """
        untraded = ~np.asarray(self.traded, bool)
        through = self.behind[:, untraded] @ self.behind[untraded]
        return np.asarray(through | (self.absent.outputs.T @ self.absent.inputs))

    @cached_property
    def may_pass(self) -> np.ndarray:
        """Nodes by products: True where what the node has may have gone into sales of the product.

        Its country makes and sells the product, or one that it is made of, or may do so unseen.
        """
        none = (self.produced == 0) & ((self.state == OBSERVED) | self.listed)
        sells = np.zeros((len(self.countries), len(self.products)), bool)
        sells[self.country, self.product] = (self.exports > 0) & ~none
        sold = np.stack([sells[:, row] @ self.behind[row] for row in self.behind])
        return np.asarray((sold | self.passed_unseen[:, None])[:, self.country, self.product].T)

    @cached_property
    def order(self) -> np.ndarray:
        """Position of each node's stage in the chain."""
        return np.asarray(np.asarray(self.orders, np.int64)[self.product])

    @cached_property
    def bought(self) -> Any:
        """Sparse ``Q``: row j, column i is the share of its pool that j bought from i."""
        from scipy.sparse import csr_array

        share = self.amount / self.supply[self.target]
        return csr_array((share, (self.target, self.source)), shape=(self.size, self.size))

    @cached_property
    def imported(self) -> Any:
        """Sparse: row j, column i is the share of i in j's imports."""
        from scipy.sparse import csr_array

        share = self.amount / self.imports[self.target]
        return csr_array((share, (self.target, self.source)), shape=(self.size, self.size))

    @cached_property
    def made(self) -> Any:
        """Sparse: row (c, q), column (c, p) is the share of c's output q made out of its pool p.

        A row adds up to less than 1 where the pools are too small for the output.
        """
        return self.inputs(self.covered)

    def inputs(self, covered: np.ndarray) -> Any:
        """Build the matrix :attr:`made` for other shares of production that the pools can feed."""
        from scipy.sparse import csr_array

        share = self.weight * covered[self.output]
        return csr_array((share, (self.output, self.input)), shape=(self.size, self.size))

    @cached_property
    def links(self) -> Any:
        """Sparse shares of each node's pool by the pools it comes out of, bought or made."""
        from scipy.sparse import diags_array

        return (self.bought + diags_array(self.own) @ self.made).tocsr()

    @cached_property
    def has_input(self) -> np.ndarray:
        """Mask of the nodes with a known pool that they draw on for their production."""
        mask = np.zeros(self.size, bool)
        mask[self.output] = True
        return mask

    @cached_property
    def fed(self) -> np.ndarray:
        """Mask of the nodes with a producer behind them; origins of the others are untraceable."""
        return reached(self.links, (self.own > 0) & (self.covered < 1.0))

    @cached_property
    def unpublished(self) -> np.ndarray:
        """Mask of the nodes that may have made any part of what they sell or use themselves.

        Where the published shares of a product add up to the whole world, a country without one
        makes none, unless its trade shows that it does.
        """
        unsure = (self.state == INFERRED) | ((self.state == MISSING) & ~self.listed)
        return np.asarray(unsure & self.used)

    @cached_property
    def used(self) -> np.ndarray:
        """Mask of the nodes whose country sells what it makes of the product, or may do so."""
        return np.asarray(self.may_pass.any(axis=1))

    def nodes_of(self, countries: Iterable[str]) -> np.ndarray:
        """Find the nodes of some countries, for all products.

        Raises
        ------
        GraphkitError
            A country has no node here; the message lists the countries that have.
        """
        place = {name: i for i, name in enumerate(self.countries)}
        wanted = sorted(set(countries))
        if unknown := [c for c in wanted if c not in place]:
            raise GraphkitError(
                f"{', '.join(unknown)}: neither trade nor production is known here; "
                f"data exists for {shortened(self.countries)}"
            )
        return np.flatnonzero(np.isin(self.country, [place[c] for c in wanted]))

    def products_of(self, names: Iterable[str]) -> np.ndarray:
        """Find the positions of some products.

        Raises
        ------
        GraphkitError
            A product is not in the network; the message lists those that are.
        """
        wanted = sorted(set(names))
        if unknown := [p for p in wanted if p not in self.products]:
            raise GraphkitError(
                f"{', '.join(unknown)}: no data here; data exists for {shortened(self.products)}"
            )
        return np.asarray([self.products.index(p) for p in wanted], np.int64)

    def select(
        self,
        countries: Iterable[str] | None = None,
        products: Iterable[str] | None = None,
        base: str = "supply",
    ) -> np.ndarray:
        """Select the nodes of some or all countries and products with imports or any supply.

        Raises
        ------
        GraphkitError
            A country or product has no data here, or no node has any imports or supply.
        """
        if base not in BASES:
            raise GraphkitError(f"base: found {base!r}, wanted one of {', '.join(BASES)}")
        chosen = (self.supply if base == "supply" else self.imports) > 0
        if countries is not None:
            chosen &= np.isin(np.arange(self.size), self.nodes_of(countries))
        if products is not None:
            chosen &= np.isin(self.product, self.products_of(products))
        if not chosen.any() and (countries is not None or products is not None):
            raise GraphkitError(
                f"{shortened(countries or self.countries, 4)}: no {base} of "
                f"{shortened(products or self.products, 4)} known {IN_WORDS[self.measure]}"
            )
        return np.flatnonzero(chosen)

    def names(self, nodes: np.ndarray) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return country, product and stage of some nodes, as columns."""
        place = self.product[nodes]
        return (
            pa.array(np.asarray(self.countries, object)[self.country[nodes]], pa.string()),
            pa.array(np.asarray(self.products, object)[place], pa.string()),
            pa.array(np.asarray(self.stages, object)[place], pa.string()),
        )

    def label(self, node: int) -> str:
        """Format country and product of a node, as in chains."""
        return f"{self.countries[self.country[node]]} {self.products[self.product[node]]}"

    def coverage(self) -> pa.Table:
        """Describe the data behind the network by product.

        Returns
        -------
        pyarrow.Table
            ``product``, ``stage``, ``measure``, ``nodes``, ``flows`` (rows with an amount),
            ``flows_without_measure`` (rows without one, left out), ``self_flows`` (of a country to
            itself, left out), ``amount`` (sum of the flows, in the measure); the number of nodes
            with ``observed``, ``inferred`` or ``missing`` production, and their share of all
            sales (``..._share``, null without flows); ``oversold`` (nodes that sell more than
            their published production and imports), ``untraceable`` (nodes with no producer
            behind them), ``without_upstream`` (nodes that make the product out of an unknown
            pool), ``short_of_input`` (nodes whose input pools are too small for their output)
            and ``short_share`` (share of all sales that those pools cannot feed), ``traded``
            (false: no flow of it is known). In order of the chain.
        """
        return coverage(self)

    def to_networkx(self, *, facts: bool = False, conversions: bool = False) -> Any:
        """Convert the network to networkx.

        Parameters
        ----------
        facts : bool
            One edge for every row of the flows, instead of their sums.
        conversions : bool
            Also an edge of ``kind`` "MADE_INTO" from the input to the output of one country. It
            has a ``share`` of the output's pool and no amount, because stages have different
            units: weight by ``share`` then, since networkx counts a missing amount as 1.

        Returns
        -------
        networkx.DiGraph or networkx.MultiDiGraph
            Nodes are ``(country, product)`` with ``country``, ``product``, ``stage``,
            ``produced``, ``state`` and ``supply``. Trade runs from seller to buyer, with ``kind``
            "EXPORTS", the amount under the name of the measure, its ``unit`` and, of sums,
            ``share`` of the buyer's pool; of facts, every other column that is known.
        """
        return to_networkx(self, facts=facts, conversions=conversions)


def reached(links: Any, start: np.ndarray) -> np.ndarray:
    """Mark nodes that ``start`` supplies, at any remove; ``links`` point from buyer to seller."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    size = len(start)
    mask = np.zeros(size, bool)
    if not start.any():
        return mask
    coo = links.tocoo()
    kept = coo.data > 0
    first = np.flatnonzero(start)
    rows = np.concatenate([coo.col[kept], np.full(len(first), size)])
    columns = np.concatenate([coo.row[kept], first])
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size + 1, size + 1))
    order = breadth_first_order(graph, size, return_predecessors=False)
    mask[order[order < size]] = True
    return mask


def shortened(names: Iterable[str], most: int = 12) -> str:
    """Join names in one line; a cut list ends with their number."""
    listed = list(names)
    if len(listed) <= most:
        return ", ".join(listed) or "nothing"
    return f"{', '.join(listed[:most])} ... ({len(listed)} in all)"


Node = tuple[str, str]


def to_networkx(network: SupplyNetwork, *, facts: bool, conversions: bool) -> Any:
    """See :meth:`SupplyNetwork.to_networkx`."""
    import networkx as nx

    graph = (nx.MultiDiGraph if facts else nx.DiGraph)(
        measure=network.measure, unit=network.unit, stages=list(dict.fromkeys(network.stages))
    )
    names = [
        (network.countries[c], network.products[p])
        for c, p in zip(network.country.tolist(), network.product.tolist(), strict=True)
    ]
    for node, name in enumerate(names):
        graph.add_node(
            name, country=name[0], product=name[1],
            stage=network.stages[network.product[node]], produced=float(network.produced[node]),
            state=STATES[network.state[node]], supply=float(network.supply[node]),
        )  # fmt: skip
    if facts:
        graph.add_edges_from(_rows(network))
    else:
        graph.add_edges_from(_sums(network, names))
    if conversions:
        graph.add_edges_from(_conversions(network, names))
    return graph


def _sums(network: SupplyNetwork, names: list[Node]) -> Any:
    """Build one edge per pair of nodes."""
    share = np.asarray(network.amount / network.supply[network.target])
    for source, target, amount, part in zip(
        network.source.tolist(), network.target.tolist(), network.amount.tolist(), share.tolist(),
        strict=True,
    ):  # fmt: skip
        attributes = {"kind": "EXPORTS", network.measure: amount, "unit": network.unit,
                      "share": part}  # fmt: skip
        yield names[source], names[target], attributes


def _conversions(network: SupplyNetwork, names: list[Node]) -> Any:
    """Build one edge from each pool to each pool made out of it."""
    fed = network.own * network.covered
    share = np.asarray(fed[network.output] * network.weight)
    for output, source, part in zip(
        network.output.tolist(), network.input.tolist(), share.tolist(), strict=True
    ):
        if part > 0:
            yield names[source], names[output], {"kind": "MADE_INTO", "share": part}


def _rows(network: SupplyNetwork) -> Any:
    """Build one edge per fact, with its known values."""
    for row in network.facts.to_pylist():
        seller, buyer = row.pop("supplier"), row.pop("consumer")
        known = {name: value for name, value in row.items() if value is not None}
        attributes = {"kind": "EXPORTS", "unit": network.unit, **known}
        yield (seller, row["product"]), (buyer, row["product"]), attributes


COVERAGE = pa.schema([
    *texts("product", "stage", "measure"),
    *counts("nodes", "flows", "flows_without_measure", "self_flows"), number("amount"),
    *counts(*STATES), *(number(f"{state}_share", SHARE) for state in STATES),
    *counts("oversold", "untraceable", "without_upstream", "short_of_input"),
    number("short_share", SHARE), *flags("traded"),
])  # fmt: skip


def coverage(network: SupplyNetwork) -> pa.Table:
    """See :meth:`SupplyNetwork.coverage`."""
    counted = _fact_counts(network)
    nothing = {"amount_sum": 0, "none_sum": 0, "own_sum": 0}
    lacks = (network.own > 0) & ~network.has_input
    short = network.has_input & (network.own > 0) & (network.covered < 1)
    more = network.produced > np.where(np.isnan(network.published), np.inf, network.published)
    rows = []
    for place, product in enumerate(network.products):
        nodes, rows_of = network.product == place, counted.get(product, nothing)
        sold = float(network.exports[nodes].sum())
        first = network.orders[place] == min(network.orders)
        row: dict[str, Any] = {
            "product": product, "stage": network.stages[place], "measure": network.measure,
            "nodes": int(nodes.sum()), "flows": rows_of["amount_sum"],
            "flows_without_measure": rows_of["none_sum"], "self_flows": rows_of["own_sum"],
            "amount": sold, "traded": network.traded[place],
            "untraceable": int((nodes & ~network.fed & (network.supply > 0)).sum()),
            "without_upstream": 0 if first else int((nodes & lacks).sum()),
            "oversold": int((nodes & more).sum()), "short_of_input": int((nodes & short).sum()),
        }  # fmt: skip
        unfed = network.exports * network.own * (1 - network.covered)
        row["short_share"] = float(unfed[nodes & short].sum()) / sold if sold else None
        for state, name in enumerate(STATES):
            such = nodes & (network.state == state)
            row[name] = int(such.sum())
            row[f"{name}_share"] = float(network.exports[such].sum()) / sold if sold else None
        rows.append(row)
    return pa.Table.from_pylist(rows, COVERAGE)


def _fact_counts(network: SupplyNetwork) -> dict[str, dict[str, int]]:
    """Count each product's rows with an amount, without one, and of a country to itself."""
    facts = network.facts
    own = pc.equal(facts["supplier"], facts["consumer"])
    known = pc.and_(pc.is_valid(facts[network.measure]), pc.invert(own))
    table = pa.table({
        "product": facts["product"], "own": own.cast(pa.int64()),
        "amount": known.cast(pa.int64()), "none": facts[network.measure].is_null().cast(pa.int64()),
    })  # fmt: skip
    sums = table.group_by("product").aggregate([(n, "sum") for n in ("amount", "none", "own")])
    return {row["product"]: row for row in sums.to_pylist()}
