import math
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import unsaid
from supply_cases import FIGURE

from graphkit.analysis import hhi
from graphkit.analysis.concentration import import_concentration, production_concentration
from graphkit.analysis.hhi import Markets, band, indices
from graphkit.analysis.n_minus_1 import n_minus_1
from graphkit.analysis.production import (
    ADDED,
    ADDED_ABOVE,
    PRINTED,
    SHARES_ALONE,
    production_shares,
)
from graphkit.analysis.reliance import net_import_reliance, reliance_bounds
from graphkit.analysis.shares import import_shares
from graphkit.analysis.unit_values import far_unit_values

SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
NUMBER = pa.float64()
FLOW = {
    "consumer": "KOR", "supplier": "CHN", "product": "ree-metals", "period": "2024",
    "reporter": "reconciled", "dataset": "baci", "source": "cepii", "basis": "gross",
    "usd": None, "tonnes": None,
}  # fmt: skip


def table(row: dict[str, Any], *changes: dict[str, Any]) -> pa.Table:
    numbers = ("usd", "tonnes", "low", "high", "share")
    schema = pa.schema([(n, NUMBER if n in numbers else pa.string()) for n in row])
    return pa.Table.from_pylist([row | change for change in changes], schema=schema)


def flows(*changes: dict[str, Any]) -> pa.Table:
    return table(FLOW, *changes)


def production(*changes: dict[str, Any]) -> pa.Table:
    return table(FIGURE, *changes)


def market(shares: list[float], rest: float = 0.0) -> dict[str, float]:
    values = np.array(shares)
    found = indices(Markets(np.array([0]), values, values, np.array([rest])))
    return {name: float(value[0]) for name, value in found.items()}


def one(result: pa.Table) -> dict[str, Any]:
    (row,) = result.to_pylist()
    return dict(row)


# --- indices


@pytest.mark.parametrize("n", [2, 3, 10])
def test_n_equal_suppliers_have_the_textbook_indices(n):
    found = market([1 / n] * n)

    assert found["hhi_low"] == pytest.approx(10_000 / n)
    assert found["hhi_normalised"] == pytest.approx(0)
    assert found["effective_low"] == pytest.approx(n)
    assert found["shannon_low"] == pytest.approx(math.log(n))


def test_a_monopoly_has_no_normalised_index():
    found = market([1.0])

    assert (found["hhi_low"], found["effective_high"], found["shannon_low"]) == (10_000, 1, 0)
    assert math.isnan(found["hhi_normalised"])


def test_the_merger_guidelines_example_of_thirty_thirty_twenty_twenty_is_2600():
    assert market([0.3, 0.3, 0.2, 0.2])["hhi_low"] == pytest.approx(2_600)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=12), st.floats(0, 50))
@SETTINGS
def test_indices_agree_with_the_slow_obvious_version(amounts, unnamed):
    total = sum(amounts) + unnamed
    shares, rest = [a / total for a in amounts], unnamed / total
    found = market(shares, rest)
    largest = sorted(shares, reverse=True)

    assert found["hhi_low"] == pytest.approx(10_000 * sum(s * s for s in shares))
    assert found["hhi_high"] == pytest.approx(10_000 * (sum(s * s for s in shares) + rest**2))
    assert found["cr1"] == pytest.approx(largest[0])
    assert found["cr3"] == pytest.approx(sum(largest[:3]))
    assert found["cr3_high"] == pytest.approx(sum(sorted([*shares, rest], reverse=True)[:3]))
    entropy = -sum(s * math.log(s) for s in [*shares, rest] if s)
    assert found["shannon_low"] == pytest.approx(entropy, abs=1e-12)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.floats(0.01, 2), st.integers(1, 50))
@SETTINGS
def test_any_split_of_the_unnamed_part_lies_within_the_range(amounts, unnamed, parts):
    total = sum(amounts) + unnamed
    shares, rest = [a / total for a in amounts], unnamed / total
    found = market(shares, rest)
    split = market([*shares, *[rest / parts] * parts])

    assert found["hhi_low"] <= split["hhi_low"] <= found["hhi_high"] + 1e-9
    assert found["effective_low"] - 1e-9 <= split["effective_low"] <= found["effective_high"]
    assert found["cr1"] <= split["cr1"] <= found["cr1_high"] + 1e-12
    assert found["shannon_low"] <= split["shannon_low"] + 1e-9


