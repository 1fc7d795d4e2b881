"""First lines on the leverage between two countries."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_value,
    qualified,
    shortened,
    time_of,
)


@otherwise(unknown(lambda names, goods: f"No trade in {goods} between the two is known"))
def leverage(answer: Answer) -> Sentences:
    """Say what the first loses if the other stops selling, what that costs, and the reverse."""
    names = Lexicon(answer)
    rows = names.rows
    first, other = (answer.scope.place(role) or "" for role in (Role.CONSUMER, Role.ORIGIN))
    lost, sold = _claims(names, [row for row in rows if row["consumer"] == first], first, other)
    back, back_sold = _claims(
        names, [row for row in rows if row["consumer"] == other], other, first
    )  # fmt: skip
    products = {row["product"] for row in rows}
    goods = "of all minerals" if names.is_of_all else f"of {names.subject}"
    if len(products) == 1:
        goods = f"of {names.goods(products.pop())}"
    fit = qualified(rows)
    comma = f"{fit}," if fit else ""
    start = (
        f"If {names.place(other)} stopped selling, {names.place(first)} would lose {lost.figure} "
        f"of its imports {goods}{time_of(rows)}{comma} and "
        f"{names.place(other)} {sold.figure} of sales to it"
    )
    reverse = Sentence(
        f"; the other way round {back.figure} and {back_sold.figure}", (back, back_sold)
    )
    verdict = _verdict(names, lost, back)
    one_way = Sentence(start, (lost, sold))
    yield from shortened(one_way + reverse + verdict)
    yield from shortened(one_way, verdict)


def _verdict(names: Lexicon, *ways: Claim) -> Sentence:
    """Say who can surely take more imports from the other, if ranges tell it."""
    less, more = sorted(ways, key=lambda claim: _ends(claim)[0])
    if _ends(more)[0] > _ends(less)[1]:
        [seller] = more.subject
        claim = names.claim(Kind.FIRST, names.rows, subject=seller, whose=more.whose)
        return Sentence(f": {names.place(seller)} can take more", (claim,))
    claim = names.claim(
        Kind.UNKNOWN, names.rows, subject=(), whose=(), denied=Kind.FIRST, reason="ranges overlap"
    )  # fmt: skip
    return Sentence(": who can take more cannot be told", (claim,))


def _ends(claim: Claim) -> tuple[float, float]:
    figure = claim.figure
    return (figure.low or 0.0, figure.high or 0.0) if figure else (0.0, 0.0)


def _claims(
    names: Lexicon, rows: Sequence[Row], buyer: str, seller: str
) -> tuple[Claim, Claim]:  # fmt: skip
    """Claim what a buyer loses in all, and what its seller gives up."""
    lost = names.claim(
        Kind.LOSS, rows, _between(rows), whose=buyer, subject=seller, measure="usd",
        qualifiers=("lost_imports",),
    )  # fmt: skip
    total = fsum(row["sales"] for row in rows)
    sales = names.claim(
        Kind.AMOUNT, rows, figure_of_value(total, "usd"), whose=buyer, subject=seller,
        measure="usd", qualifiers=("sales",),
    )  # fmt: skip
    return lost, sales


def _between(rows: Sequence[Row]) -> Figure:
    """Add up the ends of lost imports."""
    low, high = (
        fsum(row[f"lost_imports_{end}"] for row in rows) for end in ("low", "high")
    )  # fmt: skip
    least, most = money(low), money(high)
    words = f"{most} USD" if least == most else f"{least} to {most} USD"
    return Figure(words, low, high, "usd")
