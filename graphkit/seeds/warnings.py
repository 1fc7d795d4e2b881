"""Warnings about facts that pass every check: figures far from their neighbours, sums of shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Problem
from graphkit.period import Period
from graphkit.seeds.check import SUMS, WORLD
from graphkit.seeds.files import SeedFile
from graphkit.seeds.records import Locations

FAR = 1000
"""Factor between two figures that measure the same, from which on they are doubted: that between
kilograms and tonnes, and between dollars and thousands of them."""
FAR_IN_TRADE, FAR_IN_PRICE = 100, 300
"""The same factors for a flow that matters. What was traded differs more from period to period than
what a tonne cost, so a mistake of a thousand shows as less."""
MATTERS = 0.01
"""Share of all mass or value of its product in its period from which on a flow matters."""
WEIGHTY = 0.2
"""Share of them from which on a flow's price is compared with the median of all flows."""
LEAST_FLOWS = 10
"""Number of flows that a median needs."""
FAR_IN_OUTPUT = 300
"""Factor between a mass that is made or held and the two nearest in time."""
BESIDE = 3
"""Years that these may be apart."""
ROUNDED = 0.1
"""Tonnes under which a published mass may be all rounding."""
LEAST_SUM, MOST_SUM = 0.9, 1.05
"""Sums of the shares of a whole table; published shares are rounded."""
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
REVIEW_KEYS = ["exporter", "importer", "product", "hs", "period"]
"""Names of the properties by which a review finds its flow."""
SAME_MASS = 0.01
"""Part by which a mass may differ from the one that was judged."""
SERIES_KEYS = ("exporter", "importer", "product", "hs", "dataset")
"""Flows of one series are the same goods in other periods."""
SHARED = {
    "PRODUCES": (("product", "period", "basis", "source"), "country", "share"),
    "Claim": (
        ("source", "kind", "measure", "consumer", "product", "element", "stage", "period", "basis"),
        "supplier", "value",
    ),
    "COMPOSED_OF": (("ore", "source"), "element", "share"),
}  # fmt: skip
"""Kinds with shares of one total: the properties that the rows of one table have in common, the
one whose share each row gives, and the share."""


def doubts(files: Sequence[SeedFile]) -> list[Problem]:
    """Find what looks wrong in seeds whose files have no problems.

    - A flow whose mass, or value, and price are far from those of both neighbouring periods in the
      same series, or at its end of the next two: both a thousand times, or for a flow of at least
      1 % of its product's trade the mass (value) 100 times and the price 300 times.
    - A flow of at least 20 % of its product's mass, or value, whose price is a thousand times from
      the median of all flows of that product and period.
    - A mass that is made or held, 300 times from the two nearest figures in time of the same
      place, product and basis, within three years.
    - Shares of the elements in an ore, of a table with a row for all other places, or of production
      with one for the world or two places or more, that add up to less than 90 %; and shares of
      claims or of elements that add up to more than 105 %.

    Flows that have a ``WEIGHT_REVIEWED`` row were judged, and are not doubted.
    """
    problems = [*_flows_out_of_line(files)]
    for name in ("PRODUCES", "HOLDS"):
        problems += _output_out_of_line(name, files)
    types = {
        area["iso3"]: area["type"]
        for rows, _ in _of_kind(files, "Area")
        for area in rows.select(["iso3", "type"]).to_pylist()
    }
    for name in SHARED:
        problems += _shares_far_from_one(name, files, types)
    return sorted(set(problems))


def _of_kind(files: Sequence[SeedFile], name: str) -> list[tuple[pa.Table, Locations]]:
    return [(f.rows, f.locations) for f in files if f.kind and f.kind.name == name and f.rows]


class Flows(NamedTuple):
    """Flows with mass and value, sorted by series and period."""

    rows: Integers
    """Row of each in all files together."""
    series: Integers
    market: Integers
    """The same for all flows of one product, code, data set and period."""
    tonnes: Floats
    usd: Floats

    @property
    def price(self) -> Floats:
        """Dollars a tonne."""
        return self.usd / self.tonnes


def _flows(table: pa.Table) -> Flows:
    usd, tonnes = (table[name].to_numpy() for name in ("usd", "tonnes"))
    rows = np.flatnonzero((usd > 0) & (tonnes > 0))
    codes = {name: _codes(table[name]) for name in (*SERIES_KEYS, "period")}

    def combined(*names: str) -> Integers:
        group = np.zeros(len(rows), np.int64)
        for name in names:
            column, count = codes[name]
            group = group * count + column[rows]
        return group

    series, market = combined(*SERIES_KEYS), combined("product", "hs", "dataset", "period")
    order = np.lexsort((codes["period"][0][rows], series))
    market = np.unique(market, return_inverse=True)[1]
    rows = rows[order]
    return Flows(rows, series[order], market[order], tonnes[rows], usd[rows])


