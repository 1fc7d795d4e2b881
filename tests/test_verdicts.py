from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import Naming
from supply_cases import FIGURE

from graphkit.analysis.claims.evidence import Loaded, half_unit
from graphkit.analysis.claims.phrases import Verdict
from graphkit.analysis.claims.verdicts import (
    Tolerance,
    check_claims,
    failed_expectations,
    verdict_counts,
)

CONTRADICTED, TWO_SOURCES, BORNE_OUT, CANNOT_BE_TOLD, NO_MEASUREMENT = Verdict
UNNAMED_BASKET = Naming("basket … products")
"""The reason of a claim that does not name the products it counts."""

SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
TEXT, NUMBER = pa.string(), pa.float64()
CLAIM = dict.fromkeys(
    ("key", "kind", "consumer", "supplier", "rival", "located", "product", "element", "stage",
     "period", "than", "value", "low", "high", "qualifier", "unit", "measure", "counted_by",
     "includes", "includes_other", "basis", "source")
)  # fmt: skip
SHARE = CLAIM | {
    "key": "claim", "kind": "share", "consumer": "KOR", "supplier": "CHN", "product": "metals",
    "period": "2024", "unit": "share", "measure": "imports", "counted_by": "value", "source": "s",
}  # fmt: skip

Flow = tuple[str, str, str, str, float | None, float | None]
"""Supplier, consumer, product, period, USD and tonnes."""
TRADE: list[Flow] = [
    ("CHN", "KOR", "metals", "2024", 80.0, 30.0),
    ("JPN", "KOR", "metals", "2024", 15.0, 60.0),
    ("HKG", "KOR", "metals", "2024", 5.0, 10.0),
    ("CHN", "KOR", "compounds", "2024", 20.0, 100.0),
    ("MYS", "KOR", "compounds", "2024", 80.0, 100.0),
    ("CHN", "JPN", "metals", "2024", 60.0, 90.0),
    ("CHN", "KOR", "metals", "2023", 40.0, 10.0),
]
CODES = {"metals": "280530", "compounds": "284690", "oxide": "284690", "ore": "253090",
         "magnets": "850511"}  # fmt: skip
WORLD = [{"tonnes": 270_000.0}, {"country": "AUS", "tonnes": 29_000.0},
         {"country": "WLD", "type": "world", "tonnes": 380_000.0}]  # fmt: skip


def table(rows: list[dict[str, Any]], numbers: tuple[str, ...] = ()) -> pa.Table:
    names = rows[0] if rows else {}
    types = dict.fromkeys(numbers, NUMBER) | {"includes": pa.list_(TEXT)}
    schema = pa.schema([(n, types.get(n, TEXT)) for n in names])
    return pa.Table.from_pylist(rows, schema=schema)


def graph(trade: list[Flow] | None = None, made: list[dict[str, Any]] | None = None) -> Loaded:
    """Rare-earth metals and compounds, the ore behind them, and a magnet of many elements."""
    names = ("supplier", "consumer", "product", "period", "usd", "tonnes")
    labels = {
        "reporter": "reconciled",
        "dataset": "baci",
        "source": "cepii",
        "basis": "gross",
        "valuation": "fob",
        "hs_revision": "HS92",
    }
    flows = [
        dict(zip(names, f, strict=True)) | labels | {"hs": CODES[f[2]]}
        for f in (TRADE if trade is None else trade)
    ]
    products = [
        ("metals", "Rare-earth metals", "metal"), ("compounds", "Rare-earth compounds", "separate"),
        ("oxide", "Dysprosium oxide", "separate"), ("ore", "Rare-earth ore", "mine"),
        ("magnets", "Permanent magnets", "component"),
    ]  # fmt: skip
    inside = {"metals": "Dy Nd", "compounds": "Dy Nd", "oxide": "Dy", "ore": "Dy Nd",
              "magnets": "Dy Nd B Co Fe"}  # fmt: skip
    empty = dict.fromkeys((*names, *labels, "hs"))
    return Loaded(
        table(flows or [empty], ("usd", "tonnes")).slice(0, len(flows)),
        table([FIGURE, *(FIGURE | row for row in made or [])], ("tonnes", "low", "high")).slice(1),
        table([dict(zip(("key", "name", "stage"), p, strict=True)) for p in products]),
        table([{"product": p, "element": e} for p, text in inside.items() for e in text.split()]),
        table([{"parent": g, "member": m} for g, m in
               (("REE", "Dy"), ("REE", "Nd"), ("EU", "DEU"), ("EU", "FRA"))]),
        table([{"key": k, "type": t} for k, t in
               (("EU", "group"), ("XOC", "rest"), ("WLD", "world"), ("X899", "unspecified"))]),
        codes(metals="exact", compounds="exact", oxide="proxy", ore="proxy", magnets="exact"),
    )  # fmt: skip


