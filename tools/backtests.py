"""Write ``docs/backtests.md``: four scenarios that ship, against what trade did afterwards.

``python tools/backtests.py`` reads the shipped trade, and writes the page whatever comes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

import graphkit
from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.answers.terms import Role
from graphkit.api import Session
from graphkit.period import Period
from graphkit.questions.shared.supply import supply_of
from graphkit.questions.supply.scenarios import read_scenario
from graphkit.questions.supply.terms import Cut

PAGE = Path(__file__).parents[1] / "docs/backtests.md"
SCENARIOS = (
    "japan-rare-earths-2010", "indonesia-nickel-2020", "china-gallium-germanium-2023",
    "china-graphite-2023",
)  # fmt: skip
MEASURES = {"usd": "value", "tonnes": "weight"}
LEAST_IMPORTS, LEAST_LOSS = 1e6, 0.01
"""USD that a consumer imported in the year before, and share that it loses in the scenario."""
NAMED = 3
Flows = Mapping[tuple[str, str, str], float]
"""Amounts by product, consumer and supplier."""


@dataclass(frozen=True)
class Backtest:
    """A scenario and what trade did, by one measure."""

    name: str
    measure: str
    before: str
    after: str
    months: int
    """Months of the year after in which the exports were stopped."""
    consumers: int
    """Consumers, of each product, that the scenario is tested on."""
    pairs: int
    errors: tuple[float, float]
    """Median error of the share of a supplier in a consumer's imports: scenario, rival."""
    sellers_errors: tuple[float, float]
    """The same of those who stopped alone."""
    in_range: int
    """Pairs of which the range holds the share of the year after."""
    exports: tuple[float, float]
    """Change of what those who stopped sold to these consumers: in the scenario, and in trade."""
    rank: float
    """Spearman's correlation of the losses and of the falls of imports; NaN of under three."""
    first: tuple[float, float, float]
    """Share of those who stopped in the imports of whoever loses most: before, in the scenario,
    after."""
    expected: Sequence[str]
    """Countries that lose most in the scenario, by amount."""
    seen: Sequence[str]
    """Whose imports fell most."""


