"""Purchases in which no supplier is above a share: against slow versions, by hand, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, product
from random import Random

import networkx as nx
import numpy as np
import pytest
from saying import unsaid

from graphkit.analysis.diversification import (
    Purchases,
    certificate,
    least_share,
    plan,
    weighted,
)
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.plot.pictures import picture

SHARES = (0.25, 0.5, 0.75)
LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 40)]
SEEDS = [*range(3), *LONG]
NEAR = 1e-6


def world(seed: int, consumers: int = 1, sellers: int = 4, blocs: int = 0) -> Purchases:
    """Draw whole amounts; the demand is four times a number, so that shares of it are whole."""
    random = Random(seed)
    bought = np.zeros((consumers, sellers))
    demand = np.array([float(4 * random.randint(1, 3)) for _ in range(consumers)])
    for consumer in range(consumers):
        for _ in range(int(demand[consumer])):
            bought[consumer, min(random.randint(0, sellers), sellers - 1)] += 1
    spare = np.array([float(random.choice((0, 0, 1, 2, 3, 6))) for _ in range(sellers)])
    prices = np.array([float(random.randint(1, 9)) for _ in range(sellers)])
    may_add = np.array([[random.random() < 0.9 for _ in range(sellers)] for _ in range(consumers)])
    left_out = np.array([random.random() < 0.1 for _ in range(sellers)])
    capped = np.eye(sellers)
    if blocs:
        members = np.zeros((1, sellers))
        members[0, random.sample(range(sellers), 2)] = 1
        capped = np.vstack([capped, members])
    return Purchases(bought, demand, spare, prices, capped, may_add, left_out)


def allowed(purchases: Purchases, amounts: np.ndarray, share: float) -> bool:
    """Check every limit, one by one."""
    added = np.maximum(amounts - purchases.bought, 0)
    return bool(
        (amounts >= -NEAR).all()
        and np.allclose(amounts.sum(axis=1), purchases.demand, atol=NEAR)
        and (amounts @ purchases.capped.T <= share * purchases.demand[:, None] + NEAR).all()
        and (added.sum(axis=0) <= purchases.spare + NEAR).all()
        and not added[~purchases.may_add & (added > NEAR)].size
        and (np.abs(amounts[:, purchases.left_out]) <= NEAR).all()
    )


def whole_purchases(purchases: Purchases, share: float) -> Iterator[np.ndarray]:
    """Try all whole purchases of one consumer."""
    most = int(purchases.demand[0])
    for amounts in product(range(most + 1), repeat=purchases.shape[1]):
        table = np.array([amounts], float)
        if sum(amounts) == most and allowed(purchases, table, share):
            yield table


def added(purchases: Purchases, amounts: np.ndarray) -> float:
    return float(np.maximum(amounts - purchases.bought, 0).sum())


# --- against slow versions


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_the_best_of_all_whole_purchases(seed, share):
    """Whole amounts suffice: one consumer's limits are nested."""
    purchases = world(seed, blocs=seed % 2)
    tried = list(whole_purchases(purchases, share))
    result, cheapest = plan(purchases, share), plan(purchases, share, "cost")

    assert (result is None) == (cheapest is None) == (not tried)
    if result is not None and cheapest is not None:
        least = min(added(purchases, amounts) for amounts in tried)
        assert added(purchases, result.amounts) == pytest.approx(least, abs=NEAR)
        cost = min(float((amounts @ purchases.prices).sum()) for amounts in tried)
        assert float((cheapest.amounts @ purchases.prices).sum()) == pytest.approx(cost, abs=NEAR)


def flow_network(purchases: Purchases, share: float, price: Callable[[int], int]) -> nx.DiGraph:
    """Draw the same problem as a flow: spare amounts and today's amounts to pairs to consumers."""
    graph = nx.DiGraph()
    consumers, sellers = purchases.shape
    for consumer in range(consumers):
        need = int(purchases.demand[consumer])
        graph.add_edge(("buyer", consumer), "sink", capacity=need)
        for seller in range(sellers):
            if purchases.left_out[seller]:
                continue
            pair = ("pair", consumer, seller)
            bought = int(purchases.bought[consumer, seller])
            graph.add_edge(pair, ("buyer", consumer), capacity=int(share * need + NEAR))
            graph.add_edge("source", pair, capacity=bought, weight=price(seller))
            if purchases.may_add[consumer, seller]:
                graph.add_edge(("seller", seller), pair, weight=price(seller))
            graph.add_edge("source", ("seller", seller), capacity=int(purchases.spare[seller]),
                           weight=int(price is unpriced))  # fmt: skip
    graph.add_nodes_from(["source", "sink"])
    return graph


