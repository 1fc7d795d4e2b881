"""Ranges in random worlds whose trade is partly unseen, and whose tables are partly empty.

A chain of :mod:`test_supply_truth` is shown without the trade of some products. Its tables of
production name some makers with a figure and some without, and leave out others; they have a world
total, a row of other countries, or neither. The last tests write such worlds as seeds, and ask
both databases.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from chance import SEED
from supply_cases import MADE
from test_supply_truth import (
    BY_PRODUCT,
    CHAIN,
    CHAINS,
    COUNTRIES,
    FORK,
    MIXED,
    ONE_HOST,
    SHORT,
    Shape,
    Truth,
    chain,
    network,
    true_shares,
)
from test_truth_of_questions import NAMES, chain_seeds

from graphkit.analysis.supply.assumptions import Assumptions
from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.ranges import loss_ranges, origin_ranges
from graphkit.analysis.supply.removal import removal_losses
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.api import Session
from graphkit.errors import GraphkitError

SHAPES = {"chain": CHAIN, "fork": FORK, "by-product": BY_PRODUCT, "one-host": ONE_HOST,
          "mixed": MIXED}  # fmt: skip
UNSEEN = ("nothing", "ore", "oxide", "several")
HIDDEN, WITHHELD, FIGURE = range(3)
TABLES = ("total", "others", "neither")
ROUNDING = 1e-9


@dataclass(frozen=True)
class World:
    """A chain whose truth is known, and the part of it that sources show."""

    truth: Truth
    unseen: tuple[str, ...]
    """Products of which no trade is shown."""
    tables: dict[str, str]
    """The row of the world that the table of each product has: one of ``TABLES``."""
    shown: tuple[int, ...]
    """``HIDDEN``, ``WITHHELD`` or ``FIGURE`` for each row of the true production."""

    @property
    def made(self) -> pa.Table:
        """The tables of production."""
        rows = []
        for row, shown in zip(self.truth.made.to_pylist(), self.shown, strict=True):
            share = row["share"] if self.tables[row["product"]] == "total" else None
            if shown == FIGURE:
                rows.append({**row, "share": share})
            elif shown == WITHHELD and row["tonnes"]:
                rows.append({**row, "tonnes": None, "share": None, "makes": True})
        return pa.Table.from_pylist(rows, MADE)

    @property
    def others(self) -> dict[str, float]:
        """The rows of other countries."""
        left = {product: 0.0 for product, table in self.tables.items() if table == "others"}
        for row, shown in zip(self.truth.made.to_pylist(), self.shown, strict=True):
            if row["product"] in left and shown == HIDDEN:
                left[row["product"]] += row["tonnes"]
        return left

    @property
    def network(self) -> SupplyNetwork:
        """The supply network of what is shown."""
        return self.assuming(None)

    def assuming(self, assumed: Assumptions | None, *, returns: bool = False) -> SupplyNetwork:
        """Build the network of what is shown, under assumptions."""
        sold = self.truth.sold
        seen = sold.filter(pc.invert(pc.is_in(sold["product"], pa.array(self.unseen, pa.string()))))
        shown = replace(self.truth, sold=seen)
        return network(shown, self.made, self.others, assumed, returns=returns)


def world(seed: int, shape: Shape, unseen: str, circles: Collection[str] = ()) -> World:
    """Draw a world; its last product is always seen in trade."""
    truth, rng = chain(seed, shape, circles), np.random.default_rng(SEED + 10_000 + seed)
    chances = {"nothing": (), "several": list(shape.inputs)[:-1]}.get(unseen, (unseen,))
    dark = tuple(p for p in chances if unseen != "several" or rng.random() < 0.5)
    tables = {product: str(rng.choice(TABLES)) for product in shape.inputs}
    shown = rng.choice(3, len(truth.made), p=[0.5, 0.15, 0.35])
    empty = [product for product in shape.inputs if rng.random() < 0.25]
    shown[np.isin(truth.made["product"].to_pylist(), empty)] = HIDDEN
    return World(truth, dark, tables, tuple(shown.tolist()))


def revealed(one: World, seed: int) -> World:
    """Publish some of the figures that a world hides or withholds."""
    rng = np.random.default_rng(SEED + 20_000 + seed)
    more = [FIGURE if rng.random() < 0.5 else shown for shown in one.shown]
    return replace(one, shown=tuple(more))


def drawn() -> list[Any]:
    """Return shapes, kinds of unseen trade and numbers of the worlds that sell every product."""
    return [
        pytest.param(SHAPES[name], unseen, seed, id=f"{name}-{unseen}-{seed}",
                     marks=[pytest.mark.long] if seed >= SHORT // 8 else [])
        for name in SHAPES
        for unseen in UNSEEN
        for seed in range(CHAINS // 2)
        if set(chain(seed, SHAPES[name]).sold["product"].to_pylist()) == set(SHAPES[name].inputs)
    ]  # fmt: skip


WORLDS = drawn()
every_world = pytest.mark.parametrize(("shape", "unseen", "seed"), WORLDS)


def ranges(rows: pa.Table, *names: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """Collect the ranges of rows by some of their columns."""
    return {
        tuple(row[name] for name in names): (row["low"], row["high"])
        for row in rows.to_pylist()
        if row["low"] is not None
    }


def assert_within(
    found: dict[tuple[str, ...], tuple[float, float]], key: tuple[str, ...], truth: float
) -> None:
    low, high = found.get(key, (0.0, 0.0))
    assert low - ROUNDING <= truth <= high + ROUNDING, (key, low, truth, high)


@every_world
def test_the_ranges_of_origins_hold_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    net = one.network
    found = ranges(look_through(net), "consumer", "product", "stage", "origin")
    for key, share in true_shares(one.truth).items():
        _, product, stage, origin = key
        if product not in one.unseen and stage in net.stages and origin in net.countries:
            assert_within(found, key, share)


@every_world
def test_the_ranges_of_losses_hold_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    net = one.network
    found = ranges(removal_losses(net, possible=True), "removed", "consumer", "product")
    for row in removal_losses(network(one.truth, one.truth.made)).to_pylist():
        if row["product"] not in one.unseen and row["removed"] in net.countries:
            assert_within(found, (row["removed"], row["consumer"], row["product"]), row["loss"])


@pytest.mark.parametrize("loss", [1.0, 0.3])
@every_world
def test_the_ranges_of_a_cut_hold_the_truth(shape, unseen, seed, loss):
    one = world(seed, shape, unseen)
    whole = network(one.truth, one.truth.made)
    for seller in COUNTRIES[:2]:
        try:
            found = disruption(one.network, [seller], loss=loss)
        except GraphkitError:  # it sells nothing, seen or unseen
            continue
        found = ranges(found, "consumer", "product")
        try:
            lost = disruption(whole, [seller], loss=loss).to_pylist()
        except GraphkitError:  # in truth it sells nothing
            assert all(low <= ROUNDING for low, _ in found.values())
            continue
        for row in lost:
            if row["product"] not in one.unseen:
                assert_within(found, (row["consumer"], row["product"]), row["lost_share"])


@every_world
def test_a_part_that_is_cut_loses_no_more_than_the_borders_it_crossed(shape, unseen, seed):
    """Each product passes the border once in what is seen, which goes one way, and once unseen."""
    net = world(seed, shape, unseen).network
    try:
        rows = disruption(net, ["A"], loss=0.05).to_pylist()
    except GraphkitError:
        return
    for row in rows:
        behind = net.inputs.behind[net.products.index(row["product"])]
        absent = net.inputs.absent.outputs[:, net.products.index(row["product"])]
        crossed = 2 * int(behind.sum() + absent.sum())
        assert row["high"] <= 1 - 0.95**crossed + ROUNDING, row


def bounds(net: SupplyNetwork) -> dict[tuple[str, ...], tuple[float, float]]:
    """Bound the origins of imports, and the losses without each country."""
    found = {}
    for stage in dict.fromkeys(net.stages):
        ends = [net.trade.imported @ side.sales for side in origin_ranges(net, stage)]
        start = dict(zip(net.stages, net.nodes.orders, strict=True))[stage]
        for node in np.flatnonzero((net.trade.imports > 0) & (net.nodes.order >= start)).tolist():
            for place, origin in enumerate(net.countries):
                low, high = (float(side[node, place]) for side in ends)
                step = "mined by" if start == 1 else stage
                found[net.nodes.label(node), step, origin] = low, high
    removed = [net.nodes.of_countries([country]) for country in net.countries]
    ends = [net.trade.imported @ side for side in loss_ranges(net, removed)]
    for node in np.flatnonzero(net.trade.imports > 0).tolist():
        for place, removed in enumerate(net.countries):
            if net.nodes.country[node] != place:
                low, high = (float(side[node, place]) for side in ends)
                found[net.nodes.label(node), "lost without", removed] = low, high
    return found


@every_world
def test_publishing_figures_widens_no_range(shape, unseen, seed):
    one = world(seed, shape, unseen)
    before, after = bounds(one.network), bounds(revealed(one, seed).network)
    for key in before.keys() & after.keys():
        assert before[key][0] - ROUNDING <= after[key][0], key
        assert after[key][1] <= before[key][1] + ROUNDING, key


@every_world
def test_a_whole_cut_loses_at_most_what_removing_the_seller_does(shape, unseen, seed):
    """Both follow the same goods, so that they have one upper end."""
    net = world(seed, shape, unseen).network
    lost = ranges(removal_losses(net, {"A": ["A"]}, possible=True), "consumer", "product") \
        if "A" in net.countries else {}  # fmt: skip
    try:
        cut = ranges(disruption(net, ["A"]), "consumer", "product")
    except GraphkitError:
        return
    for key, (_, high) in lost.items():
        assert cut.get(key, (0.0, 0.0))[1] == pytest.approx(high, abs=ROUNDING), key


def seeds_of(one: World, element: str = "Dy", mark: str = "p") -> dict[str, str]:
    """Write a world as seeds, of an element and with products whose keys begin with the mark."""
    trade = [
        f"  - {{exporter: {NAMES[row['supplier']]}, importer: {NAMES[row['consumer']]}, "
        f"product: {mark}-{row['product']}, period: 2020, tonnes: {row['tonnes']!r}, usd: 1}}"
        for row in one.truth.sold.to_pylist()
        if row["product"] not in one.unseen
    ]
    made = [
        f"  - {{country: {NAMES[row['country']]}, product: {mark}-{row['product']}, period: 2020, "
        + ("qualifier: withheld}" if row["makes"] else f"tonnes: {row['tonnes']!r}}}")
        for row in one.made.to_pylist()
    ]
    totals: dict[tuple[str, str], float] = {}
    for row in one.truth.made.to_pylist():
        if one.tables[row["product"]] == "total":
            key = "WLD", row["product"]
            totals[key] = totals.get(key, 0.0) + row["tonnes"]
    totals |= {("XOC", product): amount for product, amount in one.others.items()}
    made += [
        f"  - {{country: {area}, product: {mark}-{product}, period: 2020, tonnes: {amount!r}}}"
        for (area, product), amount in totals.items()
    ]
    return chain_seeds(one.truth.shape, trade, made, element, mark)


def asked(session: Session, country: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """Ask where a country's imports come from, and what it loses without each other country."""
    how = {"scope": "Dy", "period": "2020", "by": "tonnes"}
    traced = session.origins(country, min_share=0.0, **how).rows
    lost = session.spof(country, definition="structural", threshold=0.0, possible=True, **how).rows
    return ranges(traced, "product", "traced_to", "origin") | ranges(lost, "product", "removed")


