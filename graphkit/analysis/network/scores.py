"""Centrality measures on sparse rows: shortest-path sums, dominators, fixed points of flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse import csgraph

from graphkit.analysis.network.graph import FlowGraph, Rows
from graphkit.arrow import Floats, Ints
from graphkit.errors import GraphkitError

CELLS = 4_000_000
"""Number of distances in memory at once without compiled kernels: 32 MB."""


@cache
def is_fast() -> bool:
    """Tell whether numba (extra ``fast``) is installed and works."""
    try:
        import numba  # noqa: F401
    except ImportError:  # not installed, or not for this numpy
        return False
    return True


def betweenness_sums(
    rows: Rows, lengths: Floats | None, starts: Ints, *, endpoints: bool = False
) -> Floats:
    """Add up, for each node, its shares of the shortest paths from some nodes.

    Parameters
    ----------
    rows : Rows
        The edges by source.
    lengths : array of float, optional
        Length of each edge, above 0; by default 1.
    starts : array of int
        First nodes of the paths, in the order in which they are added up.
    endpoints : bool
        If True, also count the ends of a path.

    Examples
    --------
    >>> rows = Rows(np.array([0, 1, 2, 2]), np.array([1, 2]), np.ones(2))
    >>> betweenness_sums(rows, None, np.arange(3)).tolist()
    [0.0, 1.0, 0.0]
    """
    if not is_fast():
        return _slow_betweenness(rows, lengths, starts, endpoints)
    from graphkit.analysis.network import kernels

    indptr, indices = rows.indptr, rows.indices
    if lengths is None:
        sums = kernels.unweighted_betweenness(indptr, indices, starts, endpoints)
    else:
        sums = kernels.weighted_betweenness(indptr, indices, lengths, starts, endpoints)
    return np.asarray(sums, np.float64)


def path_totals(rows: Rows, lengths: Floats, starts: Ints) -> tuple[Floats, Floats, Floats]:
    """Count the nodes each start reaches, itself included, and add up distances and inverses.

    Examples
    --------
    >>> rows = Rows(np.array([0, 1, 2, 2]), np.array([1, 2]), np.ones(2))
    >>> [array.tolist() for array in path_totals(rows, np.array([1.0, 0.5]), np.arange(2))]
    [[3.0, 2.0], [2.5, 0.5], [1.6666666666666665, 2.0]]
    """
    if is_fast():
        from graphkit.analysis.network import kernels

        totals_of_starts = kernels.path_totals(rows.indptr, rows.indices, lengths, starts)
        return totals_of_starts[:, 0], totals_of_starts[:, 1], totals_of_starts[:, 2]
    matrix = sp.csr_array((lengths, rows.indices, rows.indptr), shape=(len(rows),) * 2)
    reached, totals, inverses = np.empty((3, len(starts)))
    step = max(1, CELLS // max(1, len(rows)))
    for first in range(0, len(starts), step):
        part = slice(first, first + step)
        distances = csgraph.dijkstra(matrix, indices=starts[part])
        finite = np.isfinite(distances)
        reached[part] = finite.sum(axis=1)
        totals[part] = np.where(finite, distances, 0.0).sum(axis=1)
        nearness = np.divide(
            1.0, distances, out=np.zeros_like(distances), where=finite & (distances > 0)
        )
        inverses[part] = nearness.sum(axis=1)
    return reached, totals, inverses


def immediate_dominators(rows: Rows, start: int) -> tuple[Ints, Ints]:
    """Find the immediate dominator of each node, seen from ``start``.

    Returns
    -------
    dominator : array of int
        -1 for ``start`` and for the nodes it does not reach.
    order : array of int
        The nodes it reaches, ``start`` first, each after its dominator.

    References
    ----------
    .. [1] Cooper, K. D., Harvey, T. J., Kennedy, K. (2006). "A Simple, Fast Dominance
           Algorithm". Rice University, CS Technical Report 06-33870.

    Examples
    --------
    Two paths lead from 0 to 3: neither 1 nor 2 dominates it, 0 does.

    >>> rows = Rows(np.array([0, 2, 3, 4, 4]), np.array([1, 2, 3, 3]), np.ones(4))
    >>> immediate_dominators(rows, 0)[0].tolist()
    [-1, 0, 0, 0]
    """
    if is_fast():
        from graphkit.analysis.network import kernels as search_kernels

        in_rows = rows.transposed
        dominator, order = search_kernels.immediate_dominators(
            rows.indptr, rows.indices, in_rows.indptr, in_rows.indices, start
        )
        return dominator, order
    import networkx as nx

    idom = nx.immediate_dominators(_as_networkx(rows, None), start)
    dominator = np.full(len(rows), -1, np.int64)
    for node, nearest in idom.items():
        dominator[node] = nearest
    return dominator, np.array([start, *idom], np.int64)


def _slow_betweenness(rows: Rows, lengths: Floats | None, starts: Ints, endpoints: bool) -> Floats:
    """Compute betweenness sums by networkx, in the same order of starts."""
    from networkx.algorithms.centrality import betweenness as brandes

    graph = _as_networkx(rows, lengths)
    scores = dict.fromkeys(graph, 0.0)
    for start in starts.tolist():
        if lengths is None:
            paths = brandes._single_source_shortest_path_basic(graph, start)
        else:
            paths = brandes._single_source_dijkstra_path_basic(graph, start, "length")
        add_up = brandes._accumulate_endpoints if endpoints else brandes._accumulate_basic
        add_up(scores, *paths[:3], start)
    return np.array(list(scores.values()), np.float64)


def _as_networkx(rows: Rows, lengths: Floats | None) -> Any:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(rows)))
    source = np.repeat(np.arange(len(rows)), np.diff(rows.indptr)).tolist()
    values = np.ones(len(source)) if lengths is None else lengths
    graph.add_weighted_edges_from(
        zip(source, rows.indices.tolist(), values.tolist(), strict=True), weight="length"
    )
    return graph


SMALL = 64
"""Number of nodes up to which the whole spectrum is computed."""


def pagerank(
    rows: Rows,
    *,
    networks: Ints | None = None,
    alpha: float = 0.85,
    jump: Floats | None = None,
    dangling: Floats | None = None,
    start: Floats | None = None,
    tolerance: float = 1e-14,
    max_rounds: int = 1000,
) -> Floats:
    r"""Compute PageRank of one weighted network, or of several at once, by power iteration.

    .. math:: x = \alpha (x S + x_0 d) + (1 - \alpha) p

    with :math:`S` the shares of what each node sends, :math:`x_0` the score of the nodes that
    send nothing. The scores of a network are the same to the bit beside any others.

    Parameters
    ----------
    rows : Rows
        Flows by source; none leads from one network to another.
    networks : array of int, optional
        The first node of each network, in order; by default there is one network.
    alpha : float
        Probability of following a flow rather than jumping.
    jump, dangling : array of float, optional
        Distribution of jumps (:math:`p`, by default uniform) and of the steps from a node that
        sends nothing (:math:`d`, by default as the jumps); each sums to 1 in each network.
    start : array of float, optional
        First guess.
    tolerance : float
        Stop when the scores of a network change by less in sum in a round.
    max_rounds : int
        Give up after this many rounds.

    Raises
    ------
    GraphkitError
        A network has not converged after ``max_rounds``.

    References
    ----------
    .. [1] Brin, S., Page, L. (1998). "The anatomy of a large-scale hypertextual Web search
           engine". Computer Networks 30, 107-117. https://doi.org/10.1016/S0169-7552(98)00110-X

    Examples
    --------
    Two nodes that send to each other score the same, alone and beside another pair:

    >>> rows = Rows(np.arange(5), np.array([1, 0, 3, 2]), np.array([5.0, 1.0, 1.0, 1.0]))
    >>> pagerank(rows, networks=np.array([0, 2])).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    size = len(rows)
    if not size:
        return np.empty(0)
    firsts = np.zeros(1, np.int64) if networks is None else networks
    sizes = np.diff(np.append(firsts, size))
    network = np.repeat(np.arange(len(sizes)), sizes)
    sent = np.asarray(rows.matrix.sum(axis=1), np.float64)
    factor = np.divide(1.0, sent, out=np.zeros(size), where=sent != 0)
    shares = Rows(rows.indptr, rows.indices, rows.values * np.repeat(factor, np.diff(rows.indptr)))
    even = (1.0 / sizes)[network]
    jump = even if jump is None else jump
    dangling = jump if dangling is None else dangling
    pull = shares.transposed.matrix
    walk = _Walk(pull, np.arange(size), network, sent == 0, jump, dangling)
    scores = even if start is None else start
    result, settled = np.empty(size), np.zeros(len(sizes), bool)
    for _ in range(max_rounds):
        scores, change = walk.step(scores, alpha)
        new = (change < tolerance) & ~settled
        if not new.any():
            continue
        ready = new[walk.network]
        result[walk.nodes[ready]] = scores[ready]
        settled |= new
        if settled.all():
            return result
        if 2 * np.count_nonzero(settled) >= len(settled):
            unsettled = ~settled[walk.network]
            walk, scores, settled = walk.only(unsettled), scores[unsettled], settled[~settled]
    raise GraphkitError(f"PageRank has not converged to {tolerance:g} in {max_rounds} rounds")


