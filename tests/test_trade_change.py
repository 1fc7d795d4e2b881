from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from graphkit.analysis.shares import import_shares
from graphkit.analysis.trade_change import compare_partners, compare_totals, trend
from graphkit.errors import GraphkitError, UsageError

FLOW = {
    "consumer": "KOR", "supplier": "CHN", "product": "dy-oxide", "period": "2024",
    "reporter": "importer", "dataset": "customs", "source": "x", "usd": None, "tonnes": None,
}  # fmt: skip
SCHEMA = pa.schema([(n, pa.float64() if n in ("usd", "tonnes") else pa.string()) for n in FLOW])


def flows(*changes: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([FLOW | change for change in changes], schema=SCHEMA)


def one(result: pa.Table) -> dict[str, Any]:
    (row,) = result.to_pylist()
    return dict(row)


# --- two periods


def test_a_quarter_is_compared_with_a_whole_year_as_it_is_and_per_month():
    row = one(compare_totals(
        flows({"tonnes": 24.0}, {"period": "2025-Q1", "tonnes": 30.0}), "2024", "2025-Q1"
    ))  # fmt: skip

    assert (row["tonnes_before"], row["tonnes_after"], row["tonnes_change"]) == (24.0, 30.0, 6.0)
    assert (row["tonnes_per_month_before"], row["tonnes_per_month_after"]) == (2.0, 10.0)
    assert (row["tonnes_ratio"], row["tonnes_per_month_ratio"]) == (1.25, 5.0)
    assert (row["months_before"], row["months_after"]) == (12, 3)
    assert row["usd_before"] is row["hhi_usd_after"] is None


def test_months_are_added_up_to_the_quarter_that_is_asked_for():
    trade = flows(*({"period": f"2025-0{m}", "usd": float(m)} for m in (1, 2, 3, 4)),
                  {"period": "2024", "usd": 5.0})  # fmt: skip

    assert one(compare_totals(trade, "2024", "2025-Q1"))["usd_after"] == 6.0


def test_a_period_without_data_is_named_and_nothing_is_made_up():
    trade = flows(
        {"usd": 5.0}, {"period": "2025-01", "usd": 1.0}, {"dataset": "other", "usd": 1.0},
        {"dataset": "other", "period": "2025-Q1", "usd": 2.0},
    )  # fmt: skip
    rows = {r["dataset"]: r for r in compare_totals(trade, "2024", "2025-Q1").to_pylist()}

    assert rows["customs"]["missing"] == "no data of 2025-02..2025-03"
    assert (rows["customs"]["usd_after"], rows["customs"]["new"]) == (None, None)
    assert rows["other"]["missing"] is None
    partners = compare_partners(trade, "2024", "2025-Q1")
    assert set(partners["dataset"].to_pylist()) == {"other"}


def test_if_nothing_has_both_periods_the_error_says_what_there_is():
    with pytest.raises(GraphkitError, match=r"2024 and 2025; .*2024"):
        compare_totals(flows({"usd": 1.0}), "2024", "2025")
    with pytest.raises(GraphkitError, match="found no flow"):
        compare_partners(flows(), "2024", "2025")


@pytest.mark.parametrize(
    ("last", "there"), [(2015, "2010, 2011, 2012, 2013, 2014, 2015"), (2016, "2010 to 2016")]
)
def test_up_to_six_periods_are_listed_and_more_are_a_range(last, there):
    trade = flows(*({"period": str(year), "usd": 1.0} for year in range(2010, last + 1)))

    with pytest.raises(GraphkitError, match=f"of both 2024 and 2025; found {there}$"):
        compare_totals(trade, "2024", "2025")


def test_an_invalid_period_or_partner_is_refused():
    with pytest.raises(UsageError, match="'24' is not a period"):
        compare_totals(flows({"usd": 1.0}), "24", "2025")
    with pytest.raises(UsageError, match="wanted supplier or consumer"):
        trend(flows({"usd": 1.0}), partner="buyer")


def test_partners_that_come_and_go_are_new_and_lost():
    trade = flows(
        {"usd": 60.0}, {"supplier": "VNM", "usd": 40.0},
        {"period": "2025", "usd": 10.0}, {"period": "2025", "supplier": "JPN", "usd": 30.0},
    )  # fmt: skip
    rows = compare_partners(trade, "2024", "2025").to_pylist()

    assert [(r["supplier"], r["status"], r["rank_before"], r["rank_after"]) for r in rows] == [
        ("JPN", "new", None, 1), ("CHN", "both", 1, 2), ("VNM", "lost", 2, None),
    ]  # fmt: skip
    assert [r["share_usd_change"] for r in rows] == pytest.approx([0.75, -0.35, -0.4])
    assert (rows[0]["usd_before"], rows[0]["share_usd_before"]) == (None, None)
    total = one(compare_totals(trade, "2024", "2025"))
    assert (total["new"], total["lost"]) == (["JPN"], ["VNM"])
    assert (total["largest_before"], total["largest_after"]) == ("CHN", "JPN")


def test_a_destination_that_passes_another_changes_rank():
    trade = flows(
        {"tonnes": 5.0}, {"consumer": "JPN", "tonnes": 9.0},
        {"period": "2025-Q1", "tonnes": 6.0},
        {"period": "2025-Q1", "consumer": "JPN", "tonnes": 1.0},
    )  # fmt: skip
    rows = compare_partners(trade, "2024", "2025-Q1", partner="consumer").to_pylist()

    assert [(r["consumer"], r["rank_before"], r["rank_after"]) for r in rows] == [
        ("KOR", 2, 1), ("JPN", 1, 2),
    ]  # fmt: skip


def test_a_mass_that_is_not_given_is_unknown_not_zero():
    trade = flows({"usd": 5.0, "tonnes": 1.0}, {"supplier": "JPN", "usd": 5.0},
                  {"period": "2025", "usd": 5.0, "tonnes": 1.0})  # fmt: skip
    rows = {r["supplier"]: r for r in compare_partners(trade, "2024", "2025").to_pylist()}

    assert rows["JPN"]["share_tonnes_before"] is None
    assert rows["JPN"]["share_tonnes_change"] is None
    assert rows["JPN"]["share_usd_change"] == -0.5


def test_an_owner_that_trades_in_neither_period_has_no_row():
    trade = flows({"usd": 1.0}, {"period": "2025", "usd": 1.0},
                  {"consumer": "JPN", "period": "2019", "usd": 1.0})  # fmt: skip

    assert compare_totals(trade, "2024", "2025")["consumer"].to_pylist() == ["KOR"]


def random_trade(seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    return flows(*(
        {"consumer": f"C{rng.integers(4)}", "supplier": f"S{rng.integers(6)}", "period": period,
         "usd": float(rng.integers(0, 90)), "tonnes": [None, 1.5, 2.5][rng.integers(3)]}
        for period in ("2024", "2025-01", "2025-02", "2025-03") for _ in range(25)
    ))  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("partner", ["supplier", "consumer"])
def test_both_comparisons_agree_with_the_slow_obvious_version(seed, partner):
    trade = random_trade(seed)
    owner = {"supplier": "consumer", "consumer": "supplier"}[partner]
    rows = trade.to_pylist()

    def total(who: str, measure: str, periods: tuple[str, ...], whom: str | None = None) -> Any:
        known = [r[measure] for r in rows if r[owner] == who and r["period"] in periods
                 and whom in (None, r[partner]) and r[measure] is not None]  # fmt: skip
        return sum(known) if known else None

    quarter = ("2025-01", "2025-02", "2025-03")
    for row in compare_totals(trade, "2024", "2025-Q1", partner=partner).to_pylist():
        for m in ("usd", "tonnes"):
            assert row[f"{m}_before"] == total(row[owner], m, ("2024",))
            assert row[f"{m}_after"] == total(row[owner], m, quarter)
    for row in compare_partners(trade, "2024", "2025-Q1", partner=partner).to_pylist():
        for m in ("usd", "tonnes"):
            part = total(row[owner], m, quarter, row[partner])
            assert row[f"{m}_after"] == part
            if part is not None and total(row[owner], m, quarter):
                share = part / total(row[owner], m, quarter)
                assert row[f"share_{m}_after"] == pytest.approx(share)


@pytest.mark.parametrize(
    "measure",
    [
        lambda trade: compare_totals(trade, "2024", "2025-Q1"),
        lambda trade: compare_partners(trade, "2024", "2025-Q1"),
        trend,
    ],
    ids=["totals", "partners", "trend"],
)
def test_the_order_of_rows_changes_nothing(measure):
    trade = random_trade(11)
    mixed = trade.take(pa.array(np.random.default_rng(1).permutation(len(trade))))

    assert measure(mixed).equals(measure(trade))


def test_scale_changes_no_share():
    trade = random_trade(11)
    doubled = trade.set_column(
        trade.column_names.index("usd"), "usd", pc.multiply(trade["usd"], 2.0)
    )

    same = ("share_usd_before", "share_usd_after", "rank_before", "rank_after", "status")
    first, second = (compare_partners(t, "2024", "2025-Q1").select(same) for t in (trade, doubled))
    assert second.equals(first)


def test_shares_of_a_period_add_up_to_1():
    rows = compare_partners(random_trade(3), "2024", "2025-Q1").to_pylist()
    for consumer in {r["consumer"] for r in rows}:
        parts = [r["share_usd_after"] for r in rows if r["consumer"] == consumer]
        assert sum(p for p in parts if p is not None) == pytest.approx(1)


# --- all periods


def test_each_period_is_compared_with_the_last_one_of_its_length():
    trade = flows({"period": "2022", "usd": 10.0}, {"period": "2024", "usd": 15.0},
                  {"period": "2024-Q4", "usd": 6.0}, {"period": "2025-Q1", "usd": 3.0})  # fmt: skip
    rows = trend(trade).to_pylist()

    assert [(r["period"], r["previous"], r["usd_change"]) for r in rows] == [
        ("2024-Q4", None, None), ("2025-Q1", "2024-Q4", -0.5),
        ("2022", None, None), ("2024", "2022", 0.5),
    ]  # fmt: skip
    assert [r["usd_per_month"] for r in rows] == pytest.approx([2.0, 1.0, 10 / 12, 1.25])


def test_partners_are_added_up_beside_the_totals():
    first, second, third = trend(
        flows(
            {"period": "2022", "supplier": "JPN", "usd": 40.0, "tonnes": 4.0},
            {"period": "2023", "usd": 50.0, "tonnes": None},
            {"period": "2023", "supplier": "JPN", "usd": 30.0, "tonnes": 1.0},
            {"period": "2023", "supplier": "VNM", "usd": 20.0, "tonnes": 3.0},
            {"period": "2024", "usd": None, "tonnes": 5.0},
            {"period": "2024", "supplier": "JPN", "usd": 10.0, "tonnes": None},
        ),
        on=["CHN", "VNM"],
    ).to_pylist()

    assert [first[f"on_{name}"] for name in ("usd", "share_usd", "tonnes", "share_tonnes")] == [
        0
    ] * 4
    assert (second["on_usd"], second["on_share_usd"]) == (70.0, 0.7)
    assert (second["on_tonnes"], second["on_share_tonnes"]) == (3.0, 0.75)
    # Recorded without a value, which is not a value of zero.
    assert third["on_usd"] is third["on_share_usd"] is None
    assert (third["on_tonnes"], third["on_share_tonnes"]) == (5.0, 1.0)


def test_a_trend_of_no_partner_has_no_figures_with_one():
    (row,) = trend(flows({"usd": 1.0})).to_pylist()

    assert row["on_usd"] is row["on_share_usd"] is row["on_tonnes"] is None


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_of_partners_are_as_a_slow_sum_gives_them(seed):
    drawn = np.random.default_rng(seed)
    changes = [
        {"supplier": supplier, "period": period,
         "usd": float(drawn.integers(1, 99)) if drawn.random() < 0.8 else None,
         "tonnes": float(drawn.integers(1, 99)) if drawn.random() < 0.6 else None}
        for supplier in ("CHN", "JPN", "VNM", "DEU")
        for period in ("2021", "2022", "2023-Q1", "2023")
        if drawn.random() < 0.7
    ]  # fmt: skip
    on = {"CHN", "VNM"}

    for row in trend(flows(*changes), on=on).to_pylist():
        of_period = [c for c in changes if c["period"] == row["period"]]
        for measure in ("usd", "tonnes"):
            known = [c for c in of_period if c[measure] is not None]
            whole = sum(c[measure] for c in known)
            part = sum(c[measure] for c in known if c["supplier"] in on)
            recorded = [c for c in of_period if c["supplier"] in on]
            lacking = not known or (recorded and not any(c in known for c in recorded))
            assert row[f"on_{measure}"] == (None if lacking else part)
            assert row[f"on_share_{measure}"] == (None if lacking else pytest.approx(part / whole))


def test_no_flow_has_no_trend():
    assert trend(flows()).num_rows == 0


def test_shipped_trade_of_korea_has_the_shares_that_import_shares_gives(sliced_facts):
    trade = sliced_facts["EXPORTS"]
    trade = trade.rename_columns({"exporter": "supplier", "importer": "consumer"})
    keep = pc.and_(pc.equal(trade["consumer"], "KOR"), pc.equal(trade["product"], "ree-metals"))
    trade = trade.filter(keep)
    wanted = {(r["period"], r["supplier"]): r for r in import_shares(trade).to_pylist()}
    rows = compare_partners(trade, "2019", "2024").to_pylist()
    years = trend(trade).to_pylist()

    china = next(r for r in rows if r["supplier"] == "CHN")
    assert china["share_usd_after"] == pytest.approx(0.8024, abs=1e-4)
    for row in rows:
        for side, period in (("before", "2019"), ("after", "2024")):
            other = wanted.get((period, row["supplier"]))
            assert row[f"share_usd_{side}"] == (
                pytest.approx(other["share_usd"]) if other else None
            )
    assert [r["period"] for r in years] == [str(y) for y in range(1995, 2025)]
    for row in years:
        assert row["hhi_usd"] == pytest.approx(wanted[row["period"], row["largest"]]["hhi_usd"])
