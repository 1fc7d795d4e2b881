"""First lines on what changed between two periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.coverage import Total
from graphkit.answers.figures import floor_percent, number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.gate import denial
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    AT_LEAST,
    EXACT,
    Lexicon,
    Row,
    Sentences,
    between,
    figure_of_part,
    figure_of_value,
    part,
    shortened,
    when,
    worth,
)
from graphkit.names import capitalized
from graphkit.period import Period
from graphkit.questions.markets.wording import more_products, trade_of


@otherwise(unknown(lambda _, goods: f"No trade of {goods} is known in both periods"))
def compare(answer: Answer) -> Sentences:
    """Say how the trade of each product changed from one period to the other."""
    totals = totals_of(answer)
    names = Lexicon(answer)
    if not totals:
        unknown = names.claim(Kind.UNKNOWN, names.rows, subject=(), whose=(), material=())
        return shortened(Sentence("No totals of both periods are known", (unknown,)))
    totals_of_parts: dict[tuple[str | None, ...], list[Total]] = {}
    for total in totals:
        ends = total.consumer, total.supplier, total.on
        totals_of_parts.setdefault(ends, []).append(total)
    labels = [
        [{**dict(zip(ENDS_OF_TOTALS, ends, strict=True)), "before": some[0].before}]
        for ends, some in totals_of_parts.items()
    ]
    place = next(filter(answer.scope.several, ENDS_OF_TOTALS), None)

    def tell(names: Lexicon, labels: Sequence[Row]) -> Sentences:
        return _change(names, totals_of_parts[tuple(labels[0][end] for end in ENDS_OF_TOTALS)])

    return parts.sentences_on_parts(answer, place, tell, labels)


ENDS_OF_TOTALS = (Role.CONSUMER, Role.SUPPLIER, Role.ON)
"""Columns of whose trade a total is, and with whom."""


def totals_of(answer: Answer) -> list[Total]:
    """Collect the totals of a comparison."""
    return [t for coverage in answer.coverage.parts.values() for t in coverage.totals or ()]


def _claim_of(
    names: Lexicon, kind: Kind, totals: Sequence[Total], figure: Figure | None = None, **common: Any
) -> Claim:  # fmt: skip
    """Make a claim on totals, with the rows that they are the totals of."""
    side = "supplier" if totals[0].consumer is None else "consumer"
    alike = {(total.party, total.product) for total in totals}
    rows = [row for row in names.rows if (row.get(side), row.get("product")) in alike]
    if names.answer.scope.several(Role.ON):
        on = totals[0].on
        rows = [row for row in rows if on in (row.get("supplier"), row.get("consumer"))]
    defaults = {
        "subject": totals[0].supplier or totals[0].on or (),
        "whose": totals[0].consumer or totals[0].on or (),
        "material": tuple(sorted({total.product for total in totals})), "measure": "usd",
        "period": f"{totals[0].before}..{totals[0].after}", "qualifiers": (),
    }  # fmt: skip
    return names.claim(kind, rows, figure, **(defaults | common))


def _values(totals: Sequence[Total]) -> tuple[list[tuple[float | None, float | None]], str]:
    """Return the values before and after that are compared, and their unit of time."""
    if any(total.months_before != total.months_after for total in totals):
        return [(t.usd.per_month_before, t.usd.per_month_after) for t in totals], " a month"
    return [(t.usd.before, t.usd.after) for t in totals], ""


def _untold(names: Lexicon, total: Total) -> str:
    """Return why no change of the value of a product can be told; empty if it can."""
    return denial(names, _claim_of(names, Kind.CHANGE, [total]))


def _changed(names: Lexicon, totals: Sequence[Total], sign: int) -> list[Total]:
    """Select the totals of what surely rose, or with a negative sign fell, in each series."""
    values, _ = _values(totals)
    is_sure: dict[str, bool] = {}
    for total, pair in zip(totals, values, strict=True):
        ends = _ends_of_change(names, total, *pair)
        changed = ends is not None and min(sign * ends[0], sign * ends[1]) > 0
        is_sure[total.product] = is_sure.get(total.product, True) and changed
    return [total for total in totals if is_sure[total.product]]


MUCH_SOONER = 0.9
"""Part of a longer period's value from which that of a shorter one is told beside it."""
MONTHS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
)  # fmt: skip