@dataclass(frozen=True, eq=False)
class _Walk:
    """Nodes of the networks that have not converged, with the arrays of a PageRank round."""

    pull: Any
    nodes: Ints
    network: Ints
    silent: npt.NDArray[np.bool_]
    """Mask of the nodes that send nothing."""
    jump: Floats
    dangling: Floats

    @cached_property
    def _silent_nodes(self) -> Ints:
        return np.flatnonzero(self.silent)

    @cached_property
    def _runs(self) -> _Runs:
        return _Runs(self.network, self.network[-1] + 1)

    @cached_property
    def _silent_runs(self) -> _Runs:
        return _Runs(self.network[self._silent_nodes], self.network[-1] + 1)

    def step(self, last: Floats, alpha: float) -> tuple[Floats, Floats]:
        """Do one round, and return the scores and each network's sum of changes."""
        idle = self._silent_runs.sums(last[self._silent_nodes])[self.network]
        scores = alpha * (self.pull @ last + idle * self.dangling) + (1 - alpha) * self.jump
        return scores, self._runs.sums(np.abs(scores - last))

    def only(self, mask: npt.NDArray[np.bool_]) -> _Walk:
        """Keep only the nodes of some networks."""
        network = np.unique(self.network[mask], return_inverse=True)[1]
        pull, silent = self.pull[mask][:, mask], self.silent[mask]
        return _Walk(pull, self.nodes[mask], network, silent, self.jump[mask], self.dangling[mask])


