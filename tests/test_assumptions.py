"""Ranges under named assumptions, in random worlds in which these hold, and in others.

The worlds are those of :mod:`test_unseen_trade`: their truth is known, and sources show a part.
A list of makers has the true makers, with shares that moved by up to ten points since.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product as combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from supply_cases import network, random_tables
from test_supply_truth import CHAINS, SHORT, Truth, chain, passed_in_truth, true_shares
from test_supply_truth import network as of_chain
from test_unseen_trade import SHAPES, UNSEEN, World, world

from graphkit.analysis.supply.assumptions import (
    MAKERS,
    POINTS,
    Assumptions,
    Listed,
    contradicting_sellers,
    met_ranges,
)
from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.look_through import look_through, passed_shares
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import Nodes
from graphkit.analysis.supply.ranges import origin_ranges
from graphkit.analysis.supply.removal import removal_losses
from graphkit.errors import GraphkitError

ROUNDING = 1e-9
ORIGIN = ("consumer", "product", "stage", "origin")
LOSS = ("removed", "consumer", "product")


def lists(truth: Truth, seed: int, *, without: tuple[str, str] | None = None) -> pa.Table:
    """List the true makers of most products; of some, only the names count."""
    rng = np.random.default_rng(30_000 + seed)
    rows = []
    for product in truth.shape.inputs:
        if rng.random() < 0.2:
            continue
        counts = rng.random() < 0.8
        for row in truth.made.to_pylist():
            pair = row["country"], row["product"]
            if row["product"] == product and row["tonnes"] and pair != without:
                moved = row["share"] + rng.uniform(-POINTS, POINTS)
                share = float(np.clip(moved, 0.0, 1.0)) if counts else None
                rows.append({"country": row["country"], "product": product, "share": share})
    return normalised(pa.Table.from_pylist(rows, MAKERS), truth)


def normalised(makers: pa.Table, truth: Truth) -> pa.Table:
    """Keep the shares of a product within its whole, and within the points of the truth."""
    rows = makers.to_pylist()
    for product in truth.shape.inputs:
        own = [row for row in rows if row["product"] == product and row["share"] is not None]
        if sum(row["share"] for row in own) > 1:
            true = {row["country"]: row["share"] for row in truth.made.to_pylist()
                    if row["product"] == product}  # fmt: skip
            for row in own:
                row["share"] = true[row["country"]]
    return pa.Table.from_pylist(rows, MAKERS)


def drawn(number: int, names: Iterable[str], unseen: tuple[str, ...]) -> list[Any]:
    """Return shapes, kinds of unseen trade and numbers of worlds that sell every product."""
    kinds = [(name, kind) for name in names for kind in unseen]
    worlds = []
    for seed in range(number):
        name, kind = kinds[seed % len(kinds)]
        shape = SHAPES[name]
        if set(chain(seed, shape).sold["product"].to_pylist()) == set(shape.inputs):
            marks = [pytest.mark.long] if len(worlds) >= SHORT else []
            worlds.append(pytest.param(shape, kind, seed, id=f"{name}-{kind}-{seed}", marks=marks))
    return worlds


WORLD = ("shape", "unseen", "seed")
every_world = pytest.mark.parametrize(WORLD, drawn(2 * CHAINS, SHAPES, UNSEEN))
seen_worlds = pytest.mark.parametrize(WORLD, drawn(2 * CHAINS, ("chain", "fork"), UNSEEN[:1]))


def met_origins(free: SupplyNetwork, assumed: SupplyNetwork) -> pa.Table:
    others = sorted({*assumed.countries} - {*free.countries})
    return met_ranges(look_through(free), look_through(assumed), ORIGIN, others=others)


def assert_holds(one: World, free: SupplyNetwork, rows: pa.Table) -> None:
    """Every true share of an origin is within its range under the assumption."""
    found = {tuple(row[n] for n in ORIGIN): (row["assumed_low"], row["assumed_high"])
             for row in rows.to_pylist()}  # fmt: skip
    for key, share in true_shares(one.truth).items():
        _, product, stage, origin = key
        if product not in one.unseen and stage in free.stages and origin in free.countries:
            low, high = found.get(key, (0.0, 0.0))
            assert low - ROUNDING <= share <= high + ROUNDING, (key, low, share, high)


def assert_narrower(rows: pa.Table) -> None:
    for row in rows.to_pylist():
        if row["low"] is not None:
            assert row["low"] <= row["assumed_low"] <= row["assumed_high"] <= row["high"], row


@every_world
def test_where_the_makers_are_those_listed_the_range_holds_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    makers = lists(one.truth, seed)
    free, assumed = one.network, one.assuming(Assumptions(makers))
    rows = met_origins(free, assumed)
    assert_holds(one, free, rows)
    assert_narrower(rows)
    assert not any(rows["contradicted"].to_pylist())
    assert not len(contradicting_sellers(assumed, makers))


def pools_are_seen(one: World, net: SupplyNetwork) -> bool:
    """Return True if each maker has a pool in the data, so that it draws on no unseen one."""
    seen = {tuple(net.nodes.label(node).split()) for node in range(net.size)}
    rows = one.truth.made.to_pylist()
    return all((row["country"], row["product"]) in seen for row in rows if row["tonnes"])


@seen_worlds
def test_where_a_country_feeds_its_output_itself_the_range_holds_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    for makers in (lists(one.truth, seed), MAKERS.empty_table()):
        assumed = one.assuming(Assumptions(makers, inputs=True))
        rows = met_origins(one.network, assumed)
        assert_narrower(rows)
        if pools_are_seen(one, assumed):
            assert_holds(one, one.network, rows)


@seen_worlds
@pytest.mark.parametrize("inputs", [False, True])
def test_under_an_assumption_the_range_at_any_stage_holds_the_truth(shape, unseen, seed, inputs):
    one = world(seed, shape, unseen)
    free, assumed = one.network, one.assuming(Assumptions(lists(one.truth, seed), inputs))
    if inputs and not pools_are_seen(one, assumed):
        return
    for country in {"A", "B"} & {*free.countries}:
        passed = [passed_shares(net, country, [country]) for net in (free, assumed)]
        rows = met_ranges(*passed, ("consumer", "product"))
        assert_narrower(rows)
        found = {(row["consumer"], row["product"]): row for row in rows.to_pylist()}
        for key, share in passed_in_truth(one.truth, country).items():
            low, high = (found[key][f"assumed_{end}"] for end in ("low", "high")) \
                if key in found else (0.0, 0.0)  # fmt: skip
            assert low - ROUNDING <= share <= high + ROUNDING, key


@every_world
def test_where_the_makers_are_those_listed_the_ranges_of_losses_hold_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    free, assumed = one.network, one.assuming(Assumptions(lists(one.truth, seed)))
    rows = met_ranges(
        removal_losses(free, possible=True), removal_losses(assumed, possible=True), LOSS
    )
    assert_narrower(rows)
    found = {tuple(row[n] for n in LOSS): row for row in rows.to_pylist()}
    for row in removal_losses(of_chain(one.truth, one.truth.made)).to_pylist():
        if row["product"] not in one.unseen and row["removed"] in free.countries:
            key = tuple(row[n] for n in LOSS)
            low, high = (found[key][f"assumed_{end}"] for end in ("low", "high")) \
                if key in found else (0.0, 0.0)  # fmt: skip
            assert low - ROUNDING <= row["loss"] <= high + ROUNDING, key


@every_world
def test_where_the_makers_are_those_listed_the_range_of_a_cut_holds_the_truth(shape, unseen, seed):
    one = world(seed, shape, unseen)
    free, assumed = one.network, one.assuming(Assumptions(lists(one.truth, seed)))
    names = ("consumer", "product")
    try:
        cut = [disruption(net, ["A"], loss=0.3) for net in (free, assumed)]
    except GraphkitError:  # it sells nothing that is seen
        return
    rows = met_ranges(*cut, names)
    found = {tuple(row[n] for n in names): row for row in rows.to_pylist()}
    try:
        lost = disruption(of_chain(one.truth, one.truth.made), ["A"], loss=0.3).to_pylist()
    except GraphkitError:  # in truth it sells nothing
        assert all(row["assumed_low"] <= ROUNDING for row in found.values())
        return
    for row in lost:
        if row["product"] not in one.unseen:
            key = row["consumer"], row["product"]
            low, high = (found[key][f"assumed_{end}"] for end in ("low", "high")) \
                if key in found else (0.0, 0.0)  # fmt: skip
            assert low - ROUNDING <= row["lost_share"] <= high + ROUNDING, key


def left_out(one: World, seed: int) -> tuple[str, str] | None:
    """Choose a maker of a listed product that sells more than it buys, in what is seen."""
    listed = set(lists(one.truth, seed)["product"].to_pylist()) - {*one.unseen}
    balance: dict[tuple[str, str], float] = {}
    for row in one.truth.sold.to_pylist():
        for country, sign in ((row["supplier"], 1), (row["consumer"], -1)):
            pair = country, row["product"]
            balance[pair] = balance.get(pair, 0.0) + sign * row["tonnes"]
    named = {(row["country"], row["product"]) for row in one.made.to_pylist()}
    pairs = [pair for pair, net in sorted(balance.items())
             if net > 1e-6 and pair[1] in listed and pair not in named]  # fmt: skip
    return pairs[seed % len(pairs)] if pairs else None


@every_world
def test_a_seller_that_is_on_no_list_is_named_and_no_range_is_wrong(shape, unseen, seed):
    one = world(seed, shape, unseen)
    missing = left_out(one, seed)
    if missing is None:
        pytest.skip("every net seller is named by a figure")
    makers = lists(one.truth, seed, without=missing)
    if missing[1] not in makers["product"].to_pylist():
        pytest.skip("it is the only maker")
    assumed = one.assuming(Assumptions(makers))
    found = contradicting_sellers(assumed, makers).to_pylist()
    assert [(row["country"], row["product"]) for row in found] == [missing]
    assert found[0]["share"] > 0
    assert_holds(one, one.network, met_origins(one.network, assumed))


@pytest.mark.parametrize("seed", range(5))
def test_the_least_world_total_is_that_of_a_linear_programme(seed):
    """Minimise W: each makes at least what it sells net, within its shares, and all no more."""
    from scipy.optimize import linprog

    rng, n = np.random.default_rng(seed), 6
    share = rng.dirichlet(np.ones(n))
    low, high = np.maximum(share - POINTS, 0.0), np.minimum(share + POINTS, 1.0)
    net = np.where(rng.random(n) < 0.6, rng.lognormal(2, 1, n), 0.0)
    rows = np.vstack([
        np.column_stack([low, -np.eye(n)]), np.column_stack([-high, np.eye(n)]),
        [-1.0, *np.ones(n)],
    ])  # fmt: skip
    bounds = [(0, None), *((least, None) for least in net)]
    best = linprog([1.0, *np.zeros(n)], A_ub=rows, b_ub=np.zeros(2 * n + 1), bounds=bounds)
    nodes = Nodes(tuple("ABCDEF"), ("ore",), ("mine",), (1,), np.arange(n), np.zeros(n, np.int64))
    every = np.ones(n, bool)
    found = Listed(nodes, every[:1], every, every, low, high).least_output(net)
    assert found == pytest.approx(low * best.x[0], rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_at_one_stage_the_range_is_that_of_all_ends_of_production(seed):
    """Every maker makes its least or ever so much; each choice is solved by itself."""
    sold, _ = random_tables(seed, countries=6, products=["ore"], links=12)
    trade = network(sold).trade
    sellers = np.flatnonzero(trade.exports > trade.imports)
    share = np.random.default_rng(seed).dirichlet(np.ones(len(sellers)))
    makers = pa.table(
        {"country": np.asarray(trade.nodes.countries)[sellers], "product": ["ore"] * len(sellers),
         "share": share, "source": ["x"] * len(sellers), "years": ["2020"] * len(sellers),
         "moved": pa.nulls(len(sellers), pa.bool_())},
        MAKERS,
    )  # fmt: skip
    net = network(sold, assumed=Assumptions(makers))
    flow = np.zeros((net.size, net.size))
    flow[net.trade.target, net.trade.source] = net.trade.amount
    least = net.production.least
    ends = [(least[i], 1e12) if i in sellers else (0.0,) for i in range(net.size)]
    low, high = np.ones((net.size, net.size)), np.zeros((net.size, net.size))
    for amounts in combinations(*ends):
        pool = np.asarray(amounts) + net.trade.imports
        pool[pool == 0] = 1.0
        links = np.eye(net.size) - flow / pool[:, None]
        sales = np.linalg.solve(links, np.diag(amounts / pool))
        low, high = np.minimum(low, sales), np.maximum(high, sales)
    found = [side.sales[:, :-1] for side in origin_ranges(net, "mine")]
    sells = net.trade.exports > 0
    assert found[0][sells] == pytest.approx(low[sells], abs=1e-6)
    assert found[1][sells] == pytest.approx(high[sells], abs=1e-6)
    assert (low[sells] < high[sells]).any()
