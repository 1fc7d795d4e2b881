"""First lines on trade through the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.sentence import Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines import parts
from graphkit.headlines.gate import denial
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_share,
    figure_of_value,
    grouped,
    places_of,
    qualified,
    shortened,
    when,
)
from graphkit.names import capitalized
from graphkit.period import Period
from graphkit.questions.markets.wording import more_products, trade_of

SERIES = ("product", "on", "hs_revision", "reporter", "source")
"""Columns that all rows of one line through time share."""


@otherwise(unknown(lambda _, goods: f"No trade of {goods} is known"))
def trend(answer: Answer) -> Sentences:
    """Say what trade was in the newest period, the one before and at its peak, and with whom."""
    owner = Role.CONSUMER if Role.CONSUMER in answer.rows.column_names else Role.SUPPLIER
    return parts.sentences_on_parts(answer, owner, _trend)


def _newest(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the newest row of each series of a product, by value.

    Periods are those of the most common length.
    """
    lengths = [Period(row["period"]).months for row in rows]
    length = max(lengths, key=lambda months: (lengths.count(months), months))
    known = [row for row in rows
             if Period(row["period"]).months == length and row["usd"] is not None]  # fmt: skip
    newest: dict[str, list[Row]] = {}
    for (product, *_), series in grouped(known, *SERIES).items():
        last = max(series, key=lambda row: (Period(row["period"]).end, row["period"]))
        newest.setdefault(product, []).append(last)
    return newest


def _trend(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what the largest trade of the newest period was, after the one before and its peak."""
    series = _newest(rows)
    if not series:
        unknown = names.claim(Kind.UNKNOWN, rows, subject=(), whose=(), material=(), period=None)
        yield from shortened(Sentence(f"No trade of {names.subject} has a known value", (unknown,)))
        return
    trade = capitalized(trade_of(names, rows[0].get("consumer"), rows[0].get("supplier")))
    ends = [last for rows_of_product in series.values() for last in rows_of_product]
    newest = max(Period(last["period"]).end for last in ends)
    current = [last for last in ends if Period(last["period"]).end == newest]
    last = max(current, key=lambda row: (row["usd"], row["product"]))
    line = [
        row for row in rows
        if row["usd"] is not None and Period(row["period"]).months == Period(last["period"]).months
        and all(row.get(name) == last.get(name) for name in SERIES)
    ]  # fmt: skip
    rest = [row for row in ends if row["product"] != last["product"]]
    more = more_products(names, names.claim(Kind.COUNT, rest), len(series) - 1)
    yield from _of_series(names, trade, line, more)


def _value(names: Lexicon, row: Row) -> Sentence:
    """Write the value of a row, which is the least where not all flows are listed."""
    figure = figure_of_value(row["usd"], "usd", [row])
    claim = names.claim(Kind.AMOUNT, [row], figure, measure="usd", qualifiers=_fit(row))
    return Sentence(str(figure), (claim,))


def _fit(row: Row) -> tuple[str, ...]:
    return ("other goods",) if qualified([row]) else ()


def _of_series(names: Lexicon, trade: str, line: Sequence[Row], more: Sentence) -> Sentences:
    """Say what one series of trade was in its last period, the one before and its peak."""
    line = sorted(line, key=lambda row: (Period(row["period"]).end, row["period"]))
    last = line[-1]
    share = _partner_share(names, line)
    start = Sentence(f"{trade} of {names.goods(last['product'])} were worth ") + _value(names, last)
    start += f"{when(last['period'])}{qualified([last])}"
    if len(line) > 1:
        previous, peak = line[-2], max(line, key=lambda row: row["usd"])
        span = f"{previous['period']}..{last['period']}"
        change = names.claim(Kind.CHANGE, line[-2:], measure="usd", period=span)
        before = Sentence(", after ", (change,)) + _value(names, previous)
        before += when(previous["period"])
        is_whole = not any(row.get("extent") for row in line)
        if is_whole and peak["usd"] > max(last["usd"], previous["usd"]):
            span = f"{line[0]['period']}..{last['period']}"
            highest = names.claim(Kind.CHANGE, line, measure="usd", period=span)
            top = Sentence(" and ", (highest,)) + _value(names, peak)
            top += f" at most{when(peak['period'])}"
            yield start + before + top + share + more + "."
            yield start + before + top + more + "."
        yield start + before + share + more + "."
        yield start + before + more + "."
        reason = denial(names, change)
        unknown = replace(change, kind=Kind.UNKNOWN, denied=Kind.CHANGE, reason=reason)
        words = f"; how that compares with {previous['period']} cannot be told: {reason}"
        untold = Sentence(words, (unknown,))
        yield start + untold + share + more + "."
        yield start + untold + more + "."
    else:
        yield start + share + more + "."
    yield start + more + "."


def _partner_share(names: Lexicon, line: Sequence[Row]) -> Sentence:
    """Write the share of the partner in question, or of the largest, in the last and first period.

    Of the first period it is that of the same partner.
    """
    first, last = line[0], line[-1]
    verb = "bought" if last.get("supplier") else "sold"
    partner, column = (
        (last["on"], "on_share_usd") if last.get("on") else (last["largest"], "largest_share_usd")
    )
    figure = _share(last, column)
    if not partner or figure is None:
        return Sentence()
    buys = last.get("supplier") is not None
    partners = places_of(partner)
    common = {"subject": last["supplier"] if buys else partners,
             "whose": partners if buys else last["consumer"], "measure": "usd"}  # fmt: skip
    claim = names.claim(Kind.SHARE, [last], figure, **common)
    share = Sentence(f"; {names.place(partner)} {verb} {figure} of that", (claim,))
    then = _share(first, column)
    if first is not last and then and (last.get("on") or first["largest"] == partner):
        claim = names.claim(Kind.SHARE, [first], then, **common)
        share += Sentence(f" ({then}{when(first['period'])})", (claim,))
    return share


def _share(row: Row, name: str) -> Figure | None:
    """Return a share, as a range where some flows are not listed; None if it is none or unknown."""
    if row[name] is not None:
        return figure_of_share(row[name]) if row[name] else None
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return figure_of_share(low, high) if low is not None and high is not None else None