def codes(**fits: str) -> pa.Table:
    return table([
        {"product": p, "hs": CODES[p], "hs_revision": "HS92", "fit": fit, "note": None}
        for p, fit in fits.items()
    ])  # fmt: skip


def claims_of(*rows: dict[str, Any]) -> pa.Table:
    return table(
        [SHARE | {"key": f"c{i}"} | row for i, row in enumerate(rows)], ("value", "low", "high")
    )


def check(loaded: Loaded | None = None, **claim: Any) -> dict[str, Any]:
    (row,) = check_claims(claims_of(claim), loaded or graph()).to_pylist()
    return dict(row)


def verdict(loaded: Loaded | None = None, **claim: Any) -> str:
    return str(check(loaded, **claim)["verdict"])


# --- shares of imports


@pytest.mark.parametrize(
    ("value", "qualifier", "wanted"),
    [
        (0.8, None, BORNE_OUT), (0.809, None, BORNE_OUT), (0.82, None, TWO_SOURCES),
        (0.82, "about", BORNE_OUT), (0.83, "about", TWO_SOURCES),
        (0.79, "more-than", BORNE_OUT), (0.8, "more-than", CONTRADICTED),
        (0.8, "at-least", BORNE_OUT), (0.8, "less-than", CONTRADICTED),
        (0.81, "less-than", BORNE_OUT), (0.8, "up-to", BORNE_OUT), (0.7, "up-to", CONTRADICTED),
        (None, "withheld", CANNOT_BE_TOLD),
    ],
)  # fmt: skip
def test_a_share_is_held_against_its_rounding_and_qualifier(value, qualifier, wanted):
    assert verdict(value=value, qualifier=qualifier) == wanted


def test_a_published_range_is_borne_out_inside_it():
    assert verdict(low=0.75, high=0.85, qualifier="range") == BORNE_OUT
    assert verdict(low=0.3, high=0.4, qualifier="range") == CONTRADICTED


def test_a_small_share_is_not_borne_out_by_one_that_is_a_third_larger():
    assert verdict(value=0.04, supplier="HKG", counted_by="value") == TWO_SOURCES
    assert verdict(value=0.05, supplier="HKG") == BORNE_OUT


def test_both_figures_and_their_difference_are_given():
    row = check(value=0.9)

    assert (row["claimed_low"], row["found"], row["difference"]) == (
        0.9, 0.8, pytest.approx(-0.1),
    )  # fmt: skip
    assert row["found_by"] == "by value, metals (baci)"
    assert row["readings"] == ["by value, metals (baci): 0.8"]


def test_without_a_stated_basis_value_or_weight_may_bear_a_share_out():
    by_value, by_weight = (check(value=v, counted_by=None) for v in (0.8, 0.3))

    assert (by_value["verdict"], by_value["agrees"]) == (BORNE_OUT, ["by value, metals (baci)"])
    assert (by_weight["verdict"], by_weight["agrees"]) == (BORNE_OUT, ["by weight, metals (baci)"])
    assert verdict(value=0.3, counted_by="value") == CONTRADICTED


