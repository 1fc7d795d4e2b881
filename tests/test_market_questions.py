"""Concentration, reliance and criticality: added up by hand, and what is unknown stays so."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import Any

import pytest
from long_cases import others_long
from saying import unsaid
from seed_texts import SMALL

from graphkit.analysis.production import ADDED_ABOVE, SHARES_ALONE
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import Graph as Built
from graphkit.cli import app
from graphkit.errors import GraphkitError, UsageError
from graphkit.pages.plain import PlainPage
from graphkit.render.answer import View
from graphkit.render.formats import answer_text
from graphkit.render.json import as_object, json_text
from graphkit.render.screen import lay_out_screen
from graphkit.stores.base import Store

MADE = """\
kind: PRODUCES
defaults: {product: ree-metals, period: 2024, basis: gross, source: customs}
rows:
  - {country: CHN, tonnes: 70}
  - {country: JPN, tonnes: 20, estimated: true}
  - {country: WLD, tonnes: 100}
"""


def facts(graph: Built, kind: str) -> list[dict[str, Any]]:
    """All facts of a kind as the seeds give them."""
    parts = [part for part in graph.parts if part.kind.name == kind]
    return [row for part in parts for row in part.table.to_pylist()]


def close(found: float | None, wanted: float) -> bool:
    return found is not None and math.isclose(found, wanted, rel_tol=1e-9)


# --- on the shipped data


def test_production_is_as_the_seeds_add_up(ask, sliced_graph):
    answer = ask.concentration(scope="natural-graphite", period="2024")

    made = {
        row["country"]: row["tonnes"]
        for row in facts(sliced_graph, "PRODUCES")
        if row["product"] == "natural-graphite" and row["period"] == "2024"
    }
    printed = made.pop("WLD")
    total = sum(made.values())
    areas = {row["iso3"] for row in facts(sliced_graph, "Area")}
    shares = [tonnes / total for country, tonnes in made.items() if country not in areas]
    rest = 1 - sum(shares)
    [row] = answer.rows.to_pylist()
    assert (row["market"], row["measure"], row["top"]) == ("production", "tonnes", "CHN")
    assert printed < row["total_tonnes"] == total
    assert row["denominator"] == ADDED_ABOVE
    assert close(row["cr1"], max(shares))
    assert close(row["hhi_low"], 10_000 * sum(share**2 for share in shares))
    assert close(row["hhi_high"], row["hhi_low"] + 10_000 * max(rest, 0) ** 2)
    assert row["source"] == "usgs-mcs-2026"
    assert "usgs-mcs-2026" in answer.sources["key"].to_pylist()


@pytest.mark.long
def test_imports_stand_beside_and_are_as_the_flows_add_up(ask, sliced_graph):
    rows = ask.concentration("KOR", scope="magnets-metal", period="2024").rows.to_pylist()

    bought: dict[str, float] = defaultdict(float)
    for flow in facts(sliced_graph, "EXPORTS"):
        if flow["importer"] == "KOR" and flow["product"] == "magnets-metal":
            bought[flow["exporter"]] += flow["usd"] * (flow["period"] == "2024")
    total = sum(bought.values())
    [value, mass] = rows
    assert (value["measure"], mass["measure"]) == ("usd", "tonnes")
    assert {row["consumer"] for row in rows} == {"KOR"}
    assert close(value["total_usd"], total)
    assert value["total_tonnes"] is None
    assert close(value["cr1"], bought["CHN"] / total)
    squares = sum((usd / total) ** 2 for usd in bought.values())  # S19 is Taiwan in practice
    assert close(value["hhi_low"], 10_000 * squares)
    assert value["hhi_high"] == value["hhi_low"]
    assert (value["band"], value["above_4000"], value["top_above_65"]) == ("high", True, True)


@pytest.mark.long
def test_world_exports_have_every_flow_once(ask, sliced_graph):
    rows = ask.concentration(scope="ree-metals", period="2024").rows.to_pylist()

    flows = [
        flow
        for flow in facts(sliced_graph, "EXPORTS")
        if flow["product"] == "ree-metals" and flow["period"] == "2024"
    ]
    assert [row["market"] for row in rows] == ["exports"] * 2 + ["exports at usual prices"] * 2
    assert close(rows[0]["total_usd"], sum(flow["usd"] for flow in flows))
    assert close(rows[1]["total_tonnes"], sum(flow["tonnes"] or 0 for flow in flows))


def test_concentrate_booked_as_metal_does_not_rank_first_at_usual_prices(ask):
    answer = ask.concentration(scope="ree-metals", period="2024")
    by_mass = {r["market"]: r for r in answer.rows.to_pylist() if r["measure"] == "tonnes"}

    assert (by_mass["exports"]["top"], by_mass["exports at usual prices"]["top"]) == ("AUS", "CHN")
    assert by_mass["exports"]["cr1"] == pytest.approx(0.694, abs=0.0005)
    assert any(
        "31,210 t from Australia at 4,103 USD/t" in note for note in words_of_notes(answer.notes)
    )


def test_stages_come_in_order_and_the_most_concentrated_first(ask):
    answer = ask.concentration(sort="stage", period="2024")
    rows = answer.rows.to_pylist()

    apart = [(row["market"].startswith("exports"), row["stage_order"]) for row in rows]
    assert apart == sorted(apart)
    mined = [r["hhi_low"] for r in rows if r["stage"] == "mine" and r["hhi_low"] is not None]
    assert mined == sorted(mined, reverse=True)
    assert len(mined) > 20
    first = next(iter(answer_text(answer).split("───\n")[1].splitlines()))
    assert "Niobium" in first
    at_mines = answer.coverage.as_object()["production_at_the_stage_mine"]
    assert at_mines.startswith(f"{len(mined)} series (")


@pytest.mark.long
def test_producers_by_published_shares_come_before_exports(ask):
    answer = ask.concentration(scope="rare earths", sort="stage", period="2024")
    rows = [(r["stage"], r["market"], r["top"], r["cr1"], r["source"])
            for r in answer.rows.to_pylist() if r["measure"] != "usd"]  # fmt: skip

    eu = ("CHN", pytest.approx(0.848, abs=0.001), "eu-crm-2023-annex-7")
    assert rows[:6] == [
        ("mine", "production", "CHN", pytest.approx(0.703, abs=0.001), "usgs-mcs-2026"),
        ("separate", "production", "CHN", 1.0, "eu-crm-2023-annex-7"),
        ("separate", "production", *eu),
        ("separate", "production as claimed", "CHN", 0.913, "iea-cmde-2025"),
        ("separate", "production as claimed", "CHN", 0.91, "reex-2025-10-24"),
        ("component", "production as claimed", "CHN", 0.94, "reex-2025-10-24"),
    ]
    assert {market.split(" ")[0] for _, market, *_ in rows[6:]} == {"exports"}
    [claimed] = [r for r in answer.rows.to_pylist() if r["source"] == "iea-cmde-2025"]
    assert (claimed["total_tonnes"], claimed["coverage"]) == (None, pytest.approx(0.913))
    assert claimed["hhi_high"] == pytest.approx(10_000 * (0.913**2 + 0.087**2))
    unknown = ("unknown", "metal (rare-earth metals)")
    assert any(unsaid(note, *unknown) == [] for note in words_of_notes(answer.notes))
    assert unsaid(answer.caption, "Producers … exports") == []
    plain = ask.concentration(scope="rare earths", period="2024").rows
    assert "production as claimed" not in plain["market"].to_pylist()


TWO_OXIDES = {
    "stages.yaml": SMALL["stages.yaml"] + "  - {key: separate, name: Separate, position: 3}\n",
    "products.yaml": SMALL["products.yaml"]
    + "".join(f"  - {{key: {key}, name: {key}, stage: separate}}\n" for key in ("oxide", "salt")),
    "contains.yaml": SMALL["contains.yaml"]
    + "".join(f"  - {{product: {key}, element: Dy, role: main}}\n" for key in ("oxide", "salt")),
    "trade.yaml": SMALL["trade.yaml"]
    + "".join(
        f"  - {{exporter: NOR, importer: KOR, period: 2024, usd: 10, tonnes: 1, product: {key},"
        " hs: null}\n"
        for key in ("oxide", "salt")
    ),
    "claims.yaml": """\
