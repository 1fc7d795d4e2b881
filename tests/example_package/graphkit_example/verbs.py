"""The question of this package, declared as graphkit declares its own."""

from __future__ import annotations

from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import SCOPE
from graphkit.verbs.verb import PagePlace, Verb

STOCKPILES = Verb(
    "stockpiles", "graphkit_example.stockpiles:stockpiles",
    "List published stocks of governments, and how long they last.",
    "",
    ("stockpiles KOR --for nickel",),
    (
        Parameter("country", "", "[COUNTRY]...", "Whose stocks. Default: all.", "places"),
        SCOPE,
    ),
    "[COUNTRY]... [--for ...]",
    "stocks of governments that a source names",
    sentence="graphkit_example.stockpiles:first_line",
    page=PagePlace("Country", "Stockpiles", {"country": "KOR"}, place=90),
)  # fmt: skip
