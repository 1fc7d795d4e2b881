"""Pictures of the concentration of markets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.plot.canvas import APART, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import LINE, OTHER, colour_of, name_of
from graphkit.plot.series import MOST_MARKETS
from graphkit.questions.markets.concentration import Listing


def concentration(answer: Answer, layout: Layout) -> Framed:
    """Draw each market as a whole: its largest country, the next two, the others, the unnamed.

    Markets stand in the order of the chain, from the mine on, unless each consumer has its own.
    Of more than there is room for, those of the title are drawn, the largest share first.
    """
    most = layout.most(MOST_MARKETS)
    known = [(place, row) for place, row in enumerate(answer.rows.to_pylist())
             if row["hhi_low"] is not None]  # fmt: skip
    if not known:
        return empty(answer, "no index is known", layout.width)
    some = len(known) > most
    if some:
        in_title = {place for claim in answer.sentence.claims for place in claim.rows}
        known.sort(key=lambda pair: (pair[0] not in in_title, -(pair[1]["cr1"] or 0.0), pair[0]))
    rows = [row for _, row in known[:most]]
    if not some and not answer.scope.the(Listing).each:
        rows.sort(key=lambda row: (row["stage_order"], not row["market"].startswith("production")))
    counted = [{**row, "counted": WORDS.get(row["measure"], row["measure"])} for row in rows]
    names = labels(counted, ("consumer", "product", "market", "period", "counted"), APART_MARKETS)
    unnamed = [row["unnamed_share"] or 0.0 for row in rows]
    next_two = [max(0.0, row["cr3"] - row["cr1"]) for row in rows]
    others = [max(0.0, 1 - row["cr3"] - gap) for row, gap in zip(rows, unnamed, strict=True)]
    grey = [OTHER] * len(rows)
    parts = [
        Bars("the largest country", [row["cr1"] for row in rows],
             [colour_of(row["top"] or "") for row in rows], stack="market", inside=True),
        Bars("the next two", next_two, grey, filled=False, stack="market"),
        Bars("all others", others, [LINE] * len(rows), stack="market"),
        Bars("not named", unnamed, grey, hatched=True, stack="market"),
    ]  # fmt: skip
    plot = labelled_rows(
        layout.width, names, Axis("share of the market", most=1),
        bars=[part for part in parts if any(part.values)], thickness=18,
        numbers=[f"{name_of(r['top'] or '')} {percent(r['cr1'])}, {_index(r)}" for r in rows],
    )  # fmt: skip
    note = (
        "At the right: the largest country, its share, and the Herfindahl-Hirschman index "
        "(over 1,800 is high, US Merger Guidelines 2023), with all that is not named in one "
        "country at most." + " Markets of the title come first, the largest shares above." * some
    )
    return framed(answer, plot, drawn=len(rows), note=note, legend=True)


def _index(row: Mapping[str, Any]) -> str:
    """Write the index of a market, as a range if shares are missing."""
    low, high = row["hhi_low"], row["hhi_high"]
    more = "" if high is None or high <= low + 1 else f" to {high:,.0f}"
    return f"{low:,.0f}{more}"


APART_MARKETS = ("basis", *(name for name in APART if name != "period"))
WORDS = {"usd": "by value", "tonnes": "by weight"}