kind: Claim
defaults: {kind: share, element: Dy, stage: separate, unit: share, measure: production,
           basis: by weight, counted_by: weight, source: customs}
rows:
  - {key: chn, supplier: CHN, period: 2024, value: 0.7}
  - {key: chn-before, supplier: CHN, period: 2023, value: 0.8}
  - {key: nor, supplier: NOR, period: 2024, value: 0.2}
""",
}


TABLES = {
    "stages.yaml": TWO_OXIDES["stages.yaml"],
    "products.yaml": TWO_OXIDES["products.yaml"],
    "contains.yaml": TWO_OXIDES["contains.yaml"],
    "trade.yaml": TWO_OXIDES["trade.yaml"],
    "production.yaml": """\
kind: PRODUCES
defaults: {source: customs, basis: content}
rows:
  - {country: CHN, product: oxide, period: 2024, tonnes: 80}
  - {country: NOR, product: oxide, period: 2024, tonnes: 20}
  - {country: CHN, product: oxide, period: 2016-2020, share: 0.7}
  - {country: CHN, product: salt, period: 2010, share: 0.2}
  - {country: CHN, product: salt, period: 2016-2020, share: 0.5}
  - {country: NOR, product: salt, period: 2016-2020, share: 0.3}
""",
}


def producers(answer):
    names = ("product", "period", "top", "cr1", "total_tonnes")
    return [tuple(r[n] for n in names) for r in answer.rows.to_pylist()
            if r["market"] == "production"]  # fmt: skip


def test_a_table_of_producers_stands_wherever_there_is_one_with_its_years(graph_of):
    session = graph_of(TABLES)
    by_stage = session.concentration(scope="Dy", sort="stage", period="2024")

    assert producers(by_stage) == [
        ("oxide", "2024", "CHN", 0.8, 100.0), ("salt", "2016-2020", "CHN", 0.5, None),
    ]  # fmt: skip
    exports = [r for r in by_stage.rows.to_pylist() if r["market"] == "exports"]
    assert {r["period"] for r in exports} == {"2024"}
    salt = next(r for r in by_stage.rows.to_pylist() if r["period"] == "2016-2020")
    assert (salt["source"], salt["denominator"]) == (
        "customs", SHARES_ALONE,
    )  # fmt: skip
    assert (salt["unnamed_share"], salt["coverage"]) == (pytest.approx(0.2), pytest.approx(0.8))
    assert any(
        unsaid(note, "2024 … 2016-2020 (salt)") == [] for note in words_of_notes(by_stage.notes)
    )
    assert unsaid(by_stage.headline, "China", "80 %", "world", "oxide", "2024") == []
    # Without a period the newest, and apart from that of the stages only what was asked for.
    newest = session.concentration(scope="Dy", sort="stage")
    assert [row[:2] for row in producers(newest)] == [("oxide", "2024"), ("salt", "2016-2020")]
    assert [row[:2] for row in producers(session.concentration(scope="Dy", period="2024"))] == [
        ("oxide", "2024")
    ]
    long_ago = session.concentration(scope="Dy", sort="stage", period="2009")
    assert [row[:2] for row in producers(long_ago)] == [("oxide", "2016-2020"), ("salt", "2010")]


def test_a_claim_newer_than_the_table_stands_beside_it(graph_of):
    claims = TWO_OXIDES["claims.yaml"].replace("element: Dy, stage: separate", "product: salt")
    session = graph_of(TABLES, {"claims.yaml": claims})
    rows = session.concentration(scope="Dy", sort="stage").rows.to_pylist()

    assert [(r["market"], r["period"], r["cr1"]) for r in rows if r["product"] == "salt"][:2] == [
        ("production", "2016-2020", 0.5), ("production as claimed", "2024", 0.7),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [60, 100, 160])
def test_a_row_of_shares_alone_says_its_years_at_every_width(graph_of, width):
    answer = graph_of(TABLES).concentration(scope="Dy", sort="stage", period="2024")
    page = lay_out_screen(answer, PlainPage(width), View())

    assert re.sub(r"\s+", " ", str(page)).count("of 2016-2020") == 1


def test_the_brief_on_a_mineral_says_of_which_years_its_makers_are(graph_of):
    brief = graph_of(TABLES).brief(scope="Dy").markdown()

    made = ("salt", "2016-2020", "China … 50 % … world", "customs")
    assert any(unsaid(line, *made) == [] for line in brief.splitlines())


def test_a_share_of_several_products_together_is_one_row_of_all_of_them(graph_of):
    session = graph_of(TWO_OXIDES)
    rows = session.concentration(scope="Dy", sort="stage").rows.to_pylist()

    assert [(r["product"], r["market"], r["period"]) for r in rows if r["measure"] == "tonnes"] == [
        ("oxide+salt", "production as claimed", "2024"),
        ("oxide", "exports", "2024"), ("salt", "exports", "2024"),
        ("ree-metals", "exports", "2025-Q1"),
    ]  # fmt: skip
    assert (rows[0]["stage"], rows[0]["top"], rows[0]["suppliers"]) == ("separate", "CHN", 2)
    assert rows[0]["hhi_low"] == pytest.approx(10_000 * (0.7**2 + 0.2**2))
    alone = session.concentration(scope="oxide", sort="stage").rows
    assert set(alone["market"].to_pylist()) == {"exports"}
    before = session.concentration(scope="Dy", sort="stage", period="2023")
    assert [r["cr1"] for r in before.rows.to_pylist()] == [0.8]


def test_every_consumer_is_listed_with_its_imports(ask):
    answer = ask.concentration(scope="ree-metals", period="2024", each=True)
    rows = [row for row in answer.rows.to_pylist() if row["measure"] == "usd"]

    assert len(rows) > 60
    assert [r["total_usd"] for r in rows] == sorted((r["total_usd"] for r in rows), reverse=True)
    korea = next(row for row in rows if row["consumer"] == "KOR")
    [alone, _] = ask.concentration("KOR", scope="ree-metals", period="2024").rows.to_pylist()
    assert korea == alone


def test_what_was_published_is_set_beside(ask):
    claims = ask.concentration(scope="REE").claims.to_pylist()

    assert {claim["measure"] for claim in claims} <= {
        "production", "processing", "production of the first three",
    }  # fmt: skip
    assert "chn-ree-refining-2023" in {claim["key"] for claim in claims}


# --- on small seeds


def test_a_world_total_is_the_denominator_and_the_rest_a_range(embedded_of):
    answer = embedded_of({"made.yaml": MADE}).concentration(scope="ree-metals", period="2024")

    made, value, mass = answer.rows.to_pylist()
    assert (made["total_tonnes"], made["cr1"], made["basis"]) == (100, 0.7, "gross")
    assert (round(made["hhi_low"]), round(made["hhi_high"])) == (5300, 5400)
    assert (made["estimated"], made["unpublished"], made["missing_tonnes_share"]) == (1, 0, None)
    assert (value["total_usd"], round(value["hhi_low"]), value["top"]) == (1000, 6800, "CHN")
    assert (mass["total_tonnes"], mass["missing_tonnes_share"]) == (10, 0.2)
    assert answer.coverage.figures.of_countries == 2
    assert answer.coverage.figures.estimated == 1


def test_a_withheld_figure_leaves_the_upper_bounds_unknown(embedded_of):
    made = MADE + "  - {country: KOR, qualifier: withheld, published_value: W}\n"
    answer = embedded_of({"made.yaml": made}).concentration(scope="ree-metals", period="2024")

    row = answer.rows.to_pylist()[0]
    assert (round(row["hhi_low"]), row["hhi_high"], row["unpublished"]) == (5300, None, 1)
    assert answer.coverage.figures.without_a_figure == 1
    assert "unknown" in answer_text(answer)


def test_a_first_with_all_of_a_rounded_total_has_its_share_of_the_sum(ask):
    answer = ask.concentration(scope="gallium", period="2025")

    (made,) = [r for r in answer.rows.to_pylist() if r["market"] == "production"]
    assert (made["top"], made["total_tonnes"]) == ("CHN", 909)
    assert close(made["cr1"], 900 / 909)
    assert round(made["hhi_low"]) == 9_804
    assert any(
        unsaid(note, "gallium", "2025", "rounded", "sum") == []
        for note in words_of_notes(answer.notes)
    )


def test_figures_of_two_sources_stay_two_rows(embedded_of):
    again = MADE.replace("tonnes: 70", "tonnes: 90").replace("source: customs", "source: other")
    sources = SMALL["sources.yaml"] + (
        "  - {key: other, title: Other figures, publisher: A bureau, licence: public domain}\n"
    )
    asked = embedded_of({"made.yaml": MADE, "again.yaml": again, "sources.yaml": sources})

    rows = asked.concentration(scope="ree-metals", period="2024").rows.to_pylist()
    assert [(r["source"], r["cr1"]) for r in rows[:2]] == [("customs", 0.7), ("other", 90 / 110)]


def test_production_without_trade_is_an_answer_that_says_so(embedded_of):
    answer = embedded_of({"made.yaml": MADE, "trade.yaml": None}).concentration()

    assert answer.rows["market"].to_pylist() == ["production"]
    assert unsaid(words_of_notes(answer.notes)[0], "No trade") == []


# --- net import reliance


WEIGHED = SMALL["trade.yaml"].replace("reporter: importer", "reporter: importer, basis: gross")
"""Trade that says what its mass counts, as production does."""


@pytest.mark.long
def test_reliance_is_net_imports_over_apparent_consumption(embedded_of):
    made = MADE + "  - {country: KOR, tonnes: 5}\n"
    answer = embedded_of({"made.yaml": made, "trade.yaml": WEIGHED}).reliance("KOR")

    rows = {row["period"]: row for row in answer.rows.to_pylist()}
    assert set(rows) == {"2025-Q1"}  # the newest with trade; there is no production of it
    assert rows["2025-Q1"]["missing"] == "production"
    [row] = embedded_of({"made.yaml": made, "trade.yaml": WEIGHED}).reliance(
        "KOR", period="2024"
    ).rows.to_pylist()  # fmt: skip
    assert (row["imports"], row["exports"], row["production_low"]) == (10, 0, 5)
    assert close(row["reliance_low"], 10 / 15)
    assert row["reliance_high"] == row["reliance_low"]
    assert row["missing"] == "the mass of 1 flow"
    assert (row["net_exporter"], row["published"], row["basis"]) == (False, None, "gross")


def test_two_bases_give_no_reliance(embedded_of):
    made = MADE.replace("gross", "REO") + "  - {country: KOR, tonnes: 5}\n"
    asked = embedded_of({"made.yaml": made, "trade.yaml": WEIGHED})
    answer = asked.reliance("KOR", period="2024")

    [row] = answer.rows.to_pylist()
    assert row["reliance_low"] is None
    assert unsaid(row["missing"], "basis … trade … gross", "production … REO") == []
    [way_out] = [note for note in words_of_notes(answer.notes) if unsaid(note, "Nothing") == []]
    assert "'graphkit import table FILE --mapping MAP -o SEEDS --with-shipped'" in way_out
    with pytest.raises(GraphkitError, match=r"\bcountry\b"):
        asked.reliance(period="2024")


def test_a_withheld_production_makes_reliance_a_range(embedded_of):
    made = MADE + "  - {country: KOR, qualifier: withheld, published_value: W}\n"
    asked = embedded_of({"made.yaml": made, "trade.yaml": WEIGHED})

    rows = asked.reliance(period="2024").rows.to_pylist()
    korea = next(row for row in rows if row["country"] == "KOR")
    assert (korea["reliance_low"], korea["reliance_high"]) == (0, 1)
    assert (korea["production_low"], korea["production_high"]) == (0, None)
    china = next(row for row in rows if row["country"] == "CHN")
    assert (china["reliance_low"], china["reliance_high"], china["net_exporter"]) == (0, 0, True)


def test_a_group_relies_on_what_comes_from_outside(embedded_of):
    pair = "  - {iso3: PAIR, name: A pair, type: group, members: [KOR, JPN]}\n"
    changes = {"areas.yaml": SMALL["areas.yaml"] + pair, "trade.yaml": WEIGHED, "made.yaml": MADE}
    answer = embedded_of(changes).reliance("PAIR", period="2024")

    [row] = answer.rows.to_pylist()
    assert (row["country"], row["imports"], row["exports"]) == ("PAIR", 10, 0)
    assert (row["production_low"], row["production_high"]) == (20, None)
    assert (row["reliance_low"], close(row["reliance_high"], 10 / 30)) == (0, True)
    assert unsaid(words_of_notes(answer.notes)[0], "at least", "members") == []


def test_published_figures_stay_as_printed(ask):
    answer = ask.reliance("USA", period="2024")
    rows = {row["material"]: row for row in answer.rows.to_pylist()}

    sponge = rows["titanium-sponge"]
    assert (sponge["published"], sponge["published_as"]) == ("more than 95 %", ">95")
    assert (sponge["published_value"], sponge["published_low"]) == (None, 0.95)
    assert sponge["published_basis"] == "percentage of apparent consumption"
    assert rows["zinc-ore"]["published"] == "net exporter"
    assert (rows["Hf"]["published"], rows["Hf"]["published_value"]) == ("not available", None)
    assert (rows["Sb"]["product"], rows["Sb"]["published_value"]) == (None, 0.86)
    assert rows["Hf"]["reliance_low"] is None
    assert rows["ree-compounds"]["imports"] > rows["ree-compounds"]["exports"] > 1000
    assert "U.S. Geological Survey" in str(answer).split("\nSources\n")[1]


@pytest.mark.long
def test_a_published_reliance_that_was_revised_is_said_and_the_newest_stands_in_the_row(ask):
    answer = ask.reliance("USA", scope="REE", period="2024")
    (whole,) = [row for row in answer.rows.to_pylist() if row["material"] == "REE"]

    assert (whole["published"], whole["published_source"]) == ("53 %", "usgs-mcs-2026")
    revised = ("rare earths", "United States", "2024", "80 % … 2025 edition", "53 % … 2026 edition")
    assert any(unsaid(note, *revised) == [] for note in words_of_notes(answer.notes))
    (first,) = [
        row for row in ask.reliance("USA", scope="REE", period="2020").rows.to_pylist()
        if row["published"]
    ]  # fmt: skip
    assert (first["material"], first["published"]) == ("REE", "100 %")


KOREAS = """\
kind: REPORTS
defaults: {country: KOR, product: ree-metals, element: Dy, balance: ree-metals, source: customs,
  unit: t, period: 2024}
