"""Shares, concentration and change out of published figures, pure and asked of the database."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from saying import Naming

from graphkit.analysis.claims.published import (
    published_amount_changes,
    published_changes,
    published_shares,
)
from graphkit.answers.note import words_of_notes
from graphkit.errors import GraphkitError
from graphkit.render.formats import answer_text

TEXT = ("key", "kind", "consumer", "supplier", "product", "element", "stage", "period", "qualifier",
        "unit", "measure", "counted_by", "basis", "attributed_to", "source")  # fmt: skip
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXT), ("value", pa.float64())])
SOLD = {"kind": "quantity", "supplier": "CHN", "element": "Dy", "period": "2025-10", "unit": "kg",
        "measure": "exports", "source": "customs"}  # fmt: skip
BOUGHT = {"kind": "share", "consumer": "KOR", "element": "Li", "period": "2022", "unit": "share",
          "measure": "imports", "source": "kita"}  # fmt: skip


def claims(common: dict[str, Any], *rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"key": f"c{number}", **common, **row} for number, row in enumerate(rows)], SCHEMA
    )


OCTOBER = ({"value": 3_501.0}, {"consumer": "KOR", "value": 2_701.0},
           {"consumer": "EST", "value": 500.0}, {"consumer": "JPN", "value": 300.0})  # fmt: skip


def test_amounts_become_shares_of_the_published_total():
    rows = published_shares(claims(SOLD, *OCTOBER)).to_pylist()

    assert [(r["consumer"], round(100 * r["share"], 1)) for r in rows] == [
        ("KOR", 77.1), ("EST", 14.3), ("JPN", 8.6),
    ]  # fmt: skip
    assert {round(r["hhi_low"]) for r in rows} == {round(r["hhi_high"]) for r in rows} == {6_229}
    assert [r["tonnes"] for r in rows] == pytest.approx([2.701, 0.5, 0.3])
    assert {r["share_of"] for r in rows} == {"CHN's exports"}


def test_what_the_named_partners_leave_widens_the_index():
    (row,) = published_shares(claims(BOUGHT, {"supplier": "CHN", "value": 0.8})).to_pylist()

    assert (row["hhi_low"], row["hhi_high"]) == pytest.approx((6_400, 6_800))


def test_an_area_of_several_countries_is_a_remainder():
    table = claims(BOUGHT, {"supplier": "CHN", "value": 0.8}, {"supplier": "XOC", "value": 0.2})
    (row,) = published_shares(table, {"XOC"}).to_pylist()

    assert (row["supplier"], row["hhi_low"]) == ("CHN", pytest.approx(6_400))


@pytest.mark.parametrize(
    "rows",
    [
        OCTOBER[1:],
        ({"value": 3_000.0}, {"consumer": "KOR", "value": 3_501.0}),
        ({"value": 3_501.0}, {"consumer": "KOR", "value": 2_701.0, "basis": "content"}),
        ({"value": 3_501.0}, {"consumer": "KOR", "value": 2_701.0, "source": "other"}),
        ({"value": 3_501.0}, {"consumer": "KOR", "value": 2_701.0, "period": "2025-09"}),
        ({"value": 3_501.0}, {"consumer": "KOR", "value": 2_701.0, "qualifier": "more-than"}),
    ],
    ids=["no total", "more than all", "basis", "source", "period", "bound"],
)
def test_amounts_without_a_total_of_their_table_give_no_share(rows):
    assert not len(published_shares(claims(SOLD, *rows)))


def test_newer_periods_stand_first():
    rows = claims(BOUGHT, {"supplier": "CHN", "value": 0.9},
                  {"supplier": "CHN", "value": 0.1, "period": "2023"})  # fmt: skip

    assert published_shares(rows)["period"].to_pylist() == ["2023", "2022"]


def test_changes_are_those_of_one_table():
    shares = published_shares(claims(
        BOUGHT, {"supplier": "CHN", "value": 0.9}, {"supplier": "CHL", "value": 0.1},
        {"supplier": "CHN", "value": 0.7, "period": "2023"},
        {"supplier": "CHL", "value": 0.2, "period": "2023", "basis": "by weight"},
    ))  # fmt: skip
    (row,) = published_changes(shares, "2022", "2023").to_pylist()

    assert (row["supplier"], row["points"]) == ("CHN", pytest.approx(-20))
    assert (row["claim_before"], row["claim_after"]) == ("c0", "c2")


def test_changes_are_in_the_order_of_the_second_share():
    of = [("CHN", "2022", 0.6), ("CHL", "2022", 0.3), ("CHN", "2023", 0.2), ("CHL", "2023", 0.7)]
    rows = ({"supplier": s, "period": p, "value": v} for s, p, v in of)
    shares = published_shares(claims(BOUGHT, *rows)).sort_by([("claim", "ascending")])

    assert published_changes(shares, "2022", "2023")["supplier"].to_pylist() == ["CHL", "CHN"]


SEPTEMBER = {"period": "2025-09", "value": 18_043.0, "source": "another article"}


def test_two_totals_of_one_statistic_are_compared_though_two_articles_quote_them():
    customs = {"attributed_to": "customs"}
    rows = claims(SOLD, SEPTEMBER | customs, OCTOBER[0] | customs, OCTOBER[1] | customs)
    (row,) = published_amount_changes(rows, "2025-09", "2025-10").to_pylist()

    assert (row["supplier"], row["consumer"], row["share_of"]) == ("CHN", None, "CHN's exports")
    assert (row["tonnes_before"], row["tonnes_after"]) == (18.043, 3.501)
    assert row["amount_change"] == pytest.approx(3_501 / 18_043 - 1)
    assert (row["source"], row["points"]) == ("another article+customs", None)


@pytest.mark.parametrize(
    "change",
    [{}, {"source": "customs", "basis": "content"}, {"source": "customs", "unit": "USD"},
     {"source": "customs", "qualifier": "more-than"}, {"source": "customs", "consumer": "JPN"}],
    ids=["source", "basis", "measure", "bound", "partner"],
)  # fmt: skip
def test_amounts_of_two_statistics_bases_or_partners_are_not_compared(change):
    rows = claims(SOLD, SEPTEMBER | change, OCTOBER[0])

    assert not len(published_amount_changes(rows, "2025-09", "2025-10"))


def test_two_figures_for_one_month_that_differ_give_no_change():
    same = {"source": "customs"}
    twice = claims(SOLD, SEPTEMBER | same, SEPTEMBER | same, OCTOBER[0])
    differ = claims(SOLD, SEPTEMBER | same, SEPTEMBER | same | {"value": 17_000.0}, OCTOBER[0])

    assert len(published_amount_changes(twice, "2025-09", "2025-10")) == 1
    assert not len(published_amount_changes(differ, "2025-09", "2025-10"))


# --- asked of the database

DYSPROSIUM = """\
kind: Claim
defaults: {supplier: CHN, element: Dy, period: 2025-10, measure: exports, counted_by: weight,
           basis: gross, source: customs}
