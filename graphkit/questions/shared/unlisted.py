"""Trade that partial data sets do not list, in the answers of questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import fsum

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.unlisted import (
    MARKET,
    OF_ONE,
    WORLD,
    Extent,
    most_by_owner,
    unlisted_schema,
    unlisted_trade,
)
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.coverage import About
from graphkit.answers.note import Note
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.period import listed
from graphkit.schema import (
    CHOSEN_PAIRS,
    LARGEST,
    LARGEST_OF_EACH,
    ONE_COUNTRY,
    OTHERS_TOGETHER,
)

EXTENT = Column(
    "extent", "Listed", "flows that the data set of the row lists, where these are not all: the "
    "rest is unknown, never zero, so that amounts and numbers of countries are at least those",
    rank=0,
)  # fmt: skip
SHARE_RANGE = (
    Column("share_usd_low", "", "0 to 1, the least that share_usd can be beside trade that "
           "is not listed; none where all is", SHARE, type=NUMBER),
    Column("share_usd_high", "", "0 to 1, the most that it can be", SHARE, type=NUMBER),
)  # fmt: skip
"""Columns of the range of a share by value, with a header where a row has one."""
NOT_ZERO = Note(
    "What is not listed is unknown, never zero: amounts and numbers of countries are at least "
    "these, and a share that it may move by a percentage point is a range."
)


def unlisted_in(
    catalog: Catalog, flows: pa.Table, owner: str = "consumer", members: Collection[str] = (),
    group: str = "",
) -> pa.Table:  # fmt: skip
    """Bound the unlisted trade of each owner in the products and periods of some flows.

    Of a group, its members' is added up, and is no more than that of the world.
    """
    extents = catalog.extents
    if not extents:
        return unlisted_schema(owner).empty_table()
    partial = flows.filter(pc.is_in(flows["dataset"], pa.array(sorted(extents), pa.string())))
    if not len(partial):
        return unlisted_schema(owner).empty_table()
    products, periods, datasets = (
        sorted(set(partial[name].to_pylist())) for name in ("product", "period", "dataset")
    )
    every = [
        catalog.using(dataset).flows("trade", products=products, periods=periods)
        for dataset in datasets
    ]
    unlisted = unlisted_trade(pa.concat_tables(every), extents, owner)
    return of_group(unlisted, owner, members, group) if members else unlisted


def of_one_country(catalog: Catalog) -> list[str]:
    """List the data sets with all trade of the country that reports it, and no other."""
    return sorted(key for key, extent in catalog.extents.items() if extent.kind in OF_ONE)


def counting_together(catalog: Catalog) -> set[str]:
    """List the data sets that count some partners together."""
    return {key for key, extent in catalog.extents.items() if extent.kind == OTHERS_TOGETHER}


def most_unlisted(unlisted: pa.Table) -> float:
    """Return the most that the world's trade lacks, in USD, by importer; infinite: no bound."""
    most = most_by_owner(unlisted, "consumer")
    return fsum(usd for (*_, place), (usd, _) in most.items() if place == WORLD)


def of_group(unlisted: pa.Table, owner: str, members: Collection[str], group: str) -> pa.Table:
    """Add the rows of a group: its members' added up."""
    rows = unlisted.to_pylist()
    world = {tuple(row[name] for name in MARKET): row["usd"] for row in rows if row[owner] == WORLD}
    sums: dict[tuple[str, ...], tuple[float | None, int]] = {}
    is_open: dict[tuple[str, ...], bool] = {}
    for row in rows:
        if row[owner] in members:
            market = tuple(row[name] for name in MARKET)
            usd, cells = sums.get(market, (0.0, 0))
            is_open[market] = row["open"]
            most = None if None in (usd, row["usd"]) else min(usd + row["usd"], world[market])
            sums[market] = most, cells + row["cells"]
    added = [
        {**dict(zip(MARKET, market, strict=True)), owner: group, "usd": usd, "cells": cells,
         "open": is_open[market]}
        for market, (usd, cells) in sums.items()
    ]  # fmt: skip
    return pa.Table.from_pylist([*rows, *added], unlisted.schema)