def unpriced(_: int) -> int:
    return 0


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", SEEDS)
def test_several_consumers_are_a_flow_of_least_cost(seed, share):
    purchases = world(seed, consumers=3, sellers=5)
    result, cheapest = plan(purchases, share), plan(purchases, share, "cost")
    graph = flow_network(purchases, share, unpriced)
    total = int(purchases.demand.sum())
    reached = nx.maximum_flow_value(graph, "source", "sink")
    proof = certificate(purchases, share)

    assert (result is not None) == (cheapest is not None) == (reached == total)
    assert (proof.shortfall > NEAR) == (result is None)
    if result is None or cheapest is None:
        assert proof.shortfall == pytest.approx(total - reached, abs=NEAR)
        return
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    assert added(purchases, result.amounts) == pytest.approx(nx.cost_of_flow(graph, flow))
    graph = flow_network(purchases, share, lambda seller: int(purchases.prices[seller]))
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    cost = float((cheapest.amounts @ purchases.prices).sum())
    assert cost == pytest.approx(nx.cost_of_flow(graph, flow))


def vertices(purchases: Purchases, share: float) -> Iterator[np.ndarray]:
    """Try all corners of what one consumer may buy, between today's amounts too."""
    sellers = purchases.shape[1]
    demand, identity = purchases.demand[0], np.eye(sellers)
    spare = np.where(purchases.may_add[0], purchases.spare, 0.0)
    planes = [(row, amount) for seller, row in enumerate(identity)
              for amount in (0.0, purchases.bought[0, seller],
                             purchases.bought[0, seller] + spare[seller])]  # fmt: skip
    planes += [(row, share * demand) for row in purchases.capped]
    for some in combinations(planes, sellers - 1):
        rows = np.array([np.ones(sellers), *(row for row, _ in some)])
        if abs(np.linalg.det(rows)) > 1e-9:
            table = np.linalg.solve(rows, [demand, *(amount for _, amount in some)])[None]
            if allowed(purchases, table, share):
                yield table


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("seed", SEEDS)
def test_of_origins_it_is_the_best_of_all_corners(seed, share):
    """Each seller's goods are of two origins in some mix, or of one that is not known."""
    drawn, random = world(seed), Random(seed)
    mix = np.zeros((3, 4))
    for seller in range(4):
        first, second = random.sample(range(3), 2)
        mix[first, seller] = random.choice((0.25, 0.5, 1.0))
        mix[second, seller] = random.choice((0.0, 1.0 - mix[first, seller]))
    purchases = replace(drawn, capped=mix)
    tried = list(vertices(purchases, share))
    result, cheapest = plan(purchases, share), plan(purchases, share, "cost")
    proof = certificate(purchases, share)

    assert (result is None) == (cheapest is None) == (not tried) == (proof.shortfall > NEAR)
    if result is not None and cheapest is not None:
        assert allowed(purchases, result.amounts, share)
        least = min(added(purchases, amounts) for amounts in tried)
        assert added(purchases, result.amounts) == pytest.approx(least, abs=NEAR)
        cost = min(float((amounts @ purchases.prices).sum()) for amounts in tried)
        assert float((cheapest.amounts @ purchases.prices).sum()) == pytest.approx(cost, abs=NEAR)


# --- properties


def real_world(seed: int) -> Purchases:
    """Draw amounts that are not whole, with two consumers and a bloc."""
    drawn, random = world(seed, consumers=2, sellers=6, blocs=1), Random(seed)
    bought = np.array([[random.random() * 9 for _ in range(6)] for _ in range(2)])
    spare = np.array([random.random() * 9 for _ in range(6)])
    prices = np.array([random.random() for _ in range(6)])
    grown = bought.sum(axis=1) * random.choice((1.0, 1.3))
    return replace(drawn, bought=bought, demand=grown, spare=spare, prices=prices)


@pytest.mark.parametrize("least", ["change", "cost"])
@pytest.mark.parametrize("seed", SEEDS)
def test_purchases_keep_to_every_limit_and_wider_limits_are_never_worse(seed, least):
    purchases = real_world(seed)
    before = np.inf
    for share in (0.2, 0.3, 0.4, 0.6, 1.0):
        for scale in (0.5, 1.0, 2.0):
            result = plan(replace(purchases, spare=scale * purchases.spare), share, least)
            if result is not None:
                assert allowed(replace(purchases, spare=scale * purchases.spare),
                               result.amounts, share)  # fmt: skip
        result = plan(purchases, share, least)
        if result is None:
            assert before == np.inf
            continue
        worth = added(purchases, result.amounts)
        if least == "cost":
            worth = float((result.amounts @ purchases.prices).sum())
        assert worth <= before + NEAR
        before = worth


