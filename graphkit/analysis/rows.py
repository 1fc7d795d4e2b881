"""Sparse rows: the arrays under every network, and how parallel flows become one entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

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
        """The same entries by columns."""
        turned = self.matrix.T.tocsr()
        return Rows(turned.indptr, turned.indices, turned.data)

    @property
    def matrix(self) -> Any:
        """The same arrays as a ``scipy.sparse.csr_array``."""
        return sp.csr_array((self.values, self.indices, self.indptr), shape=(len(self),) * 2)


def sorted_rows(sources: Ints, targets: Ints, values: Floats, size: int) -> Rows:
    """Rows sorted by source, then target, the values of one pair added up.

    The sum does not depend on the order of the entries: those of one pair are added from the
    smallest to the largest.
    """
    entries = sp.coo_array((values, (targets, sources)), shape=(size, size))
    # Counted by target, then by source, entries are in order; scipy would compare them instead.
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
    """Rows of an undirected graph that holds each pair once: every entry in both rows."""
    back = sources != targets
    return sorted_rows(
        np.concatenate([sources, targets[back]]),
        np.concatenate([targets, sources[back]]),
        np.concatenate([values, values[back]]),
        size,
    )