def _flows_out_of_line(files: Sequence[SeedFile]) -> Iterator[Problem]:
    """Report flows whose mass or value neither their neighbours nor their market have."""
    parts = _of_kind(files, "EXPORTS")
    if not parts:
        return
    names = [*SERIES_KEYS, "period", "usd", "tonnes"]
    table = pa.concat_tables([rows.select(names) for rows, _ in parts]).combine_chunks()
    flows = _flows(table)
    starts = np.cumsum([0, *(len(part) for part, _ in parts)])
    judged = {
        tuple(row[name] for name in REVIEW_KEYS): row["tonnes"]
        for rows, _ in _of_kind(files, "WEIGHT_REVIEWED")
        for row in rows.to_pylist()
    }
    shares = [
        part / np.bincount(flows.market, weights=part)[flows.market]
        for part in (flows.tonnes, flows.usd)
    ]
    doubted = {}
    for flow, column, median in _out_of_market(flows, shares):
        price, usual = (f"{p:,.0f}" if p >= 10 else f"{p:.3g}" for p in (flows.price[flow], median))
        reason = f"{price} USD a tonne, where the median of the trade is {usual}"
        doubted[flow] = (column, reason)
    for flow, column, first, second in _out_of_series(flows, np.maximum(*shares)):
        beside = (
            f"{_amount(flows, column, neighbour)} in {table['period'][int(flows.rows[neighbour])]}"
            for neighbour in (first, second)
        )
        doubted[flow] = (column, f"beside {' and '.join(beside)}")
    for flow, (column, reason) in doubted.items():
        row = int(flows.rows[flow])
        mass = judged.get(tuple(table[name][row].as_py() for name in REVIEW_KEYS))
        if mass is not None and abs(flows.tonnes[flow] - mass) <= SAME_MASS * mass:
            continue
        file = int(np.searchsorted(starts, row, "right")) - 1
        message = (
            f"found {flows.tonnes[flow]:,g} t for {flows.usd[flow]:,.0f} USD, {reason}; are these "
            f"{'tonnes' if column == 'tonnes' else 'dollars'}?"
        )
        yield parts[file][1].problem(row - int(starts[file]), column, message)


def _amount(flows: Flows, column: str, flow: int) -> str:
    return f"{flows.tonnes[flow]:,g} t" if column == "tonnes" else f"{flows.usd[flow]:,.0f} USD"


def _out_of_series(flows: Flows, weight: Floats) -> Iterator[tuple[int, str, int, int]]:
    """Yield flows far from two neighbours of their series, what is far, and the neighbours."""
    for places, first, second in _neighbours(flows.series):
        matters = weight[places] >= MATTERS
        in_trade = np.where(matters, FAR_IN_TRADE, FAR)
        in_price = np.where(matters, FAR_IN_PRICE, FAR)
        dear, cheap = _apart(flows.price, places, first, second, in_price)
        heavy, light = _apart(flows.tonnes, places, first, second, in_trade)
        rich, poor = _apart(flows.usd, places, first, second, in_trade)
        real = np.minimum.reduce([flows.tonnes[n] for n in (places, first, second)]) >= ROUNDED
        mass = real & ((heavy & cheap) | (light & dear))
        value = real & ((rich & dear) | (poor & cheap)) & ~mass
        for column, wrong in (("tonnes", mass), ("usd", value)):
            for n in np.flatnonzero(wrong).tolist():
                yield int(places[n]), column, int(first[n]), int(second[n])


