"""Import shares and concentration: textbook answers, an obvious slow version, invariants."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import reduce
from itertools import permutations
from operator import add
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.analysis.shares import RESULT, SCOPE, import_shares

stable = settings(max_examples=80, derandomize=True, deadline=None, database=None)

COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in (*SCOPE, "supplier", "hs")),
        ("usd", pa.float64()),
        ("tonnes", pa.float64()),
    ]
)
BASE = {
    "consumer": "KOR",
    "product": "magnets",
    "period": "2024",
    "reporter": "reconciled",
    "dataset": "baci",
    "source": "cepii",
    "hs": "850511",
}


def table(*flows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{**BASE, **flow} for flow in flows], COLUMNS)


def suppliers(**usd: float | None) -> pa.Table:
    """Imports of one country by value."""
    return table(*({"supplier": name, "usd": value} for name, value in usd.items()))


def one(result: pa.Table, supplier: str) -> dict[str, Any]:
    (row,) = (r for r in result.to_pylist() if r["supplier"] == supplier)
    return row


# --- textbook answers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "hhi"),
    [
        # U.S. Department of Justice, "Herfindahl-Hirschman Index": four firms of 30, 30, 20, 20 %.
        ([30, 30, 20, 20], 2600),
        ([100], 10_000),
        ([50, 50], 5000),
        ([25, 25, 25, 25], 2500),
        ([80, 20], 6800),
        # The six largest of a market and a long tail of equals.
        ([40, 20, 10, 10, 10, 10], 2400),
        ([1] * 100, 100),
    ],
)
def test_hhi_of_the_textbooks(shares, hhi):
    result = import_shares(suppliers(**{f"S{n:03}": 7.0 * s for n, s in enumerate(shares)}))

    assert result["hhi_usd"].to_pylist() == [pytest.approx(hhi, rel=1e-12)] * len(shares)
    assert result["suppliers"].to_pylist() == [len(shares)] * len(shares)


def test_value_and_mass_tell_two_stories():
    result = import_shares(
        table(
            {"supplier": "CHN", "usd": 60.0, "tonnes": 10.0},
            {"supplier": "JPN", "usd": 40.0, "tonnes": 90.0},
        )
    )

    assert one(result, "CHN")["share_usd"] == 0.6
    assert one(result, "CHN")["share_tonnes"] == 0.1
    assert (one(result, "CHN")["hhi_usd"], one(result, "CHN")["hhi_tonnes"]) == (5200.0, 8200.0)
    assert result["supplier"].to_pylist() == ["CHN", "JPN"]


def test_flows_under_several_codes_are_added_up_first():
    result = import_shares(
        table(
            {"supplier": "CHN", "usd": 30.0, "hs": "284610"},
            {"supplier": "CHN", "usd": 50.0, "hs": "284690"},
            {"supplier": "JPN", "usd": 20.0},
        )
    )

    assert result.select(["supplier", "usd", "share_usd"]).to_pylist() == [
        {"supplier": "CHN", "usd": 80.0, "share_usd": 0.8},
        {"supplier": "JPN", "usd": 20.0, "share_usd": 0.2},
    ]


@pytest.mark.parametrize("column", SCOPE)
def test_two_scopes_are_never_added_up(column):
    flows = [{"supplier": "CHN", "usd": 80.0}, {"supplier": "CHN", "usd": 20.0, column: "other"}]
    result = import_shares(table(*flows))

    assert sorted(result["usd"].to_pylist()) == [20.0, 80.0]
    assert result["share_usd"].to_pylist() == [1.0, 1.0]


# --- what is unknown stays unknown ---------------------------------------------------------------


def test_a_flow_without_mass_counts_by_value_and_is_told():
    result = import_shares(
        table(
            {"supplier": "CHN", "usd": 60.0, "tonnes": 3.0},
            {"supplier": "CHN", "usd": 20.0},
            {"supplier": "JPN", "usd": 20.0, "tonnes": 1.0},
        )
    )
    china = one(result, "CHN")

    assert (china["share_usd"], china["tonnes"], china["share_tonnes"]) == (0.8, 3.0, 0.75)
    assert set(result["missing_tonnes_share"].to_pylist()) == {0.2}


def test_a_supplier_without_any_mass_has_no_share_by_mass():
    flows = [{"supplier": "CHN", "usd": 1.0}, {"supplier": "JPN", "usd": 1.0, "tonnes": 5.0}]
    result = import_shares(table(*flows))

    assert one(result, "CHN")["share_tonnes"] is None
    assert (one(result, "JPN")["share_tonnes"], one(result, "JPN")["hhi_tonnes"]) == (1.0, 10_000.0)


def test_imports_without_any_mass_have_no_shares_by_mass():
    result = import_shares(suppliers(CHN=3.0, JPN=1.0))

    none = dict.fromkeys(["tonnes", "share_tonnes", "hhi_tonnes"])
    assert result.select(list(none)).to_pylist() == [none, none]
    assert result["missing_tonnes_share"].to_pylist() == [1.0, 1.0]


def test_imports_without_any_value_have_no_shares_by_value():
    flows = [{"supplier": "CHN", "tonnes": 3.0}, {"supplier": "JPN", "tonnes": 1.0}]
    result = import_shares(table(*flows))

    none = dict.fromkeys(["usd", "share_usd", "hhi_usd", "missing_tonnes_share"])
    assert result.select(list(none)).to_pylist() == [none, none]
    assert result["share_tonnes"].to_pylist() == [0.75, 0.25]
    assert result["rank"].to_pylist() == [1, 2]


def test_nothing_known_gives_neither_a_share_nor_a_supplier():
    (row,) = import_shares(suppliers(CHN=None)).to_pylist()

    assert (row["usd"], row["share_usd"], row["hhi_usd"], row["suppliers"]) == (None, None, None, 0)


def test_zeros_give_neither_a_supplier_nor_a_share_of_nothing():
    result = import_shares(suppliers(CHN=0.0, JPN=0.0))
    assert result["share_usd"].to_pylist() == [None, None]
    assert result["suppliers"].to_pylist() == [0, 0]

    result = import_shares(suppliers(CHN=0.0, JPN=5.0))
    assert result.select(["supplier", "share_usd", "suppliers", "rank"]).to_pylist() == [
        {"supplier": "JPN", "share_usd": 1.0, "suppliers": 1, "rank": 1},
        {"supplier": "CHN", "share_usd": 0.0, "suppliers": 1, "rank": 2},
    ]


def test_equal_values_rank_by_mass_then_by_code():
    flows = [
        {"supplier": "D", "usd": 5.0},
        {"supplier": "C", "usd": 5.0, "tonnes": 1.0},
        {"supplier": "B", "usd": 5.0, "tonnes": 2.0},
        {"supplier": "A", "usd": 5.0, "tonnes": 1.0},
        {"supplier": "E", "tonnes": 9.0},
        {"supplier": "F", "usd": 0.0},
    ]
    result = import_shares(table(*flows))

    assert result["supplier"].to_pylist() == ["B", "A", "C", "D", "F", "E"]
    assert result["rank"].to_pylist() == [1, 2, 3, 4, 5, 6]


def test_without_flows_there_are_no_shares():
    assert import_shares(table()).equals(RESULT.empty_table())


def test_units_stand_in_the_columns():
    metadata = {f.name: f.metadata for f in import_shares(suppliers(CHN=1.0)).schema}

    assert metadata["usd"] == {b"unit": b"USD"}
    assert metadata["tonnes"] == {b"unit": b"t"}
    assert metadata["share_usd"] == {b"unit": b"0 to 1"}
    assert metadata["hhi_usd"] == {b"unit": b"0 to 10,000"}


def test_chunks_dictionaries_and_other_columns_do_not_matter():
    flows = table({"supplier": "CHN", "usd": 3.0}, {"supplier": "JPN", "usd": 1.0})
    odd = pa.concat_tables([flows.slice(0, 1), flows.slice(1, 1)])
    odd = odd.set_column(0, "consumer", odd["consumer"].dictionary_encode())
    odd = odd.append_column("note", pa.array(["z", "a"])).append_column("list", pa.array([[1], []]))

    assert import_shares(odd).equals(import_shares(flows))


# --- against a slow and obvious version ---------------------------------------------------------

amounts = st.one_of(
    st.none(),
    st.integers(0, 10**9).map(float),
    st.floats(0, 1e9, allow_subnormal=False).map(lambda x: round(x, 3)),
)
flow = st.fixed_dictionaries(
    {
        "consumer": st.sampled_from(["KOR", "JPN"]),
        "supplier": st.sampled_from(["CHN", "AUS", "USA", "VNM", "RUS"]),
        "product": st.sampled_from(["magnets", "ree"]),
        "period": st.sampled_from(["2024", "2024-Q1"]),
        "hs": st.sampled_from(["1", "2", None]),
        "usd": amounts,
        "tonnes": amounts,
    }
)
flows = st.lists(flow, max_size=30)


def total(values: list[float | None]) -> Fraction | None:
    known = [Fraction(value) for value in values if value is not None]
    return sum(known, Fraction(0)) if known else None


def ratio(part: Fraction | None, whole: Fraction | None) -> float | None:
    return float(part / whole) if part is not None and whole else None


def slow_shares(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    """By scope and supplier, in exact fractions, one sum at a time."""
    scopes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        scopes[tuple(row[name] for name in SCOPE)].append(row)
    answer = {}
    for scope, group in scopes.items():
        names = sorted({row["supplier"] for row in group})
        sums = {
            (name, measure): total([r[measure] for r in group if r["supplier"] == name])
            for name in names
            for measure in ("usd", "tonnes")
        }
        whole = {m: total([sums[n, m] for n in names]) for m in ("usd", "tonnes")}
        shares = {(n, m): ratio(sums[n, m], whole[m]) for n, m in sums}
        hhi = {
            m: sum(10_000 * shares[n, m] ** 2 for n in names if shares[n, m] is not None)
            if whole[m]
            else None
            for m in whole
        }
        unweighed = total([r["usd"] for r in group if r["tonnes"] is None]) or Fraction(0)
        for name in names:
            answer[(*scope, name)] = {
                "usd": None if sums[name, "usd"] is None else float(sums[name, "usd"]),
                "tonnes": None if sums[name, "tonnes"] is None else float(sums[name, "tonnes"]),
                "share_usd": shares[name, "usd"],
                "share_tonnes": shares[name, "tonnes"],
                "hhi_usd": hhi["usd"],
                "hhi_tonnes": hhi["tonnes"],
                "suppliers": sum(any(sums[n, m] for m in whole) for n in names),
                "missing_tonnes_share": ratio(unweighed, whole["usd"]),
            }
    return answer


@stable
@given(flows)
def test_shares_are_those_of_the_obvious_version(flows):
    rows = table(*flows)
    found = {
        tuple(row[name] for name in (*SCOPE, "supplier")): row
        for row in import_shares(rows).to_pylist()
    }
    wanted = slow_shares(rows.to_pylist())

    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        assert {name: found[key][name] for name in row} == {
            name: value if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)
            for name, value in row.items()
        }


@stable
@given(flows)
def test_ranks_order_each_scope_by_value(flows):
    result = import_shares(table(*flows)).to_pylist()
    scopes = [tuple(row[name] for name in SCOPE) for row in result]

    assert scopes == sorted(scopes)
    for scope in set(scopes):
        group = [row for row, own in zip(result, scopes, strict=True) if own == scope]
        values = [-1.0 if row["usd"] is None else row["usd"] for row in group]
        assert [row["rank"] for row in group] == list(range(1, len(group) + 1))
        assert values == sorted(values, reverse=True)


# --- invariants --------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["share_usd", "share_tonnes"])
@stable
@given(flows)
def test_shares_of_one_scope_add_up_to_one(measure, flows):
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for row in import_shares(table(*flows)).to_pylist():
        if row[measure] is not None:
            assert 0 <= row[measure] <= 1 + 1e-12
            sums[tuple(row[name] for name in SCOPE)] += row[measure]
    assert all(value == pytest.approx(1.0) for value in sums.values())


@stable
@given(flows)
def test_concentration_is_between_equal_parts_and_a_monopoly(flows):
    for row in import_shares(table(*flows)).to_pylist():
        for measure in ("usd", "tonnes"):
            hhi = row[f"hhi_{measure}"]
            assert hhi is None or 10_000 / row["suppliers"] - 1e-6 <= hhi <= 10_000 + 1e-6
        assert row["missing_tonnes_share"] is None or 0 <= row["missing_tonnes_share"] <= 1


@stable
@given(flows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_no_bit(flows, random):
    rows = table(*flows)
    order = pa.array(random.sample(range(len(rows)), len(rows)), pa.int64())
    columns = random.sample(rows.column_names, rows.num_columns)

    assert import_shares(rows.take(order).select(columns)).equals(import_shares(rows))


def test_the_order_of_flows_of_one_pair_changes_no_bit():
    amounts = (0.1, 0.2, 0.3, 1e9, 1e-9)
    flows = [{"supplier": "CHN", "hs": str(n), "usd": a} for n, a in enumerate(amounts)]
    sums = {import_shares(table(*order))["usd"][0].as_py() for order in permutations(flows)}

    assert len({reduce(add, order) for order in permutations(amounts)}) > 1
    assert len(sums) == 1


@stable
@given(flows, st.integers(-10, 10))
def test_scaling_every_flow_changes_no_share(flows, power):
    # By a power of two, so that floating point itself changes no bit.
    by = [{**f, **{m: None if f[m] is None else f[m] * 2.0**power for m in ("usd", "tonnes")}}
          for f in flows]  # fmt: skip
    kept = [n for n in RESULT.names if n not in ("usd", "tonnes")]

    assert import_shares(table(*by)).select(kept).equals(import_shares(table(*flows)).select(kept))


@stable
@given(flows)
def test_splitting_a_flow_in_two_changes_no_share(flows):
    halves = [
        {**f, **{m: None if f[m] is None else f[m] / 2 for m in ("usd", "tonnes")}}
        for f in flows
        for _ in range(2)
    ]
    kept = ["share_usd", "share_tonnes", "hhi_usd", "rank", "suppliers", "missing_tonnes_share"]
    whole, split = (
        import_shares(table(*rows)).select(kept).to_pylist() for rows in (flows, halves)
    )

    for one_row, other in zip(whole, split, strict=True):
        for name, value in one_row.items():
            assert other[name] == (value if value is None else pytest.approx(value, rel=1e-12))
