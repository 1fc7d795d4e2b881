"""Origins and removal losses in many networks: each product's trade followed to its makers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.blocks import Blocks
from graphkit.analysis.columns import SHARE
from graphkit.analysis.grouped_result import Measure, result_table
from graphkit.analysis.look_through import look_through
from graphkit.analysis.losses import loss_matrix
from graphkit.analysis.production import OBSERVED
from graphkit.analysis.removal import SMALLEST
from graphkit.analysis.rows import Floats
from graphkit.analysis.supply import SupplyNetwork
from graphkit.analysis.supply_tables import supply_network

TRACED = ("share", "face_value", "hidden", "low", "high")


def origins(part: Blocks, asked: Measure) -> pa.Table:
    """Where the imports of each consumer were made, behind those who sell them on."""
    at, parts = [], []
    for number, network in _networks(part, asked):
        traced = look_through(network, minimum=asked.min_share)
        at.append(np.full(len(traced), number))
        parts.append([
            *(traced[name].combine_chunks() for name in ("consumer", "origin", *TRACED)),
            np.full(len(traced), _observed_share(network)),
        ])  # fmt: skip
    names = ("consumer", "origin", *TRACED, "observed_share")
    return _joined(part, at, parts, names, texts=2)


def removals(part: Blocks, asked: Measure) -> pa.Table:
    """Which part of its imports each consumer loses if one country is gone, in proportion."""
    at, parts = [], []
    for number, network in _networks(part, asked):
        country, imported = network.country, network.imported
        losses = loss_matrix(network, [np.array([node]) for node in range(network.size)])
        np.fill_diagonal(losses, 1.0)
        loss = np.clip(imported @ losses, 0.0, 1.0)
        np.fill_diagonal(loss, 0.0)  # a consumer that is removed itself is left out
        consumer, removed = np.nonzero(loss > max(asked.min_share, SMALLEST))
        order = np.lexsort((consumer, -loss[consumer, removed].round(12), removed))
        consumer, removed = consumer[order], removed[order]
        names = pa.array(network.countries, pa.string())
        at.append(np.full(len(order), number))
        parts.append([
            names.take(pa.array(country[removed])), names.take(pa.array(country[consumer])),
            loss[consumer, removed], imported.toarray()[consumer, removed],
            np.full(len(order), _observed_share(network)),
        ])  # fmt: skip
    columns = ("removed", "consumer", "loss", "face_value", "observed_share")
    return _joined(part, at, parts, columns, texts=2)


def _networks(part: Blocks, asked: Measure) -> Iterator[tuple[int, SupplyNetwork]]:
    """Every network with its number; production nobody publishes is what trade must come from."""
    size, rows = len(part.countries), part.rows
    for number in range(len(part.flows)):
        indptr = rows.indptr[number * size : (number + 1) * size + 1]
        inside = slice(indptr[0], indptr[-1])
        scope = {
            name: labels[number].as_py()
            for name, labels in zip(part.scopes, part.labels, strict=True)
        }
        consumer = np.repeat(np.arange(size), np.diff(indptr))
        supplier = rows.indices[inside] - number * size
        flows = pa.table({
            "supplier": part.countries.take(pa.array(supplier)),
            "consumer": part.countries.take(pa.array(consumer)),
            asked.by: rows.values[inside],
        })  # fmt: skip
        for name in ("product", "basis"):
            if name in scope:
                same = pa.array([scope[name]] * len(flows), pa.string())
                flows = flows.append_column(name, same)
        made = asked.production
        if made is not None:
            here = (pc.equal(made[name], scope[name]) for name in ("product", "period"))
            made = made.filter(pc.and_(*here)).drop_columns(["period"])
        yield number, supply_network(flows, made, measure=asked.by, unpublished="net-exports")


def _observed_share(network: SupplyNetwork) -> float:
    """The part of all that is sold whose sellers' production is published; NaN without trade."""
    sold = network.exports.sum()
    observed = network.exports[network.state == OBSERVED].sum()
    return float(observed / sold) if sold else np.nan


def _joined(
    part: Blocks, at: list[np.ndarray], parts: list[list[pa.Array]], names: tuple[str, ...],
    texts: int,
) -> pa.Table:  # fmt: skip
    """The rows of all networks under what each is of; text first, then shares."""
    columns = part.scope_of(np.concatenate(at) * len(part.countries))
    arrays = [pa.concat_arrays([pa.array(a) for a in some]) for some in zip(*parts, strict=True)]
    for name, array in zip(names[:texts], arrays[:texts], strict=True):
        columns[name] = array.dictionary_encode()
    numbers: dict[str, tuple[Floats, str]] = {
        name: (array.to_numpy(zero_copy_only=False), SHARE)
        for name, array in zip(names[texts:], arrays[texts:], strict=True)
    }
    return result_table(columns, numbers)