@pytest.mark.parametrize("seed", SEEDS)
def test_a_proof_holds_by_substitution_and_for_any_weights(seed):
    purchases, random = real_world(seed), Random(seed)
    for share in (0.15, 0.3, 0.5):
        proof = certificate(purchases, share)
        again = weighted(purchases, share, proof.consumers, proof.suppliers)
        assert proof.shortfall == again.shortfall
        result = plan(purchases, share)
        assert (result is None) == (proof.shortfall > NEAR)
        if result is not None:
            weights = np.array([[random.random() for _ in purchases.capped] for _ in range(2)])
            assert weighted(purchases, share, np.ones(2), weights).shortfall <= NEAR
            continue
        more = np.append(purchases.spare, proof.shortfall + NEAR)
        further = Purchases(
            np.hstack([purchases.bought, np.zeros((2, 1))]), purchases.demand, more,
            np.append(purchases.prices, 1.0), np.pad(purchases.capped, ((0, 0), (0, 1))),
            np.hstack([purchases.may_add, np.ones((2, 1), bool)]),
            np.append(purchases.left_out, False),
        )  # fmt: skip
        assert plan(further, share) is not None
        less = replace(further, spare=np.append(purchases.spare, 0.99 * proof.shortfall))
        assert plan(less, share) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_share_is_where_purchases_begin_to_be_possible(seed):
    purchases = real_world(seed)
    nearest = least_share(purchases)
    if nearest is None:
        assert plan(purchases, 1.0) is None
        return
    share, result = nearest

    assert allowed(purchases, result.amounts, share + NEAR)
    assert plan(purchases, share + NEAR) is not None
    assert plan(purchases, share - 1e-4) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_worth_of_a_limit_is_what_a_little_more_of_it_saves(seed):
    """Between the saving by a little more and the loss by a little less."""
    purchases, share, step = real_world(seed), 0.4, 1e-4
    result = plan(purchases, share, "cost")
    if result is None:
        return

    def cost(changed: Purchases) -> float:
        solved = plan(changed, share, "cost")
        return np.inf if solved is None else float((solved.amounts @ changed.prices).sum())

    now = cost(purchases)
    for seller in range(6):
        nudge = step * np.eye(6)[seller]
        more = now - cost(replace(purchases, spare=purchases.spare + nudge))
        less = cost(replace(purchases, spare=np.maximum(purchases.spare - nudge, 0))) - now
        assert more - NEAR <= step * result.worth_of_spare[seller] <= less + NEAR


# --- questions, on small graphs

SALES = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: test, source: customs,
           period: 2024}
rows:
  - {exporter: CHN, importer: KOR, usd: 800, tonnes: 80}
  - {exporter: JPN, importer: KOR, usd: 400, tonnes: 20}
  - {exporter: JPN, importer: CHN, usd: 400, tonnes: 20}
  - {exporter: NOR, importer: CHN, usd: 1200, tonnes: 30}
  - {exporter: NOR, importer: JPN, usd: 400, tonnes: 10}
  - {exporter: CHN, importer: JPN, usd: 300, tonnes: 30}
"""
OUTPUT = """\
kind: PRODUCES
defaults: {product: ree-metals, basis: gross, period: 2024, observed: true, source: customs}
rows:
  - {country: CHN, qualifier: withheld}
  - {country: JPN, qualifier: withheld}
"""
"""Who buys much of what it sells is a maker all the same, if a source names it."""
ACT = """\
kind: Control
defaults: {source: customs}
rows:
  - {key: act, country: NOR, announcement: Act 1, measure: licence, since: 2025-01-01,
     until: 2025-12-31, products: [ree-metals], evidence: read}
"""


PLANTS = """\
kind: Facility
defaults: {source: customs, type: refinery}
rows:
  - {key: one, name: One, country: CHN}
  - {key: two, name: Two, country: JPN}
  - {key: three, name: Three, country: NOR}
"""
CAN_MAKE = """\
kind: CAN_MAKE
defaults: {source: customs, product: ree-metals, label: Metal, unit: t, capacity: 100, tonnes: 100}
rows:
  - {facility: one}
  - {facility: two}
  - {facility: three}
"""
COMPANIES = """\
kind: Company
defaults: {type: company, source: customs}
rows:
  - {key: red, name: Red, seat: CHN, seat_source: customs}
  - {key: sun, name: Sun, seat: JPN, seat_source: customs}
"""
OWNED = """\
kind: OWNS
defaults: {source: customs}
rows:
  - {owner: red, owned: one, share: 1.0}
  - {owner: sun, owned: two, share: 0.9}
  - {owner: red, owned: three, share: 1.0}
