"""Questions to the supply network: a chain by hand, the shipped data, both databases."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from long_cases import others_long
from saying import Naming
from seed_texts import SMALL

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.render.formats import answer_text
from graphkit.render.json import as_object, json_text

# --- a chain small enough to follow by hand

CHAIN = {
    "stages.yaml": """\
kind: Stage
defaults: {source: customs}
rows:
  - {key: mine, name: Mine, position: 1}
  - {key: metal, name: Metal, position: 4}
  - {key: component, name: Component, position: 6}
""",
    "products.yaml": """\
kind: Product
defaults: {source: customs}
rows:
  - {key: ore, name: Ore, stage: mine}
  - {key: ree-metals, name: Rare-earth metals, stage: metal}
  - {key: magnets, name: Magnets, stage: component}
""",
    "made-into.yaml": """\
kind: MADE_INTO
defaults: {source: customs, process: unknown, kind: main}
rows:
  - {input: ore, output: ree-metals}
  - {input: ree-metals, output: magnets}
""",
    "contains.yaml": """\
kind: CONTAINS
defaults: {source: customs, element: Dy, role: main}
rows:
  - {product: ore}
  - {product: ree-metals}
  - {product: magnets}
""",
    "production.yaml": """\
kind: PRODUCES
defaults: {period: 2024, source: customs, basis: gross}
rows:
  - {country: CHN, product: ore, tonnes: 90}
  - {country: NOR, product: ore, tonnes: 10}
  - {country: WLD, product: ore, tonnes: 100}
""",
    "trade.yaml": """\
kind: EXPORTS
defaults: {period: 2024, reporter: importer, dataset: test, source: customs, basis: gross}
rows:
  - {exporter: CHN, importer: JPN, product: ree-metals, usd: 600, tonnes: 6}
  - {exporter: NOR, importer: JPN, product: ree-metals, usd: 200, tonnes: 2}
  - {exporter: JPN, importer: KOR, product: ree-metals, usd: 400, tonnes: 4}
  - {exporter: CHN, importer: KOR, product: ree-metals, usd: 100, tonnes: 1}
  - {exporter: JPN, importer: KOR, product: magnets, usd: 900, tonnes: 3}
""",
    "claims.yaml": """\
kind: Claim
rows:
  - {key: jpn-makes-no-metal, kind: share, supplier: JPN, product: ree-metals, period: 2024,
     value: 0, unit: share, measure: production, source: customs}
  - {key: chn-makes-metal, kind: statement, supplier: CHN, product: ree-metals, period: 2024,
     statement: China makes metals, measure: production, source: customs}
  - {key: nor-makes-metal, kind: statement, supplier: NOR, product: ree-metals, period: 2024,
     statement: Norway makes metals, measure: production, source: customs}
""",
}


@pytest.fixture
def chain(graph_of: Callable[..., Session]) -> Session:
    return graph_of(CHAIN)


def shares(answer: Any, *names: str) -> dict[tuple[Any, ...], float]:
    return {
        tuple(row[n] for n in names): pytest.approx(row["share"]) for row in answer.rows.to_pylist()
    }


def test_who_stands_behind_a_reexporter(chain):
    # Japan makes no metal: what it sells is 6/8 Chinese. Korea has 1 from China, 4 from Japan.
    answer = chain.origins("KOR", scope="ree-metals", period="2024")

    found = shares(answer, "traced_to", "origin")
    assert found[("metal", "CHN")] == (1 + 4 * 6 / 8) / 5
    assert found[("metal", "NOR")] == (4 * 2 / 8) / 5
    # No trade in ore is known: of what a smelter has, only its country's share of all that was
    # mined is known to be its own.
    assert found[("mine", "CHN")] == 0.8 * 0.9
    assert found[("mine", "unknown")] == 0.8 * 0.1 + 0.2 * 0.9
    row = next(r for r in answer.rows.to_pylist() if (r["traced_to"], r["origin"])
               == ("metal", "CHN"))  # fmt: skip
    assert row["face_value"] == pytest.approx(0.2)
    assert row["hidden"] == pytest.approx(0.6)
    # A middleman shows at the product's own stage, not as an origin before it.
    middlemen = [r["traced_to"] for r in answer.rows.to_pylist() if r["origin"] == "JPN"]
    assert middlemen == ["metal"]


def test_a_magnet_is_traced_through_the_metal_to_the_mine(chain):
    found = shares(chain.origins("KOR", scope="magnets", period="2024"), "traced_to", "origin")

    assert found[("component", "JPN")] == 1.0
    assert found[("metal", "CHN")] == 0.75
    assert found[("metal", "NOR")] == 0.25
    assert found[("mine", "CHN")] == 0.75 * 0.9


PART = {
    "products.yaml": CHAIN["products.yaml"] + "  - {key: dy-ore, name: Ore of Dy, stage: mine}\n",
    "contains.yaml": CHAIN["contains.yaml"] + "  - {product: dy-ore}\n",
    "made-into.yaml": CHAIN["made-into.yaml"] + "  - {input: dy-ore, output: ree-metals}\n",
}


@pytest.mark.long
def test_an_ore_without_data_that_another_ore_counts_too_leaves_nothing_open(graph_of):
    def mined(*files: dict[str, str]) -> list[tuple[Any, ...]]:
        rows = graph_of(CHAIN, *files).origins("KOR", scope="magnets", stage="mine").rows
        return [(r["origin"], r["share"], r["low"], r["high"]) for r in rows.to_pylist()]

    assert mined(PART) == mined()
    assert mined(PART)[0][2] > 0


WITHHELD = {
    "production.yaml": """\
kind: PRODUCES
defaults: {period: 2024, source: customs, basis: gross, product: ore}
rows:
  - {country: CHN, tonnes: 90}
  - {country: KOR, tonnes: 10}
  - {country: WLD, tonnes: 100, note: without Norway}
  - {country: NOR, qualifier: withheld, published_value: W}