ASKED = [
    pytest.param(shape, unseen, seed, id=f"{name}-{unseen}-{seed}",
                 marks=[pytest.mark.long] if (name, unseen, seed) != ("chain", "ore", 0) else [])
    for number, (name, shape) in enumerate(SHAPES.items())
    for place, unseen in enumerate(UNSEEN)
    for seed in range(number + 5 * place, CHAINS, 24)
    if set(chain(seed, shape).sold["product"].to_pylist()) == set(shape.inputs)
]  # fmt: skip
"""Each shape with each unseen trade, and of many worlds each of other numbers."""


@pytest.mark.parametrize(("shape", "unseen", "seed"), ASKED)
def test_questions_hold_the_truth_and_publishing_narrows_them(graph_of, shape, unseen, seed):
    one = world(seed, shape, unseen)
    true, whole = true_shares(one.truth), network(one.truth, one.truth.made)
    losses = removal_losses(whole).to_pylist()
    before: dict[tuple[str, ...], tuple[float, float]] = {}
    for shown in (one, revealed(one, seed)):
        session = graph_of(seeds_of(shown))
        found: dict[tuple[str, ...], tuple[float, float]] = {}
        for consumer in COUNTRIES:
            try:
                answers = asked(session, NAMES[consumer])
            except GraphkitError:  # it buys nothing that is seen
                continue
            found |= {(consumer, *key): ends for key, ends in answers.items()}
            stages = {key[1] for key in answers if len(key) == 3}
            for (buyer, product, stage, origin), share in true.items():
                if buyer == consumer and product not in one.unseen and stage in stages:
                    holds(answers, (f"p-{product}", stage, NAMES[origin]), share)
            for row in losses:
                if row["consumer"] == consumer and row["product"] not in one.unseen:
                    holds(answers, (f"p-{row['product']}", NAMES[row["removed"]]), row["loss"])
        for key, (low, high) in before.items():
            ends = found.get(key, (0.0, 0.0))
            assert low - ROUNDING <= ends[0], key
            assert ends[1] <= high + ROUNDING, key
        before = found