def _neighbours(series: Integers) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Yield places with the two beside each; at the end of its series, the next two."""
    start = np.flatnonzero(series[2:] == series[:-2])  # of three in one series
    yield start + 1, start, start + 2
    first = start[(start == 0) | (series[start - 1] != series[start])]
    yield first, first + 1, first + 2
    last = start[(start + 3 == len(series)) | (series[(start + 3) % len(series)] != series[start])]
    yield last + 2, last, last + 1


def _apart(
    values: Floats, places: Integers, first: Integers, second: Integers, factor: Integers
) -> tuple[Booleans, Booleans]:
    """Mark the values that are so many times both others, and those that are such a part."""
    value, one, other = values[places], values[first], values[second]
    most, least = np.maximum(one, other), np.minimum(one, other)
    return value >= factor * most, value * factor <= least


def _out_of_market(flows: Flows, shares: Sequence[Floats]) -> Iterator[tuple[int, str, float]]:
    """Yield flows that weigh much, what of them is far from the median price, and that price."""
    order = np.lexsort((flows.price, flows.market))
    counts = np.bincount(flows.market)
    ends = np.cumsum(counts)
    starts = ends - counts
    middle = (
        flows.price[order[starts + (counts - 1) // 2]],
        flows.price[order[starts + counts // 2]],
    )
    median = ((middle[0] + middle[1]) / 2)[flows.market]
    enough = counts[flows.market] >= LEAST_FLOWS
    by_mass, by_value = (share >= WEIGHTY for share in shares)
    cheap = enough & by_mass & (flows.price * FAR <= median)
    dear = enough & by_value & (flows.price >= FAR * median)
    for column, wrong in (("tonnes", cheap), ("usd", dear)):
        for n in np.flatnonzero(wrong).tolist():
            yield n, column, float(median[n])


def _output_out_of_line(kind: str, files: Sequence[SeedFile]) -> Iterator[Problem]:
    """Report masses that are made or held, far from the two nearest in time."""
    figures: dict[tuple[str | None, ...], list[tuple[Period, float, Locations, int]]]
    figures = defaultdict(list)
    for rows, locations in _of_kind(files, kind):
        for number, row in enumerate(rows.to_pylist()):
            if (row["tonnes"] or 0) >= ROUNDED:
                figure = Period(row["period"]), row["tonnes"], locations, number
                figures[row["country"], row["product"], row["basis"]].append(figure)
    for of_one in figures.values():
        for figure in of_one:
            period, tonnes, locations, number = figure
            others = sorted(
                (abs(other.year - period.year), str(other), mass)
                for other, mass, _, _ in (f for f in of_one if f is not figure)
                if len(str(other)) == len(str(period)) and abs(other.year - period.year) <= BESIDE
            )[:2]
            high = all(tonnes >= FAR_IN_OUTPUT * mass for _, _, mass in others)
            low = all(tonnes * FAR_IN_OUTPUT <= mass for _, _, mass in others)
            if others and (high or low):
                beside = " and ".join(f"{mass:,g} t in {other}" for _, other, mass in others)
                message = f"found {tonnes:,g} t, beside {beside}; are these tonnes?"
                yield locations.problem(number, "tonnes", message)


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """Return the rank of each text of a column, null first, and their number."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    rank = np.argsort(pc.array_sort_indices(encoded.dictionary).to_numpy())
    codes = encoded.indices.fill_null(-1).to_numpy()
    return np.where(codes < 0, 0, np.append(rank, 0)[codes] + 1), len(rank) + 1


def _shares_far_from_one(
    kind: str, files: Sequence[SeedFile], types: Mapping[str, str]
) -> Iterator[Problem]:
    """Report tables whose shares leave out a part of the total, or count one twice."""
    scope, place, share = SHARED[kind]
    parts: dict[tuple[str | None, ...], list[tuple[str, float]]] = defaultdict(list)
    last: dict[tuple[str | None, ...], tuple[Locations, int]] = {}
    declared = set()
    for rows, locations in _of_kind(files, kind):
        for number, row in enumerate(rows.to_pylist()):
            of_total = kind != "Claim" or (row["kind"] == row["unit"] == "share")
            if not of_total or row[share] is None:
                continue
            table = tuple(row[name] for name in scope)
            if types.get(row[place] or WORLD) in SUMS:
                if kind == "PRODUCES" and row[place] == WORLD:
                    declared.add(table)
                continue
            parts[table].append((row[place], row[share]))
            last[table] = locations, number
    for table, rows_of_table in parts.items():
        total = fsum(value for _, value in rows_of_table)
        whole = table in declared or any(types.get(name) == "rest" for name, _ in rows_of_table)
        whole |= kind == "COMPOSED_OF"
        # A claim is one published statement: without a row for all others, it promises no more.
        under = total < LEAST_SUM - 1e-9 and (
            whole or (kind == "PRODUCES" and len(rows_of_table) > 1)
        )
        if under or total > MOST_SUM + 1e-9:
            message = f"the shares of this table add up to {total:.1%}; wanted about 100 %"
            if not whole:
                message += ", with a row for all other places"
            locations, number = last[table]
            yield locations.problem(number, share, message)
