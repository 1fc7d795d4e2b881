"""First lines on what a stop costs, and on who fails in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.analysis.end_uses import value_added
from graphkit.answers.answer import Answer
from graphkit.answers.figures import ceiling_percent, money
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    figure_of_range,
    figure_of_value,
    in_main_period,
    qualified,
    shortened,
    time_of,
)
from graphkit.names import capitalized
from graphkit.questions.supply.terms import Failure, Industries
from graphkit.questions.supply.wording import (
    capacity_known,
    cut_of,
    part_lost,
    who_stopped,
    with_estimate,
)

MAY_FAIL = "may fail"
"""Qualifier of a claim on one of those that perhaps fail."""


@otherwise(unknown(lambda names, _: f"{cut_of(names)}, no loss is known{names.stated_time}"))
def disrupt(answer: Answer) -> Sentences:
    """Say who loses most if exports stop, and how much of what."""
    if answer.scope.of(Industries):
        return _industries(Lexicon(answer))
    return sentences_on_parts(answer, Role.CONSUMER, _lost_imports)


def _industries(names: Lexicon) -> Sentences:
    """Say how many uses and sectors a shortfall reaches, and whose value added is behind them."""
    rows = names.rows
    elements = sorted({row["element"] for row in rows})
    uses = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), "use"), period=None)
    goods, claims = names.goods(elements[0]), [uses]
    if len(elements) > 1:
        number = figure_of_count(len(elements), "element")
        goods = str(number)
        claims.append(names.claim(Kind.COUNT, rows, number, period=None))
    total, sectors = value_added(rows)
    regions = {row["value_added_of"] for row in rows if row["value_added_of"]}
    buyer = names.answer.scope.place(Role.CONSUMER)
    is_apart = buyer is not None and buyer not in regions
    whose = f" of {names.place(buyer)}" if is_apart else ""
    reached = f"{cut_of(names)}, the shortfall{whose} reaches {uses.figure} of {goods}"
    if not sectors or len(regions) != 1 or buyer not in (None, *regions):
        known = f", as far as uses in {names.places(regions)} tell" if regions else ""
        yield from shortened(Sentence(reached, (*claims,)), known)
        return
    money_figure = Figure(f"{money(total)} EUR", total, total, "eur")
    with_value = [row for row in rows if row["value_added"]]
    many = names.claim(Kind.COUNT, with_value, figure_of_count(sectors, "sector"), period=None)
    added = names.claim(Kind.AMOUNT, with_value, money_figure, whose=(*regions,), period=None)
    where = f"in {many.figure} of {names.places(regions)}"
    text = f"{reached} {where} with {money_figure} of value added"
    yield from shortened(Sentence(text, (*claims, many, added)), ": exposure, not loss")


@otherwise(
    unknown(lambda names, _: f"{cut_of(names)}, no country is known to fail{names.stated_time}")
)
def cascade(answer: Answer) -> Sentences:
    """Say which country that fails loses most if exports stop."""
    return sentences_on_parts(answer, Role.COUNTRY, _lost_supply)


def _most_lost(rows: Sequence[Row], place: str) -> Row:
    """Choose the row with the largest loss by its amount."""
    column = "lost_imports" if place == "consumer" else "lost"
    rows = [row for row in rows if row["lost_share"] is not None] or rows
    return max(
        rows,
        key=lambda row: (row[column] or 0.0, row["lost_share"] or 0.0, row["product"], row[place]),
    )


def _lost_imports(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    row = _most_lost(rows, "consumer")
    is_open = row["lost_share"] is None or (not row["lost_share"] and row["high"])
    if who_stopped(names) and is_open:
        yield from _unknown_loss(names, rows)
        return
    worth = Sentence()
    if row["lost_imports"]:
        value = figure_of_value(row["lost_imports"], row["measure"])
        lost = names.claim(Kind.AMOUNT, [row], value, measure=row["measure"])
        lost = replace(lost, qualifiers=("lost", *lost.qualifiers))
        worth = Sentence(f"{value}, ", (lost,))
    verb = "would lose" if len({row["consumer"] for row in rows}) == 1 else "would lose most:"
    yield from _lost(names, row, row["consumer"], verb, "imports", worth)


def _unknown_loss(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say that a loss is unknown, and the most that it may be."""
    row = max(rows, key=lambda row: (row["high"], row["product"], row["consumer"]))
    unknown = names.claim(Kind.UNKNOWN, [row], whose=(), material=())
    figure = Figure(f"at most {ceiling_percent(row['high'])} %", 0.0, row["high"], "share")
    least = names.claim(Kind.LOSS, [row], figure)
    most = Sentence(f", {figure} of anybody’s imports of a product", (least,))
    text = f"what others would lose is unknown{time_of([row])}{capacity_known(names)}"
    most = most if row["high"] < 1 else Sentence()
    if not names.is_of_all:
        verb = " making" if part_lost(names) >= 1 else ""
        start = Sentence(f"{cut_of(names)}{verb} {names.subject}, {text}", (unknown,))
        yield from shortened(start, most)
    yield from shortened(Sentence(f"{cut_of(names)}, {text}", (unknown,)), most)
    yield Sentence(f"{capitalized(text)}.", (unknown,))


def _lost_supply(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    row = _most_lost(in_main_period(rows), "country")
    may_fail = row["verdict"] != "certain"
    fails = f"would lose most of those that {'may ' * may_fail}fail"
    tolerance = names.answer.scope.the(Failure).tolerance
    for end in (f" (lose over {100 * tolerance:g} %):", ":"):
        for text in _lost(names, row, row["country"], f"{fails}{end}", "supply", Sentence()):
            claims = tuple(
                replace(claim, qualifiers=(*claim.qualifiers, *[MAY_FAIL] * may_fail))
                for claim in text.claims
            )
            yield replace(text, claims=claims)


def _lost(
    names: Lexicon, row: Row, country: str, verb: str, whole: str, worth: Sentence
) -> Sentences:  # fmt: skip
    """Say what a country loses of its imports or supply, within its range."""
    figure = figure_of_range(row["low"], row["high"], row["lost_share"])
    claim = names.claim(Kind.LOSS, [row], figure, whose=country)
    is_cut = part_lost(names) < 1
    share = row["lost_share"] if row["low"] is not None else None
    text, estimate = with_estimate(claim, share, is_wide=is_cut)
    goods, fit = names.goods(row["product"]), qualified([row]) + capacity_known(names)
    goods_text = "" if goods == names.subject and not who_stopped(names) else f" of {goods}"
    for cut, of_goods, value in (
        (cut_of(names), goods_text, worth), (cut_of(names), goods_text, Sentence()),
        (cut_of(names, "these exports"), f" of {goods}", worth),
        (cut_of(names, "these exports"), f" of {goods}", Sentence()),
    ):  # fmt: skip
        start = Sentence(f"{cut}, {names.place(country)} {verb} {value}") + text
        start += Sentence(f" of its {whole}{of_goods}{time_of([row])}{fit}", value.claims)
        yield from shortened(start, estimate)