def _in_less_time(names: Lexicon, total: Total, partners: str, more: Sentence) -> Sentences:
    """Say that a part of a year had nearly as much trade as a year, or more; else nothing."""
    before = total.months_before, total.before, total.usd.before
    after = total.months_after, total.after, total.usd.after
    (_, short, new), (_, long, old) = sorted((before, after), key=lambda end: end[0])
    span = Period(short)
    if span.months > 11 or Period(long).months != 12 or not old or new is None:
        return
    if new < MUCH_SOONER * old or span.start // 12 != span.year:
        return
    buys = names.answer.scope.places(Role.CONSUMER)
    verb = "bought" if buys else "sold"
    goods = f"{names.goods(total.product)}{partners}"
    much, than = ("nearly as much", "as") if new < old else ("more", "than")
    several = "" if span.months == 1 else "s"
    start = (
        f"{capitalized(names.place(total.party))} {verb} {much} {goods} in {MONTHS[span.months]} "
        f"month{several} of {span.year} {than} in all of {long}"
    )
    change = _claim_of(names, Kind.CHANGE, [total], period=long, facts=str(span.year))
    values = [figure_of_value(new, "usd"), figure_of_value(old, "usd")]
    if worth(new).split(" ", 1)[1:] == worth(old).split(" ", 1)[1:]:
        values[0] = replace(values[0], words=worth(new).split(" ", 1)[0])
    claims = [
        _claim_of(names, Kind.AMOUNT, [total], value, period=period)
        for value, period in zip(values, (short, long), strict=True)
    ]
    amounts = Sentence(f": {values[0]} and {values[1]}", (*claims,))
    for text in (Sentence(start, (change,)) + amounts, Sentence(start, (change,))):
        yield from shortened(text, more)


def _partners_of(names: Lexicon, total: Total) -> str:
    """Name the partners of a trade, if it is not with all."""
    towards = "from" if names.answer.scope.places(Role.CONSUMER) else "to"
    if total.on:
        return f" {towards} {names.place(total.on)}"
    most = [some.most_usd for some in totals_of(names.answer)]
    is_unbounded = any(ends is not None and ends[0] is None for ends in most)
    return f" {towards} the countries listed" if is_unbounded else ""


def _change(names: Lexicon, totals: Sequence[Total]) -> Sentences:
    partners = _partners_of(names, totals[0])
    rest = [total for total in totals if total.product != totals[0].product]
    more = Sentence()
    if rest:
        claim = _claim_of(names, Kind.COUNT, rest)
        more = more_products(names, claim, len({total.product for total in rest}))
    yield from _in_less_time(names, totals[0], partners, more)
    if len(totals) == 1:
        yield from _change_of_one(names, totals[0], partners)
    else:
        yield from _change_of_several(names, totals, partners)


def _change_of_one(names: Lexicon, total: Total, partners: str) -> Sentences:
    """Say how the trade of one product changed, or why that cannot be told."""
    [(old, new)], per = _values([total])
    before, after = total.before, total.after
    span = f" from {before} to {after}"
    goods = f"{names.goods(total.product)}{partners}"
    whose = trade_of(names, total.consumer, total.supplier)
    trade = f"{capitalized(whose)} of {goods}"
    unknown = _claim_of(names, Kind.UNKNOWN, [total], denied=Kind.CHANGE)
    untold = f"Whether {whose} of {goods} changed{span} cannot be told"
    yield from shortened(Sentence(untold, (unknown,)))
    if not old or new is None:
        no_value = _claim_of(names, Kind.UNKNOWN, [total], period=after)
        value = Sentence("of unknown value", (no_value,))
        if new is not None:
            worth_of = figure_of_value(new, "usd")
            claim = _claim_of(names, Kind.AMOUNT, [total], worth_of, period=after)
            value = Sentence(f"worth {worth_of}{per}", (claim,))
        reason = f"there is no value to compare with{when(before)}"
        nothing = replace(unknown, reason=reason)
        yield Sentence(f"{trade} were ") + value + Sentence(f"{when(after)}; {reason}.", (nothing,))
        return
    values, claims = [], []
    most = total.most_usd or (None, None)
    listed_usd = total.usd.before, total.usd.after
    for period, amount, high, usd in zip(
        (before, after), (old, new), most, listed_usd, strict=True
    ):
        is_least = high != usd and not (total.on or partners)
        words = f"{AT_LEAST * is_least}{worth(amount)}"
        figure = Figure(words, amount, None if is_least else amount, "usd")
        values.append(words)
        claims.append(_claim_of(names, Kind.AMOUNT, [total], figure, period=period))
    ends = _ends_of_change(names, total, old, new)
    low, high = ends or (None, None)
    turn = _turns(*ends) if ends else "changed"
    change = _claim_of(names, Kind.CHANGE, [total], Figure(turn, low, high, "change"))
    amounts = Sentence(f", from {values[0]} to {values[1]}{per}", (*claims,))
    yield from shortened(Sentence(f"{trade} {turn}{span}", (change,)), amounts)
    reason = f"{values[0]}{when(before)}, {values[1]}{when(after)}"
    if denial(names, change):
        either = Sentence(untold, (replace(unknown, reason=reason),))
        yield from shortened(either, Sentence(f": {reason}", (*claims,)))


