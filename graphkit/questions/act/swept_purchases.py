"""Purchases in which no supplier is above a share, as one number of the limits is swept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import cpu_count
from typing import Any

import numpy as np

from graphkit.analysis.diversification import TIGHT
from graphkit.analysis.filling import filled
from graphkit.answers.columns import NUMBER, Column, plain_columns
from graphkit.answers.figures import IN_SOME_ROWS
from graphkit.arrow import SHARE, Floats
from graphkit.questions.act.caps import SUPPLIER
from graphkit.questions.act.outcomes import IMPOSSIBLE, MET, POSSIBLE, outcome_of
from graphkit.questions.act.purchases import AMOUNT, Acts, Limits, Market
from graphkit.questions.shared.sweep import SETTING, SWEPT, Sweep

PURCHASES = (
    SETTING,
    Column("consumer", "Consumer"),
    Column("product", "Product", rank=0),
    Column("stage", rank=4),
    Column("period", "Period", rank=2),
    Column("verdict", "Verdict",
           "met: no supplier is above the share today; possible: purchases can be moved so that "
           "none is; impossible: others cannot spare enough, and the amounts are of the purchases "
           "that come nearest", rank=0),
    Column("moved", "Moves", f"amount that is bought of another, {AMOUNT}", type=NUMBER, rank=0),
    Column("moved_share", "its share", "0 to 1, of what the consumer needs", SHARE, NUMBER),
    Column("strain", "of other sales",
           "0 to 1, what is added, of what those that add something sell to others today", SHARE,
           NUMBER),
    Column("least_share", "Least share",
           "0 to 1, least share that the largest supplier can be brought to; of a verdict "
           "impossible", SHARE + IN_SOME_ROWS, NUMBER),
    Column("shortfall", "Lacking", f"least capacity that is lacking, {AMOUNT}", type=NUMBER),
    Column("extra_cost", "Extra cost", "change times unit value; empty where one is unknown", "USD",
           NUMBER),
    Column("verdict_together", "If all do",
           "verdict, if all consumers of the question do so at once"),
    Column("max_share", "", "0 to 1, largest share of a supplier, as asked", SHARE, NUMBER),
    Column("slack", "", "part of their other sales that others can add, as asked", type=NUMBER),
    *plain_columns("measure"),
    Column("missing_tonnes_share", "No weight", "0 to 1, share of the import value without a mass",
           type=NUMBER),
    *plain_columns("basis", "hs", "hs_revision", "reporter", "dataset", "source"),
    SWEPT,
)  # fmt: skip
PURCHASES_SHOWN = (
    "consumer", "product", "period", SETTING.name, "verdict", "moved", "moved_share", "strain",
    "least_share", "shortfall", "extra_cost", "verdict_together",
)  # fmt: skip
SERIES = ("product", "period", "basis", "hs", "hs_revision", "reporter", "dataset", "source")


def swept_purchases(
    market: Market, limits: Limits, acts: Acts, sweep: Sweep
) -> list[dict[str, Any]]:
    """Make the rows of one market: of each consumer alone, one for each value.

    One consumer with limits on its sellers alone needs no linear programme; several at once, blocs,
    origins and seats need one for each value, which are solved side by side.
    """
    changes: list[dict[str, Any]] = [{sweep.name: value} for value in sweep.values]
    all_limits = [replace(limits, **change) for change in changes]
    together: Sequence[str | None] = [None] * len(all_limits)
    if len(market.buyers) > 1:
        places = range(len(market.buyers))
        together = _verdicts(market, places, all_limits, acts)
    rows = []
    for place, buyer in enumerate(market.buyers):
        bought, sold = market.bought[place], market.elsewhere[place]
        for number, (verdict, amounts, least, shortfall) in enumerate(
            _of_buyer(market, place, all_limits, acts)
        ):
            needed = float(all_limits[number].needed(bought.sum(), market.series.period))
            rows.append({
                **market.labels,
                SETTING.name: float(sweep.values[number]), "consumer": buyer.key,
                "stage": market.stage, "measure": market.measure, "verdict": verdict,
                **_moved(market, amounts, bought, sold, needed),
                "least_share": least, "shortfall": shortfall,
                "verdict_together": together[number], "max_share": all_limits[number].max_share,
                "slack": all_limits[number].slack,
                "missing_tonnes_share": _known(market.unweighed[place]),
            })  # fmt: skip
    return rows


_Result = tuple[str, Floats | None, float | None, float]
"""Verdict, purchases, least share and shortfall."""


def _of_buyer(
    market: Market, place: int, all_limits: Sequence[Limits], acts: Acts
) -> list[_Result]:
    """Find the purchases of one consumer within each of some limits."""
    if all_limits[0].blocs or all_limits[0].cap != SUPPLIER:
        return _solved(market, [place], all_limits, acts)
    bought, period = market.bought[place], market.series.period
    of_sellers = market.purchases([place], all_limits[0], acts)
    demand = np.array([float(limits.needed(bought.sum(), period)) for limits in all_limits])
    shares = np.array([limits.max_share for limits in all_limits])
    result = filled(
        bought, demand, np.outer([limits.slack for limits in all_limits], market.elsewhere[place]),
        shares, prices=of_sellers.prices, may_add=of_sellers.may_add[0],
        left_out=of_sellers.left_out, least=all_limits[0].least,
    )  # fmt: skip
    is_today = (bought <= (shares * demand)[:, None]).all(axis=1) & (demand == bought.sum())
    is_today &= not bought[of_sellers.left_out].any()
    results: list[_Result] = []
    for number in range(len(all_limits)):
        amounts, lacking = result.amounts[number], float(result.shortfall[number])
        known = None if np.isnan(amounts).any() else amounts
        if lacking:
            results.append((IMPOSSIBLE, known, _known(result.least_share[number]), lacking))
        else:
            results.append((MET if is_today[number] else POSSIBLE, known, None, 0.0))
    return results


def _solved(
    market: Market, places: Sequence[int], all_limits: Sequence[Limits], acts: Acts
) -> list[_Result]:
    """Solve the programmes of one consumer, or of several at once."""

    def solve(limits: Limits) -> _Result:
        outcome = outcome_of(market, places, limits, acts)
        amounts = None if outcome.result is None else outcome.result.amounts[0]
        shortfall = 0.0 if outcome.proof is None else outcome.proof.shortfall
        return outcome.verdict, amounts, outcome.least_share, shortfall

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return list(pool.map(solve, all_limits))


def _verdicts(
    market: Market, places: Sequence[int], all_limits: Sequence[Limits], acts: Acts
) -> list[str]:
    return [verdict for verdict, *_ in _solved(market, places, all_limits, acts)]


def _moved(
    market: Market, amounts: Floats | None, bought: Floats, sold: Floats, needed: float
) -> dict[str, float | None]:
    """Describe what is bought of another, and what that costs."""
    if amounts is None:
        return dict.fromkeys(("moved", "moved_share", "strain", "extra_cost"))
    change = amounts - bought
    added = np.where(change > TIGHT * needed, change, 0.0)
    moved, source = float(added.sum()), float(sold[added > 0].sum())
    moves = np.abs(change) > TIGHT * needed
    cost = None
    if market.measure == "tonnes" and not np.isnan(market.prices[moves]).any():
        cost = float(change[moves] @ market.prices[moves])
    return {
        "moved": moved, "moved_share": moved / needed,
        "strain": moved / source if source else 0.0, "extra_cost": cost,
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
