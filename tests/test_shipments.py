"""Shipments become flows: sums of what is known, and how many do not say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyarrow import parquet
from saying import Naming

from graphkit.analysis import flows as module
from graphkit.analysis.flows import flows_of, period_of, shipment_keys, totals
from graphkit.cli.app import run
from graphkit.errors import GraphkitError


def random_shipments(count: int = 4_000) -> pa.Table:
    """Customs records of two years, with unknown amounts and two reporters, one of them null."""
    random = np.random.default_rng(7)
    countries = np.array([f"C{i}" for i in range(5)])
    day = np.datetime64("2023-01-01") + random.integers(0, 730, count)
    usd = pa.array(random.lognormal(0, 2, count), mask=random.random(count) < 0.7)
    return pa.table({
        "supplier": countries[random.integers(0, 5, count)],
        "consumer": countries[random.integers(0, 5, count)],
        "product": np.array(["ore", "0102"])[random.integers(0, 2, count)], "date": day, "usd": usd,
        "tonnes": random.integers(0, 50, count),
        "reporter": pa.array(["KOR"] * count, mask=random.random(count) < 0.5),
        "vessel": [f"V{i % 90}" for i in range(count)],
    })  # fmt: skip


def slow(shipments: pa.Table, length: int) -> dict[tuple[Any, ...], list[Any]]:
    """The same row by row."""
    sums: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [None, 0, 0.0, 0])
    for row in shipments.to_pylist():
        day = row["date"]
        period = f"{day.year}-Q{(day.month + 2) // 3}" if length == 3 else f"{day.year}"
        names = ("supplier", "consumer", "reporter")
        found = sums[row["product"], period, *(row[name] for name in names)]
        if row["usd"] is None:
            found[1] += 1
        else:
            found[0] = (found[0] or 0.0) + row["usd"]
        found[2] += row["tonnes"]
        found[3] += 1
    return sums


def as_sums(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], list[Any]]:
    keys = ("product", "period", "supplier", "consumer", "reporter")
    numbers = ("usd", "usd_unknown", "tonnes", "shipments")
    return {tuple(row[k] for k in keys): [row[n] for n in numbers] for row in rows}


def same(found: list[dict[str, Any]], wanted: dict[tuple[Any, ...], list[Any]]) -> None:
    sums = as_sums(found)
    assert len(sums) == len(found)
    assert sums.keys() == wanted.keys()
    for key, numbers in wanted.items():
        usd = numbers[0] if numbers[0] is None else pytest.approx(numbers[0], rel=1e-12)
        assert sums[key] == [usd, *numbers[1:]]


@pytest.mark.parametrize("kept", [1, 2_000_000])
def test_flows_are_the_sums_of_their_shipments(kept, monkeypatch):
    monkeypatch.setattr(module, "PARTIAL_ROWS", kept)
    table = random_shipments()
    keys = shipment_keys(table.column_names)
    parts = [table.slice(start, 700) for start in range(0, len(table), 700)]
    found = flows_of(parts, keys, ["usd", "tonnes"], "quarter").to_pylist()

    same(found, slow(table, 3))
    assert found == sorted(found, key=lambda row: [str(row[k] or "") for k in keys])
    assert any(row["usd"] is None for row in found)
    assert all(row["tonnes_unknown"] == 0 for row in found)


@pytest.mark.parametrize(
    ("each", "wanted"),
    [("year", "2024"), ("half", "2024-H2"), ("quarter", "2024-Q3"), ("month", "2024-09")],
)
@pytest.mark.parametrize(
    "column",
    [
        ["2024-09-30"],
        ["2024-09-30T23:59:59Z"],
        [datetime.date(2024, 9, 30)],
        [datetime.datetime(2024, 9, 30, 23, 59, 59, 1)],
    ],
    ids=["text", "time text", "date", "time"],
)
def test_a_date_lies_in_its_period(each, wanted, column):
    assert period_of(pa.chunked_array([column]), each).to_pylist() == [wanted]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("usd", [1.0, -2.0], "shipment of -2, .*0 or more"),
        ("usd", ["1", "2"], "'usd' as string, .*numbers"),
        ("date", ["2024-02-01", "2024-02-31"], "invalid date, .*YYYY-MM-DD"),
        ("date", ["2024-02-01", None], "no period: 1"),
        ("consumer", [None, "B"], "no consumer: 1"),
        ("product", [1.5, 2.5], "'product' as double, .*text"),
    ],
)
def test_what_is_not_a_shipment_is_refused(name, values, said):
    columns = {"supplier": ["A", "B"], "consumer": ["B", "C"], "product": ["x"] * 2,
               "date": ["2024-01-05"] * 2, "usd": [1.0, 2.0]}  # fmt: skip
    table = pa.table({**columns, name: values})
    with pytest.raises(GraphkitError, match=said):
        flows_of([table], shipment_keys(table.column_names), ["usd"])


def test_a_folder_of_shipments_becomes_a_file_of_flows(tmp_path, capfd):
    table = random_shipments()
    hive = ds.partitioning(pa.schema([("product", pa.string())]), flavor="hive")
    ds.write_dataset(table, tmp_path / "customs", format="parquet", partitioning=hive)
    out = tmp_path / "flows.parquet"
    options = ["--flows", str(tmp_path / "customs"), "-o", str(out)]

    assert run(["measure", "flows", *options, "--each", "quarter"]) == 0
    output, err = capfd.readouterr()
    assert (output, err.count("\n"), err) == ("", 1, Naming("no column vessel … added up"))
    same(parquet.read_table(out).to_pylist(), slow(table, 3))
    assert parquet.read_schema(out).field("tonnes").metadata[b"unit"] == b"t"

    assert run(["measure", "shares", "--flows", str(out), "-o", str(tmp_path / "s.parquet")]) == 0
    assert capfd.readouterr().err == Naming("no usd … left out")
    assert run(["measure", "flows", *options, "--each", "week"]) == 2
    assert capfd.readouterr().err == Naming("--each … 'week' … year, month")


def outliers(rows: list[tuple[str, str, float | None, float | None]]) -> dict[str, object]:
    """The outlier of flows of one product: exporter, importer, USD and tonnes of each."""
    sellers, buyers, usd, tonnes = (list(column) for column in zip(*rows, strict=True))
    alike = {name: ["x"] * len(rows) for name in ("dataset", "product", "hs", "period")}
    flows = pa.table({
        **alike, "exporter": sellers, "importer": buyers, "usd": usd, "tonnes": tonnes,
        "preferred": [True] * len(rows),
    })  # fmt: skip
    (found,) = totals(flows).to_pylist()
    return {name[8:]: value for name, value in found.items() if name.startswith("outlier_")}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        # 100 t for 1 USD beside 10 t for 10 USD: a hundred times as heavy per dollar.
        ([("A", "B", 1.0, 100.0), ("A", "C", 10.0, 10.0)], ("A", "B", 100.0, 100.0)),
        ([("A", "B", 2.1, 100.0), ("A", "C", 10.0, 10.0)], None),  # 48 times
        ([("A", "B", 1.0, 100.0), ("A", "C", 1e4, 1000.0)], None),  # under a tenth of the mass
        ([("A", "B", 1.0, 100.0), ("A", "C", 10.0, None)], None),  # no other mass
        ([("A", "B", None, 100.0), ("A", "C", 10.0, 10.0)], None),  # no value
        ([("A", "B", 1.0, 100.0)], None),
        # What lacks a value or a mass counts on neither side.
        (
            [("A", "B", 1.0, 100.0), ("A", "C", 10.0, 15.0), ("D", "B", None, 50.0)],
            ("A", "B", 100.0, 200 / 3),
        ),
        (
            [("A", "B", 1.0, 300.0), ("D", "E", 1.0, 400.0), ("A", "C", 1e5, 100.0)],
            ("D", "E", 400.0, 100_001.0),
        ),
    ],
)  # fmt: skip
def test_an_outlier_is_a_large_flow_that_is_far_heavier_for_its_value(rows, wanted):
    empty = (None, None, None, None)
    names = ("exporter", "importer", "tonnes", "ratio")

    found = outliers(rows)

    assert found == pytest.approx(dict(zip(names, wanted or empty, strict=True)))


def test_outliers_among_masses_in_a_wrong_unit_are_those_of_a_plain_loop(sample_graph):
    chance = Random(7)
    tables = [part.table for part in sample_graph.parts if part.kind.name == "EXPORTS"]
    rows = [row for table in tables for row in table.to_pylist()]
    of: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["tonnes"] and chance.random() < 0.002:
            row["tonnes"] *= 1000.0
        if row["usd"] and row["tonnes"]:
            of[row["dataset"], row["product"], row["hs"], row["period"]].append(row)
    wanted = {}
    for key, flows in of.items():
        usd, tonnes = (sum(row[name] for row in flows) for name in ("usd", "tonnes"))
        for row in sorted(flows, key=lambda row: row["tonnes"]):
            others = tonnes - row["tonnes"]
            heavy = row["tonnes"] * (usd - row["usd"]) >= 50 * others * row["usd"]
            if heavy and others > 0 and row["tonnes"] >= 0.1 * tonnes:
                wanted[key] = row["exporter"], row["importer"], row["tonnes"]

    held = totals(pa.Table.from_pylist(rows)).to_pylist()

    names = [f"outlier_{name}" for name in ("exporter", "importer", "tonnes")]
    found = {
        (r["dataset"], r["product"], r["hs"], r["period"]): [r[n] for n in names] for r in held
    }
    assert {k: tuple(v) for k, v in found.items() if v[0]} == wanted
    assert 3 < len(wanted) < len(of)