rows:
  - {statistic: imports, label: Imports, value: 12}
  - {statistic: exports, label: Exports, value: 2}
  - {statistic: consumption, label: Consumption, value: 20}
"""
MADE_BY_KOREA = MADE + "  - {country: KOR, tonnes: 5}\n"


@pytest.mark.long
def test_trade_with_a_figure_of_its_own_stands_beside_the_balance_and_says_why(embedded_of):
    seeds = {"made.yaml": MADE_BY_KOREA, "trade.yaml": WEIGHED, "balance.yaml": KOREAS}
    first, second = embedded_of(seeds).reliance("KOR", period="2024").rows.to_pylist()

    assert (first["trade_source"], first["reliance_low"]) == ("customs national balance", 0.5)
    assert close(second["reliance_low"], 10 / 15)
    reasons = ("trade flows", "stock changes", "national balance", "the mass of 1 flow")
    assert unsaid(second["missing"], *reasons) == []


@pytest.mark.parametrize(
    ("consumption", "reliance", "missing"),
    [
        ("value: 20", 0.5, ()),
        ("qualifier: withheld, published_value: W", None,
         ("Consumption: withheld", "trade flows … the mass of 1 flow",
          "basis … trade … gross", "production … REO")),
    ],
)  # fmt: skip
def test_trade_without_a_figure_of_its_own_leaves_the_row_to_the_balance(
    embedded_of, consumption, reliance, missing
):
    balance = KOREAS.replace("value: 20", consumption)
    made = MADE_BY_KOREA.replace("basis: gross", "basis: REO")
    seeds = {"made.yaml": made, "trade.yaml": WEIGHED, "balance.yaml": balance}
    (row,) = embedded_of(seeds).reliance("KOR", period="2024").rows.to_pylist()

    assert (row["trade_source"], row["reliance_low"]) == ("customs national balance", reliance)
    assert unsaid(row["missing"] or "", *missing) == []
    assert (row["missing"] is None) == (missing == ())


def test_what_is_known_of_no_country_is_said(ask):
    with pytest.raises(GraphkitError, match="reliance of South Korea"):
        ask.reliance("KOR", scope="gallium")
    with pytest.raises(UsageError, match=r"World \(WLD\).* country "):
        ask.reliance("WLD", scope="ree-metals")


# --- without the largest producer


def test_demand_is_what_a_country_keeps(embedded_of):
    asked = embedded_of({"made.yaml": MADE, "trade.yaml": WEIGHED})
    [row] = asked.n_minus_1(period="2024").rows.to_pylist()

    assert (row["largest"], row["supply"], row["supply_without"]) == ("CHN", 100, 30)
    assert (row["demand_of_largest"], row["demand_without_low"]) == (60, 40)
    assert (row["ratio_low"], row["ratio_high"], row["missing"]) == (0.75, 0.75, None)
    assert row["trade_source"] == "customs test importer"


def test_an_unknown_demand_leaves_the_upper_end_open(ask):
    answer = ask.n_minus_1(period="2024")
    rows = {(row["product"], row["basis"]): row for row in answer.rows.to_pylist()}

    niobium = rows["niobium-ore", "Nb-content"]
    assert close(niobium["ratio_low"], niobium["supply_without"] / niobium["supply"])
    assert (niobium["ratio_high"], niobium["missing"]) == (None, "demand of Brazil")
    for (product, _), row in rows.items():  # no world total, and figures of several bases
        assert (row["ratio_low"] is None) == (row["supply"] is None or row["largest"] is None)
        assert product != "borates" or row["supply"] is None
    assert {claim["key"] for claim in ask.n_minus_1(scope="Co").claims.to_pylist()} == {
        "n-1-co-2035"
    }


def test_the_world_has_one_largest_producer(ask):
    with pytest.raises(UsageError, match=r"world.*'KOR'"):
        ask.n_minus_1("KOR")
    with pytest.raises(GraphkitError, match=r"production .*\bgallium\b.* 1999"):
        ask.n_minus_1(scope="gallium", period="1999")


# --- criticality


def test_world_production_is_weighed_by_governance(ask, sliced_graph):
    answer = ask.criticality(scope="Nb", period="2024")
    [row] = answer.rows.to_pylist()

    made = {
        fact["country"]: fact["tonnes"]
        for fact in facts(sliced_graph, "PRODUCES")
        if (fact["product"], fact["period"]) == ("niobium-ore", "2024")
    }
    world = max(made["WLD"], sum(tonnes for who, tonnes in made.items() if who != "WLD"))
    stability: dict[str, list[float]] = defaultdict(list)
    for fact in facts(sliced_graph, "RATED"):
        if "2020" <= fact["period"] <= "2024":
            stability[fact["country"]].append(fact["value"])
    wanted = sum(
        (tonnes / world) ** 2 * (2.5 - sum(stability[who]) / len(stability[who])) * 2
        for who, tonnes in made.items()
        if who in stability
    )
    assert close(row["hhi_global_known"], wanted)
    assert row["hhi_global_low"] < wanted < row["hhi_global_high"]
    assert (row["product"], row["stage"], row["basket"]) == ("niobium-ore", "mine", None)
    assert (row["largest"], row["production_source"]) == ("BRA", "usgs-mcs-2026")
    counts = answer.coverage.as_object()
    assert counts["governance_years"] == ["2020", "2021", "2022", "2023", "2024"]
    assert {"world-bank-wgi", "eu-crm-2023"} <= set(answer.sources["key"].to_pylist())


def test_what_is_missing_makes_the_risk_a_range(ask):
    [open_] = ask.criticality(scope="Nb", period="2024").rows.to_pylist()
    inputs = {"eol_rir": 0.0, "substitution": 0.94}
    [given] = ask.criticality(scope="Nb", period="2024", **inputs).rows.to_pylist()

    assert {"substitution index", "end-of-life recycling input rate"} <= set(open_["missing"])
    assert open_["eol_rir"] is None
    assert (open_["supply_risk_low"], open_["supply_risk_high"]) == (0, open_["hhi_global_high"])
    assert not {"substitution index", "end-of-life recycling input rate"} & set(given["missing"])
    assert close(given["supply_risk_low"], 0.94 * given["hhi_global_low"])
    assert close(given["supply_risk_high"], 0.94 * given["hhi_global_high"])
    assert (given["published_supply_risk"], given["published_economic_importance"]) == (4.4, 6.5)
    assert (given["published_critical"], given["published_in_range"]) == (True, True)


def test_two_sources_of_eu_sourcing_stand_side_by_side(ask):
    answer = ask.criticality(scope="Li")
    rows = {(r["product"], r["sourcing_source"]): r for r in answer.rows.to_pylist()}
    quoted = ("observatorial-1613351", "visual-capitalist-eu-china")

    assert list(rows) == [
        *(("lithium-minerals", source) for source in quoted),
        ("lithium-processed", "eu-crm-2023-annex-7"),
        *(("lithium-processed", source) for source in quoted),
    ]
    chile, china = (rows["lithium-minerals", source] for source in quoted)
    assert chile["hhi_eu_known"] != china["hhi_eu_known"]
    assert chile["hhi_global_known"] == china["hhi_global_known"]
    assert {"eu-li-chl-eca", "eu-li-chn-2016-2020"} <= set(answer.claims["key"].to_pylist())


def test_every_material_with_a_published_risk_has_a_row(ask):
    answer = ask.criticality()
    rows = answer.rows.to_pylist()
    published = {c["element"] for c in ask.catalog.claims.to_pylist() if c["kind"] == "supply-risk"}

    assert {row["material"] for row in rows} == published
    xenon = next(row for row in rows if row["material"] == "Xe")
    assert (xenon["product"], xenon["supply_risk_high"]) == (None, None)
    assert "global supply" in xenon["missing"]
    cobalt = [row["product"] for row in rows if row["material"] == "Co"]
    assert cobalt == ["cobalt-ore", "cobalt-processed"]  # nickel in nickel ore is no cobalt
    hree = {row["product"]: row["basket"] for row in rows if row["material"] == "HREE"}
    assert hree == {"heavy-ree-processed": None, "rare-earth-ore": "10 of 15"}
    assert " , " not in answer_text(answer)


def test_an_element_brings_its_group_with_a_published_risk(ask):
    answer = ask.criticality(scope="dysprosium")

    assert answer.scope.as_object()["materials"] == ["Dy", "HREE"]
    rows = answer.rows.select(["material", "published_supply_risk"]).to_pylist()
    assert {tuple(row.values()) for row in rows} == {("HREE", 5.1), ("Dy", None)}


def test_inputs_are_from_0_to_1(ask):
    with pytest.raises(UsageError, match=r"`eol_rir`: .*2.* 0 to 1"):
        ask.criticality(scope="Ga", eol_rir=2)
    with pytest.raises(UsageError, match="`import_reliance`: found nan"):
        ask.criticality(scope="Ga", import_reliance=math.nan)
    with pytest.raises(GraphkitError, match=r"production .*supply risk .*\bPm\b"):
        ask.criticality(scope="Pm")


def test_each_stage_has_the_eu_s_sourcing_of_its_own_product(ask):
    """Sources of ore and of oxides are two tables: together they would add up to 2."""
    rows = {r["product"]: r for r in ask.criticality(scope="antimony").rows.to_pylist()}

    ore, processed = rows["antimony-ore"], rows["antimony-processed"]
    assert ore["sourcing_source"] == processed["sourcing_source"] == "eu-crm-2023-annex-7"
    assert ore["hhi_eu_known"] != processed["hhi_eu_known"]
    alone = [c["value"] for c in ask.catalog.claims.to_pylist()
             if (c["product"], c["measure"]) == ("antimony-ore", "sourcing")]  # fmt: skip
    assert sorted(alone)[-2:] == [0.26, 0.63]
    assert ore["hhi_eu_high"] < 10 * sum(value**2 for value in alone) + 10 * 0.01


def test_the_risk_of_phosphorus_is_not_that_of_phosphate_rock(ask):
    """The EU's study has both: the element alone, and the rock."""
    rows = {r["material"]: r for r in ask.criticality(scope="P,phosphate").rows.to_pylist()}

    assert (rows["P"]["product"], rows["P"]["period"]) == ("phosphorus", "2016-2020")
    assert rows["P"]["published_supply_risk"] == 3.3
    assert rows["phosphate"]["product"] == "phosphate-rock"


