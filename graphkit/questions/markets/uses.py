"""Uses: what elements are used for, in which sectors, and the value added of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphkit.analysis.end_uses import UNROUNDED, share_sums, value_added
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage, NamedFigures, lines
from graphkit.answers.figures import money, percent
from graphkit.answers.note import Note
from graphkit.answers.terms import Measure, Term, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.markets.needs import NEEDS, needs
from graphkit.questions.question import checked

USES = (
    Column("element", "Element"),
    Column("label", "Use", "the use, as the source names it"),
    Column("share", "Share", "0 to 1, share of the end uses of the element, as printed; null where "
           "the source names the use alone", SHARE, NUMBER, rank=0),
    Column("application", doc="application of the graph, by key: 'graphkit query applications'"),
    Column("application_name", "Application", "application of the graph that the use is one of",
           rank=5),
    Column("sector", "NACE", "division of industry that the source sorts the use into, NACE Rev. 2",
           rank=4),
    Column("sector_name", "Sector", "name of the division", rank=2),
    Column("value_added", "Value added", "EUR, gross value added of the whole sector, not of what "
           "it makes with the element", "EUR", NUMBER),
    Column("value_added_of", "", "country or group whose sector it is", ref="place"),
    Column("region", "Whose", "country or group whose end uses they are", rank=0, ref="place"),
    Column("value_added_period", "", "year of the value added, where the source states it"),
    Column("period", "Published", "year of the figures; where the source says no more, its own",
           rank=3),
    Column("qualifier"),
    Column("published_value", "As printed", "a share that is not a plain number"),
    Column("note"),
    Column("source", "Source"),
)  # fmt: skip
EXPOSURE = (
    "Value added is that of the whole sector, which uses much else besides: it is exposed to a "
    "shortfall, and this is no estimate of a loss."
)
CAPTION = f"Shares are of the end uses of the element, as the source prints them. {EXPOSURE}"


@dataclass(frozen=True)
class Elements(Term):
    """Keys of the elements in question."""

    elements_in_scope: tuple[str, ...]


@checked(USES, NEEDS)
def uses(
    catalog: Catalog,
    scope: str,
    *,
    technology: str | None = None,
    mw: float | None = None,
    gwh: float | None = None,
    of: str | None = None,
    period: str | None = None,
) -> Answer:
    """List what elements are used for, or how much of them an amount of a technology needs.

    Returns
    -------
    Answer
        One row for each use that a source names, the largest shares of each element first. With a
        ``technology``, one for its need in each year that studies give, then the supply beside it.

    Raises
    ------
    UsageError
        Unknown name, with the nearest or all of them, or an amount without its technology.
    GraphkitError
        No source names a use of it, or a need of the technology.
    """
    goods = catalog.materials.scope(scope)
    elements = elements_of(catalog, goods)
    if technology is not None:
        buyer = None if of is None else catalog.place(of)
        return needs(catalog, goods, elements, technology, {"mw": mw, "gwh": gwh}, buyer, period)
    if any(value is not None for value in (mw, gwh, of, period)):
        raise UsageError("`mw`, `gwh`, `of` and `period` belong to `technology`: say what is built")
    rows = end_uses(catalog, elements)
    if not rows:
        raise GraphkitError(f"no use of {goods.meaning} is known: no source in the graph names one")
    table = pa.Table.from_pylist(rows, schema_of(USES))
    without = sorted(set(elements) - {row["element"] for row in rows})
    with_shares = {row["element"] for row in rows if known(row)}
    return Answer(
        f"What is {goods.meaning} used for?",
        terms(goods.material, Elements(tuple(elements)), Measure("shares of end uses, as printed")),
        table,
        USES,
        Coverage(lines({
            "elements_with_shares": len(with_shares),
            "elements_without_shares": tuple(sorted({r["element"] for r in rows} - with_shares)),
            "elements_without_a_use": () if goods.entity is None else tuple(without),
            "sums_of_shares": NamedFigures(tuple(
                (f"{element} ({source})", round(total, 6))
                for (element, source), total in share_sums(rows).items()
            )),
        })),
        catalog.sources(table),
        notes=(*goods.notes, *notes_on_shares(catalog, rows), *notes_on_sectors(rows)),
        caption=CAPTION,
        shown=without_empty(
            table, [column.name for column in USES if column.header], "element", "share"
        ),
        grouped_by=("element",),
    )  # fmt: skip


def elements_of(catalog: Catalog, goods: Scope) -> tuple[str, ...]:
    """List the elements in a scope: those named, else those that its products are bought for."""
    if goods.elements:
        return tuple(sorted(goods.elements))
    main = catalog.materials.main
    return tuple(sorted(set().union(*(main.get(product, ()) for product in goods.products))))


def known(row: Mapping[str, Any]) -> bool:
    """Return True if a use has a share."""
    return row["share"] is not None


def end_uses(catalog: Catalog, elements: Iterable[str]) -> list[dict[str, Any]]:
    """Read the uses of some elements, those with the largest shares of each element first."""
    rows = catalog.rows("end-uses", elements=sorted(elements)).to_pylist()
    return sorted(rows, key=lambda row: (row["element"], not known(row), -(row["share"] or 0.0)))


def notes_on_shares(catalog: Catalog, rows: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Note the sums of shares that are not 1, and elements without any share."""
    in_text = catalog.materials.in_text
    sums = share_sums(rows)
    notes = []
    for (element, source), total in sums.items():
        gap = 1 - total
        if abs(gap) <= UNROUNDED:
            continue
        rest = f"{percent(gap)} is not stated" if gap > 0 else "they are as printed, not scaled"
        notes.append(
            Note(f"Shares of {in_text(element)} add to {percent(total)} ({source}): {rest}.")
        )
    measured = {element for element, _ in sums}
    without = sorted({row["element"] for row in rows} - measured)
    if without:
        notes.append(
            Note(f"No shares are published for {in_text(*without)}: the uses are named alone.")
        )
    return notes


def notes_on_sectors(rows: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Note the value added of all sectors together, each counted once."""
    total, number = value_added(rows)
    if not number:
        return []
    sectors = "one sector" if number == 1 else f"{number} sectors, each counted once,"
    places = sorted({row["value_added_of"] for row in rows if row["value_added"] is not None})
    years = sorted({row["value_added_period"] for row in rows if row["value_added_period"]})
    when = f"in {', '.join(years)}" if years else "in a year that the source does not state"
    return [
        Note(
            f"The {sectors} had a value added of {money(total)} EUR in {', '.join(places)} {when}: "
            "exposure, not loss."
        )
    ]
