"""Figures that cannot both be right, and the verdicts on the claims that ship."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from saying import Naming
from test_verdicts import (
    BORNE_OUT,
    CANNOT_BE_TOLD,
    CONTRADICTED,
    NO_MEASUREMENT,
    TWO_SOURCES,
    claims_of,
    graph,
    table,
)

from graphkit.analysis.claims.evidence import Loaded
from graphkit.analysis.claims.published import conflicts, production_conflicts, superseded_claims
from graphkit.analysis.claims.verdicts import check_claims
from graphkit.build import _with_editions
from graphkit.schema import SUPERSEDED

# --- figures that cannot both be right


def test_two_sources_with_different_figures_are_a_conflict_unless_rounding_explains_it():
    def found(*values: float) -> int:
        rows = [{"value": v, "source": f"s{i}"} for i, v in enumerate(values)]
        return conflicts(claims_of(*rows)).num_rows

    assert found(0.879, 0.875) == 1
    assert found(0.88, 0.879) == 0
    assert found(0.5, 0.6, 0.7) == 3


def test_two_shares_that_leave_less_than_nothing_are_a_conflict():
    rows = [{"value": 0.79, "supplier": "CHL", "period": None}, {"value": 0.79, "source": "t"}]
    (row,) = conflicts(claims_of(*rows)).to_pylist()

    sums = "two suppliers … more than all … at least 157 %"
    assert (row["conflict"], row["difference"]) == (Naming(f"{sums} … if of one period"), None)
    (dated,) = conflicts(claims_of(*(r | {"period": "2022"} for r in rows))).to_pylist()
    assert dated["conflict"] == Naming(sums)
    assert dated["conflict"] != Naming("one period")
    assert conflicts(claims_of(*(r | {"value": 0.5} for r in rows))).num_rows == 0


def test_a_later_edition_of_one_source_revises_and_contradicts_nothing():
    rows = claims_of({"value": 0.8, "source": "y-2025"}, {"value": 0.53, "source": "y-2026"})
    editions = {"key": ["y-2025", "y-2026"], "published": ["2025", "2026-02-06"]}
    series = pa.table({**editions, "edition_of": ["y", "y"]})
    others = pa.table({**editions, "edition_of": pa.nulls(2, pa.string())})
    older, newer = rows["key"].to_pylist()

    assert superseded_claims(rows, series) == {older: newer}
    assert superseded_claims(rows, others) == {}
    assert conflicts(rows, series).num_rows == 0
    assert conflicts(rows, others).num_rows == conflicts(rows).num_rows == 1


@pytest.mark.parametrize(
    "change",
    [{"source": "s"}, {"period": "2023"}, {"counted_by": "weight"}, {"measure": "sourcing"},
     {"measure": "imports by origin"}, {"includes": ["HKG"]}, {"includes_other": "scrap"},
     {"value": None, "qualifier": "withheld"}],
)  # fmt: skip
def test_claims_of_different_scope_do_not_conflict(change):
    assert (
        conflicts(claims_of({"value": 0.8}, {"value": 0.5, "source": "t"} | change)).num_rows == 0
    )


def test_production_that_two_sources_count_differently_is_a_conflict():
    made = graph(made=[{"tonnes": 60_000.0}, {"tonnes": 33_000.0, "source": "wmd"},
                       {"country": "AUS", "tonnes": 5.0},
                       {"country": "AUS", "tonnes": 5.04, "source": "wmd"}]).production  # fmt: skip

    (row,) = production_conflicts(made).to_pylist()
    assert (row["country"], row["low"], row["other_low"]) == ("CHN", 60_000.0, 33_000.0)


# --- what ships


@pytest.fixture(scope="module")
def facts(sliced_facts):
    return sliced_facts


@pytest.fixture(scope="module")
def checked(facts):
    products, areas = facts["Product"], facts["Area"]
    stages = dict(zip(products["key"].to_pylist(), products["stage"].to_pylist(), strict=True))
    types = {r["iso3"]: r["type"] for k in ("Country", "Area") for r in facts[k].to_pylist()}
    made = _with_editions(facts["PRODUCES"], facts["Source"])
    made = made.filter(pc.is_null(made[SUPERSEDED.name]))  # As questions read it.
    made = made.append_column("stage", pa.array([stages[p] for p in made["product"].to_pylist()]))
    made = made.append_column("type", pa.array([types[c] for c in made["country"].to_pylist()]))
    members = [
        {"parent": area["iso3"], "member": member}
        for area in facts["Area"].to_pylist() for member in area["members"] or ()
    ] + [
        {"parent": parent, "member": row["key"]}
        for row in facts["Element"].to_pylist() for parent in row["member_of"] or ()
    ]  # fmt: skip
    contents = [
        {"product": row["product"], "element": row["element"]}
        for row in facts["CONTAINS"].to_pylist()
    ]  # fmt: skip
    loaded = Loaded(
        facts["EXPORTS"].rename_columns({"exporter": "supplier", "importer": "consumer"}), made,
        products, table(contents), table(members), areas.rename_columns({"iso3": "key"}),
        facts["TRADED_AS"].rename_columns({"code": "hs", "revision": "hs_revision"}),
    )  # fmt: skip
    return {row["key"]: row for row in check_claims(facts["Claim"], loaded).to_pylist()}


def test_every_claim_has_a_verdict_and_says_what_it_wants(facts, checked):
    assert len(checked) == len(facts["Claim"])
    for row in checked.values():
        assert (row["verdict"] == CANNOT_BE_TOLD) == bool(row["missing"])
        assert (row["verdict"] in (CONTRADICTED, TWO_SOURCES)) == bool(row["likely_cause"])
        assert row["found"] is not None or row["verdict"] in (CANNOT_BE_TOLD, NO_MEASUREMENT)
    assert Counter(row["verdict"] for row in checked.values())[CANNOT_BE_TOLD] < len(checked)


@pytest.mark.parametrize("key", [
    "kor-dy-q1-more-than-2024", "kor-dy-q1-ahead-of-jpn", "kor-dy-q1-first-destination",
])  # fmt: skip
def test_the_articles_dysprosium_claims_want_trade_in_dysprosium_oxide(checked, key):
    assert checked[key]["verdict"] == CANNOT_BE_TOLD
    assert checked[key]["missing"][0].startswith("trade in dy-oxide in 2025-Q1")
    assert "ree-compounds (1995 to 2024)" in checked[key]["missing"][1]


def test_the_articles_share_of_rare_earths_agrees_only_with_compounds_by_value(checked):
    row = checked["kor-ree-chn-2024"]

    assert (row["claimed_low"], row["verdict"]) == (0.475, CANNOT_BE_TOLD)
    assert row["found"] == pytest.approx(0.503, abs=5e-4)
    assert row["agrees"] == ["by value, ree-compounds (baci-hs92)"]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("kor-ree-metals-chn-2024", BORNE_OUT), ("kor-nd-magnets-chn-2022", BORNE_OUT),
        ("chn-ree-mmr-2024", BORNE_OUT), ("jpn-ree-chn-direct-2012", CANNOT_BE_TOLD),
        ("jpn-ree-kor-2012", CONTRADICTED), ("usa-2025-dy", NO_MEASUREMENT),
        ("kor-access-dy-at-stake", NO_MEASUREMENT),
        ("jpn-ree-fra-2012", BORNE_OUT), ("jpn-ree-vnm-2012", BORNE_OUT),
        ("usgs-src-rare-earth-compounds-and-metals-est", BORNE_OUT),
        ("eu-ree-imports-2024", TWO_SOURCES), ("eu-ree-chn-2024", TWO_SOURCES),
        ("bgs-gallium-chn-2023", TWO_SOURCES), ("chn-dy-production", CANNOT_BE_TOLD),
        ("jpn-ree-chn-looked-through-2012", CANNOT_BE_TOLD),
        ("chn-ree-mining-2023", CANNOT_BE_TOLD),
    ],
)  # fmt: skip
def test_verdicts_on_shipped_claims(checked, key, wanted):
    assert checked[key]["verdict"] == wanted


def test_shipped_claims_that_contradict_each_other_are_listed(facts):
    found = conflicts(facts["Claim"], facts["Source"]).to_pylist()
    assert [(r["key"], r["other"]) for r in found] == [
        ("chn-mean-refining-share-ap", "chn-mean-refining-share-iea-october"),
        ("eu-li-chl-eca", "eu-li-chn-2016-2020"),
        ("five-firms-lithium-2023", "five-firms-lithium-2023-voxeu"),
        ("kor-nd-magnets-chn-2022", "kor-nd-magnets-chn-2022-businesskorea"),
    ]