def filled_bounds(low, high, rest):
    return indices(Markets(np.array([0]), np.array(low), np.array(high), np.array([rest])))


@pytest.mark.parametrize(
    ("low", "high", "rest", "wanted"),
    [
        (
            [2 / 14, 4 / 14],
            [10 / 14, 8 / 14],
            8 / 14,
            [10 / 14, 4 / 14],
        ),  # the smaller one takes all
        ([0.5], [0.6], 0.3, [0.6, 0.2]),
        ([0.1], [0.2], 0.8, [0.1, 0.8]),
        ([0.3, 0.3], [0.35, 0.5], 0.2, [0.3, 0.5]),
        ([0.3], [0.9], 0.0, [0.3]),
    ],
)
def test_the_most_that_concentration_can_be_is_that_of_one_way_to_fill(low, high, rest, wanted):
    """Filled by hand."""
    found = filled_bounds(low, high, rest)["hhi_high"][0]

    assert found == pytest.approx(10_000 * sum(share**2 for share in wanted))


def test_the_bound_of_many_intervals_holds_and_is_near(monkeypatch):
    random = np.random.default_rng(7)
    for _ in range(200):
        low = random.dirichlet(np.ones(8)) * 0.6
        high = low + random.random(8) * 0.3
        exact = filled_bounds(low, high, 0.4)["hhi_high"][0]
        with monkeypatch.context() as limited:
            limited.setattr(hhi, "MOST_INTERVALS", 3)
            bound = filled_bounds(low, high, 0.4)["hhi_high"][0]
        assert exact <= bound + 1e-6 <= exact + 900