# --- what cannot be answered


def test_an_unknown_order_is_refused(ask):
    with pytest.raises(UsageError, match=r"`sort`: .*'colour'.* stake, product, st"):
        ask.concentration(sort="colour")
    with pytest.raises(UsageError, match=r"every country.*'KOR'"):
        ask.concentration("KOR", each=True)


def test_a_scope_without_figures_is_told_what_there_is(ask):
    with pytest.raises(GraphkitError, match=r"1999.*2022, 2024.* production"):
        ask.concentration(scope="magnets", period="1999")
    with pytest.raises(GraphkitError, match=r"production.* 2016-2020, 2020, 2021"):
        ask.concentration(scope="gallium", period="1999")


# --- both databases, and the command line

QUESTIONS = [
    ("concentration", (), {"period": "2024"}),
    ("concentration", ("EU27",), {"sort": "stage"}),
    ("reliance", ("USA",), {}),
    ("reliance", (), {"scope": "REE", "period": "2024"}),
    ("reliance", ("EU27",), {"scope": "REE"}),
    ("n_minus_1", (), {}),
    ("criticality", (), {}),
    ("criticality", (), {"scope": "Ga,Mg", "period": "2024", "eol_rir": 0.1}),
    ("concentration", (), {"scope": "2846", "each": True, "period": "2024"}),
    ("controls", (), {}),
    ("prices", (), {"scope": "ree-compounds"}),
    ("uses", ("Ga,Dy,Cu",), {}),
]


