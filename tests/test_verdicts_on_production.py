"""Claims on production and net import reliance are held against what is published."""

from dataclasses import replace

import pytest
from saying import Naming
from test_balances import figures
from test_balances import table as balances
from test_verdicts import BORNE_OUT, CANNOT_BE_TOLD, CONTRADICTED, WORLD, check, graph, verdict

# --- production and net import reliance

OUTPUT = {"measure": "production", "consumer": None, "product": None, "element": "REE",
          "stage": "mine", "counted_by": "weight"}  # fmt: skip


def test_a_share_of_production_is_held_against_the_same_stage_with_rounding():
    loaded = graph(made=WORLD)
    row = check(loaded, value=0.71, **OUTPUT)

    assert (row["verdict"], row["found_by"]) == (
        BORNE_OUT, Naming("ore, REO … world total … usgs"),
    )  # fmt: skip
    assert (row["found_low"], row["found_high"]) == pytest.approx((265 / 385, 275 / 375))
    near = check(loaded, value=0.69, **OUTPUT)
    assert (near["verdict"], near["missing"]) == (CANNOT_BE_TOLD, ["figures with more digits"])
    assert verdict(loaded, value=0.55, **OUTPUT) == CONTRADICTED
    unstated = check(loaded, value=0.66, **OUTPUT | {"counted_by": None})
    assert unstated["missing"] == [Naming("gross … content … near")]


def test_another_stage_is_not_a_fact_about_this_one():
    row = check(graph(made=WORLD), value=0.9, **OUTPUT | {"stage": "separate"})

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [
        Naming("compounds, oxide … stage separate … CHN … 2024"), Naming("its stage … stage mine")
    ]  # fmt: skip
    assert check(graph(made=WORLD), value=0.9, **OUTPUT | {"stage": None})["missing"] == [
        Naming("stage … none")
    ]


def test_a_producer_outside_the_world_total_keeps_a_share_from_being_contradicted():
    loaded = graph(made=[*WORLD, {"country": "USA", "qualifier": "withheld"}])
    row = check(loaded, value=0.5, **OUTPUT)

    assert row["verdict"] == CANNOT_BE_TOLD
    assert row["missing"] == [Naming("1 … outside the world total")]


def test_a_producer_outside_the_world_total_only_lowers_the_shares_of_others():
    loaded = graph(made=[*WORLD, {"country": "USA", "qualifier": "withheld"}])

    assert verdict(loaded, value=0.9, **OUTPUT) == CONTRADICTED
    assert verdict(loaded, value=0.9, qualifier="more-than", **OUTPUT) == CONTRADICTED


def test_a_published_bound_decides_only_where_it_must():
    loaded = graph(made=[{"tonnes": 50.0, "qualifier": "more-than"},
                         {"country": "WLD", "type": "world", "tonnes": 100.0}])  # fmt: skip

    assert verdict(loaded, value=0.4, qualifier="more-than", **OUTPUT) == BORNE_OUT
    assert verdict(loaded, value=0.4, qualifier="less-than", **OUTPUT) == CONTRADICTED
    assert check(loaded, value=0.7, **OUTPUT)["missing"] == [Naming("figure … bounds")]


def test_the_first_three_producers_and_an_amount():
    first_three = OUTPUT | {"measure": "production of the first three", "supplier": None}
    made = [{"country": c, "tonnes": t} for c, t in zip("ABCD", (40.0, 30.0, 20.0, 10.0),
                                                        strict=True)]  # fmt: skip
    assert verdict(graph(made=made), value=0.9, **first_three) == BORNE_OUT
    amount = OUTPUT | {"kind": "quantity", "unit": "t"}
    assert verdict(graph(made=WORLD), value=270_000.0, **amount) == BORNE_OUT
    assert verdict(graph(made=WORLD), value=500_000.0, **amount) == CONTRADICTED


RELIANCE = {"kind": "net-import-reliance", "measure": "net import reliance", "supplier": None,
            "basis": "percentage of apparent consumption"}  # fmt: skip


def test_net_import_reliance_is_borne_out_or_cannot_be_told_for_want_of_stocks():
    made = [{"country": "KOR", "product": "metals", "stage": "metal", "basis": "gross",
             "tonnes": 25.0}]  # fmt: skip

    assert check(graph(made=made), value=0.8, **RELIANCE)["found"] == 0.8
    assert verdict(graph(made=made), value=0.8, **RELIANCE) == BORNE_OUT
    assert verdict(graph(made=made), low=0.75, qualifier="more-than", **RELIANCE) == BORNE_OUT
    other = check(graph(made=made), value=0.5, **RELIANCE)
    assert other["verdict"] == CANNOT_BE_TOLD
    assert other["missing"] == [Naming("stock changes", "secondary production")]


def test_net_import_reliance_with_production_between_bounds_is_not_borne_out_by_its_middle():
    made = [{"country": "KOR", "product": "metals", "stage": "metal", "basis": "gross",
             "qualifier": "range", "low": 20.0, "high": 30.0}]  # fmt: skip
    row = check(graph(made=made), value=0.8, **RELIANCE)

    assert (row["found_low"], row["found_high"]) == pytest.approx((100 / 130, 100 / 120))
    assert row["verdict"] == CANNOT_BE_TOLD


@pytest.mark.parametrize(
    ("consumption", "wanted", "missing"),
    [
        (499.0, BORNE_OUT, []),
        (None, CANNOT_BE_TOLD, [Naming("USA … consumption … withheld")]),
    ],
)
def test_net_import_reliance_is_read_from_the_balance_of_the_country(consumption, wanted, missing):
    trade = (("imports", 412.0), ("exports", 112.0), ("consumption", consumption))
    loaded = replace(graph(), balances=balances(figures(*trade)))
    row = check(loaded, value=0.6, **RELIANCE | {"consumer": "USA", "product": "x"})

    assert (row["verdict"], row["missing"]) == (wanted, missing)


def test_a_net_exporter_sells_more_than_it_buys():
    metals = {"product": "metals", "stage": "metal", "basis": "gross"}
    made = [metals | {"country": who, "tonnes": t} for who, t in (("CHN", 130.0), ("KOR", 25.0))]
    claim = RELIANCE | {"value": None, "qualifier": "net-exporter"}

    assert verdict(graph(made=made), **claim | {"consumer": "CHN"}) == BORNE_OUT
    assert verdict(graph(made=made), **claim | {"consumer": "KOR"}) == CANNOT_BE_TOLD


def test_what_net_import_reliance_lacks_is_named():
    assert Naming("production … metals … KOR … 2024") in check(value=0.8, **RELIANCE)["missing"]
    ore = [{"country": "KOR", "product": "metals", "basis": "REO", "tonnes": 25.0}]
    missing = check(graph(made=ore), value=0.8, **RELIANCE)["missing"]
    assert Naming("basis of metals … production … REO … trade … gross") in missing
    for unknown in (graph(), graph(made=ore)):
        assert check(unknown, value=1.0, **RELIANCE)["found"] is None
    nowhere = check(value=0.8, **RELIANCE | {"product": "magnets"})["missing"]
    assert nowhere == ["trade in magnets in 2024", Naming("production … magnets … KOR … 2024")]