def test_a_share_between_value_and_weight_cannot_be_told():
    row = check(value=0.55, counted_by=None)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("by value … by weight … both sides")]


def test_a_share_just_outside_every_reading_of_an_unstated_basis_cannot_be_told():
    assert verdict(value=0.84, counted_by=None) == CANNOT_BE_TOLD
    assert verdict(value=0.95, counted_by=None) == CONTRADICTED
    strict = Tolerance(unstated=0)
    (row,) = check_claims(
        claims_of({"value": 0.84, "counted_by": None}), graph(), strict
    ).to_pylist()
    assert row["verdict"] == TWO_SOURCES


def test_two_sources_differ_by_no_more_than_two_offices_usually_do():
    """Of a share of 80 %, a figure of the same source or further than that is contradicted."""
    assert verdict(value=0.86) == TWO_SOURCES
    assert verdict(value=0.88) == CONTRADICTED
    assert verdict(value=0.86, source="cepii") == CONTRADICTED
    assert verdict(value=0.02, supplier="HKG", counted_by="value") == CONTRADICTED
    assert verdict(value=0.8, qualifier="less-than") == CONTRADICTED


def test_a_reading_that_lacks_its_mass_can_bear_out_but_not_contradict():
    light = [(*f[:5], None) if f[0] == "JPN" else f for f in TRADE]
    row = check(graph(light), value=0.6, counted_by="weight")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("15% … trade … by weight, metals (baci)")]
    row = check(graph(light), value=0.75, counted_by="weight")
    assert (row["verdict"], row["missing"]) == (BORNE_OUT, [])


def test_a_series_without_any_mass_leaves_the_reading_by_weight_missing():
    bare = graph([(*f[:5], None) for f in TRADE])
    row = check(bare, value=0.6, counted_by=None)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert Naming("by weight, metals (baci)") in row["missing"]
    assert verdict(bare, value=0.8, counted_by=None) == BORNE_OUT


def test_an_element_means_all_its_products_together_if_the_claim_names_none():
    ree = {"product": None, "element": "REE", "counted_by": "value"}

    assert check(value=0.5, **ree)["agrees"] == ["by value, compounds + metals (baci)"]
    part = check(value=0.8, **ree)
    assert part["verdict"] == CANNOT_BE_TOLD
    assert part["missing"] == [Naming("basket … part … by value, metals (baci)")]
    assert check(value=0.35, **ree)["missing"] == [UNNAMED_BASKET]


@pytest.mark.parametrize("value", [0.05, 0.99])
def test_a_share_that_no_mixture_of_the_products_reaches_is_contradicted(value):
    row = check(value=value, product=None, element="REE", counted_by="value")

    assert row["verdict"] == CONTRADICTED
    points = f"{100 * abs(0.5 - value):.1f} points"
    assert row["likely_cause"] == Naming(f"{points} … basket … at most 30.0 points")


def test_one_product_alone_does_not_contradict_a_claim_on_an_unnamed_basket():
    metals = graph([f for f in TRADE if f[2] == "metals"])
    only = replace(metals, codes=codes(metals="exact"))
    row = check(only, value=0.3, product=None, element="REE", counted_by="value")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [UNNAMED_BASKET]


def test_a_product_that_a_claim_includes_is_missing_without_trade_of_its_own():
    row = check(value=0.3, product=None, element="REE", includes=["metals", "ore"])

    assert (row["verdict"], row["missing"]) == (CANNOT_BE_TOLD, ["trade in ore"])


def test_an_amount_of_an_unnamed_basket_is_not_contradicted():
    row = check(kind="quantity", unit="USD", value=1e6, product=None, element="REE")

    assert row["missing"] == [UNNAMED_BASKET]