def stopped_year(first: str, last: str | None) -> tuple[int, int]:
    """Choose the year with most months of a stop, of the first twelve without an end, and count.

    >>> stopped_year("2023-08", None), stopped_year("2010-10", "2010-11")
    ((2024, 12), (2010, 2))
    """
    start = Period(first).start
    end = start + 11 if last is None else Period(last).start
    years = [(start + place) // 12 for place in range(end - start + 1)]
    year = max(sorted(set(years)), key=years.count)
    stopped = range(start, year * 12 + 12) if last is None else range(start, end + 1)
    return year, sum(month // 12 == year for month in stopped)


def flows_of(network: SupplyNetwork, products: Sequence[str]) -> dict[tuple[str, str, str], float]:
    """Read the amounts of the flows of some products."""
    nodes, trade = network.nodes, network.trade
    flows: dict[tuple[str, str, str], float] = {}
    for source, target, amount in zip(
        trade.source.tolist(), trade.target.tolist(), trade.amount.tolist(), strict=True
    ):
        product = network.products[nodes.product[target]]
        if product in products:
            pair = (
                network.countries[nodes.country[target]],
                network.countries[nodes.country[source]],
            )
            flows[product, *pair] = amount
    return flows


def totals_of(flows: Flows) -> dict[tuple[str, str], float]:
    """Add up the imports of each consumer of each product."""
    totals: dict[tuple[str, str], float] = {}
    for (product, consumer, _), amount in flows.items():
        totals[product, consumer] = totals.get((product, consumer), 0.0) + amount
    return totals


def backtest(graph: Session, name: str, measure: str) -> Backtest | None:
    """Hold one scenario against trade; None if no exports of theirs have the measure."""
    scenario = read_scenario(graph.catalog, name)
    event = scenario.yaml.read().value["events"][0]
    scope = graph.scenario(name).scope
    products, sellers = scope.the(Cut).cut, set(scope.places(Role.EXPORTERS))
    destinations = scope.places(Role.DESTINATIONS) or None
    before = scenario.arguments["period"]
    after, months = stopped_year(event["from"], event.get("until"))
    goods = graph.catalog.materials.scope(",".join(products))
    networks = {
        year: {by: supply_of(graph.catalog, goods, year, measure=by).network for by in MEASURES}
        for year in (before, str(after))
    }
    network = networks[before][measure]
    cut = {
        "products": products, "destinations": destinations,
        "loss": scenario.arguments["loss"],
    }  # fmt: skip
    if not any(
        seller in sellers and product in products
        for product, _, seller in flows_of(network, products)
    ):
        return None
    pools = {
        (row["product"], row["consumer"]): row
        for row in disruption(network, sorted(sellers), **cut, base="supply").to_pylist()
    }
    losses = {
        (row["product"], row["consumer"]): row
        for row in disruption(network, sorted(sellers), **cut).to_pylist()
    }
    part = months / 12
    worth = totals_of(flows_of(networks[before]["usd"], products))
    traded, truth = (flows_of(networks[year][measure], products) for year in (before, str(after)))
    totals, totals_after = totals_of(traded), totals_of(truth)
    consumers = sorted(
        key for key, row in losses.items()
        if worth.get(key, 0.0) >= LEAST_IMPORTS and part * row["lost_share"] >= LEAST_LOSS
        and key[1] not in sellers and totals_after.get(key)
    )  # fmt: skip

    def left(flow: tuple[str, str, str], end: str) -> float:
        """Compute what is left of a flow in the year after."""
        product, consumer, seller = flow
        lost = pools.get((product, seller), {}).get(end, 0.0)
        aimed = destinations is None or consumer in destinations
        stopped = seller in sellers and aimed
        uncut = 1.0 - cut["loss"] if stopped else 1.0
        return traded.get(flow, 0.0) * (1.0 - part * (1.0 - uncut * (1.0 - lost)))

    errors: list[tuple[float, float]] = []
    of_sellers: list[tuple[float, float]] = []
    in_range = 0
    for key in consumers:
        names = sorted({flow[2] for flow in (*traded, *truth) if flow[:2] == key})
        ends = {
            end: {seller: left((*key, seller), end) for seller in names}
            for end in ("lost_share", "high", "low")
        }
        sums = {end: sum(amounts.values()) for end, amounts in ends.items()}
        for seller in names:
            share = truth.get((*key, seller), 0.0) / totals_after[key]
            point, least, most = (ends[end][seller] for end in ("lost_share", "high", "low"))
            expected = point / sums["lost_share"] if sums["lost_share"] else 0.0
            low = least / bottom if (bottom := least + sums["low"] - most) else 0.0
            high = most / bottom if (bottom := most + sums["high"] - least) else 0.0
            error = (
                abs(expected - share),
                abs(traded.get((*key, seller), 0.0) / totals[key] - share),
            )
            errors.append(error)
            in_range += low - 1e-9 <= share <= high + 1e-9
            if seller in sellers:
                of_sellers.append(error)
    pairs = [(*key, seller) for key in consumers for seller in sorted(sellers)]
    base = sum(traded.get(pair, 0.0) for pair in pairs)
    sold = sum(left(pair, "lost_share") for pair in pairs), sum(truth.get(p, 0.0) for p in pairs)
    lost = [part * losses[key]["lost_share"] for key in consumers]
    fell = [1.0 - totals_after[key] / totals[key] for key in consumers]
    rank = float(spearmanr(lost, fell).statistic) if len(consumers) > 2 else float("nan")
    by_loss = sorted(consumers, key=lambda key: -part * losses[key]["lost_imports"])
    by_fall = sorted(consumers, key=lambda key: totals_after[key] - totals[key])
    medians = np.median(errors, axis=0).tolist(), np.median(of_sellers, axis=0).tolist()
    key = by_loss[0]
    first = (
        sum(traded.get((*key, seller), 0.0) for seller in sellers) / totals[key],
        sum(left((*key, seller), "lost_share") for seller in sellers)
        / sum(left(flow, "lost_share") for flow in traded if flow[:2] == key),
        sum(truth.get((*key, seller), 0.0) for seller in sellers) / totals_after[key],
    )
    return Backtest(
        name, measure, before, str(after), months, len(consumers), len(errors),
        (medians[0][0], medians[0][1]), (medians[1][0], medians[1][1]), in_range,
        (sold[0] / base - 1, sold[1] / base - 1), rank,
        first, [name_of(graph, key, products) for key in by_loss[:NAMED]],
        [name_of(graph, key, products) for key in by_fall[:NAMED]],
    )  # fmt: skip


def name_of(graph: Session, key: tuple[str, str], products: Sequence[str]) -> str:
    """Name a consumer, with the product where there are several."""
    catalog = graph.catalog
    country = str(catalog.label(key[1]))
    return f"{country} ({catalog.materials.in_text(key[0])})" if len(products) > 1 else country


ERRORS = (
    "scenario", "by", "trade of", "held against", "months stopped", "consumers", "pairs",
    "median error: scenario", "nothing changes", "of the stopped seller's share: scenario",
    "nothing changes", "pairs in range", "sales of the stopped seller: scenario", "trade", "rank",
)  # fmt: skip
SHARES = (
    "scenario", "by", "its share in the imports of", "before", "scenario", "after",
    "loses most in the scenario", "whose imports fell most",
)  # fmt: skip


def rows_of(tests: Sequence[Backtest]) -> tuple[list[str], list[str]]:
    """Write the lines of both tables."""
    first, second = [], []
    for test in tests:
        by = MEASURES[test.measure]
        errors = [f"{100 * error:.2f}" for error in (*test.errors, *test.sellers_errors)]
        changes = [f"{100 * change:+.0f} %" for change in test.exports]
        rank = "–" if np.isnan(test.rank) else f"{test.rank:.2f}"
        cells = (
            f"`{test.name}`", by, test.before, test.after, test.months, test.consumers, test.pairs,
            *errors, f"{test.in_range} of {test.pairs}", *changes, rank,
        )  # fmt: skip
        first.append(f"| {' | '.join(map(str, cells))} |")
        shares = [f"{100 * share:.1f} %" for share in test.first]
        cells = (
            f"`{test.name}`", by, test.expected[0], *shares, ", ".join(test.expected),
            ", ".join(test.seen),
        )  # fmt: skip
        second.append(f"| {' | '.join(cells)} |")
    return first, second


def wins_of(tests: Sequence[Backtest]) -> str:
    """Count where the scenario is nearer, and where its rival."""
    counts = [
        (sum(pair[0] < pair[1] for pair in pairs), sum(pair[1] < pair[0] for pair in pairs))
        for pairs in ([test.errors for test in tests], [test.sellers_errors for test in tests])
    ]
    return (
        f'Of {len(tests)} tests the scenario is nearer in {counts[0][0]} and "nothing changes" in '
        f"{counts[0][1]}; on the share of the stopped seller, in {counts[1][0]} and {counts[1][1]}."
    )


def table(names: Sequence[str], lines: Sequence[str]) -> str:
    """Write a table of some lines."""
    return "\n".join([f"| {' | '.join(names)} |", "|---" * len(names) + "|", *lines])


def page(graph: Session, text: str) -> str:
    """Write the figures into the page."""
    tests = [
        test for name in SCENARIOS for measure in MEASURES
        if (test := backtest(graph, name, measure)) is not None
    ]  # fmt: skip
    errors, shares = rows_of(tests)
    parts = {
        "errors": table(ERRORS, errors), "shares": table(SHARES, shares), "count": wins_of(tests)
    }  # fmt: skip
    for name, part in parts.items():
        start, end = f"<!-- {name}, written by tools/backtests.py -->\n", "\n<!-- end -->"
        place = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
        text, number = place.subn(lambda _, block=f"{start}{part}{end}": block, text)
        assert number == 1, name
    return text


if __name__ == "__main__":
    with graphkit.open() as opened:
        PAGE.write_text(page(opened, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
