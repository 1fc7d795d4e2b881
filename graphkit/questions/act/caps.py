"""Suppliers that a share is a limit for: sellers, origins looked through, or seats of owners."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from graphkit.arrow import Floats

SUPPLIER, ORIGIN, SEAT = "supplier", "origin", "seat"


@dataclass(frozen=True)
class Caps:
    """Suppliers of one market that a share is a limit for, and their parts of each seller."""

    keys: Sequence[str]
    parts: Floats
    """Part of a seller's goods that counts as the supplier's, suppliers by sellers."""
    most: Floats | None = None
    """The most that the parts can be; None where they are known."""
    tables: tuple[pa.Table, ...] = ()
    """Facts besides trade that the parts rest on."""

    def without(self, keys: Collection[str]) -> Caps:
        """Leave out the limits on some suppliers."""
        rest = ~np.isin(self.keys, sorted(keys))
        return replace(
            self, keys=[key for key, stays in zip(self.keys, rest, strict=True) if stays],
            parts=self.parts[rest], most=None if self.most is None else self.most[rest],
        )  # fmt: skip

    def with_blocs(self, blocs: Mapping[str, Sequence[str]]) -> Caps:
        """Add blocs, each of which counts as one supplier."""
        members = [np.isin(self.keys, list(countries)) for countries in blocs.values()]

        def added(parts: Floats) -> Floats:
            return np.vstack([parts, *(parts[some].sum(axis=0)[None] for some in members)])

        most = None if self.most is None else np.minimum(added(self.most), 1.0)
        return replace(self, keys=[*self.keys, *blocs], parts=added(self.parts), most=most)
