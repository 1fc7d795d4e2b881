"""Production from year to year, each year as the newest edition of its source has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.concentration import production_concentration
from graphkit.analysis.production import added_up, larger_total, published_interval
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import FLAG, NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Measure, Places, Products, Role, Since, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.names import Entity, possessive
from graphkit.period import Period, gap, listed, time_of
from graphkit.questions.question import checked
from graphkit.questions.shared.order import products_by_stake

COLUMNS = (
    Column("producer", "Producer", "country or group that makes it; WLD: all together",
           ref="place"),
    Column("product", "Product"),
    Column("stage"),
    Column("period", "Period"),
    Column("previous"),
    Column("gap", "Gap", "time between the previous period and this one that has no figure: "
           "changes go over it"),
    Column("tonnes", "Tonnes", "metric tons, of what the basis says; of the world as printed, or "
           "the sum of the figures where that is more", "t", NUMBER),
    Column("low", "At least", "lower end, where no exact figure is published; of a group, what its "
           "members with a figure make", "t", NUMBER),
    Column("high", "At most", "upper end of a published range", "t", NUMBER),
    Column("tonnes_change", "change", "change of tonnes since the previous period, as a share of "
           "it: 0.1 is 10 %", f"{SHARE}, of the previous period's", NUMBER),
    Column("share", "Of the world", "0 to 1, share of world_tonnes; without tonnes, as published",
           SHARE, NUMBER),
    Column("world_tonnes", "", "metric tons of all producers: the published world total, or the "
           "sum of the figures where that is more", "t", NUMBER),
    Column("largest", "Largest", "the largest named producer"),
    Column("largest_share", "its share", "0 to 1, its share of world_tonnes", SHARE, NUMBER),
    Column("hhi_low", "HHI", "0 to 10,000, with producers that are not named in many small "
           "countries", "0 to 10,000", NUMBER),
    Column("hhi_high", "", "the same with them in one country", "0 to 10,000", NUMBER),
    Column("qualifier"),
    Column("published_value", "As printed", "a figure that is not a plain number"),
    Column("estimated", "Estimate", type=FLAG, rank=3),
    Column("edition", "Edition", "year of publication of the edition that has the figure, the "
           "newest with this period"),
    Column("edition_changed", "", "true if the previous figure is of another edition, so that "
           "the change may be a revision in part", type=FLAG),
    Column("revisions", "Earlier editions", "the figures of earlier editions, oldest first, each "
           "with its year of publication", rank=2),
    Column("basis", "Basis", rank=4),
    Column("series", "", "publication that the edition is one of; else the source"),
    Column("source"),
)  # fmt: skip
OF_WORLD = ("largest", "largest_share", "hhi_low")
"""Columns on the producers of a product, which tables about one of them leave out."""
CAPTION = (
    "Each year is as the newest edition with it has it, whose last year is an estimate; a change "
    "between two editions may be a revision in part."
)
Row = dict[str, Any]
SERIES = ("product", "basis", "series")
"""Columns that the figures of one line over the years have in common."""


@checked(COLUMNS)
def production_trend(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    since: str | None = None,
) -> Answer:
    """Show how production changed from year to year, with what earlier editions had.

    Returns
    -------
    Answer
        One row for each product, basis, source (its editions together) and period, products with
        the largest share of the world's production first, periods in order.

    Raises
    ------
    UsageError
        Unknown name or invalid period; the message suggests the nearest.
    GraphkitError
        No figure of production is known in this scope, or none since then; the message lists what
        is.
    """
    place = None if country is None else catalog.place(country)
    maker = None if place is None or place.type == "world" else place
    goods = catalog.materials.scope(scope)
    figures = catalog.rows("production-editions", products=sorted(goods.products))
    name = maker.in_text if maker else "the world"
    subject = "everything with figures" if scope is None else goods.meaning
    rows = _rows(catalog, maker, figures)
    if not rows:
        raise GraphkitError(f"no production of {subject} by {name} is known")
    if since is not None:
        newest = max((row["period"] for row in rows), key=time_of)
        rows = [row for row in rows if Period(row["period"]).start >= Period(since).start]
        if not rows:
            raise GraphkitError(
                f"no production of {subject} by {name} is known since {since}; the newest period "
                f"is {newest}"
            )
    figure = "share" if maker else "largest_share"
    stakes = {row["product"]: row[figure] for row in rows if row[figure] is not None}
    names = [column.name for column in COLUMNS]
    table = pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows],
                                 schema_of(COLUMNS))  # fmt: skip
    table = products_by_stake(table, stakes)
    left_out = OF_WORLD if maker else ("producer", "share", "low", "high")
    shown = [c.name for c in COLUMNS if c.header and c.name not in left_out]
    return Answer(
        f"How did {possessive(name)} production of {subject} change "
        f"{f'since {since}' if since else 'over time'}?",
        terms(
            Places(Role.PRODUCER, maker.key if maker else "WLD"), goods.material,
            Products(tuple(sorted(set(table["product"].to_pylist())))), Since(since),
            Measure("mass (tonnes)"),
        ),
        table,
        COLUMNS,
        Coverage(lines({
            "periods": listed(set(table["period"].to_pylist())),
            "production_figures": len(table),
            "of_these_estimated": sum(table["estimated"].fill_null(False).to_pylist()),
            "of_these_revised": len(table) - table["revisions"].null_count,
            "products_without_production_figures": tuple(
                product for product in goods.products
                if goods.text and product not in set(table["product"].to_pylist())
            ),
        })),
        catalog.sources(table, goods.elsewhere),
        elsewhere=goods.elsewhere,
        notes=(*goods.notes, *_notes(catalog, maker)),
        caption=CAPTION,
        shown=without_empty(table, shown),
        in_time=True,
    )  # fmt: skip


def _notes(catalog: Catalog, maker: Entity | None) -> list[Note]:
    """Say what a group's figures are."""
    if maker is None or not maker.is_group:
        return []
    return [
        Note(
            f"The production of {maker.in_text} is at least that of those of its "
            f"{len(catalog.members(maker))} members that have a figure."
        )
    ]