def test_shares_of_one_table_are_read_in_the_measure_that_fits_them_together():
    table = {"counted_by": None, "basis": "customs"}
    suppliers = {"CHN": 0.3, "JPN": 0.6, "HKG": 0.12}
    claims = claims_of(*({**table, "supplier": s, "value": v} for s, v in suppliers.items()))
    rows = check_claims(claims, graph()).to_pylist()

    assert {row["verdict"] for row in rows[:2]} == {BORNE_OUT}
    assert [len(row["readings"]) for row in rows] == [1, 1, 1]
    assert rows[2]["found_by"] == Naming("by weight, metals (baci)", "other figures")


def test_shares_of_two_tables_do_not_choose_the_measure_of_each_other():
    rows = [{"supplier": "CHN", "value": 0.3}, {"supplier": "JPN", "value": 0.6, "basis": "b"}]
    checked = check_claims(claims_of(*(r | {"counted_by": None} for r in rows)), graph())

    assert [len(row["readings"]) for row in checked.to_pylist()] == [2, 2]


def test_a_bound_without_a_stated_basis_needs_both_measures():
    below = {"qualifier": "less-than", "counted_by": None}
    row = check(value=0.5, **below)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("by value … by weight … one")]
    assert check(value=0.9, **below)["verdict"] == BORNE_OUT
    assert check(value=0.2, **below)["verdict"] == CONTRADICTED


FREIGHT, OTHER_DATA = "freight", "baci"
"""The words by which two reasons are known: freight and insurance, and another data set."""


@pytest.mark.parametrize(
    ("claim", "cause"),
    [
        ({}, f"19.0 points … {FREIGHT} … at most 1.5 points … 17.5 points … {OTHER_DATA}"),
        ({"value": 0.814}, f"1.4 points … {FREIGHT} … at most 1.4 points"),
        ({"counted_by": "weight"}, f"all 69.0 points … {OTHER_DATA}"),
        ({"counted_by": "mass"}, f"all 69.0 points … gross … content … {OTHER_DATA}"),
        ({"measure": "exports"}, f"all 41.9 points … {OTHER_DATA}"),
    ],
)  # fmt: skip
def test_a_contradiction_says_which_reason_explains_how_much(claim, cause):
    told = check(**{"value": 0.99} | claim)["likely_cause"]

    assert told == Naming(cause)
    assert (FREIGHT in told, OTHER_DATA in told) == (FREIGHT in cause, OTHER_DATA in cause)


def test_others_that_a_table_does_not_name_are_named_with_their_shares():
    rows = [{"supplier": "CHN", "value": 0.8}, {"supplier": "XOC", "value": 0.02}]
    others = check_claims(claims_of(*rows), graph()).to_pylist()[1]

    assert others["verdict"] == CONTRADICTED
    assert others["likely_cause"] == Naming("baci … JPN 15.0 % … HKG 5.0 %")


def test_what_a_later_edition_revised_is_the_first_reason():
    newer = SHARE | {"value": 0.81, "source": "y-2026"}
    row = check(replace(graph(), later={"c0": newer}), value=0.99)

    assert row["likely_cause"] == Naming(
        f"19.0 points … later … y-2026 … 81 % … at most 18.0 points … {FREIGHT}"
    )


def test_a_claim_of_a_mass_is_read_by_weight_alone_and_may_be_of_content():
    row = check(value=0.34, counted_by="mass")

    assert row["readings"] == ["by weight, metals (baci): 0.3"]
    assert (row["verdict"], row["missing"]) == (
        CANNOT_BE_TOLD, [Naming("gross … content … near")],
    )  # fmt: skip
    assert verdict(value=0.8, counted_by="mass") == CONTRADICTED


def test_a_code_that_holds_much_else_neither_contradicts_nor_bears_out():
    oxide: list[Flow] = [("CHN", "KOR", "oxide", "2024", 9.0, 9.0),
                         ("JPN", "KOR", "oxide", "2024", 1.0, 1.0)]  # fmt: skip
    row = check(graph(oxide), product="oxide", value=0.3)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("HS 284690 … other goods than oxide")]
    agrees = check(graph(oxide), product="oxide", value=0.9)
    assert (agrees["verdict"], agrees["missing"]) == (CANNOT_BE_TOLD, row["missing"])