class _Runs:
    """Sums of the values of each network, equal to the bit to those of one array at a time."""

    def __init__(self, network: Ints, count: int) -> None:
        # numpy's sum starts from zero, a run of reduceat from its first value: prepend a zero.
        lengths = np.bincount(network, minlength=count) + 1
        self._starts = np.cumsum(lengths) - lengths
        self._place = np.arange(len(network)) + network + 1
        self._padded = np.zeros(len(network) + count)

    def sums(self, values: Floats) -> Floats:
        self._padded[self._place] = values
        return np.asarray(np.add.reduceat(self._padded, self._starts), np.float64)


def hubs_and_authorities(rows: Rows) -> tuple[Floats, Floats]:
    """Compute HITS: good hubs send to good authorities, which receive from good hubs.

    The scores are the first singular vectors of the flows; each sums to 1. Where several
    networks share the first singular value, a start from equal scores weights the nodes.

    Returns
    -------
    hubs, authorities : array of float
        All zero where nothing flows.

    References
    ----------
    .. [1] Kleinberg, J. M. (1999). "Authoritative sources in a hyperlinked environment".
           Journal of the ACM 46, 604-632. https://doi.org/10.1145/324133.324140

    Examples
    --------
    >>> hubs, authorities = hubs_and_authorities(
    ...     Rows(np.array([0, 2, 2, 2]), np.array([1, 2]), np.array([3.0, 1.0])))
    >>> hubs.round(12).tolist(), authorities.round(12).tolist()
    ([1.0, 0.0, 0.0], [0.0, 0.75, 0.25])
    """
    size = len(rows)
    if not len(rows.values):
        return np.zeros(size), np.zeros(size)
    flows = rows.matrix / rows.values.max()
    if size <= SMALL:
        _, values, right = np.linalg.svd(flows.toarray())
        first = right[values > values[0] * (1 - 1e-9)]
        authority = first.sum(axis=1) @ first
    else:
        authority = spla.svds(flows, k=1, v0=np.ones(size), return_singular_vectors="vh")[2][0]
    hubs = flows @ np.abs(authority)
    authorities = flows.T @ hubs
    return hubs / hubs.sum(), authorities / authorities.sum()