@pytest.mark.parametrize(("verb", "names", "options"), others_long(QUESTIONS, 1))
def test_both_databases_give_the_same_json(stores: dict[str, Store], verb, names, options):
    said = {
        engine: json_text(as_object(getattr(Session(store), verb)(*names, **options)))
        for engine, store in stores.items()
    }
    assert said["embedded"] == said["neo4j"]
    assert len(said["neo4j"]) > 1000


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("concentration --for unobtainium", 2, "is called 'unobtainium'"),
        ("concentration atlantis", 2, "country … 'atlantis'"),
        ("concentration --sort colour", 2, "--sort: … 'colour'"),
        ("concentration --period 2024-Q9", 2, "--period: "),
        ("concentration --for magnets --period 1999", 1, "1999 … 2022, 2024"),
        ("reliance KOR --for gallium", 1, "no trade … gallium (Ga)"),
        ("criticality --for unobtainium", 2, "element or mineral … 'unobtainium'"),
        ("criticality --for Ga --eol-rir 2", 2, "--eol-rir: … 2 … 0 to 1"),
        ("reliance KOR --n-minus-1", 2, "leave out 'KOR'"),
    ],
)
def test_what_is_wrong_is_one_line(capsys, monkeypatch, sliced_file, line, code, message):
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))

    assert app.run(line.split()) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert unsaid(said.err, message) == []