def test_a_code_that_is_mostly_the_product_contradicts_nothing_either():
    dominant = codes(metals="dominant").set_column(4, "note", pa.array(["Holds scrap too."]))
    row = check(replace(graph(), codes=dominant), value=0.99)

    assert (row["verdict"], row["likely_cause"]) == (CANNOT_BE_TOLD, None)
    assert row["missing"] == [Naming("HS 280530 … other goods than metals … Holds scrap too")]
    assert verdict(replace(graph(), codes=dominant), value=0.8) == BORNE_OUT


def test_a_wider_code_of_another_data_set_is_no_doubt():
    wide = codes(oxide="dominant").to_pylist()[0] | {"product": "metals", "hs_revision": "HS17"}
    two = table([*codes(metals="exact").to_pylist(), wide])

    assert verdict(replace(graph(), codes=two), value=0.99) == CONTRADICTED


def test_a_product_without_the_trade_of_one_of_its_codes_is_a_part():
    absent = codes(oxide="exact").to_pylist()[0] | {"product": "metals"}
    two = table([*codes(metals="exact").to_pylist(), absent])
    row = check(replace(graph(), codes=two), value=0.8)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("trade … HS 284690 … metals")]


def test_the_years_of_a_wider_product_are_named_without_those_between():
    compounds: list[Flow] = [
        ("CHN", "KOR", "compounds", year, 9.0, 9.0) for year in ("2022", "2024")
    ]
    row = check(graph(compounds), product="oxide", period="2023", value=0.3)

    assert row["missing"] == [Naming("oxide in 2023"), Naming("alone … compounds (2022, 2024)")]


def test_products_that_stand_in_two_data_sets_are_not_missing():
    trade = graph().flows.to_pylist()
    for flow in trade:
        flow["dataset"] = "baci" if flow["product"] == "metals" else "other"
    split = replace(graph(), flows=pa.Table.from_pylist(trade, graph().flows.schema))
    row = check(split, value=0.99, product=None, element="REE", counted_by="value")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("one data set … compounds … other … metals … baci")]


def test_a_claim_that_names_its_products_can_be_contradicted():
    ree = {"product": None, "element": "REE", "includes": ["compounds", "metals"]}

    assert verdict(value=0.5, **ree) == BORNE_OUT
    assert verdict(value=0.8, **ree) == CONTRADICTED
    only = ree | {"includes": ["metals"]}
    assert check(value=0.8, **only)["agrees"] == ["by value, metals (baci)"]


@pytest.mark.parametrize("includes", [None, ["metals"]])
def test_a_basket_with_a_form_that_is_not_a_product_cannot_be_told(includes):
    row = check(value=0.5, product=None, element="REE", includes=includes, includes_other="scrap")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"][0] == Naming("scrap … no product")


def test_a_form_that_is_not_a_product_does_not_need_the_trade_of_the_element_s_products():
    row = check(value=0.5, product=None, element="REE", includes_other="stainless steel")

    assert row["missing"] == [Naming("stainless steel … no product … 2024")]


def test_a_form_with_a_code_of_its_own_that_has_no_trade_is_missing():
    metals = graph([f for f in TRADE if f[2] == "metals"])
    row = check(metals, value=0.8, product=None, element="REE")

    # The ore has no code of its own, the oxide is a part of the compounds: neither is missing.
    assert (row["verdict"], row["missing"]) == (CANNOT_BE_TOLD, ["trade in compounds"])


def test_one_element_of_a_mixed_product_cannot_be_told_and_the_mixed_product_is_named():
    row = check(value=0.9, product="oxide", period="2025-Q1")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("oxide in 2025-Q1"), Naming("alone … compounds (2024)")]