def holds(
    answers: dict[tuple[str, ...], tuple[float, float]], key: tuple[str, ...], truth: float
) -> None:
    """Check a truth against its row, or against the one of any other country."""
    if key not in answers:
        key = (*key[:-1], ANY_OTHER)
    assert_within(answers, key, truth)


AUSTRALIA = {
    "trade.yaml": """\
kind: EXPORTS
defaults: {period: 2020, reporter: importer, dataset: test, source: customs, product: p-ore,
           usd: 1, basis: gross}
rows:
  - {exporter: NOR, importer: KOR, tonnes: 4}
  - {exporter: CHN, importer: KOR, tonnes: 6}
""",
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        ((), (0.4, 0.4)),
        (("CHN, tonnes: 6",), (0.4, 0.4)),
        (("CHN, tonnes: 6", "NOR, tonnes: 4"), (0.4, 0.4)),
        (("CHN, tonnes: 6", "WLD, tonnes: 10"), (0.0, 0.4)),  # a table of the world without it
    ],
)
def test_a_figure_of_one_country_puts_no_other_in_doubt(graph_of, rows, ends):
    """Norway sells 4 of the 10 that Korea buys, and buys nothing."""
    made = [f"  - {{country: {row}, product: p-ore, period: 2020}}" for row in rows]
    shape = Shape({"ore": (), "oxide": ("ore",)})
    session = graph_of(chain_seeds(shape, ["x"], made) | AUSTRALIA)
    found = session.origins("KOR", scope="p-ore", period="2020", by="tonnes").rows
    assert ranges(found, "origin")[("NOR",)] == pytest.approx(ends)
