"""Stockpiles: what governments say that they store."""

from __future__ import annotations

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.sentence import Kind, Sentence
from graphkit.answers.terms import Measure, Places, Role, terms
from graphkit.catalog.catalog import Catalog
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import Lexicon, Sentences, figure_of_count, shortened
from graphkit.questions.question import checked

STOCKPILES = (
    Column("country", "Country"),
    Column("holder", "Holder"),
    Column("covers", "Of", "the goods, as the source names them"),
    Column("elements", "", "elements among them", type=TEXTS),
    Column("days", "Days", "days of the country's use; none: not disclosed", "d", NUMBER),
    Column("as_of", "As of"),
    Column("source", "Source"),
)


@checked(STOCKPILES)
def stockpiles(catalog: Catalog, country: str | None = None, *, scope: str | None = None) -> Answer:
    """List stocks of governments that a source names.

    Returns
    -------
    Answer
        One row for each, by country.

    Raises
    ------
    UsageError
        Unknown name; the message suggests the nearest.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    rows = [
        row for row in catalog.rows("stockpiles").to_pylist()
        if (place is None or row["country"] == place.key)
        and (scope is None or {*row["elements"]} & {*goods.elements})
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema_of(STOCKPILES))
    return Answer(
        f"Which stocks of {goods.meaning} are published?",
        terms(
            Places(Role.COUNTRY, place.key if place else None), goods.material,
            Measure("days of use, as published"),
        ),
        table,
        STOCKPILES,
        Coverage(lines({"stockpiles": len(rows)})),
        catalog.sources(table),
        notes=goods.notes,
        caption="Days are of the holder's own use, as the source counts them.",
    )  # fmt: skip


@otherwise(unknown(lambda _, goods: f"No stock of {goods} is published"))
def first_line(answer: Answer) -> Sentences:
    """Say how many stocks are known, and how many of them with their days."""
    names = Lexicon(answer)
    whole = names.claim(Kind.COUNT, names.rows, figure_of_count(len(names.rows), "stock"))
    known = [row for row in names.rows if row["days"] is not None]
    part = names.claim(Kind.COUNT, known, figure_of_count(len(known), "figure"))
    goods = "" if names.is_of_all else f" of {names.subject}"
    start = Sentence(f"Known to graphkit: {whole.figure}{goods}", (whole,))
    yield from shortened(start, Sentence(f", {part.figure} of days", (part,)))