""",
    "balances.yaml": """\
kind: REPORTS
defaults: {country: NOR, element: Dy, balance: Dy, period: 2024, unit: t, source: customs}
rows:
  - {statistic: exports, label: Exports, value: 11, basis: gross}
  - {statistic: imports, label: Imports, value: 31, basis: gross}
  - {statistic: production, label: Made, qualifier: withheld, published_value: W, basis: gross}
""",
    "reliance.yaml": """\
kind: Claim
rows:
  - {key: nor-dy, kind: net-import-reliance, measure: net import reliance, consumer: NOR,
     element: Dy, period: 2024, low: 0.5, unit: share, qualifier: more-than, published_value: ">50",
     basis: percentage of apparent consumption, source: customs}
""",
}


def makers(period: str) -> dict[str, str]:
    """Shares of the world's output, without amounts, of two products of the chain."""
    return {
        "makers.yaml": f"""\
kind: PRODUCES
defaults: {{period: {period}, source: customs, basis: content}}
rows:
  - {{country: NOR, product: ree-metals, share: 0.9}}
  - {{country: KOR, product: ree-metals, share: 0.1}}
  - {{country: CHN, product: magnets, share: 0.99}}
  - {{country: NOR, product: magnets, share: 0.001, qualifier: less-than}}
""",
        "claims.yaml": "kind: Claim\nrows: []\n",
    }


ASSUMED = (
    "assumed_low", "assumed_high", "assumption", "makers_of", "assumption_test",
    "assumed_uncovered_low", "assumed_uncovered_high",
)  # fmt: skip
"""Columns that shares of other years are for."""
NO_CLAIMS = {"claims.yaml": "kind: Claim\nrows: []\n"}
ASKED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("origins", "KOR", {"scope": "magnets"}),
    ("origins", "JPN", {"scope": "ree-metals"}),
    ("spof", "KOR", {"scope": "Dy"}),
    ("depends", "KOR", {"scope": "Dy"}),
    ("origins", "KOR", {"scope": "Dy", "largest": True}),
    ("disrupt", "CHN", {"scope": "Dy"}),
    ("reliance", "KOR", {"scope": "Dy"}),
)


@pytest.mark.long
@pytest.mark.parametrize(("verb", "country", "parameters"), others_long(ASKED, 2))
def test_a_share_of_other_years_is_no_production_of_this_one(graph_of, verb, country, parameters):
    def rows(*files: dict[str, str]) -> list[dict[str, Any]]:
        ask = getattr(graph_of(CHAIN, NO_CLAIMS, *files), verb)
        table = ask(country, period="2024", **parameters).rows
        return table.select([n for n in table.column_names if n not in ASSUMED]).to_pylist()

    assert rows(makers("2016-2020")) == rows()


@pytest.mark.long
def test_a_share_without_an_amount_is_an_estimate_and_no_bound(graph_of):
    """Of its own period it moves the point; the range stays that of what is certain."""

    def metal(*files: dict[str, str]) -> dict[str, tuple[float, float, float]]:
        answer = graph_of(CHAIN, NO_CLAIMS, *files).origins(
            "JPN", scope="ree-metals", stage="metal", min_share=0
        )
        rows = answer.rows.to_pylist()
        return {r["origin"]: (r["share"], r["low"], r["high"]) for r in rows}

    free, with_shares = metal(), metal(makers("2024"))
    for origin in ("CHN", "NOR"):
        assert with_shares[origin][1:] == free[origin][1:]


@pytest.mark.long
def test_a_published_reliance_bounds_a_withheld_mine(graph_of):
    """Net imports are at most 31.5 - 10.5 t and over half of consumption: it mines under 21."""
    answer = graph_of(CHAIN, WITHHELD).origins("JPN", scope="ree-metals", stage="mine", min_share=0)
    found = {r["origin"]: (r["low"], r["high"]) for r in answer.rows.to_pylist()}

    assert found["CHN"][0] == pytest.approx(0.75 * 90 / 121)
    assert found["NOR"] == (0.0, pytest.approx(0.75 * 21 / 111 + 0.25))
    assert any("at most 21 t" in note for note in words_of_notes(answer.notes))


def test_a_withheld_mine_without_a_bound_leaves_nothing_certain(graph_of):
    some = {"production.yaml": WITHHELD["production.yaml"]}
    answer = graph_of(CHAIN, some).origins("JPN", scope="ree-metals", stage="mine")

    rows = {r["origin"]: (r["share"], r["high"]) for r in answer.rows.to_pylist()}
    assert rows == {
        "unknown": (1.0, None), "CHN": (0.0, 1.0), "NOR": (0.0, 1.0),
        "KOR": (0.0, pytest.approx(0.325)),
    }  # fmt: skip
    assert not any("Left out" in note for note in words_of_notes(answer.notes))


def test_the_largest_origin_has_a_row_and_the_others_are_counted(graph_of):
    some = {"production.yaml": WITHHELD["production.yaml"]}
    graph = graph_of(CHAIN, some)
    largest = graph.origins("JPN", scope="ree-metals", largest=True)

    rows = [r for r in largest.rows.to_pylist() if r["traced_to"] == "mine"]
    assert [(r["origin"], r["share"], r["others"]) for r in rows] == [
        ("unknown", 1.0, None), ("CHN", 0.0, 2),
    ]  # fmt: skip
    assert Naming("3 smaller origins … `largest`") in words_of_notes(largest.notes)


