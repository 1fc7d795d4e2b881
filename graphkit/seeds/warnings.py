"""Warnings about facts that pass every check: masses out of series, shares far under one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import fsum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Problem
from graphkit.seeds.files import SeedFile
from graphkit.seeds.records import Locations

FAR = 1000
"""Factor of a mass, and of its value a tonne, to those of the periods before and after it: the
factor between kilograms and tonnes."""
ROUNDED = 0.1
"""Tonnes under which a published mass may be all rounding."""
LEAST_SUM = 0.9
"""Sum of the shares of a table that names the rest too; published shares are rounded."""
SERIES_KEYS = ("exporter", "importer", "product", "hs", "dataset")
"""Flows of one series are the same goods in other periods."""
SHARED = {
    "PRODUCES": (("product", "period", "basis", "source"), "country", "share"),
    "Claim": (
        ("source", "kind", "measure", "consumer", "product", "element", "stage", "period", "basis"),
        "supplier", "value",
    ),
}  # fmt: skip
"""Kinds with shares of one total: the properties that the rows of one table have in common, the
one whose share each row gives, and the share."""


def doubts(files: Sequence[SeedFile]) -> list[Problem]:
    """Find what looks wrong in seeds whose files have no problems.

    Two rules. A mass is doubted if both it and its tonnes per dollar are at least a thousand times
    those of the periods before and after it in the same series, or at most a thousandth, and no
    mass is under 0.1 t. Shares of one table are doubted if it has a row for all other places, so
    that it is complete, and they add up to less than 90 %.
    """
    problems = [*_masses_out_of_series(files)]
    areas = [f.rows for f in files if f.rows is not None and f.kind and f.kind.name == "Area"]
    rest = {
        area["iso3"]
        for rows in areas
        for area in rows.select(["iso3", "type"]).to_pylist()
        if area["type"] == "rest"
    }
    for name in SHARED:
        problems += _shares_far_under_one(name, files, rest)
    return sorted(set(problems))


def _of_kind(files: Sequence[SeedFile], name: str) -> list[tuple[pa.Table, Locations]]:
    return [(f.rows, f.locations) for f in files if f.kind and f.kind.name == name and f.rows]


def _masses_out_of_series(files: Sequence[SeedFile]) -> Iterator[Problem]:
    """Report masses that the periods before and after do not have, while the value is theirs."""
    flows = _of_kind(files, "EXPORTS")
    if not flows:
        return
    names = [*SERIES_KEYS, "period", "usd", "tonnes"]
    table = pa.concat_tables([rows.select(names) for rows, _ in flows]).combine_chunks()
    usd, tonnes = (table[name].to_numpy() for name in ("usd", "tonnes"))
    complete = np.flatnonzero((usd > 0) & (tonnes > 0))
    series = np.zeros(len(complete), np.int64)
    for name in SERIES_KEYS:
        codes, count = _codes(table[name])
        series = series * count + codes[complete]
    period, _ = _codes(table["period"])
    order = np.lexsort((period[complete], series))
    rows, series = complete[order], series[order]
    mass, price = tonnes[rows], usd[rows] / tonnes[rows]
    middle = np.flatnonzero((series[1:-1] == series[:-2]) & (series[1:-1] == series[2:])) + 1
    before, after = middle - 1, middle + 1
    most, least = np.maximum(mass[before], mass[after]), np.minimum(mass[before], mass[after])
    dear, cheap = np.maximum(price[before], price[after]), np.minimum(price[before], price[after])
    large = (mass[middle] >= FAR * most) & (price[middle] * FAR <= cheap)
    small = (mass[middle] * FAR <= least) & (price[middle] >= FAR * dear)
    starts = np.cumsum([0, *(len(part) for part, _ in flows)])
    real = np.minimum(mass[middle], least) >= ROUNDED
    for place in middle[(large | small) & real].tolist():
        row = int(rows[place])
        file = int(np.searchsorted(starts, row, "right")) - 1
        earlier, later = (
            f"{tonnes[rows[neighbour]]:,g} t in {table['period'][int(rows[neighbour])]}"
            for neighbour in (place - 1, place + 1)
        )
        message = (
            f"found {tonnes[row]:,g} t for {usd[row]:,.0f} USD, beside {earlier} and {later}; "
            "are these tonnes?"
        )
        yield flows[file][1].problem(row - int(starts[file]), "tonnes", message)


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """Return the rank of each text of a column, null first, and their number."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    rank = np.argsort(pc.array_sort_indices(encoded.dictionary).to_numpy())
    codes = encoded.indices.fill_null(-1).to_numpy()
    return np.where(codes < 0, 0, np.append(rank, 0)[codes] + 1), len(rank) + 1


def _shares_far_under_one(
    kind: str, files: Sequence[SeedFile], rest: set[str]
) -> Iterator[Problem]:
    """Report complete tables whose shares leave out a part of the total."""
    scope, place, share = SHARED[kind]
    parts: dict[tuple[str | None, ...], list[float]] = defaultdict(list)
    last: dict[tuple[str | None, ...], tuple[Locations, int]] = {}
    complete = set()
    for rows, locations in _of_kind(files, kind):
        for number, row in enumerate(rows.to_pylist()):
            of_total = kind != "Claim" or (row["kind"] == row["unit"] == "share")
            if not of_total or row[share] is None or row[place] is None:
                continue
            table = tuple(row[name] for name in scope)
            parts[table].append(row[share])
            last[table] = locations, number
            if row[place] in rest:
                complete.add(table)
    for table in complete:
        total = fsum(parts[table])
        if total < LEAST_SUM - 1e-9:
            locations, number = last[table]
            message = (
                f"the shares of this table and of all others add up to {total:.1%}; wanted about "
                "100 %"
            )
            yield locations.problem(number, share, message)
