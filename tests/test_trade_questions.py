"""Answers: against the trade tables added up by hand, equal on both databases, honest in scope."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from databases import trade_tables
from long_cases import others_long
from pyarrow import parquet
from saying import Naming
from seed_texts import SMALL

from graphkit.answers.answer import Answer
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.shared.trade import instead
from graphkit.render.json import as_object, json_text
from graphkit.stores.base import Store

EU27 = [
    "AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN",
    "IRL", "ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP",
    "SWE",
]  # fmt: skip


# --- the trade tables, added up without graphkit


@pytest.fixture(scope="module")
def table() -> list[dict[str, Any]]:
    """Every flow of the trade tables."""
    flows = []
    for path in trade_tables():
        for row in parquet.read_table(path).to_pylist():
            row.setdefault("period", path.stem[-4:])
            flows.append({"tonnes": None, **row, "usd": 1000 * row["usd"]})
    return flows


def by_hand(
    flows: list[dict[str, Any]],
    consumers: list[str],
    period: str,
    *,
    product: str | None = None,
    codes: tuple[str, ...] = (),
) -> dict[str, dict[str, float | int | None]]:
    """Return the row that each supplier must have in the imports of some countries."""
    usd: dict[str, float] = defaultdict(float)
    tonnes: dict[str, float] = defaultdict(float)
    unweighed = 0.0
    for flow in flows:
        if flow["importer"] not in consumers or flow["exporter"] in consumers:
            continue
        if flow["period"] != period or product not in (None, flow["product"]):
            continue
        if codes and flow["hs"] not in codes:
            continue
        usd[flow["exporter"]] += flow["usd"]
        if flow["tonnes"] is None:
            unweighed += flow["usd"]
        else:
            tonnes[flow["exporter"]] += flow["tonnes"]
    value, weight = sum(usd.values()), sum(tonnes.values())
    return {
        supplier: {
            "usd": usd[supplier],
            "tonnes": tonnes.get(supplier),
            "share_usd": usd[supplier] / value,
            "share_tonnes": tonnes[supplier] / weight if supplier in tonnes else None,
            "hhi_usd": 10_000 * sum((x / value) ** 2 for x in usd.values()),
            "hhi_tonnes": 10_000 * sum((x / weight) ** 2 for x in tonnes.values())
            if weight
            else None,
            "suppliers": len(usd),
            "missing_tonnes_share": unweighed / value,
        }
        for supplier in usd
    }


def found(answer: Answer) -> dict[str, dict[str, Any]]:
    return {row["supplier"]: row for row in answer.rows.to_pylist()}


def assert_same(rows: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Any]) -> None:
    assert rows.keys() == wanted.keys()
    for supplier, values in wanted.items():
        for name, value in values.items():
            got = rows[supplier][name]
            same = got == value or math.isclose(got, value, rel_tol=1e-9, abs_tol=1e-12)
            assert same, (supplier, name, got, value)


@pytest.mark.parametrize("consumer", ["KOR", "JPN", "USA", "DEU", "NOR", "MYS", "ZAF", "VNM"])
@pytest.mark.parametrize("product", ["ree-metals", "ree-compounds", "magnets-metal"])
def test_every_supplier_is_as_the_tables_add_up(ask, table, consumer, product):
    answer = ask.suppliers(consumer, scope=product, period="2024")
    assert_same(found(answer), by_hand(table, [consumer], "2024", product=product))


@pytest.mark.parametrize("period", ["1995", "2008", "2023"])
def test_other_years_are_as_the_tables_add_up(ask, table, period):
    answer = ask.suppliers("JPN", scope="ree-compounds", period=period)
    assert_same(found(answer), by_hand(table, ["JPN"], period, product="ree-compounds"))


def test_an_hs_code_is_one_of_the_codes_of_a_product(ask, table):
    one = ask.suppliers("KOR", scope="284690", period="2024")
    both = ask.suppliers("KOR", scope="ree-compounds", period="2024")

    assert_same(found(one), by_hand(table, ["KOR"], "2024", codes=("284690",)))
    assert_same(found(both), by_hand(table, ["KOR"], "2024", codes=("284610", "284690")))
    assert set(one.rows["hs"].to_pylist()) == {"284690"}
    sellers = {
        code: {*ask.suppliers("KOR", scope=code, period="2024").rows["supplier"].to_pylist()}
        for code in ("284610", "284690")
    }
    codes = {row["supplier"]: row["hs"] for row in both.rows.to_pylist()}
    assert codes == {
        seller: "+".join(code for code in sellers if seller in sellers[code])
        for seller in set.union(*sellers.values())
    }
    assert found(ask.suppliers("KOR", scope="2846", period="2024")) == found(both)


def test_a_group_buys_what_its_members_buy_outside_it(ask, table):
    answer = ask.suppliers("EU27", scope="ree-metals", period="2024")

    assert_same(found(answer), by_hand(table, EU27, "2024", product="ree-metals"))
    assert not set(found(answer)) & set(EU27)
    assert set(answer.rows["consumer"].to_pylist()) == {"EU27"}
    assert any(
        "27 present members" in note and "left out" in note for note in words_of_notes(answer.notes)
    )


@pytest.mark.long
def test_dependents_are_as_the_tables_add_up(ask, table):
    answer = ask.dependents("CHN", scope="magnets-metal", period="2024", min_share=0.9)
    rows = {row["consumer"]: row for row in answer.rows.to_pylist()}

    importers = {flow["importer"] for flow in table}
    wanted = {c: by_hand(table, [c], "2024", product="magnets-metal") for c in importers}
    wanted = {c: s["CHN"] for c, s in wanted.items() if "CHN" in s and s["CHN"]["share_usd"] >= 0.9}
    assert_same(rows, wanted)
    assert len(rows) > 15
    values = [row["usd"] for row in rows.values()]
    assert values == sorted(values, reverse=True)


def test_the_published_figures_of_korea_and_japan(ask):
    def shares(*question: str) -> tuple[float, float]:
        consumer, scope = question
        [row] = ask.depends(consumer, on="CHN", scope=scope, period="2024").rows.to_pylist()
        return round(100 * row["share_usd"], 2), round(100 * row["share_tonnes"], 2)

    assert shares("KOR", "ree-metals") == (80.24, 79.37)
    assert shares("KOR", "ree-compounds") == (46.97, 64.44)
    assert shares("JPN", "280530") == (24.37, 61.98)


def test_depends_names_the_first_supplier_of_each_product(ask, table):
    rows = ask.depends("KOR", period="2024").rows.to_pylist()

    for row in rows:
        wanted = by_hand(table, ["KOR"], "2024", product=row["product"])
        first = max(wanted, key=lambda s: wanted[s]["usd"])
        assert (row["supplier"], row["rank"]) == (first, 1)
    assert {row["product"] for row in rows} == {"magnets-metal", "ree-compounds", "ree-metals"}
    shares = [row["share_usd"] for row in rows]
    assert shares == sorted(shares, reverse=True)


def test_coverage_counts_flows_and_what_they_lack(ask, table):
    coverage = ask.depends("KOR", on="CHN", scope="rare earths", period="2024").coverage

    flows = [f for f in table if f["importer"] == "KOR" and f["period"] == "2024"]
    lacking = [f for f in flows if f["tonnes"] is None]
    assert coverage.trade.flows == len(flows)
    assert coverage.trade.flows_without_tonnes == len(lacking) > 0
    assert coverage.trade.flows_without_usd == 0
    assert coverage.trade.usd == pytest.approx(sum(f["usd"] for f in flows))
    share = sum(f["usd"] for f in lacking) / sum(f["usd"] for f in flows)
    assert coverage.trade.usd_share_without_tonnes == pytest.approx(share)
    assert "dy-oxide" in coverage.without_trade
    assert "natural-graphite" not in coverage.without_trade
    assert {(s.product, s.hs, s.hs_revision, s.basis) for s in coverage.series} == {
        ("magnets-metal", "850511", "HS17", "gross"),
        ("ree-compounds", "284610+284690", "HS92", "gross"),
        ("ree-metals", "280530", "HS92", "gross"),
    }


def test_flows_without_any_weight_have_no_share_by_weight(ask):
    [row] = ask.depends("KOR", on="CHN", scope="magnets", period="2022").rows.to_pylist()

    assert row["share_tonnes"] is row["tonnes"] is row["hhi_tonnes"] is None
    assert row["missing_tonnes_share"] == 1.0
    assert 0.8 < row["share_usd"] < 0.95


# --- both databases


QUESTIONS = [
    *(("depends", c, {}) for c in ("KOR", "JPN", "USA", "EU27", "ZAF", "FJI", "SGP", "CHN")),
    *(
        ("depends", c, {"on": on, "scope": scope, "period": period})
        for c, on, scope, period in (
            ("KOR", "CHN", "rare earths", "2024"), ("JPN", "VNM", "280530", "2024"),
            ("EU27", "CHN", "REE", "2024"), ("DEU", "EST", "ree-compounds", "2019"),
            ("USA", "CHN", "magnets", "2022"), ("KOR", "JPN", "Dy", "1995"),
            ("JPN", "CHN", "284610", "2023"),
        )
    ),
    *(("suppliers", c, {"scope": s}) for c in ("KOR", "EST") for s in ("2846", "component", "Nd")),
    ("suppliers", "KOR,EU27", {"scope": "ree-metals", "period": "2022-2024,2019,1995-2022"}),
    ("dependents", "CHN", {"scope": "magnets", "min_share": 0.8}),
    ("dependents", "china", {"period": "2024", "min_share": 0.99}),
    ("dependents", "MYS", {"scope": "ree-metals", "min_share": 0.1}),
]  # fmt: skip
WITHOUT_ROWS = [
    ("depends", "KOR", {"on": "CHN", "scope": "dy-oxide", "period": "2025-Q1"}),
    ("depends", "KOR", {"on": "S19", "scope": "metal", "period": "2024"}),
    ("depends", "KOR", {"on": "PRK", "scope": "ree-metals", "period": "2024"}),
]


@pytest.mark.parametrize(
    ("method", "place", "more", "has_rows"),
    others_long(
        [*((*q, False) for q in WITHOUT_ROWS), *((*question, True) for question in QUESTIONS)], 5
    ),
)
def test_both_databases_give_the_same_answer_to_the_byte(stores, method, place, more, has_rows):
    embedded, neo4j = (
        json_text(as_object(getattr(Session(store), method)(place, **more)), indent=2)
        for store in stores.values()
    )

    assert embedded == neo4j
    assert bool(json.loads(embedded)["rows"]) == has_rows


@pytest.mark.parametrize(
    ("method", "place", "more"),
    [
        ("depends", "Koreaa", {}), ("depends", "WLD", {}), ("depends", "LIE", {"on": "CHN"}),
        ("depends", "KOR", {"scope": "disprosium"}), ("depends", "KOR", {"period": "1989"}),
        ("depends", "KOR", {"scope": "999999"}), ("suppliers", "KOR", {"scope": "tellurium"}),
    ],
)  # fmt: skip
def test_both_databases_refuse_in_the_same_words(stores, method, place, more):
    def refusal(store: Store) -> tuple[int, str]:
        with pytest.raises(GraphkitError) as caught:
            getattr(Session(store), method)(place, **more)
        return caught.value.exit_code, str(caught.value)

    embedded, neo4j = map(refusal, stores.values())
    assert embedded == neo4j


@pytest.mark.parametrize("consumer", ["KOR", "JPN", "NOR"])
@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
def test_the_depends_on_edges_are_the_answers(stores, engine, consumer):
    store = stores[engine]
    edges = (
        "MATCH (buyer:Country {iso3: $consumer})-[need:DEPENDS_ON]->(seller) "
        "WHERE need.period = '2024' "
        "RETURN need.product AS product, seller.iso3 AS supplier, need.share_usd AS share_usd, "
        "need.share_tonnes AS share_tonnes, need.usd AS usd, need.tonnes AS tonnes, "
        "need.hhi_usd AS hhi_usd, need.hhi_tonnes AS hhi_tonnes, need.suppliers AS suppliers, "
        "need.rank AS rank, need.missing_tonnes_share AS missing_tonnes_share "
        "ORDER BY product, supplier"
    )
    stored = store.run(edges, {"consumer": consumer}).table
    rows = Session(store).suppliers(consumer, period="2024").rows
    rows = rows.select(stored.column_names).sort_by(
        [("product", "ascending"), ("supplier", "ascending")]
    )
    assert rows.to_pylist() == stored.to_pylist()
    assert len(rows) > 10


# --- claims beside the data


def test_the_articles_share_stands_beside_what_baci_gives(ask):
    answer = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")
    [claim] = [c for c in answer.claims.to_pylist() if c["key"] == "kor-ree-chn-2024"]
    assert (claim["value"], claim["source"]) == (0.475, "reex-2025-04-30")
    assert "reex-2025-04-30" in answer.sources["key"].to_pylist()

    beside = {
        row["products"]: row
        for row in answer.comparisons.to_pylist()
        if row["claim"] == "kor-ree-chn-2024"
    }
    assert {
        products: tuple(round(row[n], 1) for n in ("points_usd", "points_tonnes"))
        for products, row in beside.items()
    } == {
        "ree-compounds": (-0.5, 16.9),
        "ree-metals": (32.7, 31.9),
        "magnets-metal": (39.9, 42.6),
        "ree-compounds + ree-metals": (2.8, 17.7),
    }
    own = beside.pop("ree-compounds + ree-metals")
    assert own["own_sum"]
    assert (round(own["share_usd"], 3), round(own["share_tonnes"], 3)) == (0.503, 0.652)
    assert not any(row["own_sum"] for row in beside.values())


def test_the_own_sum_is_what_the_tables_add_up_to(ask, table):
    [own] = [
        row
        for row in ask.depends("EU27", on="CHN", scope="REE", period="2024").comparisons.to_pylist()
        if row["own_sum"]
    ]
    wanted = by_hand(table, EU27, "2024", codes=("280530", "284610", "284690"))["CHN"]
    assert own["products"] == "ree-compounds + ree-metals"
    assert own["hs"] == "284610+284690+280530"
    assert own["share_usd"] == pytest.approx(wanted["share_usd"])
    assert own["share_tonnes"] == pytest.approx(wanted["share_tonnes"])


def test_a_comparison_is_said_in_words_that_cite_both_sides(ask):
    notes = as_object(ask.depends("KOR", on="CHN", scope="ree-metals", period="2024"))["notes"]
    assert notes[-1] == Naming(
        "kor-ree-metals-chn-2024 … about 80 % of imports … KOR from CHN, 2024",
        "not stated … rare-earth metals",
        "80.2 % (+0.2 points) by value",
        "79.4 % (-0.6 points) by weight (gross)",
        "ree-metals, HS 280530",
    )


def test_only_shares_of_imports_of_the_same_period_are_compared(ask):
    answer = ask.depends("KOR", on="CHN", scope="magnets", period="2022")
    compared = set(answer.comparisons["claim"].to_pylist())
    assert compared == {"kor-nd-magnets-chn-2022", "kor-nd-magnets-chn-2022-businesskorea"}

    newest = ask.depends("KOR", on="CHN", scope="magnets")
    assert "kor-nd-magnets-chn-2022" in newest.claims["key"].to_pylist()
    assert not len(newest.comparisons)


def test_claims_without_trade_data_are_an_answer_that_says_so(ask):
    answer = ask.depends("KOR", on="CHN", scope="dy-oxide", period="2025-Q1")

    assert not len(answer.rows)
    assert "kor-dy-q1-more-than-2024" in answer.claims["key"].to_pylist()
    assert answer.nothing.words == Naming(
        "South Korea … dysprosium oxide (dy-oxide)",
        "metal magnets, rare-earth compounds, rare-earth metals",
        "HS 284690 (rare-earth compounds)",
        "`scope=284690`",
        "published claims",
    )


@pytest.mark.parametrize(
    ("question", "keys", "not_keys"),
    [
        ({"on": "CHN", "scope": "rare earths", "period": "2024"},
         {"kor-ree-chn-2024", "kor-ree-metals-chn-2024", "kor-access-dy-at-stake"},
         {"kor-ga-chn-2024", "kor-nd-magnets-chn-2022"}),
        ({"on": "CHN", "scope": "ree-metals"}, {"kor-ree-metals-chn-2024"}, {"kor-ree-chn-2024"}),
        ({"on": "JPN", "scope": "rare earths"}, set(), {"kor-ree-chn-2024"}),
        ({"scope": "gallium"}, {"kor-ga-chn-2024"}, {"kor-in-chn-2024"}),
        ({}, {"kor-ree-chn-2024", "kor-ga-chn-2024"}, {"eu-ree-chn-2024"}),
    ],
)  # fmt: skip
def test_claims_are_those_of_the_scope(ask, question, keys, not_keys):
    found = set(ask.depends("KOR", **question).claims["key"].to_pylist())
    assert keys <= found
    assert not not_keys & found


def test_a_question_about_a_supplier_has_its_share_of_the_world_as_context(ask):
    answer = ask.depends("KOR", on="CHN", scope="rare earths")
    others = [c for c in answer.claims.to_pylist() if c["consumer"] is None]
    assert {c["supplier"] for c in others} == {"CHN"}
    assert any(c["element"] == "HREE" for c in others)  # a group inside the group asked for


@pytest.mark.parametrize("question", [{"scope": "rare earths"}, {"on": "CHN"}], ids=str)
def test_another_question_has_claims_of_its_country_alone(ask, question):
    assert set(ask.depends("KOR", **question).claims["consumer"].to_pylist()) == {"KOR"}


# --- questions that have no answer


def test_a_country_without_trade_is_told_so(ask):
    with pytest.raises(GraphkitError) as caught:
        ask.depends("Liechtenstein")
    assert str(caught.value) == Naming("no imports of Liechtenstein")
    assert caught.value.exit_code == 1
    with pytest.raises(GraphkitError, match="Liechtenstein"):
        ask.depends("LIE", on="CHN", scope="rare earths")  # China's share of the world is no answer


def test_a_product_without_flows_is_told_what_there_is(ask):
    with pytest.raises(GraphkitError) as caught:
        ask.suppliers("NOR", scope="nd-metal")
    assert str(caught.value) == Naming(
        "Norway … neodymium metal (nd-metal)",
        "metal magnets, rare-earth compounds, rare-earth metals",
        "HS 280530 (rare-earth metals)",
        "`scope=280530`",
    )


@pytest.mark.parametrize(
    ("scope", "traded", "said"),
    [
        ("lithium-hydroxide", ["cobalt-metal", "lithium-carbonate"], "lithium carbonate"),
        ("lithium-hydroxide", ["copper-ore", "tin-ore"], "copper ore, tin ore"),
        ("lithium-hydroxide", [f"product-{n}" for n in range(9)], "9 other products (see "),
        ("lithium-hydroxide", [], "nothing"),
    ],
)  # fmt: skip
def test_what_there_is_instead_is_named_by_element_or_counted(ask, scope, traded, said):
    catalog = Catalog(ask.store)
    assert instead(catalog, catalog.materials.scope(scope), traded).startswith(said)


def test_a_period_without_data_is_told_what_there_is(ask):
    with pytest.raises(GraphkitError) as caught:
        ask.dependents("CHN", scope="magnets", period="2010")
    assert str(caught.value) == Naming("(magnets-metal) in 2010 … 2022, 2024")


@pytest.mark.parametrize("period", ["", "2024-Q5", "24", "2024-13", "next year", "2024-2020"])
def test_what_is_not_a_period_is_refused(ask, period):
    with pytest.raises(UsageError, match=r"`period`: .* not a period"):
        ask.depends("KOR", period=period)


@pytest.mark.parametrize("period", [2024, " 2024", "latest", "Latest", "2024-2024", "2024..2024"])
def test_a_period_may_be_spelled_in_other_ways(ask, period):
    asked = ask.suppliers("JPN", scope="ree-metals", period=period)

    assert asked.rows == ask.suppliers("JPN", scope="ree-metals", period="2024").rows


@pytest.mark.parametrize("share", [0, -1, 1.0001, 80, math.nan, math.inf])
def test_a_least_share_is_over_0_to_1(ask, share):
    with pytest.raises(UsageError, match="`min_share`"):
        ask.dependents("CHN", min_share=share)


@pytest.mark.parametrize("option", ["on", "scope", "period"])
def test_an_empty_name_is_not_a_missing_option(ask, option):
    with pytest.raises(UsageError):
        ask.depends("KOR", **{option: ""})


def test_a_supplier_that_sells_nothing_is_an_answer_without_rows(ask):
    answer = ask.depends("KOR", on="PRK", scope="ree-metals", period="2024")
    assert not len(answer.rows)
    assert answer.coverage.trade.flows == 11
    assert "cepii-baci-hs92" in answer.sources["key"].to_pylist()
    assert answer.nothing.words == Naming("No flow … from North Korea")


def test_a_product_wider_than_the_question_is_called_a_basket(ask):
    caption = ask.depends("KOR", scope="Dy", period="2024").caption
    assert caption == Naming("Basket … rare-earth metals (HS 280530) … 15 more elements")
    assert "Basket" not in ask.depends("KOR", scope="ree-metals").caption


def test_a_row_has_the_fields_that_scripts_rely_on(ask):
    whole = as_object(ask.depends("KOR", on="CHN", scope="ree-metals", period="2024"))

    assert list(whole) == [
        "headline", "question", "headline_claims", "scope", "rows", "units", "coverage", "claims",
        "comparisons", "elsewhere", "links", "sources", "notes",
    ]  # fmt: skip
    [row] = whole["rows"]
    wanted = {
        "consumer": "KOR", "supplier": "CHN", "product": "ree-metals", "stage": "metal",
        "period": "2024", "suppliers": 11,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    figures = (
        "share_usd", "share_tonnes", "usd", "tonnes", "hhi_usd", "hhi_tonnes",
        "missing_tonnes_share",
    )  # fmt: skip
    assert {type(row[name]) for name in figures} == {float}
    assert len(repr(row["share_usd"])) > 15  # not rounded
    assert set(whole["units"]) >= {"share_usd", "share_tonnes", "usd", "tonnes", "hhi_usd"}


@pytest.mark.parametrize(
    ("group", "members"), [("CHN+HKG", ["CHN", "HKG"]), ("EU27", EU27)], ids=["CHN+HKG", "EU27"]
)
def test_a_group_of_suppliers_is_counted_as_one(ask, table, group, members):
    (row,) = ask.depends("KOR", on=group, scope="magnets-metal", period="2024").rows.to_pylist()
    wanted = by_hand(table, ["KOR"], "2024", product="magnets-metal")
    share = sum(wanted[m]["share_usd"] for m in members if m in wanted)

    assert (row["supplier"], row["rank"]) == (group, None)
    assert row["share_usd"] == pytest.approx(share)


def test_what_members_of_a_group_sell_each_other_is_not_dependence_on_it(ask):
    rows = ask.dependents("EU27", scope="ree-metals", period="2024", min_share=0.01).rows

    assert len(rows) > 0
    assert not set(rows["consumer"].to_pylist()) & set(EU27)


def test_several_products_answer_together(ask):
    both = ask.depends("KOR", scope="ree-metals,magnets-metal", period="2024").rows.to_pylist()

    assert both == [
        row
        for product in ("magnets-metal", "ree-metals")
        for row in ask.depends("KOR", scope=product, period="2024").rows.to_pylist()
    ]


HEAVY = SMALL["trade.yaml"] + (
    "  - {exporter: CHN, importer: JPN, period: 2024, usd: 10, tonnes: 90}\n"
    "  - {exporter: NOR, importer: KOR, period: 2023, usd: 10, tonnes: 900}\n"
    "  - {exporter: CHN, importer: KOR, period: 2023, usd: 10, tonnes: 1}\n"
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (lambda graph: graph.suppliers("JPN", period="2024"), ["China to Japan"]),
        (lambda graph: graph.suppliers("KOR", period="2024"), []),  # not what it imports
        (lambda graph: graph.suppliers("KOR", period="2023"), ["Norway to South Korea"]),
        (lambda graph: graph.suppliers("KOR", period="2023-2024"), ["Norway to South Korea"]),
        (lambda graph: graph.trend("KOR"), ["Norway to South Korea"]),
        (lambda graph: graph.concentration(period="2024"), ["China to Japan"]),
        (lambda graph: graph.centrality(period="2024", by="tonnes"), ["China to Japan"]),
        (lambda graph: graph.centrality(period="2024", by="usd"), []),
    ],
)
def test_an_answer_that_counts_weight_names_a_flow_that_is_far_too_heavy(graph_of, asked, named):
    notes = words_of_notes(asked(graph_of({"trade.yaml": HEAVY})).notes)

    found = [note for note in notes if note.startswith("Weight in doubt: ")]
    assert [note.partition(" one flow, ")[2].partition(" (")[0] for note in found] == named


def test_a_flow_that_is_far_too_heavy_is_named_with_its_weight(graph_of):
    answer = graph_of({"trade.yaml": HEAVY}).suppliers("JPN", period="2024")

    assert words_of_notes(answer.notes)[-1] == Naming(
        "in doubt … 90 % … rare-earth metals (HS 280530) in 2024",
        "all countries … China to Japan (90 t) … 720 times",
    )