@pytest.mark.parametrize(("stage", "least"), [(None, 0.3), ("mine", 0.3), (None, 1.0)])
def test_with_a_least_share_the_others_of_a_stage_have_one_row_of_their_ends(chain, stage, least):
    how = {"scope": "magnets", "stage": stage}
    every = chain.origins("KOR", **how, min_share=0).rows.to_pylist()
    rows = chain.origins("KOR", **how, min_share=least).rows.to_pylist()
    for name in {row["traced_to"] for row in every}:
        at_stage = [row for row in every if row["traced_to"] == name]
        surest = max(row["low"] or 0.0 for row in at_stage)
        large = [
            row for row in at_stage
            if row["share"] >= least or row["origin"] == "unknown" or 0 < surest == row["low"]
        ]  # fmt: skip
        small = [row for row in at_stage if row not in large]
        selected = [row for row in rows if row["traced_to"] == name]
        most = max((row["high"] for row in small), default=0.0)
        assert [row for row in selected if row["origin"] != "any other country"] == large
        others = [row for row in selected if row["origin"] == "any other country"]
        assert [(row["share"], row["high"]) for row in others] == [(None, most)] * (most > 0)


@pytest.mark.long
@pytest.mark.parametrize(("of", "share"), [("2024", 0.75), ("2023", 0.75 * 0.9)])
def test_a_country_that_uses_its_own_alone_is_the_mine_of_what_it_makes(graph_of, of, share):
    claim = (f"  - {{key: chn-own, kind: statement, consumer: CHN, supplier: CHN, product: ore, "
             f"period: {of}, measure: sourcing, statement: Own, source: customs}}\n")  # fmt: skip
    graph = graph_of(CHAIN, {"claims.yaml": CHAIN["claims.yaml"] + claim})
    answer = graph.origins("JPN", scope="ree-metals", stage="mine")
    (row,) = (r for r in answer.rows.to_pylist() if r["origin"] == "CHN")

    assert (row["share"], row["low"]) == pytest.approx((share, share))
    note = Naming("China … ore … its own alone … chn-own")
    assert (note in words_of_notes(answer.notes)) == (of == "2024")


def test_looked_through_dependence_is_the_origins_of_one(chain):
    one = chain.origins("KOR", on="CHN", scope="magnets").rows.to_pylist()
    every = chain.origins("KOR", scope="magnets", min_share=0).rows.to_pylist()

    at_stages = [row for row in one if row["traced_to"] != "any stage"]
    assert at_stages == [row for row in every if row["origin"] == "CHN"]
    largest = chain.origins("KOR", scope="magnets", largest=True).rows.to_pylist()
    assert [(r["traced_to"], r["origin"], r["others"]) for r in largest] == [
        ("mine", "CHN", 0), ("mine", "unknown", None), ("metal", "CHN", 0), ("component", "JPN", 0),
    ]  # fmt: skip


@pytest.mark.long
def test_a_group_of_origins_is_one_answer(ask):
    one = ask.origins("KOR", on="EU27", scope="magnets-metal", period="2024").rows.to_pylist()
    every = ask.origins("KOR", scope="magnets-metal", period="2024", min_share=0).rows.to_pylist()
    members = {r["member"] for r in ask.query("members-of-area", area="EU27").to_pylist()}

    assert [(r["traced_to"], r["origin"]) for r in one] == [
        (stage, "EU27") for stage in ("any stage", "mine", "separate", "metal", "component")
    ]
    any_stage, component = one[0], one[-1]
    for name in ("share", "face_value"):
        parts = [r[name] for r in every if r["traced_to"] == "component" and r["origin"] in members]
        assert component[name] == pytest.approx(sum(parts))
    assert component["low"] <= component["share"] <= component["high"] <= 1.0
    assert any_stage["face_value"] == pytest.approx(component["face_value"])
    assert any_stage["share"] >= component["share"]


def at_any_stage(answer) -> list[dict[str, Any]]:
    return [row for row in answer.rows.to_pylist() if row["traced_to"] == "any stage"]


def test_what_was_in_a_country_at_any_stage_counts_once(graph_of):
    """Of Japan's metal 600 of 800 are China's; Korea buys all its magnets in Japan."""
    graph = graph_of(CHAIN)
    for answer in (
        graph.origins("KOR", on="CHN", scope="magnets"),
        graph.origins("KOR", on="CHN", scope="magnets"),
    ):
        (row,) = at_any_stage(answer)
        assert answer.rows["traced_to"].to_pylist() == ["any stage", "mine", "metal"]
        assert (row["share"], row["face_value"], row["hidden"]) == pytest.approx((0.75, 0.0, 0.75))
        assert (row["origin"], row["product"], row["earlier"]) == ("CHN", "magnets", None)
        assert answer.headline == Naming("through China")
        assert "counted once" in answer.caption


def test_what_is_sold_on_is_at_any_stage_whoever_made_it(graph_of):
    """Korea buys its metal in Japan for 400 and in China for 100, of three quarters China's."""
    (row,) = at_any_stage(graph_of(CHAIN).origins("KOR", on="JPN", scope="ree-metals"))
    assert (row["share"], row["face_value"], row["hidden"]) == pytest.approx((0.8, 0.8, 0.0))
    (row,) = at_any_stage(graph_of(CHAIN).origins("KOR", on="CHN+JPN", scope="ree-metals"))
    assert (row["share"], row["low"], row["high"]) == pytest.approx((1.0, 1.0, 1.0))


@pytest.mark.parametrize("how", [{"stage": "mine"}, {"chain": "face-value"}, {"without": "CHN"}])
def test_a_question_of_one_stage_or_another_chain_has_no_row_of_any_stage(chain, how):
    assert not at_any_stage(chain.origins("KOR", on="CHN", scope="magnets", **how))


def test_a_group_has_no_row_of_what_passed_its_own_members(ask):
    answer = ask.origins("EU27", on="DEU", scope="magnets-metal", period="2024")
    assert not at_any_stage(answer)