def _change_of_several(names: Lexicon, totals: Sequence[Total], partners: str) -> Sentences:
    """Say for how many products trade grew and fell, and which changed most."""
    span = f" from {totals[0].before} to {totals[0].after}"
    trade = trade_of(names, totals[0].consumer, totals[0].supplier)
    grown, fallen = (_changed(names, totals, sign) for sign in (1, -1))
    products = {total.product for total in totals}
    reasons = {_untold(names, total) for total in totals}
    reason = reasons.pop() if len(reasons) == 1 and not grown and not fallen else ""
    unknown = _claim_of(names, Kind.UNKNOWN, totals, denied=Kind.CHANGE, reason=reason)
    start = f"Whether {trade} of {names.subject}{partners} changed{span} cannot be told"
    if reason:
        yield from shortened(Sentence(start, (unknown,)), f": {reason}")
    most = _largest_change(names, totals)
    numbers = [len({total.product for total in some}) for some in (grown, fallen)]
    verb, changed = ("grew", 0) if grown or not fallen else ("fell", 1)
    less = Sentence()
    if grown and fallen:
        figure = Figure(f"{numbers[1]:,}", numbers[1], numbers[1], "product")
        claim = _claim_of(names, Kind.COUNT, totals, figure, qualifiers=("fell",))
        less = Sentence(f" and fell for {figure}", (claim,))
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(numbers[changed], text, len(products))
        claim = _claim_of(names, Kind.COUNT, totals, count, qualifiers=(verb,))
        first = Sentence(f"{capitalized(trade)}{partners} {verb} for {count}", (claim,))
        yield from shortened(first + less + f"{span}, by value", most)


def _ends_of_change(
    names: Lexicon, total: Total, old: float | None, new: float | None
) -> tuple[float, float] | None:
    """Bound the relative change of a total beside what is not listed; None if it is unknown.

    ``old`` and ``new`` are the values that are compared. Where nothing bounds what is not listed
    in either period, it is the change of what is listed.
    """
    if not old or new is None or _untold(names, total):
        return None
    listed_old, listed_new = total.usd.before, total.usd.after
    high_old, high_new = total.most_usd or (listed_old, listed_new)
    if high_old is None and high_new is None:
        return new / old - 1, new / old - 1
    if high_old is None or high_new is None:
        return None
    most_old = old * high_old / listed_old if listed_old else high_old
    most_new = new * high_new / listed_new if listed_new else high_new
    return new / most_old - 1, most_new / old - 1


def _largest_change(names: Lexicon, totals: Sequence[Total]) -> Sentence:
    """Name the product whose value surely changed most of those that can be compared."""
    changes = []
    values, per = _values(totals)
    for total, (old, new) in zip(totals, values, strict=True):
        ends = _ends_of_change(names, total, old, new)
        if ends is not None and old is not None:
            sizes = sorted(abs(end * old) for end in ends)
            least = 0.0 if ends[0] < 0 < ends[1] else sizes[0]
            changes.append((least, sizes[1], total.product, ends[0]))
    if not changes:
        return Sentence()
    least, most, product, change = max(changes)
    if any(other[1] > least for other in changes if other[2] != product) or not least:
        return Sentence()
    known = "" if len(changes) == len(totals) else "known "
    words = f"{'+' if change >= 0 else '-'}{worth(least)}{per}"
    if most - least > EXACT * most:
        words = f"at least {words}"
    low, high = (least, most) if change >= 0 else (-most, -least)
    claim = _claim_of(
        names, Kind.CHANGE, [total for total in totals if total.product == product],
        Figure(words, low, high, "usd"), qualifiers=(f"largest {known}change",),
    )  # fmt: skip
    goods = names.goods(product)
    return Sentence(f"; the largest {known}change was {goods} ({words})", (claim,))


def _turns(low: float, high: float) -> str:
    """Write a relative change within a range of one direction.

    >>> _turns(0.581, 0.64), _turns(-0.5, -0.411)
    ('rose between 58 and 64 % by value', 'fell between 41 and 50 % by value')
    """
    if high - low < EXACT:
        return _turn((low + high) / 2)
    if low >= 1:
        return f"rose at least {floor(10 * (low + 1)) / 10:.1f}-fold by value"
    if high > 1:
        return f"rose at least {floor_percent(low)} % by value"
    least, most = sorted((abs(low), abs(high)))
    return f"{'rose' if low >= 0 else 'fell'} {between(least, most)} by value"


def _turn(change: float) -> str:
    """Write a relative change.

    >>> _turn(-0.204), _turn(3.2), _turn(0.001)
    ('fell 20 % by value', 'rose 4.2-fold by value', 'changed little by value')
    """
    if abs(change) < 0.005:
        return "changed little by value"
    if change >= 1:
        times = change + 1
        return f"rose {times:.1f}-fold by value" if times < 10 else (
            f"rose {float(f'{times:.2g}'):,.0f}-fold by value"
        )  # fmt: skip
    return f"{'rose' if change > 0 else 'fell'} {part(abs(change))} by value"
