"""The links between the makers of two stages: sums, hand-made cases, and the look-through."""

from __future__ import annotations

import pyarrow as pa
import pytest
from supply_cases import STAGES, flows, makes, network

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through, stage_links


def by(rows, *names):
    """The shares summed by some columns."""
    found: dict = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        found[key] = found.get(key, 0.0) + row["share"]
    return found


@pytest.mark.parametrize("consumer", ["JPN", "KOR", "USA"])
def test_makers_of_every_stage_have_the_shares_of_the_look_through(ask, consumer):
    trade = ask.supply_network("magnets", period="2024")
    traced = {
        (row["stage"], row["origin"]): row["share"]
        for row in look_through(trade, consumers=[consumer], products=["magnets-metal"]).to_pylist()
        if row["share"] > 1e-6
    }
    links = stage_links(trade, consumer, "magnets-metal").to_pylist()
    made = by(links, "stage", "maker")

    # Some metal is made straight from ore, which has no maker of compounds.
    assert {key: made.get(key, 0.0) for key in traced} == pytest.approx(traced, abs=5e-4)
    assert by(links, "stage") == pytest.approx(
        {(stage,): 1.0 for stage in ("component", "metal", "separate", "mine")}
    )


def test_what_a_maker_gets_is_what_it_passes_on(ask):
    trade = ask.supply_network("magnets", period="2024")
    links = stage_links(trade, "JPN", "magnets-metal").to_pylist()
    got = by([row for row in links if row["stage"] != "component"], "next_stage", "next_maker")
    passed = by(links, "stage", "maker")

    assert got == pytest.approx({key: passed[key] for key in got}, abs=1e-6)


def test_an_answer_has_links_if_all_origins_and_stages_are_asked_for(ask):
    whole = ask.origins("JPN", scope="magnets", period="2024")
    mined = ask.origins("JPN", scope="magnets", period="2024", stage="mine")

    assert min(whole.links["share"].to_pylist()) >= 0.001
    assert {row["next_maker"] for row in whole.links.to_pylist() if not row["next_stage"]} == {
        "JPN"
    }
    assert len(mined.links) == 0


def test_a_maker_draws_on_its_own_pool():
    """A smelts its own ore alone; B buys ore from A and C in equal parts, and smelts that."""
    sold = flows("A 2 B", "C 2 B", "A 3 D oxide", "B 1 D oxide")
    made = makes("A 8", "C 2", "A 3 oxide", "B 1 oxide")
    links = stage_links(network(sold, made), "D", "oxide").to_pylist()
    shares = by(links, "stage", "maker", "next_maker")

    assert shares == pytest.approx({
        ("separate", "A", "D"): 0.75, ("separate", "B", "D"): 0.25,
        ("mine", "A", "A"): 0.75, ("mine", "A", "B"): 0.125, ("mine", "C", "B"): 0.125,
    })  # fmt: skip


def test_a_stage_of_several_products_has_no_links():
    sold = flows("A 2 B", "A 1 B oxide", "A 1 B carbonate", "A 1 C metal")
    made = makes("A 8", "A 2 oxide", "A 2 carbonate", "A 1 metal")
    routes = pa.table({
        "input": ["ore", "ore", "oxide", "carbonate"],
        "output": ["oxide", "carbonate", "metal", "metal"],
    })  # fmt: skip
    several = supply_network(sold, made, routes, STAGES, measure="tonnes")

    assert len(stage_links(several, "C", "metal")) == 0


def test_a_product_among_others_is_traced_to_the_stages_of_its_own_chain(ask):
    """A magnet has an alloy behind it; what has none is not traced to one."""

    def stages(scope: str) -> set[tuple[str, str]]:
        rows = ask.depends_looked_through("KOR", scope=scope, period="2024").rows.to_pylist()
        return {(row["product"], row["traced_to"]) for row in rows}

    products = ("magnets-metal", "ree-metals", "ree-compounds")
    alone = [stages(product) for product in products]

    assert stages(",".join(products)) == set().union(*alone)
    assert len({stage for _, stage in set().union(*alone)}) > len({stage for _, stage in alone[-1]})


def test_no_single_point_is_at_a_stage_without_a_product_of_the_chain(ask):
    rows = ask.single_points("KOR", period="2024").rows.to_pylist()
    looked = {(r["product"], r["traced_to"]) for r in rows if r["traced_to"]}
    for product in sorted({product for product, _ in looked}):
        alone = ask.origins("KOR", scope=f"product:{product}", period="2024").rows.to_pylist()
        assert {stage for one, stage in looked if one == product} <= {
            row["traced_to"] for row in alone
        }
