"""First lines on production through the years."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    AT_LEAST,
    Lexicon,
    Row,
    Sentences,
    figure_of_part,
    figure_of_share,
    figure_of_value,
    grouped,
    shortened,
    weight,
    when,
)
from graphkit.names import capitalized, possessive
from graphkit.period import Period


@otherwise(unknown(lambda _, goods: f"No production of {goods} is known"))
def production_trend(answer: Answer) -> Sentences:
    """Say what was made in the newest year, the one before and at the peak, and by whom most."""
    return parts.sentences_on_parts(answer, Role.PRODUCER, _made)


def _lines_of_production(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows with an exact figure of each line over the years, the newest last.

    A line that ends before another of its product and basis is left out.
    """
    exact = [row for row in rows if row["tonnes"] is not None]
    lines = []
    for group in grouped(exact, "product", "basis").values():
        newest = max(Period(row["period"]).end for row in group)
        for line in grouped(group, "series").values():
            if Period(line[-1]["period"]).end == newest:
                lines.append(line)
    return lines


def _basis(row: Row) -> tuple[str, ...]:
    """Return what a mass counts, unless it is all that there is."""
    return (row["basis"],) if row["basis"] not in (None, "gross") else ()


def _mass(names: Lexicon, row: Row, figure: Figure) -> tuple[Sentence, Sentence]:
    """Write the mass that was made in one period, without and with what it counts."""
    claim = names.claim(Kind.AMOUNT, [row], figure, subject=row["producer"], measure="tonnes",
                        qualifiers=_basis(row))  # fmt: skip
    text = Sentence(str(figure), (claim,))
    return text, text + "".join(f" ({basis})" for basis in _basis(row))


def _made(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    lines = _lines_of_production(rows)
    place = names.place(rows[0]["producer"])
    maker = Sentence(f"{capitalized(place)} made ")
    if not lines:
        last = rows[-1]
        if len({(row["product"], row["basis"]) for row in rows}) == 1 and last["low"] is not None:
            least = Figure(f"{AT_LEAST}{weight(last['low'])}", last["low"], None, "tonnes")
            goods = names.goods(last["product"])
            amount = maker + _mass(names, last, least)[1]
            yield from shortened(amount + f" of {goods}{when(last['period'])}")
        unknown = names.claim(Kind.UNKNOWN, rows, subject=rows[0]["producer"], material=(),
                              period=None)  # fmt: skip
        words = f"No exact figure of {possessive(place)} production is known"
        yield from shortened(Sentence(words, (unknown,)))
        return
    newest = max((line[-1]["period"] for line in lines), key=lambda text: (Period(text).end, text))
    current = [line for line in lines if line[-1]["period"] == newest]
    if len(current) == 1:
        yield from _made_of_one(names, current[0], maker)
        return
    grown = [line for line in current if line[-1]["tonnes"] > line[0]["tonnes"]]
    than = f"more{when(newest)} than in the first year with a figure of "
    for text in (names.products(len(current)), number_of(len(current), "product")):
        figure = figure_of_part(len(grown), text, len(current))
        claim = names.claim(
            Kind.COUNT, [row for line in current for row in (line[0], *line[1:][-1:])], figure,
            subject=rows[0]["producer"], period=newest, qualifiers=("grew",),
        )  # fmt: skip
        yield from shortened(maker + Sentence(f"{than}{figure}", (claim,)))


def _made_of_one(names: Lexicon, line: Sequence[Row], maker: Sentence) -> Sentences:
    """Say what was made of one product in the newest period, the one before and at the peak."""
    last = line[-1]
    share, moved = Sentence(), Sentence()
    if last["share"] is not None:
        figure = figure_of_share(last["share"])
        claim = names.claim(Kind.SHARE, [last], figure, subject=last["producer"], whose="WLD")
        share = Sentence(f"; {figure} of the world’s output", (claim,))
    elif last["producer"] == "WLD" and last["largest"] and last["largest_share"] is not None:
        figure = figure_of_share(last["largest_share"])
        claim = names.claim(Kind.SHARE, [last], figure, subject=last["largest"], whose="WLD")
        share = Sentence(f"; {names.place(last['largest'])} made {figure} of that", (claim,))

    def mass(row: Row) -> tuple[Sentence, Sentence]:
        return _mass(names, row, figure_of_value(row["tonnes"], "tonnes"))

    if len(line) > 1:
        before, peak = line[-2], max(line, key=lambda row: row["tonnes"])
        moved = Sentence(", after ") + mass(before)[0] + when(before["period"])
        if peak["tonnes"] > max(last["tonnes"], before["tonnes"]):
            moved += Sentence(" and ") + mass(peak)[0] + f" at most{when(peak['period'])}"
    newest = maker + mass(last)[1] + f" of {names.goods(last['product'])}{when(last['period'])}"
    yield from shortened(newest, moved, share)