def _rows(catalog: Catalog, maker: Entity | None, figures: pa.Table) -> list[Row]:
    """Build the rows of a producer, or of the world, in order of product and time."""
    printed: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    replaced: dict[tuple[Any, ...], list[list[Row]]] = defaultdict(list)
    tables: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in figures.to_pylist():
        row["series"] = row["edition_of"] or row["source"]
        tables[*(row[n] for n in SERIES), row["period"], row["published"], row["source"]].append(
            row
        )
    for (*market, _, source), table in sorted(tables.items(), key=lambda item: str(item[0])):
        if table[0]["superseded_by"] is None:
            printed[*market, source] = table
        else:
            replaced[tuple(market)].append(table)
    current = [row for table in printed.values() for row in table]
    columns = pa.Table.from_pylist(current, figures.schema)
    amount = _amount(catalog, maker)
    rows = []
    for market in production_concentration(columns).to_pylist():
        place = (market["product"], market["basis"])
        key = next(k for k in printed if k[:2] == place and k[3:] == (
            market["period"], market["source"]))  # fmt: skip
        own = amount(printed[key])
        if own is None:
            continue
        older = [(table[0]["published"], amount(table)) for table in replaced[key[:4]]]
        total = market["total"]
        share = own.pop("share")
        if own["tonnes"] is not None and total:
            share = own["tonnes"] / total
        rows.append({
            **own, "producer": maker.key if maker else "WLD",
            **{n: market[n] for n in ("product", "stage", "period", "basis", "source")},
            "series": key[2],
            "share": share if maker else None,
            "world_tonnes": total,
            "largest": market["top"], "largest_share": market["cr1"],
            "hhi_low": market["hhi_low"], "hhi_high": market["hhi_high"],
            "edition": (printed[key][0]["published"] or "")[:4] or None,
            "revisions": _in_words(older),
        })  # fmt: skip
    return _with_changes(rows)


Amount = Callable[[Sequence[Row]], Row | None]
FIGURE = ("tonnes", "low", "high", "share", "qualifier", "published_value", "estimated")


def _amount(catalog: Catalog, maker: Entity | None) -> Amount:
    """Return how the figure of a country, a group or the world is read off a table of producers."""
    if maker is None:
        return _of_world
    codes = frozenset(catalog.members(maker) if maker.is_group else [maker.key])

    def of_members(table: Sequence[Row]) -> Row | None:
        own = [row for row in table if row["country"] in codes]
        if not own or not maker.is_group:
            return {name: own[0][name] for name in FIGURE} if own else None
        lows = [(published_interval(row) or (0.0,))[0] for row in own]
        return {
            **dict.fromkeys(FIGURE), "low": fsum(lows), "qualifier": "at-least",
            "estimated": any(row["estimated"] for row in own) or None,
        }  # fmt: skip

    return of_members


def _of_world(table: Sequence[Row]) -> Row | None:
    """Read the world total of a table, or the sum of its figures where that is more."""
    worlds = [row for row in table if row["type"] == "world"]
    if len(worlds) != 1:
        return None
    world = {name: worlds[0][name] for name in FIGURE}
    if world["tonnes"] is not None:
        world["tonnes"] = larger_total(world["tonnes"], added_up(table))
    return world


def _in_words(figures: Sequence[tuple[str | None, Row | None]]) -> str | None:
    """Write the figures of earlier editions, each with its year."""
    texts = []
    for published, figure in figures:
        if figure is None:
            text = "none"
        elif figure["tonnes"] is not None:
            text = f"{figure['tonnes']:,.15g} t"
        elif figure["qualifier"] == "at-least" and figure["low"] is not None:
            text = f"at least {figure['low']:,.15g} t"
        else:
            text = figure["published_value"] or "none"
        texts.append(f"{text} ({(published or '')[:4]})")
    return ", ".join(texts) or None


def _with_changes(rows: Sequence[Row]) -> list[Row]:
    """Add what each figure is beside the one before, and sort by product and time."""
    lines: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        lines[tuple(row[name] or "" for name in SERIES)].append(row)
    ordered = []
    for _, line in sorted(lines.items()):
        line.sort(key=lambda row: time_of(row["period"]))
        before: Row | None = None
        for row in line:
            if before is not None:
                row["previous"] = before["period"]
                row["gap"] = gap(before["period"], row["period"])
                row["edition_changed"] = row["source"] != before["source"]
                if row["tonnes"] is not None and before["tonnes"]:
                    row["tonnes_change"] = row["tonnes"] / before["tonnes"] - 1
            before = row
            ordered.append(row)
    return ordered