"""


def by_supplier(answer, *names):
    return {row["supplier"]: tuple(row[name] for name in names) for row in answer.rows.to_pylist()}


def test_a_case_by_hand(graph_of):
    """30 of 100 t move; of the 60 t that Japan and Norway sell elsewhere, half."""
    answer = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("KOR")

    rows = by_supplier(answer, "bought", "planned", "part_of_sales", "limit", "worth")
    assert rows == {
        "CHN": (80, 50, None, "share", 1),
        "NOR": (0, pytest.approx(20), pytest.approx(0.5), None, None),
        "JPN": (20, pytest.approx(30), pytest.approx(0.5), None, None),
    }
    assert {(row["verdict"], round(row["moved"], 6), round(row["strain"], 6))
            for row in answer.rows.to_pylist()} == {("possible", 30, 0.5)}  # fmt: skip
    limit = ("at most 50 % … rare-earth metals … from China", "30 t", "2024")
    assert unsaid(answer.headline, "South Korea", *limit, "50 % of what others sell") == []
    assert "<svg" in picture(answer).svg()


def test_the_least_cost_takes_the_cheaper_and_prices_the_limit(graph_of):
    """Japan at 20 USD/t gives all its 20 t, Norway at 40 the other 10."""
    answer = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("KOR", least="cost")

    assert by_supplier(answer, "planned", "limit", "worth", "extra_cost") == {
        "CHN": (pytest.approx(50), "share", pytest.approx(30), pytest.approx(-30 * 10)),
        "JPN": (pytest.approx(40), "spare", pytest.approx(20), pytest.approx(20 * 20)),
        "NOR": (pytest.approx(10), None, None, pytest.approx(10 * 40)),
    }
    price = "tonne of rare-earth metals … from China … save 30 USD"
    assert any(unsaid(note, price) == [] for note in words_of_notes(answer.notes))


def test_what_cannot_be_done_is_proved_in_two_lines(graph_of):
    """A fifth of 60 t is 12: 62 of 100 t can come from others than China, so 68 % remain."""
    answer = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("KOR", slack=0.2)

    [row] = [row for row in answer.rows.to_pylist() if row["supplier"] == "CHN"]
    assert row["verdict"] == "impossible"
    assert (row["least_share"], row["shortfall"], row["planned"]) == pytest.approx((0.68, 18, 68))
    assert unsaid(
        answer.caption,
        "Rare-earth metals: South Korea … 50 t … others than China (up to 50 %",
        "deliver 20 t", "add at most 12 t", "18 t … lacking", "least share … 68.0 %",
        "18 t … outside China",
    ) == []  # fmt: skip
    least = ("below 68 %", "50 %, 18 t … lacking")
    assert unsaid(answer.headline, "rare-earth metals", "2024", "South Korea", *least) == []


def test_several_countries_compete_for_the_same_spare_amounts(graph_of):
    """Alone Korea takes half of 60 t, and Japan half of Norway's 30; at once Norway has 30."""
    session = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES})
    answer = session.diversify("KOR,JPN", max_share=0.6)

    planned = {(r["consumer"], r["supplier"]): (r["planned"], r["planned_together"])
               for r in answer.rows.to_pylist()}  # fmt: skip
    both = [planned["KOR", "NOR"][1], planned["JPN", "NOR"][1] - 10]
    assert planned["JPN", "NOR"][0] == pytest.approx(16)
    assert planned["KOR", "CHN"] == pytest.approx((60, 60))
    assert sum(both) <= 30 + NEAR
    assert planned["KOR", "NOR"][0] == pytest.approx(20 * 40 / 60)
    assert planned["KOR", "JPN"][1] + both[0] == pytest.approx(40)
    assert {row["verdict_together"] for row in answer.rows.to_pylist()} == {"possible"}

    alone = session.diversify("KOR", slack=0.5).rows.to_pylist()
    at_once = session.diversify(["KOR", "JPN"], slack=0.5)
    assert {row["verdict"] for row in alone} == {"possible"}
    assert {row["verdict_together"] for row in at_once.rows.to_pylist()} == {"impossible"}
    assert unsaid(at_once.caption, "South Korea and Japan together") == []


