"""Scores that are a fixed point of the flows: PageRank, HITS, eigenvector centrality."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse import csgraph

from graphkit.analysis.rows import Floats, Ints, Rows
from graphkit.errors import GraphkitError

SMALL = 64
"""Up to this many nodes the whole spectrum is computed."""


def pagerank(
    rows: Rows,
    *,
    alpha: float = 0.85,
    jump: Floats | None = None,
    dangling: Floats | None = None,
    start: Floats | None = None,
    tolerance: float = 1e-14,
    max_rounds: int = 1000,
) -> Floats:
    r"""PageRank of a weighted network by power iteration.

    .. math:: x = \alpha (x S + x_0 d) + (1 - \alpha) p

    with :math:`S` the shares of what each node sends, :math:`x_0` the score of the nodes that
    send nothing.

    Parameters
    ----------
    rows : Rows
        Flows by source.
    alpha : float
        Chance of following a flow rather than jumping.
    jump, dangling : array of float, optional
        Where a jump leads (:math:`p`, uniform if not given) and what follows on a node that
        sends nothing (:math:`d`, as the jump); each sums to 1.
    start : array of float, optional
        First guess.
    tolerance : float
        Stop when the scores of a round differ by less in sum.
    max_rounds : int
        Give up after so many.

    Raises
    ------
    GraphkitError
        It has not settled after ``max_rounds``.

    References
    ----------
    .. [1] Brin, S., Page, L. (1998). "The anatomy of a large-scale hypertextual Web search
           engine". Computer Networks 30, 107-117. https://doi.org/10.1016/S0169-7552(98)00110-X

    Examples
    --------
    Two nodes that send to each other are alike:

    >>> pagerank(Rows(np.array([0, 1, 2]), np.array([1, 0]), np.array([5.0, 1.0]))).tolist()
    [0.5, 0.5]
    """
    size = len(rows)
    if not size:
        return np.empty(0)
    sent = np.asarray(rows.matrix.sum(axis=1), np.float64)
    factor = np.divide(1.0, sent, out=np.zeros(size), where=sent != 0)
    shares = rows.values * np.repeat(factor, np.diff(rows.indptr))
    pull = sp.csr_array((shares, rows.indices, rows.indptr), shape=(size, size)).T
    even = np.full(size, 1.0 / size)
    jump = even if jump is None else jump
    dangling = jump if dangling is None else dangling
    ends = np.flatnonzero(sent == 0)
    scores = even if start is None else start
    for _ in range(max_rounds):
        last = scores
        scores = alpha * (pull @ last + last[ends].sum() * dangling) + (1 - alpha) * jump
        if np.abs(scores - last).sum() < tolerance:
            return np.asarray(scores, np.float64)
    raise GraphkitError(f"PageRank has not settled to {tolerance:g} in {max_rounds} rounds")


def hubs_and_authorities(rows: Rows) -> tuple[Floats, Floats]:
    """HITS: good hubs send to good authorities, which good hubs send to.

    The first singular vectors of the flows; each sums to 1. Where several networks share the
    first singular value, each node is weighted by what a start from equal scores gives it.

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
    r"""Eigenvector centrality: a node is central that receives much from central nodes.

    The left eigenvector of the flows for their spectral radius :math:`\rho`, non-negative and of
    Euclidean length 1. By Perron and Frobenius it is found in three steps: the strongly
    connected part with the largest :math:`\rho`; its own vector; what flows on from there,
    :math:`x (\rho I - A)^{-1}`.

    Returns
    -------
    array of float or None
        None where there is no such vector or more than one: nothing flows in a circle, or two
        separate circles are equally strong.

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
    radius, own, nodes = circles[0]
    scores = np.zeros(len(rows))
    scores[nodes] = own
    after = _downstream(flows, nodes)
    if len(after):
        received = (scores @ flows)[after]
        rest = sp.eye_array(len(after), format="csc") * radius - flows[after][:, after].T
        scores[after] = np.maximum(spla.spsolve(rest.tocsc(), received), 0)
    return np.asarray(scores / np.linalg.norm(scores), np.float64)


def _perron(flows: Any) -> tuple[float, Floats]:
    """Spectral radius and left eigenvector of an irreducible matrix."""
    size = flows.shape[0]
    if size <= SMALL:
        values, vectors = np.linalg.eig(flows.toarray().T)
        first = int(np.argmax(values.real))
        return float(values[first].real), np.abs(vectors[:, first].real)
    values, vectors = spla.eigs(flows.T, k=1, which="LR", v0=np.ones(size), maxiter=100 * size)
    return float(values[0].real), np.abs(vectors[:, 0].real)


def _downstream(flows: Any, nodes: Ints) -> Ints:
    """What these nodes of one strongly connected part reach, themselves left out."""
    reached = csgraph.breadth_first_order(flows, nodes[0], return_predecessors=False)
    return np.setdiff1d(reached, nodes)
