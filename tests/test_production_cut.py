"""Production that stops in part: against losses passed on for ever, removals and hidden truths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supply_cases import Node, flows, inflows, makes, network, random_tables, settled
from test_supply_truth import SEEDS, chain, hidden, without_trade
from test_supply_truth import network as network_of

from graphkit.analysis.supply import removal
from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production_cut import Part, Parts
from graphkit.analysis.supply.removal import removal_losses


def slow_loss(net: SupplyNetwork, removed: set[str], parts: Parts) -> dict[Node, float]:
    """Share of each pool that passes the removed or what stops, letting losses go on for ever."""
    shares = inflows(net)
    names = [tuple(net.nodes.label(node).split()) for node in range(net.size)]
    own = dict(zip(names, net.pools.own.tolist(), strict=True))

    def step(node: Node, lost: dict[Node, float]) -> float:
        if node[0] in removed:
            return 1.0
        stopped = parts[node].low if node in parts else 0.0
        passed = sum(share * lost[other] * (1 - stopped * (other[1] != node[1]))
                     for other, share in shares[node].items())  # fmt: skip
        return own[node] * stopped + passed

    return settled(shares, step)


def parts_by_chance(net: SupplyNetwork, seed: int) -> dict[tuple[str, str], Part]:
    rng = np.random.default_rng(seed)
    nodes = rng.choice(net.size, 4, replace=False)
    return {tuple(net.nodes.label(n).split()): Part(*sorted(rng.random(2))) for n in nodes}


def shares(table: Any, name: str, *keys: str) -> dict[tuple[str, ...], float]:
    return {tuple(row[key] for key in keys): row[name] for row in table.to_pylist()}


@pytest.mark.parametrize("dense", [3_000, 1])
@pytest.mark.parametrize("seed", range(6))
def test_what_stops_is_lost_as_if_losses_were_passed_on_for_ever(seed, dense, monkeypatch):
    """Alone and with a country that delivers nothing; also block by block, as large networks."""
    monkeypatch.setattr(removal, "DENSE", dense)
    net = network(*random_tables(seed))
    stops = {"some": parts_by_chance(net, seed), "with A": parts_by_chance(net, seed + 1)}
    lost = removal_losses(net, {"with A": ["A"]}, stops=stops, base="supply")

    for name, gone in (("some", set()), ("with A", {"A"})):
        known = {key[1:]: loss for key, loss in shares(lost, "loss", "removed", "consumer",
                 "product").items() if key[0] == name}  # fmt: skip
        for node, loss in slow_loss(net, gone, stops[name]).items():
            if node[0] not in gone:
                assert known.get(node, 0.0) == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_a_disruption_passes_on_what_stops_too(seed):
    net = network(*random_tables(seed))
    parts = parts_by_chance(net, seed)
    lost = disruption(net, [], stops=parts, base="supply")
    known = shares(lost, "lost_share", "consumer", "product")

    for node, loss in slow_loss(net, set(), parts).items():
        assert known.get(node, 0.0) == pytest.approx(loss, abs=1e-9)


def test_a_country_s_only_plant_is_the_country():
    """B mines, buys no ore and uses none: its mine's end is its removal, and a stop of exports."""
    net = network(flows("B 3 C", "A 5 C", "C 2 D", "B 1 D"), makes("A 5", "B 4"))
    end = {("B", "ore"): Part(1.0, 1.0)}
    columns = ("consumer", "product")

    without = removal_losses(net, stops={"mine": end})
    stopped = disruption(net, [], stops=end)
    for name in ("loss", "low", "high"):
        assert shares(without, name, *columns) == pytest.approx(
            shares(removal_losses(net, {"B": ["B"]}), name, *columns)
        )
    for name in ("direct", "indirect", "lost_share", "low", "high", "lost_imports"):
        assert shares(stopped, name, *columns) == pytest.approx(
            shares(disruption(net, ["B"]), name, *columns)
        )
    part = disruption(net, [], stops={("B", "ore"): Part(0.25, 0.25)})
    assert shares(part, "lost_share", *columns) == pytest.approx(
        shares(disruption(net, ["B"], loss=0.25), "lost_share", *columns)
    )


