"""End uses of elements: sums of their shares, and the value added of the sectors they are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import fsum
from typing import Any

UNROUNDED = 0.001
"""Difference of a sum of shares from 1 up to which it is 1."""


def share_sums(uses: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """Add up the shares of each element in each source, of the uses that have one.

    Parameters
    ----------
    uses : iterable of mapping
        ``element``, ``source`` and ``share`` (0 to 1, None where the source gives none).

    Returns
    -------
    dict
        Sums by element and source, sorted; none for an element without shares.

    Examples
    --------
    >>> share_sums([
    ...     {"element": "In", "source": "s", "share": 0.25},
    ...     {"element": "In", "source": "s", "share": 0.5},
    ...     {"element": "Dy", "source": "s", "share": None}])
    {('In', 's'): 0.75}
    """
    shares: dict[tuple[str, str], list[float]] = {}
    for use in uses:
        if use["share"] is not None:
            shares.setdefault((use["element"], use["source"]), []).append(use["share"])
    return {series: fsum(shares[series]) for series in sorted(shares)}


def value_added(uses: Iterable[Mapping[str, Any]]) -> tuple[float, int]:
    """Add up the value added of the sectors that some uses are in, each sector once.

    Parameters
    ----------
    uses : iterable of mapping
        ``sector`` and ``value_added`` (EUR), None where unknown; ``share`` of the element. A use
        with the share 0 brings no sector.

    Returns
    -------
    float, int
        EUR, and the number of sectors.

    Examples
    --------
    Two uses in one sector, and one without a sector:

    >>> value_added([
    ...     {"sector": "C26", "value_added": 77e9, "share": 0.7},
    ...     {"sector": "C26", "value_added": 77e9, "share": 0.05},
    ...     {"sector": None, "value_added": None, "share": 0.25}])
    (77000000000.0, 1)
    """
    sectors = {
        use["sector"]: use["value_added"]
        for use in uses
        if use["value_added"] is not None and use["share"] != 0
    }
    return fsum(sectors.values()), len(sectors)
