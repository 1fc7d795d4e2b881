"""Every query file on both databases: equal rows, a total order, and answers known otherwise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from query_values import WITHOUT_DEFAULT

from graphkit.build import Graph
from graphkit.cypher.scopes import check_scopes
from graphkit.queries import Query, find_query, query_names, run_query
from graphkit.render.json import json_text
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.mixed_comparisons import numbers_for_text

OTHERS = {
    "application": ("steel", "ev-batteries"),
    "before": ("2023", "1995"),
    "consumer": ("S19", "JPN"),
    "consumers": ("KOR,DEU,USA,S19,VNM", "JPN,CHN,MYS,FRA"),
    "country": ("JPN", "COD"),
    "date": ("2025-10-15", "2024-01-01"),
    "element": ("REE", "Co"),
    "material": ("Sb", "gallium"),
    "min_share": ("0.01", "0.3"),
    "min_usd": ("0", "50000"),
    "period": ("2022", "2023"),
    "product": ("magnets-metal", "cobalt-ore"),
    "since": ("2022", "1995"),
    "supplier": ("MYS", "VNM"),
}
"""Two more values of many parameters, to run the files away from their defaults."""

CHECKS = ("listed-elements-without-product", "products-without-facts", "disagreeing-claims",
          "reported-trade", "outlier-masses")  # fmt: skip
"""Queries that may rightly find nothing: one day, in the shipped seeds (BACI is reconciled), or in
their sample (no flow of rare earths is far too heavy)."""

ENGINES = ("embedded", "neo4j")
WORD = re.compile(r"[a-z_0-9]+")


def answer(store: Store, name: str, **given: str) -> list[dict[str, Any]]:
    query = find_query(name)
    return run_query(store, query, query.values(given)).table.to_pylist()


def given_to(query: Query, number: int | None = None) -> dict[str, str]:
    """Values for a query: its defaults, or the first or second of the others."""
    given = dict(WITHOUT_DEFAULT.get(query.name, {}))
    if number is not None:
        known = [p.name for p in query.parameters if p.name in OTHERS]
        given |= {name: OTHERS[name][number] for name in known}
    return given


def assert_equal(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert len(one) == len(other)
    for number, (left, right) in enumerate(zip(one, other, strict=True)):
        assert list(left) == list(right)
        unlike = {k: (left[k], right[k]) for k in left if repr(left[k]) != repr(right[k])}
        assert not unlike, f"row {number}: {unlike}"


def assert_total_order(query: Query, rows: list[dict[str, Any]]) -> None:
    ordered_by = set(WORD.findall(query.text.rpartition("ORDER BY")[2]))
    assert ordered_by, f"{query.name}: no ORDER BY"
    places = [tuple(repr(v) for k, v in row.items() if k in ordered_by) for row in rows]
    assert len(set(places)) == len(places), f"{query.name}: rows of one place"


# --- every file ---------------------------------------------------------------------------


def runs() -> Iterator[Any]:
    """Every query with its defaults, and twice more where it takes parameters in OTHERS.

    Half of the defaults are in a run of the whole suite.
    """
    for place, query in enumerate(map(find_query, query_names())):
        for number, kind in ((None, "defaults"), (0, "others"), (1, "more")):
            if number is None or any(p.name in OTHERS for p in query.parameters):
                marks = [pytest.mark.long] if number is not None or place % 2 else []
                yield pytest.param(query, number, id=f"{query.name}-{kind}", marks=marks)


@pytest.mark.parametrize("name", query_names())
def test_a_query_only_reads_and_declares_what_it_uses(name: str) -> None:
    query = find_query(name)

    query.check()
    assert query.title
    assert all(parameter.doc for parameter in query.parameters)
    check_scopes(query.statement)
    assert numbers_for_text(query.statement, query.values(given_to(query))) == ()
    assert len(set(query.statement.columns)) == len(query.statement.columns) > 0


@pytest.mark.parametrize(("query", "number"), list(runs()))
def test_a_query_file_answers_the_same_in_a_total_order(
    stores: dict[str, Store], query: Query, number: int | None
) -> None:
    given = given_to(query, number)
    embedded, neo4j = (run_query(stores[engine], query, query.values(given)) for engine in ENGINES)
    rows = embedded.table.to_pylist()

    assert_equal(rows, neo4j.table.to_pylist())
    assert neo4j.notes == ()
    assert_total_order(query, rows)
    assert set(query.units) <= set(embedded.table.column_names)
    if number is None:
        assert rows or query.name in CHECKS


@pytest.mark.parametrize("query", [*map(find_query, query_names())], ids=lambda query: query.name)
def test_a_query_file_runs_at_once(query: Query) -> None:
    without = {p.name for p in query.parameters if p.default is None}

    assert without <= set(WITHOUT_DEFAULT.get(query.name, {}))


@pytest.mark.long
def test_a_query_file_gives_the_same_bytes_each_time(sample_file: Path) -> None:
    answers: dict[str, set[str]] = defaultdict(set)
    for _ in range(2):
        with DuckStore(sample_file) as store:
            for name in query_names() * 5:
                query = find_query(name)
                table = run_query(store, query, query.values(given_to(query))).table
                answers[name].add(json_text(table.to_pylist()))

    assert {name for name, different in answers.items() if len(different) > 1} == set()


def test_a_path_uses_no_relationship_twice(stores: dict[str, Store]) -> None:
    """JPN buys most magnets from PHL, and PHL from JPN: the chain ends where it began."""
    statement = (
        "MATCH chain = (:Country {iso3: 'JPN'})"
        "-[:DEPENDS_ON*1..4 {product: 'magnets-metal', period: '2024', rank: 1}]->(last:Country) "
        "RETURN length(chain) AS steps, last.iso3 AS supplier ORDER BY steps"
    )

    for store in stores.values():
        rows = store.run(statement).table.to_pylist()
        assert [tuple(row.values()) for row in rows] == [(1, "PHL"), (2, "JPN")]


# --- answers known otherwise --------------------------------------------------------------


@pytest.fixture(scope="module")
def flows(sample_graph: Graph) -> list[dict[str, Any]]:
    """Return the trade flows of the sample, read without a database."""
    parts = [p.table for p in sample_graph.parts if p.kind.name == "EXPORTS"]
    wanted = ("exporter", "importer", "product", "period", "usd", "tonnes")
    return [row for table in parts for row in table.select(wanted).to_pylist()]


def added(flows: Iterable[dict[str, Any]], end: str, **scope: str) -> dict[str, float]:
    """Value of the flows in scope by exporter or importer."""
    total: dict[str, float] = defaultdict(float)
    for flow in flows:
        if all(flow[k] == v for k, v in scope.items()):
            total[flow[end]] += flow["usd"]
    return dict(total)


def by(rows: list[dict[str, Any]], key: str, value: str) -> dict[Any, Any]:
    found = {row[key]: row[value] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("engine", ENGINES)
class TestKnownAnswers:
    def test_korea_gets_80_24_percent_of_its_rare_earth_metals_from_china(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "dependence-of-country", consumer="KOR", period="2024")

        metals = next(row for row in rows if row["product"] == "ree-metals")
        assert (metals["supplier"], metals["usd"], metals["suppliers"]) == ("CHN", 7_812_200.0, 11)
        assert metals["share_usd"] == pytest.approx(7_812_200 / 9_736_224)
        assert round(metals["share_usd"], 4) == 0.8024

    def test_china_mined_270000_of_384000_tonnes_of_rare_earths_in_2024(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "dominant-producers", period="2024")

        ore = next(row for row in rows if row["product"] == "rare-earth-ore")
        assert (ore["producer"], ore["tonnes"], ore["basis"]) == ("CHN", 270_000.0, "REO")
        # The countries and the others (1,000 t) are above the total, printed as 380,000 t.
        assert ore["share"] == pytest.approx(270 / 384, abs=1e-6)

    def test_concentration_of_rare_earth_mining_adds_up_by_hand(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        published = (
            29_000, 560, 270_000, 2_900, 1_400, 27_000, 140, 1_500, 2_600, 2_100, 45_500, 300,
        )  # fmt: skip
        rows = answer(stores[engine], "production-concentration", period="2024")

        ore = next(row for row in rows if row["product"] == "rare-earth-ore")
        assert ore["producers"] == len(published)
        assert ore["coverage"] == pytest.approx(sum(published) / 384_000, abs=1e-5)
        hhi = 10_000 * sum((t / 384_000) ** 2 for t in published)
        assert ore["hhi_low"] == pytest.approx(hhi, abs=0.01)
        assert ore["hhi_high"] == pytest.approx(hhi + 10_000 * (1 / 384) ** 2, abs=0.01)

    def test_hhi_has_no_upper_end_where_a_producer_is_withheld(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "production-concentration", period="2024")
        hidden = {
            row["product"]
            for row in answer(stores[engine], "withheld-production", period="2024")
            if row["producer"] not in ("WLD", "XOC")
        }

        assert {row["product"] for row in rows if row["hhi_high"] is None} == hidden & {
            row["product"] for row in rows
        }
        assert "lithium-minerals" in hidden

    def test_suppliers_are_the_flows_added_up(
        self, stores: dict[str, Store], engine: str, flows: list[dict[str, Any]]
    ) -> None:
        scope = {"product": "ree-compounds", "period": "2023"}
        rows = answer(stores[engine], "suppliers-of-country", consumer="DEU", **scope)
        wanted = added(flows, "exporter", importer="DEU", **scope)

        assert by(rows, "supplier", "usd") == wanted
        assert sum(row["share_usd"] for row in rows) == pytest.approx(1)

    def test_eu_imports_leave_out_trade_among_members(
        self, stores: dict[str, Store], engine: str, flows: list[dict[str, Any]]
    ) -> None:
        members = {r["member"] for r in answer(stores[engine], "members-of-area", area="EU27")}
        outside = [f for f in flows if f["importer"] in members and f["exporter"] not in members]
        scope = {"product": "ree-compounds", "period": "2024"}
        rows = answer(stores[engine], "suppliers-of-area", area="EU27", **scope)

        assert by(rows, "supplier", "usd") == added(outside, "exporter", **scope)
        assert by(rows, "supplier", "share_tonnes")["CHN"] == pytest.approx(0.421, abs=5e-4)

    @pytest.mark.parametrize(
        ("name", "here", "there"),
        [("new-suppliers", "2024", "2022"), ("lost-suppliers", "2022", "2024")],
    )
    def test_new_and_lost_suppliers_are_the_difference_of_two_years(
        self,
        stores: dict[str, Store],
        engine: str,
        flows: list[dict[str, Any]],
        name: str,
        here: str,
        there: str,
    ) -> None:
        periods = {"before": "2022", "period": "2024"}
        sellers: dict[tuple[str, str], set[str]] = defaultdict(set)
        for flow in flows:
            if flow["importer"] == "KOR":
                sellers[flow["product"], flow["period"]].add(flow["exporter"])
        products = ("magnets-metal", "ree-compounds", "ree-metals")

        rows = answer(stores[engine], name, consumer="KOR", **periods)
        assert {(row["product"], row["supplier"]) for row in rows} == {
            (product, seller)
            for product in products
            for seller in sellers[product, here] - sellers[product, there]
        }

    def test_trade_balance_is_imports_less_exports(
        self, stores: dict[str, Store], engine: str, flows: list[dict[str, Any]]
    ) -> None:
        rows = answer(stores[engine], "trade-balance", country="FRA", period="2024")

        assert {row["product"] for row in rows} == {"magnets-metal", "ree-compounds", "ree-metals"}
        for row in rows:
            scope = {"product": row["product"], "period": "2024"}
            bought = sum(added(flows, "exporter", importer="FRA", **scope).values())
            sold = sum(added(flows, "importer", exporter="FRA", **scope).values())
            found = (row["imports_usd"], row["exports_usd"], row["net_imports_usd"])
            assert found == (bought, sold, bought - sold)

    def test_pairs_that_share_their_largest_supplier(
        self, stores: dict[str, Store], engine: str, flows: list[dict[str, Any]]
    ) -> None:
        scope = {"product": "magnets-metal", "period": "2024"}
        consumers = ("DEU", "JPN", "KOR", "S19", "USA", "VNM")
        largest = {}
        for consumer in consumers:
            imports = added(flows, "exporter", importer=consumer, **scope)
            top = max(imports, key=imports.__getitem__)
            if imports[top] >= 0.5 * sum(imports.values()):
                largest[consumer] = top
        rows = answer(stores[engine], "shared-dependence", consumers=",".join(consumers), **scope)

        assert {(row["supplier"], row["consumer"], row["other"]) for row in rows} == {
            (largest[one], one, two)
            for one in largest
            for two in largest
            if one < two and largest[one] == largest[two]
        }
        assert ("CHN", "DEU", "KOR") in {tuple(row.values())[:3] for row in rows}

    def test_china_is_first_for_most_buyers_of_magnets(
        self, stores: dict[str, Store], engine: str, flows: list[dict[str, Any]]
    ) -> None:
        imports: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for flow in flows:
            if (flow["product"], flow["period"]) == ("magnets-metal", "2024"):
                imports[flow["importer"]][flow["exporter"]] += flow["usd"]
        china = sum(max(s, key=s.__getitem__) == "CHN" for s in imports.values())
        rows = answer(stores[engine], "bottleneck-suppliers", period="2024")

        first = rows[0]
        assert (first["product"], first["supplier"]) == ("magnets-metal", "CHN")
        assert (first["first_for"], first["consumers"]) == (china, len(imports))

    def test_reserves_last_years_only_on_the_same_basis(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        ore = answer(stores[engine], "reserves-and-production", product="rare-earth-ore")
        china = next(row for row in ore if row["country"] == "CHN")
        manganese = answer(stores[engine], "reserves-and-production", product="manganese-ore")

        assert china["years"] == pytest.approx(44_000_000 / 270_000)
        assert {row["reserves_basis"] for row in manganese} == {"gross"}
        assert {row["production_basis"] for row in manganese} == {"Mn-content"}
        assert all(row["years"] is None for row in manganese)

    def test_a_control_stands_from_its_first_to_its_last_day(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        def on(date: str, product: str) -> set[tuple[str, str]]:
            rows = answer(stores[engine], "controls-on-date", date=date)
            return {(r["measure"], r["status"]) for r in rows if r["product"] == product}

        assert on("2025-04-03", "dy-oxide") == set()
        assert on("2025-04-04", "dy-oxide") == {("licence", "licensed")}
        assert on("2025-10-15", "cobalt-ore") == {("suspension", "in force")}
        assert on("2025-10-16", "cobalt-ore") == {("quota", "in force")}
        assert on("2026-01-31", "gallium") == {
            ("licence", "licensed"),
            ("prohibition", "suspended"),
        }
        assert on("2026-11-28", "ree-metals") == {
            ("licence", "licensed"),
            ("licence", "suspended"),
        }
        assert on("2026-11-28", "gallium") == {
            ("licence", "licensed"),
            ("prohibition", "suspended as announced, later unknown"),
        }

    def test_who_depends_on_what_china_restricts(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "importers-under-control", date="2025-05-01")
        metals = [row for row in rows if row["product"] == "ree-metals"]

        assert {row["since"] for row in metals} == {"2025-04-04"}
        assert by(metals, "consumer", "share_usd")["KOR"] == pytest.approx(0.8024, abs=5e-5)
        assert all(row["share_usd"] >= 0.5 for row in rows)

    def test_claims_stand_beside_the_measured_share(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "claims-beside-shares")
        kbs = next(row for row in rows if row["claim"] == "kor-ree-metals-chn-2024")
        elements = answer(stores[engine], "element-claims-beside-shares")
        article = {r["product"]: r for r in elements if r["claim"] == "kor-ree-chn-2024"}

        assert (kbs["claimed"], round(kbs["share_usd"], 4)) == (0.8, 0.8024)
        assert set(article) == {"ree-compounds", "ree-metals", "magnets-metal"}
        assert {row["claimed"] for row in article.values()} == {0.475}
        assert round(article["ree-compounds"]["share_usd"], 4) == 0.4697

    def test_figures_that_disagree_stand_side_by_side(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "disagreeing-claims")
        magnets = [r for r in rows if r["product"] == "magnets-metal" and r["consumer"] == "KOR"]

        assert [(r["value"], r["period"]) for r in magnets] == [(0.875, "2022"), (0.879, "2022")]

    def test_figures_of_different_bases_or_baskets_do_not_disagree(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "disagreeing-claims")

        usgs = [row for row in rows if row["source"].startswith("usgs-mcs-")]
        assert [(row["claim"], row["value"]) for row in usgs] == [
            ("usgs-nir-rare-earth-compounds-and-metals-2024", 0.53), ("usa-ree-reliance-2024", 0.8),
        ]  # fmt: skip
        assert "eu-crm-2023" not in {row["source"] for row in rows}
        assert len(rows) == 10

    def test_a_chain_leads_from_the_mine_to_the_wind_turbine(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "chains-to-application", application="wind-turbines")
        chains = {tuple(row["products"]): row for row in rows}

        row = chains["rare-earth-ore", "dy-oxide", "dy-metal", "magnets-metal"]
        assert row["stages"] == ["mine", "separate", "metal", "component"]
        assert (row["steps"], row["from_1"], row["from_2"]) == (3, "dy-metal", "dy-oxide")
        assert all(row["stages"][0] == "mine" for row in rows)
        assert len(chains) == len(rows)

    def test_what_is_mined_for_electric_motors(self, stores: dict[str, Store], engine: str) -> None:
        rows = answer(stores[engine], "mined-for-application", application="ev-motors")
        mined = {row["mined_product"]: row["top_producer"] for row in rows}

        assert mined["rare-earth-ore"] == "CHN"
        assert mined["cobalt-ore"] == "COD"
        assert mined["copper-ore"] == "CHL"

    def test_exporters_with_mines_are_not_called_exporters_without(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        rows = answer(stores[engine], "exporters-without-production", product="ree-compounds")
        exporters = {row["exporter"] for row in rows}

        assert {"JPN", "FRA", "KOR"} <= exporters
        assert not exporters & {"CHN", "AUS", "USA", "MMR", "MYS", "VNM", "THA", "RUS", "IND"}

    def test_unknown_mass_stays_unknown(self, stores: dict[str, Store], engine: str) -> None:
        rows = answer(
            stores[engine], "suppliers-of-country", product="magnets-metal", period="2022"
        )

        assert rows
        assert all(row["tonnes"] is None for row in rows)
        assert all(row["usd_without_tonnes"] == row["usd"] for row in rows)

    def test_a_product_without_published_production_has_no_exporters_without(
        self, stores: dict[str, Store], engine: str
    ) -> None:
        assert answer(stores[engine], "exporters-without-production", product="iridium") == []