@pytest.mark.parametrize("buyer", others_long(["KOR", "JPN", "EU27", "USA"], 1))
def test_at_any_stage_is_what_avoiding_the_country_leaves_out(ask, buyer):
    how = {"scope": "magnets-metal", "period": "2024"}
    (row,) = at_any_stage(ask.origins(buyer, on="CHN", **how))
    left_out = [
        (r["share"], r["low"], r["high"], r["face_value"])
        for r in ask.origins(buyer, without="CHN", **how).rows.to_pylist()
        if r["origin"] == "through CHN"
    ]
    ends = tuple(row[name] for name in ("share", "low", "high", "face_value"))
    assert left_out == [pytest.approx(ends)] * len(left_out)
    assert len(left_out) == 4
    assert row["face_value"] <= row["low"]


def test_by_share_a_point_is_certain_only_if_the_least_is(chain):
    rows = chain.spof("KOR", scope="magnets").rows.to_pylist()

    assert {(r["definition"], r["traced_to"], r["supplier"]) for r in rows} == {
        ("face value", None, "JPN"), ("looked through", "component", "JPN"),
        ("looked through", "metal", "CHN"), ("looked through", "mine", "CHN"),
    }  # fmt: skip
    assert all(r["verdict"] == ("certain" if r["low"] >= 0.5 else "as traced") for r in rows)
    few = chain.spof("KOR", scope="magnets", threshold=0.8).rows.to_pylist()
    assert {row["supplier"] for row in few} == {"JPN"}


LACKING = {
    "products.yaml": CHAIN["products.yaml"]
    + "  - {key: alloy, name: Alloy, stage: metal}\n"
    + "  - {key: anode, name: Anode, stage: component}\n",
    "contains.yaml": CHAIN["contains.yaml"]
    + "  - {product: anode}\n  - {product: alloy, role: alloying}\n",
    "made-into.yaml": CHAIN["made-into.yaml"]
    + "  - {input: ree-metals, output: alloy}\n"
    + "  - {input: alloy, output: magnets}\n",
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("origins", {"consumer": "KOR"}), ("origins", {"consumer": "KOR", "largest": True}),
        ("spof", {"consumer": "KOR"}), ("spof", {"definition": "structural"}),
        ("disrupt", {"who": "JPN"}), ("cascade", {"exporter": "JPN"}),
        ("layered_centrality", {}),
    ],
)  # fmt: skip
def test_every_verb_on_a_chain_says_what_it_does_not_count(graph_of, verb, given):
    session = graph_of(CHAIN, LACKING)

    whole = getattr(session, verb)(scope="Dy", **given).coverage
    assert whole.without_trade == ("anode", "ore")
    one = getattr(session, verb)(scope="magnets", **given).coverage
    assert one.without_trade == ()
    assert one.steps_without_data == ("alloy",)
    text = answer_text(getattr(session, verb)(scope="magnets", **given))
    assert re.search(r"without data: .*[Aa]lloy", text)


EARLIER = {
    "traded-as.yaml": """\
kind: TRADED_AS
defaults: {revision: HS92, fit: exact, source: customs}
rows:
  - {product: ree-metals, code: 280530, earlier: concentrate, earlier_stage: mine,
     earlier_source: customs}
""",
    "trade.yaml": CHAIN["trade.yaml"].replace(": ree-metals,", ": ree-metals, hs: 280530,"),
}


def test_work_at_a_stage_is_only_possible_where_the_code_also_holds_earlier_goods(graph_of):
    def verdicts(session: Session) -> dict[Any, Any]:
        rows = session.spof("JPN", scope="ree-metals").rows.to_pylist()
        return {(r["traced_to"], r["supplier"]): (r["verdict"], r["earlier"]) for r in rows}

    sure = verdicts(graph_of(CHAIN))
    assert sure["metal", "CHN"] == ("certain", None)
    unsure = graph_of(CHAIN, EARLIER)
    found = verdicts(unsure)
    held = "concentrate (HS 280530)"
    assert found["metal", "CHN"] == ("possible", held)
    assert found[None, "CHN"] == ("certain", held)  # it did sell these goods, whatever they were
    assert found["mine", "CHN"] == sure["mine", "CHN"]

    [row, *_] = unsure.origins("JPN", scope="ree-metals", stage="metal").rows.to_pylist()
    assert (row["origin"], row["earlier"]) == ("CHN", held)
    every = unsure.spof(scope="ree-metals").rows.to_pylist()
    assert {r["earlier"] for r in every if r["traced_to"] == "metal"} == {held}
    assert "customs" in unsure.spof("JPN").sources["key"].to_pylist()


def test_a_point_has_the_amount_of_the_imports_and_the_other_products_are_told(chain):
    answer = chain.spof("KOR", scope="Dy", threshold=0.9)

    assert {(r["product"], r["imports"]) for r in answer.rows.to_pylist()} == {("magnets", 900.0)}
    assert Naming("without a single point … rare-earth metals (500 USD)") in words_of_notes(
        answer.notes
    )


def test_everybodys_points_are_added_up_by_what_they_buy(chain):
    rows = chain.spof(scope="ree-metals").rows.to_pylist()
    found = {(r["definition"], r["traced_to"], r["supplier"]): r for r in rows}

    # Japan (800) buys 6/8 from China, Korea (500) 4/5 from Japan, which has that 6/8 from China.
    face = found["face value", None, "CHN"]
    assert (face["consumers"], face["importers"]) == (1, 2)
    assert face["import_share"] == pytest.approx(800 / 1300)
    assert face["at_stake"] == pytest.approx(600 / 1300)
    made = found["looked through", "metal", "CHN"]
    assert (made["consumers"], made["import_share"]) == (2, 1.0)
    assert made["at_stake"] == pytest.approx((600 + 500 * 0.8) / 1300)
    each = chain.spof(scope="ree-metals", each=True).rows.to_pylist()
    assert sum(row["traced_to"] == "metal" and row["supplier"] == "CHN" for row in each) == 2

    gone = chain.spof(scope="ree-metals", definition="structural", blocs=["CHN+NOR"])
    [row] = gone.rows.to_pylist()
    assert (row["removed"], row["consumers"], row["at_stake"]) == ("CHN+NOR", 2, 1.0)


