"""Unpublished figures: what each would tell, by hand, on grids of values, and in words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import test_supply_truth as truth
from saying import Naming
from supply_cases import MADE, flows, makes, network, random_tables

from graphkit.analysis.ownership import Ownership, Stake, divided
from graphkit.analysis.supply.ranges import origin_ranges
from graphkit.analysis.supply.unknowns import (
    ABOVE,
    BELOW,
    INPUTS,
    OPEN,
    PRODUCTION,
    Figure,
    OpenShare,
    told,
    turns,
    verdict,
)
from graphkit.answers.answer import Answer
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.questions.act.unknowns import open_part

NEAR = 1e-6
GRID = np.linspace(0, 1, 13)
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, truth.CHAINS))]


def share_of(net, consumer: str, product: str, stage: str, origin: str) -> OpenShare:
    nodes = net.select([consumer], [product], "imports")
    return OpenShare(net, nodes, stage, net.countries.index(origin))


def figure_of(share: OpenShare, label: str, kind: str = PRODUCTION) -> Figure:
    [figure] = [f for f in share.figures
                if f.kind == kind and share.network.nodes.label(f.node) == label]  # fmt: skip
    return figure


def open_shares(seed: int):
    """Ranges of a random network, of which half of the production is unknown."""
    sold, made = random_tables(seed, 5, ("ore", "metal"), links=8, makers=3)
    rng = np.random.default_rng(seed)
    net = network(sold, made.filter(pa.array(rng.random(len(made)) < 0.5)))
    nodes = net.select(None, ["metal"], "imports")
    for stage in dict.fromkeys(net.stages):
        share = OpenShare(net, nodes[:1], stage, int(rng.integers(len(net.countries))))
        if share.ends[1] - share.ends[0] > 0.01:
            yield share


# --- by hand


def test_one_figure_closes_a_range_of_one_unknown():
    """C has 4 of A and 6 of B, which bought 5 of A and made 1 or more: A has 40 to 90 %."""
    net = network(flows("A 4 C", "B 6 C", "A 5 B"), makes("A 9", "B some"))
    share = share_of(net, "C", "ore", "mine", "A")
    [figure] = share.figures
    assert share.ends == pytest.approx((0.4, 0.9))
    assert (figure.least, figure.most) == (1, np.inf)
    assert told(share, figure).guaranteed == pytest.approx(0.5)
    assert share.known(figure, 5.0) == pytest.approx((0.7, 0.7))
    above, below = turns(share, figure, 0.7)
    assert (above.verdict, below.verdict) == (ABOVE, BELOW)
    assert above.most == pytest.approx(5, rel=0.01)
    assert below.least == pytest.approx(5, rel=0.01)


def test_of_two_unknowns_each_closes_its_part():
    """B passes on 5 of A in 6, D 1 in 2; C has 6 of B, 2 of D and 2 of A."""
    net = network(flows("A 2 C", "B 6 C", "D 2 C", "A 5 B", "A 1 D"),
                  makes("A 9", "B some", "D some"))  # fmt: skip
    share = share_of(net, "C", "ore", "mine", "A")
    assert share.ends == pytest.approx((0.2, 0.2 + 0.5 + 0.1))
    by_b, by_d = (told(share, figure_of(share, f"{c} ore")) for c in "BD")
    assert by_b.guaranteed == pytest.approx(0.5)
    assert by_d.guaranteed == pytest.approx(0.1)


def test_the_origin_of_inputs_tells_what_production_does_not():
    """B makes metal of what no table shows: its origin is open, however much it makes."""
    net = network(flows("B 6 C metal"), makes("A 9", "B some metal"))
    share = share_of(net, "C", "metal", "mine", "A")
    assert share.ends == pytest.approx((0, 1))
    assert told(share, figure_of(share, "B metal", INPUTS)).guaranteed == pytest.approx(1)
    assert not [figure for figure in share.figures if figure.kind == PRODUCTION]


def test_a_plant_without_an_owner_opens_its_capacity_for_every_seat():
    stakes = {"one": [Stake("a", 0.6)], "two": [Stake("b", 1.0)]}
    seats = {"a": "CHN", "b": "CHN", "c": "CHE"}
    capacities = [("one", 10.0), ("two", 10.0), ("three", 20.0)]
    owners = Ownership(stakes, seats)
    before = divided(owners, capacities, by_seat=True, control=False)
    for plant, tonnes in capacities:
        for owner in ("a", "c"):
            rest = Stake(owner, 1 - sum(s.share or 0 for s in stakes.get(plant, ())))
            known = Ownership({**stakes, plant: [*stakes.get(plant, ()), rest]}, seats)
            after = divided(known, capacities, by_seat=True, control=False)
            narrower = before.rest - after.rest
            assert narrower == pytest.approx(tonnes * open_part(owners, plant))


# --- on random networks


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_a_figure_is_the_range_narrows_by_what_is_guaranteed(seed):
    for share in open_shares(seed):
        low, high = share.ends
        for figure in share.figures:
            result = told(share, figure)
            for place in GRID:
                ends = share.at(figure, place)
                assert low - NEAR <= ends[0] <= ends[1] + NEAR <= high + 2 * NEAR
                assert ends[1] - ends[0] <= result.left + NEAR
            assert result.guaranteed <= high - low + NEAR


@pytest.mark.parametrize("seed", SEEDS)
def test_a_verdict_that_is_safe_from_one_figure_turns_on_none(seed):
    for share in open_shares(seed):
        low, high = share.ends
        middle = (low + high) / 2
        for threshold in (0.9 * low, low + 0.05 * (high - low), middle, min(1.0, high)):
            now = verdict(share.ends, threshold)
            for figure in share.figures:
                settled = turns(share, figure, threshold)
                assert now == OPEN or not settled
                for place in GRID:
                    then = verdict(share.at(figure, place), threshold)
                    if not settled:
                        assert then == now
                    elif then != OPEN:
                        value = figure.at(place)
                        slack = 0.01 * (value + figure.unit)
                        alike = [turn for turn in settled if turn.verdict == then]
                        assert any(
                            turn.least - slack <= value <= turn.most + slack for turn in alike
                        )


@pytest.mark.parametrize("seed", SEEDS)
def test_values_that_settle_a_verdict_do_so(seed):
    for share in open_shares(seed):
        for figure in share.figures:
            for turn in turns(share, figure, sum(share.ends) / 2):
                for value in (turn.least, turn.most):
                    ends = share.known(figure, max(value, figure.at(0.0)))
                    assert verdict(ends, sum(share.ends) / 2) == turn.verdict


@pytest.mark.parametrize("seed", SEEDS[:40])
def test_publishing_the_truth_leaves_no_more_than_was_guaranteed(seed):
    """The network is built anew with one more published figure, of a world that is known."""
    world = truth.chain(seed)
    made = truth.hidden(world, seed, 0.5)
    net = truth.network(world, made)
    figures = {(row["country"], row["product"]): row for row in world.made.to_pylist()}
    for importer in np.flatnonzero(net.trade.imports > 0)[-1:]:
        for stage in dict.fromkeys(net.stages):
            share = OpenShare(net, np.array([importer]), stage, 0)
            for figure in share.figures if np.ptp(share.ends) > 0.02 else ():
                row = figures.get(tuple(net.nodes.label(figure.node).split()))
                if figure.kind != PRODUCTION or not row or not row["tonnes"]:
                    continue
                assert figure.least - NEAR <= row["tonnes"] <= figure.most + NEAR
                known = pa.concat_tables([made, pa.Table.from_pylist([row], MADE)])
                after = truth.network(world, known)
                labels = {after.nodes.label(node): node for node in range(after.size)}
                node = np.array([labels[net.nodes.label(int(importer))]])
                ends = OpenShare(after, node, stage, after.countries.index(share.name)).ends
                assert np.ptp(ends) <= told(share, figure).left + NEAR


@pytest.mark.parametrize("seed", range(3))
def test_some_columns_of_ranges_are_those_of_all(seed):
    sold, made = random_tables(seed)
    net = network(sold, made.slice(0, 6))
    for stage in dict.fromkeys(net.stages):
        for every, some in zip(
            origin_ranges(net, stage), origin_ranges(net, stage, origins=[4, 1]), strict=True
        ):
            assert np.allclose(every.sales[:, [4, 1]], some.sales, atol=1e-9)
            assert np.allclose(every.pool[:, [4, 1]], some.pool, atol=1e-9)


# --- in words


@pytest.fixture(scope="module")
def magnets(ask: Session) -> Answer:
    return ask.unknowns("KOR", scope="magnets-metal", on="CHN", threshold=0.9, period="2024")


def test_rows_are_ranked_by_what_is_guaranteed(magnets: Answer):
    rows = magnets.rows.to_pylist()
    assert rows[0]["figure"] == INPUTS
    assert (rows[0]["place"], rows[0]["good"]) == ("CHN", "magnets-metal")
    for stage in dict.fromkeys(row["traced_to"] for row in rows):
        points = [row["reduction"] for row in rows if row["traced_to"] == stage]
        assert all(first >= next_ - 1e-9 for first, next_ in pairwise(points))
    assert all(row["where"] for row in rows)


@pytest.mark.long
def test_a_verdict_is_safe_or_names_the_figure_and_how_far_off_it_would_be(
    ask: Session, magnets: Answer
):
    safe = ask.unknowns("KOR", scope="ree-compounds", on="CHN", threshold=0.01, period="2024")
    assert any("refined material: China has" in note and "safe from any one" in note
               for note in words_of_notes(safe.notes))  # fmt: skip
    [row] = [r for r in magnets.rows.to_pylist()
             if r["settled"] and r["traced_to"] == "component"]  # fmt: skip
    assert row["figure"] == PRODUCTION
    assert row["off_by"] > 1
    assert row["settled"].startswith("at most from")


@pytest.mark.long
def test_without_a_country_it_is_of_all_trade(ask: Session):
    answer = ask.unknowns(scope="ree-compounds", period="2024")
    assert set(answer.rows["consumer"].to_pylist()) == {None}
    assert answer.rows["reduction"].to_pylist()[0] > 0


def test_a_scope_and_one_country_are_wanted(ask: Session):
    with pytest.raises(UsageError, match="`scope`: found none"):
        ask.unknowns("KOR")
    with pytest.raises(UsageError, match="wanted one country"):
        ask.unknowns("KOR", scope="magnets-metal", on="EU27")
    with pytest.raises(UsageError, match="`threshold`: found 2"):
        ask.unknowns("KOR", scope="magnets-metal", threshold=2.0)


def test_the_headline_names_the_figure(magnets: Answer):
    assert magnets.headline == Naming(
        "China’s inputs for metal magnets … South Korea’s metal magnets … 83 points"
    )


def test_a_range_that_the_threshold_lies_in_leads(ask: Session):
    """At 90 % the range of metal magnets is open, and those of the other goods may not be."""
    answer = ask.unknowns("KOR", scope="rare earths", threshold=0.9, period="2024")
    rows = [row for row in answer.rows.to_pylist() if row["range_of"] == "origin of imports"]
    verdicts = [row["verdict"] for row in rows]

    assert "cannot be told" in verdicts
    assert verdicts == sorted(verdicts, key=lambda verdict: verdict != "cannot be told")