@pytest.mark.long
def test_prices_of_another_good_are_counted_over_all_consumers(embedded_of):
    """Norway's rare earths cost a thousandth; one consumer moves nothing."""
    cheap = SALES.replace("usd: 1200, tonnes: 30", "usd: 1, tonnes: 30")
    cheap = cheap.replace("usd: 400, tonnes: 10", "usd: 1, tonnes: 10")
    answer = embedded_of({"output.yaml": OUTPUT, "trade.yaml": cheap}).diversify(
        "KOR,CHN", max_share=0.6, any_price=True
    )
    rows = [row for row in answer.rows.to_pylist() if row["change"] > 0]
    part = sum(row["change"] for row in rows if row["supplier"] == "NOR") / sum(
        row["change"] for row in rows
    )

    assert {row["consumer"]: row["verdict"] for row in answer.rows.to_pylist()} == {
        "KOR": "possible", "CHN": "met",
    }  # fmt: skip
    assert any(
        unsaid(note, f"{100 * part:.1f} % … moved") == [] for note in words_of_notes(answer.notes)
    )


def test_trade_without_any_mass_is_planned_by_value(embedded_of):
    without = re.sub(r", tonnes: \d+", "", SALES)
    session = embedded_of({"output.yaml": OUTPUT, "trade.yaml": without})

    assert by_supplier(session.diversify("KOR", by="usd"), "verdict", "unit_value") == {
        "CHN": ("possible", None), "JPN": ("possible", None), "NOR": ("possible", None),
    }  # fmt: skip
    with pytest.raises(GraphkitError, match=r"no imports .*South Korea .*\bmass\b"):
        session.diversify("KOR")


def test_a_control_in_force_adds_nothing_on_its_days_alone(graph_of):
    session = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES, "controls.yaml": ACT})

    held_back = session.diversify("KOR", date="2025-06-01")
    assert by_supplier(held_back, "verdict", "planned") == {
        "CHN": ("impossible", pytest.approx(60)), "JPN": ("impossible", pytest.approx(40)),
    }  # fmt: skip
    assert any(
        note.startswith("Act 1 holds back exports") for note in words_of_notes(held_back.notes)
    )
    assert by_supplier(session.diversify("KOR", date="2026-01-01"), "verdict")["NOR"] == (
        "possible",
    )


def test_partners_alone_add_and_nothing_is_bought_of_the_excluded(graph_of):
    session = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES})

    of_norway = by_supplier(session.diversify("KOR", partners="NOR"), "planned", "limit")
    assert of_norway == {
        "CHN": (50, "share"), "NOR": (pytest.approx(30), None), "JPN": (20, "no partner"),
    }  # fmt: skip
    without = by_supplier(session.diversify("KOR", exclude="JPN", max_share=0.8), "planned")
    assert without == {"CHN": (80,), "NOR": (pytest.approx(20),), "JPN": (0,)}
    bloc = session.diversify("KOR", blocs=["CHN+NOR"], max_share=0.7)
    assert by_supplier(bloc, "planned") == {"CHN": (70,), "JPN": (pytest.approx(30),)}


def test_needs_that_grow_are_bought_of_others(graph_of):
    answer = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify(
        "KOR", max_share=0.8, until=2026, growth=0.1
    )

    assert answer.rows["planned"].to_pylist()[-1] <= 0.8 * 121
    assert sum(answer.rows["planned"].to_pylist()) == pytest.approx(121)
    assert "would buy 21 t more of others by 2026" in answer.headline
    met = graph_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("KOR", max_share=0.8)
    assert by_supplier(met, "verdict", "change") == {"CHN": ("met", 0), "JPN": ("met", 0)}


@pytest.mark.long
def test_a_limit_on_origins_counts_what_sellers_pass_on(ask: Session):
    """The largest origin is that of the imports as traced, and ends at the share."""
    asked = {"scope": "magnets-metal", "period": "2024"}
    answer = ask.diversify("JPN", cap="origin", date="2025-01-01", **asked)
    rows = answer.rows.to_pylist()
    traced = ask.origins("JPN", by="tonnes", stage="component", **asked).rows.to_pylist()
    [share] = [row["share"] for row in traced if row["origin"] == "CHN"]

    assert (rows[0]["largest"], rows[0]["verdict"]) == ("CHN", "possible")
    assert rows[0]["largest_share"] == pytest.approx(share)
    assert rows[0]["largest_planned"] == pytest.approx(0.5)
    assert rows[0]["largest_most"] > 0.5
    sold_by_china = next(row["planned_share"] for row in rows if row["supplier"] == "CHN")
    assert sold_by_china < 0.5
    assert unsaid(answer.headline, "from one origin as traced … Japan would move") == []
    assert {*answer.sources["key"].to_pylist()} > {*answer.rows["source"].to_pylist()}


def test_a_limit_on_seats_needs_owners(ask: Session):
    with pytest.raises(UsageError, match=r"`cap=seat`: Metal magnets: .*owners .*\b0\.0 %"):
        ask.diversify("KOR", scope="magnets-metal", cap="seat")


