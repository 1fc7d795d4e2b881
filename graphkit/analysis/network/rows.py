"""Sparse rows behind every network: checked input, parallel flows added up, a fixed order."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from graphkit.errors import GraphkitError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Rows:
    """A sparse square matrix by rows: row i is ``indptr[i]`` to ``indptr[i + 1]``."""

    indptr: Ints
    indices: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def transposed(self) -> Rows:
        """Return the same entries by columns."""
        turned = self.matrix.T.tocsr()
        return Rows(turned.indptr, turned.indices, turned.data)

    @property
    def matrix(self) -> Any:
        """Return the same arrays as a ``scipy.sparse.csr_array``."""
        return sp.csr_array((self.values, self.indices, self.indptr), shape=(len(self),) * 2)


def sorted_rows(sources: Ints, targets: Ints, values: Floats, size: int) -> Rows:
    """Sort rows by source, then target, and add up the values of one pair.

    The sum does not depend on the order of the entries: a pair's values are added from the
    smallest to the largest.
    """
    entries = sp.coo_array((values, (targets, sources)), shape=(size, size))
    # A counting sort by target, then by source: scipy would compare entries instead.
    entries.has_canonical_format = True
    rows = entries.tocsr().T.tocsr()
    indptr, indices, values = rows.indptr, rows.indices, rows.data
    first = np.ones(len(values), bool)
    np.not_equal(indices[1:], indices[:-1], out=first[1:])
    first[indptr[:-1][np.diff(indptr) > 0]] = True
    if first.all():
        return Rows(indptr, indices, values)
    shared = ~first
    shared[:-1] |= ~first[1:]
    several = np.flatnonzero(shared)
    pair = np.cumsum(first)
    values[several] = values[several][np.lexsort((values[several], pair[several]))]
    sums = np.add.reduceat(values, np.flatnonzero(first))
    before = np.append(0, pair).astype(indptr.dtype)
    return Rows(before[indptr], indices[first], sums)


def both_ways(sources: Ints, targets: Ints, values: Floats, size: int) -> Rows:
    """Build the rows of an undirected graph that has each pair once: every entry in both rows."""
    back = sources != targets
    return sorted_rows(
        np.concatenate([sources, targets[back]]),
        np.concatenate([targets, sources[back]]),
        np.concatenate([values, values[back]]),
        size,
    )


def positions(given: npt.ArrayLike, size: int, what: str) -> Ints:
    """Check positions and return them as 32-bit integers."""
    found = np.asarray(given)
    if not len(found):
        return np.empty(0, np.int32)
    if found.dtype.kind not in "iu":
        raise GraphkitError(f"found {what} of type {found.dtype}, wanted positions (integers)")
    low, high = int(found.min()), int(found.max())
    if low < 0 or high >= size:
        wrong = low if low < 0 else high
        raise GraphkitError(f"found {what} {wrong}, wanted a position of one of {size} labels")
    return found.astype(np.int32, copy=False)


def check_flows(labels: tuple[Hashable, ...], start: Ints, end: Ints, flow: Floats) -> None:
    """Refuse a label given twice, columns of different length and invalid flows."""
    if len(set(labels)) != len(labels):
        twice = next(label for i, label in enumerate(labels) if label in labels[:i])
        raise GraphkitError(f"found the label {twice!r} twice, wanted each node once")
    if not len(start) == len(end) == len(flow):
        raise GraphkitError(
            f"found {len(start)} sources, {len(end)} targets and {len(flow)} weights, "
            "wanted as many of each"
        )
    if len(flow) and not (flow.min() >= 0 and flow.max() < np.inf):
        wrong = flow[~(np.isfinite(flow) & (flow >= 0))][0]
        raise GraphkitError(f"found a flow of {wrong:g}, wanted a number of 0 or more")