rows:
  - {key: all, kind: quantity, value: 3501, unit: kg}
  - {key: to-jpn, kind: quantity, consumer: JPN, value: 300, unit: kg}
  - {key: to-kor, kind: quantity, consumer: KOR, value: 2701, unit: kg}
  - {key: to-nor, kind: quantity, consumer: NOR, value: 500, unit: kg}
"""
METALS = """\
kind: Claim
defaults: {consumer: KOR, product: ree-metals, measure: imports, counted_by: value, source: customs}
rows:
  - {key: chn-2021, kind: share, supplier: CHN, period: 2021, value: 0.9, unit: share}
  - {key: chn-2022, kind: share, supplier: CHN, period: 2022, value: 0.7, unit: share}
  - {key: jpn-2021, kind: share, supplier: JPN, period: 2021, value: 0.1, unit: share}
  - {key: jpn-2022, kind: share, supplier: JPN, period: 2022, value: 0.3, unit: share}
"""


def test_published_exports_answer_for_the_trade_that_is_missing(graph_of):
    answer = graph_of({"claims.yaml": DYSPROSIUM}).dependents("CHN", scope="Dy", period="2025-10")

    rows = answer.rows.to_pylist()
    assert [(r["consumer"], round(100 * r["share"], 1)) for r in rows] == [
        ("KOR", 77.1), ("NOR", 14.3), ("JPN", 8.6),
    ]  # fmt: skip
    assert {round(r["hhi_low"]) for r in rows} == {6_229}
    assert answer.scope.as_object()["counted"] == "published figures"
    assert answer.question == Naming("Who buys dysprosium (Dy) from China … published")
    assert "not from trade data" in answer_text(answer)


def test_published_imports_answer_for_the_trade_that_is_missing(graph_of):
    ask = graph_of({"claims.yaml": METALS})

    suppliers = ask.suppliers("KOR", scope="ree-metals", period="2022").rows.to_pylist()
    assert [(r["supplier"], r["share"]) for r in suppliers] == [("CHN", 0.7), ("JPN", 0.3)]
    (row,) = ask.depends("KOR", on="JPN", scope="ree-metals", period="2022").rows.to_pylist()
    assert (row["share"], row["hhi_low"]) == (0.3, pytest.approx(5_800))
    (buyer,) = ask.dependents("CHN", scope="ree-metals", period="2022").rows.to_pylist()
    assert (buyer["consumer"], buyer["share_of"]) == ("KOR", "KOR's imports")


def test_trade_is_preferred_to_published_figures(graph_of):
    answer = graph_of({"claims.yaml": METALS}).suppliers("KOR", scope="ree-metals", period="2024")

    assert "counted" not in answer.scope.as_object()
    assert answer.rows["share_usd"].to_pylist() == [0.8, 0.2]


def test_published_figures_of_two_years_are_compared_without_trade(graph_of):
    ask = graph_of({"claims.yaml": METALS})
    answer = ask.compare("2021", "2022", of="KOR", scope="ree-metals")

    assert [(r["supplier"], round(r["points"])) for r in answer.rows.to_pylist()] == [
        ("CHN", -20), ("JPN", 20),
    ]  # fmt: skip
    assert answer.coverage.as_object()["published_figures"] == 4
    with pytest.raises(GraphkitError, match=r"no trade .*2021 and 2023"):
        ask.compare("2021", "2023", of="KOR", scope="ree-metals")


def test_published_totals_are_compared_also_of_the_side_that_was_not_asked_for(graph_of):
    earlier = "  - {key: before, kind: quantity, value: 18043, unit: kg, period: 2025-09}\n"
    ask = graph_of({"claims.yaml": DYSPROSIUM + earlier})
    sold = ask.compare("2025-09", "2025-10", of="CHN", scope="Dy", partner="consumer")
    answer = ask.compare("2025-09", "2025-10", of="CHN", scope="Dy")

    (row,) = answer.rows.to_pylist()
    assert answer.rows == sold.rows
    assert (row["consumer"], row["share_of"]) == (None, "CHN's exports")
    assert row["amount_change"] == pytest.approx(-0.806, abs=0.0005)
    assert answer.question == Naming("China’s exports of dysprosium (Dy)")
    side = Naming("No imports of China … dysprosium (Dy) … its exports")
    assert side in words_of_notes(answer.notes)
    assert side not in words_of_notes(sold.notes)