def eigenvector(rows: Rows) -> Floats | None:
    r"""Compute eigenvector centrality: a central node receives much from central nodes.

    The result is the left eigenvector of the flows for their spectral radius :math:`\rho`,
    non-negative and of Euclidean length 1. By Perron and Frobenius three steps find it: the
    strongly connected component with the largest :math:`\rho`; its own vector; the flows on
    from there, :math:`x (\rho I - A)^{-1}`.

    Returns
    -------
    array of float or None
        None where no vector or more than one exists: the flows have no cycle, or two separate
        cycles are equally strong.

    References
    ----------
    .. [1] Bonacich, P. (1972). "Factoring and weighting approaches to status scores and clique
           identification". Journal of Mathematical Sociology 2, 113-120.
           https://doi.org/10.1080/0022250X.1972.9989806

    Examples
    --------
    >>> scores = eigenvector(Rows(np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 4.0])))
    >>> (scores**2).round(12).tolist()
    [0.8, 0.2]
    """
    if not len(rows.values):
        return None
    flows = rows.matrix / rows.values.max()
    _, part = csgraph.connected_components(flows, directed=True, connection="strong")
    circles = []
    source = np.repeat(np.arange(len(rows)), np.diff(rows.indptr))
    for number in np.unique(part[source[part[source] == part[rows.indices]]]):
        nodes = np.flatnonzero(part == number)
        circles.append((*_perron(flows[nodes][:, nodes]), nodes))
    circles.sort(key=lambda circle: -circle[0])
    if not circles or (len(circles) > 1 and circles[1][0] > circles[0][0] * (1 - 1e-9)):
        return None
    rho, vector, nodes = circles[0]
    scores = np.zeros(len(rows))
    scores[nodes] = vector
    after = _downstream(flows, nodes)
    if len(after):
        received = (scores @ flows)[after]
        rest = sp.eye_array(len(after), format="csc") * rho - flows[after][:, after].T
        scores[after] = np.maximum(spla.spsolve(rest.tocsc(), received), 0)
    return np.asarray(scores / np.linalg.norm(scores), np.float64)


def _perron(flows: Any) -> tuple[float, Floats]:
    """Return the spectral radius and left eigenvector of an irreducible matrix."""
    size = flows.shape[0]
    if size <= SMALL:
        values, vectors = np.linalg.eig(flows.toarray().T)
        first = int(np.argmax(values.real))
        return float(values[first].real), np.abs(vectors[:, first].real)
    values, vectors = spla.eigs(flows.T, k=1, which="LR", v0=np.ones(size), maxiter=100 * size)
    return float(values[0].real), np.abs(vectors[:, 0].real)


def _downstream(flows: Any, nodes: Ints) -> Ints:
    """Find the nodes that one strongly connected component reaches, without itself."""
    reached = csgraph.breadth_first_order(flows, nodes[0], return_predecessors=False)
    return np.setdiff1d(reached, nodes)


