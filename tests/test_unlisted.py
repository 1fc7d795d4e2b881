"""Ends of shares beside trade that is not listed hold the truth: of full tables, cut as others are.

The shipped tables of 2022 and 2024 list every flow of 30 codes. They are cut here as the partial
data sets are, so that the truth behind each bound is known.
"""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from supply_cases import STAGES
from test_supply_truth import (
    CHAIN,
    CHAINS,
    FORK,
    Truth,
    chain,
    hidden,
    passed_ends,
    passed_in_truth,
    true_shares,
)

from graphkit.analysis.concentration import import_concentration
from graphkit.analysis.shares import import_shares
from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.removal import removal_losses
from graphkit.analysis.unlisted import (
    POINT,
    WORLD,
    Extent,
    bounded_shares,
    hhi_ends,
    unlisted_trade,
)
from graphkit.files.folders import shipped
from graphkit.schema import CHOSEN_PAIRS, LARGEST, LARGEST_OF_EACH

SERIES = {"reporter": "reconciled", "dataset": "cut", "source": "cepii"}
ROUNDING = 1e-9
OF_EACH = Extent(LARGEST_OF_EACH, 6)
FULL = ("magnets-2022", "magnets-2024", "critical-hs17-2022", "critical-hs17-2024")


def full_table(name: str) -> pa.Table:
    """All flows of a shipped table, as measures take them."""
    rows = parquet.read_table(shipped("seeds") / "trade" / f"{name}.parquet")
    texts = {"supplier": "exporter", "consumer": "importer", "product": "product", "hs": "hs"}
    columns = {new: rows[old].cast(pa.string()) for new, old in texts.items()}
    columns |= {k: pa.array([v] * len(rows), pa.string()) for k, v in SERIES.items()}
    columns["period"] = pa.array([name[-4:]] * len(rows), pa.string())
    return pa.table({**columns, "usd": rows["usd"], "tonnes": pa.nulls(len(rows), pa.float64())})


def cut_of_each(flows: pa.Table, n: int = 6) -> pa.Table:
    """Of each importer the n largest suppliers, of each exporter the n largest buyers."""
    ranks: dict[tuple[str, str, str], list[tuple[float, int]]] = {}
    rows = flows.select(["supplier", "consumer", "hs", "usd"]).to_pylist()
    for place, row in enumerate(rows):
        for end in ("supplier", "consumer"):
            ranks.setdefault((end, row[end], row["hs"]), []).append((-row["usd"], place))
    listed = {place for pairs in ranks.values() for _, place in sorted(pairs)[:n]}
    return flows.take(pa.array(sorted(listed), pa.int64()))


def drawn(seed: int, countries: int = 12) -> pa.Table:
    """Random flows of one product, many of them equal."""
    rng = np.random.default_rng(seed)
    names = [f"C{n:02}" for n in range(countries)]
    rows = [
        {"supplier": a, "consumer": b, "product": "p", "hs": "1", "period": "2024", **SERIES,
         "usd": float(rng.integers(0, 5)) or float(rng.lognormal(1, 2)), "tonnes": None}
        for a in names for b in names if a != b and rng.random() < rng.random()
    ]  # fmt: skip
    names = ("supplier", "consumer", "product", "hs", "period", *SERIES)
    texts = [(name, pa.string()) for name in names]
    schema = pa.schema([*texts, ("usd", pa.float64()), ("tonnes", pa.float64())])
    return pa.Table.from_pylist(rows, schema)


def slow_bounds(flows: pa.Table, n: int, owner: str, other: str) -> dict[str, float]:
    """Bound each owner's unlisted trade, pair by pair."""
    rows = flows.to_pylist()

    def cut(end: str, name: str) -> float:
        amounts = sorted((r["usd"] for r in rows if r[end] == name), reverse=True)
        return amounts[n - 1] if len(amounts) >= n else 0.0

    pairs = {(r[owner], r[other]) for r in rows}
    owners, others = ({r[end] for r in rows} for end in (owner, other))
    most = {
        one: sum(min(cut(owner, one), cut(other, two)) for two in others
                 if two != one and (one, two) not in pairs)
        for one in owners
    }  # fmt: skip
    return most | {WORLD: sum(most.values())}