def words_of(extent: Extent) -> str:
    """Say which flows a data set lists, in a few words."""
    return {
        LARGEST_OF_EACH: f"the {extent.largest} largest of each country",
        LARGEST: "the largest alone",
        CHOSEN_PAIRS: "chosen pairs of countries",
        ONE_COUNTRY: "one country alone",
        OTHERS_TOGETHER: "one country alone, most of its partners together",
    }[extent.kind]


def _sentence(extent: Extent) -> str:
    return {
        LARGEST_OF_EACH: f"the {extent.largest} largest suppliers of each importer, and as many "
                         "buyers of each exporter",
        LARGEST: "the largest flows of the world",
        CHOSEN_PAIRS: "the trade between chosen countries",
        ONE_COUNTRY: "all trade of the country that reports it, and none among others",
        OTHERS_TOGETHER: "all trade of the country that reports it, with other countries or all "
                         "counted together",
    }[extent.kind]  # fmt: skip


def with_extents(catalog: Catalog, answer: Answer) -> Answer:
    """Mark the rows of data sets that list only some flows, and say what that means."""
    extents = catalog.extents
    names = ("product", "dataset", "period")
    rows_of_series = [
        tuple(row[name] for name in names)
        for row in answer.rows.to_pylist() if all(map(row.get, names))
    ]  # fmt: skip
    all_series = [(series.product, series.dataset, series.period)
                  for series in answer.coverage.series]  # fmt: skip
    spans: dict[tuple[str, str], list[str]] = {}
    for product, dataset, period in rows_of_series or all_series:
        if dataset in extents:
            spans.setdefault((product, dataset), []).append(period)
    if not spans:
        return answer
    label = catalog.materials.label
    notes = [
        Note(
            f"{label(product)}, {_listed(periods)}: {dataset} lists {_sentence(extents[dataset])}.",
            (product,),
        )
        for (product, dataset), periods in sorted(spans.items())
    ]
    marked = {key: extent for key, extent in extents.items() if extent.kind not in OF_ONE}
    marked_spans = {key: periods for key, periods in spans.items() if key[1] in marked}
    marks = [_mark(row, marked, marked_spans) for row in answer.rows.to_pylist()]
    rows = answer.rows.append_column(EXTENT.described, pa.array(marks, pa.string()))
    coverage = replace(answer.coverage, partial=tuple(
        About(product, f"{_listed(periods)} ({dataset}: {words_of(extents[dataset])})")
        for (product, dataset), periods in sorted(spans.items())
    ))  # fmt: skip
    shown = [*answer.shown, EXTENT.name] if answer.shown and any(marks) else answer.shown
    return replace(
        answer, rows=rows, columns=(*answer.columns, EXTENT), shown=shown, coverage=coverage,
        notes=(*answer.notes, *notes, *[NOT_ZERO] * bool(marked_spans)),
    )  # fmt: skip


def _listed(periods: Sequence[str]) -> str:
    """List periods, of many the first and the last."""
    return listed(dict.fromkeys(periods), 3)


def _mark(
    row: Mapping[str, str | None], extents: Mapping[str, Extent],
    spans: Mapping[tuple[str, str], list[str]],
) -> str | None:  # fmt: skip
    """Say which flows are listed of what a row counts; None: all."""
    if row.get("dataset", "") is None:
        return None
    datasets = [key for product, key in spans if product == row.get("product")]
    if "dataset" in row:
        datasets = [key for key in str(row["dataset"]).split("+") if key in extents]
    elif "product" not in row:
        datasets = [key for _, key in spans]
    return "; ".join(dict.fromkeys(words_of(extents[key]) for key in datasets)) or None
