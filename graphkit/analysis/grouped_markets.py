"""Shares and concentration of what every consumer of many networks buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from graphkit.analysis.blocks import Blocks
from graphkit.analysis.columns import INDEX, SHARE, UNIT
from graphkit.analysis.grouped_result import Measure, result_table
from graphkit.analysis.rows import Floats, Ints, Rows


def shares(part: Blocks, asked: Measure) -> pa.Table:
    """Each supplier's part of what a consumer buys."""
    markets = _Markets.of(part.rows)
    columns = part.scope_of(markets.rows[markets.market])
    columns["consumer"] = part.country_of(markets.rows[markets.market])
    columns["supplier"] = part.country_of(part.rows.indices)
    return result_table(
        columns, {asked.by: (part.rows.values, UNIT[asked.by]), "share": (markets.shares, SHARE)}
    )


def concentration(part: Blocks, asked: Measure) -> pa.Table:
    """How concentrated the suppliers of each consumer are."""
    markets = _Markets.of(part.rows)
    share, starts = markets.shares, markets.starts
    number = np.diff(np.append(starts, len(share)))
    hhi = np.add.reduceat(share**2, starts)
    several = number > 1
    least = 1 / np.where(several, number, 2)
    normalised = np.where(several, (hhi - least) / (1 - least), np.nan)
    largest, places = _three_largest(markets)
    columns = part.scope_of(markets.rows)
    columns["consumer"] = part.country_of(markets.rows)
    columns["top"] = part.country_of(part.rows.indices[places])
    columns["suppliers"] = pa.array(number, pa.int64())
    return result_table(columns, {
        "total": (markets.totals, UNIT[asked.by]), "hhi": (10_000 * hhi, INDEX),
        "hhi_normalised": (normalised, SHARE), "effective_suppliers": (1 / hhi, ""),
        "cr1": (largest[0], SHARE), "cr3": (largest.sum(axis=0), SHARE),
        "shannon": (-np.add.reduceat(share * np.log(share), starts), ""),
    })  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Markets:
    """What each consumer buys: the rows of a matrix that are not empty."""

    rows: Ints
    starts: Ints
    market: Ints
    totals: Floats
    shares: Floats

    @classmethod
    def of(cls, rows: Rows) -> _Markets:
        lengths = np.diff(rows.indptr)
        buys = np.flatnonzero(lengths)
        starts, market = rows.indptr[buys], np.repeat(np.arange(len(buys)), lengths[buys])
        # One after the other, as the strength of a node is added up.
        totals = np.asarray(np.bincount(market, rows.values, len(buys)), np.float64)
        return cls(buys, starts, market, totals, rows.values / totals[market])


def _three_largest(markets: _Markets) -> tuple[Floats, Ints]:
    """The three largest shares of each market, 0 where it has fewer, and where the first is."""
    left, found, places = markets.shares.copy(), [], []
    lengths = np.diff(np.append(markets.starts, len(left)))
    for _ in range(3):
        largest = np.maximum.reduceat(left, markets.starts)
        alike = np.flatnonzero(left == np.repeat(largest, lengths))
        places.append(alike[np.searchsorted(alike, markets.starts)])
        left[places[-1]] = 0.0
        found.append(largest)
    return np.array(found), places[0]