def by_owner(table: pa.Table, owner: str) -> dict[str, float]:
    return {row[owner]: row["usd"] for row in table.to_pylist()}


# --- against the truth


@pytest.mark.parametrize("name", FULL)
def test_every_true_import_share_of_a_full_table_is_in_its_range(name):
    flows = full_table(name)
    listed = cut_of_each(flows)
    unlisted = unlisted_trade(listed, {"cut": OF_EACH})
    truth = {(r["consumer"], r["product"], r["supplier"]): r
             for r in import_shares(flows).to_pylist()}  # fmt: skip
    rows = bounded_shares(listed, unlisted).to_pylist()

    assert len(rows) > 1_000
    for row in rows:
        share = truth[row["consumer"], row["product"], row["supplier"]]["share_usd"]
        if row["unlisted_usd"] is None:  # fewer than six are listed, so that these are all
            assert row["share_usd"] == pytest.approx(share, abs=1e-12)
            continue
        assert row["share_usd_low"] - ROUNDING <= share <= row["share_usd_high"] + ROUNDING
        if row["share_usd"] is not None:
            assert abs(row["share_usd"] - share) < POINT
        else:
            assert row["share_usd_high"] - row["share_usd_low"] >= POINT


@pytest.mark.parametrize("owner", ["consumer", "supplier"])
@pytest.mark.parametrize("name", FULL)
def test_what_a_full_table_has_besides_is_within_the_bound(name, owner):
    flows = full_table(name)
    listed = cut_of_each(flows)
    totals = [
        {
            (r["product"], r[owner]): r["usd_sum"]
            for r in table.group_by(["product", owner]).aggregate([("usd", "sum")]).to_pylist()
        }
        for table in (flows, listed)
    ]
    bounds = {(r["product"], r[owner]): r["usd"]
              for r in unlisted_trade(listed, {"cut": OF_EACH}, owner).to_pylist()}  # fmt: skip

    for key, total in totals[0].items():
        assert total <= (totals[1][key] + bounds[key]) * (1 + ROUNDING)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.long] if "critical" in n else []) for n in FULL]
)
def test_the_true_concentration_of_a_full_table_is_in_its_range(name):
    flows = full_table(name)
    listed = cut_of_each(flows)
    unlisted = unlisted_trade(listed, {"cut": OF_EACH})
    for merged in (False, True):
        if merged:  # all importers as one, whose suppliers are not listed whole
            world = pa.array([WORLD] * len(flows), pa.string())
            place = flows.column_names.index("consumer")
            flows = flows.set_column(place, "consumer", world)
            listed = listed.set_column(place, "consumer", world.slice(0, len(listed)))
        truth = {(r["consumer"], r["product"]): r for r in import_concentration(flows).to_pylist()}
        for row in import_concentration(listed, unlisted=unlisted).to_pylist():
            true = truth[row["consumer"], row["product"]]
            for index in ("hhi", "cr1", "cr3"):
                low = row["hhi_low" if index == "hhi" else index]
                value = true["hhi_low" if index == "hhi" else index]
                assert low - 1e-6 <= value <= row[f"{index}_high"] + 1e-6
            assert row["top"] == true["top"] or row["cr1"] < 0.5


