"""Losses as bounds over one set of worlds: slack, blocs, unseen ways, and sets of assumptions.

The set is that of docs/methods.md. Small cases by hand, then random worlds of
:mod:`test_unseen_trade` in which what is seen may go in circles: whatever they are asked, the truth
is within its range. ``tests/nightly`` draws two thousand of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import count, islice
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from chance import SEED
from seed_texts import write_seeds
from supply_cases import flows, makes, network
from test_assumptions import lists
from test_stoppages import Sites, sites
from test_supply_truth import (
    COUNTRIES,
    Stop,
    Truth,
    failed_in_truth,
    lost_in_truth,
    passed_in_truth,
    rounded,
    true_shares,
)
from test_truth_of_questions import NAMES, chain_seeds
from test_unseen_trade import FIGURE, SHAPES, UNSEEN, Shape, World, seeds_of, world

import graphkit
from graphkit.analysis.cover import cover
from graphkit.analysis.supply.assumptions import MAKERS, Assumptions, met_ranges
from graphkit.analysis.supply.disruption import cascade, disruption
from graphkit.analysis.supply.look_through import look_through, passed_shares
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production_cut import Part, Parts
from graphkit.analysis.supply.removal import removal_losses
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.plants.stoppages import COMPANY, PLANT, SEAT, Place, Stoppages, ended
from graphkit.seeds.facts import read_seeds

ROUNDING = 1e-9
SALES = flows("AUS 6 CHN", "CHN 10 KOR")
"""Korea buys 10 of China, which buys 6 of Australia."""
OXIDE = flows("CHN 9 KOR oxide", "MMR 1 KOR oxide"), makes("CHN 100%", "CHN 9 oxide", "MMR 1 oxide")
"""China mines all ore, whose trade is not seen, and makes nine tenths of what Korea buys."""
SOLE_MINE = flows("CHN 8 KOR oxide"), makes("MMR 100%", "CHN some oxide")
"""Myanmar mines all ore, whose trade is not seen, and China sells the oxide."""


def ends(table: pa.Table, *names: str) -> list[float]:
    [row] = table.to_pylist()
    return [row[name] for name in names]


def uncovered(made: pa.Table, **how: Any) -> list[float]:
    lost = disruption(network(SALES, made), ["AUS"], consumers=["KOR"], **how)
    return ends(lost, "uncovered", "uncovered_low", "uncovered_high")


def test_slack_is_of_what_is_left_where_most_is_lost():
    """Of 6 in 10 that are lost at most, a fifth of the 4 left is recovered, and not of 6.25."""
    some = makes("AUS some", "CHN some")
    assert uncovered(some, slack=0.2) == pytest.approx([0.25, 0.0, 0.52])
    assert uncovered(makes("AUS 6", "CHN 4"), slack=0.2) == pytest.approx([0.52] * 3)


def test_slack_of_a_part_that_is_cut_is_of_what_never_was_there():
    """Half of 6 in 10 is lost, and the slack is a fifth of the other 4."""
    known = makes("AUS 6", "CHN 4")
    assert uncovered(known, slack=0.2, loss=0.5) == pytest.approx([0.22] * 3)


@pytest.mark.parametrize(("returns", "most"), [(False, 0.1), (True, 1.0)])
def test_ore_of_a_sole_mine_was_abroad_only_if_it_may_return(returns, most):
    net = network(*OXIDE, returns=returns)
    lost = removal_losses(net, {"MMR": ["MMR"]}, consumers=["KOR"], possible=True)
    passed = passed_shares(net, "MMR", ["MMR"], consumers=["KOR"], products=["oxide"])
    assert ends(lost, "low", "high") == pytest.approx([0.1, most])
    assert ends(passed, "low", "high") == pytest.approx([0.1, most])


def test_where_goods_may_return_ranges_of_origins_stay():
    ranges = [
        look_through(network(*OXIDE, returns=returns), consumers=["KOR"]).to_pylist()
        for returns in (False, True)
    ]
    assert ranges[0] == ranges[1]
    assert {row["low"] for row in ranges[0] if row["origin"] == "CHN"} == {0.9}


@pytest.mark.parametrize(("returns", "most"), [(False, 0.6), (True, 1.0)])
def test_goods_cross_a_border_once_unless_they_may_return(returns, most):
    lost = disruption(network(*SOLE_MINE, returns=returns), ["MMR"], loss=0.6, consumers=["KOR"])
    assert ends(lost, "lost_share", "low", "high") == pytest.approx([0.0, 0.0, most])


@pytest.mark.parametrize(("buyers", "most"), [(None, 1 - 0.4**2), (["CHN"], 0.6)])
def test_goods_may_leave_each_of_several_that_cut(buyers, most):
    """Ore may go from Myanmar to Vietnam, from there to Laos, and then to China."""
    made = makes("MMR 100%", "CHN some oxide", "LAO some oxide", "VNM some oxide")
    net = network(flows("CHN 8 KOR oxide", "LAO 1 VNM oxide"), made)
    lost = disruption(net, ["MMR", "LAO"], loss=0.6, consumers=["KOR"], destinations=buyers)
    assert ends(lost, "high") == pytest.approx([most])


def test_who_sells_nothing_that_is_seen_may_sell_what_is_not():
    lost = disruption(network(*SOLE_MINE), ["MMR"], consumers=["KOR"])
    assert ends(lost, "lost_share", "low", "high") == pytest.approx([0.0, 0.0, 1.0])
    with pytest.raises(GraphkitError, match="no exports of oxide from MMR"):
        disruption(network(*SOLE_MINE), ["MMR"], products=["oxide"])
    with pytest.raises(GraphkitError, match="no exports of any product from MMR"):
        cascade(network(*SOLE_MINE), ["MMR"], tolerance=0.3, spread=0.5)


HOW: dict[str, Any] = {"scope": "Dy", "period": "2020", "by": "tonnes"}
TWO_STAGES = Shape({"ore": (), "oxide": ("ore",)})


def graph_text(made: tuple[str, ...], sold: tuple[str, ...]) -> dict[str, str]:
    """Write seeds: ``"CHN ore 10"`` is made, ``"CHN KOR oxide 9"`` is sold."""
    rows = []
    for text in made:
        country, product, tonnes = text.split()
        rows.append(f"  - {{country: {country}, product: p-{product}, period: 2020, "
                    f"tonnes: {tonnes}}}")  # fmt: skip
    trade = []
    for text in sold:
        seller, buyer, product, tonnes = text.split()
        trade.append(f"  - {{exporter: {seller}, importer: {buyer}, product: p-{product}, "
                     f"period: 2020, tonnes: {tonnes}, usd: 1}}")  # fmt: skip
    return chain_seeds(TWO_STAGES, trade, rows)


def test_the_assumption_of_a_range_of_losses_is_named_and_dropped_by_an_option(graph_of):
    made = "CHN ore 10", "WLD ore 10", "CHN oxide 9", "JPN oxide 1"
    session = graph_of(graph_text(made, ("CHN KOR oxide 9", "JPN KOR oxide 1")))
    for returns, most in ((False, 0.1), (True, 1.0)):
        how = {**HOW, "returns": returns}
        lost = session.spof("KOR", definition="structural", blocs=["JPN"], possible=True, **how)
        passed = session.origins("KOR", on="JPN", **how)
        cut = session.disrupt("JPN", of="KOR", **how)
        for answer in (lost, passed, cut):
            row = answer.rows.to_pylist()[0]
            assert (row["low"], row["high"]) == (pytest.approx(0.1), pytest.approx(most))
            assert answer.scope.as_object()["ranges_assume"] == ([] if returns else ["no return"])
            assert any("no return" in str(note) for note in answer.notes) != returns
    with pytest.raises(UsageError, match="returns"):
        session.spof("KOR", returns=True, **HOW)
    with pytest.raises(UsageError, match="returns"):
        session.origins("KOR", returns=True, **HOW)


def test_a_stop_of_who_sells_nothing_seen_has_a_range_and_no_figure(graph_of):
    made = "JPN ore 10", "WLD ore 10"
    session = graph_of(graph_text(made, ("CHN KOR oxide 8",)))
    [row] = session.disrupt("JPN", of="KOR", **HOW).rows.to_pylist()
    assert (row["lost_share"], row["low"], row["high"]) == (0.0, 0.0, pytest.approx(1.0))


def test_slack_by_month_is_of_what_is_left_at_each_end(graph_of):
    session = graph_of(graph_text((), ("NOR CHN ore 6", "CHN KOR ore 10")))
    answer = session.stocks("NOR", of="KOR", slack=0.2, months=1, stock_days=0.0, **HOW)
    [row] = answer.rows.to_pylist()
    plain = session.disrupt("NOR", of="KOR", slack=0.2, **HOW).rows.to_pylist()[0]
    assert row["uncovered_high"] == pytest.approx(plain["uncovered_high"])
    assert plain["uncovered_high"] == pytest.approx(plain["high"] - 0.2 * (1 - plain["high"]))
    assert plain["recovered"] > plain["high"] - plain["uncovered_high"]


@pytest.mark.long
def test_no_set_of_assumptions_leaves_a_range_wider_than_a_part_of_it():
    def ranges(graph: Session, *assume: str) -> dict[str, tuple[float, float]]:
        how: dict[str, Any] = {"scope": "magnets-metal", "period": "2024", "on": "CHN"}
        rows = graph.origins("KOR", assume=list(assume), **how).rows.to_pylist()
        return {row["traced_to"]: (row["assumed_low"], row["assumed_high"]) for row in rows}

    with graphkit.open() as graph:
        makers, inputs = ranges(graph, "makers"), ranges(graph, "inputs")
        both = ranges(graph, "makers", "inputs")
    for part in (makers, inputs):
        for stage, (low, high) in both.items():
            if part[stage][0] is not None:
                assert part[stage][0] <= low <= high <= part[stage][1], stage
    assert both["mine"][0] > 0.4


Key = tuple[str, ...]
Ends = Mapping[Key, tuple[float, float]]


class Check(NamedTuple):
    """A true share, and the range that it is in."""

    what: str
    key: tuple[str, ...]
    low: float
    truth: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low - ROUNDING <= self.truth <= self.high + ROUNDING


LOSS, CUT = ("removed", "consumer", "product"), ("consumer", "product")
ORIGIN = ("consumer", "product", "stage", "origin")


def by_key(table: pa.Table, keys: tuple[str, ...]) -> Ends:
    return {
        tuple(row[key] for key in keys): (row["low"], row["high"])
        for row in table.to_pylist()
        if row["low"] is not None
    }


class Worlds:
    """One random world, what is shown of it, and everything that is asked of it."""

    def __init__(self, seed: int, *, returns: bool = False) -> None:
        self.rng = rng = np.random.default_rng(SEED + 40_000 + seed)
        self.seed, self.returns = seed, returns
        self.shape = SHAPES[str(rng.choice(list(SHAPES)))]
        unseen = str(rng.choice(UNSEEN))
        circles = [product for product in self.shape.inputs if rng.random() < 0.4]
        dark = () if returns else world(seed, self.shape, unseen).unseen
        circles = [product for product in circles if product not in dark]
        one = world(seed, self.shape, unseen, circles)
        # Who makes less than the rounding of a table, and is left out of it, counts as no maker.
        told = np.where(rounded(one.truth), FIGURE, one.shown)
        self.world: World = replace(one, shown=tuple(told.tolist()))
        self.slack = float(rng.choice([0.0, 0.2, 0.6]))

    @property
    def is_whole(self) -> bool:
        """Return True if every product is sold."""
        return {*self.world.truth.sold["product"].to_pylist()} == {*self.shape.inputs}

    def networks(self) -> Iterator[tuple[str, list[SupplyNetwork]]]:
        """Yield networks whose ranges are met: without assumptions, then under some."""
        truth = self.world.truth
        free = self.shown(None)
        yield "free", [free]
        makers = self.shown(Assumptions(lists(truth, self.seed)))
        if self.rng.random() < 0.5 or not self.feeds_itself(free):
            yield "makers", [free, makers]
            return
        inputs = self.shown(Assumptions(MAKERS.empty_table(), inputs=True))
        yield "inputs", [free, inputs]
        both = self.shown(Assumptions(lists(truth, self.seed), inputs=True))
        yield "both", [free, makers, inputs, both]

    def shown(self, assumed: Assumptions | None) -> SupplyNetwork:
        return self.world.assuming(assumed, returns=self.returns)

    def feeds_itself(self, net: SupplyNetwork) -> bool:
        """Return True if all output was made out of pools that are in the data, and of no host."""
        if self.shape.by_products:
            return False
        truth = self.world.truth
        seen = {tuple(net.nodes.label(node).split()) for node in range(net.size)}
        makers = {(r["country"], r["product"]) for r in truth.made.to_pylist() if r["tonnes"]}
        used = {
            (country, source)
            for product, inputs in truth.used.items()
            for source, amounts in inputs.items()
            for country, amount in zip(COUNTRIES, amounts, strict=True)
            if amount and (country, product) in makers
        }
        return makers | used <= seen

    def checks(self) -> Iterator[Check]:
        """Yield every check of every question."""
        truth, rng = self.world.truth, self.rng
        stops = {
            f"{country} {product}": {(country, product): Part(*sorted(rng.random(2)))}
            for country in "AB" for product in list(self.shape.inputs)[:2]
        }  # fmt: skip
        stopped = {
            name: Stop(parts={place: rng.uniform(*part) for place, part in parts.items()})
            for name, parts in stops.items()
        }
        cuts = [
            Stop(
                sellers=sellers, loss=float(rng.choice([1.0, rng.uniform(0.1, 0.9)])),
                buyers=("C",) if rng.random() < 0.3 else COUNTRIES,
            )
            for sellers in (("A",), ("B",), ("A", "B"))
        ]  # fmt: skip
        for name, nets in self.networks():
            present = set(nets[0].countries)
            groups = {key: [key] for key in sorted(present)}
            if {"A", "B"} <= present:
                groups["A+B"] = ["A", "B"]
            yield from self.of_origins(name, nets)
            yield from self.of_stages(name, nets, groups)
            table = met([removal_losses(net, groups, possible=True) for net in nets], LOSS)
            removed = {key: Stop(removed=tuple(members)) for key, members in groups.items()}
            yield from self.within(f"{name} loss", table, losses_in(truth, removed))
            table = met([removal_losses(net, stops=stops, possible=True) for net in nets], LOSS)
            yield from self.within(f"{name} stop", table, losses_in(truth, stopped))
            for cut in cuts:
                if {*cut.sellers} <= present and (cut.buyers == COUNTRIES or "C" in present):
                    yield from self.of_a_cut(name, nets, cut)
                    yield from self.of_a_cascade(name, nets, cut)
            for level in (PLANT, COMPANY, SEAT):
                yield from self.of_owners(name, nets, level)

    def of_origins(self, name: str, nets: list[SupplyNetwork]) -> Iterator[Check]:
        others = sorted(set().union(*(net.countries for net in nets[1:])) - {*nets[0].countries})
        true = {
            key: share
            for key, share in true_shares(self.world.truth).items()
            if key[2] in nets[0].stages and key[3] in nets[0].countries
        }
        found = met([look_through(net) for net in nets], ORIGIN, others)
        yield from self.within(f"{name} origin", found, true)

    def of_stages(
        self, name: str, nets: list[SupplyNetwork], groups: Mapping[str, list[str]]
    ) -> Iterator[Check]:
        for key in sorted({"A", "A+B"} & {*groups}):
            members = groups[key]
            if all({*members} <= {*net.countries} for net in nets):
                found = met([passed_shares(net, key, members) for net in nets], CUT)
                true = passed_in_truth(self.world.truth, *members)
                outside = {pair: share for pair, share in true.items() if pair[0] not in members}
                yield from self.within(f"{name} any stage", found, outside)

    @cached_property
    def sites(self) -> Sites:
        """Plants of three places that make something, in part of owners at home and abroad."""
        random = Random(SEED + 50_000 + self.seed)
        rows = [row for row in self.world.truth.made.to_pylist() if row["tonnes"]]
        places = random.sample(rows, min(3, len(rows)))
        outputs = {(row["country"], row["product"]): row["tonnes"] for row in places}
        return sites(random, outputs, COUNTRIES[:3])

    def of_owners(self, name: str, nets: list[SupplyNetwork], level: str) -> Iterator[Check]:
        """Check the end of each plant, company or seat, and a part cut of one with slack."""
        random = Random(f"{SEED + self.seed} {name} {level}")
        view = random.choice(["control", "equity"])
        every = ended(self.sites.plants, self.sites.markets, level, view)
        if not every.stoppages:
            return
        true = self.stopped_parts(every, level, view)
        seats = [*nets[0].countries] if level == SEAT else []
        stops = {
            key: {place: part for place, part in stop.parts.items()
                  if key not in seats or place[0] != key}
            for key, stop in every.stoppages.items()
        }  # fmt: skip
        stopped = {
            key: Stop(removed=(key,) if key in seats else (),
                      parts={place: true[key][place] for place in stops.get(key, ())})
            for key in {*stops, *seats}
        }  # fmt: skip
        alone = {key: [key] for key in seats}
        table = met([removal_losses(net, alone, stops=stops, possible=True) for net in nets], LOSS)
        yield from self.within(
            f"{name} stop of {level} by {view}", table, losses_in(self.world.truth, stopped)
        )
        key, stop = random.choice(sorted(every.stoppages.items(), key=lambda item: item[0]))
        cut = Stop(
            sellers=("A",) if "A" in nets[0].countries and random.random() < 0.3 else (),
            loss=random.choice([1.0, 0.4]),
            parts={place: true[key][place] for place in stop.parts},
        )
        yield from self.of_a_cut(name, nets, cut, stop.parts)

    def stopped_parts(
        self, every: Stoppages, level: str, view: str
    ) -> dict[str, dict[Place, float]]:
        """Parts of output that stop in truth: of listed plants at least, of all plants at most.

        The published output of a company is of all, also of those whose capacity is not published.
        """
        least = self.sites.parts(self.sites.shown, level, view)
        most = self.sites.parts(self.sites.place_of, level, view)
        for key, stop in every.stoppages.items():
            for place, part in stop.parts.items():
                least[key][place] = min(max(least[key][place], part.low), most[key][place])
        return least

    def of_a_cascade(self, name: str, nets: list[SupplyNetwork], cut: Stop) -> Iterator[Check]:
        """Check who fails in turn: the losses, and that all surely do who are said to."""
        how = {"tolerance": float(self.rng.uniform(0.05, 0.5)), "spread": float(self.rng.random())}
        shares, failed = failed_in_truth(self.world.truth, cut, **how)
        buyers = None if cut.buyers == COUNTRIES else cut.buyers
        what = f"{name} cascade of {cut.loss:g} by {'+'.join(cut.sellers)} {how}"
        for net in nets:
            try:
                table = cascade(net, cut.sellers, loss=cut.loss, destinations=buyers, **how)
            except GraphkitError:  # they sell nothing that is seen
                continue
            rows = {(row["country"], row["product"]): row for row in table.to_pylist()}
            nodes = {tuple(net.nodes.label(node).split()) for node in range(net.size)}
            for pool, share in shares.items():
                if pool[0] in cut.sellers or pool not in nodes or pool[1] in self.world.unseen:
                    continue
                if row := rows.get(pool):
                    yield Check(what, pool, row["low"], share, row["high"])
                verdict = row["verdict"] if row else None
                sure, possible = verdict == "certain", verdict is not None
                yield Check(f"{what} fails", pool, sure, pool in failed, possible)

    def of_a_cut(
        self, name: str, nets: list[SupplyNetwork], cut: Stop, stops: Parts | None = None
    ) -> Iterator[Check]:
        """Check a loss, what of it no slack covers, and what is uncovered in months with stocks."""
        buyers = None if cut.buyers == COUNTRIES else cut.buyers
        try:
            tables = [
                disruption(net, cut.sellers, loss=cut.loss, slack=self.slack, destinations=buyers,
                           stops=stops)
                for net in nets
            ]  # fmt: skip
        except GraphkitError:  # they sell nothing
            return
        what = f"{name} cut of {cut.loss:g} by {'+'.join(cut.sellers)} and {stops}"
        parts = {place: cut.loss * part for place, part in cut.parts.items()}
        true_lost = lost_in_truth(self.world.truth, replace(cut, parts=parts))
        lost = met(tables, CUT)
        yield from self.within(what, lost, true_lost)
        whole = lost_in_truth(self.world.truth, replace(cut, loss=1.0))
        true_open = {
            key: max(0.0, loss - self.slack * (1 - whole[key])) for key, loss in true_lost.items()
        }
        names = {"uncovered_low": "low", "uncovered_high": "high"}
        left = [
            table.select([*CUT, *names]).rename_columns([*CUT, *names.values()]) for table in tables
        ]
        uncovered = met(left, CUT)
        yield from self.within(f"{what}, slack {self.slack:g}", uncovered, true_open)
        days = float(self.rng.uniform(0, 200))
        sides = [
            in_months({key: ends[end] for key, ends in lost.items()},
                      {key: ends[end] for key, ends in uncovered.items()}, days)
            for end in (0, 1)
        ]  # fmt: skip
        found = {key: (sides[0][key], sides[1][key]) for key in lost}
        yield from self.within(f"{what} in months", found, in_months(true_lost, true_open, days))

    def within(self, what: str, found: Ends, true: Mapping[Key, float]) -> Iterator[Check]:
        place = 2 if what.split()[1] in ("loss", "stop") else 1
        for key, share in true.items():
            if key[place] not in self.world.unseen:
                low, high = found.get(key, (0.0, 0.0))
                yield Check(what, key, low, share, high)


def losses_in(truth: Truth, stops: Mapping[str, Stop]) -> dict[Key, float]:
    """Losses of all consumers by the name of a stop, without those that stop themselves."""
    return {
        (name, *key): loss
        for name, stop in stops.items()
        for key, loss in lost_in_truth(truth, stop).items()
        if key[0] not in stop.removed
    }


def in_months(
    lost: Mapping[Key, float],
    uncovered: Mapping[Key, float],
    days: float,
    substitution: float = 0.05,
) -> dict[Key, float]:
    """Share of a year's need that nothing covers, with a stock, substitutes and a restart."""
    gap = np.asarray([uncovered[key] for key in lost])
    loss = np.maximum(np.asarray(list(lost.values())), gap)
    year = cover(loss, loss - gap, [days] * len(lost), restart=9, substitution=substitution)
    return dict(zip(lost, year.uncovered_in_all.tolist(), strict=True))