def test_without_a_country_is_what_passes_through_all_its_stages(chain):
    rows = chain.spof("KOR", scope="magnets", definition="structural").rows.to_pylist()

    assert {(r["removed"], round(r["loss"], 12), r["cut_off"]) for r in rows} == {
        ("JPN", 1.0, "certain"), ("CHN", 0.75, None),
    }  # fmt: skip
    chains = {row["removed"]: row["chain"] for row in rows}
    assert chains["CHN"].startswith("CHN ")
    assert chains["CHN"].endswith("JPN ree-metals > JPN magnets > KOR magnets")
    both = chain.spof(
        "KOR", scope="magnets", definition="structural", blocs=["CHN+NOR", "JPN"]
    ).rows.to_pylist()
    assert {(r["removed"], r["loss"]) for r in both} == {("CHN+NOR", 1.0), ("JPN", 1.0)}


def test_origins_without_a_country_leave_out_what_passed_it_at_any_stage(chain):
    rows = chain.origins("KOR", scope="ree-metals", without="CHN", stage="metal").rows.to_pylist()

    # Korea buys 1 of China and 4 of Japan, of whose 8 China sold 6 and Norway 2.
    found = {r["origin"]: (r["share"], r["face_value"]) for r in rows}
    assert found["NOR"] == (pytest.approx(4 / 5 * 2 / 8), 0.0)
    assert found["through CHN"] == (pytest.approx(1 / 5 + 4 / 5 * 6 / 8), pytest.approx(1 / 5))
    assert "CHN" not in found


def test_a_cut_is_followed_through_the_stages(chain):
    answer = chain.disrupt("CHN", scope="ree-metals", loss=0.8, slack=0.2, min_loss=0.0)
    rows = {(r["consumer"], r["product"]): r for r in answer.rows.to_pylist()}

    # 0.8 of 6/8 is lost to Japan; it passes that on with its metal and with its magnets.
    passed = 0.8 * 6 / 8
    korea = rows[("KOR", "ree-metals")]
    assert korea["direct"] == pytest.approx(0.8 * 1 / 5)
    assert korea["indirect"] == pytest.approx(passed * 4 / 5)
    assert rows[("KOR", "magnets")]["lost_share"] == pytest.approx(passed)
    assert rows[("KOR", "magnets")]["lost_imports"] == pytest.approx(900 * passed)
    # With slack Norway delivers a fifth more of the quarter that is its.
    assert rows[("JPN", "ree-metals")]["recovered"] == pytest.approx(0.2 * 2 / 8)
    only = chain.disrupt("CHN", scope="ree-metals", to="KOR", min_loss=0.0).rows.to_pylist()
    assert {(r["consumer"], r["product"]) for r in only} == {("KOR", "ree-metals")}


def test_a_cascade_goes_round_by_round(chain):
    answer = chain.cascade("CHN", scope="ree-metals", tolerance=0.5, spread=1.0)

    rows = {(r["country"], r["product"]): r["round"] for r in answer.rows.to_pylist()}
    assert rows[("JPN", "ree-metals")] == 1
    assert rows[("KOR", "magnets")] > rows[("JPN", "magnets")] > 1
    assert all(row["failed"] for row in answer.rows.to_pylist())
    assert all(r["low"] <= r["lost_share"] <= r["high"] for r in answer.rows.to_pylist())
    # Japan is known to make no metal; who makes magnets may make more than it sells.
    ends = {(r["country"], r["product"]): (r["low"], r["verdict"]) for r in answer.rows.to_pylist()}
    assert ends[("JPN", "ree-metals")] == (0.75, "certain")
    assert ends[("KOR", "magnets")] == (0.0, "as traced")


def test_a_cascade_shows_the_largest_losses_first(chain):
    every = chain.cascade("CHN", scope="ree-metals", tolerance=0.1, spread=1.0).rows.to_pylist()
    first = chain.cascade("CHN", scope="ree-metals", tolerance=0.1, spread=1.0, top=1)

    lost = {(r["country"], r["product"]): r["lost"] for r in every}
    # Japan loses what China sold to it; Korea that, and half of what Japan resells.
    assert lost[("JPN", "ree-metals")] == 600.0
    assert lost[("KOR", "ree-metals")] == 500.0
    assert [r["country"] for r in every if r["product"] == "ree-metals"] == ["JPN", "KOR"]
    assert [(r["country"], r["product"]) for r in first.rows.to_pylist()] == [
        ("JPN", "magnets"), ("JPN", "ree-metals"),
    ]  # fmt: skip
    assert Naming("2 that lose less") in words_of_notes(first.notes)


def test_a_published_share_of_production_counts_and_is_named(chain):
    answer = chain.origins("KOR", scope="ree-metals", period="2024")

    assert {(p.product, p.source, p.figures) for p in answer.coverage.production} == {
        ("ore", "customs", 2), ("ree-metals", "customs", 1),
    }  # fmt: skip