@pytest.mark.long
def test_seats_count_what_may_be_theirs(embedded_of):
    """Norway's plants are a Chinese company's, and a part of Japan's has no known owner."""
    session = embedded_of({"output.yaml": OUTPUT, "trade.yaml": SALES, "plants.yaml": PLANTS,
                           "made.yaml": CAN_MAKE, "companies.yaml": COMPANIES,
                           "owned.yaml": OWNED})  # fmt: skip
    with pytest.raises(UsageError, match=r"known for plants behind 0\.0 %"):
        embedded_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("KOR", cap="seat")
    answer = session.diversify("KOR", cap="seat", max_share=0.9)
    row = answer.rows.to_pylist()[0]
    assert (row["largest"], row["verdict"]) == ("CHN", "met")
    assert row["largest_share"] == pytest.approx(0.8 + 0.2 * 0.1)
    less = session.diversify("KOR", cap="seat", max_share=0.7).rows.to_pylist()
    planned = {row["supplier"]: row["planned"] for row in less}
    assert planned == {"CHN": pytest.approx(66.67, abs=0.01), "JPN": pytest.approx(33.33, abs=0.01)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_share": 0.0}, "`max_share`: … 0 … more than 0, at most 1"),
        ({"max_share": 1.5}, "`max_share`: … 1.5"),
        ({"max_share": 0.1}, "0.1 … 3 sellers … 0.3 … at least 0.333"),
        ({"growth": -0.1, "until": 2030}, "`growth`: … -0.1 … 0"),
        ({"growth": 0.1}, "give both, or none"),
        ({"growth": 0.1, "until": 2020}, "`until`: … 2020 … after 2024"),
        ({"slack": -1.0}, "`slack`: … -1"),
        ({"partners": "Atlantis"}, "country … 'Atlantis'"),
        ({"partners": "KOR"}, "`partners`: South Korea … itself"),
        ({"partners": "JPN,NOR", "exclude": "NOR"}, "`partners` and `exclude` … Norway"),
        ({"least": "cost", "by": "usd"}, "`least=cost` … values of a tonne"),
        ({"consumer": "KOR,KOR+JPN"}, "South Korea and Japan … South Korea"),
        ({"date": "2025-02-30"}, "2025-02-30 … a day such as"),
    ],
)
def test_what_contradicts_itself_is_refused(embedded_of, options, message):
    with pytest.raises(UsageError) as caught:
        embedded_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify(
            **{"consumer": "KOR", **options}
        )
    assert unsaid(str(caught.value), message) == []


def test_a_country_that_buys_nothing_is_named(embedded_of):
    with pytest.raises(GraphkitError, match=r"no imports of Norway .*\bmass\b"):
        embedded_of({"output.yaml": OUTPUT, "trade.yaml": SALES}).diversify("NOR")


def test_a_basket_is_refused_for_an_element_and_answered_by_its_name(ask: Session):
    """All trade in dysprosium is among other rare earths, of which most goods are of all."""
    asked = {"period": "2024", "date": "2025-01-01"}
    with pytest.raises(GraphkitError) as caught:
        ask.diversify("KOR", scope="dysprosium", **asked)
    assert unsaid(str(caught.value), "(Dy)", "rare-earth compounds", "magnets-metal") == []
    metals = ask.diversify("KOR", scope="ree-metals", **asked)
    assert metals.rows["verdict"][0].as_py() in ("met", "possible", "impossible")


def test_sellers_at_prices_of_another_good_are_named(embedded_of):
    cheap = SALES + "  - {exporter: NOR, importer: CHN, usd: 1, tonnes: 4000, hs: 280530}\n"
    cheap = cheap.replace("exporter: NOR, importer: CHN, usd: 1200, tonnes: 30",
                          "exporter: NOR, importer: CHN, usd: 12, tonnes: 30")  # fmt: skip
    cheap = cheap.replace("  - {exporter: NOR, importer: CHN, usd: 1, tonnes: 4000, hs: 280530}\n",
                          "").replace("importer: JPN, usd: 400, tonnes: 10",
                                      "importer: JPN, usd: 4, tonnes: 10")  # fmt: skip
    answer = embedded_of({"output.yaml": OUTPUT, "trade.yaml": cheap}).diversify(
        "KOR", any_price=True
    )

    assert by_supplier(answer, "far_price") == {"CHN": (False,), "JPN": (False,), "NOR": (True,)}
    far = "66.7 % … moved … another good, from Norway"
    assert any(unsaid(note, far) == [] for note in words_of_notes(answer.notes))


HYDROXIDE = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: test, source: customs,
           period: 2024}