def met(tables: list[pa.Table], keys: tuple[str, ...], others: list[str] = []) -> Ends:  # noqa: B006
    """Meet the ranges of the first table with those of the others."""
    rows = tables[0].select([*keys, "low", "high"])
    rows = rows.filter(rows["low"].is_valid())
    for table in tables[1:]:
        meeting = met_ranges(rows, table, keys, others=others)
        rows = meeting.select([*keys, "assumed_low", "assumed_high"])
        rows = rows.rename_columns([*keys, "low", "high"])
    return by_key(rows, keys)


WORLDS = int(os.environ.get("RANDOM_WORLDS", "60"))
SHORT = 4


def drawn(first: int, count: int) -> list[Any]:
    return [
        pytest.param(seed, marks=[pytest.mark.long] if seed >= first + SHORT else [])
        for seed in range(first, first + count)
    ]


@pytest.mark.parametrize("seed", drawn(0, WORLDS))
def test_whatever_is_asked_the_truth_is_within_its_range(seed):
    one = Worlds(seed)
    if not one.is_whole:
        pytest.skip("a product is sold by nobody")
    outside = [check for check in one.checks() if not check.holds]
    assert not outside, outside[:3]


@pytest.mark.parametrize("seed", drawn(10_000, WORLDS // 3))
def test_where_unseen_goods_go_in_circles_the_truth_is_within_the_wider_range(seed):
    one = Worlds(seed, returns=True)
    if not one.is_whole:
        pytest.skip("a product is sold by nobody")
    outside = [check for check in one.checks() if not check.holds]
    assert not outside, outside[:3]


PACKED = 100
"""Worlds in one graph: loads take longer than questions."""


def packed(worlds: Mapping[str, Worlds]) -> dict[str, str | None]:
    """Write worlds as seeds of one graph, each about a mineral and products of its own."""
    minerals = [f"  - {{key: {key}, name: Mineral {key}}}" for key in worlds]
    files: dict[str, str | None] = {
        "minerals.yaml": "\n".join(
            ["kind: Element", "defaults: {type: mineral, source: customs}", "rows:", *minerals]
        )
    }
    for key, one in worlds.items():
        for name, text in seeds_of(one.world, key, key).items():
            shared = name in ("countries.yaml", "areas.yaml", "stages.yaml")
            files[name if shared else f"{key}-{name}"] = text
    return files


@pytest.mark.long
def test_questions_of_worlds_in_seeds_hold_the_truth(store, tmp_path):
    """Ask one question about a seller of each world, in turn."""
    drawn = ((f"w{seed}", Worlds(seed)) for seed in count(20_000))
    worlds = dict(islice(((key, one) for key, one in drawn if one.is_whole), PACKED))
    store.load(build_graph(read_seeds(write_seeds(tmp_path, packed(worlds)))))
    session = Session(store)
    for number, (key, one) in enumerate(worlds.items()):
        inquiry = Inquiry(session, key, one)
        questions = inquiry.without, inquiry.any_stage, inquiry.cut, inquiry.months
        checks = [*questions[number % len(questions)]()]
        outside = [check for check in checks if not check.holds]
        assert not outside, outside[:3]
        assert checks, key


class Inquiry:
    """Questions about the first seller of a world that is seen, and what it cuts."""

    def __init__(self, session: Session, mineral: str, one: Worlds) -> None:
        self.session, self.mineral, self.world = session, mineral, one.world
        rows = one.world.truth.sold.to_pylist()
        seen = [row for row in rows if row["product"] not in one.world.unseen]
        self.seller = min(row["supplier"] for row in seen)
        self.buyers = sorted({row["consumer"] for row in seen} - {self.seller})
        self.who, self.buyer = NAMES[self.seller], NAMES[self.buyers[0]]
        self.how: dict[str, Any] = {**HOW, "scope": mineral}
        self.part: dict[str, Any] = {"loss": 0.6, "slack": 0.3, "min_loss": 0.0, **self.how}

    @cached_property
    def lost(self) -> dict[Key, float]:
        """Losses by the part that is cut."""
        return lost_in_truth(self.world.truth, Stop(sellers=(self.seller,), loss=0.6))

    @cached_property
    def uncovered(self) -> dict[Key, float]:
        """The part of them that no slack covers."""
        whole = lost_in_truth(self.world.truth, Stop(sellers=(self.seller,)))
        return {key: max(0.0, loss - 0.3 * (1 - whole[key])) for key, loss in self.lost.items()}

    @cached_property
    def passed(self) -> dict[Key, float]:
        """Shares of imports that were at the seller at any stage."""
        return passed_in_truth(self.world.truth, self.seller)

    def without(self) -> Iterator[Check]:
        answer = self.session.spof(definition="structural", threshold=0.0, possible=True,
                                   blocs=[self.who], each=True, **self.how)  # fmt: skip
        yield from self.of(answer.rows, self.passed, self.buyers)

    def any_stage(self) -> Iterator[Check]:
        rows = self.session.origins(self.buyer, on=self.who, **self.how).rows
        rows = rows.filter(pc.equal(rows["traced_to"], "any stage"))
        yield from self.of(rows, self.passed, self.buyers[:1])

    def cut(self) -> Iterator[Check]:
        rows = self.session.disrupt(self.who, **self.part).rows
        yield from self.of(rows, self.lost, self.buyers)
        yield from self.of(rows, self.uncovered, self.buyers, "uncovered_low", "uncovered_high")

    def months(self) -> Iterator[Check]:
        rows = self.session.stocks(self.who, of=self.buyer, months=12, stock_days=50.0, restart=9,
                                   **self.part).rows  # fmt: skip
        true = in_months(self.lost, self.uncovered, 50.0, substitution=0.0)
        yield from self.of(rows.filter(pc.equal(rows["month"], 1)), true, self.buyers[:1])

    def of(
        self, table: pa.Table, true: Mapping[Key, float], consumers: list[str],
        low: str = "low", high: str = "high",
    ) -> Iterator[Check]:  # fmt: skip
        """Yield the checks of the rows of an answer."""
        ends = {
            (row["consumer"], row["product"]): (row[low], row[high]) for row in table.to_pylist()
        }
        for (consumer, product), share in true.items():
            if consumer in consumers and product not in self.world.unseen:
                key = NAMES[consumer], f"{self.mineral}-{product}"
                least, most = ends.get(key, (0.0, 0.0))
                yield Check(low, key, least, share, most)