@pytest.mark.long
def test_a_share_of_several_products_together_estimates_each_and_bounds_none(graph_of):
    two = {
        "products.yaml": SMALL["products.yaml"] + "  - {key: oxides, name: Oxides, stage: metal}\n",
        "contains.yaml": SMALL["contains.yaml"]
        + "  - {product: oxides, element: Dy, role: main}\n",
        "codes.yaml": SMALL["codes.yaml"] + "  - {code: 284690, description: Oxides}\n",
        "trade.yaml": SMALL["trade.yaml"]
        + "  - {exporter: NOR, importer: CHN, period: 2024, usd: 800}\n"
        + "  - {exporter: NOR, importer: KOR, product: oxides, hs: 284690, period: 2024, usd: 5}\n",
    }  # fmt: skip
    named = """\
kind: Claim
rows:
  - {key: japan, kind: statement, supplier: JPN, product: ree-metals, period: 2024,
     statement: Japan makes metals, measure: production, source: customs}
"""
    claims = (
        named
        + """\
  - {key: made, kind: share, supplier: CHN, element: Dy, stage: metal, period: 2024, value: 0.9,
     unit: share, measure: production, source: customs}
"""
    )

    def origins(*changes):
        answer = graph_of(two, *changes).origins("KOR", scope="dysprosium", period="2024")
        rows = [r for r in answer.rows.to_pylist() if r["product"] == "ree-metals"]
        return answer, {row["origin"]: row for row in rows}

    _, before = origins({"claims.yaml": named})
    answer, after = origins({"claims.yaml": claims})

    # China sells 800 and buys 800: without the share, half of its pool is its own.
    assert before["CHN"]["share"] == pytest.approx(0.8 * 0.5)
    assert after["CHN"]["share"] > 0.7
    assert [(row["low"], row["high"]) for row in (before["CHN"], after["CHN"])] == [(0.0, 0.8)] * 2
    assert Naming("Claim made … no bound … oxides, rare-earth metals") in words_of_notes(
        answer.notes
    )


def test_what_else_is_asked_for_becomes_no_input(graph_of):
    # Magnets hold some nickel; they are bought for dysprosium, and traced by it alone.
    nickel = {
        "elements.yaml": SMALL["elements.yaml"] + "  - {key: Ni, name: Nickel, type: element}\n",
        "products.yaml": CHAIN["products.yaml"]
        + "  - {key: ni-metal, name: Metal of nickel, stage: metal}\n",
        "contains.yaml": CHAIN["contains.yaml"]
        + "  - {product: ni-metal, element: Ni}\n"
        + "  - {product: magnets, element: Ni, role: alloying}\n",
        "made-into.yaml": CHAIN["made-into.yaml"] + "  - {input: ni-metal, output: magnets}\n",
        "trade.yaml": CHAIN["trade.yaml"]
        + "  - {exporter: NOR, importer: JPN, product: ni-metal, usd: 5000, tonnes: 90}\n"
        + "  - {exporter: NOR, importer: KOR, product: ni-metal, usd: 5000, tonnes: 90}\n",
    }
    graph = graph_of(CHAIN, nickel)

    def magnets(scope: str) -> list[dict[str, Any]]:
        rows = graph.origins("KOR", scope=scope, period="2024").rows.to_pylist()
        return [row for row in rows if row["product"] == "magnets"]

    assert magnets("magnets,ni-metal") == magnets("magnets") != []


def test_of_two_data_sets_the_preferred_one_is_traced(graph_of):
    trade = CHAIN["trade.yaml"] + (
        "  - {exporter: CHN, importer: KOR, product: ree-metals, usd: 5, dataset: other}\n"
    )
    graph = graph_of(CHAIN, {"trade.yaml": trade})

    preferred, other = (
        graph.origins("KOR", scope="ree-metals", dataset=d) for d in (None, "other")
    )
    assert {series.dataset for series in preferred.coverage.series} == {"test"}
    assert {(series.dataset, series.usd) for series in other.coverage.series} == {("other", 5.0)}
    assert Naming(
        "Rare-earth metals … 0.0 M USD in 2024 … 0.0 M USD … `dataset=other`"
    ) in words_of_notes(preferred.notes)


# --- the shipped data


@pytest.mark.long
def test_a_group_hangs_on_those_its_supply_comes_from(ask):
    points = ask.spof("EU27", scope="magnets-metal", threshold=0.3).rows.to_pylist()
    traced = ask.origins("EU27", scope="magnets-metal", min_share=0.0).rows.to_pylist()
    shares = {(row["origin"], row["traced_to"]): row["share"] for row in traced}

    found = {(row["supplier"], row["traced_to"]): row["share"]
             for row in points if row["definition"] == "looked through"}  # fmt: skip
    assert found
    assert found == {ends: shares[ends] for ends in found}


@pytest.mark.parametrize(
    ("by", "consumer"),
    others_long(product(["usd", "tonnes"], ["KOR", "EU27", "JPN", "S19"]), 2),
)
def test_origins_add_up_to_all_imports(ask, consumer, by):
    answer = ask.origins(consumer, scope="rare earths", period="2024", by=by, min_share=0.0)
    totals: dict[tuple[str, str], float] = {}
    for row in answer.rows.to_pylist():
        key = (row["product"], row["traced_to"])
        totals[key] = totals.get(key, 0.0) + row["share"]

    assert len(totals) == 9
    assert np.allclose(list(totals.values()), 1.0)


def test_face_value_is_the_share_of_the_face_value_question(ask):
    looked = ask.origins("KOR", on="CHN", scope="rare earths", period="2024")
    face = ask.depends("KOR", on="CHN", scope="rare earths", period="2024")

    of = {row["product"]: row["share_usd"] for row in face.rows.to_pylist()}
    assert {
        row["product"]: pytest.approx(row["face_value"]) for row in looked.rows.to_pylist()
    } == of


def test_ranges_hold_the_traced_share(ask):
    rows = ask.origins("JPN", scope="rare earths", period="2024", min_share=0.0).rows.to_pylist()
    known = [row for row in rows if row["origin"] not in ("unknown", "untraceable")]

    assert len(known) > 100
    assert all(row["low"] <= row["share"] <= row["high"] for row in known)
    assert all(row["low"] is None for row in rows if row not in known)


