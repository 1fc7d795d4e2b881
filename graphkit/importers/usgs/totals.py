"""Holds the countries of a table against the total that is printed under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphkit.importers.report import FailedCheck
from graphkit.importers.usgs.masses import WORLD, Row, of_one_total


def check_totals(rows: Iterable[Row], where: str) -> int:
    """How many tables have a total that their countries add up to.

    A total and its parts are each rounded; more than all these roundings together can explain is a
    figure that was read or printed wrong, such as the digit of a footnote glued to a number. Where
    a part has no figure (withheld, not available) the sum may fall short.

    Raises
    ------
    FailedCheck
        A total is missed; with both numbers.
    """
    checked, missed = 0, []
    for (product, period, basis), members in of_one_total(rows).items():
        totals = [r for r in members if r["country"] == WORLD and r["tonnes"] is not None]
        parts = [r for r in members if r["country"] != WORLD]
        known = [r for r in parts if r["tonnes"] is not None]
        if len(totals) != 1 or not known:
            continue
        checked += 1
        total, added = totals[0]["tonnes"], sum(r["tonnes"] for r in known)
        most = (rounding(total) + sum(rounding(r["tonnes"]) for r in known)) / 2
        if added > total + most or (added < total - most and len(known) == len(parts)):
            unit = members[0]["unit"]
            missed.append(
                f"{product}, {period}{f', {basis}' if basis else ''}: the countries add up to "
                f"{_printed(added)} {unit}, the printed total is {_printed(total)} {unit}, and "
                f"rounding explains at most {_printed(most)} {unit}"
                f"{_suspect(known, total, added, most)}"
            )
    if missed:
        raise FailedCheck(f"{where}: {'; '.join(missed)}. Nothing is written")
    return checked


def rounding(figure: float) -> float:
    """The unit of the last digit of a printed figure that is not a trailing zero.

    >>> rounding(12400), rounding(49), rounding(0.75), rounding(0)
    (100.0, 1.0, 0.01, 0.0)
    """
    if not figure:
        return 0.0
    whole, _, digits = _printed(figure).replace(",", "").partition(".")
    if digits:
        return float(f"1e-{len(digits)}")
    return float(10 ** (len(whole) - len(whole.rstrip("0"))))


def _suspect(parts: Sequence[Row], total: float, added: float, most: float) -> str:
    """The figures that would agree without their first or last digit."""
    found = []
    for figure, place, excess in (
        *((row["tonnes"], f"{row['place']}'s", added - total) for row in parts),
        (total, "the total's", total - added),
    ):
        text = f"{figure:.15g}"
        for fewer in sorted({text[1:], text[:-1]}) if text.isdigit() and len(text) > 1 else ():
            if abs(figure - float(fewer) - excess) <= most:
                found.append(f"{_printed(float(fewer))} for {place} {_printed(figure)}")
    return f" ({' or '.join(found)} would agree)" if found else ""


def _printed(figure: float) -> str:
    text = f"{figure:,.15g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