@pytest.mark.parametrize("seed", range(20))
def test_random_tables_hold_their_truth_whatever_is_cut(seed):
    flows = drawn(seed)
    n = 1 + seed % 4
    listed = cut_of_each(flows, n)
    for extent, part in (
        (Extent(LARGEST_OF_EACH, n), listed),
        (Extent(LARGEST, world_share=0.5), largest_half(flows)),
        (Extent(CHOSEN_PAIRS), flows.slice(0, 5)),
    ):
        truth = {(r["consumer"], r["supplier"]): r for r in import_shares(flows).to_pylist()}
        for row in bounded_shares(part, unlisted_trade(part, {"cut": extent})).to_pylist():
            true = truth[row["consumer"], row["supplier"]]
            if row["unlisted_usd"] is None:
                assert row["share_usd"] == pytest.approx(true["share_usd"])
                continue
            assert row["share_usd_low"] - ROUNDING <= true["share_usd"]
            assert true["share_usd"] <= row["share_usd_high"] + ROUNDING


def largest_half(flows: pa.Table) -> pa.Table:
    """The fewest largest flows that have half of the value."""
    ordered = flows.sort_by([("usd", "descending")])
    sums = np.cumsum(ordered["usd"].to_numpy())
    return ordered.slice(0, int(np.searchsorted(sums, sums[-1] / 2)) + 1)


@pytest.mark.parametrize("owner", ["consumer", "supplier"])
@pytest.mark.parametrize("seed", range(10))
def test_the_bound_is_that_of_a_slow_obvious_version(seed, owner):
    n, other = 1 + seed % 4, {"consumer": "supplier", "supplier": "consumer"}[owner]
    listed = cut_of_each(drawn(seed), n)
    found = unlisted_trade(listed, {"cut": Extent(LARGEST_OF_EACH, n)}, owner)

    assert by_owner(found, owner) == pytest.approx(slow_bounds(listed, n, owner, other))


@pytest.mark.parametrize("seed", range(20))
def test_no_split_of_the_unlisted_trade_leaves_the_range_of_the_hhi(seed):
    rng = np.random.default_rng(seed)
    listed = rng.lognormal(1, 1, 5)
    total, unlisted = listed.sum(), rng.uniform(0, 2) * listed.sum()
    hhi = 1e4 * ((listed / total) ** 2).sum()
    low, high = hhi_ends(hhi, total, unlisted, listed.max() / total)
    for _ in range(200):
        parts = np.append(listed, np.zeros(4))
        parts += rng.dirichlet(np.full(9, rng.choice([0.01, 1]))) * unlisted * rng.random()
        assert low - 1e-6 <= 1e4 * ((parts / parts.sum()) ** 2).sum() <= high + 1e-6


def test_equal_flows_at_the_cut_do_not_count_as_none():
    """Seven suppliers of equal size: six are listed, and the seventh is as large."""
    rows = [(f"S{n}", "X", 1.0) for n in range(7)]
    rows += [(f"S{n}", f"B{m}", 5.0) for n in range(7) for m in range(6)]
    flows = pa.Table.from_pylist([
        {"supplier": a, "consumer": b, "usd": usd, "tonnes": None, "product": "p", "hs": "1",
         "period": "2024", **SERIES} for a, b, usd in rows
    ])  # fmt: skip
    listed = cut_of_each(flows)
    bounds = by_owner(unlisted_trade(listed, {"cut": OF_EACH}), "consumer")

    assert listed.filter(pc.equal(listed["consumer"], "X")).num_rows == 6
    assert bounds["X"] == 1.0


def test_of_chosen_pairs_nothing_is_known_of_the_rest():
    flows = drawn(1)
    shares = bounded_shares(flows, unlisted_trade(flows, {"cut": Extent(CHOSEN_PAIRS)}))
    rows = shares.to_pylist()

    assert {(row["share_usd_low"], row["unlisted_usd"]) for row in rows} == {(0.0, inf)}
    assert all((row["share_usd"] is None) == (row["share_usd_high"] >= POINT) for row in rows)
    assert shares["hhi_usd"].null_count == len(shares)


