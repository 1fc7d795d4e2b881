"""First lines on mines and plants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import Lexicon, Row, Sentences, figure_of_count, shortened
from graphkit.questions.plants.wording import SITES, country_of


@otherwise(unknown(lambda _, goods: f"Known to graphkit: no mine or plant for {goods}"))
def plants(answer: Answer) -> Sentences:
    """Count the plants of a country, and name the largest capacity."""
    yield from sentences_on_parts(answer, Role.COUNTRY, _count)


def _sites(rows: Sequence[Row]) -> set[str]:
    """Collect the plants of rows, of one or of several together."""
    return {plant for row in rows for plant in row["members"] or (row["plant"],)}


def _count(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Count what the graph knows: it is no count of what there is, so nothing is the largest."""
    whose = country_of(rows)
    where = f" in {names.place(whose[0])}" if whose else ""
    about = "" if names.is_of_all else f" for {names.subject}"
    parts: dict[str, Any] = {"whose": whose, "material": (), "period": None}
    number, with_one = len(_sites(rows)), [row for row in rows if row["capacity"] is not None]
    sites = names.claim(Kind.COUNT, rows, figure_of_count(number, *SITES), **parts)
    start = Sentence(f"Known to graphkit: {sites.figure}", (sites,))
    capacities = Sentence(", without a capacity")
    if with_one:
        count = len(_sites(with_one))
        words = "with a capacity" if number == 1 else f"{count:,} of them with a capacity"
        if any(len(row["members"] or ()) > 1 for row in with_one):
            words += ", alone or together"
        some = Figure(words, count, count, "capacity")
        capacities = Sentence(f", {some}", (names.claim(Kind.COUNT, with_one, some, **parts),))
    yield from shortened(start + f"{about}{where}" + capacities)
    yield from shortened(start + where + capacities)