def test_a_period_without_trade_is_missing_and_months_add_up():
    row = check(value=0.8, period="2025")
    assert (row["verdict"], row["missing"]) == (CANNOT_BE_TOLD, ["trade in metals in 2025"])

    months = [
        (who, "KOR", "metals", f"2025-0{m}", usd, None)
        for m in (1, 2, 3) for who, usd in (("CHN", 9.0), ("JPN", 1.0))
    ]  # fmt: skip
    assert verdict(graph(months), value=0.9, period="2025-Q1") == BORNE_OUT
    assert check(graph(months[:4]), value=0.9, period="2025-Q1")["missing"] == [
        "trade in metals in 2025-03"
    ]


def test_years_of_an_average_are_added_up():
    assert check(value=1.0, period="2023-2024")["found"] == pytest.approx(120 / 140)


def test_a_claim_without_a_period_is_only_compared():
    row = check(value=0.8, period=None)

    assert (row["verdict"], row["found"]) == (CANNOT_BE_TOLD, 0.8)
    assert row["found_by"] == Naming("2024 … by value, metals (baci)")
    assert row["missing"] == [Naming("period … none")]


def test_a_group_buys_what_its_members_buy_from_outside():
    trade: list[Flow] = [
        ("CHN", "DEU", "metals", "2024", 60.0, None), ("FRA", "DEU", "metals", "2024", 900.0, None),
        ("JPN", "FRA", "metals", "2024", 40.0, None),
    ]  # fmt: skip

    assert check(graph(trade), consumer="EU", value=0.6)["verdict"] == BORNE_OUT


def test_other_countries_are_those_that_the_table_does_not_name():
    rows = check_claims(
        claims_of({"value": 0.8}, {"supplier": "XOC", "value": 0.2}), graph()
    ).to_pylist()

    assert [r["verdict"] for r in rows] == [BORNE_OUT, BORNE_OUT]
    assert rows[1]["found_by"] == Naming("by value … all but CHN, metals (baci)")


def test_china_includes_hong_kong_where_the_claim_says_so():
    assert check(value=0.85, includes=["HKG"])["found_by"] == Naming(
        "by value … HKG, metals (baci)"
    )
    assert verdict(value=0.85, includes=["HKG"]) == BORNE_OUT
    assert verdict(value=0.85) == TWO_SOURCES


def test_other_countries_do_not_hold_those_that_a_claim_of_the_table_includes():
    rows = check_claims(
        claims_of({"value": 0.85, "includes": ["HKG"]}, {"supplier": "XOC", "value": 0.15}),
        graph(),
    ).to_pylist()

    assert rows[1]["found_by"] == Naming("by value … all but CHN HKG, metals (baci)")
    assert rows[1]["verdict"] == BORNE_OUT


def traced(*ranges: tuple[str, float, float]) -> Loaded:
    """The graph with imports of metals looked through to some stages."""
    rows = [
        {"consumer": "KOR", "origin": "CHN", "product": "metals", "traced_to": stage,
         "period": "2024", "measure": "usd", "low": low, "high": high}
        for stage, low, high in ranges
    ]  # fmt: skip
    return replace(graph(), origins=table(rows, ("low", "high")))


@pytest.mark.parametrize(
    ("ranges", "wanted"),
    [
        ([("mine", 0.85, 0.95), ("metal", 0.9, 0.9)], BORNE_OUT),
        ([("mine", 0.1, 0.5), ("metal", 0.6, 0.7)], CONTRADICTED),
        ([("mine", 0.5, 0.95), ("metal", 0.9, 0.9)], CANNOT_BE_TOLD),
        ([("mine", 0.1, 0.5), ("metal", 0.9, 0.9)], CANNOT_BE_TOLD),
    ],
)
def test_a_share_by_origin_is_held_against_the_look_through_at_every_stage(ranges, wanted):
    claim = {"value": 0.8, "qualifier": "more-than", "measure": "imports by origin"}

    assert verdict(traced(*ranges), **claim) == wanted


