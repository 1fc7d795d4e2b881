"""First lines on reliance on imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    OF_HALF,
    Lexicon,
    Row,
    Sentences,
    count_of,
    figure_of_share,
    grouped,
    in_main_period,
    qualified,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive


@otherwise(unknown(lambda _, goods: f"No figure of reliance on imports of {goods} is known"))
def reliance(answer: Answer) -> Sentences:
    """Say for how many materials a country relies on net imports for half of what it uses."""
    return parts.sentences_on_parts(answer, Role.COUNTRY, _reliance)


def _computed(rows: Sequence[Row]) -> list[Row]:
    """Select the rows with a figure, in their main period."""
    return in_main_period([row for row in rows if row["reliance_low"] is not None])


def _relying(pairs: Mapping[tuple[Any, ...], Sequence[Row]]) -> int:
    """Count the materials of countries whose net imports surely are half of what is used."""
    return sum(all(row["reliance_low"] >= HALF for row in group) for group in pairs.values())


def _reliance(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    computed = _computed(rows)
    if not computed and len(rows) > 1:
        rows = in_main_period(rows)
        countries = {row["country"] for row in rows}
        country = names.place(countries.pop()) if len(countries) == 1 else "any country"
        unknown = names.claim(Kind.UNKNOWN, rows, material=())
        for goods in (names.subject, "these goods"):
            relies = "rely" if "+" in rows[0]["country"] else "relies"
            start = f"How far {country} {relies} on imports of {goods}{time_of(rows)} is not known"
            yield from shortened(Sentence(start, (unknown,)))
        return
    pairs = grouped(computed or rows, "country", "material")
    if len(pairs) == 1:
        yield from _one_reliance(names, computed or rows)
        return
    materials = sorted({material for _, material in pairs})
    countries = {country for country, _ in pairs}
    large, time, fit = _relying(pairs), time_of(computed), qualified(computed)
    fields: dict[str, Any] = {"measure": "tonnes", "assumptions": OF_HALF}
    if len(countries) == 1:
        country = capitalized(names.place(computed[0]["country"]))
        start = f"{country} relied on net imports for at least half of its use of "
        number = len(pairs)
        for text in (names.products(number, "material"), number_of(number, "material")):
            count = Figure(f"{large:,} of {text}", large, large, "material", len(pairs))
            half = names.claim(Kind.HALF, computed, count, whose=computed[0]["country"], **fields)
            yield from shortened(
                Sentence(f"{start}{count} with figures{time}{fit}", (half,)), ", by weight"
            )
        return
    start = "Net imports were at least half of the use of "
    if len(materials) == 1:
        words = count_of(large, number_of(len(pairs), "country", "countries"))
        count = Figure(words, large, large, "country", len(pairs))
        start += f"{names.goods(materials[0])} in {count} with figures"
    else:
        count = Figure(f"{large:,} of {len(pairs):,} pairs", large, large, "pair", len(pairs))
        start += f"a material in {count} of a country and a material"
    half = names.claim(Kind.HALF, computed, count, **fields)
    yield from shortened(Sentence(f"{start}{time}{fit}", (half,)), ", by weight")


def _one_reliance(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say how far one country relies on imports of one material, by one row or several."""
    row = rows[0]
    country, goods = names.place(row["country"]), names.goods(row["material"])
    time, fit, published = time_of([row]), qualified([row]), row["published_value"]
    fields: dict[str, Any] = {
        "whose": row["country"],
        "material": row["material"],
        "measure": "tonnes",
    }
    share = None
    if row["reliance_low"] is not None:
        highs = [1.0 if row["reliance_high"] is None else row["reliance_high"] for row in rows]
        share = figure_of_share(min(row["reliance_low"] for row in rows), max(highs))
    computed = names.claim(Kind.SHARE, rows, share, **fields)
    reported = names.claim(
        Kind.SHARE, [row], figure_of_share(published), qualifiers=("published",), **fields
    )  # fmt: skip
    if share and published is not None and not share.low <= published <= (share.high or 1.0):
        start = f"{capitalized(possessive(country))} net import reliance for {goods} is "
        yield from shortened(
            Sentence(f"{start}{reported.figure}{time} as published", (reported,)),
            Sentence(f"; imports, exports and stocks give {share}", (computed,)),
        )
        return
    if row["net_exporter"]:
        surplus = names.claim(Kind.SHARE, [row], qualifiers=("net exporter",), **fields)
        start = f"{capitalized(country)} exported more {goods} than it imported{time}{fit}."
        yield Sentence(start, (surplus,))
        return
    if share:
        start = f"Net imports were {share} of {possessive(country)} use of {goods}{time}{fit}"
        yield from shortened(Sentence(start, (computed,)), ", by weight")
        return
    if published is not None:
        start = f"{capitalized(possessive(country))} published reliance on imports of {goods}"
        yield Sentence(f"{start}{time} is {reported.figure}.", (reported,))
    unknown = names.claim(Kind.UNKNOWN, [row], **fields)
    relies = "rely" if "+" in rows[0]["country"] else "relies"
    start = f"How far {country} {relies} on imports of {goods}{time} is not known"
    yield from shortened(Sentence(start, (unknown,)))
