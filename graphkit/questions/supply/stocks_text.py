"""First lines on what stays uncovered in the months of a stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_range,
    in_main_period,
    qualified,
    shortened,
    time_of,
)
from graphkit.names import possessive
from graphkit.questions.supply.terms import Slack, Stocked
from graphkit.questions.supply.wording import capacity_known, cut_of, who_stopped, with_estimate


@otherwise(unknown(lambda names, _: f"{cut_of(names)}, no loss is known{names.stated_time}"))
def stocks(answer: Answer) -> Sentences:
    """Say who lacks most in the months of a stop."""
    return sentences_on_parts(answer, Role.CONSUMER, _uncovered)


def _least_covered(rows: Sequence[Row]) -> Row:
    """Choose the first month of the row with the largest uncovered amount."""
    return max(
        (row for row in rows if row["month"] == 1),
        key=lambda row: ((row["need"] or 0.0) * row["uncovered_in_all"], row["uncovered_in_all"],
                         row["high"], row["product"], row["consumer"]),
    )  # fmt: skip


def _uncovered_day(names: Lexicon, row: Row) -> Sentence:
    """Say from which day something is uncovered."""
    day = row["first_day"]
    if day is None:
        return Sentence()
    about = "about " if row["first_day_earliest"] != day else ""
    claim = names.claim(Kind.AMOUNT, [row], Figure(f"{about}day {day:,}", day, day, "day"))
    return Sentence(f", from {claim.figure} on", (claim,))


def _uncovered(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what a consumer lacks over some months, and the first day of it."""
    rows = in_main_period(rows)
    row = _least_covered(rows)
    country, goods = names.place(row["consumer"]), names.goods(row["product"])
    is_of_several = len({row["consumer"] for row in rows}) > 1
    verb = "would lack most:" if is_of_several else "would lack"
    figure = figure_of_range(row["low"], row["high"], None)
    if row["high"] <= 0:
        figure = replace(figure, words="nothing")
    claim = names.claim(Kind.LOSS, [row], figure)
    if row["high"] <= 0 and is_of_several:
        country, verb = "nobody", "would lack"
        claim = replace(claim, figure=replace(figure, words="any"), whose=())
    text, estimate = with_estimate(claim, row["uncovered_in_all"], is_wide=False)
    if row["high"] <= 0:
        estimate = Sentence()
    plan = names.answer.scope.the(Stocked)
    number, restart = number_of(plan.months, "month"), plan.restart
    span = f" for {number_of(restart - 1, 'month')}" if restart else ""
    of_goods = "" if goods == names.subject and not who_stopped(names) else f" of {goods}"
    when = f"{time_of([row])}{qualified([row])}"
    stocks = _held(names)
    for cut, what in (
        (cut_of(names), of_goods), (cut_of(names, "these exports"), f" of {goods}"),
    ):  # fmt: skip
        start = Sentence(f"{cut}{span}{stocks}, {country} {verb} ") + text
        start += f" of {possessive(number)} imports{what}{when}"
        day = _uncovered_day(names, row)
        yield from shortened(start + day + capacity_known(names), estimate)
        yield start + "."


def _held(names: Lexicon) -> str:
    """Write which stocks and slack are assumed."""
    days = names.answer.scope.the(Stocked).stock_days
    slack = names.answer.scope.the(Slack).slack
    stocks = " and buyers held no stocks"
    if days:
        stocks = f" and buyers held {number_of(round(days), 'day')} of stock"
    return stocks + (f", with a slack of {100 * slack:g} % elsewhere" if slack else "")