def test_a_full_data_set_has_points_beside_a_partial_one():
    flows = drawn(2)
    full = flows.set_column(flows.column_names.index("dataset"), "dataset",
                            pa.array(["full"] * len(flows), pa.string()))  # fmt: skip
    both = pa.concat_tables([cut_of_each(flows, 2), full])
    extents = {"cut": Extent(LARGEST_OF_EACH, 2)}
    rows = bounded_shares(both, unlisted_trade(both, extents)).to_pylist()
    points = [row for row in rows if row["dataset"] == "full"]

    assert all(row["share_usd"] is not None and row["unlisted_usd"] is None for row in points)
    assert any(row["share_usd"] is None for row in rows)


# --- supply chains whose whole truth is known, cut


def cut_chain(truth: Truth, extent: Extent) -> tuple[pa.Table, list[pa.Table]]:
    """The listed flows of a chain by value, and what imports and exports lack."""
    sold = truth.sold.rename_columns(["supplier", "consumer", "product", "usd"])
    for name, text in {"period": "2024", **SERIES, "dataset": "cut"}.items():
        sold = sold.append_column(name, pa.array([text] * len(sold), pa.string()))
    sold = sold.append_column("hs", sold["product"])
    if extent.kind == LARGEST_OF_EACH:
        listed = cut_of_each(sold, extent.largest or 1)
    else:
        parts = [largest_half(sold.filter(pc.equal(sold["product"], product)))
                 for product in sorted(set(sold["product"].to_pylist()))]  # fmt: skip
        listed = pa.concat_tables(parts)
    extents = {"cut": extent}
    return listed, [unlisted_trade(listed, extents, end) for end in ("consumer", "supplier")]


CUTS = (Extent(LARGEST_OF_EACH, 1), Extent(LARGEST_OF_EACH, 2), Extent(LARGEST, world_share=0.5))


@pytest.mark.parametrize("extent", CUTS, ids=["one-of-each", "two-of-each", "largest"])
@pytest.mark.parametrize("shape", [CHAIN, FORK], ids=["chain", "fork"])
@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.long] if n >= 2 else []) for n in range(CHAINS)]
)
def test_ranges_of_origins_hold_the_truth_behind_what_is_not_listed(seed, shape, extent):
    truth = chain(seed, shape)
    listed, unlisted = cut_chain(truth, extent)
    pairs = [(source, output) for output, sources in shape.inputs.items() for source in sources]
    steps = pa.table({"input": [a for a, _ in pairs], "output": [b for _, b in pairs]})
    made = hidden(truth, seed, 0.4)
    net = supply_network(listed, made, steps, STAGES, measure="usd", unlisted=unlisted)
    rows = look_through(net).to_pylist()
    found = {
        (r["consumer"], r["product"], r["stage"], r["origin"]): (r["low"], r["high"])
        for r in rows if r["low"] is not None
    }  # fmt: skip
    asked = {key[:3] for key in found}

    assert found
    for key, share in true_shares(truth).items():
        if key[:3] in asked and not isnan(share):
            low, high = found.get(key, (0.0, 0.0))
            assert low - 1e-7 <= share <= high + 1e-7, (key, low, share, high)
    for country in "AB":
        ends = passed_ends(net, country)
        for key, share in passed_in_truth(truth, country).items():
            if key in {(consumer, product) for consumer, product, _ in asked}:
                _, low, high = ends.get(key, (0.0,) * 3)
                assert low - 1e-7 <= share <= high + 1e-7, (key, low, share, high)


def test_a_network_that_lists_everything_has_the_ranges_of_one_without_the_tables():
    truth = chain(3)
    listed, unlisted = cut_chain(truth, Extent(LARGEST_OF_EACH, 9))
    steps = pa.table({"input": ["ore", "oxide", "metal"], "output": ["oxide", "metal", "magnet"]})
    nets = [supply_network(listed, truth.made, steps, STAGES, measure="usd", unlisted=tables)
            for tables in ((), unlisted)]  # fmt: skip

    assert look_through(nets[0]).equals(look_through(nets[1]))
    assert removal_losses(nets[0]).equals(removal_losses(nets[1]))