@given(
    st.lists(st.tuples(st.floats(0.01, 1), st.floats(0, 1)), min_size=1, max_size=5),
    st.floats(0.01, 1),
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
@SETTINGS
def test_any_way_to_fill_published_bounds_lies_within_the_range(bounds, unnamed, taken):
    total = sum(low for low, _ in bounds) + unnamed
    low = np.array([a / total for a, _ in bounds])
    high = low + np.array([width / total for _, width in bounds])
    rest = unnamed / total
    found = indices(Markets(np.array([0]), low, high, np.array([rest])))
    left, shares = rest, []
    for least, most, part in zip(low, high, taken, strict=False):
        more = min(left, (most - least) * part)
        shares.append(least + more)
        left -= more
    filled = market(shares, left)

    assert found["hhi_low"][0] - 1e-6 <= filled["hhi_low"]
    assert filled["hhi_high"] <= found["hhi_high"][0] + 1e-6
    assert filled["cr3_high"] <= found["cr3_high"][0] + 1e-9


def test_indices_of_several_markets_are_those_of_each():
    sizes, low = [3, 1, 2], np.array([0.5, 0.2, 0.0, 0.9, 0.3, 0.1])
    high, rest = low + np.array([0.1, 0.2, 0.3, 0.1, 0.4, 0.0]), np.array([0.3, 0.1, 0.4])
    starts = np.array([0, 3, 4])
    together = indices(Markets(starts, low, high, rest))

    for market, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        part = slice(start, start + size)
        alone = indices(Markets(np.array([0]), low[part], high[part], rest[[market]]))
        of_it = {name: values[[market]] for name, values in together.items()}
        assert set(of_it) == set(alone)
        for name, value in alone.items():
            np.testing.assert_array_equal(of_it[name], value, name)


def test_bands_have_the_bounds_of_the_guidelines_of_2023():
    assert [band(h, h) for h in (999, 1_000, 1_001, 1_800, 1_801)] == [
        "unconcentrated", "unconcentrated", "moderate", "moderate", "high",
    ]  # fmt: skip
    assert band(500, 5_000) == "any"


def test_no_market_gives_no_index():
    nothing = np.array([])
    found = indices(Markets(np.array([], np.int64), nothing, nothing, nothing))

    assert all(len(values) == 0 for values in found.values())


# --- production


def test_the_published_world_total_is_the_denominator_and_the_gap_has_no_name():
    row = one(production_concentration(production(
        {"tonnes": 60.0}, {"country": "AUS", "tonnes": 20.0},
        {"country": "XOC", "type": "rest", "tonnes": 15.0},
        {"country": "WLD", "type": "world", "tonnes": 100.0, "qualifier": "rounded"},
    )))  # fmt: skip

    assert row["denominator"] == PRINTED
    assert (row["total"], row["suppliers"], row["top"]) == (100.0, 2, "CHN")
    assert row["unnamed_share"] == pytest.approx(0.2)
    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((4_000, 4_400))
    assert row["above_4000"] is None
    assert row["hhi_normalised"] is None


def test_without_a_world_total_the_published_figures_are_the_denominator():
    row = one(production_concentration(production(
        {"tonnes": 60.0}, {"country": "AUS", "tonnes": 20.0},
        {"country": "XOC", "type": "rest", "tonnes": 20.0},
    )))  # fmt: skip

    assert (row["denominator"], row["total"]) == (ADDED, 100.0)
    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((4_000, 4_400))


def test_a_withheld_figure_leaves_no_upper_bound():
    row = one(production_concentration(production(
        {"tonnes": 60.0}, {"country": "USA", "qualifier": "withheld"},
        {"country": "WLD", "type": "world", "tonnes": 100.0},
    )))  # fmt: skip

    assert (row["unpublished"], row["hhi_low"], row["hhi_high"]) == (1, pytest.approx(3_600), None)
    assert row["band"] == "high"


def test_a_table_of_shares_alone_is_one_of_a_world_that_makes_1():
    row = one(production_concentration(production(
        {"share": 0.6}, {"country": "AUS", "share": 0.2},
        {"country": "NOR", "share": 0.001, "qualifier": "less-than"},
        {"country": "XOC", "type": "rest", "share": 0.1},
    )))  # fmt: skip

    assert (row["total"], row["unpublished"], row["note"]) == (None, 0, None)
    assert row["denominator"] == SHARES_ALONE
    assert (row["coverage"], row["unnamed_share"]) == pytest.approx((0.8, 0.2))
    assert row["hhi_low"] == pytest.approx(4_000)


def test_published_shares_are_divided_by_their_sum_only_above_1():
    def largest(*shares: float) -> float:
        countries = zip(("CHN", "AUS", "NOR"), shares, strict=False)
        rows = [{"country": country, "share": share} for country, share in countries]
        return one(production_concentration(production(*rows)))["cr1"]

    assert largest(0.6, 0.29) == 0.6
    assert largest(0.6, 0.44) == pytest.approx(0.6 / 1.04)


def test_shares_do_not_count_beside_amounts():
    row = one(production_concentration(production(
        {"tonnes": 60.0, "share": 0.9}, {"country": "AUS", "tonnes": 40.0},
    )))  # fmt: skip

    assert (row["cr1"], row["total"]) == (pytest.approx(0.6), 100.0)


def test_a_withheld_figure_without_a_world_total_leaves_nothing():
    row = one(production_concentration(production(
        {"tonnes": 60.0}, {"country": "USA", "qualifier": "withheld"},
    )))  # fmt: skip

    assert (row["hhi_low"], row["total"]) == (None, None)
    assert unsaid(row["note"], "no world total", "not every figure") == []


def test_figures_of_several_bases_are_not_added_up_without_a_world_total():
    rows = production_concentration(production(
        {"basis": "crude ore", "tonnes": 5.0}, {"basis": "ulexite", "country": "PER", "tonnes": 1.0}
    )).to_pylist()  # fmt: skip

    assert [row["hhi_low"] for row in rows] == [None, None]
    assert "several bases" in rows[0]["note"]


def test_a_censored_figure_stays_a_bound():
    row = one(production_concentration(production(
        {"tonnes": 50.0, "qualifier": "more-than"}, {"country": "AUS", "tonnes": 30.0},
        {"country": "WLD", "type": "world", "tonnes": 100.0},
    )))  # fmt: skip

    # The rest of 20 t may all be China's, or of many small countries.
    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((3_400, 5_800))
    assert (row["cr1"], row["cr1_high"]) == pytest.approx((0.5, 0.7))
    shares = production_shares(production(
        {"tonnes": 50.0, "qualifier": "more-than"},
        {"country": "WLD", "type": "world", "tonnes": 100.0},
    ))  # fmt: skip
    assert (one(shares)["share_low"], one(shares)["share_high"]) == (0.5, 1.0)


def test_shares_are_of_the_larger_of_the_printed_total_and_the_sum():
    gallium = production(
        {"tonnes": 900.0}, {"country": "RUS", "tonnes": 6.0}, {"country": "JPN", "tonnes": 3.0},
        {"country": "WLD", "type": "world", "tonnes": 900.0},
    )  # fmt: skip
    row = one(production_concentration(gallium))
    shares = {r["country"]: r["share_low"] for r in production_shares(gallium).to_pylist()}

    assert (row["total"], row["denominator"]) == (
        909.0, ADDED_ABOVE,
    )  # fmt: skip
    assert (row["coverage"], row["unnamed_share"]) == (pytest.approx(1.0), 0.0)
    assert row["hhi_low"] == row["hhi_high"] == pytest.approx(1e4 * (900**2 + 6**2 + 3**2) / 909**2)
    assert shares == pytest.approx({"CHN": 900 / 909, "JPN": 3 / 909, "RUS": 6 / 909})


def test_the_sum_counts_other_countries_and_the_least_that_a_bound_allows():
    row = one(production_concentration(production(
        {"tonnes": 70.0}, {"country": "AUS", "low": 25.0, "qualifier": "more-than"},
        {"country": "XOC", "type": "rest", "tonnes": 9.0},
        {"country": "WLD", "type": "world", "tonnes": 100.0},
    )))  # fmt: skip

    assert (row["total"], row["coverage"]) == (104.0, pytest.approx(95 / 104))
    assert row["cr1"] == pytest.approx(70 / 104)


@given(
    st.lists(st.floats(0.01, 1_000), min_size=1, max_size=8), st.floats(0, 100),
    st.floats(0.01, 5_000),
)  # fmt: skip
def test_shares_of_production_add_up_to_at_most_all(amounts, others, printed):
    rows = [{"country": f"C{n}", "tonnes": tonnes} for n, tonnes in enumerate(amounts)]
    made = production(*rows, {"country": "XOC", "type": "rest", "tonnes": others},
                      {"country": "WLD", "type": "world", "tonnes": printed})  # fmt: skip
    row = one(production_concentration(made))
    added = sum(r["share_low"] for r in production_shares(made).to_pylist())

    assert added <= 1 + 1e-8
    assert row["total"] == pytest.approx(max(printed, sum(amounts) + others))
    assert row["hhi_low"] <= row["hhi_high"] <= 10_000


def test_ten_equal_suppliers_are_unconcentrated():
    made = [{"country": f"C{n}", "tonnes": 0.1} for n in range(10)]
    row = one(production_concentration(production(*made)))

    assert (row["hhi_low"], row["band"]) == (pytest.approx(1_000), "unconcentrated")


def test_flows_priced_far_from_their_product_are_found_by_value_weighted_median():
    sold = pa.table({
        "product": ["metal"] * 4 + ["ore"], "period": ["2024"] * 5,
        "usd": [124.8, 330.0, 60.0, 5.0, 1.0], "tonnes": [31.2, 5.5, 1.0, None, 100.0],
    })  # fmt: skip
    priced = far_unit_values(sold)

    assert priced["far"].to_pylist() == [True, False, False, False, False]
    assert priced["median"].to_pylist() == [60.0, 60.0, 60.0, None, 0.01]


def test_no_production_at_all_has_no_index():
    row = one(production_concentration(production({"tonnes": 0.0})))

    assert (row["hhi_low"], row["top"], row["note"]) == (None, None, "no production")
    assert production_concentration(production()).num_rows == 0


def test_order_scale_and_idle_countries_change_no_index_of_production():
    rows = [{"tonnes": 61.7}, {"country": "AUS", "tonnes": 20.1}, {"country": "MMR", "tonnes": 9.3},
            {"country": "WLD", "type": "world", "tonnes": 100.0}]  # fmt: skip
    first = one(production_concentration(production(*rows)))
    for order in permutations(rows):
        assert one(production_concentration(production(*order))) == first
    scaled = [row | {"tonnes": row["tonnes"] * 8} for row in rows]
    idle = [*rows, {"country": "FRA", "tonnes": 0.0}]
    for changed in (scaled, idle):
        row = one(production_concentration(production(*changed)))
        assert {n: row[n] for n in row if n != "total"} == pytest.approx(
            {n: first[n] for n in first if n != "total"}
        )


@pytest.fixture(scope="module")
def shipped_production(sliced_facts):
    facts = sliced_facts
    made = facts["PRODUCES"]
    stages = dict(zip(*(facts["Product"][n].to_pylist() for n in ("key", "stage")), strict=True))
    types = {
        row["iso3"]: row["type"] for kind in ("Country", "Area") for row in facts[kind].to_pylist()
    }
    made = made.append_column("stage", pa.array([stages[p] for p in made["product"].to_pylist()]))
    return made.append_column("type", pa.array([types[c] for c in made["country"].to_pylist()]))


def test_shipped_production_has_the_hhi_of_the_shares_that_the_usgs_figures_give(
    shipped_production,
):
    squares: dict[tuple[str, ...], float] = {}
    for row in shipped_production.to_pylist():
        is_figure = row["share"] is not None and row["tonnes"] is not None
        if is_figure and row["type"] in ("country", "territory"):
            scope = tuple(row[n] for n in ("product", "period", "basis", "source"))
            squares[scope] = squares.get(scope, 0.0) + 10_000 * row["share"] ** 2
    found = {
        tuple(row[n] for n in ("product", "period", "basis", "source")): row["hhi_low"]
        for row in production_concentration(shipped_production).to_pylist()
    }

    assert len(squares) > 100
    for scope, index in squares.items():
        if found[scope] is not None:  # a share is rounded to six digits in the seeds
            assert found[scope] == pytest.approx(min(index, 10_000), abs=0.5), scope


def test_china_mined_70_percent_of_the_rare_earths_of_2024(shipped_production):
    rows = production_concentration(shipped_production).to_pylist()
    asked = ("rare-earth-ore", "2024", "usgs-mcs-2026")
    (row,) = (r for r in rows if (r["product"], r["period"], r["source"]) == asked)

    # The figures of the table add up to 384,000 t, its total is printed as 380,000 t.
    assert (row["top"], row["total"], row["denominator"]) == (
        "CHN", 384_000, ADDED_ABOVE,
    )  # fmt: skip
    assert row["cr1"] == pytest.approx(270 / 384)
    assert (row["band"], row["above_4000"], row["top_above_65"]) == ("high", True, True)


# --- imports


def test_imports_are_measured_by_value_and_by_mass():
    rows = import_concentration(flows(
        {"usd": 80.0, "tonnes": 1.0}, {"supplier": "JPN", "usd": 20.0, "tonnes": 3.0}
    )).to_pylist()  # fmt: skip

    assert [(r["measure"], r["top"], r["total"]) for r in rows] == [
        ("usd", "CHN", 100.0), ("tonnes", "JPN", 4.0),
    ]  # fmt: skip
    assert [r["hhi_low"] for r in rows] == pytest.approx([6_800, 6_250])


def test_import_concentration_has_the_hhi_of_import_shares_where_all_are_named():
    rng = np.random.default_rng(7)
    trade = flows(*(
        {"consumer": f"C{c}", "supplier": f"S{s}", "usd": float(rng.integers(0, 50)),
         "tonnes": float(rng.integers(1, 50)) if rng.random() < 0.8 else None}
        for c in range(12) for s in rng.choice(30, 8)
    ))  # fmt: skip
    wanted = {(r["consumer"], m): r[f"hhi_{m}"] for r in import_shares(trade).to_pylist()
              for m in ("usd", "tonnes") if r[f"hhi_{m}"] is not None}  # fmt: skip
    found = {(r["consumer"], r["measure"]): r for r in import_concentration(trade).to_pylist()}

    assert {k: r["hhi_low"] for k, r in found.items()} == pytest.approx(wanted)
    assert all(r["hhi_low"] == r["hhi_high"] for r in found.values())
    mixed = trade.take(pa.array(rng.permutation(len(trade))))
    assert import_concentration(mixed).equals(import_concentration(trade))


def test_unnamed_suppliers_are_not_a_country():
    trade = flows(
        {"usd": 30.0}, {"supplier": "JPN", "usd": 10.0}, {"supplier": "X899", "usd": 60.0}
    )
    row = one(import_concentration(trade, unnamed=["X899"]))

    assert (row["suppliers"], row["top"], row["unnamed_share"]) == (2, "CHN", pytest.approx(0.6))
    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((1_000, 4_600))
    assert row["top_above_65"] is False
    assert row["cr1_high"] == pytest.approx(0.6)


def test_imports_from_nobody_named_and_of_nothing_have_no_index():
    only = one(import_concentration(flows({"supplier": "X899", "usd": 5.0}), unnamed=["X899"]))

    assert (only["hhi_low"], only["top"], only["total"]) == (None, None, 5.0)
    assert import_concentration(flows({"usd": 0.0})).num_rows == 0
    assert import_concentration(flows()).num_rows == 0


# --- net import reliance


def test_net_import_reliance_is_net_imports_over_apparent_consumption():
    trade = flows(
        {"consumer": "USA", "tonnes": 80.0},
        {"consumer": "CAN", "supplier": "USA", "tonnes": 20.0},
    )
    made = production({"country": "USA", "product": "ree-metals", "basis": "gross", "tonnes": 40.0})
    row = one(net_import_reliance(trade, made, countries=["USA"]))

    assert (row["imports"], row["exports"]) == (80.0, 20.0)
    assert (row["reliance_low"], row["reliance_high"]) == (0.6, 0.6)
    assert (row["net_exporter"], row["missing"]) == (False, None)
    assert (row["production_low"], row["production_high"]) == (40.0, 40.0)
    assert row["production_source"] == made["source"][0].as_py()


def test_with_withheld_production_reliance_is_anything_up_to_all():
    trade = flows({"consumer": "USA", "tonnes": 8.0})
    withheld = {"country": "USA", "product": "ree-metals", "basis": "gross", "tonnes": None}
    row = one(net_import_reliance(trade, production(withheld), countries=["USA"]))

    assert (row["production_low"], row["production_high"]) == (0.0, None)
    assert (row["reliance_low"], row["reliance_high"]) == (0.0, 1.0)


def test_a_net_exporter_relies_on_nobody():
    trade = flows({"consumer": "USA", "tonnes": 5.0}, {"supplier": "USA", "tonnes": 20.0})
    made = production({"country": "USA", "product": "ree-metals", "basis": "gross", "tonnes": 40.0})
    row = one(net_import_reliance(trade, made, countries=["USA"]))

    assert (row["reliance_low"], row["reliance_high"], row["net_exporter"]) == (0.0, 0.0, True)


@pytest.mark.parametrize(("more", "reliance"), [((), 0.0), (({"supplier": "JPN"},), None)])
def test_a_net_exporter_of_unknown_production_relies_on_nobody_unless_a_mass_is_unknown(
    more, reliance
):
    weighed = flows({"consumer": "USA", "tonnes": 5.0}, {"supplier": "USA", "tonnes": 20.0})
    unweighed = [flows({"consumer": "USA", **flow}) for flow in more]
    trade = pa.concat_tables([weighed, *unweighed])
    row = one(net_import_reliance(trade, production(), countries=["USA"]))

    assert row["reliance_high"] == reliance
    assert "production" in row["missing"]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"basis": "REO", "tonnes": 1.0}, "basis: … trade … gross … production … REO"),
        ({"country": "CHN", "tonnes": 1.0}, "production"),
        ({"tonnes": 0.0}, ""),
    ],
)
def test_what_keeps_reliance_from_being_computed_is_said(change, missing):
    made = production({"country": "USA", "product": "ree-metals", "basis": "gross"} | change)
    row = one(
        net_import_reliance(flows({"consumer": "USA", "tonnes": 8.0}), made, countries=["USA"])
    )

    assert unsaid(row["missing"] or "", missing) == []
    assert (row["reliance_low"] is None) == (row["missing"] is not None) == bool(missing)


