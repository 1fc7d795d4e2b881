"""First lines on purchases moved below a share."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

from graphkit.analysis.diversification import TIGHT
from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    count_of,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    qualified,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.act.diversification import Purchasing
from graphkit.questions.act.wording import IMPOSSIBLE, MET, POSSIBLE

AT_FAR_PRICES = "at far prices"
FAR_PART = 0.05
"""Part of what is moved from which purchases at prices of other goods are told."""
AT_SHARE, SUPPLIER = "share", "supplier"


@otherwise(unknown(lambda names, goods: f"No purchases of {goods} are known{names.stated_time}"))
def diversify(answer: Answer) -> Sentences:
    """Say how much a consumer would move, of how much that others sell, or that it cannot."""
    return sentences_on_parts(answer, Role.CONSUMER, _purchases)


def _assumed(row: Row) -> dict[str, Any]:
    """Return the share that no supplier is to exceed, of a row."""
    return {"max_share": row["max_share"]}


def _purchases(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1:
        yield from _of_products(names, rows)
        return
    row, time, fit = rows[0], time_of(rows), qualified(rows)
    buyer, goods, most = names.place(row["consumer"]), names.goods(row["product"]), _most(row)
    parts = {"assumptions": _assumed(row), "measure": row["measure"], "subject": ()}
    if row["verdict"] == MET:
        met = names.claim(Kind.VERDICT, rows, **parts)
        largest = Sentence()
        if row["largest"]:
            share = figure_of_share(row["largest_share"])
            claim = names.claim(Kind.SHARE, [row], share, **{**parts, "subject": row["largest"]})
            largest = Sentence(f"; {names.place(row['largest'])} has {share}", (claim,))
        start = f"No {row['cap']} has more than {most} of {possessive(buyer)} imports of {goods}"
        yield from shortened(Sentence(f"{start}{time}, {BY[row['measure']]}", (met,)), largest, fit)
        return
    if row["verdict"] == IMPOSSIBLE:
        lacking = figure_of_value(row["shortfall"], row["measure"])
        lack = names.claim(Kind.LOSS, [row], lacking, **parts)
        if row["least_share"] is None:
            start = f"{capitalized(buyer)} cannot buy all the {goods} that it needs{time}{fit}"
            impossible = names.claim(Kind.VERDICT, rows, **parts)
            yield from shortened(
                Sentence(start, (impossible,)), Sentence(f"; {lacking} are lacking", (lack,))
            )
            return
        least = names.claim(Kind.SHARE, [row], figure_of_share(row["least_share"]), **parts)
        start = f"No purchases of {goods}{time} bring all {row['cap']}s of {buyer} "
        is_near = str(least.figure) == most
        start += "down to " if is_near else "below "
        yield from shortened(
            Sentence(f"{start}{least.figure}{fit}", (least,)),
            Sentence(f"; {'' if is_near else f'for {most}, '}{lacking} are lacking", (lack,)),
        )
        return
    at_share = {row["supplier"] for row in rows if row["limit"] == AT_SHARE}
    capped = (*at_share,) if len(at_share) == 1 and row["cap"] == SUPPLIER else ()
    seller = names.places(capped) or f"one {row['cap']}"
    moved = figure_of_value(row["moved"], row["measure"])
    traced = " as traced" if row["cap"] not in (SUPPLIER, "seller") else ""
    limits = names.answer.scope.the(Purchasing)
    if limits.sure:
        traced = " by the upper end of each"
    left_out, until = limits.exclude, limits.until
    nothing = f" and nothing from {names.places(left_out)}" if left_out else ""
    dated = {**parts, "period": str(until) if until else row["period"]}
    claims = [names.claim(Kind.AMOUNT, rows, moved, **{**dated, "subject": capped})]
    if (row["largest_most"] or 0.0) > row["max_share"] + TIGHT:
        most_of_one = names.claim(Kind.SHARE, [row], figure_of_share(row["largest_most"]), **dated)
        claims.append(most_of_one)
        traced += f" (given all data up to {most_of_one.figure})"
    start = f"To buy at most {most} of its {goods} from {seller}{traced}{nothing}, {buyer} would "
    start += f"buy {moved} more of others by {until}" if until else f"move {moved}{time}"
    strain, doubt = Sentence(), ""
    if far := _at_far_prices(rows):
        figure = figure_of_value(far, row["measure"])
        bought = [row for row in rows if row["far_price"]]
        claims.append(names.claim(Kind.AMOUNT, bought, figure, **dated, qualifiers=(FAR_PRICES,)))
        doubt = f"; {figure} of it {FAR_PRICES}"
    elif row["strain"]:
        used = names.claim(Kind.SHARE, [row], figure_of_share(row["strain"]), **dated)
        strain = Sentence(f", {used.figure} of what others sell elsewhere", (used,))
    yield from shortened(Sentence(f"{start}{fit}{doubt}", (*claims,)), strain)


FAR_PRICES = "at prices of other goods"
"""Qualifier of purchases at prices so far from the usual that the goods may be others."""


def _at_far_prices(rows: Sequence[Row]) -> float:
    """Add up what would be bought at prices so far from the usual that the goods may be others.

    Less than a twentieth of what is moved counts as none.
    """
    far = fsum(row["change"] for row in rows if row["far_price"] and (row["change"] or 0.0) > 0)
    return far if far >= FAR_PART * (rows[0]["moved"] or 0.0) else 0.0


def _reached(rows: Sequence[Row]) -> str:
    """Judge the purchases of one product: possible only where the goods are sure to be the same."""
    verdict: str = rows[0]["verdict"]
    return AT_FAR_PRICES if verdict == POSSIBLE and _at_far_prices(rows) else verdict


def _most(row: Row) -> str:
    return f"{100 * row['max_share']:g} %"


def _of_products(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products purchases can be moved, and for how many they cannot."""
    verdicts = {key: _reached(group) for (key,), group in grouped(rows, "product").items()}
    total, time, most = len(verdicts), time_of(rows), _most(rows[0])
    buyer = names.place(rows[0]["consumer"])

    def counted(words: str, *ends: str, **parts: Any) -> Claim:
        those = [row for row in rows if verdicts[row["product"]] in ends]
        number = len({row["product"] for row in those})
        figure = Figure(words.format(number), number, number, "product", total)
        return names.claim(
            Kind.COUNT, those, figure, subject=(), whose=rows[0]["consumer"],
            assumptions=_assumed(rows[0]), **parts,
        )  # fmt: skip

    number = sum(verdict in (POSSIBLE, AT_FAR_PRICES) for verdict in verdicts.values())
    additions, sign = [], "; "
    for end, text in ((MET, "there already"), (IMPOSSIBLE, "out of reach")):
        claim = counted("{:,}", end)
        if figure := claim.figure:
            verb = "is" if figure.low == 1 else "are"
            additions += [Sentence(f"{sign}{figure} {verb} {text}", (claim,))] * bool(figure.low)
            sign = ", " if additions else sign
    far = counted("{:,}", AT_FAR_PRICES, qualifiers=(FAR_PRICES,))
    doubt = Sentence()
    if far.figure and far.figure.low:
        doubt = Sentence(f", for {far.figure} of them with some purchases {FAR_PRICES}", (far,))
    for products in (names.products(total), f"{total:,} products"):
        claim = counted(count_of(number, products), POSSIBLE, AT_FAR_PRICES)
        named = f", {names.goods(claim.material[0])}," if len(claim.material) == 1 < total else ""
        start = f"{capitalized(buyer)} could get every {rows[0]['cap']} of {claim.figure}{named} "
        yield from shortened(
            Sentence(f"{start}to at most {most}{time}", (claim,)) + doubt, *additions
        )
