"""Reasons for ends of ranges: by hand, loaded as published figures in random worlds, in answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import test_supply_truth as truth
from saying import unsaid
from supply_cases import FLOW, MADE, flows, makes, network
from test_unknowns import share_of
from test_worlds import Worlds

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.reasons import REACHED, SALES, TOLD, Reason, reason
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.analysis.supply.unknowns import INPUTS, PRODUCTION, TRADE, OpenShare
from graphkit.api import Session
from graphkit.errors import UsageError
from graphkit.pages.plain import PlainPage
from graphkit.render.answer import View, lay_out
from graphkit.render.screen import lay_out_screen

SEEDS = [pytest.param(seed, marks=[pytest.mark.long] if seed >= 4 else []) for seed in range(40)]


def reasons(share: OpenShare) -> list[Reason]:
    return [reason(share, is_high=side) for side in (False, True)]


def labels(share: OpenShare, why: Reason) -> list[tuple[str, str]]:
    return [(figure.kind, share.network.nodes.label(figure.node)) for figure, _ in why.figures]


def test_a_country_that_makes_all_it_sells_or_nothing_makes_the_ends():
    """C has 4 of A and 6 of B, which bought 5 of A and made 1 or more: 1 is the estimate too."""
    net = network(flows("A 4 C", "B 6 C", "A 5 B"), makes("A 9", "B some"))
    share = share_of(net, "C", "ore", "mine", "A")
    low, high = reasons(share)
    assert (low.share, high.share) == (pytest.approx(0.4), pytest.approx(0.9))
    assert low.is_reached
    assert high.is_reached
    assert labels(share, low) == [(PRODUCTION, "B ore")]
    assert low.figures[0][1] > 1e6
    assert high.figures == ()
    assert share.traced == pytest.approx(high.share)


def test_inputs_of_unknown_origin_make_both_ends():
    net = network(flows("B 6 C metal"), makes("A 9", "B some metal"))
    share = share_of(net, "C", "metal", "mine", "A")
    for why, value in zip(reasons(share), (0.0, 1.0), strict=True):
        assert why.is_reached
        assert labels(share, why) == [(INPUTS, "B metal")]
        assert why.figures[0][1] == why.share == value


def test_what_goes_through_two_countries_in_turn_is_short_of_the_worst_of_both():
    """A's 6 t of ore may be 6 in 10 of B's pool or of D's, which have 4 of their own; not both."""
    made = makes("A 6", "B 4", "D 4", "B some oxide", "D some oxide")
    net = network(flows("B 5 C oxide", "D 5 C oxide"), made)
    share = share_of(net, "C", "oxide", "mine", "A")
    why = reason(share, is_high=True)
    assert why.end == pytest.approx(0.6)
    assert not why.is_reached
    assert why.share == pytest.approx((6 / 10 + 6 / 14) / 2)
    assert {kind for kind, _ in labels(share, why)} == {TRADE}


def test_who_is_no_known_maker_may_sell_goods_of_anybody():
    net = network(flows("B 4 C", "A 6 C"), makes("A 9"))
    share = share_of(net, "C", "ore", "mine", "A")
    why = reason(share, is_high=True)
    assert (why.share, why.is_reached) == (pytest.approx(1.0), True)
    assert labels(share, why) == [(SALES, "B ore")]


def open_shares(seed: int) -> Iterator[tuple[Worlds, OpenShare]]:
    """Yield ranges of a random world of which a part is unseen."""
    one = Worlds(seed)
    net = one.shown(None)
    for node in np.flatnonzero(net.trade.imports > 0)[-1:].tolist():
        behind = np.flatnonzero(net.inputs.behind[net.nodes.product[node]])
        for stage in dict.fromkeys(net.stages[place] for place in behind):
            for origin in range(min(2, len(net.countries))):
                share = OpenShare(net, np.array([node]), stage, origin)
                if np.ptp(share.ends) > TOLD:
                    yield one, share


def published(one: Worlds, net: SupplyNetwork, why: Reason) -> SupplyNetwork:
    """Build the network of a world anew, with the production of a reason among its figures."""
    made = {(row["country"], row["product"]): row for row in one.world.made.to_pylist()}
    for figure, value in why.figures:
        country, product = net.nodes.label(figure.node).split()
        made[country, product] = {"country": country, "product": product, "tonnes": value}
    unseen = one.world.unseen
    sold = [row for row in one.world.truth.sold.to_pylist() if row["product"] not in unseen]
    shown = replace(one.world.truth, sold=pa.Table.from_pylist(sold, FLOW))
    return truth.network(shown, pa.Table.from_pylist([*made.values()], MADE), one.world.others)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reason_published_as_figures_gives_its_share_as_traced(seed):
    """No reason goes beyond its range; of production alone, its world is built anew."""
    for one, share in open_shares(seed):
        [importer], net = share.importers.tolist(), share.network
        for why in reasons(share):
            assert share.ends[0] - REACHED <= why.share <= share.ends[1] + REACHED
            if not why.is_reached or {figure.kind for figure, _ in why.figures} - {PRODUCTION}:
                continue
            after = published(one, net, why)
            nodes = {after.nodes.label(node): node for node in range(after.size)}
            bought = after.trade.imported[[nodes[net.nodes.label(importer)]]]
            origins = origin_shares(after, share.stage)
            sales = origins.share[:, after.countries.index(share.name)]
            if not why.is_high:
                sales = sales + origins.unknown + origins.untraceable
            [traced] = (bought @ sales).tolist()
            assert traced == pytest.approx(why.end, abs=TOLD + REACHED)


def test_an_answer_has_a_reason_for_each_end(ask: Session):
    answer = ask.origins("KOR", scope="magnets-metal", on="CHN", period="2024", stage="component",
                         why=True)  # fmt: skip
    [row] = answer.rows.to_pylist()
    assert [why.end for why in answer.reasons] == ["at least", "at most"]
    for why, end in zip(answer.reasons, ("low", "high"), strict=True):
        assert (why.state, why.nearest) == ("reached", pytest.approx(row[end], abs=REACHED))
        assert sum(group.count for group in why.alike) == len(why.figures)
    assert {figure.place for figure in answer.reasons[0].figures} >= {"CHN", "PHL"}
    as_json = answer.scope.as_object()["reasons"]
    assert [why["end"] for why in as_json] == ["at least", "at most"]
    screen = str(lay_out_screen(answer, PlainPage(80), View()))
    page = str(lay_out(answer, PlainPage(200)))
    for why in answer.reasons:
        assert unsaid(screen, f"{why.end} … ({why.state}) … {why.alike[0].words}") == []
        assert unsaid(page, f"{why.end} … {why.state}") == []


def test_reasons_are_of_one_origin(ask: Session):
    for how in ({"on": "EU27"}, {"without": "CHN"}):
        with pytest.raises(UsageError, match="why"):
            ask.origins("KOR", scope="magnets-metal", period="2024", why=True, **how)


def test_reasons_are_of_one_product(ask: Session):
    with pytest.raises(UsageError, match="ree-metals"):
        ask.origins("KOR", scope="rare-earths", period="2024", why=True)