def test_a_share_by_origin_names_the_look_through_that_contradicts_it():
    row = check(traced(("metal", 0.1, 0.2)), value=0.8, measure="imports by origin")

    assert row["found_by"] == Naming("by value, metals … looked through … stage metal")
    assert row["likely_cause"] == Naming("all 65.0 points … look-through")


def test_a_share_by_origin_is_not_held_against_the_last_seller():
    row = check(value=0.8, measure="imports by origin")

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("production … last seller … 2024")]


def test_a_share_of_exports_is_of_the_suppliers_exports():
    assert check(value=0.57, measure="exports")["found"] == pytest.approx(80 / 140)


# --- comparisons, ranks, amounts

COMPARE = {"value": None, "unit": None, "counted_by": None}


def test_more_than_compares_two_periods_as_they_are():
    trade: list[Flow] = [
        *TRADE, ("CHN", "KOR", "metals", "2025-Q1", 90.0, 12.0),
    ]  # fmt: skip
    claim = COMPARE | {"kind": "more-than", "period": "2025-Q1", "than": "2024"}
    row = check(graph(trade), **claim | {"counted_by": "value"})

    assert (row["verdict"], row["found"], row["difference"]) == (BORNE_OUT, 10.0, None)
    assert row["agrees"] == ["by value, metals (baci)"]
    assert verdict(graph(trade), **claim) == CANNOT_BE_TOLD
    assert verdict(graph(trade), **claim | {"counted_by": "weight"}) == CONTRADICTED
    assert check(**claim)["missing"] == ["trade in metals in 2025-Q1"]


def test_ahead_of_compares_two_buyers():
    claim = COMPARE | {"kind": "ahead-of", "rival": "JPN", "measure": "exports"}

    assert verdict(**claim | {"counted_by": "value"}) == BORNE_OUT
    assert verdict(**claim | {"counted_by": "weight"}) == CONTRADICTED
    assert verdict(**claim) == CANNOT_BE_TOLD


def test_an_equal_amount_is_not_more():
    same: list[Flow] = [("CHN", "KOR", "metals", y, 5.0, 5.0) for y in ("2023", "2024")]

    assert verdict(graph(same), **COMPARE | {"kind": "more-than", "than": "2023"}) == CONTRADICTED


@pytest.mark.parametrize(
    ("consumer", "place", "counted_by", "wanted"),
    [("KOR", 1.0, "value", BORNE_OUT), ("KOR", 1.0, "weight", CONTRADICTED),
     ("JPN", 2.0, "value", BORNE_OUT), ("KOR", 2.0, None, CANNOT_BE_TOLD)],
)  # fmt: skip
def test_a_rank_is_a_place_among_the_destinations(consumer, place, counted_by, wanted):
    claim = {"kind": "rank", "unit": "rank", "measure": "exports", "consumer": consumer}

    assert verdict(value=place, counted_by=counted_by, **claim) == wanted


def test_a_rank_among_suppliers_does_not_count_the_unnamed():
    trade: list[Flow] = [*TRADE, ("X899", "KOR", "metals", "2024", 900.0, 900.0)]
    claim = {"kind": "rank", "unit": "rank", "measure": "imports", "value": 1.0}

    assert verdict(graph(trade), **claim) == BORNE_OUT


def test_amounts_are_compared_in_their_unit():
    amount = {"kind": "quantity", "basis": "gross"}

    assert check(value=30_000.0, unit="kg", **amount)["found"] == 30_000.0
    assert verdict(value=31.0, unit="t", **amount) == BORNE_OUT
    assert verdict(value=40.0, unit="t", **amount) == TWO_SOURCES
    assert verdict(value=300.0, unit="t", **amount | {"supplier": None}) == CONTRADICTED
    assert verdict(value=100.0, unit="t", **amount | {"supplier": None}) == BORNE_OUT
    assert verdict(value=80.0, unit="USD", **amount) == BORNE_OUT