class Scores:
    """The measures of one network, each computed on first access."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.size = len(graph)

    @cached_property
    def _hits(self) -> tuple[Floats, Floats]:
        return hubs_and_authorities(self.graph.out_rows)

    def strength_in(self) -> Floats:
        """Return the sums of the incoming flows."""
        return self.graph.in_strength

    def strength_out(self) -> Floats:
        """Return the sums of the outgoing flows."""
        return self.graph.out_strength

    def pagerank(self) -> Floats:
        """Return PageRank: the end points of flows followed from seller to buyer."""
        return pagerank(self.graph.out_rows)

    def cheirank(self) -> Floats:
        """Return PageRank of the reversed network: the origins of flows."""
        return pagerank(self.graph.in_rows)

    def hub(self) -> Floats:
        """Return HITS scores of the sellers."""
        return self._hits[0]

    def authority(self) -> Floats:
        """Return HITS scores of the buyers."""
        return self._hits[1]

    def eigenvector(self) -> Floats | None:
        """Return eigenvector centrality: flows received from nodes that receive much."""
        return eigenvector(self.graph.out_rows)

    def closeness_in(self) -> Floats:
        """Return closeness to the nodes whose flows arrive."""
        return self._closeness(self._paths_in)

    def closeness_out(self) -> Floats:
        """Return closeness to the nodes that the flows reach."""
        return self._closeness(self._paths_out)

    def harmonic_in(self) -> Floats:
        """Return harmonic closeness to the nodes whose flows arrive: the nearest count most."""
        return self._paths_in[2] / max(1, self.size - 1)

    def harmonic_out(self) -> Floats:
        """Return harmonic closeness to the nodes that the flows reach: the nearest count most."""
        return self._paths_out[2] / max(1, self.size - 1)

    @cached_property
    def _paths_in(self) -> tuple[Floats, Floats, Floats]:
        return self._paths(self.graph.in_rows)

    @cached_property
    def _paths_out(self) -> tuple[Floats, Floats, Floats]:
        return self._paths(self.graph.out_rows)

    def _paths(self, rows: Rows) -> tuple[Floats, Floats, Floats]:
        return path_totals(rows, np.mean(self.graph.weights) / rows.values, np.arange(self.size))

    def _closeness(self, paths: tuple[Floats, Floats, Floats]) -> Floats:
        reached, totals, _ = paths
        others = reached - 1
        nearness = np.divide(others, totals, out=np.zeros(self.size), where=totals > 0)
        return np.asarray(nearness * others / max(1, self.size - 1), np.float64)

    def betweenness(self) -> Floats:
        """Return each node's share of the shortest paths between two others."""
        rows = self.graph.out_rows
        sums = betweenness_sums(rows, 1 / rows.values, np.arange(self.size))
        pairs = (self.size - 1) * (self.size - 2)
        return sums * (1 / pairs) if pairs > 0 else np.zeros(self.size)

    def throughput(self) -> Floats:
        """Return upper bounds of trade through each node: the smaller of its flows in and out."""
        passing = np.minimum(self.graph.in_strength, self.graph.out_strength)
        return np.asarray(passing / self.graph.weights.sum(), np.float64)


def _cheirank_of_networks(rows: Rows, networks: Ints) -> Floats:
    return pagerank(rows.transposed, networks=networks)


def _pagerank_of_networks(rows: Rows, networks: Ints) -> Floats:
    return pagerank(rows, networks=networks)


@dataclass(frozen=True)
class Measure:
    """A centrality measure: its function, its name in a table and its normalisation."""

    compute: Callable[[Scores], Floats | None]
    header: str
    normalisation: str
    compute_networks: Callable[[Rows, Ints], Floats] | None = None
    """Function for many networks at once, given flows by source and each network's first node."""

    @property
    def doc(self) -> str:
        """Describe the measure in a line."""
        return (self.compute.__doc__ or "").rstrip(".")


STRENGTH = "unit of the flows"
_SUM, _RANK = "sums to 1", "sums to 1; damping 0.85, uniform jumps"
_NEAR = "(r-1)/(n-1) * (r-1)/sum of mean flow/flow over the r "
_HARMONIC = "sum of 1 / sum of mean flow/flow, over the others, by n-1"
MEASURES: Mapping[str, Measure] = {
    "strength_in": Measure(Scores.strength_in, "Bought", STRENGTH),
    "strength_out": Measure(Scores.strength_out, "Sold", STRENGTH),
    "pagerank": Measure(Scores.pagerank, "PageRank", _RANK, _pagerank_of_networks),
    "cheirank": Measure(Scores.cheirank, "CheiRank", _RANK, _cheirank_of_networks),
    "hub": Measure(Scores.hub, "Hub", _SUM),
    "authority": Measure(Scores.authority, "Authority", _SUM),
    "eigenvector": Measure(Scores.eigenvector, "Eigenvector", "Euclidean length 1"),
    "closeness_in": Measure(Scores.closeness_in, "Closeness in", f"{_NEAR}that reach it"),
    "closeness_out": Measure(Scores.closeness_out, "Closeness out", f"{_NEAR}it reaches"),
    "harmonic_in": Measure(Scores.harmonic_in, "Harmonic in", _HARMONIC),
    "harmonic_out": Measure(Scores.harmonic_out, "Harmonic out", _HARMONIC),
    "betweenness": Measure(
        Scores.betweenness, "Betweenness", "of (n-1)(n-2) ordered pairs; distance 1/flow"
    ),
    "throughput": Measure(Scores.throughput, "Throughput", "0 to 1, of all flows"),
}
"""Measures by name."""