rows:
  - {exporter: CHN, importer: KOR, usd: 1280000, tonnes: 80}
  - {exporter: NOR, importer: KOR, usd: 240000, tonnes: 20}
  - {exporter: NOR, importer: JPN, usd: 120000, tonnes: 10}
  - {exporter: AUS, importer: JPN, usd: 72000, tonnes: 8}
  - {exporter: DEU, importer: JPN, usd: 12000, tonnes: 2}
  - {exporter: MMR, importer: JPN, usd: 12000, tonnes: 40}
"""
"""Goods at 16,000, 12,000, 9,000 and 6,000 USD a tonne, and others at 300."""
SELLERS = """\
kind: Country
defaults: {type: country, source: customs}
rows:
  - {iso3: AUS, name: Australia, iso2: AU}
  - {iso3: DEU, name: Germany, iso2: DE}
  - {iso3: MMR, name: Myanmar, iso2: MM}
"""


def test_sellers_of_another_price_class_add_nothing_and_are_named(graph_of):
    """50 of 100 t are needed of others than China; these deliver 20 and can add 10, 8 and 2.

    With Myanmar's 40 t as well, 30 of 60 t move.
    """
    session = graph_of({"sellers.yaml": SELLERS, "trade.yaml": HYDROXIDE})
    answer = session.diversify("KOR")
    rows = by_supplier(answer, "planned", "planned_any_price", "limit")

    assert rows["MMR"] == (0, pytest.approx(20), "price class")
    assert rows["AUS"] == (pytest.approx(8), pytest.approx(4), "spare")
    assert rows["DEU"] == (pytest.approx(2), pytest.approx(1), "spare")
    row = answer.rows.to_pylist()[0]
    assert (row["verdict"], row["verdict_any_price"]) == ("impossible", "possible")
    assert (row["least_share"], row["shortfall"]) == pytest.approx((0.6, 10))
    assert unsaid(
        answer.caption, "deliver 20 t", "add at most 20 t", "10 t are lacking", "60.0 %",
        "China (16,000 USD/t)", "Myanmar (300 USD/t)", "20 t more",
    ) == []  # fmt: skip

    anything = session.diversify("KOR", any_price=True)
    assert by_supplier(anything, "planned", "planned_any_price", "limit")["MMR"] == (
        pytest.approx(20), None, None,
    )  # fmt: skip
    assert {row["verdict_any_price"] for row in anything.rows.to_pylist()} == {None}
    together = session.diversify("KOR,CHN,JPN", max_share=0.9)
    assert {row["verdict_together"] for row in together.rows.to_pylist()} <= {"met", "possible"}


def test_what_is_bought_of_another_price_class_may_stay_and_not_grow(embedded_of):
    some = HYDROXIDE + "  - {exporter: MMR, importer: KOR, usd: 1500, tonnes: 5}\n"
    session = embedded_of({"sellers.yaml": SELLERS, "trade.yaml": some})
    rows = by_supplier(session.diversify("KOR", max_share=0.7), "bought", "planned")
    assert rows["MMR"] == pytest.approx((5, 5))


def test_who_may_only_resell_adds_nothing_and_is_named(graph_of):
    """Japan buys 40 t and sells 40 t: only Norway's 40 t, of 50 t that are needed, are its own."""
    session = graph_of({"trade.yaml": SALES})
    answer = session.diversify("KOR", max_share=0.35)
    rows = by_supplier(answer, "planned", "limit", "verdict")
    assert rows["JPN"] == (20, "resale", "impossible")
    assert rows["NOR"][0] == pytest.approx(40)
    assert answer.rows["least_share"][0].as_py() == pytest.approx(0.4)
    assert unsaid(answer.caption, "no source names", "Japan (20 t") == []
    assert unsaid(answer.caption, "With them the share could be kept") == []

    lets = by_supplier(session.diversify("KOR", max_share=0.35, resellers=True), "planned")
    assert lets["JPN"][0] + lets["NOR"][0] == pytest.approx(65)


def test_nobody_adds_more_than_it_makes(graph_of):
    """Norway makes 12 t: of 30 t that move, it adds no more, and Japan, unpublished, 18."""
    made = OUTPUT + "  - {country: NOR, tonnes: 12}\n"
    answer = graph_of({"output.yaml": made, "trade.yaml": SALES}).diversify("KOR")
    rows = by_supplier(answer, "planned", "spare", "sold_elsewhere")
    assert rows["NOR"] == (pytest.approx(30 * 12 / 32), 12, 40)
    assert rows["JPN"] == (pytest.approx(20 + 30 * 20 / 32), 20, 20)
    by_value = graph_of({"output.yaml": made, "trade.yaml": SALES}).diversify("KOR", by="usd")
    assert by_supplier(by_value, "spare")["NOR"] == (pytest.approx(12 * 40),)