@pytest.mark.long
def test_china_is_the_single_point_of_koreas_magnets_at_every_stage(ask):
    rows = ask.spof("KOR", scope="magnets-metal", period="2024").rows.to_pylist()

    assert {row["supplier"] for row in rows} == {"CHN"}
    assert [row["traced_to"] for row in rows] == [None, "mine", "separate", "metal", "component"]
    assert next(r["verdict"] for r in rows if r["traced_to"] == "mine") == "as traced"


@pytest.mark.long
def test_concentrate_that_goes_as_metal_makes_no_smelter(ask):
    rows = ask.spof("MYS", scope="rare earths", period="2024").rows.to_pylist()
    verdicts = {(r["product"], r["traced_to"], r["supplier"]): r for r in rows}

    smelted = verdicts["ree-metals", "metal", "AUS"]
    assert (smelted["verdict"], smelted["share"]) == ("possible", pytest.approx(0.996, abs=0.001))
    assert smelted["earlier"] == Naming("priced like concentrate … HS 280530")
    china = ask.spof("CHN", scope="ree-compounds", period="2024").rows.to_pylist()
    assert {(r["supplier"], r["verdict"]) for r in china if r["traced_to"] == "separate"} == {
        ("MMR", "possible")
    }


def test_slack_only_ever_helps(ask):
    none, some = (
        {
            (row["consumer"], row["product"]): row
            for row in ask.disrupt(
                "CHN", scope="ree-compounds", period="2024", loss=0.8, slack=slack, top=0
            ).rows.to_pylist()
        }
        for slack in (0.0, 0.2)
    )

    assert none.keys() == some.keys()
    assert len(none) > 200
    for key, row in some.items():
        assert none[key]["uncovered"] == none[key]["lost_share"] == row["lost_share"]
        assert row["uncovered"] <= row["lost_share"]
        assert (none[key]["slack"], row["slack"], row["loss"]) == (0.0, 0.2, 0.8)
        assert row["recovered"] == pytest.approx(row["lost_share"] - row["uncovered"])
    assert (
        some[("KOR", "ree-compounds")]["uncovered"]
        < 0.9 * none[("KOR", "ree-compounds")]["lost_share"]
    )


def test_a_restriction_is_played_on_the_baskets_its_products_are_in(ask):
    answer = ask.disrupt(restriction="announcement 18 of 2025", period="2024", loss=0.5)

    assert answer.scope.as_object()["cut"] == ["ree-compounds", "ree-metals", "magnets-metal"]
    assert answer.scope.as_object()["exporters"] == ["CHN"]
    assert Naming(
        "Rare-earth compounds … whole … 16 main elements",
        "dysprosium, gadolinium, lutetium, scandium, samarium, terbium, yttrium",
        "dysprosium chloride, dysprosium fluoride, dysprosium oxide, scandium oxide, terbium oxide",
    ) in words_of_notes(answer.notes)
    assert "mofcom-2025-18" in answer.sources["key"].to_pylist()
    assert Naming("No trade in NdFeB alloy") in words_of_notes(answer.notes)
    by_key = ask.disrupt(restriction="chn-2025-18", period="2024", loss=0.5)
    assert by_key.rows == answer.rows


def test_a_domestic_point_is_only_what_a_source_says(ask):
    told = ask.spof(scope="Be", definition="domestic").rows.to_pylist()
    assert [(r["country"], r["verdict"], r["claim"]) for r in told] == [
        ("USA", "published", "usa-2021-sole-producer-be")
    ]
    none = ask.spof("CHN", scope="rare earths", definition="domestic")
    assert not len(none.rows)
    assert none.nothing.words == Naming("No source … single producer")


def test_where_nobody_reaches_the_threshold_the_answer_names_who_might(ask):
    answer = ask.spof("DEU", scope="ree-compounds", period="2024")

    assert not len(answer.rows)
    assert answer.nothing.words == Naming("50 % … Possible … Australia, Brazil, China")
    assert not any(note.startswith("Possible") for note in words_of_notes(answer.notes))
    possible = ask.spof("DEU", scope="ree-compounds", period="2024", possible=True)
    assert "CHN" in possible.rows["supplier"].to_pylist()
    assert possible.nothing.words == Naming("50 %")
    assert "China" not in possible.nothing.words


QUESTIONS = [
    ("origins", ("KOR",), {"scope": "rare earths", "period": "2024"}),
    ("origins", ("EU27",), {"scope": "magnets-metal", "by": "tonnes", "min_share": 0.0}),
    ("origins", ("JPN",), {"on": "CHN", "scope": "ree-metals", "period": "2023"}),
    ("origins", ("KOR,JPN",), {"scope": "rare earths", "period": "2023-2024,2022"}),
    ("origins", ("KOR",), {"scope": "magnets-metal", "chain": "face-value"}),
    ("spof", ("KOR",), {"scope": "magnets-metal", "possible": True}),
    ("spof", ("USA",), {"scope": "REE", "definition": "structural",
                                 "blocs": ["EU27", "CHN+HKG"]}),
    ("spof", (), {"scope": "REE"}),
    ("spof", (), {"scope": "magnets-metal", "definition": "structural", "each": True}),
    ("disrupt", ("CHN",), {"scope": "ree-compounds", "loss": 0.8, "slack": 0.2}),
    ("disrupt", (), {"restriction": "Announcement 18 of 2025"}),
    ("cascade", ("CHN",), {"scope": "ree-compounds", "tolerance": 0.4}),
]  # fmt: skip


WITHOUT_ROWS = ("spof", (), {"scope": "REE", "definition": "domestic"})


@pytest.mark.parametrize(
    ("verb", "places", "more", "has_rows"),
    others_long([(*WITHOUT_ROWS, False), *((*question, True) for question in QUESTIONS)], 2),
)
def test_both_databases_give_the_same_answer_to_the_byte(stores, verb, places, more, has_rows):
    embedded, neo4j = (
        json_text(as_object(getattr(Session(store), verb)(*places, **more)), indent=2)
        for store in stores.values()
    )

    assert embedded == neo4j
    assert "NaN" not in embedded
    assert bool(json.loads(embedded)["rows"]) == has_rows