def test_flows_without_a_mass_are_counted():
    trade = flows({"consumer": "USA", "tonnes": 8.0}, {"consumer": "USA", "supplier": "JPN"})
    made = production({"country": "USA", "product": "ree-metals", "basis": "gross", "tonnes": 2.0})

    assert one(net_import_reliance(trade, made, countries=["USA"]))["missing"] == (
        "the mass of 1 flow"
    )


def test_a_published_reliance_stays_censored_beside_the_computed_one():
    claim = {
        "key": "c", "kind": "net-import-reliance", "consumer": "USA", "product": "ree-metals",
        "period": "2024", "value": None, "low": 0.95, "high": None, "qualifier": "more-than",
        "published_value": ">95", "source": "usgs", "basis": None,
    }  # fmt: skip
    row = one(net_import_reliance(flows(), production(), pa.Table.from_pylist([claim])))

    assert (row["reliance_low"], row["missing"]) == (None, "trade flows; production")
    assert (row["published_low"], row["published_value"], row["published_as"]) == (
        0.95, None, ">95",
    )  # fmt: skip
    of_nobody = pa.Table.from_pylist([claim | {"consumer": None}])
    assert len(net_import_reliance(flows(), production(), of_nobody)) == 0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1e-3, 1e3))
@SETTINGS
def test_reliance_is_a_share_and_keeps_when_all_is_scaled(imports, exports, made, factor):
    found = reliance_bounds(imports, exports, (made, made))
    if found is not None:
        assert 0 <= found[0] == found[1] <= 1
    if made + imports - exports > 1:
        scaled = reliance_bounds(imports * factor, exports * factor, (made * factor,) * 2)
        assert scaled == pytest.approx(found, abs=1e-6)