def test_a_mine_s_end_reaches_what_is_made_of_its_ore_at_home():
    """A stop of exports would not: A sells oxide, which it makes of its own ore alone."""
    net = network(flows("A 2 C oxide"), makes("A 8 ore", "A 2 oxide"))
    parts = {("A", "ore"): Part(0.5, 0.5)}

    [row] = disruption(net, [], stops=parts).to_pylist()
    assert (row["consumer"], row["product"]) == ("C", "oxide")
    assert (row["direct"], row["indirect"]) == pytest.approx((0, 0.5))


def test_exports_and_production_stop_together():
    net = network(flows("A 4 C", "B 4 C"), makes("A 4", "B 4"))
    [row] = disruption(net, ["A"], stops={("B", "ore"): Part(0.5, 1.0)}).to_pylist()

    assert (row["lost_share"], row["low"], row["high"]) == pytest.approx((0.75, 0.75, 1.0))


def test_the_range_is_from_the_known_part_to_the_most():
    net = network(flows("A 4 C", "B 4 C"), makes("A 4", "B 4"))
    [row] = removal_losses(
        net, stops={"p": {("A", "ore"): Part(0.0, 0.5)}}, possible=True
    ).to_pylist()

    assert (row["loss"], row["low"], row["high"]) == pytest.approx((0, 0, 0.25))


def test_a_plant_of_goods_without_trade_may_be_behind_what_is_made_of_them():
    net = network(flows("B 4 C metal"), makes("B 4 metal", "A 9 ore"))
    lost = removal_losses(net, stops={"p": {("A", "ore"): Part(0.5, 0.5)}}, possible=True)

    [row] = lost.to_pylist()
    assert (row["loss"], row["low"]) == (0.0, 0.0)
    assert row["high"] == pytest.approx(0.5)


def test_a_state_without_goods_of_its_own_may_have_passed_on_what_is_unseen():
    """Vietnam makes nothing of the chain; Myanmar's ore may have gone through it to China."""
    made = makes("MMR 50%", "CHN some oxide", "VNM 0 magnet")
    net = network(flows("CHN 8 KOR oxide"), made)
    how = {"groups": {"VNM": ["VNM"]}, "consumers": ["KOR"], "possible": True}
    [alone], [abroad] = (
        removal_losses(net, **how, stops=stops).to_pylist()
        for stops in (None, {"VNM": {("MMR", "ore"): Part(0.0, 0.5)}})
    )
    assert alone["high"] == abroad["high"] == 1.0


def true_parts(truth: Any, seed: int) -> tuple[dict[Node, float], dict[Node, Part]]:
    """Draw which part of what some make stops in truth, and the range that is known of it."""
    rng = np.random.default_rng(seed)
    makers = [(r["country"], r["product"]) for r in truth.made.to_pylist() if r["tonnes"]]
    true, known = {}, {}
    for place in rng.choice(len(makers), min(4, len(makers)), replace=False):
        part = float(rng.random())
        true[makers[place]] = part
        known[makers[place]] = Part(part * float(rng.random()), part + (1 - part) * rng.random())
    return true, known


@pytest.mark.parametrize("part", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("unseen", ["", "ore", "oxide"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_range_holds_the_loss_in_truth_whatever_is_hidden(seed, unseen, part):
    truth = chain(seed)
    true, known = true_parts(truth, seed)
    exact = {key: Part(value, value) for key, value in true.items()}
    seen = network_of(without_trade(truth, unseen), hidden(truth, seed, part))
    keys = ("consumer", "product")
    lost = removal_losses(network_of(truth, truth.made), stops={"p": exact})
    some = removal_losses(seen, stops={"p": known}, possible=True)
    spread = disruption(seen, [], stops=known)
    ranges = [
        tuple(shares(table, name, *keys) for name in ("low", "high")) for table in (some, spread)
    ]

    for row in lost.to_pylist():
        if row["product"] == unseen:
            continue
        for low, high in ranges:
            key = row["consumer"], row["product"]
            assert low.get(key, 0.0) - 1e-9 <= row["loss"] <= high.get(key, 0.0) + 1e-9, row