@pytest.mark.parametrize(
    ("verb", "places", "more", "error", "message"),
    [
        ("origins", ("KOR",), {"scope": "gallium"}, GraphkitError,
         r"gallium \(Ga\) .* trade in gallium metal .*HS 811291, 811292"),
        ("origins", ("KOR",), {"scope": "2846"}, GraphkitError, "not one HS code; .*rare-"),
        ("origins", ("KOR",), {"scope": "magnets-metal", "period": "1999"}, GraphkitError,
         "in 1999; there are 2022, 2024"),
        ("origins", ("NRU",), {"scope": "ree-metals", "period": "1995"}, GraphkitError,
         "Nauru .*ree-metals in 1995"),
        ("origins", ("Koreaa",), {}, UsageError, "did you mean"),
        ("origins", ("WLD",), {"scope": "ree-metals"}, UsageError,
         "neither a country"),
        ("origins", ("KOR",), {"by": "euro"}, UsageError, "`by`: found 'euro', wanted"),
        ("origins", ("KOR",), {"stage": "minee"}, UsageError, "no stage .*'minee'"),
        ("origins", ("KOR",), {"period": "2024-Q9"}, UsageError, "is not a period"),
        ("origins", ("KOR",), {"min_share": 3.0}, UsageError, "`min_share`: found 3, .*0 to"),
        ("spof", ("KOR",), {"definition": "x"}, UsageError, "`definition`.*share, struct"),
        ("spof", ("KOR",), {"threshold": 0.0}, UsageError, "`threshold`: found 0"),
        ("spof", ("KOR",), {"blocs": ["EU27"]}, UsageError, "`blocs` belongs to"),
        ("spof", ("KOR",), {"definition": "structural", "min_link": 5.0}, UsageError,
         "`min_link`: found 5, .*0 to 1"),
        ("disrupt", (), {}, UsageError, "say who stops"),
        ("disrupt", ("KOR",), {"restriction": "x"}, UsageError, "leave out the rest"),
        ("disrupt", (), {"restriction": "x"}, UsageError, "no restriction .*'x'"),
        ("disrupt", (), {"restriction": "Announcement 23 of 2023"}, GraphkitError,
         "no trade in gallium"),
        ("disrupt", ("CHN",), {"loss": 1.5}, UsageError, "`loss`: found 1.5, .*more than 0"),
        ("disrupt", ("CHN",), {"slack": float("nan")}, UsageError, "`slack`: found nan"),
        ("disrupt", ("CHN",), {"to": "CHN", "scope": "ree-metals"}, GraphkitError, "no exports"),
        ("disrupt", ("NRU",), {"scope": "ree-metals"}, GraphkitError, "no exports|neither trade"),
        ("cascade", ("CHN",), {"tolerance": 2.0}, UsageError, "`tolerance`: found 2, .*0"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_what_there_is(ask, verb, places, more, error, message):
    with pytest.raises(error, match=message) as caught:
        getattr(ask, verb)(*places, **more)
    assert "\n" not in str(caught.value)


def test_every_origin_of_japans_magnets_that_may_be_large_has_a_row(ask):
    how = {"scope": "magnets-metal", "stage": "mine", "period": "2024"}
    answer = ask.origins("JPN", **how)
    every = ask.origins("JPN", **how, min_share=0.0).rows.to_pylist()
    rows = {row["origin"]: row for row in answer.rows.to_pylist()}

    assert rows["MMR"]["share"] < 0.01 < 0.5 < rows["MMR"]["high"]
    others = [r for r in every if r["origin"] not in rows and r["high"] >= 0.01]
    assert all(r["high"] <= rows["any other country"]["high"] + 1e-6 for r in others)
    assert all(r["share"] < 0.01 for r in others)
    alike = Naming(f"{len(others)} countries … no more than … any other country")
    assert len(every) == len(rows) + len(others)
    assert alike in words_of_notes(answer.notes)


def test_a_short_table_of_origins_has_as_many_of_each_stage(ask):
    answer = ask.origins("JPN", scope="magnets-metal", period="2024")
    stages = answer.rows["traced_to"].to_pylist()
    shown = answer.first_rows(12)

    assert len(stages) > 12
    assert Counter(stages[row] for row in shown) == dict.fromkeys(stages, 3)
    assert [stages.index(stage) for stage in dict.fromkeys(stages)] == list(shown)[::3]


def test_an_unknown_mine_names_the_trade_that_lacks_and_the_largest_miners(ask):
    notes = " ".join(
        words_of_notes(ask.origins("JPN", scope="ree-metals", stage="mine", period="2024").notes)
    )
    made = ask.concentration(scope="rare-earth-ore", period="2024").rows.to_pylist()
    (first,) = [row for row in made if row["market"] == "production"]

    assert notes == Naming(
        "No trade in rare-earth ore", f"production in 2024 … China {100 * first['cr1']:.1f} %"
    )


@pytest.mark.long
@pytest.mark.parametrize("consumer", ["KOR", "EU27"])
def test_products_asked_together_have_the_answers_of_each_alone(ask, consumer):
    products = ["ree-compounds", "ree-metals", "magnets-metal"]
    how = {"period": "2024", "min_share": 0.0}
    together = ask.origins(consumer, scope=products, **how).rows.to_pylist()
    alone = [
        row for one in products for row in ask.origins(consumer, scope=one, **how).rows.to_pylist()
    ]

    def shares(rows):
        names = ("product", "traced_to", "origin")
        numbers = ("share", "low", "high", "face_value")
        return {tuple(r[n] for n in names): tuple(r[n] for n in numbers) for r in rows}

    assert len(alone) > 100
    assert shares(together) == pytest.approx(shares(alone), abs=1e-9)
