"""Measures of many networks at once: as of one network at a time; files whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from pyarrow import parquet
from saying import unsaid

from graphkit.analysis import batch as batch_module
from graphkit.analysis.batch import MEASURES, MeasureRequest, measured
from graphkit.analysis.concentration import import_concentration
from graphkit.analysis.network.centrality import centrality
from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import MEASURES as CENTRALITIES
from graphkit.analysis.shares import import_shares
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError

SCOPE = ("product", "period", "reporter", "dataset", "source")


def random_flows(seed: int = 1, count: int = 900) -> pa.Table:
    """Flows of a few networks of different size, with parallel ones, zeros and unknown masses."""
    random = np.random.default_rng(seed)
    countries = np.array([f"C{i:02}" for i in range(18)])
    seller, buyer = random.integers(0, 18, (2, count))
    product = np.minimum(random.integers(0, 12, count), 3)
    buyer = np.where(product == 0, buyer % 3, buyer)
    usd = np.where(random.random(count) < 0.03, 0.0, random.lognormal(0, 2.5, count))
    tonnes = pa.array(random.lognormal(0, 1, count), mask=random.random(count) < 0.2)
    return pa.table({
        "supplier": countries[seller], "consumer": countries[buyer],
        "product": np.array(["dy-oxide", "magnets", "ore", "0102"])[product],
        "period": np.array(["2023", "2024"])[random.integers(0, 2, count)],
        "reporter": ["reconciled"] * count, "dataset": ["test"] * count, "source": ["s"] * count,
        "usd": usd, "tonnes": tonnes,
    })  # fmt: skip


def whole(flows: pa.Table, measure: str, by: str = "usd") -> list[dict[str, Any]]:
    return [
        row
        for some in measured(flows, MeasureRequest(measure, by))
        for row in some.table.to_pylist()
    ]


def each(flows: pa.Table) -> list[tuple[dict[str, str], pa.Table]]:
    """Every network by itself."""
    scopes = flows.select(["product", "period"]).group_by(["product", "period"]).aggregate([])
    found = []
    for scope in sorted(scopes.to_pylist(), key=lambda row: list(row.values())):
        mask = pc.and_(*(pc.equal(flows[name], value) for name, value in scope.items()))
        found.append((scope, flows.filter(mask)))
    return found


# --- against one network at a time


@pytest.mark.parametrize("by", ["usd", "tonnes"])
def test_shares_are_those_of_import_shares(by):
    flows = random_flows()
    wanted = {
        tuple(row[n] for n in (*SCOPE, "consumer", "supplier")): (row[by], row[f"share_{by}"])
        for row in import_shares(flows).to_pylist()
        if row[by]
    }
    found = {
        tuple(row[n] for n in (*SCOPE, "consumer", "supplier")): (row[by], row[f"share_{by}"])
        for row in whole(flows, "shares", by)
    }

    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert found[key] == pytest.approx(values, rel=1e-12)


def test_concentration_is_that_of_import_concentration():
    flows = random_flows()
    one = {
        tuple(row[n] for n in (*SCOPE, "consumer")): row
        for row in import_concentration(import_shares(flows)).to_pylist()
        if row["measure"] == "usd" and row["total"]
    }
    many = {tuple(r[n] for n in (*SCOPE, "consumer")): r for r in whole(flows, "concentration")}
    names = {
        "total": "total", "hhi": "hhi_low", "hhi_normalised": "hhi_normalised", "cr1": "cr1",
        "cr3": "cr3", "effective_suppliers": "effective_low", "shannon": "shannon_low",
    }  # fmt: skip

    assert many.keys() == one.keys()
    for key, row in one.items():
        assert (many[key]["top"], many[key]["suppliers"]) == (row["top"], row["suppliers"])
        for ours, theirs in names.items():
            wanted = row[theirs]
            close = None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-12)
            assert many[key][ours] == close, (key, ours)


@pytest.mark.parametrize("measure", CENTRALITIES)
@pytest.mark.parametrize("by", ["usd", "tonnes"])
def test_scores_are_those_of_each_network_by_itself(measure, by):
    flows = random_flows()
    found = whole(flows, measure, by)
    wanted = []
    for scope, some in each(flows):
        table = centrality(FlowGraph.from_table(some.drop_columns(["period"]), by), [measure])
        rows = sorted(table.to_pylist(), key=lambda row: row["label"])
        wanted += [(*scope.values(), row["label"], len(rows), row[measure]) for row in rows]

    assert [(r["product"], r["period"], r["country"], r["nodes"]) for r in found] == [
        row[:4] for row in wanted
    ]
    assert [row[measure] for row in found] == [row[4] for row in wanted]


# --- invariants


@pytest.mark.parametrize("measure", MEASURES)
def test_neither_the_order_of_rows_nor_the_company_of_networks_changes_a_bit(measure, monkeypatch):
    flows = random_flows()
    order = np.random.default_rng(2).permutation(len(flows))
    found = whole(flows, measure)

    assert whole(flows.take(order), measure) == found
    monkeypatch.setattr(batch_module.NetworkBatch.parts, "__defaults__", (1,))
    assert whole(flows, measure) == found


@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_of_zeros_has_no_rows(measure):
    flows = pa.table({
        "supplier": ["A", "A"], "consumer": ["B", "B"], "product": ["x", "y"],
        "period": [2024, 2024], "usd": [0.0, 3.0],
    })  # fmt: skip

    assert {(row["product"], row["period"]) for row in whole(flows, measure)} == {("y", "2024")}
    assert whole(flows.slice(0, 1), measure) == []


@pytest.mark.parametrize("other", ["t", None])
def test_flows_of_two_sources_are_two_networks(other):
    flows = random_flows().slice(0, 40)
    others = pa.array([other] * 40, pa.string())
    again = flows.set_column(flows.column_names.index("source"), "source", others)
    found = whole(pa.concat_tables([flows, again]), "shares")

    assert [row for row in found if row["source"] == "s"] == whole(flows, "shares")


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("usd", [1.0, -2.0], "-2 … 0 or more"),
        ("usd", [1.0, float("nan")], "flow … nan"),
        ("usd", ["1", "2"], "'usd' … string … numbers"),
        ("period", ["2024", None], "no period: 1"),
        ("supplier", [None, None], "no supplier: 2"),
        ("product", [1.5, 2.5], "'product' … double … text"),
    ],
)
def test_what_is_not_a_flow_is_refused(name, values, said):
    columns = {"supplier": ["A", "B"], "consumer": ["B", "C"], "product": ["x"] * 2,
               "period": ["2024"] * 2, "usd": [1.0, 2.0]}  # fmt: skip
    kind = pa.string() if name == "supplier" else None
    with pytest.raises(GraphkitError) as caught:
        whole(pa.table({**columns, name: pa.array(values, kind)}), "shares")
    assert unsaid(str(caught.value), said) == []


def test_what_is_not_a_measure_is_refused():
    with pytest.raises(UsageError, match=r"measure: .*'hubs'.* shares"):
        whole(random_flows(), "hubs")


# --- files


@pytest.fixture
def command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def ran(measure: str, flows: Path | str, *more: str) -> tuple[int, str]:
        out = str(tmp_path / "out.parquet")
        code = run(["measure", measure, "--flows", str(flows), "-o", out, *more])
        said, err = capfd.readouterr()
        assert said == ""
        return code, err

    return ran


def written(tmp_path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    return rows


@pytest.mark.long
@pytest.mark.parametrize("measure", MEASURES)
def test_a_file_and_a_folder_of_partitions_give_the_same(tmp_path, command, measure):
    flows, found = random_flows(), []
    parquet.write_table(flows, tmp_path / "flows.parquet")
    for name, keys in {"both": ["product", "period"], "one": ["period"], "none": []}.items():
        hive = ds.partitioning(pa.schema([(key, pa.string()) for key in keys]), flavor="hive")
        ds.write_dataset(flows, tmp_path / name, format="parquet", partitioning=hive)
    for source in (
        *(tmp_path / name for name in ("flows.parquet", "both", "one")),
        (tmp_path / "none").as_uri(),
    ):
        assert command(measure, source) == (0, "")
        rows = written(tmp_path)
        found.append(sorted(rows, key=lambda row: [str(v) for v in row.values()]))

    assert found[0] == found[1] == found[2] == found[3]
    assert {row["product"] for row in found[0]} == {"0102", "dy-oxide", "magnets", "ore"}


def test_flows_without_the_amount_are_counted(tmp_path, command):
    flows = random_flows()
    parquet.write_table(flows, tmp_path / "flows.parquet")
    lacking = flows["tonnes"].null_count

    code, said = command("shares", tmp_path / "flows.parquet", "--by", "tonnes")
    about = json.loads(parquet.read_metadata(tmp_path / "out.parquet").metadata[b"graphkit"])
    assert code == 0
    assert unsaid(said, f"graphkit: {lacking:,} of {len(flows):,} flows … no tonnes") == []
    assert about == {
        "measure": "shares", "by": "tonnes", "flows": 900, "flows_left_out": lacking,
        "rows": len(written(tmp_path)),
    }  # fmt: skip
    unit = parquet.read_schema(tmp_path / "out.parquet").field("share_tonnes").metadata[b"unit"]
    assert unit == b"0 to 1"


@pytest.fixture
def spoiled(tmp_path):
    """A folder of flows that cannot be measured."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.parquet").write_text("no parquet")
    flows = random_flows()
    parquet.write_table(flows.drop_columns(["usd", "product"]), tmp_path / "lacking.parquet")
    parquet.write_table(flows.slice(0, 0), tmp_path / "nothing.parquet")
    negative = flows.set_column(7, "usd", pa.array(-flows["usd"].to_numpy() - 1))
    parquet.write_table(negative, tmp_path / "negative.parquet")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "measure", "wanted", "said"),
    [
        ("empty", "shares", 1, "no Parquet files"),
        ("missing", "shares", 1, "no such file or folder"),
        ("text.parquet", "shares", 1, "text.parquet"),
        ("lacking.parquet", "shares", 1, "no column product, only supplier"),
        ("nothing.parquet", "shares", 1, "0 flows … usd"),
        ("negative.parquet", "pagerank", 1, "number … 0 or more"),
        ("negative.parquet", "hubs", 2, "measure: … 'hubs' … shares"),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_leaves_the_old_file(
    spoiled, command, name, measure, wanted, said
):
    (spoiled / "out.parquet").write_text("before")

    code, err = command(measure, spoiled / name)
    assert (code, err.count("\n")) == (wanted, 1)
    assert unsaid(err, said) == []
    assert (spoiled / "out.parquet").read_text() == "before"
    assert not list(spoiled.glob(".out*"))


def test_flows_of_no_product_are_refused_in_partitions_too(tmp_path, command):
    flows = random_flows()
    place = flows.column_names.index("product")
    lacking = pa.array([None, *flows["product"].to_pylist()[1:]], pa.string())
    hive = ds.partitioning(pa.schema([("product", pa.string())]), flavor="hive")
    flows = flows.set_column(place, "product", lacking)
    ds.write_dataset(flows, tmp_path / "flows", format="parquet", partitioning=hive)

    code, err = command("shares", tmp_path / "flows")
    assert (code, unsaid(err, "graphkit: … no product: 1")) == (1, [])


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("flows/out.parquet", "among the flows"),
        ("flows/a.parquet", "among the flows"),
        ("out.csv", ".parquet"),
        ("none/out.parquet", "none/out.parquet"),
    ],
)
def test_the_output_is_a_parquet_file_outside_the_flows(tmp_path, capfd, out, said):
    (tmp_path / "flows").mkdir()
    parquet.write_table(random_flows(), tmp_path / "flows" / "a.parquet")
    options = ["--flows", str(tmp_path / "flows"), "-o", str(tmp_path / out)]

    assert run(["measure", "shares", *options]) != 0
    assert unsaid(capfd.readouterr().err, said) == []
    assert [p.name for p in tmp_path.rglob("*.parquet")] == ["a.parquet"]