# --- N-1


def balance(*rows: tuple[str, str, float | None, float | None]) -> pa.Table:
    names = ("country", "type", "supply", "demand")
    return pa.Table.from_pylist(
        [{"product": "dy", "period": "2035"} | dict(zip(names, row, strict=True)) for row in rows],
        schema=pa.schema([("product", pa.string()), ("period", pa.string()),
                          ("country", pa.string()), ("type", pa.string()),
                          ("supply", NUMBER), ("demand", NUMBER)]),
    )  # fmt: skip


def test_n_minus_1_leaves_out_the_largest_supplier_and_its_demand():
    row = one(n_minus_1(balance(
        ("CHN", "country", 90.0, 50.0), ("MYS", "country", 10.0, 10.0),
        ("JPN", "country", 0.0, 30.0),
    )))  # fmt: skip

    assert (row["largest"], row["ratio_low"], row["ratio_high"]) == ("CHN", 0.25, 0.25)


def test_an_unknown_demand_of_the_largest_supplier_gives_a_range_from_below():
    row = one(n_minus_1(balance(
        ("CHN", "country", 90.0, None), ("MYS", "country", 10.0, 10.0),
        ("WLD", "world", 100.0, 100.0),
    )))  # fmt: skip

    assert (row["ratio_low"], row["ratio_high"], row["missing"]) == (0.1, None, "demand of CHN")


def test_n_minus_1_without_a_total_of_demand_says_so():
    row = one(n_minus_1(balance(("CHN", "country", 90.0, 5.0), ("MYS", "country", 10.0, None))))

    assert (row["ratio_low"], row["missing"]) == (None, "demand")
    assert n_minus_1(balance()).num_rows == 0