def test_a_plan_that_saves_money_says_why_it_is_not_the_whole_price(embedded_of):
    """Norway sells at 40 USD/t, Japan at 20, China at 10; turned round, who adds is cheaper."""
    dear = SALES.replace("importer: KOR, usd: 800", "importer: KOR, usd: 8000")
    session = embedded_of({"output.yaml": OUTPUT, "trade.yaml": dear})
    notes = words_of_notes(session.diversify("KOR").notes)
    assert any(unsaid(note, "USD less", "whole price") == [] for note in notes)
    session = embedded_of({"output.yaml": OUTPUT, "trade.yaml": SALES})
    assert not any("USD less" in note for note in words_of_notes(session.diversify("KOR").notes))


def test_a_sure_plan_keeps_the_share_by_the_upper_end_of_each_origin(ask: Session):
    asked = {"scope": "magnets-metal", "period": "2024", "date": "2025-01-01", "cap": "origin"}
    with pytest.raises(UsageError, match=r"`sure`.*origin"):
        ask.diversify("JPN", **{**asked, "cap": "supplier"}, sure=True)
    sure, traced = ask.diversify("JPN", **asked, sure=True), ask.diversify("JPN", **asked)
    row, other = sure.rows.to_pylist()[0], traced.rows.to_pylist()[0]
    assert row["least_share"] >= row["max_share"] == other["max_share"]
    assert row["least_share"] >= (other["least_share"] or 0.0)
    assert row["largest_most"] == pytest.approx(row["least_share"])


def test_shares_by_value_are_of_the_same_rows(ask: Session):
    answer = ask.diversify("KOR", scope="ree-metals", by="usd", period="2024", date="2025-01-01")
    shares = {r["supplier"]: r["share_usd"] for r in
              ask.suppliers("KOR", scope="ree-metals", period="2024").rows.to_pylist()}  # fmt: skip

    for row in answer.rows.to_pylist():
        assert row["share"] == pytest.approx(shares.get(row["supplier"], 0.0))
        assert row["planned_share"] <= 0.5 + NEAR
    assert answer.coverage.series[0].fit


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_in_random_worlds_nobody_is_above_its_bound_and_what_lacks_adds_up(embedded_of, seed):
    """Bounds and the lacking amount, added up seller by seller from the flows that were drawn."""
    random = Random(seed)
    places = ("CHN", "JPN", "NOR", "KOR")
    flows = {
        (seller, buyer): random.choice((0, 0, 1, 5, 20, 60))
        for seller in places[:-1] for buyer in places if seller != buyer
    } | {("CHN", "KOR"): 80}  # fmt: skip
    output = {seller: random.choice((None, 30, 90, 400)) for seller in places[:-1]}
    head = SALES.partition("rows:")[0] + "rows:\n"
    sales = head + "".join(
        f"  - {{exporter: {seller}, importer: {buyer}, usd: {10 * tonnes}, tonnes: {tonnes}}}\n"
        for (seller, buyer), tonnes in flows.items() if tonnes
    )  # fmt: skip
    produced = OUTPUT.partition("rows:")[0] + "rows:\n" + "".join(
        f"  - {{country: {seller}, tonnes: {tonnes}}}\n"
        for seller, tonnes in output.items() if tonnes
    )  # fmt: skip
    files = {"trade.yaml": sales} | ({"output.yaml": produced} if any(output.values()) else {})
    rows = embedded_of(files).diversify("KOR", max_share=0.4).rows.to_pylist()

    def bound(seller: str) -> float:
        elsewhere = sum(t for (s, b), t in flows.items() if s == seller and b != "KOR")
        received = sum(t for (s, b), t in flows.items() if b == seller)
        if output[seller] is None:
            only_resells = received > (elsewhere + flows[seller, "KOR"]) / 4
            return 0.0 if only_resells else elsewhere
        return min(elsewhere, max(output[seller] - flows[seller, "KOR"], 0.0))

    needed = sum(flows[seller, "KOR"] for seller in places[:-1])
    reach = sum(
        min(0.4 * needed, flows[seller, "KOR"] + bound(seller)) for seller in places[:-1]
    )  # fmt: skip
    for row in rows:
        assert row["change"] <= bound(row["supplier"]) + NEAR
    if reach < needed - NEAR:
        assert rows[0]["verdict"] == "impossible"
        assert rows[0]["shortfall"] == pytest.approx(needed - reach)
    else:
        assert rows[0]["verdict"] in ("possible", "met")
