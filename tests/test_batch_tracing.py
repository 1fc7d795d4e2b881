"""Look-through and removal of many networks at once: as of one network at a time."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from saying import unsaid
from test_batch import each, random_flows

from graphkit.analysis.batch import MeasureRequest, measured
from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.removal import removal_losses
from graphkit.cli.app import run

PRODUCTION = pa.table({
    "country": ["C01", "C02", "C01", "C02"], "product": ["ore"] * 4,
    "period": ["2023", "2023", "2024", "2024"], "tonnes": [400.0, 50.0, None, None],
    "share": [None, None, 0.6, 0.1],
})  # fmt: skip


def whole(flows: pa.Table, request: MeasureRequest) -> list[dict[str, Any]]:
    return [row for some in measured(flows, request) for row in some.table.to_pylist()]


def networks(flows: pa.Table, production: pa.Table | None, by: str) -> Any:
    """Every network by itself, out of the rows that it is made of."""
    for scope, some in each(flows):
        made = production
        if made is not None:
            here = [pc.equal(made[name], scope[name]) for name in ("product", "period")]
            made = made.filter(pc.and_(*here)).drop_columns(["period"])
        else:
            sellers = sorted(set(some["supplier"].to_pylist()))
            makes = [True] * len(sellers)
            made = pa.table({"country": sellers, "product": [scope["product"]] * len(sellers),
                             "makes": makes})  # fmt: skip
        yield scope, supply_network(some, made, measure=by, unpublished="net-exports")


@pytest.mark.parametrize("production", [None, PRODUCTION], ids=["none", "some"])
@pytest.mark.parametrize("by", ["usd", "tonnes"])
def test_origins_are_those_of_each_network_by_itself(by, production):
    flows, wanted = random_flows(), []
    names = ("consumer", "origin", "share", "face_value", "hidden", "low", "high")
    for scope, network in networks(flows, production, by):
        coverage = network.coverage().to_pylist()[0]
        for row in look_through(network).to_pylist():
            wanted.append((*scope.values(), *(row[n] for n in names), coverage["observed_share"]))
    found = [
        tuple(row[n] for n in ("product", "period", *names, "observed_share"))
        for row in whole(flows, MeasureRequest("look-through", by, production))
    ]

    assert [row[:4] for row in found] == [row[:4] for row in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        for one, other in zip(ours[4:], theirs[4:], strict=True):
            assert one == (other if other is None else pytest.approx(other, abs=1e-12))
    published = {row[:2]: row[-1] for row in found if row[-1]}
    weighed = {("ore", "2023")} if production is not None and by == "tonnes" else set()
    assert set(published) == weighed


@pytest.mark.parametrize("production", [None, PRODUCTION], ids=["none", "some"])
def test_losses_are_those_of_each_network_by_itself(production):
    flows, wanted = random_flows(), []
    for scope, network in networks(flows, production, "usd"):
        for row in removal_losses(network).to_pylist():
            wanted.append((*scope.values(), row["removed"], row["consumer"], row["loss"]))
    names = ("product", "period", "removed", "consumer", "loss")
    found = [
        tuple(row[name] for name in names)
        for row in whole(flows, MeasureRequest("removal", "usd", production))
    ]

    assert {row[:4] for row in found} == {row[:4] for row in wanted}
    losses = {row[:4]: row[4] for row in wanted}
    for row in found:
        assert row[4] == pytest.approx(losses[row[:4]], abs=1e-12)


def test_shares_of_origins_sum_to_one_and_losses_are_at_least_what_is_bought():
    flows = random_flows()
    sums: dict[tuple[str, ...], float] = {}
    for row in whole(flows, MeasureRequest("look-through")):
        key = (row["product"], row["period"], row["consumer"])
        sums[key] = sums.get(key, 0.0) + row["share"]
    assert sums
    assert list(sums.values()) == pytest.approx([1.0] * len(sums))
    for row in whole(flows, MeasureRequest("removal")):
        assert row["loss"] >= row["face_value"] - 1e-12


def test_small_shares_are_left_out():
    flows = random_flows()
    rows = whole(flows, MeasureRequest("removal"))
    kept = whole(flows, MeasureRequest("removal", min_share=0.2))

    assert kept == [row for row in rows if row["loss"] > 0.2]
    assert len(kept) < len(rows)
    every = whole(flows, MeasureRequest("look-through"))
    large = whole(flows, MeasureRequest("look-through", min_share=0.5))
    assert 0 < len(large) < len(every)
    ends = ("share", "face_value", "high")
    assert large == [r for r in every if max(r[n] or 0.0 for n in ends) > 0.5]


def test_without_a_table_of_makers_every_seller_is_one():
    flows = random_flows()
    sellers = flows.group_by(["supplier", "product", "period"]).aggregate([])
    makers = sellers.rename_columns(["country", "product", "period"])
    makers = makers.append_column("makes", pa.array([True] * len(makers)))
    every = whole(flows, MeasureRequest("look-through"))
    assert whole(flows, MeasureRequest("look-through", production=makers)) == every
    few = whole(flows, MeasureRequest("look-through", production=makers.slice(0, 1)))
    widths = [sum((r["high"] or 0) - (r["low"] or 0) for r in rows) for rows in (every, few)]
    assert widths[0] < widths[1]


def test_production_is_read_from_a_file(tmp_path, capfd):
    parquet.write_table(random_flows(), tmp_path / "flows.parquet")
    parquet.write_table(PRODUCTION, tmp_path / "mines.parquet")
    parquet.write_table(PRODUCTION.drop_columns(["period"]), tmp_path / "lacking.parquet")
    options = ["--flows", str(tmp_path / "flows.parquet"), "-o", str(tmp_path / "out.parquet")]

    def ran(measure: str, production: str) -> tuple[int, str]:
        made = ["--production", str(tmp_path / production)]
        return run(["measure", measure, *options, *made]), capfd.readouterr().err

    code, said = ran("look-through", "lacking.parquet")
    assert (code, unsaid(said, "column period … country")) == (1, [])
    code, said = ran("shares", "mines.parquet")
    assert (code, unsaid(said, "--production: … look-through or removal")) == (2, [])
    assert ran("look-through", "mines.parquet") == (0, "")
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.to_pylist() == whole(
        random_flows(), MeasureRequest("look-through", "usd", PRODUCTION)
    )
    assert found.schema.field("low").metadata[b"unit"] == b"0 to 1"