def test_a_change_is_relative_to_the_earlier_period():
    claim = {"kind": "change", "unit": "ratio", "than": "2023"}

    assert check(value=1.0, **claim)["verdict"] == BORNE_OUT
    assert verdict(value=2.0, counted_by="weight", **claim) == BORNE_OUT
    assert verdict(value=0.5, **claim) == CONTRADICTED
    assert verdict(value=2.0, qualifier="more-than", **claim) == CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ({"supplier": None}, "whose share it is"),
        ({"product": None}, "materials … one by one"),
        ({"consumer": None}, "whose trade"),
        ({"kind": "change"}, "period … compared with"),
        ({"kind": "ahead-of"}, "who … compared with"),
        ({"measure": "stocks"}, "stocks … trade and production"),
        ({"measure": "demand"}, "demand by country"),
    ],
)
def test_what_a_claim_itself_lacks_is_said(claim, missing):
    row = check(value=0.5, **claim)

    assert (row["verdict"], row["missing"]) == (CANNOT_BE_TOLD, [Naming(missing)])


@pytest.mark.parametrize("kind", ["statement", "listed"])
def test_words_and_listings_are_not_measurements(kind):
    row = check(kind=kind, unit=None, measure=None)

    assert (row["verdict"], row["missing"]) == (NO_MEASUREMENT, [])


def test_a_share_of_no_trade_cannot_be_told_and_one_of_a_dollar_can():
    nothing, dollar = ([("CHN", "KOR", "metals", "2024", usd, None)] for usd in (0.0, 1.0))

    assert verdict(graph(nothing), value=1.0) == CANNOT_BE_TOLD
    assert verdict(graph(dollar), value=1.0) == BORNE_OUT


# --- all of it


def test_nothing_loaded_and_nothing_claimed_are_not_errors():
    assert verdict(graph([]), value=0.8) == CANNOT_BE_TOLD
    nothing = claims_of({"value": 0.8}).slice(0, 0)
    assert check_claims(nothing, graph()).num_rows == 0
    assert verdict_counts(check_claims(nothing, graph())).num_rows == 0


def test_an_expectation_fails_if_the_claim_is_not_borne_out():
    claims = claims_of({"value": 0.8}, {"value": 0.5}, {"value": 0.5}).append_column(
        "expected", pa.array([True, True, None])
    )
    checked = check_claims(claims, graph())

    assert failed_expectations(checked)["key"].to_pylist() == ["c1"]
    assert failed_expectations(check_claims(claims_of({"value": 0.1}), graph())).num_rows == 0


@given(st.floats(0.001, 1), st.sampled_from([None, "about", "more-than", "up-to"]))
@SETTINGS
def test_scaling_every_flow_changes_no_verdict_on_a_share(value, qualifier):
    scaled = graph([(*f[:4], f[4] * 7, f[5] * 7) for f in TRADE])
    claim = {"value": value, "qualifier": qualifier, "counted_by": None}

    assert verdict(scaled, **claim) == verdict(**claim)


def test_order_of_rows_changes_nothing():
    rng = np.random.default_rng(5)
    claims = claims_of(*({"value": float(v), "counted_by": None} for v in rng.random(20)))
    loaded = graph(made=WORLD)
    mixed = replace(loaded, **{
        name: (t := getattr(loaded, name)).take(pa.array(rng.permutation(len(t))))
        for name in ("flows", "production", "products", "contents", "members", "areas", "codes")
    })  # fmt: skip

    assert check_claims(claims.take(pa.array(rng.permutation(20))), mixed).equals(
        check_claims(claims, loaded)
    )


def test_half_a_unit_of_the_last_digit():
    assert [half_unit(x) for x in (0.475, 270_000, 839, 1_000, 0)] == [
        0.0005, 5_000, 0.5, 50, 0,
    ]  # fmt: skip
